r"""Methods made from rows alone: ``Optimizer.from_rows``. The rows are checked, and then executed as the step."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import formulas
from .declaration import (
    FINITE,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    Array,
    Domain,
    Gradient,
    Optimizer,
    Row,
    State,
    hyper,
)

MOST_ROWS = 12
# what is known of the usual hyperparameters: domain, slider from … to …, its scale, and the value if none is given
KNOWN: dict[str, tuple[str, Domain, float, float, str, float]] = {
    r"\eta": ("learning rate", POSITIVE, 1e-3, 10.0, "log", 0.01),
    r"\gamma": ("memory", UNIT, 0.0, 0.999, "decay", 0.9),
    r"\beta_1": ("memory of the gradient", UNIT, 0.0, 0.999, "decay", 0.9),
    r"\beta_2": ("memory of the squared gradient", UNIT, 0.0, 0.9999, "decay", 0.999),
    r"\epsilon": ("keeps a divisor from zero", NONNEGATIVE, 1e-10, 1.0, "log", 1e-8),
    r"\lambda": ("weight decay", NONNEGATIVE, 1e-4, 1.0, "log", 0.01),
}
OTHER = ("your own symbol", FINITE, 0.0, 1.0, "linear", 0.5)
KEYWORDS = {r"\epsilon": "eps", r"\lambda": "decay"}
GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "chi",
    "psi",
    "omega",
]
HYPER = re.compile(rf"\\({'|'.join(GREEK)})(?:_(\d)|_\{{(\d)\}})?")


@dataclasses.dataclass(frozen=True, eq=False)
class OwnMethod(Optimizer):
    """Base of the methods that are made from rows: ``step`` executes them."""

    idea = "is your own"
    reference = "your own rows"
    convention = "your own rows"
    rate = ""
    rows_are_step = True
    states = ()

    def init(self, theta: ArrayLike) -> State:
        return {name: 0 if name == "t" else np.zeros(np.shape(theta)) for name in self.states}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        return formulas.by_rows(self, theta, state, grad)


def method(rows: Sequence[str], title: str, values: Mapping[str, float]) -> Optimizer:
    """See :meth:`Optimizer.from_rows`."""
    if isinstance(rows, str) or not isinstance(rows, Sequence) or not all(isinstance(row, str) for row in rows):
        raise TypeError(f"rows must be a list of texts, one for each row, not {rows!r}")
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a method needs 1 to {MOST_ROWS} rows, not {len(rows)}")
    states, used = checked(rows)
    keywords = {KEYWORDS.get(symbol, symbol.lstrip("\\").replace("_", "")): symbol for symbol in used}
    for name in values:
        if name not in keywords:
            raise ValueError(f"no row uses {name!r}: the rows use {', '.join(keywords) or 'no hyperparameter'}")
    fields = []
    for name, symbol in keywords.items():
        doc, domain, low, high, scale, default = KNOWN.get(symbol, OTHER)
        fields.append((name, Any, hyper(values.get(name, default), symbol, doc, domain, low, high, scale)))
    shown = tuple(Row(row.strip(), "") for row in rows)
    namespace = {"rows": shown, "title": title, "states": states}
    kind = dataclasses.make_dataclass("OwnRows", fields, bases=(OwnMethod,), namespace=namespace, frozen=True, eq=False)
    return kind()


def checked(rows: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The names of the state and the symbols of the hyperparameters, in order; ValueError where a row makes no sense."""
    parsed = [formulas.parse(row) for row in rows]
    for place, (row, node) in enumerate(zip(rows, parsed, strict=True), 1):
        if node[0] != "row":
            raise formulas.FormulaError(f"row {place} assigns nothing: it needs a symbol and =", row, 0)
    assigned = [node[1] for node in parsed]
    last = assigned[-1]
    if last not in (r"\theta_t", r"\theta_{t+1}"):
        raise formulas.FormulaError(rf"the last row must assign \theta_t, not {last}", rows[-1], 0)
    before = r"\theta_{t-1}" if last == r"\theta_t" else r"\theta_t"
    known, states, used = {before}, [], []
    for place, (row, (_, symbol, right)) in enumerate(zip(rows, parsed, strict=True), 1):
        for name in formulas.symbols(right):
            state = re.fullmatch(r"(.+)_\{t-1\}", name)
            if name in known:
                continue
            if name == "t" or (state and f"{state[1]}_t" in assigned):
                states.append("t" if name == "t" else state[1])
            elif HYPER.fullmatch(name):
                used.append(name)
            else:
                raise formulas.FormulaError(f"row {place}: {why(name, state, assigned, before)}", row, row.find(name))
            known.add(name)
        if symbol in known or HYPER.fullmatch(symbol) or symbol == "t" or symbol.endswith("_{t-1}"):
            raise formulas.FormulaError(f"row {place} assigns {symbol}, which has a value already", row, 0)
        known.add(symbol)
    order = [*KNOWN, *dict.fromkeys(used)]  # η first, as everywhere
    return tuple(dict.fromkeys(states)), sorted(set(used), key=order.index)


def why(name: str, state: "re.Match | None", assigned: list[str], before: str) -> str:
    """Why a symbol has no value."""
    if name.startswith(r"\theta"):
        return f"{name} is not known here; the position before the step is {before}"
    if state:
        return f"{name} is kept from the step before, but no row assigns {state[1]}_t"
    if name in assigned:
        return f"{name} is used before the row that assigns it"
    return f"{name} has no value: it is no hyperparameter, and no row before assigns it"
