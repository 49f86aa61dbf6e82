"""Checks of an update that a student writes by hand.

A student's function runs on its own, step after step from the same start; its path is then compared with the real method's,
in each of the forms in which the literature writes it. Where they part, it is compared with the classic mistakes, each a
small change to the formula's rows, and the one that fits is named.
"""

import contextlib
import copy
import io
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import surfaces
from ..arguments import wrong_type
from ..formula.evaluate import Array, Gradient
from ..methods.base import Optimizer, State, by_rows, cached, check_method
from ..methods.more import AdamW
from ..methods.optimizers import OPTIMIZERS
from ..surfaces.surface import Surface
from ..trajectory import run
from . import sandbox, worker
from .mistakes import MISTAKES, broken, forms

# the written exercises: the name of the function, and of the cell (exercise-gradient-descent), with its method
EXERCISES: dict[str, type[Optimizer]] = dict(
    zip(("gradient_descent", "momentum", "nag", "adagrad", "rmsprop", "adam"), OPTIMIZERS, strict=True)
) | {"adamw": AdamW}
TRIALS: tuple[tuple[Surface, tuple[float, float]], ...] = (
    (surfaces.bowl, (-2.0, 1.0)),
    (surfaces.ravine, (-2.0, 0.3)),
    (surfaces.himmelblau, (0.3, -0.2)),
)
STEPS = 8
WARM = (
    {"t": 3},
    np.array([0.1, 0.2]),
)  # the state on the last surface, as in the middle of a run; on the others it is zero
# large enough that every mistake shows, small enough that nothing diverges; no value is another's complement, or a usual one
VALUES = {"eta": 0.013, "gamma": 0.8, "beta1": 0.8, "beta2": 0.7, "eps": 0.3, "decay": 0.4}
# float32 that is right stays within a quarter of this on all surfaces; the mildest mistake is some hundred times as far away
CLOSE, SURE = 2e-5, 100  # what is called right in a wrong step is SURE times closer
LOST = 1e6  # what is as far away as this has diverged
UNANSWERED = "Not answered yet. Replace pass with your update, and run the cell again."
SAID = {  # of a run that came to its end; the page judges with the same words, see task()
    "right": "Right. Your update matches {title} in {steps} steps on each of {surfaces} surfaces.",
    "not yet": "Not yet. {message}",
    "unusable": "In step {step} {problem}",
    "shape": "you returned {name} with the shape {shape}; return the shape {wanted}, one value per coordinate.",
    "seen": "In step {step} on the {surface}, with {values}, {differ}{agree}.",
    "differ": "your {letter} is {got}, not {expected}",
    "agree": " ({letters} {are} right)",
    "unmoved": "You changed nothing; assign the new θ to theta, and return it.",
    "t stays": "You did not count this step; write t = t + 1, use this t, and return it.",
    "t jumps": "You counted t by more than one; add 1 to it in each step.",
    "kept": "You returned {names} unchanged; return what you computed.",
    "order": "You returned the values in another order; return {names}.",
    "infinite": "You computed a number that is not finite; look for a division by zero or the root of a negative number.",
    "unknown": "You made a mistake that this check does not recognize; compare your lines with the formula, one by one.",
}
# what to do about an exception, by its name and words; the first that fits
ADVICE = {
    r"TypeError.*(bitwise_xor|for \^)": "write a power as g**2, since ^ is another operation",
    r"ValueError.*matmul|'@'": "multiply with *, element by element, and not with @",
    r"TypeError.*gradient\(\) takes": "call grad with one array, as in grad(theta)",
    r"input\(\)": "use the arguments instead",
    r"optcourse|course is not": "write the update yourself",
    r"NameError|UnboundLocalError": "check the spelling, or assign the name before you use it",
    "": "correct this line",
}

