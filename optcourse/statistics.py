"""What a comparison may say: which setting was the lowest, whether the search went far enough, whether two methods differ.

>>> print(paired([3, 5, 4, 6, 5, 7, 4], [2, 3, 2, 3, 4, 5, 2]))
+2 (95 %: +1 to +3), higher in 7 of 7 pairs
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arguments import numbers, row, wrong_value

SETTLED = 1e-9  # an excess below this counts as arrived: what lies under it is rounding
FEWEST = 6  # pairs: of five even the whole range misses the median in 1 case of 16


def lowest(losses: ArrayLike, **axes: ArrayLike) -> "int | tuple[int, ...]":
    """Where the lowest loss is, as ``argmin`` says it; warns where the best setting lies at an edge of those tried.

    Parameters
    ----------
    losses : one for each setting, an axis for each keyword; inf where a run failed
    axes : what was tuned and its values, in the order of the losses' axes, as in ``eta=etas``

    Of losses within 1e-9 of one another the first is taken. No edge is a value of 0, below which nothing lies, nor one whose
    neighbour is as good.

    >>> lowest([3.0, 1.0, 2.0], eta=[0.01, 0.1, 1.0])
    1
    """
    tried = {name: row(values, name, "a row of finite numbers") for name, values in axes.items()}
    shape = tuple(len(values) for values in tried.values())
    allowed = f"numbers, or inf, of the shape {shape}: an axis for each of {', '.join(axes) or 'the keywords'}"
    values = _numbers(losses, "losses", allowed)
    if values.shape != shape or not values.size or not axes:
        raise wrong_value("losses", allowed, losses)
    at = tuple(int(index) for index in np.unravel_index(np.argmax(values <= values.min() + SETTLED), shape))
    for axis, (name, each) in enumerate(tried.items()):
        line: tuple[Any, ...] = (slice(None), *at[:axis], *at[axis + 1 :])
        along = np.moveaxis(values, axis, 0)[line]
        if further := _beyond(each, along, at[axis]):
            end, where = {"smaller": ("smallest", "downward"), "larger": ("largest", "upward")}[further]
            text = f"the best {name}, {each[at[axis]]:g}, is the {end} value tried; extend the range {where}"
            warnings.warn(text, stacklevel=2)
    return at if len(at) > 1 else at[0]


def _beyond(tried: np.ndarray, losses: np.ndarray, best: int) -> str:
    """Which way to search on, "smaller" or "larger", if the best of a row of settings lies at its edge; else nothing."""
    order = np.argsort(tried, kind="stable")
    rank = int(np.flatnonzero(order == best)[0])
    if len(tried) < 2 or tried[best] == 0 or 0 < rank < len(tried) - 1:
        return ""
    neighbour = losses[order[1 if rank == 0 else -2]]
    return "" if neighbour <= losses[best] + SETTLED else ("smaller" if rank == 0 else "larger")


@dataclass(frozen=True)
class Difference:
    """The median of paired differences, first minus second, and its 95 % interval; as text with the verdict.

    ``lower`` and ``higher`` count the pairs in which the first is below and above the second.
    """

    median: float
    low: float
    high: float
    pairs: int
    lower: int
    higher: int

    @property
    def apart(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """The first is "lower" or "higher", or the two "cannot be told apart"."""
        return ("lower" if self.median < 0 else "higher") if self.apart else "cannot be told apart"

    def __str__(self) -> str:
        return format(self, "2")

    def __format__(self, digits: str) -> str:
        """The text with so many digits, as in ``f"{paired(ours, theirs):1}"``; two if none are named."""
        if not (isinstance(digits, str) and digits in ("", *map(str, range(1, 18)))):
            raise wrong_value("digits", "a number from 1 to 17, as in f'{difference:1}'", digits)
        low, middle, high = (_signed(value, int(digits or 2)) for value in (self.low, self.median, self.high))
        count = self.lower if self.median < 0 else self.higher
        of = f" in {count} of {self.pairs} pairs" if self.apart else ""
        return f"{middle} (95 %: {low} to {high}), {self.verdict}{of}"


def _signed(value: float, digits: int) -> str:
    """So many digits that mean something, with the sign."""
    return "0" if value == 0 else f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.{digits}g}"


def paired(first: ArrayLike, second: ArrayLike) -> Difference:
    """Compare two methods run with the same seeds or from the same starts: the median difference, and how sure it is.

    Parameters
    ----------
    first, second : one number for each seed, in the same order, six at least; inf where a run failed

    Each difference lies above the true median or below it, like heads and tails. So the interval goes from one of the ordered
    differences to another, as far out as a coin shows so few heads, or tails, in at most 5 % of all cases. It asks for no
    shape of the distribution, and a few runs that failed do not move it. If it holds zero, the two **cannot be told apart** by
    these runs; that does not say that they are equal.

    References
    ----------
    Conover (1999), Practical nonparametric statistics, section 3.2. SciPy: ``scipy.stats.quantile_test``.
    """
    allowed = f"numbers, or inf, one for each of {FEWEST} seeds or more"
    one, other = _numbers(first, "first", allowed), _numbers(second, "second", allowed)
    for name, values in (("first", one), ("second", other)):
        if values.ndim != 1 or len(values) < FEWEST:
            raise wrong_value(name, allowed, values)
    if one.shape != other.shape:
        raise ValueError(f"first and second must be pairs, of equal length, not {one.shape} and {other.shape}")
    with np.errstate(invalid="ignore"):
        differences = np.sort(np.where(one == other, 0.0, one - other))  # both inf: no difference
    count, outside = len(differences), 0
    while 2 * sum(math.comb(count, k) for k in range(outside + 1)) <= 0.05 * 2**count:
        outside += 1
    low, high = differences[outside - 1], differences[count - outside]
    below, above = int((differences < 0).sum()), int((differences > 0).sum())
    return Difference(float(np.median(differences)), float(low), float(high), count, below, above)


def _numbers(given: ArrayLike, name: str, allowed: str) -> np.ndarray:
    """``given`` as an array of numbers, of which some may be inf."""
    values = numbers(given, name, allowed)
    if np.isnan(values).any():
        raise wrong_value(name, allowed, given)
    return values
