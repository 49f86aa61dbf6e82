"""How an optimizer is declared: its hyperparameters, its formula rows and the checks that both share.

A method declares each thing once. Sliders, displayed formulas, plots, descriptions and tests read the declaration.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import finite_numbers, wrong_type, wrong_value
from ..formula.evaluate import Array, Gradient, compiled, everywhere
from ..formula.parse import CONSTANTS, Node, parse
from ..formula.rows import read_rows, states
from ..formula.write import latex, letters

State = dict[str, Any]
Environment = dict[str, Any]


@dataclass(frozen=True)
class Domain:
    """The set of values that a hyperparameter may take: its description and its test."""

    text: str
    contains: Callable[[Array], NDArray[np.bool_]]


POSITIVE = Domain("a finite number > 0", lambda value: value > 0)
UNIT = Domain("a number in [0, 1)", lambda value: (value >= 0) & (value < 1))
NONNEGATIVE = Domain("a finite number ≥ 0", lambda value: value >= 0)
FINITE = Domain("a finite number", np.isfinite)


@dataclass(frozen=True)
class Hyper:
    """One hyperparameter as its optimizer declares it: what sliders, tables and error messages need."""

    name: str
    symbol: str
    default: float
    doc: str
    domain: Domain
    low: float
    high: float
    scale: str

    @functools.cached_property
    def key(self) -> str:
        """The symbol's name in trees: that of ``\\beta_1`` is ``beta_1``."""
        return parse(self.symbol)[1]

    @functools.cached_property
    def letter(self) -> str:
        """The symbol as plain text, for labels: that of ``\\beta_1`` is ``β₁``."""
        return letters(self.key)


@dataclass(frozen=True)
class Arrow:
    """A vector of one update: ``start`` and ``vector`` are LaTeX expressions in the rows' own symbols."""

    start: str
    vector: str
    label: str


@dataclass(frozen=True)
class Row:
    """One line of an update formula: LaTeX, what it does in a few words, and the vectors that it brings in."""

    latex: str
    caption: str
    arrows: tuple[Arrow, ...] = ()


def hyper(default: float, symbol: str, doc: str, domain: Domain, low: float, high: float, scale: str = "linear") -> Any:
    """Declare a hyperparameter: a dataclass field that knows its symbol, its domain and its slider.

    ``low``, ``high`` and ``scale`` ("linear", "log", or "decay": finer towards 1) shape the slider only; ``domain``
    bounds the mathematics.
    A learning rate that diverges is a lesson, so a slider may well reach it.
    """
    metadata = {
        "symbol": symbol,
        "default": default,
        "doc": doc,
        "domain": domain,
        "low": low,
        "high": high,
        "scale": scale,
    }
    return dataclasses.field(default=default, metadata=metadata)


Function = TypeVar("Function", bound=Callable)
Result = TypeVar("Result")


def cached(function: Function) -> Function:
    """``functools.cache`` of a function that takes classes: for mypy a class is not hashable."""
    return cast(Function, functools.cache(function))


def once_per_class(method: Callable[[Any], Result]) -> "classmethod[Any, [], Result]":
    """A class method that is computed once for each class.

    The result is an attribute of the class, so it is freed with the class: a reader's own equations make a new one at each key.
    """
    name = f"_{method.__name__}"

    @functools.wraps(method)
    def kept(cls: type) -> Result:
        if name not in vars(cls):
            setattr(cls, name, method(cls))
        return vars(cls)[name]

    return classmethod(kept)