Named = dict[str, Any]  # θ and the state after a step, by name


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer: ``mark`` is "right", "not yet" or "not answered"."""

    mark: str
    message: str
    kind: type[Optimizer]

    def __str__(self) -> str:
        if self.mark != "not yet":
            return self.message
        said = SAID["not yet"].format(message=self.message)
        return f"{said}\nThe formula:  " + "\n              ".join(row.latex for row in self.kind.rows)

    @property
    def markdown(self) -> str:
        """The same for a notebook, with the formula typeset."""
        if self.mark != "not yet":
            return _escaped(self.message)
        rows = r" \\ ".join(row.latex.replace(" = ", " &= ", 1) for row in self.kind.rows)
        said = SAID["not yet"].format(message=_escaped(self.message))
        return f"{said}\n\nThe formula:\n\n$$\\begin{{aligned}}{rows}\\end{{aligned}}$$"


def check(student: Callable, kind: type[Optimizer]) -> None:
    """Say whether a student's update is right, and if not, what is wrong and where.

    ``student`` takes θ, the method's state, ``grad`` and the hyperparameters, in this order (see :func:`signature`), and
    returns the new θ and state. For Momentum: ``def momentum(theta, v, grad, eta, gamma): … return theta, v``.
    """
    said = verdict(student, kind)
    if not _in_notebook():
        print(said)
        return
    from IPython.display import display

    if said.mark == "not yet":
        display({"text/plain": str(said), "text/markdown": said.markdown}, raw=True)
    else:
        print(said)
    if said.mark != "not answered" and (made := beside(student, kind)):
        display(made)


def verdict(student: Callable, kind: type[Optimizer]) -> Verdict:
    """What :func:`check` says."""
    if not callable(student):
        raise wrong_type("student", "your function, as in check(momentum, Momentum)", student)
    check_method(kind)
    try:
        return judge(kind, *answers(student, kind))
    except KeyboardInterrupt:
        return Verdict("not yet", "You stopped the check; run the cell again.", kind)


def signature(kind: type[Optimizer]) -> list[str]:
    """The names of a student's arguments, in order."""
    return ["theta", *kind().init(np.zeros(2)), "grad", *(item.name for item in kind.hypers())]


# ---- the student's run: nothing here judges ----


def answers(student: Callable, kind: type[Optimizer]) -> tuple[list[Any], str]:
    """What the function returned, step after step on each surface, and how its run ended.

    Each is a dict with θ and the state, or a sentence on why it cannot be used: then it is the last. Each step has a
    limit of its own, and all steps together have a larger one; :mod:`optcourse.exercises.sandbox` says which.
    """
    for surface, start in TRIALS:
        surface.gradient(start)  # compiled here, not in the student's time
    return sandbox.collect(lambda: _answered(student, _example(kind)))


def _example(kind: type[Optimizer]) -> Optimizer:
    return kind(**{item.name: VALUES.get(item.name, item.default) for item in kind.hypers()})


def beginnings(optimizer: Optimizer) -> Iterator[tuple[Surface, Array, State]]:
    """Each surface, with the θ and the state to begin with."""
    for place, (surface, start) in enumerate(TRIALS):
        theta = np.array(start)
        state = optimizer.init(theta)
        if place == len(TRIALS) - 1:
            state = {name: WARM[0].get(name, WARM[1]) for name in state}
        yield surface, theta, state


def _answered(student: Callable, optimizer: Optimizer) -> Iterator[Any]:
    for surface, theta, state in beginnings(optimizer):
        for got in _walked(student, optimizer, surface, theta, state, STEPS):
            yield got
            if not isinstance(got, dict):
                return


def _walked(
    student: Callable, optimizer: Optimizer, surface: Surface, theta: Array, state: State, steps: int
) -> Iterator[Any]:
    """What the function returned, step after step on one surface; a sentence on why it cannot be used is the last."""
    for t in range(1, steps + 1):
        got = _one_step(student, optimizer, theta, state, surface.gradient, _numbered(t, surface))
        yield got
        if not isinstance(got, dict):
            return
        theta, state = got["theta"], {name: got[name] for name in state}


def _numbered(t: int, surface: Surface) -> str:
    """What a message calls a step. The count begins again on each surface, so every surface but the first is named."""
    return str(t) if surface is TRIALS[0][0] else f"{t} on the {surface.name}"


class Elsewhere(Exception):
    """An exception that a student's function raised in another process: its class, its words, and its line there."""

    def __init__(self, name: str, words: str, line: int):
        super().__init__(words)
        self.name, self.line = name, line


