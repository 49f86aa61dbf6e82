"""Mark a class: every notebook of a folder in a fresh kernel, one line of a table for each exercise.

``python -m optcourse.mark FOLDER`` writes ``marks.csv`` (student, exercise, verdict, message) and ``grades.csv`` (a line for each
student, 1 for right and 0 for anything else). The student's kernel only hands over what the functions return; the
verdict is made here, so a notebook that prints "Right", or changes ``check``, gains nothing.
"""

import argparse
import contextlib
import csv
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import nbformat
import numpy as np
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from .exercises import EXERCISES, judge

CELL, WHOLE = 120, 600  # seconds by the clock, for a cell and for a notebook
MEMORY, FILE = 8 << 30, 1 << 30  # bytes, for a process and for a file
PACKAGE = pathlib.Path(__file__).parent.parent
RECORD = """
import json as _json, numpy as _np
from optcourse.learning.exercises import EXERCISES as _known, answers as _answers
_given, _end = _answers({name}, _known[{name!r}])
print({token!r} + _json.dumps([_given, _end], default=lambda value: _np.asarray(value).tolist()))
"""


@dataclass(frozen=True)
class Mark:
    """One line of the table. ``verdict`` is right, not yet, not answered or not run."""

    student: str
    exercise: str
    verdict: str
    message: str


def mark(folder: pathlib.Path, whole: float = WHOLE, cell: float = CELL) -> Iterator[list[Mark]]:
    """The marks of one submission after the other.

    All submissions are read before the first one runs. Each has a scratch folder, a kernel and a home of its own, and
    ``whole`` seconds; all its processes are ended then.
    """
    submissions = [
        (student_of(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    ]
    if not submissions:
        raise ValueError(f"the folder {str(folder)!r} holds no notebook (*.ipynb)")
    whole_package = fingerprint()
    for student, content in submissions:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            yield marks_of(student, content, pathlib.Path(scratch), whole, cell)
        if fingerprint() != whole_package:
            raise RuntimeError(
                f"after {student!r} the course's own files were changed: install them anew; marks from here on are void"
            )


def student_of(path: pathlib.Path) -> str:
    """Whose notebook it is: the name of the first folder, or of a file that lies in none."""
    return path.parts[0] if len(path.parts) > 1 else path.stem


def marks_of(student: str, content: bytes, scratch: pathlib.Path, whole: float, cell: float) -> list[Mark]:
    """The marks of one submission, run by another process."""
    try:
        notebook = nbformat.reads(content.decode(), as_version=4)
    except Exception as error:
        return [Mark(student, "", "not run", f"This is no notebook: {type(error).__name__}.")]
    found = [name for name in EXERCISES if place(notebook, name) is not None]
    if not found:
        return [Mark(student, "", "not run", "This notebook holds none of the written exercises.")]
    (scratch / "submission.ipynb").write_bytes(content)
    with (scratch / "records").open("wb") as records:
        runner = subprocess.Popen(
            [sys.executable, "-m", "optcourse.mark", "--record", str(scratch), "--cell", str(cell)],
            stdin=subprocess.DEVNULL,
            stdout=records,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=surroundings(scratch),
            start_new_session=True,
        )
        _finish(runner, whole)
    lines = (scratch / "records").read_text(errors="replace").splitlines()
    return [judged(student, name, lines, whole) for name in found]


def judged(student: str, name: str, lines: Sequence[str], whole: float) -> Mark:
    """The mark for one exercise, from what the student's process handed over."""
    record = None
    for line in lines:
        try:
            each = json.loads(line)
            record = each if each["name"] == name else record
        except (ValueError, TypeError, KeyError):
            continue
    if record is None:
        said = f"The notebook did not come this far within {whole:g} s, or its kernel died."
        return Mark(student, name, "not run", said)
    if record.get("problem"):
        return Mark(student, name, "not run", str(record["problem"])[:500])
    try:
        given = [each if isinstance(each, str) else _numbers(each, EXERCISES[name]) for each in record["given"]]
        said = judge(EXERCISES[name], given, str(record["end"]))
        return Mark(student, name, said.mark, said.message)
    except Exception as error:  # a record that no honest run makes
        return Mark(student, name, "not run", f"What the notebook handed over cannot be read ({type(error).__name__}).")


def _numbers(step: dict, kind: type) -> dict:
    names = {"theta", *kind().init(np.zeros(2))}
    return {name: np.asarray(step[name], dtype=float) for name in names}


def place(notebook: Any, name: str) -> int | None:
    """The last cell that belongs to an exercise: by its id, by its check, or by the function that it defines."""
    found = None
    for at, cell in enumerate(notebook.cells):
        own = cell.get("id") == f"exercise-{name.replace('_', '-')}"
        if cell.cell_type == "code" and (own or f"def {name}(" in cell.source or f"check({name}," in cell.source):
            found = at
    return found


def surroundings(scratch: pathlib.Path) -> dict[str, str]:
    """The environment of a student's process: a home of its own, and no settings or secrets of the teacher."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONPATH") if name in os.environ
    }
    home = {
        name: str(scratch) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "MPLCONFIGDIR")
    }
    jupyter = {f"JUPYTER_{name}_DIR": str(scratch / "jupyter") for name in ("CONFIG", "DATA", "RUNTIME")}
    return {**kept, **home, **jupyter, "PYTHONDONTWRITEBYTECODE": "1"}


def _finish(runner: subprocess.Popen, seconds: float) -> None:
    """Wait so long at most, then end the process and all its descendants."""
    started: set[psutil.Process] = set()
    try:
        deadline = time.monotonic() + seconds
        while runner.poll() is None and time.monotonic() < deadline:
            started |= set(psutil.Process(runner.pid).children(recursive=True))
            time.sleep(0.2)
    except psutil.NoSuchProcess:
        pass
    finally:
        runner.kill()
        for each in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()  # not where the number has gone to another process: psutil looks
        runner.wait()
        deadline = time.monotonic() + 10  # a kill takes its time on a busy machine
        while any(map(_computes, started)) and time.monotonic() < deadline:
            time.sleep(0.05)


def _computes(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def fingerprint() -> str:
    """A checksum of the course's own files: a notebook that changes them is seen."""
    files = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


# ---- in the other process ----


def record(scratch: pathlib.Path, cell: float) -> None:
    """Run a submission, and print as JSON what each of its exercises returns, as soon as its cell has run."""
    limit()
    notebook = nbformat.read(scratch / "submission.ipynb", as_version=4)
    (scratch / "notebooks").mkdir()
    client = NotebookClient(
        notebook,
        timeout=cell,
        kernel_name="python3",
        allow_errors=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(scratch / "notebooks")}},
    )
    places = {place(notebook, name): name for name in EXERCISES}
    try:
        with client.setup_kernel():
            for at, each in enumerate(list(notebook.cells)):
                if each.cell_type == "code":
                    client.execute_cell(each, at)
                if at in places:
                    print(json.dumps(_recorded(client, places[at], len(notebook.cells))), flush=True)
    except CellTimeoutError:
        left = [name for spot, name in places.items() if spot is not None and spot >= at]
        for name in left:
            problem = f"Cell {at + 1} of the notebook did not end within {cell:g} s: {each.source.splitlines()[0][:60]}"
            print(json.dumps({"name": name, "problem": problem}), flush=True)
    except DeadKernelError:
        pass  # what is missing is said by the marker


