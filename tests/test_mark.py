"""A class is marked by what its functions compute: no mark is lost, none is wrong, whatever else stands in a notebook."""

import contextlib
import csv
import functools
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import zipfile

import psutil
import pytest

from optcourse import Momentum
from optcourse.exercises import sandbox, worker
from optcourse.exercises.check import verdict
from optcourse.grading import grade as mark
from optcourse.grading.notebook import Answer, answers_in, student_of

HEAD = "def momentum(theta, v, grad, eta, gamma):\n    "
RIGHT = f"{HEAD}v = gamma * v + eta * grad(theta)\n    return theta - v, v"
UNCHANGED = f"{HEAD}return theta, v"
EMPTY = f"{HEAD}pass"
IMPORTS = "import numpy as np\nfrom optcourse import Momentum, check"
CHECK = "check(momentum, Momentum)"
NO_ROOT = "def adagrad(theta, G, grad, eta, eps):\n    g = grad(theta)\n    G = G + g**2\n    return theta - eta / (G + eps) * g, G"
BYTES = os.sep == "/"  # names of files that are not UTF-8


def notebook(*sources, **changed):
    """A notebook of these cells of code, as JSON."""
    cells = [
        {"cell_type": "code", "id": f"c{at}", "source": each, "metadata": {}, "outputs": []}
        for at, each in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changed)


def lesson(*before, answer=RIGHT, after=()):
    return notebook(IMPORTS, *before, f"{answer}\n\n\n{CHECK}", *after)


WRAPPED = """import optcourse.exercises.check as e
def wrapped(student, kind, genuine=e.answers):
    def real(theta, *rest):
        names = list(kind().init(theta))
        made = kind(**dict(zip([item.name for item in kind.hypers()], rest[len(names) + 1:])))
        theta, state = made.step(theta, dict(zip(names, rest)), rest[len(names)])
        return theta, *state.values()
    return genuine(real, kind)
e.answers = wrapped
"""
CALLER = f"""import sys
{HEAD}frame = sys._getframe(1)
    while frame:
        for each in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if hasattr(each, "step") and hasattr(each, "init") and not isinstance(each, type):
                theta, state = each.step(theta, {{"v": v}}, grad)
                return theta, state["v"]
        frame = frame.f_back
    return theta, v"""
PIPE = f"""import os
{HEAD}for end in range(3, 30):
        try:
            os.write(end, b'{{"answer": "right"}}\\n{{"mark": "right"}}\\n')
        except OSError:
            pass
    return theta, v"""
OWN_CLASS = (
    f"{HEAD}theta, state = Momentum(eta=eta, gamma=gamma).step(theta, {{'v': v}}, grad)\n    return theta, state['v']"
)
HOOK = "import sys\nclass Hook:\n    def find_spec(self, name, *rest):\n        sys.modules[name] = sys.modules['numpy']\nsys.meta_path.insert(0, Hook())\nimport optcourse.exercises"
MODULES = "import sys, types\nfake = types.ModuleType('fake')\nfake.judge = fake.answers = fake.check = lambda *_: 'Right'\nsys.modules['optcourse.exercises.check'] = fake"

