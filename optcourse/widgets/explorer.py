"""Explorers: sliders, pictures and the formula with its numbers, put together from the declarations.

The page runs and draws what the rows say. The kernel runs what has no rows, and finds words.
"""

import inspect
import json
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import instance, number, shaped, whole, wrong_type, wrong_value
from ..describe import rates_in_words, step_in_words
from ..formula.parse import Node
from ..formula.write import leaves
from ..methods.base import Optimizer
from ..methods.schedules import Schedule
from ..plots.views import MapView, checked
from ..surfaces.catalogue import CATALOGUE
from ..surfaces.surface import Surface
from ..trajectory import Trajectory, check_schedule, run, whole_steps
from .base import LiveWidget
from .config import config_of, surface_data
from .display import Displayed
from .settings import Setting, Settings, Slider, offered_variants
from .sliders import Control

MOST_STEPS = 300  # on the slider, unless the run begins longer
LONGEST = 5000  # steps: the page runs and draws them all in each frame
_size = [1.0]  # of type, for later explorers


class Explorer(Displayed, LiveWidget):
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
        given: list[Any] = list(optimizers) if isinstance(optimizers, list | tuple) else [optimizers]
        self.methods: list[Optimizer] = given
        if not given or not all(isinstance(item, Optimizer) and item.shape == () for item in given):
            raise wrong_type("optimizers", "a method with single numbers, or a list of them", optimizers)
        instance(surface, Surface, "surface", "a Surface, such as surfaces.ravine")
        instance(vectors, bool | None, "vectors", "True, False or None")
        instance(formula, bool, "formula", "True or False")
        for optimizer in given:
            check_schedule(schedule, optimizer)
        self.views = checked(views, given)
        self.schedule, self.vectors = schedule, len(given) <= 2 if vectors is None else vectors
        point = shaped(surface.start if start is None else start, "start", (2,), "two finite numbers (x, y)")
        if whole_steps(steps) > LONGEST:
            raise ValueError(f"steps of an explorer must be at most {LONGEST}, not {steps}: for a longer run use run()")
        self._lock = threading.RLock()  # JupyterLab delivers messages in a thread next to the notebook's
        offered = [*self.catalogue] if surface in self.catalogue else [*self.catalogue, surface]
        first = {
            "surface": offered.index(surface), "start": point.tolist(), "steps": whole_steps(steps),
            "step": whole(step, "step", 0, LONGEST),
        }  # fmt: skip
        self.formula_shown = formula and self.with_formula and len(given) <= 2
        self.settings = Settings(
            given, offered_variants(given, self.with_formula and len(given) <= 2), offered,
            max(MOST_STEPS, first["steps"]), first, self._own_controls(), self.now, lambda values: self.set(values=values),
        )  # fmt: skip
        names = f"a list of names of sliders: {', '.join(self.controls)}"
        instance(sliders, list | tuple | None, "sliders", names)
        for name in sliders or ():
            if not (isinstance(name, str) and name in self.controls):
                raise wrong_value("sliders", names, sliders)
        self.in_sight = tuple(self.controls if sliders is None else sliders)
        self._runs: tuple[str, list[Trajectory]] = ("", [])
        self._read: dict[str, Any] = {"own": "", "rows": self.first_setting["rows"]}  # as they were read last
        self._typed: list[tuple[str, list[type[Optimizer]]]] = [("", []) for _ in given]  # the last good ones
        self._said: dict[str, str] = {}  # what is wrong with them, until they change
        self.type_size, self.own_surfaces = _size[0], self.catalogue is CATALOGUE
        # in one piece: a second client gets what the message that opens the widget says, and may get no more
        config, data = config_of(self), [self._surface_data(each) for each in offered]
        kernel_runs = self._kernel_runs(config, data, self.first_setting)
        super().__init__(setting=self.first_setting, config=config, surfaces=data, kernel_runs=kernel_runs)
        self.observe(self._moved, "setting")

    def _own_controls(self) -> Sequence[Slider]:
        """The sliders that are of no method."""
        return ()

    # ---- the setting ----

    @property
    def controls(self) -> dict[str, Control]:
        """The sliders by their labels."""
        return self.settings.controls

    @property
    def sliders(self) -> dict[tuple[int, str], Control]:
        """The sliders by the method's index and the hyperparameter's name."""
        return self.settings.sliders

    @property
    def first_setting(self) -> Setting:
        """The setting with which all began."""
        return self.settings.first

    def now(self) -> Setting:
        """The present setting, with the first value for anything that the page could not have meant."""
        return self.settings.complete(self.setting)

    def set(self, **changes: Any) -> None:
        """Move controls from Python: ``values={"η": 0.1}``, ``surface``, ``start``, ``steps``, ``step``, ``variants``, ``own``, ``rows``.

        TypeError or ValueError if a name or a value is not known; nothing has changed then.
        """
        with self._lock:
            self.setting = self.settings.changed(self.now(), changes)

    def reset(self) -> None:
        """Everything back to its first value."""
        with self._lock:
            self.setting = self.first_setting

    @property
    def surface(self) -> Surface:
        """The surface that is chosen now."""
        return self.settings.surfaces[self.now()["surface"]]

    def optimizers(self) -> list[Optimizer]:
        """The optimizers as the sliders have them now."""
        with self._lock:
            return self.settings.optimizers(self.now())

    @property
    def trajectories(self) -> list[Trajectory]:
        """The runs that the controls ask for, one for each optimizer."""
        with self._lock:
            now = self.now()
            key = json.dumps(
                [now["values"], now["surface"], now["start"], now["steps"], now["variants"], now["own"], now["rows"]]
            )
            if self._runs[0] != key:
                self._runs = key, [self.simulate(each, now["start"], now["steps"]) for each in self.optimizers()]
            return self._runs[1]

    def simulate(self, optimizer: Optimizer, start: Sequence[float], steps: int) -> Trajectory:
        """The run of one optimizer, as the controls say."""
        return run(optimizer, self.surface, start, steps, schedule=self.schedule)

    def _surface_data(self, surface: Surface) -> dict[str, Any]:
        """A surface for the page."""
        return surface_data(surface)

    @property
    def first_surface(self) -> Surface:
        """The surface that is shown first."""
        return self.settings.surfaces[self.first_setting["surface"]]

    # ---- what the kernel does ----

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page writes: its setting, and nothing else; one thread at a time, since ipywidgets keeps no lock."""
        with self._lock:
            given = sync_data.get("setting")
            super().set_state({"setting": given} if isinstance(given, dict) else {})

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
            self._send_kernel_runs()
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
        place = self.settings.built_in
        self.settings.surfaces = [*self.settings.surfaces[:place], surface]
        if self.setting.get("surface") != place:  # asked for from Python; the page makes the same from the text
            self.setting = {**self.setting, "surface": place, "start": list(map(float, surface.start))}

    def _own_rows(self) -> None:
        """A student's own equations for a method: one more variant of it. Where the text is empty there is none."""
        wanted = self.setting.get("rows")
        if wanted == self._read["rows"]:
            return
        self._read["rows"], self._said["_own_rows"] = wanted, ""
        chosen, wrong = list(self.now()["variants"]), None
        for index, text in enumerate(texts(wanted, len(self.methods))):
            if text == self._typed[index][0]:
                continue
            try:
                self._typed[index] = text, [self._own_variant(text)] if text else []
            except ValueError as error:  # the last good one stays
                wrong = wrong or error
                continue
            declared = len(self.settings.declared_variants[index])
            if text or chosen[index] == declared:
                chosen[index] = declared if text else self.first_setting["variants"][index]
        self.settings.set_typed([own for _, own in self._typed])
        if wrong:
            raise wrong
        if self.setting.get("variants") != chosen:  # asked for from Python
            self.setting = {**self.setting, "variants": chosen, "values": self.now()["values"]}

    def _own_variant(self, text: str) -> type[Optimizer]:
        """The class of a method that a student has typed, an equation in each line."""
        made = Optimizer.from_rows([line.strip() for line in text.splitlines() if line.strip()])
        check_schedule(self.schedule, made)
        return type(made)

    def _send_kernel_runs(self) -> None:
        """Send the runs that the page cannot compute, if there are any, or were."""
        kernel_runs = self._kernel_runs(self.config, self.surfaces, self.now())
        if kernel_runs or self.kernel_runs:
            self.kernel_runs = kernel_runs

    def _kernel_runs(
        self, config: dict[str, Any], data: Sequence[dict[str, Any]], now: Setting
    ) -> list[dict[str, Any] | None]:
        """The runs that the page cannot compute, or nothing: it runs all rows, on all surfaces that have a formula."""
        by_page = now["surface"] >= len(data) or data[now["surface"]]["program"] is not None
        asked: list[list[Any] | None] = []
        for index, (declared, variant) in enumerate(zip(config["methods"], now["variants"], strict=True)):
            is_declared = variant < len(declared)  # of a reader's own, what can be shown of the first one, too
            shown, mine = declared[variant if is_declared else 0], self.settings.variants[index]
            kinds = [mine[variant]] if is_declared else [mine[0], mine[variant]]
            numbers = [part for kind in kinds for part in parts(kind)] if self.formula_shown else []
            by_kernel = not by_page or (is_declared and not shown["program"])
            asked.append([*dict.fromkeys([*shown["expressions"], *numbers])] if by_kernel else None)
        if not any(asked):
            return []
        return [kernel_runs(run, each) if each else None for run, each in zip(self.trajectories, asked, strict=True)]

    # ---- words and the saved picture ----

    def picture(self) -> Any:
        """The present state as a still picture."""
        from ..plots.figures import Picture

        with self._lock:
            step = min(self.now()["step"], self.now()["steps"])
            return Picture(self.trajectories, self.views, step, bool(self.vectors))

    @property
    def summary(self) -> str:
        """What is shown, without its numbers."""
        methods = ", ".join(optimizer.label for optimizer in self.optimizers())
        return f"Explorer: {methods} on the {self.surface.name} surface."

    def describe(self) -> str:
        """What the picture shows, with its numbers: for the saved notebook and for screen readers."""
        with self._lock:
            trajectories, step = self.trajectories, min(self.now()["step"], self.now()["steps"])
            lines = [trajectory.describe() for trajectory in trajectories]
            if self.formula_shown and step > 0:
                lines += [line for each in trajectories if (line := step_in_words(each, step))]
            if "map" in self.views:
                lines.append(MapView.in_words(self.optimizers()[0], self.surface))
            if "rate" in self.views:
                lines += [rates_in_words(trajectory) for trajectory in trajectories if trajectory.optimizer.rate]
            return "\n".join(lines)


