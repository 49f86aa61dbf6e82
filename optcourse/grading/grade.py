"""Mark a class: every notebook of a folder, one line of a table for each exercise.

``python -m optcourse.mark FOLDER`` writes ``marks.csv`` (student, exercise, verdict, message) and ``grades.csv`` (a line for each
student, 1 for right and 0 for anything else).

No notebook is run. Of each answer the function is read, with imports, definitions and simple assignments (:mod:`optcourse.grading.notebook`);
these run in a process of their own (:mod:`optcourse.exercises.worker`), which is handed θ, the state and gradients, one step after the
other, and hands back numbers. What is right is known in this process alone, where no student's code ever runs.
"""

import argparse
import contextlib
import csv
import functools
import hashlib
import json
import math
import os
import pathlib
import queue
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import psutil

from ..exercises import sandbox, worker
from ..exercises.check import EXERCISES, TRIALS, Elsewhere, _answered, _example, judge
from .notebook import (
    Answer,
    Place,
    Unreadable,
    answers_in,
    content,
    doubts,
    files,
    is_from_lms,
    person,
    place_of,
    shared_folders,
    student_of,
)

BY_HAND = "by hand"
START, WHOLE = 60, 60  # seconds by the clock until a process is there, and then for what runs before its answer
ENDING = 10  # seconds by the clock until a process that was killed has to be gone
RECORD = 1 << 20  # bytes of a line that it sends
PACKAGE = pathlib.Path(__file__).parent.parent
PROGRAM = pathlib.Path(worker.__file__).read_text("utf-8")  # at once: no student's code can change it
NO_EXERCISE = "None of the written exercises is in this notebook: look whether it is the right file."
LEFT = "The answer uses {0}, but the marker does not run the line of {1} that makes it. Look at this answer yourself."
TABLES = ("marks.csv", "grades.csv")
# of several answers to an exercise the last of the best counts
VERDICTS = ("not run", "not answered", "not yet", "right")


@dataclass(frozen=True)
class Mark:
    """One line of the table. ``verdict`` is right, not yet, not answered or not run."""

    student: str
    exercise: str
    verdict: str
    message: str


def mark(folder: pathlib.Path, seconds: float = WHOLE, warn: Callable[[str], object] = print) -> Iterator[list[Mark]]:
    """The marks of one notebook after the other; all are read before the first answer runs.

    What an answer depends on may run for ``seconds`` by the clock. Its steps then have the limits of ``check``: one for each step,
    and a larger one for all of them together (:mod:`optcourse.exercises.sandbox`). ``warn`` gets a sentence wherever it is not certain
    whose a notebook is.
    """
    notebooks, others = files(folder)
    found_in = {path.relative_to(folder): _read(path) for path in notebooks}
    held = {path: found if isinstance(found, dict) else () for path, found in found_in.items()}
    shared = shared_folders(held)
    for doubt in doubts(held, shared):
        warn(doubt)
    read = [(student_of(path, shared), found) for path, found in found_in.items()]
    answered = {student for student, found in read if isinstance(found, dict) and found}
    # a lesson without exercises is nothing to speak of if there are others
    read = [(student, found or NO_EXERCISE) for student, found in read if found or student not in answered]
    for student, names in without(folder, set(map(place_of, found_in)), shared, others):
        read.append((student, f"There is no notebook (*.ipynb), only {', '.join(names[:5]) or 'an empty folder'}."))
    if not read:
        raise Unreadable(
            f"the folder {str(folder)!r} has no notebook (*.ipynb): give the folder with the students' notebooks"
        )
    for surface, start in TRIALS:
        surface.gradient(start)  # compiled here, not in a student's time
    whole_package = fingerprint()
    for student, found in read:
        if isinstance(found, str):
            yield [Mark(student, "", "not run", found)]
            continue
        marks = [best(student, name, answers, seconds) for name, answers in found.items()]
        if fingerprint() != whole_package:
            whole_package = fingerprint()
            said = "The course's own files changed meanwhile. Install it again, and look at what this notebook does."
            marks = [Mark(student, name, "not run", said) for name in found]
        yield marks