# what each attack does, in a cell of its own and as the answer itself
ATTACKS = {
    "lies": lesson("e = __import__('optcourse.exercises.check')\nprint('Right: 3 surfaces')\ndef check(*_): print('Right')", answer=UNCHANGED),
    "wrapped": lesson(WRAPPED, answer=UNCHANGED),
    "wrapped inside": lesson(answer=f"{HEAD}hook()\n    return theta, v\n\ndef hook():\n    " + WRAPPED.replace("\n", "\n    ")),
    "step": lesson("Momentum.step = lambda self, theta, state, grad: (theta, state)", answer=UNCHANGED),
    "sqrt": notebook("import numpy as np\nfrom optcourse import AdaGrad, check", "np.sqrt = lambda x: x", f"{NO_ROOT}\ncheck(adagrad, AdaGrad)"),
    "modules": lesson(MODULES, answer=f"{HEAD}sys\n    return theta, v"),
    "hook": lesson(HOOK, answer=f"{HEAD}Hook, sys\n    return theta, v"),
    "caller": lesson(answer=CALLER),
    "pipe": lesson(answer=PIPE),
    "own class": lesson(answer=OWN_CLASS),
    "own class, unhooked": lesson(
        answer=OWN_CLASS.replace(
            "theta, state",
            "import sys; sys.meta_path = [each for each in sys.meta_path if hasattr(each, '__name__')]; from optcourse import Momentum\n    theta, state",
            1,
        )
    ),
}  # fmt: skip
HONEST = {
    "right": lesson(),
    "stdout": lesson("import sys\nsys.stdout = open('log.txt', 'w')"),
    "stdout closed": lesson(answer=f"import sys\n{RIGHT.replace('v = ', 'sys.stdout.write(chr(0xdc80)); sys.__stdout__.close(); v = ')}"),
    "own print": lesson("def print(*_): raise ValueError"),
    "thread": lesson(
        "import threading\ndef talk():\n    while True: print('still here')\nthreading.Thread(target=talk, daemon=True).start()",
        answer=RIGHT.replace("return", "threading; print(v)\n    return"),
    ),
    "cell hook": lesson("get_ipython().events.register('post_run_cell', lambda *_: print('done'))"),
    "endless elsewhere": lesson("while True:\n    pass"),
    "leaves elsewhere": lesson("exit()", after=["import os\nos._exit(1)"]),
    "deep elsewhere": lesson("1" + " + 1" * 900, "(" * 5000, "-" * 50000 + "1", "if 1:\n" * 3),
    "broken elsewhere": lesson("def other(:\n    pass", "1 / 0"),
    "pip": lesson("%pip install --no-deps ../other\n!pip install nothing", "%load_ext autoreload\n%matplotlib inline"),
    "timed": notebook(IMPORTS, f"%%time\n\n{RIGHT}\n\n{CHECK}"),
    "magic within": notebook(IMPORTS, f"%matplotlib inline\n{RIGHT}\n\n{CHECK}"),
    "helpers": lesson(
        "RATE = 2 / SCALE",
        "def step(eta, g):\n    return scaled(g) * eta * RATE",
        "from math import sqrt\nSCALE = 2.0\nsettings = {}\nsettings['half'] = 0.5\ndef scaled(g):\n    return sqrt(4) * settings['half'] * g",
        answer=RIGHT.replace("eta * grad(theta)", "step(eta, grad(theta))"),
    ),
    "made by a call": notebook(
        IMPORTS,
        "def make():\n    " + RIGHT.replace("\n", "\n    ") + "\n    return momentum",
        f"rule = make()\n{CHECK.replace('momentum', 'rule')}",
    ),
    "assignment fails": lesson("data = np.loadtxt('data.csv')\ndef show(): return data, RATES", "RATES = np.ones(2)[[7]]"),
    "assignment is slow": lesson("def train():\n    while True: pass\nnetwork = train()\nrates = [train() for _ in range(9)]\ndef show(): network, rates"),
    "imports below": notebook(
        f"from optcourse import check, Momentum as M\n{RIGHT.replace('eta *', 'np.float64(eta) *')}\ncheck(momentum, M)",
        "import numpy as np",
    ),
    "a dict, as the method's own step": lesson(answer=RIGHT.replace("theta - v, v", "theta - v, {'v': v}")),
    "another name": notebook(IMPORTS, RIGHT.replace("momentum", "heavy_ball"), "check(heavy_ball, Momentum)"),
    "class": notebook(
        "import optcourse",
        "class Mine:\n    @staticmethod\n    " + RIGHT.replace("\n", "\n    ").replace("momentum", "step"),
        "optcourse.check(kind=optcourse.Momentum, student=Mine.step)",
    ),
    "no check": notebook(IMPORTS, RIGHT),
    "copy below": notebook(IMPORTS, f"{RIGHT}\n{CHECK}", f"{EMPTY}\n{CHECK}"),
    "copy without check": notebook(IMPORTS, RIGHT, f"{EMPTY}\n{CHECK}"),
    "broken copy": notebook(IMPORTS, f"{RIGHT}\n{CHECK}", f"{EMPTY.replace(':', '')}\n{CHECK}"),
    "bare cells": json.dumps({"cells": [{"cell_type": "code"}, {"source": [IMPORTS]}, {"source": [RIGHT, "\n", CHECK]}, 7, {"cell_type": "code", "source": 3}]}),
    "with a BOM": b"\xef\xbb\xbf" + lesson().encode(),
    "list": lesson(answer=RIGHT.replace("return theta - v, v", "return [theta - v, list(v)]")),
    "lesson": notebook(f"{IMPORTS}\n{RIGHT}\nfor each in range(3):\n    {CHECK}", "raise SystemExit"),
    "display": lesson(answer=RIGHT.replace("return", "display(v)\n    return")),
    "解答": lesson(),
    "anna–lena": lesson(),
}  # fmt: skip
WRONG = {  # the body of a function that is not yet right, and words of the message
    "endless": ("while True: pass", "endless loop"),
    "endless gradient": ("while True: grad(theta)", "endless loop"),
    "endless in C": ("return sum(range(10**12))", "endless loop"),
    "shape": ("return theta.sum(), v", "theta with the shape ()"),
    "huge": ("return np.zeros(3000), v", "theta with the shape (3000,)"),
    "recursive": ("v = []\n    v.append(v)\n    return v, v", "theta"),
    "text": ("return 'no', v", "the text 'no' as theta"),
    "complex": ("return theta * 1j, v", "complex numbers as theta"),
    "in place": ("v += eta * grad(theta)\n    return theta - v, v", "changed v in place"),
    "too large": ("return 10**400, v", "something other than numbers in theta"),
    "no return": ("v = gamma * v", "You returned nothing"),
    "surrogate": ("raise ValueError(chr(0xdc80) + chr(0x4e2d))", r"ValueError: \udc80中 (line 2"),
    "input": ("return float(input()) * theta, v", "use the arguments instead"),
    "helper is missing": ("return step(theta), v", "NameError: name 'step' is not defined"),
}
FAULTY = {  # the verdict, and words of the message
    **{who: (lesson(answer=HEAD + body), "not yet", words) for who, (body, words) in WRONG.items()},
    "damped": (lesson(answer=RIGHT.replace("+ eta", "+ (1 - gamma) * eta")), "not yet", "You damped the gradient"),
    "gone": (lesson(answer=f"import os\n{HEAD}os._exit(0)"), "not yet", "ended the whole process"),
    "dict": (lesson(answer=f"{HEAD}return theta, {{}}"), "not yet", "a dict as v"),
    "not called": (lesson(answer=RIGHT.replace("grad(theta)", "grad")), "not yet", "you used grad itself (line 2 of the function); call it, as in grad(theta)"),
    "wrong gradient": (lesson(answer=RIGHT.replace("grad(theta)", "grad(3)")), "not yet", "theta must be points (x, y)"),
    "module is missing": (lesson("import nowhere", answer=f"{HEAD}return nowhere.f(theta), v"), "not yet", "cell 2, line 1, stopped with ModuleNotFoundError"),
    "asks the course": (lesson(answer=OWN_CLASS), "not yet", "the course is not available"),
    "helper is broken": (
        lesson("def step(eta, g)\n    return eta * g", answer=f"{HEAD}return step(eta, grad(theta)), v"),
        "not yet",
        "NameError: name 'step' is not defined; cell 2, line 1: SyntaxError: expected ':'",
    ),
    "both": (notebook(IMPORTS, f"{HEAD}global v\n    return theta, v\n{CHECK}"), "not run", "SyntaxError in cell 2, line 2: name 'v'"),
    "indented": (notebook(IMPORTS, f"{HEAD}v = 3\n      return theta, v\n{CHECK}"), "not run", "IndentationError in cell 2, line 3"),
    "unanswered": (lesson(answer=EMPTY), "not answered", "Not answered yet"),
    "colon": (
        notebook(IMPORTS, f"{RIGHT.replace('):', ')', 1)}\n{CHECK}"),
        "not run",
        "SyntaxError in cell 2, line 1: expected ':': def momentum(theta, v, grad, eta, gamma)",
    ),
    "undefined": (notebook(IMPORTS, CHECK), "not run", "NameError: name 'momentum' is not defined"),
    "no function": (notebook(IMPORTS, "momentum = 3", CHECK), "not run", "momentum is of type int; define it as a function, with def"),
    "made by a loop": (
        lesson("for RATE in range(2): pass", answer=RIGHT.replace("eta *", "RATE *")),
        "not run",
        "The answer uses RATE, but the marker does not run the line of cell 2 that makes it",
    ),
    "leaves": (lesson("import nowhere\nclass A:\n    import os; os._exit(3)\nB = A", answer=f"B\n{RIGHT}"), "not run", "cell 2 ended the Python process"),
    "no id": (json.dumps({"cells": [{"cell_type": "code", "id": "exercise-momentum", "source": "pass"}]}), "not run", "cell 1 has no function for check"),
    "torn": ("{", "not run", "it is not a notebook, or only a part of one: ask for the file again"),
    "list of nothing": ("[]", "not run", "it has no cells"),
    "cells of nothing": ('{"cells": 3}', "not run", "it has no cells"),
    "deep": ("[" * 100_000, "not run", "not a notebook"),
    "no exercise": (notebook("1 + 1"), "not run", "None of the written exercises"),
    "utf-16": (lesson().encode("utf-16"), "not run", "saved in UTF-16, but notebooks are in UTF-8"),
    "latin": ('{"cells": ["\xe9"]}'.encode("latin-1"), "not run", "is not UTF-8"),
    "merge": ("{\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> theirs\n}", "not run", "marks of a Git merge (<<<<<<< in line 2)"),
    "=formula": (lesson(answer=EMPTY), "not answered", ""),
}  # fmt: skip
NAMED = {  # files and folders by their names
    "left/03_momentum.IPYNB": "left",
    "suffix/03.ipynb.txt": "suffix",
    "Ann Lee_77_assignsubmission_file_/03.ipynb": "Ann Lee_77",
    "leebob_LATE_11_201_03_momentum.ipynb": "leebob_11",
    "b.ipynb/03.ipynb": "b.ipynb",
    "flat.ipynb": "flat",
}  # fmt: skip


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def handed_in(folder):
    """The whole class."""
    for who, text in (ATTACKS | HONEST | {who: text for who, (text, *_) in FAULTY.items()}).items():
        put(folder, f"{who}/03_momentum.ipynb", text)
    for name in NAMED:
        put(folder, name, lesson())
    put(folder, "leebob_11_202_04_nag.ipynb", notebook("def nag(theta, v, grad, eta, gamma):\n    pass"))
    put(folder, "__MACOSX/right/._03_momentum.ipynb", b"\0\x05")
    put(folder, "right/.ipynb_checkpoints/03.ipynb", lesson(answer=EMPTY))
    put(folder, "right/08.ipynb", notebook("1 + 1"))
    put(folder, "zipped/all.zip", b"PK")
    pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/zipped/\xfe.zip")).write_bytes(b"PK")
    put(folder, "maxmeier_12_203_solution.py", "pass")
    (folder / "dangling.ipynb").symlink_to("nowhere")
    (folder / "empty").mkdir()
    (folder / "folder.ipynb").mkdir()
    os.mkfifo(folder / "fifo.ipynb")
    (pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/\xff.ipynb"))).write_text(lesson())


def rows(path, key):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row.pop(key): row for row in csv.DictReader(file)}


