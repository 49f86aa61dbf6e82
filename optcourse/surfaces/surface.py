"""Loss surfaces of two parameters: one formula gives value, gradient and Hessian."""

import functools
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import instance, numbers, shaped, whole, wrong_type, wrong_value
from ..formula.differentiate import Calculation, Program
from ..formula.evaluate import Array
from ..formula.parse import FUNCTIONS, RIGHT_SIDE, FormulaError, Node, read
from ..formula.write import latex
from .minima import curvatures, lowest_of

View = tuple[float, float, float, float]
Point = tuple[float, float]

POINTS = "points (x, y), shape (..., 2)"
NOWHERE = "the formula has no finite real value or gradient over most of the view; use another one"
VIEW = "four finite numbers (x_low, x_high, y_low, y_high), low below high"
MINIMA = (
    161  # points along x and along y among which the lowest is looked for: 0 and other round numbers are among them
)
MOST_OPERATIONS = 3000  # operations of value, gradient and Hessian together
# what formulas and views may say of a surface: its lowest loss, the minimum that its start leads to, the curvatures there and
# their directions
LANDMARKS = ("J_min", "theta_min", "lambda_1", "lambda_2", "d_1", "d_2")
ALLOWED = ("x", "y", "pi", "e", *(name for name in FUNCTIONS if name not in ("sum", "orth")))


