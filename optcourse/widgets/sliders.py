"""What can be moved in an explorer: the values on a slider, and the slider as Python sees it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..methods.base import Hyper

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


@dataclass(eq=False)
class Control:
    """A slider: its name in the setting, its label (text and HTML), what it means, its colour, its values, the first of them,
    and the number of the method that it belongs to (None: several share it).

    ``value`` reads and moves it, from Python as from the page.
    """

    name: str
    label: str
    symbol: str
    doc: str
    colour: str
    values: Sequence[float]
    first: float
    method: int | None
    read: Callable[[], float]
    write: Callable[[float], Any]

    @property
    def value(self) -> float:
        return self.read()

    @value.setter
    def value(self, value: float) -> None:
        self.write(value)

    def data(self) -> dict[str, Any]:
        """The slider for the page."""
        return {each: getattr(self, each) for each in ("name", "label", "symbol", "doc", "colour", "values", "method")}