def without(
    folder: pathlib.Path, places: Collection[Place], shared: Collection[Place], others: Sequence[pathlib.Path]
) -> Iterator[tuple[str, list[str]]]:
    """Who handed in no notebook, and what instead: by their folders, and by the names that an LMS gives to files."""
    known = {place[:depth] for place in places for depth in range(1, len(place) + 1)}
    for path in sorted(others):
        inside = path.relative_to(folder)
        place = tuple(map(person, inside.parts)) if path.is_dir() else place_of(inside)
        is_named = path.is_dir() or is_from_lms(path.name)
        if is_named and place[:-1] in shared and place not in known:
            yield (
                "/".join(place),
                [each.name for each in others if (each == path or path in each.parents) and not each.is_dir()],
            )


def _read(path: pathlib.Path) -> dict[str, list[Answer]] | str:
    """A notebook's answers, or why it has none."""
    try:
        return answers_in(content(path))
    except Unreadable as error:
        return f"{path.name}: {error}"
    except Exception as error:  # one file must not end the marking of all others
        return f"{path.name}: the marker cannot read it ({type(error).__name__}). Look at this notebook yourself."


def best(student: str, name: str, answers: Sequence[Answer], seconds: float) -> Mark:
    """The mark for an exercise: the best of a notebook's answers to it."""
    found = None
    for answer in reversed(answers):
        verdict, message = one(name, answer, seconds)
        if found is None or VERDICTS.index(verdict) > VERDICTS.index(found.verdict):
            found = Mark(student, name, verdict, message)
        if verdict == "right":
            break
    assert found is not None
    return found


def one(name: str, answer: Answer, seconds: float) -> tuple[str, str]:
    """The verdict on one answer, and the message."""
    if answer.problem:
        return "not run", answer.problem
    try:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
            Function(answer, scratch, seconds) as function,
        ):
            problem = function.begin()
            said = None if problem else judge(EXERCISES[name], *steps_of(function, name))
        verdict, message = (said.mark, said.message) if said else ("not run", problem)
        missing = re.search(r"NameError: name '(\w+)' is not defined", message)
        if missing and missing[1] in dict(answer.left):
            verdict, message = "not run", LEFT.format(missing[1], dict(answer.left)[missing[1]])
        return verdict, message
    except Exception as error:  # one answer must not end the marking of all others
        return (
            "not run",
            f"The marker failed here: look at this answer yourself ({type(error).__name__}: {str(error)[:200]})",
        )


def steps_of(function: "Function", name: str) -> tuple[list[Any], str]:
    """As :func:`.exercises.answers`, from a function in another process."""
    given: list[Any] = []
    try:
        for each in _answered(function, _example(EXERCISES[name])):
            given.append(each)
    except Gone as gone:
        if gone.how == BY_HAND:
            raise KeyboardInterrupt from None
        return given, gone.how
    return given, sandbox.DONE


# ---- a student's function in a process of its own ----


class Gone(sandbox.Spent):
    """The process gives no answer any more: ``how`` it ended is a word of :mod:`optcourse.exercises.sandbox`."""


