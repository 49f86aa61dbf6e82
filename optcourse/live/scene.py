"""What the page gets of an explorer: methods, panels and surfaces, complete, so that it can go on alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..mathematics.declaration import Optimizer
from ..mathematics.surfaces import CATALOGUE, Surface
from ..pictures import typeset
from ..pictures.drawings import labels_and_looks
from ..pictures.views import VIEWS, LensView, View, window
from . import stage
from .program import Expressions, method_program, surface_program


class Scene:
    """The part of an explorer that tells the page what it needs."""

    def _views(self, optimizers: Sequence[Optimizer], surface: Surface, still: bool) -> list[View]:
        labels, looks = labels_and_looks(optimizers)
        steps = self.first_setting["steps"]
        return [
            stage.panel(VIEWS[name], surface, optimizers, labels, looks, steps, self.vectors, still)
            for name in self.views
        ]

    def _lesson(self) -> dict[str, Any]:
        """Panels, methods and controls: all that does not depend on the surface."""
        now = self._now()
        present = [self._optimizer(place, form, now["values"]) for place, form in enumerate(now["forms"])]
        methods: list[list[dict[str, Any]]] = []
        for place, forms in enumerate(self.forms):
            compared = [
                [*present[:place], self._optimizer(place, form, now["values"]), *present[place + 1 :]]
                for form in range(len(forms))
            ]
            methods.append([self._form(place, optimizers) for optimizers in compared])
        panels = []
        for name, view in zip(self.views, self._views(present, self.places[now["surface"]], True), strict=True):
            picture = stage.background(view) if view.moving or isinstance(view, LensView) else None
            panels.append({**stage.panel_data(view, name), "background": picture})
        return {
            "panels": panels,
            "methods": methods,
            "controls": [control.data() for control in self.controls.values()],
            "glyphs": stage.glyphs(),
            "most_steps": self.most_steps,
            "first": self.first_setting,
            "type": stage.type_size(),
            "own": self.catalogue is CATALOGUE,
            "built_in": self.built_in,
        }

    def _form(self, place: int, optimizers: Sequence[Optimizer]) -> dict[str, Any]:
        """One form of a method: its program, what it shows and how, and its formula."""
        optimizer, expressions = optimizers[place], Expressions()
        lines = stage.lines_of(self._views(optimizers, self.first_surface, False), place, expressions)
        kind = type(optimizer)
        formula = typeset.template(kind) if self.formula_shown else ""
        slots = [(expressions.place(part), at) for part, at in typeset.slots(kind)] if formula else []
        labels, _ = labels_and_looks(optimizers)
        loss = expressions.place(r"J(\theta)")
        return {
            "title": kind.title,
            "label": labels[place],
            "convention": kind.convention,
            "program": None if self._by_kernel(place) else method_program(optimizer),
            "hypers": {item.key: self.sliders[place, item.name].name for item in kind.hypers()},
            "expressions": list(expressions.trees),
            "lines": lines,
            "formula": formula,
            "slots": slots,
            "loss": loss,
            "rows": [row.latex for row in kind.rows],
        }

    @property
    def first_surface(self) -> Surface:
        return self.places[self.first_setting["surface"]]

    @staticmethod
    def _surface_outline(surface: Surface) -> dict[str, Any]:
        """What the page must know of a surface before it is drawn: to choose it moves the start."""
        return {
            "name": surface.name,
            "view": list(window(surface.view)),
            "start": list(map(float, surface.start)),
        }

    def _surface_data(self, surface: Surface) -> dict[str, Any]:
        """A surface for the page: program, landmarks, and what it changes on each panel."""
        now = self._now()
        present = [self._optimizer(place, form, now["values"]) for place, form in enumerate(now["forms"])]
        labels, looks = labels_and_looks(present)
        grounds = []
        for name in self.views:
            view = stage.panel(VIEWS[name], surface, present, labels, looks, 1, False, VIEWS[name].per_form)
            picture = {str(now["forms"][0]): stage.background(view)} if view.per_form else {}
            if name == "contour":
                picture = {"0": stage.contour_background(surface, stage.type_size())}
            grounds.append({**stage.ground(view), "background": picture})
        landmarks = [
            {name: np.asarray(value).tolist() for name, value in surface.landmarks_at(minimum).items()}
            for minimum in surface.minima
        ]
        return {
            **self._surface_outline(surface),
            "landmarks": landmarks,
            "program": surface_program(surface),
            "panels": grounds,
        }

    def complete(self) -> None:
        """Add the surfaces on offer that the page does not have yet: it needs no kernel for them then."""
        with self._lock:
            if any("program" not in each for each in self.surfaces):
                self.surfaces = [
                    data if "program" in data else self._surface_data(surface)
                    for data, surface in zip(self.surfaces, self.places, strict=True)
                ]