def _one_step(student: Callable, optimizer: Optimizer, theta: Array, state: State, grad: Gradient, number: str) -> Any:
    """The student's step, on copies of everything; a sentence if it cannot be used at all, which gives its number."""
    names = ["theta", *state]
    given = [np.copy(value) if np.ndim(value) else value for value in (theta, *state.values())]
    untouched = [np.copy(value) for value in given]
    try:
        with np.errstate(all="ignore"):
            answer = student(*given, grad, *optimizer.values.values())
    except sandbox.Spent:
        raise
    except BaseException as error:  # sys.exit, too
        return _stopped(error, number)
    if answer is None or answer is ...:
        if getattr(student, "empty", None) or worker.empty(student):  # a function elsewhere knows of itself
            return UNANSWERED
        return f"You returned nothing; end the function with return {', '.join(names)}."
    for name, value, kept in zip(names, given, untouched, strict=True):
        if not np.array_equal(value, kept, equal_nan=True):
            return f"In step {number} you changed {name} in place, as += does; make a new array, as in {name} = {name} + 1."
    parts = _parts(answer, names)
    if len(parts) != len(names):
        values = "1 value" if len(parts) == 1 else f"{len(parts)} values"
        return f"You returned {values}; return {len(names)}: {', '.join(names)}."
    for name, value, kept in zip(names, parts, given, strict=True):
        if problem := _unusable(name, value, np.shape(kept)):
            with contextlib.suppress(ValueError):  # of a ragged list
                if sorted(map(np.shape, parts)) == sorted(map(np.shape, given)) and np.shape(value) != np.shape(kept):
                    problem = SAID["order"].format(names=", ".join(names)).replace("You", "you", 1)
            return SAID["unusable"].format(step=number, problem=problem)
    return {
        name: np.array(value, dtype=float) if np.ndim(value) else _number(value)
        for name, value in zip(names, parts, strict=True)
    }


def _number(value: Any) -> int | float:
    """A whole number stays one, so that ``range(t)`` works in the next step."""
    return int(value) if np.asarray(value).dtype.kind in "iub" else float(value)


def _parts(answer: Any, names: Sequence[str]) -> list[Any]:
    """What a function returned, one by one: of a tuple, a list or an array, or as a method's ``step`` returns it, θ and a dict.

    A θ alone may itself be a list.
    """
    several = isinstance(answer, tuple | list) or (isinstance(answer, np.ndarray) and answer.ndim > 1)
    if several and len(answer) == 2 and isinstance(answer[1], dict) and set(answer[1]) == set(names[1:]):
        return [answer[0], *(answer[1][name] for name in names[1:])]
    if len(names) == 1 and several:
        several = len(answer) == 1 and np.ndim(answer[0]) > 0
    return list(answer) if several else [answer]


def _unusable(name: str, value: Any, shape: tuple[int, ...]) -> str:
    """Why a returned value is not a number of this shape, or nothing."""
    if isinstance(value, str):
        return f"you returned the text {value[:20]!r} as {name}; return a number for each coordinate."
    if isinstance(value, list | tuple) and shape:
        try:
            value = np.asarray(value)
        except ValueError:  # a ragged one
            return f"you returned {name} as a list of parts of different lengths; return an array."
    if not isinstance(value, np.ndarray | np.number | float | int | complex):
        return f"you returned a {type(value).__name__} as {name}; return {'an array' if shape else 'a number'}."
    kind = np.asarray(value).dtype.kind
    if kind == "c":
        return f"you returned complex numbers as {name}; look for the root of a negative number, or the letter j."
    if kind not in "iufb":
        return f"you returned something other than numbers in {name}; return an array of numbers."
    if np.shape(value) != shape:
        return SAID["shape"].format(name=name, shape=np.shape(value), wanted=shape)
    return ""


def _stopped(error: BaseException, number: str) -> str:
    """What is said of an exception that a student's function raised, here or in a process of its own."""
    name, said, line = (
        (error.name, str(error), error.line)
        if isinstance(error, Elsewhere)
        else (type(error).__name__, worker.words(error), worker.line(error, __file__))
    )
    place = f" (line {line} of the function)" if line else ""
    if name.endswith("TypeError") and re.search(r"'(\w*function|\w*method\w*)'|type (function|method)\b", said):
        return f"In step {number} you used grad itself{place}; call it, as in grad(theta)."
    advice = next(each for pattern, each in ADVICE.items() if re.search(pattern, f"{name}: {said}", re.DOTALL))
    return f"In step {number} your function stopped with {name}: {said}{place}; {advice}."


def beside(student: Callable, kind: type[Optimizer], steps: int = 40) -> Any:
    """The picture of an answer's run on the ravine next to the method's own, so that a mistake is seen; None if it does not run."""
    from ..plots.figures import Picture

    method, surface = kind(), surfaces.ravine
    surface.gradient(surface.start)  # compiled here, not in the student's time

    start = np.array(surface.start, dtype=float)
    with contextlib.redirect_stdout(io.StringIO()):  # what it prints has been seen
        given, _ = sandbox.collect(lambda: _walked(student, method, surface, start, method.init(start), steps))
    taken = [got for got in given if isinstance(got, dict)]
    if not taken:
        return None
    coming = ((got.pop("theta"), got) for got in taken)
    yours = type("Yours", (kind,), {"title": "yours", "step": lambda *_: next(coming)})
    return Picture([run(each(), surface, steps=len(taken)) for each in (kind, yours)])


