"""What a student answers with the mouse: predictions, slider tasks, quizzes, and the test of the set-up."""

import dataclasses
import hashlib
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ..arguments import function, instance, number, result, whole, wrong_type, wrong_value
from .display import ReplacesOutput
from .explorer import Explorer


@dataclass(frozen=True)
class Question:
    """A question with its options: the first is right; each has what to say when it is chosen."""

    text: str
    options: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        allowed = "two pairs of texts or more: an option and what to say of it"
        instance(self.text, str, "text", "text")
        instance(self.options, tuple | list, "options", allowed)
        if len(self.options) < 2 or not all(_pair_of_texts(each) for each in self.options):
            raise wrong_value("options", allowed, self.options)

    def shuffled(self) -> list[tuple[str, str]]:
        """The options in an order that is always the same and does not give the answer away."""
        return sorted(self.options, key=lambda option: hashlib.sha256((self.text + option[0]).encode()).digest())

    def answer(self, option: str) -> tuple[bool, str]:
        """Whether an option is right, and what to say about it."""
        known = [text for text, _ in self.options]
        if not (isinstance(option, str) and option in known):
            raise wrong_value("option", f"one of {', '.join(known)}", option)
        return option == self.options[0][0], dict(self.options)[option]

    def data(self) -> dict[str, Any]:
        """The question for a page without a kernel: each option as shown, whether it is right, and what to say."""
        return {"text": self.text, "options": [[option, *self.answer(option)] for option, _ in self.shuffled()]}


def _pair_of_texts(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(each, str) for each in given)


def _say(box: Any, good: bool | None, text: str) -> None:
    look = {True: "color:#006b3c", False: "color:#8b0000", None: ""}[good]
    look += ";background:#fff;padding:1px 5px;border-radius:3px" if look else ""  # readable on a dark page, too
    sign = {True: "✓ ", False: "✗ ", None: ""}[good]
    box.value = f'<span role="status" style="{look}">{sign}{html.escape(text)}</span>'


class Choice(ReplacesOutput, widgets.VBox):
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
            _say(self.feedback, None, "Choose an answer first.")
            return
        _say(self.feedback, *self.question.answer(self.options.value))
        self.after()

    def data(self) -> dict[str, Any]:
        return {"question": self.question.data(), "label": self.button.description}

    def __repr__(self) -> str:
        return f"{self.question.text} Not answered yet."


LOCKED, UNLOCKED = "Choose a prediction and the explorer appears.", "Now check it yourself:"


class Predict(ReplacesOutput, widgets.VBox):
    """Commit to a prediction; only then the explorer appears, to check it."""

    def __init__(self, question: Question, explorer: Explorer):
        instance(question, Question, "question", "a Question")
        instance(explorer, Explorer, "explorer", "what explore(…) gives")
        self.explorer = explorer
        self.choice = Choice(question, "Lock in my prediction", self._unlock)
        self.locked = widgets.HTML(LOCKED)
        explorer.layout.display = "none"
        super().__init__([self.choice, self.locked, explorer])

    def _unlock(self) -> None:
        self.explorer.layout.display, self.locked.value = "", UNLOCKED
        self.choice.button.disabled = self.choice.options.disabled = True

    def data(self) -> dict[str, Any]:
        return {"choices": [self.choice.data()], "locked": LOCKED, "unlocked": UNLOCKED}

    def __repr__(self) -> str:
        return repr(self.choice)


REACHED = "a function of the explorer that gives (True or False, what to say), such as reach(1e-6, 100)"
KEPT = ("surface", "start", "steps", "variants")  # what a goal keeps of the explorer's setting
NAMES = {
    "surface": "the surface",
    "start": "the start point",
    "steps": "the number of steps",
    "variants": "the variant",
}


