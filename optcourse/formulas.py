r"""Formulas that are executed: the LaTeX rows that people read are also the arithmetic that gives the numbers beside them.

The dialect is small: symbols with subscripts, ``\hat``, ``\frac``, ``\sqrt``, ``^``, ``+``, ``-``, parentheses, implicit
products and ``\nabla J(...)``. Anything else is an error.
"""

import difflib
import functools
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import latex2mathml.converter
import numpy as np

from .declaration import Array, Gradient, Optimizer, State

Node = tuple[Any, ...]
Environment = dict[str, Any]

TOKEN = re.compile(
    r"\s*(?:(?P<grad>\\nabla\s*J)|(?P<frac>\\frac)|(?P<sqrt>\\sqrt)|(?P<call>\\max|\\operatorname\{\w+\})"
    r"|(?P<sym>(?:\\hat\{\w+\}|\\[a-z]+|[A-Za-z])(?:_(?:\{[^{}]*\}|\w))?)"
    r"|(?P<num>\d+(?:\.\d+)?)|(?P<op>[-+^(){}=,]))"
)
# the colour of each symbol, the same in every formula and picture (dark enough to read on white)
COLOURS = {"η": "#b34700", "γ": "#005f99", "β₁": "#00735c", "β₂": "#8f3a6b", "ε": "#5c5c5c"}


def tokens(latex: str) -> list[tuple[str, str]]:
    """Cut a row into (kind, text) pairs; ValueError at whatever the dialect lacks."""
    found, at = [], 0
    latex = latex.rstrip()
    while at < len(latex):
        match = TOKEN.match(latex, at)
        if match is None:
            raise ValueError(f"the formula dialect has no {latex[at : at + 12]!r} (in {latex!r})")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


@functools.cache
def parse(latex: str) -> Node:
    """The syntax tree of an expression, or of a row ``symbol = expression`` as ``("row", symbol, tree)``."""
    rest = tokens(latex)

    def peek() -> tuple[str, str]:
        return rest[0] if rest else ("end", "")

    def take(text: str | None = None) -> tuple[str, str]:
        if not rest or (text is not None and rest[0][1] != text):
            raise ValueError(f"expected {text or 'more'!r} before {peek()[1]!r} in {latex!r}")
        return rest.pop(0)

    def group(opening: str, closing: str) -> Node:
        take(opening)
        inner = total()
        take(closing)
        return inner

    def total() -> Node:
        node: Node = ("neg", product()) if peek()[1] == "-" and take() else product()
        while peek()[1] in ("+", "-"):
            sign = take()[1]
            node = ("add" if sign == "+" else "sub", node, product())
        return node

    def product() -> Node:
        node = power()
        while peek()[0] in ("grad", "frac", "sqrt", "call", "sym", "num") or peek()[1] == "(":
            node = ("mul", node, power())
        return node

    def power() -> Node:
        node = atom()
        if peek()[1] == "^":
            take()
            node = ("pow", node, group("{", "}") if peek()[1] == "{" else atom())
        return node

    def atom() -> Node:
        kind, text = take()
        if kind == "num":
            return ("num", float(text))
        if kind == "sym":
            return ("sym", text)
        if kind == "frac":
            return ("frac", group("{", "}"), group("{", "}"))
        if kind == "sqrt":
            return ("sqrt", group("{", "}"))
        if kind == "call":
            take("(")
            arguments = [total()]
            while peek()[1] == ",":
                take()
                arguments.append(total())
            take(")")
            return ("call", text, *arguments)
        if kind == "grad":
            return ("grad", group("(", ")"), latex)
        if text == "(":
            rest.insert(0, (kind, text))
            return ("paren", group("(", ")"))
        raise ValueError(f"unexpected {text!r} in {latex!r}")

    node = total()
    if peek()[1] == "=":
        take()
        node = ("row", node[1], total())
    if rest:
        raise ValueError(f"unexpected {rest[0][1]!r} in {latex!r}")
    return node


def orthogonal(flat: Array, columns: int = 1) -> Array:
    """The matrices with the same directions and all singular values near 1: five Newton–Schulz steps (Jordan et al. 2024).

    ``flat`` has shape (..., n) and is read as matrices (n / columns, columns). The singular values come to lie between
    about 0.7 and 1.2; zero stays zero.
    """
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


