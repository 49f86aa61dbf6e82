"""Learning-rate schedules: factors on η that depend on the step, and that multiply.

>>> schedule = warmup(10) * cosine(100)
>>> [round(float(schedule(t)), 3) for t in (1, 10, 50, 100)]
[0.1, 0.976, 0.5, 0.0]
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .declaration import Array


@dataclass(frozen=True)
class Schedule:
    """A factor on η for step t = 1, 2, …; ``schedule * other`` multiplies two of them."""

    factor: Callable[[Array], Array]

    def __call__(self, t: ArrayLike) -> Array:
        """The factor at step ``t``; the result has t's shape."""
        return self.factor(np.asarray(t, dtype=float))

    def __mul__(self, other: "Schedule") -> "Schedule":
        return Schedule(lambda t: self.factor(t) * other.factor(t))


def warmup(steps: int) -> Schedule:
    """Rise in a straight line from 1/steps to 1, then stay (Goyal et al. 2017)."""
    return Schedule(lambda t: np.minimum(t / positive(steps), 1.0))


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """Fall from 1 to ``floor`` along half a cosine within ``steps`` (Loshchilov and Hutter 2017, without restarts)."""
    return Schedule(lambda t: floor + (1 - floor) * (1 + np.cos(np.pi * np.minimum(t / positive(steps), 1.0))) / 2)


def positive(steps: int) -> int:
    """``steps``, or an error if it is not a whole number > 0."""
    if not isinstance(steps, int) or isinstance(steps, bool) or steps <= 0:
        raise ValueError(f"a schedule's steps must be a whole number > 0, not {steps!r}")
    return steps
