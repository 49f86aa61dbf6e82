"""Explorers: sliders, pictures and the formula with its numbers, put together from the declarations.

The page runs and draws what the rows say. The kernel runs what has no rows, and finds words.
"""

import json
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from IPython.display import display
from numpy.typing import ArrayLike

from ..mathematics.arguments import instance, number, shaped, wrong_value
from ..mathematics.declaration import Optimizer
from ..mathematics.schedules import Schedule
from ..mathematics.surfaces import CATALOGUE, Surface
from ..mathematics.trajectory import Trajectory, run, whole_steps
from ..pictures import typeset
from ..pictures.views import MapView, checked
from .controls import Control, slider_values
from .scene import Scene, surface_data
from .setting import Setting
from .shown import Shown
from .stage import Stage
from .words import rates_in_words, step_in_words

MOST_STEPS = 300  # on the slider, unless the run begins longer
LONGEST = 5000  # steps: the page runs and draws them all in each frame
_size = [1.0]  # of type, for later explorers


class Explorer(Setting, Scene, Shown, Stage):
    """One or more optimizers on a surface, live.

    Parameters
    ----------
    optimizers : one optimizer, or several to compare
    surface, start, steps, schedule : as for :func:`optcourse.run`
    views : any of "contour", "loss", "rate", "modes", "split", "map"
    vectors : draw the vectors that make a step, enlarged in a corner, and of a single optimizer on its path as well; by
        default for one or two optimizers
    step : the step whose vectors and numbers are shown first
    sliders : names of the sliders that stand in sight, such as ("γ",); the others are folded away. All, if omitted
    formula : whether the formula is shown; by default for one or two optimizers

    Several optimizers share the slider of a symbol for which they start with the same value.
    ``trajectories`` are the runs that the controls ask for now, computed when they are read; ``sliders`` holds the
    hyperparameters' :class:`Control` by (optimizer's place, name).
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
        schedule: Schedule | None = None,
        sliders: Sequence[str] | None = None,
        formula: bool = True,
    ):
        several = isinstance(optimizers, Sequence) and not isinstance(optimizers, str)
        self.first = list(optimizers) if several else [optimizers]
        if not self.first or not all(isinstance(item, Optimizer) and item.shape == () for item in self.first):
            raise TypeError(f"explore needs optimizers with single numbers, not {optimizers!r}")
        if not isinstance(surface, Surface):
            raise TypeError(f"explore needs a surface, such as surfaces.ravine, not {surface!r}")
        instance(schedule, Schedule | None, "schedule", "a Schedule such as cosine(100), or None")  # type: ignore[arg-type]
        self.views = checked(views, self.first)
        self.schedule, self.vectors = schedule, len(self.first) <= 2 if vectors is None else vectors
        point = shaped(surface.start if start is None else start, "start", (2,), "two finite numbers (x, y)")
        self._lock = threading.RLock()  # JupyterLab delivers messages in a thread beside the notebook's
        self.places = [*self.catalogue] if surface in self.catalogue else [*self.catalogue, surface]
        self.built_in = len(self.places)  # a student's own surface comes behind these
        self.forms = [self._forms(optimizer) for optimizer in self.first]
        self.formula_shown = formula and self.with_formula and len(self.first) <= 2
        self.controls: dict[str, Control] = {}
        self.sliders: dict[tuple[int, str], Control] = {}
        self._make_controls()
        for name in () if sliders is None else sliders:
            if name not in self.controls:
                raise wrong_value("sliders", f"names of sliders: {', '.join(self.controls)}", name)
        self.in_sight = tuple(self.controls if sliders is None else sliders)
        if whole_steps(steps) > LONGEST:
            raise ValueError(
                f"steps of an explorer must be at most {LONGEST}, not {steps!r}: for a longer run use run()"
            )
        self.first_setting = {
            "values": {name: control.first for name, control in self.controls.items()},
            "surface": self.places.index(surface),
            "start": point.tolist(),
            "steps": whole_steps(steps),
            "forms": [forms.index(type(item)) for forms, item in zip(self.forms, self.first, strict=True)],
            "step": whole_steps(step),
            "own": "",
            "rows": ["" for _ in self.first],
        }
        self._runs: tuple[str, list[Trajectory]] = ("", [])
        self._read: dict[str, Any] = {
            "own": "",
            "rows": self.first_setting["rows"],
        }  # the reader's formulas, as read last
        self._said: dict[str, str] = {}  # what is wrong with them, until they change
        self.type_size, self.own_surfaces = _size[0], self.catalogue is CATALOGUE
        super().__init__(setting=self.first_setting)
        self.most_steps = max(MOST_STEPS, self.first_setting["steps"])
        self.lesson = self._lesson()
        self.surfaces = [surface_data(each) for each in self.places]
        self._hand_over()
        self.observe(self._moved, "setting")
        self.on_msg(self._heard)

    @property
    def trajectories(self) -> list[Trajectory]:
        """The runs that the controls ask for, one for each optimizer."""
        with self._lock:
            now = self._now()
            key = json.dumps(
                [now["values"], now["surface"], now["start"], now["steps"], now["forms"], now["own"], now["rows"]]
            )
            if self._runs[0] != key:
                self._runs = key, [self.simulate(each, now["start"], now["steps"]) for each in self.optimizers()]
            return self._runs[1]

    def simulate(self, optimizer: Optimizer, start: Sequence[float], steps: int) -> Trajectory:
        """The run of one optimizer, as the controls say."""
        return run(optimizer, self.surface, start, steps, schedule=self.schedule)

    @property
    def first_surface(self) -> Surface:
        """The surface that is shown first."""
        return self.places[self.first_setting["surface"]]

    # ---- what the kernel does ----

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page writes: its setting, and nothing else; one thread at a time, since ipywidgets keeps no lock."""
        with self._lock:
            given = sync_data.get("setting")
            super().set_state({"setting": given} if isinstance(given, dict) else {})

    def _heard(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("kind") == "ready":
            self.send({"kind": "here"})

    def _moved(self, change: Any) -> None:
        """The setting has changed: do what needs a kernel, and no more."""
        with self._lock:
            if change["new"] != self.setting:
                return  # a newer one is here already
            for react in (self._own_surface, self._own_rows):
                try:
                    react()
                except (ValueError, TypeError) as error:
                    self._said[react.__name__] = str(error)
            self._hand_over()
            self.message = " ".join(filter(None, self._said.values()))

    def _own_surface(self) -> None:
        """A student's own formula for the surface."""
        text = self.setting.get("own")
        if text == self._read["own"] or not isinstance(text, str) or not self.own_surfaces:
            return
        self._read["own"], self._said["_own_surface"] = text, ""
        if not text:
            return
        surface = Surface.from_formula(text)
        self.places = [*self.places[: self.built_in], surface]
        if self.setting.get("surface") != self.built_in:  # asked for from Python; the page makes the same from the text
            self.setting = {**self.setting, "surface": self.built_in, "start": list(map(float, surface.start))}

    def _own_rows(self) -> None:
        """A student's own formula for a method: one more form of it."""
        wanted = self.setting.get("rows")
        if wanted == self._read["rows"]:
            return
        self._read["rows"], self._said["_own_rows"] = wanted, ""
        for place, text in enumerate(wanted if isinstance(wanted, list) else []):
            if place >= len(self.first) or not isinstance(text, str) or not text.strip():
                continue
            rows = [line.strip() for line in text.splitlines() if line.strip()]
            base = len(self._forms(self.first[place]))
            if len(self.forms[place]) > base and [row.latex for row in self.forms[place][base].rows] == rows:
                continue
            made = Optimizer.from_rows(rows)
            self.forms[place] = [*self.forms[place][:base], type(made)]
            for item in made.hypers():
                if (place, item.name) not in self.sliders:
                    if item.letter not in self.controls:
                        values = slider_values(item, item.default)
                        self._add_control(item.letter, typeset.mathml(item.symbol), item.doc, values, item.default)
                    self.sliders[place, item.name] = self.controls[item.letter]
            forms = [*self._now()["forms"][:place], base, *self._now()["forms"][place + 1 :]]
            if self.setting.get("forms") != forms:  # asked for from Python
                self.setting = {**self.setting, "forms": forms, "values": self._now()["values"]}

    def _hand_over(self) -> None:
        """The runs that the page cannot compute; it runs a reader's own rows, on its surfaces, by itself."""
        now = self._now()
        known = now["surface"] >= len(self.surfaces) or self.surfaces[now["surface"]]["program"] is not None
        declared = [
            forms[form] if form < len(forms) else None
            for forms, form in zip(self.lesson["methods"], now["forms"], strict=True)
        ]
        wanted = [form is not None and (not known or form["program"] is None) for form in declared]
        if any(wanted) or any(each is not None for each in self.handed):
            self.handed = (
                [
                    handed(trajectory, form["expressions"]) if form and want else None
                    for trajectory, form, want in zip(self.trajectories, declared, wanted, strict=True)
                ]
                if any(wanted)
                else []
            )

    # ---- words and the saved picture ----

    def picture(self) -> Any:
        """The present state as a still picture."""
        from ..pictures.drawings import Picture  # matplotlib is slow to import, and only still pictures need it

        with self._lock:
            step = min(self._now()["step"], self._now()["steps"])
            return Picture(self.trajectories, self.views, step, bool(self.vectors))

    def describe(self) -> str:
        """What the picture shows, with its numbers: for the saved notebook and for people who hear it."""
        with self._lock:
            trajectories, step = self.trajectories, min(self._now()["step"], self._now()["steps"])
            lines = [trajectory.describe() for trajectory in trajectories]
            if self.formula_shown and step > 0:
                lines += [line for each in trajectories if (line := step_in_words(each, step))]
            if "map" in self.views:
                lines.append(MapView.in_words(self.optimizers()[0], self.surface))
            if "rate" in self.views:
                lines += [rates_in_words(trajectory) for trajectory in trajectories if trajectory.optimizer.rate]
            return "\n".join(lines)


def handed(trajectory: Trajectory, expressions: Sequence[Any]) -> dict[str, Any]:
    """A run for the page: the value of each expression at each step, (expressions, steps + 1, 2) as float64."""
    table = np.full((len(expressions), trajectory.steps + 1, 2), np.nan)
    for place, tree in enumerate(expressions):
        try:
            table[place] = trajectory.values(tree)
        except ValueError:  # a symbol that this run has no value for
            continue
    return {
        "steps": trajectory.steps,
        "diverged": trajectory.diverged_at,
        "end": trajectory.end,
        "values": table.astype("<f8").tobytes(),
    }


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


def type_size() -> float:
    """How large the type of an explorer is that is made now: 1 is usual."""
    return _size[0]


def large_type(factor: float = 1.4) -> None:
    """Make words, formulas and controls of all later explorers ``factor`` (0.5 to 4) times as large, for a projector.

    ``large_type(1)`` goes back.
    """
    _size[0] = number(factor, "factor", 0.5, 4)
    display({"text/plain": f"Type is {factor:g} times as large."}, raw=True)
