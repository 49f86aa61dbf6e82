"""The setting of an explorer: what its sliders and menus say, and which settings make sense."""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arguments import instance, shaped, whole, wrong_type, wrong_value
from ..methods.base import Hyper, Optimizer
from ..methods.variants import variants
from ..plots.style import LETTERS
from ..surfaces.surface import Surface
from ..trajectory import TOO_FAR
from .sliders import Control, slider_values

Setting = dict[str, Any]  # see Setting in page/wire.d.ts
Slider = tuple[str, str, Sequence[float], float]  # name, what it means, values, the first of them


def offered_variants(methods: Sequence[Optimizer], choice: bool) -> list[list[type[Optimizer]]]:
    """The variants of each method that a reader may choose: those of the literature, unless they are compared here."""

    def offered(optimizer: Optimizer) -> list[type[Optimizer]]:
        known, others = [*variants(type(optimizer))], {type(each) for each in methods if each is not optimizer}
        return known if choice and type(optimizer) in known and not others & set(known) else [type(optimizer)]

    return [offered(optimizer) for optimizer in methods]


class Settings:
    """What can be moved in an explorer: sliders, variants of the methods, surfaces, start and steps.

    Parameters
    ----------
    methods : the optimizers as they were given
    variants : for each of them the classes that a reader may choose
    surfaces : those that a reader may choose
    most_steps : the highest number of steps
    first : the first surface, start, steps and step
    sliders : those that are of no method
    read, write : give the present setting, and change values in it: what a :class:`Control` does

    Attributes
    ----------
    controls, sliders : the sliders by their labels; by a method's index and its hyperparameter's name
    first : the whole first setting
    """

    def __init__(
        self,
        methods: Sequence[Optimizer],
        variants: Sequence[list[type[Optimizer]]],
        surfaces: Sequence[Surface],
        most_steps: int,
        first: Setting,
        sliders: Sequence[Slider],
        read: Callable[[], Setting],
        write: Callable[[dict[str, float]], None],
    ):
        self.methods, self.declared_variants, self.variants = methods, variants, list(variants)
        self.surfaces, self.built_in, self.most_steps = list(surfaces), len(surfaces), most_steps
        self.controls: dict[str, Control] = {}
        self.sliders: dict[tuple[int, str], Control] = {}
        self._read, self._write = read, write
        self._add_hyperparameters()
        for name, doc, values, value in sliders:
            self._add(name, "", doc, values, value)
        self._declared = dict(self.controls), dict(self.sliders)
        self.first = {
            "values": {name: control.first for name, control in self.controls.items()},
            **first,
            "variants": [kinds.index(type(item)) for kinds, item in zip(variants, methods, strict=True)],
            "own": "",
            "rows": ["" for _ in methods],
        }

    def _add_hyperparameters(self) -> None:
        """A slider for each hyperparameter; one for several methods that begin with the same value."""
        starts: dict[str, list[float]] = {}
        for optimizer in self.methods:
            for item in optimizer.hypers():
                starts.setdefault(item.symbol, []).append(getattr(optimizer, item.name))
        for index, (optimizer, kinds) in enumerate(zip(self.methods, self.variants, strict=True)):
            for item in {item.name: item for kind in (type(optimizer), *kinds) for item in kind.hypers()}.values():
                begins = starts.get(item.symbol, [])
                alone = len(set(begins)) > 1
                label = f"{item.letter} {optimizer.title}" if alone else item.letter
                if label not in self.controls:
                    first = float(getattr(optimizer, item.name, item.default))
                    owner = index if alone or len(begins) < 2 <= len(self.methods) else None
                    self._add(label, item.key, item.doc, slider_values(item, first), first, owner)
                self.sliders[index, item.name] = self.controls[label]

    def _add(
        self, label: str, symbol: str, doc: str, values: Sequence[float], first: float, method: int | None = None
    ) -> None:
        self.controls[label] = Control(
            label, label, symbol, doc, LETTERS.get(label.split()[0], "focus"), list(values), first, method,
            lambda: self._read()["values"][label],
            lambda value: self._write({label: value}),
        )  # fmt: skip

    def set_typed(self, typed: Sequence[Sequence[type[Optimizer]]]) -> None:
        """What a reader has typed as variants of the methods, with the sliders that these need, and no others."""
        self.variants = [[*declared, *own] for declared, own in zip(self.declared_variants, typed, strict=True)]
        self.controls, self.sliders = dict(self._declared[0]), dict(self._declared[1])
        for index, item in ((index, item) for index, own in enumerate(typed) for kind in own for item in kind.hypers()):
            if (index, item.name) not in self.sliders:
                if item.letter not in self.controls:
                    self._add(item.letter, item.key, item.doc, slider_values(item, item.default), item.default)
                self.sliders[index, item.name] = self.controls[item.letter]

    # ---- a setting that anybody may have written ----

    def complete(self, given: Setting) -> Setting:
        """A setting, with the first value for anything that the page could not have meant."""
        first = self.first
        values = {**first["values"], **{name: control.first for name, control in self.controls.items()}}
        for name, value in given.get("values", {}).items() if isinstance(given.get("values"), dict) else ():
            if name in self.controls and is_number(value) and self._allows(name, value):
                values[name] = float(value)
        start, chosen = given.get("start"), given.get("variants")
        good = isinstance(start, list) and len(start) == 2 and all(map(is_near, start))
        numbers = {name: given.get(name) for name in ("surface", "steps", "step")}
        most = {"surface": len(self.surfaces) - 1, "steps": self.most_steps, "step": self.most_steps}
        for name, value in numbers.items():
            if not (type(value) is int and 0 <= value <= most[name]):
                numbers[name] = first[name]
        if not (isinstance(chosen, list) and len(chosen) == len(self.variants)):
            chosen = first["variants"]
        chosen = [
            variant if type(variant) is int and 0 <= variant < len(kinds) else default
            for variant, kinds, default in zip(chosen, self.variants, first["variants"], strict=True)
        ]
        made = {**first, **given, **numbers, "values": values, "variants": chosen}
        return {**made, "start": start if good else first["start"]}

    def changed(self, now: Setting, changes: dict[str, Any]) -> Setting:
        """A complete setting with changes from Python; TypeError or ValueError if a name or a value is not known."""
        for name in changes:
            if name not in self.first:
                raise ValueError(f"there is no control {name!r}: there are {', '.join(self.first)}")
        instance(changes.get("values", {}), dict, "values", "a dict such as {'η': 0.1}")
        instance(changes.get("own", ""), str, "own", "text such as x**2 + y**2")
        if "rows" in changes:
            self._check_rows(changes["rows"])
        for name, value in changes.get("values", {}).items():
            if name not in self.controls:
                raise ValueError(f"there is no slider {name!r}: there are {', '.join(self.controls)}")
            if not (is_number(value) and self._allows(name, value)):
                allowed = next((item.domain.text for item in self._hypers_of(name)), "one of the values on its slider")
                raise (wrong_value if isinstance(value, int | float) else wrong_type)(name, allowed, value)
        if "surface" in changes:
            changes = {**changes, "surface": self._index_of(changes["surface"])}
        if changes.get("surface", now["surface"]) != now["surface"]:
            changes = {"start": list(map(float, self.surfaces[changes["surface"]].start)), **changes}
        if "start" in changes:
            changes["start"] = shaped(changes["start"], "start", (2,), "two finite numbers (x, y)").tolist()
        for name in {"steps", "step"} & set(changes):
            changes[name] = whole(changes[name], name, 0, self.most_steps)
        allowed = f"a list with a variant for each method, below {[*map(len, self.variants)]}"
        instance(changes.get("variants", []), list, "variants", allowed)
        wanted = {**now, **changes, "values": {**now["values"], **changes.get("values", {})}}
        read = self.complete(wanted)
        if read["start"] != wanted["start"]:
            raise wrong_value("start", f"two numbers (x, y) within ±{TOO_FAR:g}", wanted["start"])
        pairs = zip(read["variants"], wanted["variants"], strict=False)
        if len(wanted["variants"]) != len(self.variants) or any(one is not two for one, two in pairs):
            raise wrong_value("variants", allowed, wanted["variants"])
        return wanted

    def _check_rows(self, rows: Any) -> None:
        allowed = f"a list of {len(self.methods)} texts, the equations of each method, empty where there are none"
        if not (isinstance(rows, list) and all(isinstance(each, str) for each in rows)):
            raise wrong_type("rows", allowed, rows)
        if len(rows) != len(self.methods):
            raise wrong_value("rows", allowed, rows)

    def _allows(self, name: str, value: float) -> bool:
        hypers = self._hypers_of(name)
        if not hypers:
            return value in self.controls[name].values
        return all(bool(item.domain.contains(np.array(value))) for item in hypers)

    def _hypers_of(self, name: str) -> list[Hyper]:
        """The hyperparameters that a slider moves."""
        moved = {place for place, control in self.sliders.items() if control.name == name}
        return [
            item
            for index, kinds in enumerate(self.variants)
            for item in {item.name: item for kind in kinds for item in kind.hypers()}.values()
            if (index, item.name) in moved
        ]

    def _index_of(self, surface: Surface | int) -> int:
        if isinstance(surface, Surface) and surface in self.surfaces:
            return self.surfaces.index(surface)
        if type(surface) is int and 0 <= surface < len(self.surfaces):
            return surface
        raise wrong_value("surface", f"one of {', '.join(each.name for each in self.surfaces)}", surface)

    # ---- what a complete setting means ----

    def optimizers(self, now: Setting) -> list[Optimizer]:
        """The methods, with the values that the sliders have."""
        return [self.optimizer(index, variant, now["values"]) for index, variant in enumerate(now["variants"])]

    def optimizer(self, index: int, variant: int, values: dict[str, float]) -> Optimizer:
        """A variant of one method with these values."""
        kind, first = self.variants[index][variant], self.methods[index]
        named = {item.name: values[self.sliders[index, item.name].name] for item in kind.hypers()}
        return dataclasses.replace(first, **named) if kind is type(first) else kind(**named)


def is_number(value: Any) -> bool:
    """Whether a value from the page is a finite number; a whole number may be too large to be a float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_near(value: Any) -> bool:
    """Whether a value from the page is a coordinate that has not diverged."""
    return is_number(value) and abs(value) <= TOO_FAR
