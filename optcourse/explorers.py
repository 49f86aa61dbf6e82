"""Explorers: sliders, a live figure and the formula with its numbers, put together from the declarations."""

import base64
import contextlib
import html
import math
from collections.abc import Iterator, Sequence
from typing import Any

import ipywidgets as widgets
import matplotlib
import numpy as np
from IPython.display import display
from numpy.typing import ArrayLike

from . import formulas
from .declaration import Hyper, Optimizer
from .live import LiveFigure, png
from .optimizers import conventions
from .plots import MapView, Picture
from .surfaces import CATALOGUE, Surface
from .trajectory import Trajectory, first_point, run, whole_steps

OWN = "your own formula …"
MOST_STEPS = 300
STILL_DPI = 72
WIDE = widgets.Layout(width="304px")


class Shown:
    """How a widget with a ``live`` figure and a description appears in a notebook, with a kernel and without."""

    live: LiveFigure

    def describe(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, its picture, and its description as text."""
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        still = base64.b64encode(png(self.live.figure, STILL_DPI)).decode()
        return {**bundle, "text/plain": self.describe(), "image/png": still}

    def _ipython_display_(self) -> None:
        """Two outputs: a reader without a kernel sees the second, the picture; beside a live widget CSS hides it.

        In one bundle JupyterLab would choose the widget, and show an error and no picture when its model is gone.
        """
        bundle = self._repr_mimebundle_()
        still = {"image/png": bundle.pop("image/png"), "text/plain": "The same as a picture."}
        display(bundle, raw=True)
        display(still, raw=True)


class Explorer(Shown, widgets.VBox):
    """One or more optimizers on a surface, live.

    Parameters
    ----------
    optimizers : one optimizer, or several to compare
    surface, start, steps : as for :func:`optcourse.run`
    views : any of "contour", "loss", "rate"
    vectors : draw the vectors that make a step; by default for a single optimizer
    step : the step whose vectors and numbers are shown first

    Several optimizers share the slider of a symbol for which they start with the same value.
    ``trajectories`` holds the present runs, ``sliders`` the hyperparameters' sliders by (optimizer's place, name).
    """

    catalogue: Sequence[Surface] = CATALOGUE
    with_formula = True

    def __init__(
        self,
        optimizers: Optimizer | Sequence[Optimizer],
        surface: Surface,
        start: ArrayLike | None = None,
        steps: int = 100,
        views: Sequence[str] = ("contour", "loss"),
        vectors: bool | None = None,
        step: int = 1,
    ):
        several = isinstance(optimizers, Sequence) and not isinstance(optimizers, str)
        self.first = list(optimizers) if several else [optimizers]
        if not self.first or not all(isinstance(item, Optimizer) and item.shape == () for item in self.first):
            raise TypeError(f"explore needs optimizers with single numbers, not {optimizers!r}")
        self.first_surface, self.views = surface, tuple(views)
        self.vectors = len(self.first) == 1 if vectors is None else vectors
        self.first_start = first_point(surface.start if start is None else start, self.first[0])
        self.first_steps, self.first_step = whole_steps(steps), whole_steps(step)
        self.wanted_step = self.first_step  # what was asked for, though a shorter run may not reach it
        self.surface, self.picture, self._busy = surface, None, True
        self.kinds = [type(optimizer) for optimizer in self.first]
        self.first_extra = [control.value for control in self.extra()]
        self._make_controls()
        self.message = widgets.HTML(layout=widgets.Layout(min_height="1.6em"))
        formula, self._slot_counts = self._formula()
        self._draw_surface()
        self._run()
        self.live = LiveFigure(self.picture.figure, self.picture.artists)
        self.live.formula = formula
        self._busy = False
        self._refresh()
        self.live.words, self.live.description = self.describe, self.describe()
        self.live.observe(self._step_changed, "step")
        self.live.pointed, self.live.nudged = self._pointed, self._nudged
        super().__init__([self._control_box(), widgets.HBox([self.reset, self.message]), self.live])

    # ---- controls ----

    def _make_controls(self) -> None:
        self.sliders: dict[tuple[int, str], Any] = {}
        starts: dict[str, set[float]] = {}
        for optimizer in self.first:
            for item in optimizer.hypers():
                starts.setdefault(item.symbol, set()).add(getattr(optimizer, item.name))
        by_label: dict[str, Any] = {}
        for place, optimizer in enumerate(self.first):
            for item in optimizer.hypers():
                label = item.letter if len(starts[item.symbol]) == 1 else f"{item.letter} {optimizer.title}"
                if label not in by_label:
                    by_label[label] = slider(item, float(getattr(optimizer, item.name)), label)
                    by_label[label].observe(self._changed, "value")
                self.sliders[place, item.name] = by_label[label]
        options = [(each.name, each) for each in self.catalogue]
        if self.surface not in self.catalogue:
            options.append((self.surface.name, self.surface))
        if self.catalogue is CATALOGUE:
            options.append((OWN, OWN))
        self.chooser = widgets.Dropdown(options=options, value=self.surface, description="surface", layout=WIDE)
        self.own = widgets.Text(
            value="x**2 + 10*y**2", description="J(x, y) =", continuous_update=False,
            layout=widgets.Layout(width="304px", display="none"),
        )  # fmt: skip
        self.start_x, self.start_y = (self._start_slider(axis) for axis in (0, 1))
        self.steps = widgets.IntSlider(
            value=self.first_steps, min=0, max=max(MOST_STEPS, self.first_steps), description="steps", layout=WIDE
        )
        self.reset = widgets.Button(
            description="reset", tooltip="back to the first values", layout=widgets.Layout(width="80px")
        )
        self.chooser.observe(self._surface_changed, "value")
        self.own.observe(self._surface_changed, "value")
        for control in (self.start_x, self.start_y, self.steps, *self.extra()):
            control.observe(self._changed, "value")
        self.reset.on_click(lambda _: self.restore())
        self.choices = {}  # a method's convention, by the optimizer's place
        for place, kind in enumerate(self.kinds if self.with_formula and len(self.kinds) <= 2 else []):
            forms = conventions(kind)
            if len(forms) > 1 and len(set(self.kinds) & set(forms)) == 1:
                options = [(form.convention, form) for form in forms]
                self.choices[place] = widgets.Dropdown(options=options, value=kind, description="form", layout=WIDE)
                self.choices[place].observe(self._form_changed, "value")

    def _start_slider(self, axis: int) -> Any:
        low, high = self.surface.view[2 * axis : 2 * axis + 2]
        value = float(self.first_start[axis])
        return widgets.FloatSlider(
            value=value, min=min(low, value), max=max(high, value), step=0.001, readout_format=".3f",
            description=f"start {'xy'[axis]}", layout=WIDE,
        )  # fmt: skip

    def _control_box(self) -> Any:
        own = list(dict.fromkeys(self.sliders.values()))
        common = [self.chooser, self.own, self.start_x, self.start_y, self.steps]
        own += [*self.choices.values(), *self.extra()]
        half = (len(own) + 1) // 2 if len(own) > 5 else len(own)
        columns = [part for part in (own[:half], own[half:], common) if part]
        return widgets.HBox([widgets.VBox(part) for part in columns], layout=widgets.Layout(flex_flow="row wrap"))

    def restore(self) -> None:
        """Everything back to its first value."""
        self._busy = True
        for (place, name), control in self.sliders.items():
            control.value = getattr(self.first[place], name)
        for place, choice in self.choices.items():
            choice.value = type(self.first[place])
        self._set_kinds()
        self.steps.value = self.first_steps
        for control, value in zip(self.extra(), self.first_extra, strict=True):
            control.value = value
        self.own.layout.display = "none"
        self.chooser.value = self.surface = self.first_surface
        self._place_start(self.first_start)
        self._draw_surface()
        self.wanted_step, self._busy = self.first_step, False
        self._update(redraw=True)

    def _place_start(self, point: ArrayLike) -> None:
        left, right, bottom, top = self.surface.view
        for control, value, low, high in zip(
            (self.start_x, self.start_y), point, (left, bottom), (right, top), strict=True
        ):
            with control.hold_trait_notifications():
                control.min, control.max = min(low, float(value)), max(high, float(value))
                control.value = float(value)

    # ---- reactions ----

    def _changed(self, change: Any) -> None:
        if not self._busy:
            if change["owner"] is self.steps:
                self._draw_surface()
            self._update(redraw=change["owner"] is self.steps)

    def _surface_changed(self, _change: Any) -> None:
        if self._busy:
            return
        own = self.chooser.value is OWN
        self.own.layout.display = "" if own else "none"
        try:
            self.surface = Surface.from_formula(self.own.value) if own else self.chooser.value
        except ValueError as error:
            self._say(str(error))
            return
        self._busy = True
        self._place_start(self.surface.start)
        self._busy = False
        self._draw_surface()
        self._update(redraw=True)

    def _form_changed(self, _change: Any) -> None:
        if not self._busy:
            self._set_kinds()
            self._draw_surface()
            self._update(redraw=True)

    def _set_kinds(self) -> None:
        self.kinds = [
            self.choices[place].value if place in self.choices else kind for place, kind in enumerate(self.kinds)
        ]
        self.live.formula, self._slot_counts = self._formula()

    def _pointed(self, axes: Any, x: float, y: float) -> None:
        """A pointer drags on one of the pictures: take the start there, or η and γ on the map."""
        grabbed = next((view.grab for view in self.picture.views if view.axes is axes), "")
        if grabbed == "start":
            self._move_start(x, y)
        elif grabbed == "hyper":
            with self._together():
                for name, value in (("eta", x), ("gamma", y)):
                    control = self.sliders[0, name]
                    control.value = min(
                        (each for _, each in control.options), key=lambda each, at=value: abs(each - at)
                    )

    def _nudged(self, dx: int, dy: int) -> None:
        left, right, bottom, top = self.surface.view
        self._move_start(self.start_x.value + dx * (right - left) / 100, self.start_y.value + dy * (top - bottom) / 100)

    def _move_start(self, x: float, y: float) -> None:
        with self._together():
            for control, value in ((self.start_x, x), (self.start_y, y)):
                control.value = round(min(max(value, control.min), control.max), 3)

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        """Several controls move, and the picture follows once."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        self._update()

    def _say(self, text: str) -> None:
        self.message.value = f'<span role="alert" style="color:#8b0000">{html.escape(text)}</span>' if text else ""

    # ---- from the controls to the picture ----

    def optimizers(self) -> list[Optimizer]:
        """The optimizers as the sliders have them now."""
        return [
            kind(**{item.name: self.sliders[place, item.name].value for item in kind.hypers()})
            for place, kind in enumerate(self.kinds)
        ]

    def _draw_surface(self) -> None:
        self.picture = Picture(self.surface, self.optimizers(), self.steps.value, self.views, self.vectors)

    def _formula(self) -> tuple[str, list[int]]:
        texts, counts = [], []
        for kind in self.kinds if self.with_formula and len(self.kinds) <= 2 else []:
            text, count = formulas.template(kind, first=sum(counts))
            texts.append(text)
            counts.append(count)
        return "".join(texts), counts

    def _update(self, redraw: bool = False) -> None:
        """Run, and show what came out; a refused value becomes a message and leaves all as it was."""
        try:
            moved = self._run()
        except (ValueError, TypeError) as error:
            self._say(str(error))
            return
        self._say("")
        if redraw:
            self.live.set_figure(self.picture.figure, self.picture.artists)
        self._refresh()
        if redraw or moved:
            self.live.redraw()
        else:
            self.live.push()

    def _run(self) -> bool:
        """Run the optimizers and set the picture's data; true if its background has changed."""
        start = (self.start_x.value, self.start_y.value)
        self.trajectories = [self.simulate(each, start) for each in self.optimizers()]
        return self.picture.show(self.trajectories)

    def simulate(self, optimizer: Optimizer, start: tuple[float, float]) -> Trajectory:
        """The run of one optimizer, as the controls say."""
        return run(optimizer, self.surface, start, self.steps.value)

    def extra(self) -> list[Any]:
        """Controls that a kind of explorer adds."""
        return []

    def _refresh(self) -> None:
        """What depends on the step, and the words, after a run."""
        self.live.stepped, self.live.rows = self.picture.blocks(), self.picture.rows()
        self.live.slots = self._numbers()
        self._show_step()

    def _numbers(self) -> np.ndarray:
        """The formula's numbers at each step, (steps + 1, slots); no numbers before the first step."""
        tables = []
        for trajectory in self.trajectories[: len(self._slot_counts)]:
            shape = (max(trajectory.steps, 1), 2)
            with np.errstate(all="ignore"):
                kind = type(trajectory.optimizer)
                tables.append(formulas.numbers(kind, trajectory.symbols, trajectory.surface.gradient, shape))
        if not tables:
            return np.zeros((self.steps.value + 1, 0))
        table = np.concatenate(tables, axis=1)
        return np.concatenate([np.full((1, table.shape[1]), np.nan), table])[: self.steps.value + 1]

    def _step_changed(self, change: Any) -> None:
        if change["new"] != min(self.wanted_step, self.steps.value):  # a person moved the step control
            self.wanted_step = max(change["new"], 0)
            self._show_step()
            self.live.description = self.describe()

    def _show_step(self) -> None:
        self.live.set_step(min(self.wanted_step, self.steps.value))

    # ---- words ----

    def describe(self) -> str:
        """What the picture shows, with its numbers: for screen readers and for the saved notebook."""
        lines = [trajectory.describe() for trajectory in self.trajectories]
        if self._slot_counts and 0 < self.live.step <= self.steps.value:
            lines += [line for each in self.trajectories if (line := step_in_words(each, self.live.step))]
        lines += [view.in_words() for view in self.picture.views if isinstance(view, MapView)]
        if "rate" in self.views:
            lines += [rates_in_words(trajectory) for trajectory in self.trajectories]
        return "\n".join(lines)


