"""Loss surfaces of two parameters: one SymPy expression gives value, gradient, Hessian, LaTeX and contour levels.

>>> ravine.gradient([1.0, 1.0])
array([ 1., 25.])
"""

import ast
import functools
import math
from collections.abc import Callable

import numpy as np
import sympy
from numpy.typing import ArrayLike

from .declaration import Array

X, Y = sympy.symbols("x y", real=True)
View = tuple[float, float, float, float]

# what a student's own formula may use
FUNCTIONS = {
    name: getattr(sympy, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "atan")
} | {"abs": sympy.Abs}
NAMES = {"x": X, "y": Y, "pi": sympy.pi, "e": sympy.E}
OPERATORS: dict[type, Callable] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
LONGEST, HIGHEST_POWER, LARGEST = 200, 12, 1e9


class Surface:
    """A loss J(x, y).

    Parameters
    ----------
    name : str
    expr : sympy.Expr in ``X`` and ``Y``
    view : (x_low, x_high, y_low, y_high), the part that is drawn
    start : (x, y), a good place to start from
    minima : known minima, each (x, y), given roughly: Newton's method polishes them
    note : what the surface is good for, in a few words
    """

    def __init__(
        self,
        name: str,
        expr: sympy.Expr,
        view: View = (-5, 5, -5, 5),
        start: tuple[float, float] = (-4, 3),
        minima: tuple[tuple[float, float], ...] = (),
        note: str = "",
    ):
        self.name, self.expr, self.view, self.start, self.note = name, expr, view, start, note
        self.latex = "J(x, y) = " + sympy.latex(expr)
        self._minima = minima

    def __repr__(self) -> str:
        return f"Surface({self.name!r}, {self.expr})"

    @functools.cached_property
    def _functions(self) -> tuple[Callable, Callable, Callable]:
        gradient = [self.expr.diff(variable) for variable in (X, Y)]
        hessian = [gradient[0].diff(X), gradient[0].diff(Y), gradient[1].diff(Y)]
        smooth = [part.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0)) for part in hessian]  # |x| has a kink
        return tuple(sympy.lambdify((X, Y), part, "numpy", cse=True) for part in (self.expr, gradient, smooth))

    def value(self, theta: ArrayLike) -> Array:
        """J at ``theta``, shape (..., 2); the result has shape (...)."""
        theta = np.asarray(theta, dtype=float)
        value = self._functions[0](theta[..., 0], theta[..., 1])
        return np.broadcast_to(np.asarray(value, dtype=float), theta.shape[:-1]).copy()

    def gradient(self, theta: ArrayLike) -> Array:
        """∇J at ``theta``, shape (..., 2); the result has the same shape."""
        theta = np.asarray(theta, dtype=float)
        out = np.empty(theta.shape)
        out[..., 0], out[..., 1] = self._functions[1](theta[..., 0], theta[..., 1])
        return out

    def hessian(self, theta: ArrayLike) -> Array:
        """The matrix of second derivatives at ``theta``, shape (..., 2); the result has shape (..., 2, 2)."""
        theta = np.asarray(theta, dtype=float)
        out = np.empty((*theta.shape, 2))
        xx, xy, yy = self._functions[2](theta[..., 0], theta[..., 1])
        out[..., 0, 0], out[..., 0, 1], out[..., 1, 0], out[..., 1, 1] = xx, xy, xy, yy
        return out

    def grid(self, size: int = 160) -> tuple[Array, Array, Array]:
        """x, y and J on a ``size`` × ``size`` grid over the view; J is NaN where it is not finite."""
        left, right, bottom, top = self.view
        x, y = np.meshgrid(np.linspace(left, right, size), np.linspace(bottom, top, size))
        with np.errstate(all="ignore"):
            value = self.value(np.stack([x, y], axis=-1))
        return x, y, np.where(np.isfinite(value), value, np.nan)

    @functools.cached_property
    def minima(self) -> Array:
        """Known minima, shape (k, 2), lowest first; of a surface that names none, the lowest point in view."""
        points = self._minima
        if not points:
            x, y, value = self.grid()
            lowest = np.nanargmin(value)
            points = ((x.flat[lowest], y.flat[lowest]),)
        polished = np.array([self._newton(np.array(point, dtype=float)) for point in points])
        return polished[np.argsort(self.value(polished), kind="stable")]

    @property
    def minima_are_known(self) -> bool:
        """Whether ``minima`` were named, not merely found in view."""
        return bool(self._minima)

    def _newton(self, point: Array) -> Array:
        for _ in range(20):
            gradient, hessian = self.gradient(point), self.hessian(point)
            if not (np.isfinite(hessian).all() and np.all(np.linalg.eigvalsh(hessian) > 0)):
                break
            better = point - np.linalg.solve(hessian, gradient)
            if not self.value(better) <= self.value(point):
                break
            point = better
        return point + 0.0  # no negative zero

    @functools.cached_property
    def lowest(self) -> float:
        """The loss at the lowest known minimum: what a run is measured against."""
        return float(self.value(self.minima[0]))

    @functools.cached_property
    def levels(self) -> Array:
        """Contour levels: close together near the lowest value in view, wide apart above."""
        value = self.grid()[2]
        low, high = np.nanpercentile(value, [0, 98])
        return low + (high - low or 1.0) * np.linspace(0, 1, 18) ** 2.2

    def zoom(self, view: View) -> "Surface":
        """The same surface with another part in view."""
        return Surface(self.name, self.expr, view, self.start, self._minima, self.note)

    @classmethod
    def from_formula(cls, text: str, view: View = (-5, 5, -5, 5), start: tuple[float, float] = (-4, 3)) -> "Surface":
        """A surface from a student's own formula in x and y.

        The text is parsed by a whitelist and never executed: numbers, x, y, pi, e, ``+ - * / ** ^``, parentheses
        and the usual functions.

        Raises
        ------
        TypeError if ``text`` is not a string; ValueError, with a message for the student, for all else.

        >>> Surface.from_formula("x^2 + 10*y^2").value([1, 1])
        array(11.)
        """
        if not isinstance(text, str):
            raise TypeError(f"the formula must be text such as x**2 + 10*y**2, not {text!r}")
        surface = cls(text.strip(), parse(text), view, start)
        try:
            missing = np.isnan(surface.grid(40)[2]).mean()
            if missing <= 0.9:
                with np.errstate(all="ignore"):
                    surface.gradient(surface.minima[0]), surface.hessian(surface.minima[0])
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ValueError(f"the formula {text!r} cannot be evaluated over the view {view}: {error}") from error
        if missing > 0.9:
            raise ValueError(f"the formula {text!r} has no finite value over most of the view {view}")
        return surface