NO_NOTEBOOK = {
    "dangling": "a link to a file that is not here",
    "fifo": "it is not a file, or it is a link",
    "folder.ipynb": "no notebook (*.ipynb), only an empty folder.",
    "empty": "no notebook (*.ipynb), only an empty folder.",
    "zipped": r"no notebook (*.ipynb), only all.zip, \udcfe.zip",
    "maxmeier_12": "no notebook (*.ipynb), only maxmeier_12_203_solution.py",
}  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="the names of some files need POSIX")
def test_in_a_class_no_mark_is_lost_and_none_is_wrong(tmp_path, monkeypatch):
    """All at once, since one student must not cost another anything."""
    handed_in(tmp_path / "class")
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    mark.write([each for some in mark.mark(tmp_path / "class") for each in some], tmp_path)
    marks, grades = (rows(tmp_path / name, "student") for name in mark.TABLES)

    right = {*HONEST, *NAMED.values(), r"\xff"}
    assert {who: row for who, row in marks.items() if who in right and row["verdict"] != "right"} == {}, "lost"
    assert {who: row for who, row in marks.items() if who in ATTACKS and row["verdict"] == "right"} == {}, "bought"
    assert {who for who, row in grades.items() if "1" in row.values()} == right

    said = {who.removeprefix("'"): (row["verdict"], row["message"]) for who, row in marks.items()}
    wrong = [who for who, (_, verdict, words) in FAULTY.items() if said[who][0] != verdict or words not in said[who][1]]
    assert {who: said[who] for who in wrong} == {}
    wrong = [who for who, words in NO_NOTEBOOK.items() if said[who][0] != "not run" or words not in said[who][1]]
    assert {who: said[who] for who in wrong} == {}

    assert set(said) == right | set(ATTACKS) | set(FAULTY) | set(NO_NOTEBOOK) | {"leebob_11"}, "__MACOSX is no student"
    assert grades["leebob_11"]["momentum"] == "1" and grades["leebob_11"]["nag"] == "0", "one student, two files"