def evaluate(node: Node, names: Environment, grad: Gradient) -> Any:
    """The value of a tree, with the symbols' values from ``names`` and ∇J from ``grad``."""
    kind = node[0]
    if kind == "num":
        return node[1]
    if kind == "sym":
        return names[node[1]]
    if kind == "grad":
        return grad(evaluate(node[1], names, grad))
    if kind == "call":
        return FUNCTIONS[node[1]](*(evaluate(child, names, grad) for child in node[2:]))
    return ARITHMETIC[kind](*(evaluate(child, names, grad) for child in node[1:]))


def environment(optimizer: Optimizer, theta: Array, state: State) -> Environment:
    r"""The symbols' values before a step: θ under either of its names, ``v_{t-1}`` from the state, and so on."""
    names: Environment = {r"\theta_{t-1}": theta, r"\theta_t": theta}
    names |= {item.symbol: getattr(optimizer, item.name) for item in optimizer.hypers()}
    names |= {f"{name}_{{t-1}}": value for name, value in state.items()}
    if "t" in state:
        t = np.asarray(state["t"]) + 1
        names["t"] = t.reshape(t.shape + (1,) * (np.ndim(theta) - t.ndim))
    return names


def execute(optimizer: Optimizer, theta: Array, state: State, grad: Gradient) -> Environment:
    """Run the displayed rows, one by one, as a step; every symbol's value after it.

    ``theta`` and the state may carry leading axes: all steps of a run are evaluated at once.
    """
    names = environment(optimizer, theta, state)
    for row in optimizer.rows:
        _, symbol, right = parse(row.latex)
        names[symbol] = evaluate(right, names, grad)
    return names


def result(optimizer: Optimizer) -> str:
    """The symbol that the last row assigns: θ after the step."""
    return parse(optimizer.rows[-1].latex)[1]


# ---- what is shown: the symbolic row, and the same row with a slot for every number ----

SLOT = 900000  # numbers from here on stand for slots until the MathML is made


def leaves(node: Node) -> Iterator[Node]:
    """The parts of a tree that have a value of their own: symbols and gradients, from left to right."""
    if node[0] in ("sym", "grad"):
        yield node
    elif node[0] != "num":
        for child in node[1 + (node[0] == "call") :]:
            yield from leaves(child)


def _latex(node: Node, slots: Iterator[int]) -> str:
    """LaTeX of a tree with every symbol and gradient replaced by the next slot's number."""

    def write(child: Node) -> str:
        return _latex(child, slots)

    match node:
        case ("num", value):
            return f"{value:g}"
        case ("sym", _) | ("grad", _, _):
            return str(SLOT + next(slots))
        case ("frac", top, bottom):
            return rf"\frac{{{write(top)}}}{{{write(bottom)}}}"
        case ("sqrt", inner):
            return rf"\sqrt{{{write(inner)}}}"
        case ("call", name, *arguments):
            return f"{name}({', '.join(map(write, arguments))})"
        case ("paren", inner):
            return f"({write(inner)})"
        case ("pow", base, exponent):
            return f"{write(base)}^{{{write(exponent)}}}"
        case ("neg", inner):
            return f"-{write(inner)}"
        case ("mul", left, right):
            return rf"{write(left)} \cdot {write(right)}"
        case ("add" | "sub" as sign, left, right):
            return f"{write(left)} {'+' if sign == 'add' else '-'} {write(right)}"
    raise ValueError(f"no LaTeX for {node!r}")


@functools.cache
def mathml(latex: str) -> str:
    """MathML of a formula, with the hyperparameters in their colours."""
    markup = latex2mathml.converter.convert(latex)
    for letter, colour in COLOURS.items():
        base, subscript = letter[0], plain_digit(letter)
        written = f"<mi>&#x{ord(base):05X};</mi>" + (f"<mn>{subscript}</mn>" if subscript else "")
        coloured = written.replace("<mi>", f'<mi style="color:{colour}">').replace(
            "<mn>", f'<mn style="color:{colour}">'
        )
        markup = markup.replace(written, coloured)
    return markup


def plain_digit(letter: str) -> str:
    """The subscript of a letter as an ordinary digit, or nothing."""
    return letter[1:].translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))


