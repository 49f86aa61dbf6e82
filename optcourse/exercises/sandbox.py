"""A student's code under a limit: it may loop forever, leave Python, print without end or wait for an answer.

``check`` and the marker share one rule, which :class:`Watch` applies. Each step may compute for :data:`SECONDS` and wait for
:data:`PATIENCE`. All steps of an answer together may compute for :data:`ALL_STEPS`, and last for :data:`BY_CLOCK`.

On Linux ``check`` runs the code in a forked child, which is killed when its time is over. Nothing less stops a
loop in C such as ``sum(range(10**9))``: a signal handler in Python, like a trace, only runs between two lines of Python.
A fork takes some milliseconds, and the child works on a copy of everything. Elsewhere fork is missing (Windows) or unsafe next to
the system's libraries (macOS); there a trace looks at the time at each line of Python, and a loop in C runs to its end.
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

from . import worker

SECONDS, ALL_STEPS = 2.0, 20.0  # of CPU time, for one step and for all steps of an answer
PATIENCE = 15.0  # seconds by the clock, for a step that waits and computes nothing; on a busy machine, longer
BY_CLOCK = 120.0  # seconds by the clock for all steps, whatever they do
LOOK = 0.1  # seconds between two looks at a process
WORKS = 0.02  # the share of one processor from which on code computes
LONGEST = 10_000  # characters printed
FORKS = sys.platform == "linux"

# a step computed for too long, all steps together took too long, a step waited for too long, the process was gone
DONE, SPENT, SLOW, WAITING, LEFT = "done", "spent", "slow", "waiting", "left"


class Spent(BaseException):
    """The time is over; no Exception, so that a student's ``except Exception`` does not catch it."""

    def __init__(self, how: str):
        super().__init__(how)
        self.how = how


class Watch:
    """Whether the steps of one answer still have time; ``used`` tells the CPU time that they have used so far."""

    def __init__(self, used: Callable[[], float]):
        self._used = used
        self._begun, self._used_at_first = time.monotonic(), used()
        self.step()

    def step(self) -> None:
        """A new step begins."""
        self._waits_since = time.monotonic()
        self._used_before = self._used_then = self._used()

    def over(self) -> str:
        """How the time ended: SPENT, SLOW or WAITING; nothing while there is some left."""
        now, used = time.monotonic(), self._used()
        if used - self._used_before > SECONDS:
            return SPENT
        if used - self._used_at_first > ALL_STEPS or now - self._begun > BY_CLOCK:
            return SLOW
        if now - self._waits_since > PATIENCE:
            if used - self._used_then < WORKS * PATIENCE:
                return WAITING
            self._waits_since, self._used_then = now, used
        return ""


def cpu_time(process: psutil.Process) -> Callable[[], float]:
    """A function for the CPU time that a process has used; once the process is gone, the last that was known."""
    known = 0.0

    def used() -> float:
        nonlocal known
        with contextlib.suppress(psutil.Error):
            known = sum(process.cpu_times()[:2])
        return known

    return used


def has_ended(process: psutil.Process) -> bool:
    """Whether a process has come to its end; another one that it started may still hold its pipe."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def collect(make: Callable[[], Iterator[Any]]) -> tuple[list[Any], str]:
    """Everything that the iterator gives within the limit, and how it ended: DONE, SPENT, SLOW, WAITING or LEFT.

    Each item is one step. It must be picklable. What is printed on the way is printed here.
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
        return _read(reading, psutil.Process(child))
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _as_child(make: Callable[[], Iterator[Any]], writing: int) -> None:
    """The child's whole life: compute, send, leave without any of the parent's clean-up."""
    import resource

    try:
        most = int(ALL_STEPS) + 2  # the system ends it if nobody looks any more: the notebook's kernel may be gone
        with contextlib.suppress(ValueError):  # a lower limit is there already
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        builtins.input = worker.no_input
        with open(writing, "wb", buffering=0) as pipe:
            sys.stdout = sys.stderr = _Relay(pipe)
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
        if text and self._left > 0:
            _send(self._pipe, ("printed", text[: self._left] + ("…\n" if len(text) >= self._left else "")))
            self._left -= len(text)
        return len(text)


def _send(pipe: Any, item: Any) -> None:
    data = pickle.dumps(item)
    data = len(data).to_bytes(8, "big") + data
    while data:
        data = data[pipe.write(data) :]


def _read(reading: int, child: psutil.Process) -> tuple[list[Any], str]:
    """The items that come through the pipe, and how they ended."""
    given: list[Any] = []
    data, watch = b"", Watch(cpu_time(child))
    while True:
        # looked at before the pipe: what a step used counts only if the step has not come back meanwhile
        how = watch.over() or (LEFT if has_ended(child) else "")
        ready = select.select([reading], [], [], 0 if how else LOOK)[0]
        if how == SLOW or (how and not ready):
            return given, how
        piece = os.read(reading, 1 << 16) if ready else b""
        if ready and not piece:
            return given, LEFT
        data += piece
        while len(data) >= 8 and len(data) >= (end := 8 + int.from_bytes(data[:8], "big")):
            item, data = pickle.loads(data[8:end]), data[end:]
            if item == DONE:  # and not at the end of the pipe, which another process may hold
                return given, DONE
            if isinstance(item, tuple) and item and item[0] == "printed":
                print(item[1], end="")
            else:
                given.append(item)
                watch.step()


def _traced(make: Callable[[], Iterator[Any]]) -> tuple[list[Any], str]:
    given: list[Any] = []
    watch, before = Watch(time.thread_time), sys.gettrace()

    def trace(_frame: Any, _event: str, _argument: Any) -> Any:
        if how := watch.over():
            raise Spent(how)
        return trace

    sys.settrace(trace)
    try:
        for item in make():
            given.append(item)  # stays, whatever comes after it
            watch.step()
    except Spent as spent:
        return given, spent.how
    finally:
        sys.settrace(before)
    return given, DONE