class Goal(ReplacesOutput, widgets.VBox):
    """A slider task: ``reached`` looks at the explorer and says whether the goal is met, and what was seen.

    A goal keeps its surface, start and steps, and the sliders named in ``keep``: what a run does elsewhere does not count.
    """

    def __init__(
        self,
        text: str,
        explorer: Explorer,
        reached: Callable[[Explorer], tuple[bool, str]],
        keep: Sequence[str] = (),
    ):
        instance(text, str, "text", "text")
        instance(explorer, Explorer, "explorer", "what explore(…) gives")
        function(reached, "reached", REACHED, 1)
        if isinstance(reached, Reach) and reached.place >= len(explorer.methods):
            raise ValueError(
                f"reached must have a place below {len(explorer.methods)}, the number of methods, not {reached.place}"
            )
        allowed = f"names of sliders: {', '.join(explorer.controls)}"
        if not isinstance(keep, tuple | list):
            raise wrong_type("keep", allowed, keep)
        for name in keep:
            if not (isinstance(name, str) and name in explorer.controls):
                raise wrong_value("keep", allowed, name)
        self.text, self.explorer, self.reached, self.keep = text, explorer, reached, tuple(keep)
        self.button = widgets.Button(description="check")
        self.feedback = widgets.HTML()
        self.button.on_click(lambda _: _say(self.feedback, *self.judge()))
        goal = widgets.HTML(f"<b>Goal:</b> {html.escape(text)} <small>({html.escape(self.place)})</small>")
        super().__init__([goal, explorer, widgets.HBox([self.button, self.feedback])])

    @property
    def place(self) -> str:
        """Where the goal is set."""
        first = self.explorer.first_setting
        x, y = first["start"]
        return f"{self.explorer.first_surface.name} surface, start ({x:g}, {y:g}), {first['steps']} steps".replace(
            "-", "−"
        )

    def judge(self) -> tuple[bool, str]:
        """Whether the goal is met where it was set, and what was seen."""
        now, first = self.explorer.now(), self.explorer.first_setting
        moved = [NAMES.get(name, name) for name in KEPT if now[name] != first[name]]
        moved += [name for name in self.keep if now["values"][name] != first["values"][name]]
        if moved:
            return False, self.moved.replace("{moved}", " and ".join(moved))
        found = result(self.reached, "reached", REACHED, self.explorer)
        if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], str)):
            raise wrong_type("reached", REACHED, self.reached)
        return bool(found[0]), found[1]

    @property
    def moved(self) -> str:
        """What is said where the goal was left, with a slot for what has moved."""
        return f"You changed {{moved}}, which this goal keeps fixed. Press reset and move only {self._free}."

    @property
    def _free(self) -> str:
        """The sliders that may move."""
        free = [name for name in self.explorer.controls if name not in self.keep]
        return ", ".join(free) if self.keep else "the sliders"

    def data(self) -> dict[str, Any]:
        """The goal for a page without a kernel; its rule is None where only Python can judge it."""
        rule = self.reached.data(self.explorer) if isinstance(self.reached, Reach) else None
        kept = {name: [NAMES.get(name, name), self.explorer.first_setting[name]] for name in KEPT}
        fixed = {name: self.explorer.first_setting["values"][name] for name in self.keep}
        return {
            "goal": f"{self.text} ({self.place})", "kept": kept, "fixed": fixed, "moved": self.moved, "rule": rule
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"Goal: {self.text} {self.judge()[1]}"


@dataclass(frozen=True)
class Reach:
    """The rule of :func:`reach`: a run is there from the first step on from which its excess loss stays at most ``tolerance``."""

    tolerance: float
    within: int
    place: int

    def __call__(self, explorer: Explorer) -> tuple[bool, str]:
        instance(explorer, Explorer, "explorer", "what explore(…) gives")
        trajectory = explorer.trajectories[self.place]
        said = self._said(explorer)
        if trajectory.diverged_at is not None:
            return False, said["end"].replace("{end}", trajectory.end)
        settled = trajectory.first_below(self.tolerance)
        if settled is None:
            return False, said["never"]
        return settled <= self.within, said["settled"].replace("{settled}", str(settled))

    def _said(self, explorer: Explorer) -> dict[str, str]:
        """What is said of a run, with slots for what only the run knows."""
        title, now = explorer.optimizers()[self.place].title, explorer.now()
        near = f"{self.tolerance:g} of the lowest loss".replace("e-0", "e-")
        return {
            "end": f"{title}: {{end}}.",
            "never": f"{title} did not reach and stay within {near} in {now['steps']} steps. Your goal is step {self.within} or earlier.",
            "settled": f"{title} reaches and stays within {near} at step {{settled}}. Your goal is step {self.within} or earlier.",
        }

    def data(self, explorer: Explorer) -> dict[str, Any]:
        """The rule for the page: its numbers, the lowest loss of the goal's surface, and the sentences."""
        lowest = explorer.first_surface.lowest
        return {**dataclasses.asdict(self), "lowest": lowest, "said": self._said(explorer)}


def reach(tolerance: float, within: int, place: int = 0) -> Reach:
    """The goal to come, and stay, within ``tolerance`` of the lowest loss in at most ``within`` steps.

    ``place`` is the method's, where the explorer has several.
    """
    return Reach(number(tolerance, "tolerance", 0), whole(within, "within"), whole(place, "place"))


class Quiz(ReplacesOutput, widgets.VBox):
    """Several questions, one below the other."""

    def __init__(self, questions: Sequence[Question]):
        instance(questions, tuple | list, "questions", "a list of Question")
        for question in questions:
            instance(question, Question, "questions", "a list of Question")
        self.choices = [Choice(question) for question in questions]
        super().__init__(self.choices)

    def data(self) -> dict[str, Any]:
        return {"choices": [choice.data() for choice in self.choices]}

    def __repr__(self) -> str:
        return f"A quiz of {len(self.choices)} questions."


class SetUp(ReplacesOutput, widgets.VBox):
    """Tests the set-up: a change of the number must reach the kernel, and its answer the page."""

    def __init__(self) -> None:
        self.number = widgets.BoundedIntText(0, min=0, max=10, description="a number")
        self.answer = widgets.HTML("Change the number to 7.")
        self.number.observe(self._moved, "value")
        super().__init__([self.number, self.answer])

    def _moved(self, change: Any) -> None:
        if change["new"] == 7:
            _say(self.answer, True, "It works: Python responded.")
        else:
            _say(self.answer, None, f"Python received {change['new']}. Now try 7.")

    def __repr__(self) -> str:
        return "Change the number to 7 to test your set-up."