# ---- the judgement ----


def judge(kind: type[Optimizer], given: Sequence[Any], end: str = sandbox.DONE) -> Verdict:
    """The verdict on what :func:`answers` found."""
    if given and isinstance(given[-1], str):
        return Verdict(*(("not answered", UNANSWERED) if given[-1] == UNANSWERED else ("not yet", given[-1])), kind)
    if end != sandbox.DONE:
        return Verdict("not yet", _unended(end, len(given)), kind)
    if len(given) != len(TRIALS) * STEPS:  # only a notebook that lies comes here
        return Verdict(
            "not yet", f"You returned {len(given)} of {len(TRIALS) * STEPS} steps; run the cell again.", kind
        )
    known = []  # where the path parts from each form's, and that form's path
    for form, word in forms(kind):
        expected = list(steps(form))
        at = first_difference(given, expected)
        if at is None:
            right = SAID["right"].format(surfaces=len(TRIALS), steps=STEPS, title=kind.title)
            return Verdict("right", f"{right} {word}".strip(), kind)
        known.append((at, expected))
    _, nearest = max(known, key=lambda each: each[0])
    return Verdict("not yet", f"{_seen(kind, given, nearest)} {_diagnosis(kind, given, nearest)}", kind)


def task(kind: type[Optimizer]) -> dict[str, Any]:
    """All that :func:`judge` knows of an exercise, as JSON: the page judges typed lines with it (``page/site/judge.js``)."""
    example, lines, words = _example(kind), dict[str, int](), dict[str, int]()

    def rows(method: type[Optimizer]) -> list[int]:
        return [lines.setdefault(row.latex, len(lines)) for row in method.rows]

    known = [
        {
            "word": word,
            "rows": rows(form),
            "mistakes": [
                [words.setdefault(each.says, len(words)), rows(made)]
                for each in MISTAKES
                if (made := broken(form, each))
            ],
        }
        for form, word in forms(kind)
    ]
    trials = [
        {
            "name": surface.name,
            "program": surface.tree,
            "start": theta.tolist(),
            "state": [np.asarray(value).tolist() for value in state.values()],
        }
        for surface, theta, state in beginnings(example)
    ]
    return {
        "title": kind.title,
        "states": list(example.init(np.zeros(2))),
        "hypers": {item.key: value for item, value in zip(kind.hypers(), example.values.values(), strict=True)},
        **{"steps": STEPS, "close": CLOSE, "lost": LOST, "sure": SURE, "said": said_of(kind), "trials": trials},
        **{"forms": known, "lines": list(lines), "words": list(words)},
    }


def _unended(end: str, came: int) -> str:
    """Why no more steps than these came back."""
    place, done = divmod(min(came, len(TRIALS) * STEPS - 1), STEPS)
    where = f"In step {_numbered(done + 1, TRIALS[place][0])} your function"
    return {
        sandbox.SPENT: f"{where} did not end within {sandbox.SECONDS:g} s; look for an endless loop.",
        sandbox.SLOW: (
            f"Your function was too slow for more than {came} of {len(TRIALS) * STEPS} steps; make it faster, since all steps "
            f"together may compute for {sandbox.ALL_STEPS:g} s, and last for {sandbox.BY_CLOCK:g} s by the clock."
        ),
        sandbox.WAITING: f"{where} waited for more than {sandbox.PATIENCE:g} s; leave out sleep and input.",
        sandbox.LEFT: f"{where} ended the whole process; leave out what ends Python.",
    }[end]


def steps(kind: type[Optimizer]) -> Iterator[Named]:
    """θ and the state after each step, on each surface, by executing the formula's rows; each step once for all answers."""
    return copy.copy(_steps(kind))


@cached
def _steps(kind: type[Optimizer]) -> Iterator[Named]:
    return itertools.tee(_executed(kind), 1)[0]  # nothing is taken of it, so its copies begin at the beginning


def _executed(kind: type[Optimizer]) -> Iterator[Named]:
    optimizer = _example(kind)
    for surface, theta, state in beginnings(optimizer):
        for _ in range(STEPS):
            with np.errstate(all="ignore"):
                theta, state = by_rows(optimizer, theta, state, surface.gradient)
            yield {"theta": theta, **state}


