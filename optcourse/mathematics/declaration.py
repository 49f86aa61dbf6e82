"""How an optimizer is declared: its hyperparameters, its formula rows and the checks that both share.

A method declares each thing once. Sliders, displayed formulas, plots, descriptions and tests read the declaration.
"""

import dataclasses
import functools
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .formulas import Array, Gradient

State = dict[str, Any]


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

    @property
    def letter(self) -> str:
        """The symbol as plain text, for labels: ``\\beta_1`` is ``β₁``."""
        return plain(self.symbol)


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


@functools.cache
def plain(latex: str) -> str:
    r"""LaTeX symbol to plain text: Greek letters and subscript digits.

    >>> plain(r"\beta_1")
    'β₁'
    """
    name, _, subscript = latex.removeprefix("\\").partition("_")
    if latex.startswith("\\"):
        spelled = {"lambda": "lamda"}.get(name, name).upper()  # Unicode spells it "lamda"
        name = unicodedata.lookup(f"GREEK SMALL LETTER {spelled}")
    return name + subscript.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def hyper(default: float, symbol: str, doc: str, domain: Domain, low: float, high: float, scale: str = "linear") -> Any:
    """Declare a hyperparameter: a dataclass field that knows its symbol, its domain and its slider.

    ``low``, ``high`` and ``scale`` ("linear", "log", or "decay": finer towards 1) shape the slider only; ``domain``
    bounds the mathematics.
    A learning rate that diverges is a lesson, so a slider may well reach it.
    """
    metadata = {"symbol": symbol, "doc": doc, "domain": domain, "low": low, "high": high, "scale": scale}
    return dataclasses.field(default=default, metadata=metadata)


def finite_numbers(value: ArrayLike, symbol: str, allowed: str) -> Array:
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


@dataclass(frozen=True, eq=False)
class Optimizer:
    """Base of the methods: checks the hyperparameters and answers questions about the declaration.

    A method is a frozen dataclass whose fields are made by :func:`hyper`. It sets ``rows`` (its formula, one
    :class:`Row` per assignment in ``step``), ``rate`` (what multiplies each coordinate of the direction) and
    ``reference``, and defines ``init`` and ``step``. Both are pure: they return new values and change nothing.
    ``stable_below`` is optional: on a quadratic of curvature λ a run is stable while ηλ is below this expression.
    A subclass that differs only in a convention of the literature says in ``convention`` who uses it.
    """

    title: ClassVar[str]
    idea: ClassVar[str]
    reference: ClassVar[str]
    rows: ClassVar[tuple[Row, ...]]
    rate: ClassVar[str]
    convention: ClassVar[str] = "as in the source"
    stable_below: ClassVar[str] = ""
    rows_are_step: ClassVar[bool] = False  # ``step`` executes the rows

    def __post_init__(self) -> None:
        for item in self.hypers():
            given = getattr(self, item.name)
            value = finite_numbers(given, item.letter, item.domain.text)
            if not np.all(item.domain.contains(value)):
                raise ValueError(f"{item.letter} must be {item.domain.text}, not {given!r}")
            value.setflags(write=False)
            object.__setattr__(self, item.name, value if value.ndim else float(value))
        try:
            _ = self.shape
        except ValueError as error:
            shapes = ", ".join(f"{item.letter}: {np.shape(getattr(self, item.name))}" for item in self.hypers())
            raise ValueError(f"hyperparameters that are arrays must broadcast, not {shapes}") from error

    @classmethod
    @functools.cache
    def hypers(cls) -> tuple[Hyper, ...]:
        """The declared hyperparameters, in order."""
        return tuple(Hyper(name=f.name, default=f.default, **f.metadata) for f in dataclasses.fields(cls) if f.metadata)

    @property
    def values(self) -> Mapping[str, float | Array]:
        """The hyperparameters by name."""
        return {item.name: getattr(self, item.name) for item in self.hypers()}

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
    def from_rows(cls, rows: Sequence[str], title: str = "your own method", **values: float) -> "Optimizer":
        r"""A method without code: its rows are its step, in LaTeX as the lessons show them.

        Its hyperparameters are the symbols that the rows use, given as keywords (``eta, gamma, beta1, eps, decay`` for λ,
        or any other Greek letter's name); its state are the names with ``_{t-1}``, which begin at zero.

        Raises
        ------
        ValueError that names the place, for anything that the dialect does not know, a symbol without a value, a state
        that no row assigns, or a last row that does not assign θ. TypeError if ``rows`` are not texts.

        >>> rows = [r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - v_t"]
        >>> Optimizer.from_rows(rows, eta=0.1, gamma=0.5).label
        'your own method (η = 0.1, γ = 0.5)'
        """
        from .own import method

        return method(rows, title, values)

    def init(self, theta: ArrayLike) -> State:
        """The state before the first step: arrays shaped like ``theta``, by the names that the formula uses."""
        raise NotImplementedError

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        """One update of ``theta``, shape (..., n). ``grad`` is a callable, so that a method may look ahead.

        Hyperparameters that are arrays must broadcast with ``theta`` (:meth:`per_coordinate` sees to it).
        """
        raise NotImplementedError


def follows_rows(kind: type[Optimizer]) -> bool:
    """Whether a method's ``step`` is the one that its rows describe: both stand in the same class.

    A subclass that overrides only one of them must be run by its code, not from its rows.
    """

    def home(name: str) -> type:
        return next(each for each in kind.__mro__ if name in vars(each))

    return kind.rows_are_step or (home("step") is home("rows") and issubclass(home("rows"), home("init")))


def _short(value: float | Array) -> str:
    return f"{value:.4g}" if np.ndim(value) == 0 else f"{np.size(value)} values"
