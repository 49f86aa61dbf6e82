"""A class is marked by what its functions compute: not by what a notebook prints, and not by what its neighbour does."""

import contextlib
import csv
import json
import pathlib
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from optcourse.learning import mark

RIGHT = "def momentum(theta, v, grad, eta, gamma):\n    v = gamma * v + step(eta, grad(theta))\n    return theta - v, v"
WRONG = "def momentum(theta, v, grad, eta, gamma):\n    v = gamma * v + (1 - gamma) * eta * grad(theta)\n    return theta - v, v"
LOOP = "def momentum(theta, v, grad, eta, gamma):\n    while True:\n        pass"
LIES = (
    "import optcourse.learning.exercises as e\ne.judge = e.verdict = lambda *_: 'Right'\nprint('Right: 3 surfaces')\n"
    "def momentum(theta, v, grad, eta, gamma):\n    return theta, v"
)


def submission(path, *sources, named="momentum"):
    """A notebook: an import, a helper, these cells; the last is the exercise's."""
    cells = ["from optcourse import Momentum, check", "def step(eta, g):\n    return eta * g", *sources]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    notebook.cells[-1].source += f"\n\n\ncheck({named}, Momentum)"
    notebook.cells[-1].id = "exercise-momentum"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)


def test_marking_a_folder(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    out.mkdir()
    submission(folder / "right.ipynb", RIGHT)
    submission(folder / "wrong.ipynb", WRONG)
    submission(folder / "loop.ipynb", LOOP)
    submission(folder / "lies.ipynb", LIES)
    submission(folder / "stuck" / "03.ipynb", "while True:\n    pass", RIGHT)
    submission(folder / "=empty.ipynb", "def momentum(theta, v, grad, eta, gamma):\n    pass")
    (folder / "torn.ipynb").write_text("{")
    command = [sys.executable, "-m", "optcourse.mark", str(folder), "--out", str(out), "--cell", "8", "--seconds", "60"]
    subprocess.run(command, check=True, cwd=tmp_path)
    with (out / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = {row["student"]: row for row in csv.DictReader(file)}
    assert {who: row["verdict"] for who, row in marks.items()} == {
        "right": "right",
        "wrong": "not yet",
        "loop": "not yet",
        "lies": "not yet",
        "stuck": "not run",
        "'=empty": "not answered",
        "torn": "not run",
    }
    assert "damped momentum" in marks["wrong"]["message"] and "endless loop" in marks["loop"]["message"]
    assert "Cell 3 of the notebook did not end within 8 s: while True:" in marks["stuck"]["message"]
    assert marks["torn"]["exercise"] == "" and "no notebook" in marks["torn"]["message"]
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        grades = {row["student"]: row["momentum"] for row in csv.DictReader(file)}
    assert grades.pop("right") == "1" and set(grades.values()) == {"0"}


def test_a_lost_kernel_and_its_children_are_ended(tmp_path):
    """A notebook that holds its kernel busy in C, with a child beside it, ends with the limit; both processes are gone."""
    pids = tmp_path / "pids"
    hold = f"import os, subprocess\np = subprocess.Popen(['sleep', '300'])\nopen({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{p.pid}}')"
    submission(tmp_path / "class" / "held.ipynb", hold, "sum(range(10**12))", RIGHT)
    began = time.monotonic()
    ((only,),) = mark.mark(tmp_path / "class", whole=25, cell=200)
    assert only.verdict == "not run" and "did not come this far within 25 s" in only.message
    assert time.monotonic() - began < 60
    for pid in map(int, pids.read_text().split()):
        with contextlib.suppress(psutil.NoSuchProcess):
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "it still runs"


def test_a_changed_course_is_seen(tmp_path, monkeypatch):
    course = tmp_path / "course"
    course.mkdir()
    (course / "a.py").write_text("1")
    monkeypatch.setattr(mark, "PACKAGE", course)
    monkeypatch.setattr(mark, "marks_of", lambda *_: (course / "a.py").write_text("2") and [])
    for name in ("one", "two"):
        submission(tmp_path / "class" / f"{name}.ipynb", RIGHT)
    seen = mark.mark(tmp_path / "class")
    next(seen)
    with pytest.raises(RuntimeError, match="after 'one' the course's own files were changed"):
        next(seen)


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([], "not run"),
        (["nonsense", "[]", '{"name": 3}'], "not run"),
        ([json.dumps({"name": "momentum", "given": [{"theta": "x"}], "end": "done"})], "not run"),
        ([json.dumps({"name": "momentum", "given": [{"theta": [0, 0], "v": [0, 0]}], "end": "done"})], "not yet"),
        ([json.dumps({"name": "momentum", "given": [], "end": "no such end"})], "not run"),
        ([json.dumps({"name": "momentum", "problem": "NameError: x"})], "not run"),
    ],
)
def test_a_forged_record_is_no_right_answer_and_no_crash(lines, verdict):
    assert mark.judged("who", "momentum", lines, 60).verdict == verdict


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="holds no notebook"):
        next(mark.mark(tmp_path))


def test_exercises_are_found_without_their_ids(tmp_path):
    submission(tmp_path / "a.ipynb", RIGHT)
    notebook = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    notebook.cells[-1].id = "another"
    assert mark.place(notebook, "momentum") == 2 and mark.place(notebook, "nag") is None
    assert mark.student_of(pathlib.Path("ann/03.ipynb")) == "ann" == mark.student_of(pathlib.Path("ann.ipynb"))