class Function:
    """A student's function: calling it asks its process for one step."""

    empty = False

    def __init__(self, answer: Answer, scratch: str, seconds: float):
        self._answer, self._seconds = answer, seconds
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {paths()!r}\n{PROGRAM}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=environment(scratch),
            start_new_session=True,
        )
        self._watched, self._children = psutil.Process(self._process.pid), set[psutil.Process]()
        self._lines: queue.Queue[bytes] = queue.Queue(8)
        self._left = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._used = sandbox.cpu_time(self._watched)
        self._watch: sandbox.Watch | None = None  # for its steps
        self._looked = time.monotonic()
        self._deadline = self._looked + START

    def __enter__(self) -> "Function":
        return self

    def begin(self) -> str:
        """Run what comes before the answer; why there is no function then, or nothing."""
        where = ""
        try:
            parts = self._answer.parts
            sources = {cell: source for cell, source, _ in parts}
            self._say(wanted=self._answer.wanted, sources=sources, parts=[(cell, at) for cell, _, at in parts])
            while "ready" not in (said := self._hear()):
                if "failed" in said:
                    return str(said["failed"])
                if not where:
                    self._deadline = time.monotonic() + self._seconds
                where = str(said.get("at") or "a cell")  # no honest process leaves it out
        except Gone as gone:
            if not where:
                return (
                    "No Python process for this answer could be started. Mark it again when the computer is less busy."
                )
            if gone.how == sandbox.SLOW:
                return f"{where} ran for more than {self._seconds:g} s and was stopped. Look at it, or set --seconds higher."
            return f"{where} ended the Python process, so nothing after it ran. Look at this cell yourself."
        self.empty, self._watch = bool(said.get("empty")), sandbox.Watch(self._used)
        with contextlib.suppress(AttributeError):  # Windows, before Python 3.12
            os.set_blocking(self._process.stdin.fileno(), False)  # type: ignore[union-attr]
        return ""

    def __call__(self, *given: Any) -> Any:
        """One step. What comes back is made of plain numbers, lists and texts; the arrays given are changed if it changed them."""
        assert self._watch is not None
        self._watch.step()
        grad = next(filter(callable, given))
        arguments = [
            None if each is grad else each.tolist() if isinstance(each, np.ndarray) else each for each in given
        ]
        try:
            self._say(given=arguments)
            while "gradient" in (said := self._hear()):
                self._say(**gradient(grad, restored(said["gradient"])))
            if "stopped" in said:
                stopped = Elsewhere(str(said["stopped"]), str(said["words"]), int(said["line"]))
            else:
                for each, after in zip(given, map(restored, said["after"]), strict=True):
                    if isinstance(each, np.ndarray):
                        each[...] = after
                return restored(said["answer"])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):  # no honest process sends this
            raise Gone(sandbox.LEFT) from None
        except KeyboardInterrupt:  # the teacher's, which no exercise is to take for the student's
            raise Gone(BY_HAND) from None
        raise stopped

    def _say(self, **what: Any) -> None:
        try:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except OSError:  # it is gone, or it listens no more
            raise Gone(sandbox.LEFT) from None

    def _listen(self) -> None:
        """Put the lines that come through the pipe into the queue, until the pipe ends or the marker leaves."""
        pipe, rest = self._process.stdout.fileno(), b""  # type: ignore[union-attr]
        while not self._left.is_set():
            # another process may hold the pipe and say nothing; on Windows no other inherits it, and select knows no pipes
            if os.name == "posix" and not select.select([pipe], [], [], sandbox.LOOK)[0]:
                continue
            piece = os.read(pipe, 1 << 16)
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines if piece and len(rest) < RECORD else [*lines, b""]:
                self._lines.put(line)
                if self._left.is_set() or not line:
                    return

    def _hear(self) -> dict[str, Any]:
        """What it says next; Gone if nothing comes any more, or its time is over."""
        while True:
            self._look()
            ended = sandbox.has_ended(self._watched)
            try:
                return dict(json.loads(self._lines.get(timeout=sandbox.LOOK)))
            except queue.Empty:
                if ended:  # but something else still holds the pipe
                    raise Gone(sandbox.LEFT) from None
            except (ValueError, TypeError, RecursionError):  # nothing, or no JSON
                raise Gone(sandbox.LEFT) from None

    def _look(self) -> None:
        """Whether it still has time: by the clock for what comes before the answer, then as in ``check``."""
        now = time.monotonic()
        if now - self._looked < sandbox.LOOK:
            return
        self._looked = now
        with contextlib.suppress(psutil.Error):
            self._children |= set(self._watched.children(recursive=True))
        if how := self._watch.over() if self._watch else sandbox.SLOW if now > self._deadline else "":
            raise Gone(how)

    def __exit__(self, *_: Any) -> None:
        """End the process and all that it started, as far as they can be found; then leave, whoever still holds the pipes."""
        with contextlib.suppress(psutil.Error):
            self._children |= set(self._watched.children(recursive=True))
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        for each in self._children:
            with contextlib.suppress(psutil.Error):
                each.kill()  # not where the number has gone to another process: psutil looks
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING)
        psutil.wait_procs(self._children, timeout=ENDING)
        self._left.set()
        with contextlib.suppress(queue.Empty):  # room for the line that the listener may be putting there
            self._lines.get_nowait()
        self._listener.join(ENDING)
        if self._listener.is_alive():  # it reads the pipe, which must not be closed before it stops
            return
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def gradient(grad: Callable, theta: Any) -> dict[str, Any]:
    """∇J for the other process, or the error that its function gets."""
    try:
        return {"value": grad(theta).tolist()}
    except (TypeError, ValueError) as error:
        return {"refused": type(error).__name__, "words": str(error)[:300]}