class Surface:
    """A loss J(x, y).

    Parameters
    ----------
    name : str
    formula : J in x and y, as a hand types it or in LaTeX, see :mod:`optcourse.formula.parse`
    view : (x_low, x_high, y_low, y_high), the part that is drawn
    start : (x, y), a good point to start from
    minima : known minima, each (x, y), given roughly: Newton's method polishes them
    note : what the surface is good for, in a few words
    """

    def __init__(
        self,
        name: str,
        formula: str,
        view: View = (-5, 5, -5, 5),
        start: Point = (-4, 3),
        minima: Sequence[Point] = (),
        note: str = "",
    ):
        instance(name, str, "name", "text")
        instance(formula, str, "formula", "text such as x**2 + 10*y**2")
        instance(note, str, "note", "text")
        self.name, self.formula, self.view, self.note = name, formula, checked_view(view), note
        x, y = shaped(start, "start", (2,), "two finite numbers (x, y)").tolist()
        self.start: Point = x, y
        if not (isinstance(minima, tuple | list) and not minima):
            minima = tuple(
                (x, y) for x, y in shaped(minima, "minima", (-1, 2), "pairs of finite numbers (x, y)").tolist()
            )
        self._minima: tuple[Point, ...] = tuple(minima)
        self.tree = surface_tree(formula)
        with np.errstate(all="ignore"):
            (value,) = differentiated(self.tree)[0](**mesh(self.view, 40))
        if not np.mean(np.isfinite(value)) >= 0.1:
            raise FormulaError(NOWHERE, formula, 0)

    def __repr__(self) -> str:
        return f"Surface({self.name!r}, {self.formula!r})"

    @property
    def latex(self) -> str:
        return f"J(x, y) = {latex(self.tree)}"

    @functools.cached_property
    def _programs(self) -> tuple[Program, Program, Program]:
        return differentiated(self.tree)

    @np.errstate(all="ignore")
    def value(self, theta: ArrayLike) -> Array:
        """J at ``theta``, shape (..., 2); the result has shape (...)."""
        theta = points(theta)
        (value,) = self._programs[0](x=theta[..., 0], y=theta[..., 1])
        return np.broadcast_to(np.asarray(value, dtype=float), theta.shape[:-1]).copy()

    @np.errstate(all="ignore")
    def gradient(self, theta: ArrayLike) -> Array:
        """∇J at ``theta``, shape (..., 2); the result has the same shape."""
        theta = points(theta)
        out = np.empty(theta.shape)
        out[..., 0], out[..., 1] = self._programs[1](x=theta[..., 0], y=theta[..., 1])
        return out

    @np.errstate(all="ignore")
    def hessian(self, theta: ArrayLike) -> Array:
        """The matrix of second derivatives at ``theta``, shape (..., 2); the result has shape (..., 2, 2)."""
        theta = points(theta)
        out = np.empty((*theta.shape, 2))
        xx, xy, yy = self._programs[2](x=theta[..., 0], y=theta[..., 1])
        out[..., 0, 0], out[..., 0, 1], out[..., 1, 0], out[..., 1, 1] = xx, xy, xy, yy
        return out

    def grid(self, size: int = 160, view: View | None = None) -> tuple[Array, Array, Array]:
        """x, y and J on a ``size`` × ``size`` grid over the surface's view, or another; J is NaN where it is not finite."""
        x, y = mesh(self.view if view is None else checked_view(view), whole(size, "size", 2, 2000)).values()
        value = self.value(np.stack([x, y], axis=-1))
        return x, y, np.where(np.isfinite(value), value, np.nan)

    @functools.cached_property
    def minima(self) -> Array:
        """Known minima, shape (k, 2), lowest first; of a surface that names none, the lowest point in view."""
        points: Sequence[Sequence[float]] = self._minima
        if not points:
            x, y, value = self.grid(MINIMA)
            lowest = lowest_of(value)
            points = ((x.flat[lowest], y.flat[lowest]),)
        polished = np.array([self._newton(np.array(point, dtype=float)) for point in points])
        return polished[np.argsort(self.value(polished), kind="stable")]

    @property
    def minima_are_known(self) -> bool:
        """Whether ``minima`` were named, not merely found in view."""
        return bool(self._minima)

    @np.errstate(all="ignore")
    def _newton(self, point: Array) -> Array:
        for _ in range(20):
            (gx, gy), ((xx, xy), (_, yy)) = self.gradient(point), self.hessian(point)
            determinant = xx * yy - xy * xy
            if not (np.isfinite([xx, xy, yy]).all() and xx > 0 and determinant > 0):
                break
            better = point - np.array([yy * gx - xy * gy, xx * gy - xy * gx]) / determinant
            if not self.value(better) <= self.value(point):
                break
            point = better
        return point + 0.0  # no negative zero

    @functools.cached_property
    def lowest(self) -> float:
        """The loss at the lowest known minimum: what a run is measured against."""
        return float(self.value(self.minima[0]))

    @np.errstate(all="ignore")
    def nearest_minimum(self, theta: ArrayLike) -> Array:
        """The known minimum nearest to each point, shape (..., 2) as ``theta``; the first where a point is not finite."""
        distance = np.linalg.norm(points(theta)[..., None, :] - self.minima, axis=-1)
        return self.minima[np.where(np.isnan(distance), np.inf, distance).argmin(axis=-1)]

    @functools.cached_property
    def default_minimum(self) -> Array:
        """The minimum, shape (2,), to which a descent from the surface's own start leads: never uphill, in small steps."""
        point, eta = np.array(self.start, dtype=float), 0.1
        for _ in range(2000 if len(self.minima) > 1 else 0):
            with np.errstate(all="ignore"):
                better = point - eta * self.gradient(point)
                falls = self.value(better) < self.value(point)
            point, eta = (better, eta) if falls else (point, eta / 2)
        return self.nearest_minimum(point)

    @functools.cached_property
    def reference_values(self) -> dict[str, "float | Array"]:
        """The reference values of the minimum that the surface's own start leads to, see :meth:`reference_values_at`."""
        return self.reference_values_at(self.default_minimum)

    @np.errstate(all="ignore")
    def reference_values_at(self, minimum: ArrayLike) -> dict[str, "float | Array"]:
        """By the names in :data:`LANDMARKS`, at a minimum, shape (2,): where it is, the curvatures λ₁ ≤ λ₂, their directions.

        :math:`J_{min}` is the lowest loss of all. Directions are unit vectors whose largest entry is positive.
        """
        minimum = shaped(minimum, "minimum", (2,), "a point (x, y)")
        hessian = self.hessian(minimum)  # the lowest point in view may lie where the surface has an edge
        found = (self.lowest, minimum, *curvatures(hessian if np.isfinite(hessian).all() else np.eye(2)))
        return dict(zip(LANDMARKS, found, strict=True))

    def zoom(self, view: View) -> "Surface":
        """The same surface with another part in view."""
        return Surface(self.name, self.formula, view, self.start, self._minima, self.note)

    @classmethod
    def from_formula(cls, text: str, view: View = (-5, 5, -5, 5), start: Point | None = None) -> "Surface":
        """A surface from a student's own formula in x and y, as a hand types it or in LaTeX; nothing of it is executed as text.

        It starts at (−4, 3), or, where J or its gradient has no finite value there, at the nearest point in view where both have
        one; the ``note`` then says so.

        Raises
        ------
        TypeError if ``text`` is not a string; ValueError, with a sentence for the student, for all else: a
        :class:`.language.FormulaError` says where.

        >>> Surface.from_formula("x^2 + 10*y^2").value([1, 1])
        array(11.)
        """
        if not isinstance(text, str):
            raise wrong_type("the formula", "text such as x**2 + 10*y**2", text)
        surface = cls(text.strip(), text, view, (-4, 3) if start is None else start)
        found = _nearest_finite(surface)
        if found is None:
            raise FormulaError(NOWHERE, surface.formula, 0)
        if found != surface.start:
            at = "({:g}, {:g})"
            if start is not None:
                raise ValueError(f"start must be where the formula {text!r} is finite, not {at.format(*surface.start)}")
            surface.note = f"starts at {at.format(*found)}: it is not finite at {at.format(*surface.start)}"
            surface.start = found
        return surface


