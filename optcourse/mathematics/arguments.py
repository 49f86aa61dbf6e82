"""Checks of arguments: a wrong one is a TypeError or ValueError that says its name, what was given and what is allowed."""

import operator
import reprlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 60


def wrong_type(name: str, allowed: str, given: Any) -> TypeError:
    return TypeError(f"{name} must be {allowed}, not {SHORT.repr(given)}")


def wrong_value(name: str, allowed: str, given: Any) -> ValueError:
    return ValueError(f"{name} must be {allowed}, not {SHORT.repr(given)}")


def finite_numbers(value: ArrayLike, symbol: str, allowed: str) -> NDArray[np.float64]:
    """``value`` as an array of floats; TypeError or ValueError, naming the symbol, if it is anything else."""
    try:
        array = np.asarray(value)
    except ValueError as error:  # a ragged list
        raise TypeError(f"{symbol} must be {allowed}, not {value!r}") from error
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{symbol} must be {allowed}, not {value!r} ({type(value).__name__})")
    array = array.astype(float)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{symbol} must be {allowed}, not {value!r}")
    return array


def whole(given: Any, name: str, low: int = 0, high: int | None = None) -> int:
    """``given`` as an int from ``low`` to ``high``."""
    allowed = f"a whole number ≥ {low}" if high is None else f"a whole number from {low} to {high:,}"
    try:
        number = operator.index(given)
    except TypeError:
        raise wrong_type(name, allowed, given) from None
    if isinstance(given, bool | np.bool_) or number < low or (high is not None and number > high):
        raise wrong_value(name, allowed, given)
    return number


def number(given: Any, name: str, low: float, high: float = np.inf) -> float:
    """``given`` as one float from ``low`` to ``high``."""
    allowed = f"a finite number ≥ {low:g}" if high == np.inf else f"a number from {low:g} to {high:g}"
    value = finite_numbers(given, name, allowed)
    if value.ndim or not low <= value <= high:
        raise wrong_value(name, allowed, given)
    return float(value)


def instance(given: Any, kind: type | tuple[type, ...], name: str, allowed: str) -> None:
    """TypeError unless ``given`` is of this kind."""
    if not isinstance(given, kind):
        raise wrong_type(name, allowed, given)


def subclass(given: Any, kind: type, name: str, allowed: str) -> None:
    """TypeError unless ``given`` is a class of this kind."""
    if not (isinstance(given, type) and issubclass(given, kind)):
        raise wrong_type(name, allowed, given)


def shaped(given: Any, name: str, shape: tuple[int, ...], allowed: str) -> np.ndarray:
    """``given`` as an array of finite numbers with this shape; −1 stands for any length."""
    value = finite_numbers(given, name, allowed)
    if value.ndim != len(shape) or any(want not in (-1, have) for want, have in zip(shape, value.shape, strict=True)):
        raise wrong_value(name, allowed, given)
    return value
