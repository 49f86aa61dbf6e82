"""Checks of arguments: a wrong one is a TypeError or ValueError that says its name, what was given and what is allowed."""

import inspect
import operator
import reprlib
from collections.abc import Callable
from types import UnionType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST = 100_000_000  # numbers in one array: 0.8 GB


class Short(reprlib.Repr):
    """Whatever was given, in a few words. Python itself refuses to write a whole number of more than 4300 digits."""

    def repr(self, x: Any) -> str:
        text = " ".join(super().repr(x).split())
        return text if len(text) <= 200 else f"{text[:200]}…"

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if abs(x) < 10**40 else f"about {'-' * (x < 0)}10^{x.bit_length() * 0.30103:.0f}"


SHORT = Short()
SHORT.maxstring = SHORT.maxother = 60


def wrong_type(name: str, allowed: str, given: Any) -> TypeError:
    return TypeError(f"{name} must be {allowed}, not {SHORT.repr(given)}")


def wrong_value(name: str, allowed: str, given: Any) -> ValueError:
    return ValueError(f"{name} must be {allowed}, not {SHORT.repr(given)}")


def array(given: ArrayLike, name: str, allowed: str, kinds: str = "iuf") -> np.ndarray:
    """``given`` as an array of numbers, "iu" for whole ones; TypeError or ValueError if it is anything else."""
    if isinstance(given, range) and len(given) > MOST:  # NumPy would fill the memory with it
        raise wrong_value(name, allowed, given)
    try:
        found = np.asarray(given)
    except ValueError:  # a ragged list
        raise wrong_type(name, allowed, given) from None
    if found.dtype.kind not in kinds:
        raise wrong_type(name, allowed, given)
    return found


def numbers(given: ArrayLike, name: str, allowed: str) -> NDArray[np.float64]:
    """``given`` as an array of floats, which may be infinite or NaN; not a copy if it is one already."""
    return array(given, name, allowed).astype(float, copy=False)


def finite_numbers(given: ArrayLike, name: str, allowed: str) -> NDArray[np.float64]:
    """``given`` as a new array of finite floats."""
    found = numbers(given, name, allowed).copy()
    if not np.all(np.isfinite(found)):
        raise wrong_value(name, allowed, given)
    return found


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


def instance(given: Any, kind: type | UnionType | tuple[type, ...], name: str, allowed: str) -> None:
    """TypeError unless ``given`` is of this kind."""
    if not isinstance(given, kind):
        raise wrong_type(name, allowed, given)


def function(given: Any, name: str, allowed: str, arguments: int) -> None:
    """TypeError unless ``given`` can be called with so many arguments."""
    if not callable(given):
        raise wrong_type(name, allowed, given)
    try:
        inspect.signature(given).bind(*range(arguments))
    except TypeError:
        raise wrong_type(name, allowed, given) from None
    except ValueError:  # a function in C need not say what it takes
        pass


def result(given: Callable[..., Any], name: str, allowed: str, *arguments: Any) -> Any:
    """What a function of the student's gives; if it raises an error, one that says which function it was."""
    try:
        return given(*arguments)
    except Exception as error:
        raise TypeError(f"{name} must be {allowed}, and it raised {type(error).__name__}: {error}") from error


def row(given: Any, name: str, allowed: str) -> NDArray[np.float64]:
    """``given`` as a row of finite numbers, shape (n,), and at least one; a single number is a row of its own."""
    value = np.atleast_1d(finite_numbers(given, name, allowed))
    if value.ndim > 1 or not value.size:
        raise wrong_value(name, allowed, given)
    return value


def texts(given: Any, name: str, count: int) -> list[str]:
    """``given`` as a list of so many texts."""
    allowed = f"a list of {count} text{'s' * (count > 1)}"
    if not (isinstance(given, tuple | list) and all(isinstance(each, str) for each in given)):
        raise wrong_type(name, allowed, given)
    if len(given) != count:
        raise wrong_value(name, allowed, given)
    return list(given)


def shaped(given: Any, name: str, shape: tuple[int, ...], allowed: str) -> NDArray[np.float64]:
    """``given`` as an array of finite numbers with this shape; −1 stands for any length."""
    value = finite_numbers(given, name, allowed)
    if value.ndim != len(shape) or any(want not in (-1, have) for want, have in zip(shape, value.shape, strict=True)):
        raise wrong_value(name, allowed, given)
    return value
