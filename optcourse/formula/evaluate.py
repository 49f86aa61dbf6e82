"""Trees as NumPy computes them: the value of an expression, with the symbols' values given."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import wrong_value
from .parse import CONSTANTS, FUNCTIONS, Node

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]


def orthogonal(flat: Array, columns: int = 1) -> Array:
    """The matrices with the same directions and all singular values near 1: five Newton–Schulz steps (Jordan et al. 2024).

    ``flat`` has shape (..., n) and is read as matrices (n / columns, columns). The singular values come to lie between
    about 0.7 and 1.2; zero stays zero.
    """
    if flat.ndim == 0 or flat.shape[-1] % columns:
        raise ValueError(f"columns must divide the number of weights, {flat.shape[-1:]}, not {columns!r}")
    matrix = flat.reshape(*flat.shape[:-1], -1, columns)
    size = np.linalg.norm(matrix, axis=(-2, -1), keepdims=True)
    matrix = matrix / np.where(size > 0, size, 1.0)
    for _ in range(5):
        gram = np.swapaxes(matrix, -1, -2) @ matrix
        matrix = 3.4445 * matrix + matrix @ (-4.7750 * gram + 2.0315 * gram @ gram)
    return matrix.reshape(flat.shape)


OPERATIONS: dict[str, Callable] = {
    "neg": operator.neg,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "frac": operator.truediv,
    "pow": operator.pow,
    "max": np.maximum,
    "sum": lambda value: np.sum(value, axis=-1, keepdims=True),
    "orth": orthogonal,
    **{name: getattr(np, name) for name in FUNCTIONS[:12]},
}


def compiled(node: Node) -> Callable[[Mapping[str, Any]], Any]:
    """A tree as a function of its symbols' values by name; ∇J and J are among them as ``grad`` and ``loss``.

    J, one number for each point, keeps a last axis of length one, so that it broadcasts with vectors. ``columns`` among the names
    says how many columns ``orth`` reads a flat vector in.
    """
    match node:
        case ("num", number):
            constant = np.float64(number)  # 1/0 is infinite, as in an array, and not an error of Python's
            return lambda names: constant
        case ("sym", name):
            return lambda names: names[name]
        case ("grad", point):
            at = compiled(point)
            return lambda names: names["grad"](at(names))
        case ("loss", point):
            at = compiled(point)
            return lambda names: names["loss"](at(names))[..., None]
        case ("call", "orth", inner):
            value = compiled(inner)
            return lambda names: orthogonal(value(names), names.get("columns", 1))
        case ("call", name, part) | (name, part) if name in OPERATIONS:
            operation, value = OPERATIONS[name], compiled(part)
            return lambda names: operation(value(names))
        case ("call", name, part, other) | (name, part, other) if name in OPERATIONS:
            operation, value, second = OPERATIONS[name], compiled(part), compiled(other)
            return lambda names: operation(value(names), second(names))
    raise wrong_value("latex", "a formula", node)


def everywhere(function: Gradient, theta: Array) -> Gradient:
    """∇J or J of points like θ; a single number is a point whose coordinates are all this number, as in ``J(1)``."""
    shape = np.shape(theta)
    return lambda point: function(point if np.shape(point) == shape else np.broadcast_to(point, shape))


def evaluate(node: Node, names: Mapping[str, Any], grad: Gradient | None = None, loss: Gradient | None = None) -> Any:
    """The value of a tree, with the symbols' values from ``names``, ∇J from ``grad`` and J from ``loss``; see :func:`compiled`."""
    try:
        return compiled(node)({**CONSTANTS, **names, "grad": grad, "loss": loss})
    except KeyError as error:
        raise ValueError(f"the formula has no symbol {error}: it has {', '.join(names)}") from None