def restored(value: Any) -> Any:
    """What :func:`.answering.plain` made of a value, as that value again, or as something that is wrong in the same way."""
    if value is None:
        return None
    if isinstance(value, list):
        return [restored(each) for each in value]
    if "dict" in value:
        return {str(name): restored(each) for name, each in value["dict"].items()}
    if "text" in value:
        return str(value["text"])
    if "type" in value:
        return type(str(value["type"]), (), {})()
    shape, numbers = tuple(map(int, value["shape"])), np.array(value["numbers"], dtype=float)
    if value["kind"] not in tuple("iufb"):
        return np.broadcast_to(np.zeros((), complex if value["kind"] == "c" else object), shape)
    if value["kind"] in "iub" and np.all(np.abs(numbers) < 2**53):
        numbers = numbers.astype(int)
    return numbers.reshape(shape) if numbers.size == math.prod(shape) else np.broadcast_to(0.0, shape)


@functools.cache
def paths() -> list[str]:
    """Where a student's process finds modules: where this one does, but for the folder it was started in and the course's own."""
    home, numpys = PACKAGE.parent.resolve(), pathlib.Path(np.__file__).parent.parent.resolve()
    not_there = {pathlib.Path.cwd().resolve(), home} - {numpys}
    return [each for each in sys.path if each and pathlib.Path(each).resolve() not in not_there]


def environment(scratch: str) -> dict[str, str]:
    """The environment of a student's process: a home of its own, where pip writes too, and no settings or secrets of the teacher."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    own = ("HOME", "USERPROFILE", "APPDATA", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "MPLCONFIGDIR", "PIP_TARGET")
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    return {**kept, **dict.fromkeys(own, scratch), **threads}


def fingerprint() -> str:
    """A checksum of the course's own files: whoever changes them is seen."""
    found = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in found)).hexdigest()


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
    """A text that any file can hold, and that a spreadsheet does not take for a formula."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m optcourse.mark", description="Mark the notebooks of a class.")
    parser.add_argument("folder", type=pathlib.Path, help="the folder with the students' notebooks")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(), help="the folder for the tables (this one)")
    parser.add_argument(
        "--seconds", type=float, default=WHOLE, help=f"the most for the code before an answer ({WHOLE})"
    )
    given = parser.parse_args(arguments)
    with contextlib.suppress(AttributeError):  # a terminal that lacks a letter shows its number
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if not given.folder.is_dir():
        parser.error(f"the folder {str(given.folder)!r} does not exist: check its name")
    try:
        given.out.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            (given.out / name).open("a").close()
    except OSError as error:
        parser.error(
            f"the tables cannot be written to {str(given.out)!r} ({error.strerror}): choose another folder with --out"
        )
    for path in files(given.folder)[1]:
        if path.parent == given.folder and path.name not in TABLES and not path.is_dir():
            print(f"skipped, because it is not a notebook: {path.name}")
    marks: list[Mark] = []
    warnings: list[str] = []

    def warn(doubt: str) -> None:
        warnings.append(f"warning: {doubt}")
        print(warnings[-1], flush=True)

    try:
        for each in mark(given.folder, given.seconds, warn):
            marks += each
            print(*(f"{one.student}: {one.exercise or '–'}: {one.verdict}" for one in each), sep="\n", flush=True)
            with contextlib.suppress(OSError):  # opened in a spreadsheet meanwhile; the last time counts
                write(marks, given.out)
    except Unreadable as error:
        parser.error(str(error))
    write(marks, given.out)
    print(*warnings, sep="\n", end="\n" if warnings else "")  # again, because the list is long
    print(f"{given.out / 'marks.csv'}, {given.out / 'grades.csv'}")
