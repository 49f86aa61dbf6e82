"""Loss surfaces of two parameters: one SymPy expression gives value, gradient, Hessian, LaTeX and contour levels.

>>> ravine.gradient([1.0, 1.0])
array([ 1., 25.])
"""

import ast
import functools
import inspect
import math
from collections.abc import Callable

import numpy as np
import sympy
from numpy.typing import ArrayLike
from sympy.printing.numpy import NumPyPrinter

from .arguments import instance, shaped, whole, wrong_value
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
VIEW = "four finite numbers (x_low, x_high, y_low, y_high), low below high"
LONGEST, HIGHEST_POWER, LARGEST = 200, 12, 1e9
# what formulas and views may say of a surface: its lowest loss, the minimum that its start leads to, the curvatures there and
# their directions
LANDMARKS = (r"J_{\min}", r"\theta_{\min}", r"\lambda_1", r"\lambda_2", "d_1", "d_2")


class Products(NumPyPrinter):
    """Writes x·x·x in place of x³: quicker in NumPy, and the page, which runs the same source, gets the same bits."""

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:  # noqa: N802
        if expr.base.is_Symbol and expr.exp.is_Integer and 2 <= expr.exp <= HIGHEST_POWER:
            return f"({'*'.join([self._print(expr.base)] * int(expr.exp))})"
        return super()._print_Pow(expr, rational=rational)


DEEPEST, MOST = 6, 4000  # functions in one another; operations in value, gradient and Hessian together


class _Sign(sympy.Function):
    """The sign of a real number, whose derivative is zero wherever it has one."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


class _Abs(sympy.Function):
    """|u| of a real u. SymPy's own cannot be differentiated where u might be complex, as in abs(log(x))."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return _Sign(self.args[0])


def _gradient(expr: sympy.Expr) -> list[sympy.Expr]:
    real = expr.replace(sympy.Abs, _Abs)
    return [real.diff(variable) for variable in (X, Y)]


def _hessian(gradient: list[sympy.Expr]) -> list[sympy.Expr]:
    """Its entries xx, xy and yy; |u| has the derivative 0 at its kink."""
    return [gradient[0].diff(X), gradient[0].diff(Y), gradient[1].diff(Y)]