@dataclass(frozen=True, eq=False)
class Optimizer:
    """Base of the methods: checks the hyperparameters and answers questions about the declaration.

    A method is a frozen dataclass whose fields are made by :func:`hyper`. It sets ``rows`` (its formula, one :class:`Row` per
    assignment), ``rate`` (what multiplies each coordinate of the direction) and ``reference``. Its rows are its ``init`` and
    ``step``, unless it writes its own: both are pure, they return new values and change nothing. ``stable_below`` is optional: on a
    quadratic of curvature λ a run is stable while ηλ is below this expression. A subclass that differs only in a convention of the
    literature says in ``variant`` who uses it.
    """

    title: ClassVar[str]
    idea: ClassVar[str]
    reference: ClassVar[str]
    rows: ClassVar[tuple[Row, ...]]
    rate: ClassVar[str] = ""
    variant: ClassVar[str] = "as in the source"
    stable_below: ClassVar[str] = ""
    compare_with: ClassVar["type[Optimizer] | None"] = None  # the older method that a newer one is shown next to

    if TYPE_CHECKING:  # each method takes its own hyperparameters, as in kind(eta=0.1)

        def __init__(self, *values: Any, **named: Any) -> None: ...

    def __init_subclass__(cls) -> None:
        """New rows are a new ``init`` and ``step``: those of a base belong to its own rows."""
        super().__init_subclass__()
        for name in ("init", "step") if "rows" in vars(cls) else ():
            if name not in vars(cls):
                setattr(cls, name, vars(Optimizer)[name])

    def __post_init__(self) -> None:
        if not hasattr(self, "rows"):
            raise TypeError(
                f"{type(self).__name__} has no rows, the equations of a method: use a method such as Momentum()"
            )
        for item in self.hypers():
            given = getattr(self, item.name)
            value = finite_numbers(given, item.letter, item.domain.text)
            if not np.all(item.domain.contains(value)):
                raise wrong_value(item.letter, item.domain.text, given)
            value.setflags(write=False)
            object.__setattr__(self, item.name, value if value.ndim else float(value))
        try:
            _ = self.shape
        except ValueError as error:
            shapes = ", ".join(f"{item.letter}: {np.shape(getattr(self, item.name))}" for item in self.hypers())
            raise ValueError(f"hyperparameters that are arrays must broadcast, not {shapes}") from error

    @once_per_class
    def hypers(cls) -> tuple[Hyper, ...]:
        """The declared hyperparameters, in order."""
        return tuple(Hyper(name=field.name, **field.metadata) for field in dataclasses.fields(cls) if field.metadata)

    @once_per_class
    def trees(cls) -> tuple[Node, ...]:
        """The rows as trees: ``("row", symbol, expression)``."""
        return tuple(parse(row.latex) for row in cls.rows)

    @once_per_class
    def executable(cls) -> tuple[tuple[str, Callable[[Environment], Any]], ...]:
        """The rows as functions: what each assigns, and its value."""
        return tuple((symbol, compiled(right)) for _, symbol, right in cls.trees())

    @property
    def values(self) -> Mapping[str, float | Array]:
        """The hyperparameters by name."""
        return {item.name: getattr(self, item.name) for item in self.hypers()}

    @functools.cached_property
    def by_key(self) -> Environment:
        """The hyperparameters by their names in trees, as NumPy's numbers: with these 1/0 is infinite, and not an error."""
        values = ((item.key, getattr(self, item.name)) for item in self.hypers())
        return {key: value if np.ndim(value) else np.float64(value) for key, value in values}

    @property
    def settings(self) -> Mapping[str, Any]:
        """The fields that are no hyperparameters, by name: Muon's ``columns``."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if not field.metadata}

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape: ``()`` unless a hyperparameter is an array."""
        return np.broadcast_shapes(*(np.shape(value) for value in self.values.values()))

    @property
    def label(self) -> str:
        """Name and values for legends and descriptions: ``Momentum (η = 0.01, γ = 0.9)``."""
        values = (f"{item.letter} = {_short(getattr(self, item.name))}" for item in self.hypers())
        return f"{self.title} ({', '.join(values)})"

    def per_coordinate(self, shape: tuple[int, ...] = ()) -> "Optimizer":
        """The same method with a last axis added to every array field, so that it broadcasts over coordinates.

        With ``shape`` the arrays are written out to it: NumPy is several times faster on whole blocks.
        """
        arrays = {name: np.asarray(value)[..., None] for name, value in self.values.items() if np.ndim(value)}
        whole = {name: np.broadcast_to(array, shape or array.shape) for name, array in arrays.items()}
        return dataclasses.replace(self, **whole)

    @classmethod
    def from_rows(cls, rows: Sequence[str], title: str = "your own method", **values: float | Array) -> "Optimizer":
        r"""A method without code: its rows are its step, in LaTeX as the lessons show them, or as a hand types them.

        Its hyperparameters are the symbols that the rows use, given as keywords (``eta, gamma, beta1, eps, decay`` for λ,
        or any other Greek letter's name); its state are the names with ``_{t-1}``, which begin at zero. A symbol that a row
        assigns without a time, as in ``v = gamma*v + grad(theta)``, has its old value until then, and the new one afterwards.

        Raises
        ------
        ValueError that says the row and the position, for anything that the language does not know, a symbol without a value, a
        state that no row assigns, or a last row that does not assign θ. TypeError if ``rows`` or ``title`` are not texts.

        >>> rows = [r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - v_t"]
        >>> Optimizer.from_rows(rows, eta=0.1, gamma=0.5).label
        'your own method (η = 0.1, γ = 0.5)'
        >>> Optimizer.from_rows(["v = gamma*v + eta*grad(theta)", "theta = theta - v"]).rows == Optimizer.from_rows(rows).rows
        True
        """
        if isinstance(rows, str) or not isinstance(rows, Sequence) or not all(isinstance(row, str) for row in rows):
            raise wrong_type("rows", "a list of texts, one for each row", rows)
        if not isinstance(title, str) or not title.strip():
            raise wrong_type("title", "a text", title)
        read = read_rows(rows)
        hypers = {KEYWORDS.get(symbol, symbol.replace("_", "")): symbol for symbol in read.hypers}
        for name in values:
            if name not in hypers:
                raise ValueError(f"no row uses {name!r}: the rows use {', '.join(hypers) or 'no hyperparameter'}")
        fields = []
        for name, symbol in hypers.items():
            given = KNOWN.get(symbol, OTHER)
            default = values[name] if isinstance(values.get(name), int | float) else given["default"]
            fields.append((name, Any, hyper(**{**given, "default": default, "symbol": latex(("sym", symbol))})))
        shown = tuple(Row(latex(tree), "") for tree in read.trees)
        own = {
            "rows": shown,
            "title": title,
            "idea": "is your own",
            "reference": "your own equations",
            "variant": "your own equations",
        }
        kind = dataclasses.make_dataclass("OwnRows", fields, bases=(Optimizer,), namespace=own, frozen=True, eq=False)
        return kind(**values)

    def init(self, theta: ArrayLike) -> State:
        """The state before the first step: arrays shaped like ``theta``, by the names that the formula uses."""
        return {name: 0 if name == "t" else np.zeros(np.shape(theta)) for name in states(self.trees())}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        """One update of ``theta``, shape (..., n). ``grad`` is a callable, so that a method may look ahead.

        Hyperparameters that are arrays must broadcast with ``theta`` (:meth:`per_coordinate` sees to it).
        """
        return by_rows(self, theta, state, grad)