@functools.cache
def template(kind: type[Optimizer], coordinates: tuple[str, ...] = ("x", "y"), first: int = 0) -> tuple[str, int]:
    """The formula of a method as HTML: each row in symbols, and per coordinate with a slot for every number.

    The slots are ``<mn data-slot="i">``, numbered from ``first``; :func:`numbers` gives their values in the same order.
    Returns the HTML and the number of slots.
    """
    count = first
    lines = []
    for place, row in enumerate(kind.rows):
        parts = _parts(row.latex)
        filled = []
        for coordinate in coordinates:
            filled.append(f'<span class="oc-axis">{coordinate}</span>{_with_slots(kind, row.latex, count)}')
            count += len(parts)
        lines.append(
            f'<div class="oc-row" data-row="{place}"><div class="oc-symbols">{mathml(row.latex)}'
            f'<div class="oc-caption">{row.caption}</div></div>'
            f"<div>{''.join(f'<div class=oc-numbers>{each}</div>' for each in filled)}</div></div>"
        )
    return f'<div class="oc-formula"><div class="oc-title">{kind.title}</div>{"".join(lines)}</div>', count - first


def _parts(latex: str) -> list[Node]:
    """What the slots of a row stand for: the leaves of its right side, then the symbol that it assigns."""
    _, symbol, right = parse(latex)
    return [*leaves(right), ("sym", symbol)]


def _with_slots(kind: type[Optimizer], row: str, first: int) -> str:
    """MathML of a row's right side and result with slots for numbers; ``data-bare``: a minus needs no parentheses there."""
    slots = itertools.count(first)
    latex = f"{_latex(parse(row)[2], slots)} = {SLOT + next(slots)}"
    markup = latex2mathml.converter.convert(latex)
    letters = {item.symbol: item.letter for item in kind.hypers()}
    for slot, part in enumerate(_parts(row), first):
        at = latex.index(str(SLOT + slot))
        before, after = latex[:at].rstrip()[-1:], latex[at + len(str(SLOT)) :][:1]
        attributes = f'data-slot="{slot}"' + (" data-bare" if before in ("", "(", "{", "=") and after != "^" else "")
        if part[1] in letters:
            attributes += f' data-fixed style="color:{COLOURS.get(letters[part[1]], "inherit")}"'
        markup = markup.replace(f"<mn>{SLOT + slot}</mn>", f"<mn {attributes}>·</mn>")
    return markup


def numbers(kind: type[Optimizer], names: Mapping[str, Any], grad: Gradient, shape: tuple[int, ...]) -> Array:
    """The slots' values: ``shape`` is (steps, coordinates), the result has shape (steps, slots)."""
    columns = []
    for row in kind.rows:
        values = [np.broadcast_to(evaluate(part, names, grad), shape) for part in _parts(row.latex)]
        columns += [value[:, coordinate] for coordinate in range(shape[1]) for value in values]
    return np.stack(columns, axis=1)


class Card:
    """A method as the lessons show it: its formula, each symbol named once, and its own ``step`` from the package.

    With ``base``, a method that the reader knows, the lines by which the code differs are marked.
    """

    def __init__(self, kind: type[Optimizer], base: type[Optimizer] | None = None):
        self.kind, self.base = kind, base

    def _repr_markdown_(self) -> str:
        known = {row.latex for row in self.base.rows} if self.base else set()
        marks = ["" if row.latex in known or not self.base else "**new:** " for row in self.kind.rows]
        rows = "\n\n".join(
            f"$$ {row.latex} $$\n\n{mark}{row.caption}" for mark, row in zip(marks, self.kind.rows, strict=True)
        )
        symbols = "\n".join(f"- ${item.symbol}$ — {item.doc}: {item.domain.text}" for item in self.kind.hypers())
        language = "diff" if self.base else "python"
        return f"{rows}\n\n{symbols}\n\n```{language}\n{self.code}\n```\n\n*Source: {self.kind.reference}.*"

    @property
    def code(self) -> str:
        """The source of ``step``; with a base, line by line against its ``step``: − gone, + new."""
        lines = textwrap.dedent(inspect.getsource(self.kind.step)).rstrip().splitlines()
        if self.base is None:
            return "\n".join(lines)
        before = textwrap.dedent(inspect.getsource(self.base.step)).rstrip().splitlines()
        return "\n".join(line for line in difflib.ndiff(before, lines) if not line.startswith("?"))

    def __repr__(self) -> str:
        return "\n".join([*(row.latex for row in self.kind.rows), "", self.code])