def parts(kind: type[Optimizer]) -> list[Node]:
    """What the formula of a method has a number for: each part of each row, and its result."""
    return [part for _, symbol, right in kind.trees() for part in [*leaves(right), ("sym", symbol)]]


def texts(given: Any, count: int) -> list[str]:
    """So many texts of what the page has written; what is not text is nothing."""
    found = [each.strip() if isinstance(each, str) else "" for each in (given if isinstance(given, list) else [])]
    return [*found, *[""] * count][:count]


def kernel_runs(trajectory: Trajectory, expressions: Sequence[Any]) -> dict[str, Any]:
    """A run for the page: some expressions, and the value of each at each step, (expressions, steps + 1, 2) as float64."""
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
        "expressions": list(expressions),
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
    if unknown := set(options) - set(inspect.signature(Explorer).parameters):
        raise TypeError(f"explore() got an unexpected keyword argument {unknown.pop()!r}")
    return Explorer(optimizers, surface, start, steps, **options)


def type_size() -> float:
    """How large the type of an explorer is that is made now: 1 is usual."""
    return _size[0]


def large_type(factor: float = 1.4) -> None:
    """Make words, formulas and controls of all later explorers ``factor`` (0.5 to 4) times as large, for a projector.

    ``large_type(1)`` goes back.
    """
    _size[0] = number(factor, "factor", 0.5, 4)
    print(f"Text is now {factor:g}× its usual size.")