def checked_view(given: ArrayLike) -> View:
    """A view as four floats; TypeError or ValueError unless it has a width and a height."""
    left, right, bottom, top = shaped(given, "view", (4,), VIEW).tolist()
    if not (left < right and bottom < top):
        raise wrong_value("view", VIEW, given)
    return left, right, bottom, top


def mesh(view: View, size: int) -> dict[str, Array]:
    """x and y of ``size`` × ``size`` points over a view, each as an array of this shape."""
    left, right, bottom, top = view
    x, y = np.meshgrid(np.linspace(left, right, size), np.linspace(bottom, top, size))
    return {"x": x, "y": y}


def surface_tree(text: str) -> Node:
    """The tree of a formula in x and y; FormulaError for any other."""
    tree, where = read(text)
    for name, at in where.items():
        if name == "=":
            raise FormulaError(RIGHT_SIDE, text, at)
        if name not in ALLOWED:
            if power := re.fullmatch("([xy])_([2-9])", name):
                letter, digit = power.groups()
                raise FormulaError(f"write {letter}^{digit} or {digit}*{letter} instead of {letter}{digit}", text, at)
            named = {"J(": "J", "grad": "the gradient"}.get(name, f"the name '{name}'")
            raise FormulaError(
                f"{named} can't be used in a surface; use x, y, numbers, pi, e and {', '.join(ALLOWED[4:])}", text, at
            )
    programs = differentiated(tree)
    if (steps := sum(map(len, programs))) > MOST_OPERATIONS:
        raise FormulaError(
            f"the formula's derivative is too long; shorten the formula: {steps} operations, at most {MOST_OPERATIONS} are allowed",
            text,
            0,
        )
    return tree


@functools.lru_cache(256)
def differentiated(tree: Node) -> tuple[Program, Program, Program]:
    """What computes the value, the gradient (x, y) and the Hessian (xx, xy, yy) of a tree in x and y."""
    calculation = Calculation()
    value = calculation.tree(tree)
    x, y = (calculation.derivative(value, name) for name in "xy")
    second = (calculation.derivative(*each) for each in ((x, "x"), (x, "y"), (y, "y")))
    return calculation.program(value), calculation.program(x, y), calculation.program(*second)


def _nearest_finite(surface: Surface) -> Point | None:
    """The surface's start, or the nearest point of a grid in view with a finite value and gradient; None if there is none."""

    def finite(points: Array) -> np.ndarray:
        return np.isfinite(surface.value(points)) & np.isfinite(surface.gradient(points)).all(axis=-1)

    if finite(np.array(surface.start, dtype=float)):
        return surface.start
    points = np.stack(surface.grid(41)[:2], axis=-1).reshape(-1, 2)
    points = points[finite(points)]
    if not len(points):
        return None
    nearest = points[np.argmin(np.linalg.norm(points - np.array(surface.start), axis=1))]
    return float(round(nearest[0], 6)), float(round(nearest[1], 6))


def points(given: ArrayLike, name: str = "theta") -> Array:
    """Points of the plane as floats, shape (..., 2); they need not be finite."""
    found = numbers(given, name, POINTS)
    if found.ndim == 0 or found.shape[-1] != 2:
        raise ValueError(f"{name} must be {POINTS}, not of shape {found.shape}")
    return found