def _plain(parts: list[sympy.Expr]) -> list[sympy.Expr]:
    return [each.replace(_Abs, sympy.Abs).replace(_Sign, sympy.sign) for each in parts]


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
        instance(name, str, "name", "text")
        instance(expr, sympy.Expr, "expr", "a SymPy expression in X and Y, such as X**2 + 10*Y**2")
        if not expr.free_symbols <= {X, Y}:
            raise wrong_value("expr", "an expression in X and Y alone", expr)
        left, right, bottom, top = shaped(view, "view", (4,), VIEW)
        if not (left < right and bottom < top):
            raise wrong_value("view", VIEW, view)
        shaped(start, "start", (2,), "two finite numbers (x, y)")
        if not (isinstance(minima, tuple | list) and not minima):
            shaped(minima, "minima", (-1, 2), "pairs of finite numbers (x, y)")
        instance(note, str, "note", "text")
        self.name, self.expr, self.view, self.start, self.note = name, expr, view, start, note
        self.latex = "J(x, y) = " + sympy.latex(expr)
        self._minima = minima

    def __repr__(self) -> str:
        return f"Surface({self.name!r}, {self.expr})"

    @functools.cached_property
    def _functions(self) -> tuple[Callable, Callable, Callable]:
        gradient = _gradient(self.expr)
        printer = Products({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
        parts = (self.expr, _plain(gradient), _plain(_hessian(gradient)))
        return tuple(sympy.lambdify((X, Y), part, "numpy", cse=True, printer=printer) for part in parts)

    @property
    def sources(self) -> tuple[str, str]:
        """The Python source that SymPy wrote for the value and for the gradient: what NumPy runs, and the page from it."""
        return tuple(inspect.getsource(function) for function in self._functions[:2])

    @np.errstate(all="ignore")
    def value(self, theta: ArrayLike) -> Array:
        """J at ``theta``, shape (..., 2); the result has shape (...)."""
        theta = points(theta)
        value = self._functions[0](theta[..., 0], theta[..., 1])
        return np.broadcast_to(np.asarray(value, dtype=float), theta.shape[:-1]).copy()

    @np.errstate(all="ignore")
    def gradient(self, theta: ArrayLike) -> Array:
        """∇J at ``theta``, shape (..., 2); the result has the same shape."""
        theta = points(theta)
        out = np.empty(theta.shape)
        out[..., 0], out[..., 1] = self._functions[1](theta[..., 0], theta[..., 1])
        return out

    @np.errstate(all="ignore")
    def hessian(self, theta: ArrayLike) -> Array:
        """The matrix of second derivatives at ``theta``, shape (..., 2); the result has shape (..., 2, 2)."""
        theta = points(theta)
        out = np.empty((*theta.shape, 2))
        xx, xy, yy = self._functions[2](theta[..., 0], theta[..., 1])
        out[..., 0, 0], out[..., 0, 1], out[..., 1, 0], out[..., 1, 1] = xx, xy, xy, yy
        return out

    def grid(self, size: int = 160, view: View | None = None) -> tuple[Array, Array, Array]:
        """x, y and J on a ``size`` × ``size`` grid over the surface's view, or another; J is NaN where it is not finite."""
        size = whole(size, "size", 2, 2000)
        left, right, bottom, top = self.view if view is None else shaped(view, "view", (4,), VIEW)
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

    @np.errstate(all="ignore")
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

    @np.errstate(all="ignore")
    def nearest_minimum(self, theta: ArrayLike) -> Array:
        """The known minimum nearest to each point, shape (..., 2) as ``theta``; the first where a point is not finite."""
        distance = np.linalg.norm(points(theta)[..., None, :] - self.minima, axis=-1)
        return self.minima[np.where(np.isnan(distance), np.inf, distance).argmin(axis=-1)]

    @functools.cached_property
    def home(self) -> Array:
        """The minimum, shape (2,), to which a descent from the surface's own start leads: never uphill, in small steps."""
        point, eta = np.array(self.start, dtype=float), 0.1
        for _ in range(2000 if len(self.minima) > 1 else 0):
            with np.errstate(all="ignore"):
                better = point - eta * self.gradient(point)
                falls = self.value(better) < self.value(point)
            point, eta = (better, eta) if falls else (point, eta / 2)
        return self.nearest_minimum(point)

    @functools.cached_property
    def landmarks(self) -> dict[str, "float | Array"]:
        """The landmarks of the minimum that the surface's own start leads to, see :meth:`landmarks_at`."""
        return self.landmarks_at(self.home)

    def landmarks_at(self, minimum: Array) -> dict[str, "float | Array"]:
        r"""By the names in :data:`LANDMARKS`, at a minimum, shape (2,): its place, the curvatures λ₁ ≤ λ₂, their directions.

        :math:`J_{\min}` is the lowest loss of all. Directions are unit vectors whose largest entry is positive.
        """
        with np.errstate(all="ignore"):  # the lowest point in view may lie where the surface has an edge
            hessian = self.hessian(minimum)
        curvatures, columns = np.linalg.eigh(hessian if np.isfinite(hessian).all() else np.eye(2))
        columns = columns * np.sign(columns[np.abs(columns).argmax(axis=0), [0, 1]])
        found = (self.lowest, minimum, *map(float, curvatures), *columns.T)
        return dict(zip(LANDMARKS, found, strict=True))

    def levels(self, view: View | None = None) -> Array:
        """Contour levels for the surface's view, or another: close together near the lowest value there, wide apart above."""
        value = self.grid(80, view)[2]
        low, high = np.nanpercentile(value, [0, 98])
        return low + (high - low or 1.0) * np.linspace(0, 1, 18) ** 2.2

    def zoom(self, view: View) -> "Surface":
        """The same surface with another part in view."""
        return Surface(self.name, self.expr, view, self.start, self._minima, self.note)

    @classmethod
    def from_formula(
        cls, text: str, view: View = (-5, 5, -5, 5), start: tuple[float, float] | None = None
    ) -> "Surface":
        """A surface from a student's own formula in x and y.

        The text is parsed by a whitelist and never executed: numbers, x, y, pi, e, ``+ - * / ** ^``, parentheses
        and the usual functions, at most six of them in one another. It starts at (−4, 3), or, where J or its gradient has no
        finite value there, at the nearest point in view where both have one; the ``note`` then says so.

        Raises
        ------
        TypeError if ``text`` is not a string; ValueError, with a message for the student, for all else.

        >>> Surface.from_formula("x^2 + 10*y^2").value([1, 1])
        array(11.)
        """
        if not isinstance(text, str):
            raise TypeError(f"the formula must be text such as x**2 + 10*y**2, not {text!r}")
        surface = cls(text.strip(), parse(text), view, (-4, 3) if start is None else start)
        try:
            with np.errstate(all="ignore"):
                missing = np.isnan(surface.grid(40)[2]).mean()
                if missing <= 0.9:
                    surface.gradient(surface.minima[0]), surface.hessian(surface.minima[0])
                    found = _nearest_finite(surface)
        except (ValueError, TypeError, ArithmeticError, NotImplementedError, NameError) as error:
            raise ValueError(f"the formula {text!r} cannot be evaluated over the view {view}: {error}") from error
        if missing > 0.9 or found is None:
            raise ValueError(f"the formula {text!r} has no finite value or no gradient over most of the view {view}")
        if found != surface.start:
            at = "({:g}, {:g})"
            if start is not None:
                raise ValueError(f"start must be where the formula {text!r} is finite, not {at.format(*start)}")
            surface.note = f"starts at {at.format(*found)}: it is not finite at {at.format(*surface.start)}"
            surface.start = found
        return surface


def _nearest_finite(surface: Surface) -> tuple[float, float] | None:
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


def points(theta: ArrayLike) -> Array:
    """Points of the plane as floats, shape (..., 2); they need not be finite."""
    try:
        array = np.asarray(theta, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"theta must be points (x, y), shape (..., 2), not {theta!r}") from None
    if array.ndim == 0 or array.shape[-1] != 2:
        raise ValueError(f"theta must be points (x, y), shape (..., 2), not of shape {array.shape}")
    return array


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
    _nesting(tree.body, text)
    expr = _build(tree.body)
    if expr.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
        raise ValueError(f"the formula {text!r} has no finite real value")
    _costs(expr, text)
    return expr


def _costs(expr: sympy.Expr, text: str) -> None:
    """Refuse what takes long to differentiate, compile and draw: the gradient is looked at before the Hessian is made."""
    gradient = _gradient(expr)
    for parts, most in ((gradient, MOST // 4), ([expr, *gradient, *_hessian(gradient)], MOST)):
        if (operations := int(sympy.count_ops(parts))) > most:
            raise ValueError(
                f"the formula {text!r} is too long once differentiated: {operations} operations, at most {most}"
            )


def _nesting(tree: ast.AST, text: str) -> None:
    """Refuse functions deep in one another: each level multiplies the work of the second derivatives."""

    def depth(node: ast.AST) -> int:
        return max((depth(child) for child in ast.iter_child_nodes(node)), default=0) + isinstance(node, ast.Call)

    if depth(tree) > DEEPEST:
        raise ValueError(
            f"the formula {text!r} has {depth(tree)} functions in one another; at most {DEEPEST} are allowed"
        )


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
    power = _bounded(base**exponent)
    if any(not abs(part.exp) <= HIGHEST_POWER for part in power.atoms(sympy.Pow) if part.exp.is_number):
        raise ValueError(f"powers of powers come to more than {HIGHEST_POWER}")
    return power


def _bounded(expr: sympy.Expr) -> sympy.Expr:
    """Refuse constants that grow without bound, before they do, and those that are not real."""
    if expr.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo) or (expr.is_number and expr.evalf(15).has(sympy.I)):
        raise ValueError(f"the number {expr} in the formula has no finite real value")
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
