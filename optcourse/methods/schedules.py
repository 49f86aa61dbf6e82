"""Learning-rate schedules: factors on η that depend on the step, and that multiply.

>>> schedule = warmup(10) * cosine(100)
>>> [round(float(schedule(t)), 3) for t in (1, 10, 50, 100)]
[0.1, 0.976, 0.5, 0.0]
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import finite_numbers, function, instance, number, result, whole, wrong_value
from ..formula.evaluate import Array

MOST_STEPS = 1_000_000_000  # of a schedule


@dataclass(frozen=True)
class Schedule:
    """A factor on η for step t = 1, 2, …; ``schedule * other`` multiplies two of them."""

    factor: Callable[[Array], Array]

    def __post_init__(self) -> None:
        function(self.factor, "factor", "a function of the step t", 1)

    def __call__(self, t: ArrayLike) -> Array:
        """The factor at step ``t``; the result has t's shape."""
        steps, allowed = (
            finite_numbers(t, "t", "a step's number, or an array of them"),
            "a function that gives a number for each t",
        )
        found = finite_numbers(result(self.factor, "factor", allowed, steps), "factor", allowed)
        if found.ndim and found.shape != steps.shape:
            raise wrong_value("factor", allowed, found)
        return found if found.shape == steps.shape else np.broadcast_to(found, steps.shape)

    def __mul__(self, other: "Schedule") -> "Schedule":
        instance(other, Schedule, "other", "a Schedule, as in warmup(10) * cosine(100)")
        return Schedule(lambda t: self.factor(t) * other.factor(t))


def warmup(steps: int) -> Schedule:
    """Rise in a straight line from 1/steps to 1, then stay (Goyal et al. 2017)."""
    steps = whole(steps, "a schedule's steps", 1, MOST_STEPS)
    return Schedule(lambda t: np.minimum(t / steps, 1.0))


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """Fall from 1 to ``floor``, in [0, 1], along half a cosine within ``steps`` (Loshchilov and Hutter 2017, without restarts)."""
    steps, floor = whole(steps, "a schedule's steps", 1, MOST_STEPS), number(floor, "floor", 0, 1)
    return Schedule(lambda t: floor + (1 - floor) * (1 + np.cos(np.pi * np.minimum(t / steps, 1.0))) / 2)