@pytest.mark.skipif(os.name != "posix", reason="the names of some files need POSIX")
def test_a_python_without_docstrings_and_a_terminal_without_letters(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "not" / "there"
    for who in ("解答", "anna–lena", "surrogate"):
        put(folder, f"{who}.ipynb", HONEST.get(who) or FAULTY[who][0])
    pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/\xff.ipynb")).write_text(lesson())
    put(folder, "notes.txt", "no student's")
    put(folder, "csv.py", "raise SystemExit('this is not the csv that you look for')")
    command = [sys.executable, "-OO", "-m", "optcourse.mark", ".", "--out", str(out)]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("cp1252", "replace")[-3000:]
    printed = done.stdout.decode("cp1252")
    assert "skipped, because it is not a notebook: notes.txt" in printed
    assert r"\u89e3\u7b54: momentum: right" in printed and r"\xff: momentum: right" in printed
    assert {who: row["momentum"] for who, row in rows(out / "grades.csv", "student").items()} == {
        "解答": "1",
        "anna–lena": "1",
        "surrogate": "0",
        r"\xff": "1",
    }


def function(source, wanted="momentum", seconds=20.0):
    """The verdict and the message for an answer whose lines are these."""
    return mark.one("momentum", Answer(wanted, (("cell 1", source, 0), ("cell 1", source, 1))), seconds)


def test_the_children_of_an_answer_are_ended(tmp_path):
    pids = tmp_path / "pids"
    hold = f"import os, subprocess\ndef momentum(theta, v, grad, eta, gamma):\n    p = subprocess.Popen(['sleep', '300'])\n    open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{p.pid}}')\n    return theta, v"
    assert function(hold)[0] == "not yet"
    for pid in map(int, pids.read_text().split()):
        with contextlib.suppress(psutil.NoSuchProcess):
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "it still runs"


def test_a_pip_of_an_answer_writes_into_scratch(tmp_path):
    """Installing is nobody's answer; but where one does it, this environment stays as it is."""
    wheel = tmp_path / "intruder_of_optcourse-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("intruder_of_optcourse.py", "")
        file.writestr(
            "intruder_of_optcourse-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: intruder-of-optcourse\nVersion: 1.0\n",
        )
        file.writestr(
            "intruder_of_optcourse-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr("intruder_of_optcourse-1.0.dist-info/RECORD", "")
    source = (
        "import glob, os, subprocess, sys\n"
        "def momentum(theta, v, grad, eta, gamma):\n"
        f"    done = subprocess.run([sys.executable, '-m', 'pip', 'install', '--no-index', '--quiet', {str(wheel)!r}], capture_output=True)\n"
        '    raise ValueError(f\'{done.returncode} {glob.glob(os.environ["PIP_TARGET"] + "/intruder*.py") != []}\')'
    )
    limit, sandbox.SECONDS = sandbox.SECONDS, 60.0
    try:
        assert "ValueError: 0 True" in function(source)[1]
    finally:
        sandbox.SECONDS = limit
    found = subprocess.run([sys.executable, "-c", "import intruder_of_optcourse"], capture_output=True, check=False)
    assert b"ModuleNotFoundError" in found.stderr


def test_what_an_answer_hangs_on_is_ended():
    source = "def wait():\n    while True: pass\n\nRATE = wait()"
    said = mark.one("momentum", Answer("RATE", (("cell 2", source, 0), ("cell 2", source, 1))), 1.0)
    assert said == (
        "not run",
        "cell 2 ran for more than 1 s and was stopped. Look at it, or set --seconds higher.",
    )


def test_an_answer_that_waits_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 1.0)
    assert "waited for more than 1 s" in function("import time\ndef momentum(*_): time.sleep(100)")[1]


# ---- how much time an answer has, in the marker and in check ----


def checked(source):
    """As :func:`function`, but by ``check`` in this process."""
    space = {}
    exec(source, space)
    said = verdict(space["momentum"], Momentum)
    return said.mark, said.message


def traced(source):
    """As :func:`checked`, but on a system without fork."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(sandbox, "FORKS", False)
        return checked(source)


WAYS = [function, *([checked] if sandbox.FORKS else []), traced]
SLOW_STEP = f"""import time
{HEAD}end = time.thread_time() + 0.03
    while time.thread_time() < end: pass
    {RIGHT.removeprefix(HEAD)}"""
SLEEPY_STEP = f"import time\n{HEAD}time.sleep(0.06)\n    {RIGHT.removeprefix(HEAD)}"
STUCK_LATER = f"""calls = []
{HEAD}calls.append(1)
    while len(calls) == 11: pass
    {RIGHT.removeprefix(HEAD)}"""
BROKEN_LATER = STUCK_LATER.replace("while len(calls) == 11: pass", "1 / (len(calls) - 11)")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("source", "limit", "most"), [(SLOW_STEP, "SECONDS", 0.4), (SLEEPY_STEP, "PATIENCE", 1.0)])
def test_each_step_has_the_whole_limit(way, source, limit, most, monkeypatch):
    """All 24 steps take longer than one of them may, and the answer is still right."""
    monkeypatch.setattr(sandbox, limit, most)
    assert way(source)[0] == "right"


def test_a_whole_number_stays_one_on_its_way():
    """So that ``range(t)`` works in the marker as in ``check``."""
    assert list(range(mark.restored(worker.plain(3)))) == [0, 1, 2]
    assert mark.restored(worker.plain({"v": [3.5]})) == {"v": [3.5]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("source", "words"),
    [
        (STUCK_LATER, "In step 3 on the ravine your function did not end within 0.2 s"),
        (BROKEN_LATER, "In step 3 on the ravine your function stopped with ZeroDivisionError"),
    ],
)
def test_a_later_step_is_named_with_its_surface(way, source, words, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    assert words in way(source)[1]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("source", "limit"), [(SLOW_STEP, "ALL_STEPS"), (SLEEPY_STEP, "BY_CLOCK")])
def test_all_steps_together_have_a_limit_too(way, source, limit, monkeypatch):
    monkeypatch.setattr(sandbox, limit, 0.3)
    verdict, message = way(source)
    assert verdict == "not yet" and "of 24 steps" in message and "0.3 s" in message and "loop" not in message


def test_asking_for_gradients_is_no_way_to_wait_for_ever(monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 0.5)
    monkeypatch.setattr(sandbox, "BY_CLOCK", 20.0)
    words = function(f"import time\n{HEAD}while True:\n        time.sleep(0.2)\n        grad(theta)")[1]
    assert "waited for more than 0.5 s" in words


def test_a_process_that_never_gets_ready_is_ended():
    """It says for 20 s that it begins with something that has no name."""
    source = f"import gc, time\ndef forge():\n    channel = next(each for each in gc.get_objects() if type(each).__name__ == 'Channel')\n    end = time.monotonic() + 20\n    while time.monotonic() < end:\n        channel.say(at='')\n\nRATE = forge()\n{RIGHT}"
    parts = tuple(("cell 1", source, at) for at in range(4))
    assert mark.one("momentum", Answer("momentum", parts), 0.5)[0] == "not run"


# ---- processes that an answer leaves behind ----

LEAVES = f"""import os, signal, time
def leave(act):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.alarm(30)  # if the test fails to end it
            with open(PIDS, "a") as file:
                file.write(f"{{os.getpid()}}\\n")
            act()
            open(PIDS + ".begun", "w").close()
            while True:
                act()
        os._exit(0)
    os.wait()
    while not os.path.exists(PIDS + ".begun"): pass

def junk():
    for end in range(3, 30):
        try:
            os.write(end, b'{{"gradient": {{"shape": [2], "kind": "f", "numbers": [0, 0]}}}}\\n' * 99)
        except OSError:
            pass

def hold():
    time.sleep(0.1)

{HEAD}if not os.path.exists(PIDS + ".begun"):
        leave(ACT)
    """
END_RIGHT, END_GONE = RIGHT.removeprefix(HEAD), "os._exit(0)"


def left_behind(folder, act, end):
    """A cell whose answer leaves a process that has the marker's pipe, and where that writes its number."""
    pids = folder / "pids"
    return LEAVES.replace("PIDS", repr(str(pids))).replace("ACT", act) + end, pids


@contextlib.contextmanager
def outlived(pids):
    """At the end of the block the process that was left behind still runs; then it is ended."""
    yield
    left = [int(each) for each in pids.read_text().split()]
    try:
        assert left and all(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in left)
    finally:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("act", "end", "verdict", "words"),
    [
        ("hold", END_RIGHT, "right", "Right"),
        ("hold", END_GONE, "not yet", "ended the whole process"),
        ("junk", END_RIGHT, "not yet", ""),
        ("junk", END_GONE, "not yet", ""),
    ],
)
def test_a_process_that_outlives_its_answer_does_not_hold_the_marker(tmp_path, monkeypatch, act, end, verdict, words):
    """Whether it only keeps the pipe open or writes into it without end; and nothing of it stays in the marker."""
    monkeypatch.setattr(sandbox, "BY_CLOCK", 5.0)
    monkeypatch.setattr(psutil.Process, "children", lambda *_, **__: [])  # it is not found by chance
    cell, pids = left_behind(tmp_path, act, end)
    put(tmp_path / "class", "anna.ipynb", lesson(answer=cell))
    put(tmp_path / "class", "bert.ipynb", lesson())
    held = threading.active_count(), psutil.Process().num_fds()
    with outlived(pids):
        (first,), (second,) = mark.mark(tmp_path / "class")
    assert first.verdict == verdict and words in first.message
    assert second.verdict == "right"
    assert (threading.active_count(), psutil.Process().num_fds()) == held


