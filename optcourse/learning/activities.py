"""What a student answers with the mouse: predictions, slider tasks, quizzes, and the test of the set-up."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ..live.explorers import Explorer
from ..live.shown import Replaces
from ..mathematics.arguments import instance, number, whole, wrong_type, wrong_value


@dataclass(frozen=True)
class Question:
    """A question with its options: the first is right; each has what to say when it is chosen."""

    text: str
    options: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        allowed = "two pairs of texts or more: an option and what to say of it"
        instance(self.text, str, "text", "text")
        instance(self.options, tuple | list, "options", allowed)  # type: ignore[arg-type]
        if len(self.options) < 2 or not all(_pair_of_texts(each) for each in self.options):
            raise wrong_value("options", allowed, self.options)

    def shuffled(self) -> list[tuple[str, str]]:
        """The options in an order that is always the same and does not give the answer away."""
        return sorted(self.options)

    def answer(self, option: str) -> tuple[bool, str]:
        """Whether an option is right, and what to say about it."""
        return option == self.options[0][0], dict(self.options)[option]


def _pair_of_texts(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(each, str) for each in given)


def _say(box: Any, good: bool | None, text: str) -> None:
    look = {True: "color:#006b3c", False: "color:#8b0000", None: ""}[good]
    look += ";background:#fff;padding:1px 5px;border-radius:3px" if look else ""  # readable on a dark page, too
    sign = {True: "✓ ", False: "✗ ", None: ""}[good]
    box.value = f'<span role="status" style="{look}">{sign}{html.escape(text)}</span>'


class Choice(Replaces, widgets.VBox):
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


class Predict(Replaces, widgets.VBox):
    """Commit to a prediction; only then the explorer appears, to check it."""

    def __init__(self, question: Question, explorer: Explorer):
        instance(question, Question, "question", "a Question")
        instance(explorer, Explorer, "explorer", "what explore(…) gives")
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


class Goal(Replaces, widgets.VBox):
    """A slider task: ``reached`` looks at the explorer and says whether the goal is met, and what was seen.

    A goal keeps its surface, start and steps: what a run does elsewhere does not count.
    """

    def __init__(self, text: str, explorer: Explorer, reached: Callable[[Explorer], tuple[bool, str]]):
        instance(text, str, "text", "text")
        instance(explorer, Explorer, "explorer", "what explore(…) gives")
        if not callable(reached):
            raise wrong_type("reached", "a function of the explorer, such as reach(1e-6, 100)", reached)
        self.text, self.explorer, self.reached = text, explorer, reached
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
        return f"on the {self.explorer.first_surface.name} surface, from ({x:g}, {y:g}), in {first['steps']} steps"

    def judge(self) -> tuple[bool, str]:
        """Whether the goal is met where it was set, and what was seen."""
        now, first = self.explorer._now(), self.explorer.first_setting
        moved = [name for name in ("surface", "start", "steps", "forms") if now[name] != first[name]]
        if moved:
            said = ", ".join({"forms": "form"}.get(name, name) for name in moved)
            return False, f"You changed {said}. This goal is {self.place}: press reset, and move the sliders only."
        return self.reached(self.explorer)

    def __repr__(self) -> str:
        return f"Goal: {self.text} {self.judge()[1]}"


def reach(tolerance: float, within: int, place: int = 0) -> Callable[[Explorer], tuple[bool, str]]:
    """The goal to come, and stay, within ``tolerance`` of the lowest loss in at most ``within`` steps.

    ``place`` is the method's, where the explorer has several.
    """
    tolerance, within, place = number(tolerance, "tolerance", 0), whole(within, "within"), whole(place, "place")

    def reached(explorer: Explorer) -> tuple[bool, str]:
        trajectory = explorer.trajectories[place]
        title = trajectory.optimizer.title
        if trajectory.diverged_at is not None:
            return False, f"{title}: {trajectory.end}."
        settled = trajectory.first_below(tolerance)
        if settled is None:
            return False, f"{title} is not within {tolerance:g} after {trajectory.steps} steps."
        return settled <= within, f"{title} is within {tolerance:g} from step {settled} on; the goal is {within}."

    return reached


class Quiz(Replaces, widgets.VBox):
    """Several questions, one below the other."""

    def __init__(self, questions: Sequence[Question]):
        instance(questions, tuple | list, "questions", "a list of Question")  # type: ignore[arg-type]
        for question in questions:
            instance(question, Question, "questions", "a list of Question")
        self.choices = [Choice(question) for question in questions]
        super().__init__(self.choices)

    def __repr__(self) -> str:
        return f"A quiz of {len(self.choices)} questions."


class SetUp(Replaces, widgets.VBox):
    """Tests the set-up: a change of the number must reach the kernel, and its answer the page."""

    def __init__(self) -> None:
        self.number = widgets.BoundedIntText(0, min=0, max=10, description="a number")
        self.answer = widgets.HTML("Change the number to 7.")
        self.number.observe(self._moved, "value")
        super().__init__([self.number, self.answer])

    def _moved(self, change: Any) -> None:
        if change["new"] == 7:
            _say(self.answer, True, "Page and kernel hear each other. Your set-up works.")
        else:
            _say(self.answer, None, f"The kernel has seen {change['new']}. Go on to 7.")

    def __repr__(self) -> str:
        return "Change the number to 7: an answer shows that the set-up works."