def _recorded(client: NotebookClient, name: str, at: int) -> dict:
    token = f"{os.urandom(16).hex()} "
    asked = nbformat.v4.new_code_cell(RECORD.format(name=name, token=token))
    client.nb.cells.append(asked)
    client.execute_cell(asked, at)
    client.nb.cells.pop()
    for output in asked.outputs:
        if output.output_type == "error":
            return {"name": name, "problem": f"{output.ename}: {output.evalue}"}
    printed = "".join(output.text for output in asked.outputs if output.output_type == "stream")
    given, end = json.loads(printed.rpartition(token)[2])
    return {"name": name, "given": given, "end": end}


def limit() -> None:
    """What this process and its children may use, where the system can say so."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


# ---- the tables ----


def write(marks: Sequence[Mark], folder: pathlib.Path) -> None:
    """``marks.csv`` and ``grades.csv`` in the folder."""
    with (folder / "marks.csv").open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(["student", "exercise", "verdict", "message"])
        table.writerows([_cell(text) for text in astuple(each)] for each in marks)
    names = [name for name in EXERCISES if any(each.exercise == name for each in marks)]
    students = list(dict.fromkeys(each.student for each in marks))
    right = {(each.student, each.exercise) for each in marks if each.verdict == "right"}
    with (folder / "grades.csv").open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(["student", *names])
        table.writerows([_cell(who), *(int((who, name) in right) for name in names)] for who in students)


def _cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m optcourse.mark", description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path, help="the students' notebooks, in folders or not")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(), help="where the tables go (here)")
    parser.add_argument("--seconds", type=float, default=WHOLE, help=f"for one notebook ({WHOLE})")
    parser.add_argument("--cell", type=float, default=CELL, help=f"for one cell ({CELL})")
    parser.add_argument("--record", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.record:
        record(given.folder, given.cell)
        return
    if not given.folder.is_dir():
        parser.error(f"the folder {str(given.folder)!r} does not exist")
    marks: list[Mark] = []
    for each in mark(given.folder, given.seconds, given.cell):
        marks += each
        print(*(f"{one.student}: {one.exercise or '–'}: {one.verdict}" for one in each), sep="\n", flush=True)
        write(marks, given.out)
    print(f"{given.out / 'marks.csv'}, {given.out / 'grades.csv'}")