def parse(text: str) -> sympy.Expr:
    """The SymPy expression of a formula in x and y; ValueError says what is not allowed and what is."""
    if not text.strip():
        raise ValueError("the formula is empty: write one in x and y, such as x**2 + 10*y**2")
    if len(text) > LONGEST:
        raise ValueError(f"the formula has {len(text)} characters; at most {LONGEST} are allowed")
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ValueError(f"the formula {text!r} cannot be read; write products with *, as in 2*x*y") from error
    expr = _build(tree.body)
    if expr.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
        raise ValueError(f"the formula {text!r} has no finite real value")
    return expr


def _build(node: ast.AST) -> sympy.Expr:
    match node:
        case ast.Constant(value=bool() | complex() | str() | bytes() | None):
            raise ValueError(f"{node.value!r} is not allowed in a formula: use numbers, x and y")
        case ast.Constant(value=int() | float() as number) if abs(number) <= LARGEST:
            return sympy.Rational(str(number)) if number else sympy.Integer(0)
        case ast.Constant(value=int() | float()):
            raise ValueError(f"a number in the formula is too large: at most {LARGEST:g} is allowed")
        case ast.Name(id=name) if name in NAMES:
            return NAMES[name]
        case ast.Name(id=name):
            raise ValueError(f"the name {name!r} is not allowed: use x, y, pi, e and {', '.join(FUNCTIONS)}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_build(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _build(operand)
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return _power(_build(left), _build(right))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATORS:
            return _bounded(OPERATORS[type(op)](_build(left), _build(right)))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return _bounded(FUNCTIONS[name](_build(argument)))
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise ValueError(f"{name} takes one argument, as in {name}(x)")
        case ast.Call():
            raise ValueError(f"the call {ast.unparse(node)!r} is not allowed: use {', '.join(FUNCTIONS)}")
    raise ValueError(f"{ast.unparse(node)!r} is not allowed: use numbers, x, y, + - * / ** and the usual functions")


def _power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    if not exponent.is_number:
        raise ValueError("a power must have a number as exponent; for a power of e write exp(...)")
    if not (exponent.is_real and abs(exponent) <= HIGHEST_POWER):
        raise ValueError(f"the exponent {exponent} is not allowed: at most {HIGHEST_POWER}")
    if base.is_number and base != 0 and abs(float(exponent) * math.log10(abs(float(base)))) > math.log10(LARGEST):
        raise ValueError(f"the power ({base})**({exponent}) is too large: at most {LARGEST:g} is allowed")
    power = base**exponent
    if any(not abs(part.exp) <= HIGHEST_POWER for part in power.atoms(sympy.Pow) if part.exp.is_number):
        raise ValueError(f"powers of powers come to more than {HIGHEST_POWER}")
    return power


def _bounded(expr: sympy.Expr) -> sympy.Expr:
    """Refuse constants that grow without bound, before they do."""
    if expr.is_number and expr.is_finite and not abs(expr.evalf(15)) <= LARGEST:
        raise ValueError(f"a number in the formula is too large: at most {LARGEST:g} is allowed")
    return expr


bowl = Surface("bowl", (X**2 + Y**2) / 2, (-5, 5, -4, 4), (-4, 2.5), ((0, 0),), "the same curvature everywhere")
ravine = Surface(
    "ravine", (X**2 + 25 * Y**2) / 2, (-5, 5, -2, 2), (-4, 1), ((0, 0),), "25 times steeper in y than in x"
)
saddle = Surface(
    "saddle", X**2 / 2 - Y**2 / 2 + Y**4 / 4, (-2.5, 2.5, -2, 2), (-2, 0.001), ((0, 1), (0, -1)), "flat at (0, 0)"
)
two_valleys = Surface(
    "two valleys",
    X**4 / 4 - X**2 + sympy.Rational(3, 10) * X + Y**2,
    (-2.5, 2.5, -2, 2),
    (2.2, 1.2),
    ((-1.5, 0), (1.3, 0)),
    "a local minimum on the right, the global one on the left",
)
plateau = Surface(
    "plateau",
    1 - sympy.exp(-(X**2 + Y**2) / 2),
    (-5, 5, -4, 4),
    (-3.5, 2),
    ((0, 0),),
    "almost flat away from the middle",
)
rosenbrock = Surface(
    "Rosenbrock", (1 - X) ** 2 + 100 * (Y - X**2) ** 2, (-2, 2, -1, 3), (-1.2, 1), ((1, 1),), "a bent, narrow valley"
)
beale = Surface(
    "Beale",
    (sympy.Rational(3, 2) - X + X * Y) ** 2
    + (sympy.Rational(9, 4) - X + X * Y**2) ** 2
    + (sympy.Rational(21, 8) - X + X * Y**3) ** 2,
    (-4.5, 4.5, -4.5, 4.5),
    (1, 1.5),
    ((3, 0.5),),
    "flat floor, steep corners",
)
himmelblau = Surface(
    "Himmelblau",
    (X**2 + Y - 11) ** 2 + (X + Y**2 - 7) ** 2,
    (-5, 5, -5, 5),
    (0, -1),
    ((3, 2), (-2.805118, 3.131312), (-3.77931, -3.283186), (3.584428, -1.848126)),
    "four equal minima",
)

CATALOGUE: tuple[Surface, ...] = (bowl, ravine, saddle, two_valleys, plateau, rosenbrock, beale, himmelblau)
