"""Checks of an update that a student writes by hand.

A student's function runs on its own, step after step from the same start; its path is then compared with the real method's,
in each of the forms in which the literature writes it. Where they part, it is compared with the classic mistakes, each a
small change to the formula's rows, and the one that fits is named.
"""

import dis
import itertools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..mathematics import formulas, surfaces
from ..mathematics.beyond import AdamW
from ..mathematics.declaration import Array, Gradient, Optimizer, State
from ..mathematics.optimizers import OPTIMIZERS
from ..mathematics.surfaces import Surface
from . import limits
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
# large enough that every mistake shows, small enough that nothing diverges
VALUES = {"eta": 0.01, "gamma": 0.8, "beta1": 0.8, "beta2": 0.9, "eps": 0.3, "decay": 0.5}
UNANSWERED = "Not answered yet: write the update in place of pass, and run the cell again."

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
        return f"Not yet. {self.message}\nThe formula:  " + "\n              ".join(row.latex for row in self.kind.rows)

    @property
    def markdown(self) -> str:
        """The same for a notebook, with the formula typeset."""
        if self.mark != "not yet":
            return _escaped(self.message)
        rows = r" \\ ".join(row.latex.replace(" = ", " &= ", 1) for row in self.kind.rows)
        return f"Not yet. {_escaped(self.message)}\n\nThe formula:\n\n$$\\begin{{aligned}}{rows}\\end{{aligned}}$$"


def check(student: Callable, kind: type[Optimizer]) -> None:
    """Say whether a student's update is right, and if not, what is wrong and where.

    ``student`` takes θ, the method's state, ``grad`` and the hyperparameters, in this order (see :func:`signature`), and
    returns the new θ and state. For Momentum: ``def momentum(theta, v, grad, eta, gamma): … return theta, v``.
    """
    said = verdict(student, kind)
    if said.mark == "not yet" and _in_notebook():
        from IPython.display import display

        display({"text/plain": str(said), "text/markdown": said.markdown}, raw=True)
    else:
        print(said)


def verdict(student: Callable, kind: type[Optimizer]) -> Verdict:
    """What :func:`check` says."""
    if not callable(student):
        raise TypeError(f"check needs your function, not {student!r}: check(momentum, Momentum)")
    if not (isinstance(kind, type) and issubclass(kind, Optimizer)):
        raise TypeError(f"check needs a method such as Momentum, not {kind!r}: check(momentum, Momentum)")
    try:
        return judge(kind, *answers(student, kind))
    except KeyboardInterrupt:
        return Verdict("not yet", "Stopped by hand before the check came to its end.", kind)


def signature(kind: type[Optimizer]) -> list[str]:
    """The names of a student's arguments, in order."""
    return ["theta", *kind().init(np.zeros(2)), "grad", *(item.name for item in kind.hypers())]


# ---- the student's run: nothing here judges ----


def answers(student: Callable, kind: type[Optimizer]) -> tuple[list[Any], str]:
    """What the function returned, step after step on each surface, and how its run ended (see :mod:`.limits`).

    Each is a dict with θ and the state, or a sentence on why it cannot be used: then it is the last.
    """
    for surface, start in TRIALS:
        surface.gradient(start)  # compiled here, not in the student's time
    return limits.collect(lambda: _answered(student, _example(kind)))


def _example(kind: type[Optimizer]) -> Optimizer:
    return kind(**{item.name: VALUES.get(item.name, item.default) for item in kind.hypers()})


def _answered(student: Callable, optimizer: Optimizer) -> Iterator[Any]:
    for surface, start in TRIALS:
        theta = np.array(start)
        state = optimizer.init(theta)
        for t in range(1, STEPS + 1):
            got = _one_step(student, optimizer, theta, state, surface.gradient, t)
            yield got
            if not isinstance(got, dict):
                return
            theta, state = got["theta"], {name: got[name] for name in state}


