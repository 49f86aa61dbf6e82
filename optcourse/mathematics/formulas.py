r"""Formulas that are executed: the LaTeX rows that people read are also the arithmetic that gives the numbers beside them.

The dialect is small: symbols with subscripts, ``\hat``, ``\frac``, ``\sqrt``, ``^``, ``+``, ``-``, parentheses, implicit
products, ``J(...)`` and ``\nabla J(...)``. Anything else is an error that names the place.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .declaration import Optimizer, State

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]
Node = tuple[Any, ...]
Environment = dict[str, Any]

TOKEN = re.compile(
    r"\s*(?:(?P<grad>\\nabla\s*J)|(?P<loss>J(?=\s*\())|(?P<frac>\\frac)|(?P<sqrt>\\sqrt)"
    r"|(?P<call>\\max|\\operatorname\{(?:sign|orth|sum)\})"
    r"|(?P<sym>(?:\\hat\{\w+\}|\\[a-z]+|[A-Za-z])(?:_(?:\{(?:\\min|[\w+-]+)\}|\w))?)"
    r"|(?P<num>\d+(?:\.\d+)?)|(?P<op>[-+^(){}=,]))"
)
LONGEST, DEEPEST = 400, 30  # characters of a row, parentheses and fractions within each other
STARTS = ("grad", "loss", "frac", "sqrt", "call", "sym", "num")  # what may follow a factor without a sign


class FormulaError(ValueError):
    """A formula that the dialect does not know; ``at`` is the place in the text, counted from 0."""

    def __init__(self, says: str, latex: str, at: int):
        self.says, self.latex, self.at = says, latex, at
        super().__init__(f"{says}, at character {at + 1} of the formula {latex}")


class Parser:
    """Reads one expression or row, token by token."""

    def __init__(self, latex: str):
        if not isinstance(latex, str):
            raise TypeError(f"a formula must be text, not {latex!r}")
        if len(latex) > LONGEST:
            raise ValueError(f"a formula may have at most {LONGEST} characters, not {len(latex)}")
        self.latex, self.depth = latex, 0
        self.rest = list(tokens(latex))

    def fail(self, says: str, at: int | None = None) -> FormulaError:
        return FormulaError(says, self.latex, (self.rest[0][2] if self.rest else len(self.latex)) if at is None else at)

    @property
    def kind(self) -> str:
        return self.rest[0][0] if self.rest else "end"

    @property
    def text(self) -> str:
        return self.rest[0][1] if self.rest else ""

    def take(self, text: str = "") -> str:
        if not self.rest or (text and self.text != text):
            raise self.fail(f"expected {text!r}" if text else "something is missing")
        return self.rest.pop(0)[1]

    def group(self, opening: str, closing: str) -> Node:
        self.take(opening)
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"more than {DEEPEST} parentheses within each other")
        inner = self.total()
        self.depth -= 1
        self.take(closing)
        return inner

    def total(self) -> Node:
        node: Node = ("neg", self.product()) if self.text == "-" and self.take() else self.product()
        while self.text in ("+", "-"):
            node = ("add" if self.take() == "+" else "sub", node, self.product())
        return node

    def product(self) -> Node:
        node = self.power()
        while self.kind in STARTS or self.text == "(":
            node = ("mul", node, self.power())
        return node

    def power(self) -> Node:
        node = self.atom()
        if self.text == "^":
            self.take()
            node = ("pow", node, self.group("{", "}") if self.text == "{" else self.atom())
        return node

    def atom(self) -> Node:
        if self.text == "(":
            return ("paren", self.group("(", ")"))
        if self.kind not in STARTS:
            raise self.fail(f"unexpected {self.text!r}" if self.rest else "something is missing")
        kind, text = self.kind, self.take()
        match kind:
            case "num":
                return ("num", float(text))
            case "sym":
                return ("sym", text)
            case "frac":
                return ("frac", self.group("{", "}"), self.group("{", "}"))
            case "sqrt":
                return ("sqrt", self.group("{", "}"))
            case "grad" | "loss":
                return (kind, self.group("(", ")"))
        return self.call(text)

    def call(self, name: str) -> Node:
        wanted = 2 if name == r"\max" else 1
        begun = self.rest[0][2] if self.rest else len(self.latex)
        self.take("(")
        arguments = [self.total()]
        while self.text == ",":
            self.take()
            arguments.append(self.total())
        self.take(")")
        if len(arguments) != wanted:
            raise self.fail(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, not {len(arguments)}", begun)
        return ("call", name, *arguments)


def tokens(latex: str) -> Iterator[tuple[str, str, int]]:
    """Cut a row into (kind, text, place); FormulaError at whatever the dialect lacks."""
    at, end = 0, len(latex.rstrip())
    while at < end:
        match = TOKEN.match(latex, at)
        if match is None:
            at += len(latex[at:]) - len(latex[at:].lstrip())
            raise FormulaError(f"the formula dialect has no {latex[at : at + 12]!r}", latex, at)
        yield str(match.lastgroup), match[str(match.lastgroup)], match.start(str(match.lastgroup))
        at = match.end()


@functools.lru_cache(4096)
def parse(latex: str) -> Node:
    """The syntax tree of an expression, or of a row ``symbol = expression`` as ``("row", symbol, tree)``."""
    parser = Parser(latex)
    node = parser.total()
    if parser.text == "=":
        if node[0] != "sym":
            raise parser.fail("a row must begin with one symbol", 0)
        parser.take()
        node = ("row", node[1], parser.total())
    if parser.rest:
        raise parser.fail(f"unexpected {parser.text!r}")
    return node


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


FUNCTIONS: dict[str, Callable] = {
    r"\max": np.maximum,
    r"\operatorname{sign}": np.sign,
    r"\operatorname{orth}": orthogonal,
    r"\operatorname{sum}": lambda value: np.sum(value, axis=-1, keepdims=True),
}
ARITHMETIC: dict[str, Callable] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "frac": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "paren": lambda a: a,
    "sqrt": np.sqrt,
}


def evaluate(node: Node, names: Mapping[str, Any], grad: Gradient | None = None, loss: Gradient | None = None) -> Any:
    """The value of a tree, with the symbols' values from ``names``, ∇J from ``grad`` and J from ``loss``.

    J, one number for each point, keeps a last axis of length one, so that it broadcasts with vectors.
    """

    def value(child: Node) -> Any:
        return evaluate(child, names, grad, loss)

    match node:
        case ("num", number):
            return number
        case ("sym", name):
            if name not in names:
                raise ValueError(f"the formula has no symbol {name!r}: it has {', '.join(names)}")
            return names[name]
        case ("grad", point):
            return grad(value(point))
        case ("loss", point):
            return loss(value(point))[..., None]
        case ("call", name, *arguments):
            return FUNCTIONS[name](*map(value, arguments))
    if node[0] not in ARITHMETIC:
        raise ValueError(f"no formula, but {node!r}")
    return ARITHMETIC[node[0]](*map(value, node[1:]))


def environment(optimizer: "Optimizer", theta: Array, state: "State") -> Environment:
    r"""The symbols' values before a step: θ under either of its names, ``v_{t-1}`` from the state, and so on."""
    names: Environment = {r"\theta_{t-1}": theta, r"\theta_t": theta}
    names |= {item.symbol: getattr(optimizer, item.name) for item in optimizer.hypers()}
    names |= {f"{name}_{{t-1}}": value for name, value in state.items()}
    if "t" in state:
        t = np.asarray(state["t"]) + 1
        names["t"] = t.reshape(t.shape + (1,) * (np.ndim(theta) - t.ndim))
    return names


