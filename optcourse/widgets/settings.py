"""What an explorer's controls say: read with care, since the page writes it, and moved from Python by name."""

import dataclasses
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arguments import instance, shaped, whole, wrong_type, wrong_value
from ..formula.mathml import mathml
from ..methods.base import Hyper, Optimizer
from ..methods.variants import conventions
from ..plots.style import LETTERS
from ..surfaces.surface import Surface
from ..trajectory import TOO_FAR
from .sliders import Control, slider_values


class Setting:
    """The part of an explorer that knows its controls.

    ``first`` are the optimizers as they were given, ``forms`` the forms of each that may be chosen, ``places`` the surfaces;
    ``setting`` is what the page and Python write, ``first_setting`` where all began.
    """

    def _forms(self, optimizer: Optimizer) -> list[type[Optimizer]]:
        """The forms of a method that the reader may choose: those of the literature, unless they are compared here."""
        forms = list(conventions(type(optimizer)))
        others = [type(each) for each in self.first if each is not optimizer]
        choice = (
            self.with_formula and len(self.first) <= 2 and type(optimizer) in forms and not set(others) & set(forms)
        )
        return forms if choice else [type(optimizer)]

    def _make_controls(self) -> None:
        """A slider for each hyperparameter; one for several methods that begin with the same value."""
        starts: dict[str, list[float]] = {}
        for optimizer in self.first:
            for item in optimizer.hypers():
                starts.setdefault(item.symbol, []).append(getattr(optimizer, item.name))
        for place, (optimizer, forms) in enumerate(zip(self.first, self.forms, strict=True)):
            for item in {item.name: item for kind in (type(optimizer), *forms) for item in kind.hypers()}.values():
                begins = starts.get(item.symbol, [])
                alone = len(set(begins)) > 1
                label = f"{item.letter} {optimizer.title}" if alone else item.letter
                if label not in self.controls:
                    first = float(getattr(optimizer, item.name, item.default))
                    owner = place if alone or len(begins) < 2 <= len(self.first) else None
                    self._add_control(label, mathml(item.symbol), item.doc, slider_values(item, first), first, owner)
                self.sliders[place, item.name] = self.controls[label]

    def _add_control(
        self, label: str, symbol: str, doc: str, values: Sequence[float], first: float, method: int | None = None
    ) -> None:
        self.controls[label] = Control(
            label, label, symbol, doc, LETTERS.get(label.split()[0], "focus"), list(values), first, method,
            lambda: self._now()["values"][label],
            lambda value: self.set(values={label: value}),
        )  # fmt: skip

    def _now(self, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """The setting, with the first value in place of anything that the page could not have meant."""
        given, first = self.setting if given is None else given, self.first_setting
        values = {**first["values"], **{name: control.first for name, control in self.controls.items()}}
        for name, value in given.get("values", {}).items() if isinstance(given.get("values"), dict) else ():
            if name in self.controls and number(value) and self._allowed(name, value):
                values[name] = float(value)
        start, forms = given.get("start"), given.get("forms")
        good = (
            isinstance(start, list) and len(start) == 2 and all(number(each) and abs(each) <= TOO_FAR for each in start)
        )
        whole = {name: given.get(name) for name in ("surface", "steps", "step")}
        most = {"surface": len(self.places) - 1, "steps": self.most_steps, "step": self.most_steps}
        for name, value in whole.items():
            if not (type(value) is int and 0 <= value <= most[name]):
                whole[name] = first[name]
        if not (isinstance(forms, list) and len(forms) == len(self.forms)):
            forms = first["forms"]
        forms = [
            form if type(form) is int and 0 <= form < len(kinds) else base
            for form, kinds, base in zip(forms, self.forms, first["forms"], strict=True)
        ]
        return {**first, **given, **whole, "values": values, "start": start if good else first["start"], "forms": forms}

    def _allowed(self, name: str, value: float) -> bool:
        hypers = self._hypers_of(name)
        if not hypers:
            return value in self.controls[name].values
        return all(bool(item.domain.contains(np.array(value))) for item in hypers)

    def _hypers_of(self, name: str) -> list[Hyper]:
        """The hyperparameters that a slider moves."""
        return [
            item for (place, hyper), control in self.sliders.items() if control.name == name
            for item in {item.name: item for form in self.forms[place] for item in form.hypers()}.values() if item.name == hyper
        ]  # fmt: skip

    def set(self, **changes: Any) -> None:
        """Move controls from Python: ``values={"η": 0.1}``, ``surface``, ``start``, ``steps``, ``step``, ``forms``, ``own``, ``rows``.

        TypeError or ValueError if a name or a value is not known; nothing has changed then.
        """
        for name in changes:
            if name not in self.first_setting:
                raise ValueError(f"there is no control {name!r}: there are {', '.join(self.first_setting)}")
        instance(changes.get("values", {}), dict, "values", "a dict such as {'η': 0.1}")
        instance(changes.get("own", ""), str, "own", "text such as x**2 + y**2")
        if "rows" in changes:
            allowed = f"a list of {len(self.first)} texts, the rows of each method, empty where there are none"
            rows = changes["rows"]
            if not (isinstance(rows, list) and all(isinstance(each, str) for each in rows)):
                raise wrong_type("rows", allowed, rows)
            if len(rows) != len(self.first):
                raise wrong_value("rows", allowed, rows)
        for name, value in changes.get("values", {}).items():
            if name not in self.controls:
                raise ValueError(f"there is no slider {name!r}: there are {', '.join(self.controls)}")
            if not (number(value) and self._allowed(name, value)):
                allowed = next((item.domain.text for item in self._hypers_of(name)), "one of the values on its slider")
                raise (wrong_value if isinstance(value, int | float) else wrong_type)(name, allowed, value)
        with self._lock:
            now = self._now()
            if "surface" in changes:
                changes["surface"] = self._place_of(changes["surface"])
            if changes.get("surface", now["surface"]) != now["surface"]:
                changes = {"start": list(map(float, self.places[changes["surface"]].start)), **changes}
            if "start" in changes:
                changes["start"] = shaped(changes["start"], "start", (2,), "two finite numbers (x, y)").tolist()
            if "steps" in changes:
                changes["steps"] = whole(changes["steps"], "steps", 0, self.most_steps)
            if "step" in changes:
                changes["step"] = whole(changes["step"], "step", 0, self.most_steps)
            forms = f"a list with a form for each method, below {[*map(len, self.forms)]}"
            instance(changes.get("forms", []), list, "forms", forms)
            wanted = {**now, **changes, "values": {**now["values"], **changes.get("values", {})}}
            read = self._now(wanted)
            if read["start"] != wanted["start"]:
                raise wrong_value("start", f"two numbers (x, y) within ±{TOO_FAR:g}", wanted["start"])
            pairs = zip(read["forms"], wanted["forms"], strict=False)
            if len(wanted["forms"]) != len(self.forms) or any(one is not two for one, two in pairs):
                raise wrong_value("forms", forms, wanted["forms"])
            self.setting = wanted

    def _place_of(self, surface: Surface | int) -> int:
        if isinstance(surface, Surface) and surface in self.places:
            return self.places.index(surface)
        if type(surface) is int and 0 <= surface < len(self.places):
            return surface
        raise wrong_value("surface", f"one of {', '.join(each.name for each in self.places)}", surface)

    def reset(self) -> None:
        """Everything back to its first value."""
        with self._lock:
            self.setting = self.first_setting

    @property
    def surface(self) -> Surface:
        """The surface that is chosen now."""
        return self.places[self._now()["surface"]]

    def optimizers(self) -> list[Optimizer]:
        """The optimizers as the sliders have them now."""
        with self._lock:
            now = self._now()
            return [self._optimizer(place, form, now["values"]) for place, form in enumerate(now["forms"])]

    def _optimizer(self, place: int, form: int, values: dict[str, float]) -> Optimizer:
        kind, first = self.forms[place][form], self.first[place]
        named = {item.name: values[self.sliders[place, item.name].name] for item in kind.hypers()}
        return dataclasses.replace(first, **named) if kind is type(first) else kind(**named)


def number(value: Any) -> bool:
    """Whether a value from the page is a finite number; a whole number may be too large to be a float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