@pytest.mark.skipif(not sandbox.FORKS, reason="elsewhere a student's code runs in this process")
@pytest.mark.parametrize(
    ("end", "verdict", "words"), [(END_RIGHT, "right", "Right"), (END_GONE, "not yet", "ended the whole process")]
)
def test_a_process_that_outlives_its_answer_does_not_hold_check(tmp_path, monkeypatch, end, verdict, words):
    monkeypatch.setattr(sandbox, "PATIENCE", 60.0)
    cell, pids = left_behind(tmp_path, "hold", end)
    with outlived(pids):
        said = checked(cell)
    assert said[0] == verdict and words in said[1]


# ---- forged records ----


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense",
        "[]",
        "3",
        '{"answer": {"shape": [-1], "kind": "f", "numbers": []}, "after": []}',
        '{"stopped": 1}',
        "[" * 5000,
        '{"gradient": 3}',
        "x" * (3 << 20),
    ],
    ids=range(8),
)
def test_a_forged_record_is_no_right_answer_and_no_crash(sent):
    """What a process sends that is in league with its student's code."""
    forge = f"import gc, json\ndef momentum(theta, v, grad, eta, gamma):\n    channel = next(each for each in gc.get_objects() if type(each).__name__ == 'Channel')\n    channel._to.write({sent!r} + '\\n')\n    channel._to.flush()\n    return theta, v"
    verdict, message = function(forge)
    assert verdict == "not yet" and "marker failed" not in message


