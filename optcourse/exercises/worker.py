"""The process in which one answer of a class runs: a Python of its own, that is asked for one step after the other.

The marker (:mod:`optcourse.grading.grade`) hands this file over as text, so that the process needs nothing of the course; the course's own methods are not
there, and what comes back can only be what the student's code computes. It comes as lines of JSON through a pipe that is
put aside before the student's code begins. What that code prints goes nowhere, and what it replaces is replaced here only.
"""

import ast
import builtins
import contextlib
import dis
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MEMORY, FILE = 8 << 30, 1 << 30  # bytes, for a process and for a file
NUMBERS, PARTS, DEEPEST = 1000, 20, 3  # of what is handed over: in an array, in a list, lists in one another
TREE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def empty(function: Any) -> bool:
    """Whether a function's body does nothing: ``pass``, ``...``, a text or ``return None``."""
    code = getattr(function, "__code__", None)
    nothing = {"RESUME", "NOP", "RETURN_CONST", "LOAD_CONST", "RETURN_VALUE", "POP_TOP", "CACHE"}
    return code is not None and {each.opname for each in dis.get_instructions(code)} <= nothing


def words(error: BaseException) -> str:
    """What an exception says, as text that any file can hold; a student's own class may fail even in this."""
    try:
        said = str(error)
    except BaseException:
        said = "(it has no readable message)"
    return said[:300].encode("utf-8", "backslashreplace").decode()


def line(error: BaseException, callers: str) -> int:
    """The line of the student's function, counted from its first, from which an exception came; 0 if it came from outside.

    ``callers`` is the file of those who called the function.
    """
    trail = error.__traceback__
    while trail is not None and trail.tb_frame.f_code.co_filename == callers:
        trail = trail.tb_next
    return trail.tb_lineno - trail.tb_frame.f_code.co_firstlineno + 1 if trail else 0


# ---- in the other process ----


class Channel:
    """Lines of JSON to and from the marker. Nobody else has it: standard input and output lead nowhere from here on."""

    def __init__(self) -> None:
        self._from = os.fdopen(os.dup(0), "r", encoding="ascii")
        self._to = os.fdopen(os.dup(1), "w", encoding="ascii")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        sys.stdin = open(os.devnull)  # noqa: SIM115
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: SIM115

    def say(self, **what: Any) -> None:
        self._to.write(json.dumps(what) + "\n")
        self._to.flush()

    def hear(self) -> Any:
        return json.loads(self._from.readline() or "null")


class WithoutTheCourse:
    """Finds no optcourse: the update has to be written."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name.partition(".")[0] == "optcourse":
            raise ModuleNotFoundError("the course is not available while an answer is marked")


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


def no_input(*_: Any) -> str:
    raise RuntimeError("input() is not available here")


def main() -> None:
    channel = Channel()
    task = channel.hear()
    limit()
    sys.meta_path.insert(0, WithoutTheCourse())
    builtins.input = no_input
    builtins.display = lambda *_, **__: None  # type: ignore[attr-defined]
    space: dict[str, Any] = {"__name__": "__main__"}
    parts = task["parts"]
    for _ in range(2):  # what stopped is run again, when the rest is there
        failed = list(run(parts, task["sources"], space, channel))
    try:
        function = eval(task["wanted"], space)
    except BaseException as error:
        return channel.say(failed=f"{type(error).__name__}: {'; '.join([words(error), *failed[:1]])}")
    if not callable(function):
        return channel.say(
            failed=f"{task['wanted']} is of type {type(function).__name__}; define it as a function, with def"
        )
    channel.say(ready=True, empty=empty(function))
    while asked := channel.hear():
        step(function, asked["given"], channel, failed)
    return None


def run(parts: list, sources: dict[str, str], space: dict[str, Any], channel: Channel) -> Iterator[str]:
    """Run the statements that an answer depends on, and take them off the list; what is said of each that stopped, and stays."""
    for part in list(parts):
        where, at = part
        channel.say(at=where)
        try:
            statement = compile(sources[where], where, "exec", TREE).body[at]
            exec(compile(ast.Module([statement], []), where, "exec"), space)
            parts.remove(part)
        except SyntaxError as error:
            yield f"{where}, line {error.lineno}: {type(error).__name__}: {words(error)}"
        except BaseException as error:
            yield f"{where}, line {statement.lineno}, stopped with {type(error).__name__}: {words(error)}"


def step(function: Callable, given: list, channel: Channel, failed: list[str]) -> None:
    """One call of the student's function: what it returned, and its arguments afterwards."""

    def grad(theta: Any) -> np.ndarray:
        channel.say(gradient=plain(theta))
        answer = channel.hear()
        if "refused" in answer:
            raise {"TypeError": TypeError}.get(answer["refused"], ValueError)(answer["words"])
        return np.array(answer["value"])

    arguments = [grad if each is None else np.array(each) if isinstance(each, list) else each for each in given]
    try:
        with np.errstate(all="ignore"):
            answer = function(*arguments)
    except BaseException as error:
        said = "; ".join([words(error), *(failed[:1] if isinstance(error, NameError) else [])])
        return channel.say(stopped=type(error).__name__, words=said, line=line(error, main.__code__.co_filename))
    return channel.say(answer=plain(answer), after=[None if each is grad else plain(each) for each in arguments])


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """A value for JSON: an array by its shape, kind and numbers, a list or a dict by its parts, all else by its type."""
    if value is None or value is ...:
        return None
    if isinstance(value, str):
        return {"text": value[:20]}
    if isinstance(value, list | tuple) and depth:
        return [plain(each, depth - 1) for each in value[:PARTS]]
    if isinstance(value, dict) and depth and all(isinstance(name, str) for name in value):
        return {"dict": {name: plain(each, depth - 1) for name, each in list(value.items())[:PARTS]}}
    with contextlib.suppress(OverflowError, TypeError, ValueError):
        if isinstance(value, np.ndarray | np.number | float | int | complex):
            array = np.asarray(value)
            numbers = array.ravel()[:NUMBERS].astype(float).tolist() if array.dtype.kind in "iufb" else []
            return {"shape": array.shape, "kind": array.dtype.kind, "numbers": numbers}
    return {"type": type(value).__name__[:50]}


if __name__ == "__main__":
    main()