NICE = (1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.7, 3, 3.3, 3.6, 4, 4.3, 4.7, 5, 5.6, 6, 6.8, 7.5, 8, 9)


def slider_values(item: Hyper, value: float) -> list[float]:
    """The values on a hyperparameter's slider: round numbers, evenly spread on its scale, ``value`` among them."""
    if item.scale == "log":
        digits = NICE if item.high / item.low < 1e6 else (1, 2, 5)
        decades = range(math.floor(math.log10(item.low)), math.ceil(math.log10(item.high)) + 1)
        values = {float(f"{digit}e{decade}") for decade in decades for digit in digits}
        values |= {0.0} if item.domain.contains(np.array(0.0)) else set()
    elif item.scale == "decay":  # finer and finer towards 1
        values = {0.02 * i for i in range(45)} | {1 - i * 0.1**n for n in range(1, 5) for i in np.arange(1, 10.5, 0.5)}
    else:
        values = set(np.linspace(item.low, item.high, 101))
    inside = {round(each, 12) for each in values if each == 0 or item.low <= each <= item.high}
    return sorted(inside | {value})


def slider(item: Hyper, value: float, label: str) -> Any:
    """The slider of a hyperparameter."""
    options = [(f"{each:.5g}", each) for each in slider_values(item, value)]
    style = {"description_width": "initial"} if len(label) > 3 else {}
    return widgets.SelectionSlider(
        options=options, value=value, description=label, tooltip=item.doc, layout=WIDE, style=style
    )