def _one_step(student: Callable, optimizer: Optimizer, theta: Array, state: State, grad: Gradient, t: int) -> Any:
    """The student's step, on copies of everything; a sentence if it cannot be used at all."""
    names = ["theta", *state]
    given = [np.copy(value) if np.ndim(value) else value for value in (theta, *state.values())]
    untouched = [np.copy(value) for value in given]
    try:
        with np.errstate(all="ignore"):
            answer = student(*given, grad, *optimizer.values.values())
    except limits.Spent:
        raise
    except BaseException as error:  # sys.exit, too
        return _stopped(error, t)
    if answer is None or answer is ...:
        if empty(student):
            return UNANSWERED
        return f"Your function returns nothing: end it with return {', '.join(names)}."
    for name, value, kept in zip(names, given, untouched, strict=True):
        if not np.array_equal(value, kept, equal_nan=True):
            return (
                f"In step {t} your function changed {name} in place (as += does). Make a new array: {name} = {name} + …"
            )
    several = isinstance(answer, tuple) or (isinstance(answer, list) and len(names) > 1)
    parts = list(answer) if several else [answer]
    if len(parts) != len(names):
        return f"Your function returned {len(parts)} value(s); it must return {len(names)}: {', '.join(names)}."
    for name, value, kept in zip(names, parts, given, strict=True):
        if problem := _unusable(value, np.shape(kept)):
            return f"In step {t} {name} {problem}"
    return {
        name: np.array(value, dtype=float) if np.ndim(value) else float(value)
        for name, value in zip(names, parts, strict=True)
    }


def _unusable(value: Any, shape: tuple[int, ...]) -> str:
    """Why a returned value is no number of this shape, or nothing."""
    if isinstance(value, str):
        return f"is the text {value[:20]!r}; it must be a number for each coordinate."
    if not isinstance(value, np.ndarray | np.number | float | int | complex):
        return f"is a {type(value).__name__}; it must be {'an array' if shape else 'a number'}."
    kind = np.asarray(value).dtype.kind
    if kind == "c":
        return "is complex: look for a root of something negative, or the letter j."
    if kind not in "iufb":
        return "is an array of something else than numbers."
    if np.shape(value) != shape:
        return f"has the shape {np.shape(value)}; it must be {shape}, one value per coordinate."
    return ""


def _stopped(error: BaseException, t: int) -> str:
    said = f"In step {t} your function stopped with {type(error).__name__}: {str(error)[:300]}{_line(error)}."
    if isinstance(error, TypeError) and ("bitwise_xor" in str(error) or "for ^" in str(error)):
        said += " In Python a power is written **, as in g**2; ^ is another operation."
    return said


def _line(error: BaseException) -> str:
    """Where in the student's function an exception came from."""
    trail = error.__traceback__
    while trail is not None and trail.tb_frame.f_code.co_filename == __file__:
        trail = trail.tb_next
    return f" (line {trail.tb_lineno - trail.tb_frame.f_code.co_firstlineno + 1} of the function)" if trail else ""


def empty(function: Callable) -> bool:
    """Whether a function's body does nothing: ``pass``, ``...``, a text or ``return None``."""
    code = getattr(function, "__code__", None)
    nothing = {"RESUME", "NOP", "RETURN_CONST", "LOAD_CONST", "RETURN_VALUE", "POP_TOP", "CACHE"}
    return code is not None and {each.opname for each in dis.get_instructions(code)} <= nothing


# ---- the judgement ----


def judge(kind: type[Optimizer], given: Sequence[Any], end: str = limits.DONE) -> Verdict:
    """The verdict on what :func:`answers` found."""
    if given and isinstance(given[-1], str):
        return Verdict(*(("not answered", UNANSWERED) if given[-1] == UNANSWERED else ("not yet", given[-1])), kind)
    if end != limits.DONE:
        return Verdict("not yet", _unended(end, len(given)), kind)
    if len(given) != len(TRIALS) * STEPS:  # only a notebook that lies comes here
        return Verdict("not yet", f"Of {len(TRIALS) * STEPS} steps {len(given)} came back.", kind)
    known = [(form, word, path(form)) for form, word in forms(kind)]
    for _, word, expected in known:
        if first_difference(given, expected) is None:
            right = f"Right: {len(TRIALS)} surfaces, {STEPS} steps each, the same as {kind.title} in the course."
            return Verdict("right", f"{right} {word}".strip(), kind)
    nearest = max(known, key=lambda each: first_difference(given, each[2]))[2]
    return Verdict("not yet", f"{_seen(given, nearest)} {_diagnosis(kind, given, nearest)}", kind)


def _unended(end: str, steps: int) -> str:
    where = f"In step {steps % STEPS + 1} your function"
    return {
        limits.SPENT: f"{where} did not come to an end within {limits.SECONDS:g} s: is there an endless loop?",
        limits.WAITING: f"{where} waited for more than {limits.PATIENCE:g} s: does it sleep, or ask for something?",
        limits.LEFT: f"{where} ended the whole process, so that nothing came back.",
    }[end]


