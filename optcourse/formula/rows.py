r"""The rows of a method: which symbols they keep from step to step, and what a student's own rows may be.

A row is ``v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})``, or as a hand types it, ``v = gamma*v + eta*grad(theta)``: a symbol that
a row assigns has its old value until then, and the new one afterwards.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .parse import CONSTANTS, FUNCTIONS, GREEK, FormulaError, Node, read, symbols

MOST_ROWS = 12
USUAL = ("eta", "gamma", "beta_1", "beta_2", "epsilon", "lambda")  # hyperparameters, in the order of their sliders
HYPER = re.compile(rf"({'|'.join(name for name in GREEK if name not in ('theta', 'pi'))})(_[0-9])?")
BEFORE = re.compile(r"(.+)_\{t-1\}")


@dataclass(frozen=True)
class Rows:
    """A method's rows: their trees, each symbol with its time; the names that are kept; the symbols of hyperparameters, η first."""

    trees: tuple[Node, ...]
    states: tuple[str, ...]
    hypers: tuple[str, ...]


def states(trees: Sequence[Node]) -> tuple[str, ...]:
    """What is kept from step to step: v if a row reads v before the step and one assigns it; t if a row reads it."""
    assigned = {tree[1] for tree in trees}
    found = []
    for name in (name for tree in trees for name in symbols(tree[2])):
        before = BEFORE.fullmatch(name)
        if name == "t":
            found.append(name)
        elif before and before[1] != "theta" and f"{before[1]}_t" in assigned:
            found.append(before[1])
    return tuple(dict.fromkeys(found))


def renamed(node: Node, names: Mapping[str, str]) -> Node:
    """A tree with other names for some symbols."""
    if node[0] == "sym":
        return ("sym", names.get(node[1], node[1]))
    return tuple(renamed(part, names) if isinstance(part, tuple) else part for part in node)


class Reader:
    """Reads a student's rows one by one. ``last`` is what the last row assigns: θ after the step; ``before`` is θ before it."""

    def __init__(self, texts: Sequence[str]):
        self.texts, self.row = texts, 0
        self.read: list[tuple[Node, Mapping[str, int]]] = []
        for row, text in enumerate(texts):
            self.row = row
            try:
                self.read.append(read(text))
            except FormulaError as error:
                raise self.error(error.says, error.at) from None
            if self.read[-1][0][0] != "row":
                raise self.error("nothing is assigned; begin with a name and =, as in v = …")
        self.assigned = [timed(tree[1]) for tree, _ in self.read]
        self.last = self.assigned[-1]
        if self.last not in ("theta_t", "theta_{t+1}"):
            raise self.error(f"the last equation must compute theta, not {self.read[-1][0][1]}")
        self.before = "theta_{t-1}" if self.last == "theta_t" else "theta_t"
        self.known = {self.before, *CONSTANTS, *FUNCTIONS, "=", "grad", "J("}
        self.used: list[str] = []

    def error(self, says: str, at: int = 0) -> FormulaError:
        error = FormulaError(f"equation {self.row + 1}: {says}", self.texts[self.row], at)
        error.row = self.row
        return error

    def rows(self) -> Rows:
        trees = []
        for row, ((_, symbol, right), where) in enumerate(self.read):
            self.row = row
            names = {name: self.meant(name) for name in where}
            for typed, name in names.items():
                self.check(name, where[typed])
            name = self.assigned[self.row]
            if symbol == "t":
                raise self.error("t is counted for you; delete this equation")
            if symbol in USUAL:
                raise self.error(f"{symbol} is a hyperparameter, which equations can't change; use another name")
            if name in self.known or symbol in CONSTANTS or BEFORE.fullmatch(name):
                raise self.error(f"this assigns {symbol}, which already has a value; use another name")
            self.known.add(name)
            trees.append(("row", name, renamed(right, names)))
        order = [*USUAL, *dict.fromkeys(self.used)]
        return Rows(tuple(trees), states(trees), tuple(sorted(set(self.used), key=order.index)))

    def meant(self, name: str) -> str:
        """The symbol that a name without a time stands for: the new value if a row before assigns it, else the old."""
        new = self.last if name == "theta" else timed(name)
        if new not in self.assigned or new == name:
            return name
        return new if new in self.known else self.before if name == "theta" else f"{name}_{{t-1}}"

    def check(self, name: str, at: int) -> None:
        """FormulaError unless a name has a value here."""
        kept = BEFORE.fullmatch(name)
        if name in self.known or name == "t" or (kept and f"{kept[1]}_t" in self.assigned and kept[1] != "theta"):
            return
        if HYPER.fullmatch(name):
            self.used.append(name)
            return
        says = f"{name} has no value; it is not a hyperparameter, so compute it in an earlier equation"
        if name.startswith("theta"):
            says = f"{name} is not known here; use the position before the step, {self.before}"
        elif kept:
            says = f"{name} is the value from the step before; add an equation that computes {kept[1]}_t"
        elif name in self.assigned:
            says = f"{name} is used before it is computed; move its equation up"
        raise self.error(says, at)


def timed(symbol: str) -> str:
    """The name of a symbol after the step, if it is written without an index."""
    return symbol if "_" in symbol.removesuffix("_hat") else f"{symbol}_t"


def read_rows(texts: Sequence[str]) -> Rows:
    """A student's rows; FormulaError with its position, and ``row`` counted from 0, for what makes no sense."""
    if not 1 <= len(texts) <= MOST_ROWS:
        raise ValueError(f"write 1 to {MOST_ROWS} equations, not {len(texts)}")
    return Reader(texts).rows()