def step_in_words(trajectory: Trajectory, step: int) -> str:
    """The values that the formula's rows assign in one step."""
    if trajectory.diverged_at is not None and step > trajectory.diverged_at:
        return ""
    assigned = [formulas.parse(row.latex)[1] for row in trajectory.optimizer.rows]
    values = (f"{in_words(symbol)} = {pair(trajectory.symbols[symbol][step - 1])}" for symbol in assigned)
    return f"{trajectory.optimizer.title}, step {step}: {', '.join(values)}."


def rates_in_words(trajectory: Trajectory) -> str:
    first, last = trajectory.effective_rate[0], trajectory.effective_rate[-1]
    return f"{trajectory.optimizer.title}: effective learning rate of (x, y) from {pair(first)} to {pair(last)}."


def pair(values: np.ndarray) -> str:
    return "(" + ", ".join("0" if abs(value) < 1e-9 else f"{value:.3g}" for value in values) + ")"


def in_words(symbol: str) -> str:
    r"""A symbol of a formula as text: ``\hat{m}_t`` is ``m̂``."""
    name = symbol.partition("_")[0]
    if name.startswith(r"\hat"):
        return name[5:-1] + "\u0302"
    return {r"\theta": "θ"}.get(name, name)


def explore(
    optimizers: Optimizer | Sequence[Optimizer],
    surface: Surface,
    start: ArrayLike | None = None,
    steps: int = 100,
    **options: Any,
) -> Explorer:
    """The live counterpart of :func:`optcourse.run`, with the same arguments; see :class:`Explorer` for the options.

    >>> from optcourse import Momentum, surfaces
    >>> explore(Momentum(eta=0.02, gamma=0.8), surfaces.ravine, steps=60).trajectories[0].theta.shape
    (61, 2)
    """
    return Explorer(optimizers, surface, start, steps, **options)


def large_type(factor: float = 1.4) -> None:
    """Make figures, formulas and labels of all later explorers and pictures ``factor`` times as large, for a projector.

    ``large_type(1)`` goes back.
    """
    matplotlib.rcParams["font.size"] = 10 * factor
    sizes = {"formulas": 15, "caption": 12, "title": 14, "axis": 15, "bar": 14, "part": 13}
    rules = "".join(f".oc-{name} {{ font-size: {size * factor:.0f}px !important; }}" for name, size in sizes.items())
    rules += f".oc-symbols {{ width: {340 * factor:.0f}px !important; }}"
    display({"text/html": f"<style>{rules}</style>", "text/plain": f"Type is {factor:g} times as large."}, raw=True)