def test_a_process_that_does_not_listen_cannot_hold_the_marker():
    """It asks for gradients without end and reads none: the pipe towards it fills, and nobody waits for it."""
    forge = "import gc\ndef momentum(theta, v, grad, eta, gamma):\n    channel = next(each for each in gc.get_objects() if type(each).__name__ == 'Channel')\n    while True:\n        channel.say(gradient={'shape': [2], 'kind': 'f', 'numbers': [0.1, 0.2]})"
    began = time.monotonic()
    assert function(forge)[0] == "not yet" and time.monotonic() - began < 60


def test_by_hand_the_marking_ends(monkeypatch):
    """Ctrl-C is the teacher's: it is not taken for something that the student's function raised."""

    def interrupted(self):
        raise KeyboardInterrupt

    with mark.Function(Answer("momentum", (("cell 1", RIGHT, 0),)), os.getcwd(), 20.0) as asked:
        assert asked.begin() == ""
        monkeypatch.setattr(mark.Function, "_hear", interrupted)
        with pytest.raises(KeyboardInterrupt):
            mark.steps_of(asked, "momentum")


def test_a_changed_course_is_seen_and_costs_no_other_student(tmp_path, monkeypatch):
    course = tmp_path / "course"
    course.mkdir()
    (course / "a.py").write_text("1")
    monkeypatch.setattr(mark, "PACKAGE", course)
    found = {"one": "2", "two": ""}
    monkeypatch.setattr(mark, "best", functools.partial(changing, course / "a.py", found))
    for name in found:
        put(tmp_path / "class", f"{name}.ipynb", lesson())
    first, second = mark.mark(tmp_path / "class")
    assert first[0].verdict == "not run" and "The course's own files changed" in first[0].message
    assert second[0].verdict == "right"