def check_method(kind: Any, name: str = "kind", or_none: str = "", needs: str = "") -> None:
    """TypeError unless ``kind`` is the class of a method; ValueError if it lacks the hyperparameter that is needed.

    Optimizer itself is not a method, because it has no rows.
    """
    if not (isinstance(kind, type) and issubclass(kind, Optimizer) and hasattr(kind, "rows")):
        raise wrong_type(name, f"a method's class, such as Momentum{or_none}", kind)
    if needs and needs not in {item.name for item in kind.hypers()}:
        raise ValueError(f"{name} must be a method with the hyperparameter {needs}, which {kind.title} does not have")


# what is known of the usual hyperparameters: domain, slider from … to …, its scale, and the value if none is given
KNOWN: dict[str, dict[str, Any]] = {
    "eta": {"doc": "learning rate", "domain": POSITIVE, "low": 1e-3, "high": 10.0, "scale": "log", "default": 0.01},
    "gamma": {"doc": "share of the old value kept", "domain": UNIT, "low": 0.0, "high": 0.999, "scale": "decay", "default": 0.9},
    "beta_1": {"doc": "memory of gradients", "domain": UNIT, "low": 0.0, "high": 0.999, "scale": "decay", "default": 0.9},
    "beta_2": {"doc": "memory of squared gradients", "domain": UNIT, "low": 0.0, "high": 0.9999, "scale": "decay", "default": 0.999},
    "epsilon": {"doc": "avoids division by zero", "domain": NONNEGATIVE, "low": 1e-10, "high": 1.0, "scale": "log", "default": 1e-8},
    "lambda": {"doc": "weight decay", "domain": NONNEGATIVE, "low": 1e-4, "high": 1.0, "scale": "log", "default": 0.01},
}  # fmt: skip
OTHER = {"doc": "your own symbol", "domain": FINITE, "low": 0.0, "high": 1.0, "scale": "linear", "default": 0.5}
KEYWORDS = {"epsilon": "eps", "lambda": "decay"}


# ---- the rows, executed ----


def environment(optimizer: Optimizer, theta: Array, state: State) -> Environment:
    """The symbols' values before a step: θ under either of its names, ``v_{t-1}`` from the state, and so on."""
    names: Environment = {**CONSTANTS, **optimizer.settings, "theta_{t-1}": theta, "theta_t": theta}
    names |= optimizer.by_key
    names |= {f"{name}_{{t-1}}": value for name, value in state.items()}
    if "t" in state:
        t = np.asarray(state["t"], dtype=float) + 1  # a float, as in the page: t^t of whole numbers would run over
        names["t"] = t.reshape(t.shape + (1,) * (np.ndim(theta) - t.ndim))
    return names


def execute(optimizer: Optimizer, theta: Array, state: State, grad: Gradient) -> Environment:
    """Run the displayed rows, one by one, as a step; every symbol's value after it.

    ``theta`` and the state may carry leading axes: all steps of a run are evaluated at once.
    """
    names = {**environment(optimizer, theta, state), "grad": everywhere(grad, theta)}
    for symbol, value in optimizer.executable():
        names[symbol] = value(names)
    return names


def by_rows(optimizer: Optimizer, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
    """One step by executing the formula's rows: θ and the state after it."""
    names = execute(optimizer, theta, state, grad)
    after = names[optimizer.trees()[-1][1]]
    if np.ndim(after) < np.ndim(theta):  # rows such as theta = 1
        after = np.broadcast_to(after, np.shape(theta)).copy()
    return after, {name: names.get(f"{name}_t", value + 1) for name, value in state.items()}


def follows_rows(kind: type[Optimizer]) -> bool:
    """Whether a method's ``step`` is the one that its rows describe: both stand in the same class.

    A subclass that overrides only one of them must be run by its code, not from its rows.
    """

    def home(name: str) -> type:
        return next(each for each in kind.__mro__ if name in vars(each))

    return home("step") is home("rows") and issubclass(home("rows"), home("init"))


def _short(value: float | Array) -> str:
    return f"{value:.4g}" if np.ndim(value) == 0 else f"{np.size(value)} values"
