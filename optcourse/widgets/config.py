"""What the page gets of an explorer: methods, panels and surfaces, complete, so that it can go on alone."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..formula.parse import parse
from ..methods.base import Optimizer
from ..plots import views
from ..plots.style import SECOND, Look
from ..plots.views import VIEWS, labels_and_looks
from ..surfaces.surface import Surface
from . import wire
from .program import Expressions, method_program, own_hypers, surface_program

if TYPE_CHECKING:
    from .explorer import Explorer

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


def variant_of(
    optimizer: Optimizer,
    label: str,
    look: Look,
    panels: Sequence[type[views.View]],
    hypers: dict[str, str],
    several: bool,
    formula: bool,
) -> wire.Variant:
    """One variant of a method: its program, what it shows and how, and its formula."""
    kind, expressions = type(optimizer), Expressions()
    colours = iter(views.vector_colours(kind))
    arrows = [
        wire.Arrow(row, expressions.index(each.start), expressions.index(each.vector), each.label, next(colours))
        for row, each in ((row, each) for row, line in enumerate(kind.rows) for each in line.arrows)
    ]
    divisor = views.divisor(optimizer)
    return wire.Variant(
        title=kind.title,
        label=label,
        name=kind.variant,
        look=wire.look(look),
        program=method_program(optimizer),
        hypers=hypers,
        theta=expressions.index(r"\theta"),
        loss=expressions.index(r"J(\theta)"),
        divisor=None if divisor is None else expressions.index(divisor),
        series=series_of(panels, optimizer, look, several, expressions),
        arrows=arrows,
        stable=parse(kind.stable_below) if kind.stable_below else None,
        formula=formula,
        rows=[row.latex for row in kind.rows],
        captions=[row.caption for row in kind.rows],
        expressions=list(expressions.trees),
    )


@functools.lru_cache(256)
def surface_data(surface: Surface) -> dict[str, Any]:
    """A surface for the page."""
    program = surface_program(surface)
    reference_values = [
        {name: np.asarray(value).tolist() for name, value in surface.reference_values_at(minimum).items()}
        for minimum in surface.minima
    ]
    values = None if program else surface.grid(GRID)[2]  # a slice of a network's loss takes fewer points
    grid, shape = (None, (0, 0)) if values is None else (values.astype("<f4").tobytes(), values.shape[::-1])
    view, start = (list(map(float, each)) for each in (surface.view, surface.start))
    return wire.plain(
        wire.Surface(
            surface.name, view, start, reference_values, surface.minima_are_known, program, surface.note, grid, shape
        )
    )


def config_of(explorer: "Explorer") -> dict[str, Any]:
    """Panels, methods and controls: all that does not depend on the surface."""
    settings = explorer.settings
    now = settings.first
    present = settings.optimizers(now)
    panels, hypers = [VIEWS[name] for name in explorer.views], settings.sliders

    def variant(index: int, number: int) -> wire.Variant:
        optimizer = settings.optimizer(index, number, now["values"])
        labels, looks = labels_and_looks([*present[:index], optimizer, *present[index + 1 :]])
        names = {item.key: hypers[index, item.name].name for item in optimizer.hypers()}
        several, formula = len(present) > 1, explorer.formula_shown
        return variant_of(optimizer, labels[index], looks[index], panels, names, several, formula)

    steps = range(1, settings.most_steps + 1)
    return wire.plain(
        wire.ExplorerConfig(
            panels=[panel_of(name, view) for name, view in zip(explorer.views, panels, strict=True)],
            methods=[
                [variant(index, number) for number in range(len(kinds))]
                for index, kinds in enumerate(settings.declared_variants)
            ],
            controls=[
                {**each.data(), "folded": name not in explorer.in_sight} for name, each in settings.controls.items()
            ],
            first=now,
            most_steps=settings.most_steps,
            size=explorer.type_size,
            own=explorer.own_surfaces,
            built_in=settings.built_in,
            vectors=bool(explorer.vectors),
            schedule=[float(explorer.schedule(np.array(t))) for t in steps] if explorer.schedule else [],
            tolerance=views.TOLERANCE,
            longest=views.LONGEST,
            known=own_hypers() if explorer.formula_shown else {},
        )
    )