def execute(optimizer: "Optimizer", theta: Array, state: "State", grad: Gradient) -> Environment:
    """Run the displayed rows, one by one, as a step; every symbol's value after it.

    ``theta`` and the state may carry leading axes: all steps of a run are evaluated at once.
    """
    names = environment(optimizer, theta, state)
    for row in optimizer.rows:
        _, symbol, right = parse(row.latex)
        names[symbol] = evaluate(right, names, grad)
    return names


def by_rows(optimizer: "Optimizer", theta: Array, state: "State", grad: Gradient) -> "tuple[Array, State]":
    """One step by executing the formula's rows: θ and the state after it."""
    names = execute(optimizer, theta, state, grad)
    return names[result(optimizer)], {name: names.get(f"{name}_t", value + 1) for name, value in state.items()}


def result(optimizer: "Optimizer") -> str:
    """The symbol that the last row assigns: θ after the step."""
    return parse(optimizer.rows[-1].latex)[1]


def symbols(node: Node) -> Iterator[str]:
    """The symbols of a tree, from left to right."""
    if not isinstance(node, tuple) or not node or not isinstance(node[0], str):
        raise ValueError(f"no formula, but {node!r}")
    if node[0] == "sym":
        yield node[1]
    elif node[0] != "num":
        for child in node[1 + (node[0] == "call") :]:
            yield from symbols(child)
