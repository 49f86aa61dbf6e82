"""A student's code under a limit: it may loop for ever, leave Python, print without end or wait for an answer.

On Linux it runs in a forked child, which the kernel of the system ends when its CPU time is spent. Nothing less stops a
loop in C such as ``sum(range(10**9))``: a signal handler in Python, like a trace, only runs between two lines of Python.
A fork takes some milliseconds, and the child works on a copy of everything. Elsewhere fork is missing (Windows) or unsafe beside
the system's libraries (macOS); there a trace looks at the clock at each line of Python, and a loop in C runs to its end.
"""

import builtins
import contextlib
import io
import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import psutil

SECONDS = 2.0  # of CPU time
PATIENCE = 15.0  # seconds by the clock, for code that waits and computes nothing; on a busy machine, longer
WORKS = 0.02  # the share of one processor from which on code computes
LONGEST = 10_000  # characters printed
FORKS = sys.platform == "linux"

DONE, SPENT, WAITING, LEFT = "done", "spent", "waiting", "left"


class Spent(BaseException):
    """The CPU time is over; no Exception, so that a student's ``except Exception`` does not catch it."""


def collect(make: Callable[[], Iterator[Any]]) -> tuple[list[Any], str]:
    """Everything that the iterator gives within the limit, and how it ended: DONE, SPENT, WAITING or LEFT (it was gone).

    What is given must be picklable. What is printed on the way is printed here.
    """
    return _forked(make) if FORKS else _traced(make)


def _forked(make: Callable[[], Iterator[Any]]) -> tuple[list[Any], str]:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.12 warns of threads: the child uses none of them
        child = os.fork()
    if child == 0:
        os.close(reading)
        _as_child(make, writing)
    os.close(writing)
    try:
        given, waiting = _read(reading, psutil.Process(child))
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if given and given[-1] == DONE:
        return given[:-1], DONE
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGXCPU)
    return given, WAITING if waiting else SPENT if killed else LEFT


def _as_child(make: Callable[[], Iterator[Any]], writing: int) -> None:
    """The child's whole life: compute, send, leave without any of the parent's clean-up."""
    import resource

    try:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) + 2, int(SECONDS) + 2))
        builtins.input = _no_input
        with open(writing, "wb", buffering=0) as pipe:
            sys.stdout = sys.stderr = _Relay(pipe)  # type: ignore[assignment]
            for item in make():
                _send(pipe, item)
            _send(pipe, DONE)
    finally:
        os._exit(0)


class _Relay(io.TextIOBase):
    """What the child prints goes through the pipe at once, so that it is seen even if the child is stopped."""

    def __init__(self, pipe: Any):
        self._pipe, self._left = pipe, LONGEST

    def write(self, text: str) -> int:
        if self._left > 0:
            _send(self._pipe, ("printed", text[: self._left] + ("…\n" if len(text) >= self._left else "")))
            self._left -= len(text)
        return len(text)


def _no_input(*_: Any) -> str:
    raise RuntimeError("input() has nobody to ask here")


def _send(pipe: Any, item: Any) -> None:
    data = pickle.dumps(item)
    data = len(data).to_bytes(8, "big") + data
    while data:
        data = data[pipe.write(data) :]


def _read(reading: int, child: psutil.Process) -> tuple[list[Any], bool]:
    """The items that come through the pipe until it ends; whether the patience ended first."""
    given, data, deadline, spent = [], b"", time.monotonic() + PATIENCE, 0.0
    while True:
        ready = select.select([reading], [], [], max(deadline - time.monotonic(), 0))[0]
        if not ready:
            used = spent
            with contextlib.suppress(psutil.Error):
                used = sum(child.cpu_times()[:2])
            if used - spent < WORKS * PATIENCE:
                return given, True
            deadline, spent = time.monotonic() + PATIENCE, used
            continue
        piece = os.read(reading, 1 << 16)
        if not piece:
            return given, False
        data += piece
        while len(data) >= 8 and len(data) >= (end := 8 + int.from_bytes(data[:8], "big")):
            item, data = pickle.loads(data[8:end]), data[end:]
            if isinstance(item, tuple) and item and item[0] == "printed":
                print(item[1], end="")
            else:
                given.append(item)


def _traced(make: Callable[[], Iterator[Any]]) -> tuple[list[Any], str]:
    deadline, before, given = time.thread_time() + SECONDS, sys.gettrace(), []

    def trace(_frame: Any, _event: str, _argument: Any) -> Any:
        if time.thread_time() > deadline:
            raise Spent
        return trace

    sys.settrace(trace)
    try:
        given.extend(make())  # what came before Spent stays
    except Spent:
        return given, SPENT
    finally:
        sys.settrace(before)
    return given, DONE
