"""What the page gets of an explorer: methods, panels and surfaces, complete, so that it can go on alone."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..formula.parse import parse
from ..methods import card
from ..methods.base import Optimizer
from ..plots import views
from ..plots.style import SECOND, Look
from ..plots.views import VIEWS, labels_and_looks
from ..surfaces.surface import Surface
from . import wire
from .program import Expressions, method_program, own_hypers, surface_program

GRID = 64  # points of a surface that the page cannot compute, along x and along y


def panel_of(name: str, view: type[views.View]) -> wire.Panel:
    """A view for the page."""
    return wire.Panel(name, view.kind, view.title, view.short, view.log, view.floor, view.across)


def series_of(
    panels: Sequence[type[views.View]], optimizer: Optimizer, look: Look, several: bool, expressions: Expressions
) -> list[wire.Series]:
    """What each panel draws of a run: of several, each method in its own dashes."""
    found, k = [], expressions.index("k")
    for panel, view in enumerate(panels):
        quantities = view.quantities(optimizer)
        for number, each in enumerate(quantities):
            dash = (SECOND if number else ()) if len(quantities) > 1 else look.dash if several else ()
            found.append(wire.Series(panel, k, expressions.index(each.expression), each.at, each.name, dash))
    return found


def form_of(
    optimizer: Optimizer,
    label: str,
    look: Look,
    panels: Sequence[type[views.View]],
    hypers: dict[str, str],
    several: bool,
    formula: bool,
) -> wire.Form:
    """One form of a method: its program, what it shows and how, and its formula."""
    kind, expressions = type(optimizer), Expressions()
    colours = iter(views.vector_colours(kind))
    arrows = [
        wire.Arrow(row, expressions.index(each.start), expressions.index(each.vector), each.label, next(colours))
        for row, each in ((row, each) for row, line in enumerate(kind.rows) for each in line.arrows)
    ]
    divisor = views.divisor(optimizer)
    return wire.Form(
        title=kind.title,
        label=label,
        convention=kind.convention,
        look=wire.look(look),
        program=method_program(optimizer),
        hypers=hypers,
        theta=expressions.index(r"\theta"),
        loss=expressions.index(r"J(\theta)"),
        divisor=None if divisor is None else expressions.index(divisor),
        series=series_of(panels, optimizer, look, several, expressions),
        arrows=arrows,
        stable=parse(kind.stable_below) if kind.stable_below else None,
        formula=card.template(kind) if formula else "",
        slots=[(expressions.index(part), at) for part, at in card.slots(kind)] if formula else [],
        rows=[row.latex for row in kind.rows],
        expressions=list(expressions.trees),
    )


@functools.lru_cache(256)
def surface_data(surface: Surface) -> dict[str, Any]:
    """A surface for the page."""
    program = surface_program(surface)
    landmarks = [
        {name: np.asarray(value).tolist() for name, value in surface.landmarks_at(minimum).items()}
        for minimum in surface.minima
    ]
    values = None if program else surface.grid(GRID)[2]  # a slice of a network's loss takes fewer points
    grid, shape = (None, (0, 0)) if values is None else (values.astype("<f4").tobytes(), values.shape[::-1])
    view, start = (list(map(float, each)) for each in (surface.view, surface.start))
    return wire.plain(
        wire.Surface(surface.name, view, start, landmarks, surface.minima_are_known, program, surface.note, grid, shape)
    )


class Scene:
    """The part of an explorer that tells the page what it needs."""

    def _config(self) -> dict[str, Any]:
        """Panels, methods and controls: all that does not depend on the surface."""
        now = self._now()
        present = [self._optimizer(place, form, now["values"]) for place, form in enumerate(now["forms"])]
        methods = [
            [self._form(place, form, present) for form in range(len(self._forms(each)))]
            for place, each in enumerate(self.first)
        ]
        steps = range(1, self.most_steps + 1)
        return wire.plain(
            wire.ExplorerConfig(
                panels=[panel_of(name, VIEWS[name]) for name in self.views],
                methods=methods,
                controls=[{**each.data(), "folded": name not in self.in_sight} for name, each in self.controls.items()],
                first=self.first_setting,
                most_steps=self.most_steps,
                size=self.type_size,
                own=self.own_surfaces,
                built_in=self.built_in,
                vectors=bool(self.vectors),
                schedule=[float(self.schedule(np.array(t))) for t in steps] if self.schedule else [],
                tolerance=views.TOLERANCE,
                longest=views.LONGEST,
                known=own_hypers() if self.formula_shown else {},
            )
        )

    def _form(self, place: int, form: int, present: Sequence[Optimizer]) -> wire.Form:
        optimizer = self._optimizer(place, form, self._now()["values"])
        labels, looks = labels_and_looks([*present[:place], optimizer, *present[place + 1 :]])
        hypers = {item.key: self.sliders[place, item.name].name for item in optimizer.hypers()}
        panels = [VIEWS[name] for name in self.views]
        several = len(present) > 1
        return form_of(optimizer, labels[place], looks[place], panels, hypers, several, self.formula_shown)
