"""The lowest point of a grid, and the curvatures at a minimum."""

import numpy as np

from ..formula.evaluate import Array


def lowest_of(value: Array) -> int:
    """The index of the lowest finite value of a grid; of several that differ by rounding, the first."""
    if np.isnan(value).all():
        raise ValueError("view must show a part of the surface where its loss is finite")
    low = np.nanmin(value)
    return int(np.flatnonzero(value <= low + 1e-12 * abs(low))[0])


def curvatures(hessian: Array) -> tuple[float, float, Array, Array]:
    """The eigenvalues of a symmetric 2 × 2 matrix, the smaller first, and their directions: unit vectors, the largest entry positive.

    Curvatures that differ by rounding only have the directions of the axes.
    """
    (xx, xy), (_, yy) = hessian
    middle, half = (xx + yy) / 2, (xx - yy) / 2
    radius = np.sqrt(half * half + xy * xy)
    if radius <= 1e-12 * abs(middle) or radius == 0:
        return float(middle), float(middle), np.array([1.0, 0.0]), np.array([0.0, 1.0])
    first, second = (radius + half, xy) if half > 0 else (xy, radius - half)  # of the larger: nothing cancels
    size = np.sqrt(first * first + second * second)
    steep, flat = np.array([first, second]) / size, np.array([-second, first]) / size
    steep, flat = (each * np.sign(each[np.abs(each).argmax()]) + 0.0 for each in (steep, flat))
    far = (
        middle + radius if middle >= 0 else middle - radius
    )  # the one further from zero; the other, which could cancel, by the product
    near = (xx * yy - xy * xy) / far
    return float(min(near, far)), float(max(near, far)), flat, steep