def _same(got: Any, expected: Any, close: float | None = None) -> bool:
    """Equal but for rounding, in float32 as well; or both lost."""
    close = CLOSE if close is None else close
    size = np.abs(expected)
    if not np.all(size < LOST):
        return not np.all(np.abs(got) < LOST)
    return bool(np.all(np.abs(np.subtract(got, expected)) <= close + close * size))  # allclose, at a tenth of its cost


def first_difference(given: Iterable[Named], expected: Iterable[Named]) -> int | None:
    """The first place where the two paths differ, or None."""
    pairs = enumerate(zip(given, expected, strict=True))
    return next((at for at, (got, own) in pairs if not all(_same(got[name], own[name]) for name in own)), None)


def said_of(kind: type[Optimizer]) -> dict[str, str]:
    """The sentences on a method's runs, with the values that its hyperparameters have there."""
    values = ", ".join(f"{item.letter} = {getattr(_example(kind), item.name):g}" for item in kind.hypers())
    return {**SAID, "seen": SAID["seen"].replace("{values}", values)}


def _seen(kind: type[Optimizer], given: Sequence[Named], expected: Sequence[Named]) -> str:
    """Where the paths part first, and in which of θ and the state."""
    at = first_difference(given, expected)
    assert at is not None
    got, own = given[at], expected[at]
    wrong = [name for name in own if not _same(got[name], own[name])]
    right = [_letter(name) for name in own if _same(got[name], own[name], CLOSE / SURE)]
    differ = " and ".join(SAID["differ"].format(letter=_letter(name), **_pair(got[name], own[name])) for name in wrong)
    agree = SAID["agree"].format(letters=", ".join(right), are="is" if len(right) == 1 else "are") if right else ""
    where = {"step": at % STEPS + 1, "surface": TRIALS[at // STEPS][0].name}
    return said_of(kind)["seen"].format(**where, differ=differ, agree=agree)


def _diagnosis(kind: type[Optimizer], given: Sequence[Named], expected: Sequence[Named]) -> str:
    """The mistake, on the student's own form, that explains every step; or what to look at."""
    at = first_difference(given, expected)
    assert at is not None
    if said := _returned(kind, given, expected, at):
        return said
    for form, _ in forms(kind):
        for each in MISTAKES:
            made = broken(form, each)
            if made and first_difference(given, steps(made)) is None:  # most part in the first step, and go no further
                return each.says
    if not np.isfinite(given[at]["theta"]).all():
        return SAID["infinite"]
    return SAID["unknown"]


def _returned(kind: type[Optimizer], given: Sequence[Named], expected: Sequence[Named], at: int) -> str:
    """What is wrong with how θ and the state are handed back, in the step where the paths part; or nothing."""
    got, own = given[at], expected[at]
    first = [{"theta": theta, **state} for _, theta, state in beginnings(_example(kind))]
    befores = [given[place - 1] if place % STEPS else first[place // STEPS] for place in range(len(given))]
    before = befores[at]
    if first_difference(given, befores) is None:
        return SAID["unmoved"]
    if "t" in own and got["t"] == before["t"]:
        return SAID["t stays"]
    if "t" in own and not _same(got["t"], own["t"]):
        return SAID["t jumps"]
    wrong = [name for name in own if not _same(got[name], own[name])]
    if "theta" not in wrong and all(_same(got[name], before[name]) for name in wrong):
        return SAID["kept"].format(names=" and ".join(wrong))
    for order in itertools.permutations(own):
        if all(
            np.shape(got[name]) == np.shape(own[right]) and _same(got[name], own[right])
            for name, right in zip(own, order, strict=True)
        ):
            return SAID["order"].format(names=", ".join(own))
    return ""


def _letter(name: str) -> str:
    return "θ" if name == "theta" else name


def _pair(got: Any, expected: Any) -> dict[str, str]:
    """Two values as text, with as many digits as it takes to tell them apart, and four at least."""
    for digits in range(4, 18):
        texts = {"got": _text(got, digits), "expected": _text(expected, digits)}
        if texts["got"] != texts["expected"]:
            break
    return texts


def _text(value: Any, digits: int) -> str:
    if np.ndim(value) == 0:
        return f"{float(value) + 0.0:.{digits}g}"  # −0 is 0
    return "(" + ", ".join(f"{each + 0.0:.{digits}g}" for each in np.ravel(value)) + ")"


def _escaped(text: str) -> str:
    """Text in Markdown as it stands."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$~&])", r"\\\1", text)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