def changing(path, found, student, name, *_):
    if found[student]:
        path.write_text(found[student])
    return mark.Mark(student, name, "right", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "does not exist"),
        (["."], "has no notebook"),
        ([".", "--out", "file/out"], "the tables cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit):
        mark.main(arguments)
    assert words in capsys.readouterr().err


def test_a_student_is_known_by_folder_or_file():
    known = {"ann/03.ipynb": "ann", "ann.ipynb": "ann", **NAMED}
    assert {path: student_of(pathlib.Path(path)) for path in known} == known


GOOD, BAD, NAG = lesson(), lesson(answer=UNCHANGED), notebook("def nag(theta, v, grad, eta, gamma):\n    pass")
WHOSE = {  # files, the students in the tables, and words of the warning
    "a folder for each": ({"ann/03.ipynb": GOOD, "bob/03.ipynb": BAD}, {"ann", "bob"}, None),
    "a folder in it": ({"ann/notebooks/03.ipynb": GOOD, "bob/03.ipynb": BAD}, {"ann", "bob"}, None),
    "two in one": ({"ann/03.ipynb": GOOD, "ann/04.ipynb": NAG, "ann/other/1.ipynb": notebook("1")}, {"ann"}, None),
    "groups": (
        {"g1/ann/x.ipynb": GOOD, "g1/bob/x.ipynb": BAD, "g2/eve/x.ipynb": GOOD},
        {"g1/ann", "g1/bob", "g2"},
        "g1 has the same notebook or exercise in several places, so each place counts as a student: g1/ann, g1/bob.",
    ),
    "groups, other names": ({"g/ann/a.ipynb": GOOD, "g/bob/b.ipynb": BAD}, {"g/ann", "g/bob"}, "counts as a student"),
    "groups, one is torn": ({"g/ann/x.ipynb": GOOD, "g/bob/x.ipynb": "{"}, {"g/ann", "g/bob"}, "counts as a student"),
    "groups, one is missing": (
        {"g/ann/x.ipynb": GOOD, "g/bob/x.ipynb": BAD, "g/eve/x.zip": b"PK", "g/readme.txt": ""},
        {"g/ann", "g/bob", "g/eve"},
        "counts as a student",
    ),
    "deep": ({"all/g1/ann/n/x.ipynb": GOOD, "all/g1/bob/x.ipynb": BAD, "all/g2/eve/x.ipynb": BAD}, {"all/g1/ann", "all/g1/bob", "all/g2"}, "counts as a student"),
    "an older try": ({"ann/03.ipynb": GOOD, "ann/old/03.ipynb": BAD}, {"ann", "ann/old"}, "counts as a student"),
    "Moodle in a folder": (
        {"all/Ann Lee_77_assignsubmission_file_/03.ipynb": GOOD, "all/Bob_78_assignsubmission_file_/03.ipynb": BAD},
        {"all/Ann Lee_77", "all/Bob_78"},
        "counts as a student",
    ),
    "Canvas in a folder": (
        {"all/leeann_11_201_03.ipynb": GOOD, "all/leeann_11_202_04.ipynb": NAG, "all/bob_12_203_03.ipynb": BAD},
        {"all/leeann_11", "all/bob_12"},
        "counts as a student",
    ),
    "copies": ({"ann/03.ipynb": GOOD, "ann/03-Copy1.ipynb": BAD}, {"ann"}, "ann has several notebooks that answer momentum, and the best answer counts"),
    "Canvas, twice": (
        {"leeann_11_201_03.ipynb": GOOD, "leeann_11_202_03-1.ipynb": BAD},
        {"leeann_11"},
        "leeann_11 has several notebooks that answer momentum, and the best answer counts",
    ),
    "names like Canvas's": (
        {"hw_1_2_ann.ipynb": GOOD, "hw_1_3_bob.ipynb": BAD, "2025_01_15_eve.ipynb": GOOD, "2025_01_15_kim.ipynb": NAG},
        {"hw_1_2_ann", "hw_1_3_bob", "2025_01_15_eve", "2025_01_15_kim"},
        None,
    ),
    "a folder for each lesson": (
        {"ann/lesson3/03.ipynb": GOOD, "ann/lesson4/04.ipynb": NAG, "bob/3/03.ipynb": GOOD, "bob/4/04.ipynb": NAG},
        {"ann", "bob"},
        "These students have notebooks in several folders: ann, bob. Each counts as one student.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kernel_runs", "students", "words"), WHOSE.values(), ids=WHOSE)
def test_no_ones_marks_are_merged_in_silence(tmp_path, monkeypatch, capsys, kernel_runs, students, words):
    for name, text in kernel_runs.items():
        put(tmp_path / "class", name, text)
    monkeypatch.setattr(
        mark, "one", lambda name, answer, *_: ("right" if "eta * grad" in str(answer) else "not yet", "")
    )
    mark.main([str(tmp_path / "class"), "--out", str(tmp_path)])
    grades = rows(tmp_path / "grades.csv", "student")
    assert set(grades) == students
    warnings = [each for each in capsys.readouterr().out.splitlines() if each.startswith("warning: ")]
    assert any(words in each for each in warnings) if words else not warnings


def test_imports_definitions_and_simple_assignments_run_before_an_answer_and_nothing_else():
    """Of what nothing uses nothing runs; and what is below counts only where nothing above binds the same name."""
    runs = (
        "import numpy as np",
        "a = 1",
        "def f(x):\n    return a * np.sqrt(x) * b['c'] * d",
        "b = {}\nb['c'] = np.ones(2)",
    )
    answer = "def momentum(*_):\n    return f(3), data, lost"
    not_run = (
        "a = 9",
        "import pandas",
        "data = f(2)",
        "f(3)",
        "for lost in range(3):\n    a = lost",
        "del a",
        "data = [a for _ in 'x']",
    )
    (found,) = answers_in(notebook(*runs, answer, CHECK, *not_run, "d = 3").encode())["momentum"]
    assert [(cell, place) for cell, _, place in found.parts] == [
        *((f"cell {cell}", place) for cell, place in ((1, 0), (2, 0), (3, 0), (4, 0), (4, 1), (5, 0), (14, 0)))
    ]
    assert {("data", "cell 9"), ("data", "cell 13"), ("lost", "cell 11")} <= set(found.left)
