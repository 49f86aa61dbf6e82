"""Checks of a student's answers: an update written by hand, a prediction, a slider task, and a quiz.

``check`` runs a student's function step for step against the real method. Where they part, it compares with the classic
mistakes, each a small change to the method's own formula rows, and names the one that fits.
"""

import html
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
import numpy as np

from . import formulas, surfaces
from .declaration import Array, Gradient, Optimizer, Row, State
from .explorers import Explorer
from .surfaces import Surface

SECONDS = 2.0  # a student's single step may take this long
TRIALS: tuple[tuple[Surface, tuple[float, float]], ...] = (
    (surfaces.bowl, (-2.0, 1.0)),
    (surfaces.ravine, (-2.0, 0.3)),
    (surfaces.himmelblau, (0.3, -0.2)),
)
# large enough that every mistake shows, small enough that nothing diverges
VALUES = {"eta": 0.01, "gamma": 0.8, "beta1": 0.8, "beta2": 0.9, "eps": 0.3, "decay": 0.5}


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: a pattern in the formula's rows (a regular expression), what it becomes, and what to say."""

    pattern: str
    becomes: str
    says: str


ROOT = r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}"
MISTAKES = (
    Mistake(r"(\\theta_\{?t(?:-1\})?) - ", r"\1 + ", "The step has the wrong sign: it must go against the gradient."),
    Mistake(
        r"\\nabla J\(\\theta_\{t-1\} - \\gamma v_\{t-1\}\)",
        r"\\nabla J(\\theta_{t-1})",
        "The gradient is taken at θ. NAG takes it at the look-ahead point θ − γv: that is Momentum.",
    ),
    Mistake(
        r"\\nabla J\(\\theta_\{t-1\} - \\gamma v_\{t-1\}\)",
        r"\\nabla J(\\theta_{t-1} + \\gamma v_{t-1})",
        "The look-ahead point lies on the wrong side: it is θ − γv.",
    ),
    Mistake(
        r"\+ \\eta \\nabla",
        r"+ (1 - \\gamma) \\eta \\nabla",
        "This is damped momentum, with 1 − γ before the gradient. The course uses the undamped form.",
    ),
    Mistake(r"- v_t$", r"- v_{t-1}", "The step uses the old velocity: first compute the new v, then move by it."),
    Mistake(ROOT, r"(\1)", "The square root is missing: the step is divided by the root of the squared gradients."),
    Mistake(
        r"\\sqrt\{G_t \+ \\epsilon\}",
        r"(\\sqrt{G_t} + \\epsilon)",
        "ε stands outside the root. Here it belongs inside.",
    ),
    Mistake(
        r"\\sqrt\{\\hat\{v\}_t\} \+ \\epsilon",
        r"\\sqrt{\\hat{v}_t + \\epsilon}",
        "ε stands inside the root. Here it belongs outside.",
    ),
    Mistake(
        r"\(\\nabla J\(\\theta_t\)\)\^2",
        r"\\operatorname{sum}((\\nabla J(\\theta_t))^2)",
        "The squares are summed over the coordinates, as a matrix product (@ or np.dot) does. Square element by element: g**2.",
    ),
    Mistake(
        r"g_t\^2",
        r"\\operatorname{sum}(g_t^2)",
        "The squares are summed over the coordinates, as a matrix product (@ or np.dot) does. Square element by element: g**2.",
    ),
    Mistake(r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\nabla J(\\theta_t)", "The gradient is not squared."),
    Mistake(r"\\frac\{(\w)_t\}\{1 - \\beta_\d\^t\}", r"\1_t", "The bias correction is missing: divide by 1 − βᵗ."),
    Mistake(r"\\frac\{m_t\}\{1 - \\beta_1\^t\}", r"m_t", "The bias correction of m is missing: divide it by 1 − β₁ᵗ."),
    Mistake(r"\\frac\{v_t\}\{1 - \\beta_2\^t\}", r"v_t", "The bias correction of v is missing: divide it by 1 − β₂ᵗ."),
    Mistake(
        r"\\beta_(\d)\^t",
        r"\\beta_\1^{t - 1}",
        "t counts from 0 in your bias correction. In the first step t must be 1.",
    ),
    Mistake(r"\(1 - (\\gamma|\\beta_\d)\) ", "", "The factor 1 − γ (or 1 − β) before the new term is missing."),
    Mistake(r"G_\{t-1\} \+ ", "", "The old G is forgotten: AdaGrad adds to it."),
    Mistake(r" - \\eta \\lambda \\theta_\{t-1\}", "", "The weight decay − ηλθ is missing."),
    Mistake(r"- \\eta \\lambda", r"- \\lambda", "The weight decay is not multiplied by η."),
)


def by_rows(optimizer: Optimizer, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
    """One step by executing the formula's rows."""
    names = formulas.execute(optimizer, theta, state, grad)
    return names[formulas.result(optimizer)], {name: names.get(f"{name}_t", state[name] + 1) for name in state}


def broken(kind: type[Optimizer], mistake: Mistake) -> type[Optimizer] | None:
    """The method with the mistake in its rows, or None where it has no place for it."""
    rows = tuple(Row(re.sub(mistake.pattern, mistake.becomes, row.latex), row.caption) for row in kind.rows)
    changed = any(new.latex != old.latex for new, old in zip(rows, kind.rows, strict=True))
    return type(kind.__name__, (kind,), {"rows": rows}) if changed else None


class Unanswered(Exception):
    """The student has not written anything yet."""


class Wrong(Exception):
    """What is wrong, for the student."""


def check(student: Callable, kind: type[Optimizer]) -> None:
    """Print whether a student's update is right, and if not, what is wrong and where.

    ``student`` takes θ, the method's state, ``grad`` and the hyperparameters, in this order (see :func:`signature`), and
    returns the new θ and state. For Momentum: ``def momentum(theta, v, grad, eta, gamma): … return theta, v``.
    """
    print(verdict(student, kind))


def verdict(student: Callable, kind: type[Optimizer]) -> str:
    """What :func:`check` prints."""
    try:
        for surface, start in TRIALS:
            _compare(student, kind, surface, start)
    except Unanswered:
        return "Not answered yet: write the update in place of pass, and run the cell again."
    except Wrong as wrong:
        return f"Not yet. {wrong}\nThe formula:  " + "\n              ".join(row.latex for row in kind.rows)
    return f"Right: {len(TRIALS)} surfaces, 8 steps each, the same as {kind.title} in the course."


def signature(kind: type[Optimizer]) -> list[str]:
    """The names of a student's arguments, in order."""
    return ["theta", *kind().init(np.zeros(2)), "grad", *(item.name for item in kind.hypers())]


def _compare(student: Callable, kind: type[Optimizer], surface: Surface, start: tuple[float, float]) -> None:
    optimizer = kind(**{item.name: VALUES.get(item.name, item.default) for item in kind.hypers()})
    theta = np.array(start)
    state = optimizer.init(theta)
    taken: list[tuple[Array, State]] = []
    for t in range(1, 9):
        before, kept = (theta.copy(), dict(state)), (theta, state)
        got = _one_step(student, optimizer, theta, state, surface.gradient, t)
        taken.append(before)
        theta, state = optimizer.step(*kept, surface.gradient)
        if not _same(got, (theta, state)):
            raise Wrong(_diagnose(kind, optimizer, student, taken, surface, t, got, theta))


def _same(got: tuple[Array, State], expected: tuple[Array, State]) -> bool:
    parts = [(got[0], expected[0]), *((got[1][name], value) for name, value in expected[1].items())]
    return all(np.allclose(ours, theirs, rtol=1e-7, atol=1e-9, equal_nan=True) for ours, theirs in parts)


def _one_step(
    student: Callable, optimizer: Optimizer, theta: Array, state: State, grad: Gradient, t: int
) -> tuple[Array, State]:
    """The student's step, on copies of everything; Wrong if it cannot be used at all."""
    given = [theta.copy(), *(np.copy(value) if np.ndim(value) else value for value in state.values())]
    untouched = [np.copy(value) for value in given]
    try:
        with np.errstate(all="ignore"):
            answer = limited(student, *given, grad, *optimizer.values.values())
    except TimeoutError:
        raise Wrong(
            f"In step {t} your function did not come to an end within {SECONDS:g} s: is there an endless loop?"
        ) from None
    except Exception as error:
        raise Wrong(f"In step {t} your function stopped with {type(error).__name__}: {error}{_line(error)}.") from None
    if answer is None or answer is ...:
        raise Unanswered
    for name, value, kept in zip(signature(type(optimizer)), given, untouched, strict=False):
        if not np.array_equal(value, kept):
            raise Wrong(
                f"In step {t} your function changed {name} in place (as += does). Make a new array: {name} = {name} + …"
            )
    names = ["theta", *state]
    answers = answer if isinstance(answer, tuple) else (answer,)
    if len(answers) != len(names):
        raise Wrong(f"Your function returned {len(answers)} value(s); it must return {len(names)}: {', '.join(names)}.")
    for name, value, kept in zip(names, answers, given, strict=True):
        if not isinstance(value, np.ndarray | np.number | float | int) or np.shape(value) != np.shape(kept):
            raise Wrong(
                f"In step {t} {name} has the shape {np.shape(value)}; it must be {np.shape(kept)}, one value per coordinate."
            )
    return np.asarray(answers[0], dtype=float), dict(zip(state, answers[1:], strict=True))


def limited(function: Callable, *arguments: Any) -> Any:
    """Call a function, and raise TimeoutError if its Python lines run longer than ``SECONDS``."""
    deadline, before = time.monotonic() + SECONDS, sys.gettrace()

    def trace(_frame: Any, _event: str, _argument: Any) -> Any:
        if time.monotonic() > deadline:
            raise TimeoutError
        return trace

    sys.settrace(trace)
    try:
        return function(*arguments)
    finally:
        sys.settrace(before)


def _line(error: Exception) -> str:
    """Where in the student's function an exception came from."""
    trail = error.__traceback__
    while trail is not None and trail.tb_frame.f_code.co_filename == __file__:
        trail = trail.tb_next
    return f" (line {trail.tb_lineno - trail.tb_frame.f_code.co_firstlineno + 1} of the function)" if trail else ""


def _diagnose(
    kind: type[Optimizer],
    optimizer: Optimizer,
    student: Callable,
    taken: Sequence[tuple[Array, State]],
    surface: Surface,
    t: int,
    got: tuple[Array, State],
    expected: Array,
) -> str:
    """The mistake that explains every step so far, or what was seen."""
    seen = f"In step {t} on the {surface.name} θ came out as {_pair(got[0])}, not {_pair(expected)}. "
    for mistake in MISTAKES:
        wrong = broken(kind, mistake)
        if wrong is not None and _explains(wrong(**optimizer.values), student, optimizer, taken, surface):
            return seen + mistake.says
    if not np.isfinite(got[0]).all():
        return seen + "That is not a finite number: look for a division by zero or a root of something negative."
    return seen + "Compare your lines with the formula, one by one."


def _explains(
    wrong: Optimizer, student: Callable, optimizer: Optimizer, taken: Sequence[tuple[Array, State]], surface: Surface
) -> bool:
    with np.errstate(all="ignore"):
        for t, (theta, state) in enumerate(taken, 1):
            theirs = by_rows(wrong, theta, state, surface.gradient)[0]
            ours = _one_step(student, optimizer, theta, state, surface.gradient, t)[0]
            if not np.allclose(ours, theirs, rtol=1e-7, atol=1e-9, equal_nan=True):
                return False
    return True


def _pair(values: Array) -> str:
    return "(" + ", ".join(f"{value:.4g}" for value in np.ravel(values)) + ")"


# ---- predictions, slider tasks and quizzes ----


@dataclass(frozen=True)
class Question:
    """A question with its options: the first is right; each has what to say when it is chosen."""

    text: str
    options: tuple[tuple[str, str], ...]

    def shuffled(self) -> list[tuple[str, str]]:
        """The options in an order that is always the same and does not give the answer away."""
        return sorted(self.options)

    def answer(self, option: str) -> tuple[bool, str]:
        """Whether an option is right, and what to say about it."""
        return option == self.options[0][0], dict(self.options)[option]


def _say(box: Any, good: bool | None, text: str) -> None:
    colour = {True: "#006b3c", False: "#8b0000", None: "inherit"}[good]
    sign = {True: "✓ ", False: "✗ ", None: ""}[good]
    box.value = f'<span role="status" style="color:{colour}">{sign}{html.escape(text)}</span>'


class Choice(widgets.VBox):
    """One question: options to choose with mouse or arrow keys, a button to answer, and feedback."""

    def __init__(self, question: Question, label: str = "answer", after: Callable[[], None] = lambda: None):
        self.question, self.after = question, after
        self.options = widgets.RadioButtons(
            options=[text for text, _ in question.shuffled()], value=None, layout=widgets.Layout(width="auto")
        )
        self.button = widgets.Button(description=label)
        self.feedback = widgets.HTML()
        self.button.on_click(lambda _: self.submit())
        super().__init__(
            [widgets.HTML(f"<b>{html.escape(question.text)}</b>"), self.options, self.button, self.feedback]
        )

    def submit(self) -> None:
        """Judge the chosen option."""
        if self.options.value is None:
            _say(self.feedback, None, "Choose one first.")
            return
        _say(self.feedback, *self.question.answer(self.options.value))
        self.after()

    def __repr__(self) -> str:
        return f"{self.question.text} Not answered yet."


class Predict(widgets.VBox):
    """Commit to a prediction; only then the explorer appears, to check it."""

    def __init__(self, question: Question, explorer: Explorer):
        self.explorer = explorer
        self.choice = Choice(question, "I predict this", self._unlock)
        self.locked = widgets.HTML("The picture appears when you have committed yourself.")
        explorer.layout.display = "none"
        super().__init__([self.choice, self.locked, explorer])

    def _unlock(self) -> None:
        self.explorer.layout.display, self.locked.value = "", "Now check it yourself:"
        self.choice.button.disabled = self.choice.options.disabled = True

    def __repr__(self) -> str:
        return repr(self.choice)


class Goal(widgets.VBox):
    """A slider task: ``reached`` looks at the explorer and says whether the goal is met, and what was seen."""

    def __init__(self, text: str, explorer: Explorer, reached: Callable[[Explorer], tuple[bool, str]]):
        self.text, self.explorer, self.reached = text, explorer, reached
        self.button = widgets.Button(description="check")
        self.feedback = widgets.HTML()
        self.button.on_click(lambda _: _say(self.feedback, *self.reached(self.explorer)))
        goal = widgets.HTML(f"<b>Goal:</b> {html.escape(text)}")
        super().__init__([goal, explorer, widgets.HBox([self.button, self.feedback])])

    def __repr__(self) -> str:
        return f"Goal: {self.text} {self.reached(self.explorer)[1]}"


def reach(tolerance: float, within: int, place: int = 0) -> Callable[[Explorer], tuple[bool, str]]:
    """The goal to come, and stay, within ``tolerance`` of the lowest loss in at most ``within`` steps."""

    def reached(explorer: Explorer) -> tuple[bool, str]:
        trajectory = explorer.trajectories[place]
        title = trajectory.optimizer.title
        if trajectory.diverged_at is not None:
            return False, f"{title} diverged at step {trajectory.diverged_at}."
        settled = trajectory.first_below(tolerance)
        if settled is None:
            return False, f"{title} is not within {tolerance:g} after {trajectory.steps} steps."
        return settled <= within, f"{title} is within {tolerance:g} from step {settled} on; the goal is {within}."

    return reached


class Quiz(widgets.VBox):
    """Several questions, one below the other."""

    def __init__(self, questions: Sequence[Question]):
        self.choices = [Choice(question) for question in questions]
        super().__init__(self.choices)

    def __repr__(self) -> str:
        return f"A quiz of {len(self.choices)} questions."


class SetUp(widgets.VBox):
    """Tests the set-up: a move of the slider must reach the kernel, and its answer the page."""

    def __init__(self) -> None:
        self.slider = widgets.IntSlider(0, min=0, max=10, description="move me")
        self.answer = widgets.HTML("Move the slider to 7.")
        self.slider.observe(self._moved, "value")
        super().__init__([self.slider, self.answer])

    def _moved(self, change: Any) -> None:
        if change["new"] == 7:
            _say(self.answer, True, "Page and kernel hear each other. Your set-up works.")
        else:
            _say(self.answer, None, f"The kernel has seen {change['new']}. Go on to 7.")

    def __repr__(self) -> str:
        return "Move the slider to 7: an answer shows that the set-up works."