def path(kind: type[Optimizer]) -> list[Named]:
    """θ and the state after each step, on each surface, by executing the formula's rows."""
    optimizer, found = _example(kind), []
    with np.errstate(all="ignore"):
        for surface, start in TRIALS:
            theta = np.array(start)
            state = optimizer.init(theta)
            for _ in range(STEPS):
                theta, state = formulas.by_rows(optimizer, theta, state, surface.gradient)
                found.append({"theta": theta, **state})
    return found


def _same(got: Any, expected: Any) -> bool:
    return np.allclose(got, expected, rtol=1e-7, atol=1e-9, equal_nan=True)


def first_difference(given: Sequence[Named], expected: Sequence[Named], names: Sequence[str] = ()) -> int | None:
    """The first place where the two paths differ (in these names, or in any), or None."""
    pairs = enumerate(zip(given, expected, strict=True))
    return next((at for at, (got, own) in pairs if not all(_same(got[name], own[name]) for name in names or own)), None)


def _seen(given: Sequence[Named], expected: Sequence[Named]) -> str:
    """Where the paths part first, and in which of θ and the state."""
    at = first_difference(given, expected)
    assert at is not None
    got, own = given[at], expected[at]
    wrong = [name for name in own if not _same(got[name], own[name])]
    right = [_letter(name) for name in own if name not in wrong]
    differ = "; ".join(f"{_letter(name)} came out as {' not '.join(_pair(got[name], own[name]))}" for name in wrong)
    agree = f" ({', '.join(right)} {'is' if len(right) == 1 else 'are'} right)" if right else ""
    return f"In step {at % STEPS + 1} on the {TRIALS[at // STEPS][0].name} {differ}{agree}."


def _diagnosis(kind: type[Optimizer], given: Sequence[Named], expected: Sequence[Named]) -> str:
    """The mistake, on the student's own form, that explains every step; or what to look at."""
    at = first_difference(given, expected)
    assert at is not None
    if said := _returned(kind, given, expected, at):
        return said
    wrongs = [(each.says, path(made)) for form, _ in forms(kind) for each in MISTAKES if (made := broken(form, each))]
    for names in ((), ("theta",)):  # first what explains θ and state, then θ alone
        if names and first_difference(given, expected, names) is None:
            break
        for says, wrong in wrongs:
            if first_difference(given, wrong, names) is None:
                return says
    if not np.isfinite(given[at]["theta"]).all():
        return "That is not a finite number: look for a division by zero or a root of something negative."
    return "Compare your lines with the formula, one by one."


def _returned(kind: type[Optimizer], given: Sequence[Named], expected: Sequence[Named], at: int) -> str:
    """What is wrong with how θ and the state are handed back, in the step where the paths part; or nothing."""
    got, own = given[at], expected[at]
    if "t" in own and got["t"] == at % STEPS:
        return "t is not advanced: count t = t + 1, use this t, and return it."
    if "t" in own and not _same(got["t"], own["t"]):
        return "t counts the steps: it grows by one in each."
    before = given[at - 1] if at % STEPS else _example(kind).init(own["theta"])
    wrong = [name for name in own if not _same(got[name], own[name])]
    if "theta" not in wrong and all(_same(got[name], before[name]) for name in wrong):
        return f"{' and '.join(wrong)} came back as it was before the step: return the new one."
    for order in itertools.permutations(own):
        if all(
            np.shape(got[name]) == np.shape(own[right]) and _same(got[name], own[right])
            for name, right in zip(own, order, strict=True)
        ):
            return f"These are the right values in another order: return {', '.join(own)}."
    return ""


def _letter(name: str) -> str:
    return "θ" if name == "theta" else name


def _pair(got: Any, expected: Any) -> tuple[str, str]:
    """Two values as text, with as many digits as it takes to tell them apart, and four at least."""
    for digits in range(4, 18):
        texts = tuple(_text(each, digits) for each in (got, expected))
        if texts[0] != texts[1]:
            break
    return texts[0] + ",", texts[1]


def _text(value: Any, digits: int) -> str:
    if np.ndim(value) == 0:
        return f"{float(value):.{digits}g}"
    return "(" + ", ".join(f"{each:.{digits}g}" for each in np.ravel(value)) + ")"


def _escaped(text: str) -> str:
    """Text in Markdown as it stands."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$~&])", r"\\\1", text)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
