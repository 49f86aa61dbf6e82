"""The data sets: handwritten digits in three parts, and sixes and nines in two features."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import finite_numbers, function, result, wrong_type
from ..formula.evaluate import Array

Labels = np.ndarray


@dataclass(frozen=True)
class Data:
    """Inputs (n, d), scaled to [0, 1], and labels (n,), in three parts that share no example."""

    train: tuple[Array, Labels]
    validation: tuple[Array, Labels]
    test: tuple[Array, Labels]

    def map(self, change: Callable[[tuple[Array, Labels]], tuple[Array, Labels]]) -> "Data":
        """Each part, (inputs, labels), after ``change``: other features of the same examples."""
        allowed = "a function that turns a pair (inputs, labels) into another"
        function(change, "change", allowed, 1)
        made = (result(change, "change", allowed, part) for part in (self.train, self.validation, self.test))
        return Data(*(_pair_of_arrays(part, "what change gives") for part in made))


@functools.cache
def _images() -> tuple[Array, np.ndarray]:
    """Inputs and labels as scikit-learn has them, which takes more than a second to import."""
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)


@functools.cache
def digits() -> Data:
    """scikit-learn's 1,797 handwritten digits (8 × 8 pixels, 10 classes): 1,077 to train, 360 to validate, 360 to test."""
    inputs, labels = _images()
    order = np.random.default_rng(0).permutation(len(labels))
    parts = [(inputs[rows] / 16, labels[rows]) for rows in np.split(order, [1077, 1437])]
    return Data(*parts)


@functools.cache
def six_or_nine() -> tuple[Array, Array]:
    """The digits' sixes (target 1) and nines (target −1), each by two numbers: ink in the upper and in the lower half.

    Returns inputs, shape (361, 2), standardised, and targets, shape (361,), of mean zero.
    """
    images, labels = _images()
    chosen = (labels == 6) | (labels == 9)
    halves = images[chosen].reshape(-1, 2, 32).mean(axis=2)
    targets = np.where(labels[chosen] == 6, 1.0, -1.0)
    return (halves - halves.mean(axis=0)) / halves.std(axis=0), targets - targets.mean()


def _pair_of_arrays(data: tuple[ArrayLike, ArrayLike], name: str = "data") -> tuple[Array, Labels]:
    allowed = "a pair (inputs, labels) of arrays, shapes (n, d) and (n,)"
    if not (isinstance(data, tuple | list) and len(data) == 2):
        raise wrong_type(name, allowed, data)
    inputs, labels = (finite_numbers(part, name, allowed) for part in data)
    if inputs.ndim != 2 or labels.shape != inputs.shape[:1] or not inputs.size:
        raise ValueError(f"{name} must be {allowed}, not {inputs.shape} and {labels.shape}")
    return inputs, np.asarray(data[1])
