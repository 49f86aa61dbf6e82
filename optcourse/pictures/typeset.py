"""A method's formula as people see it: in symbols, with a slot for every number, and as a card with its source."""

import difflib
import functools
import html
import inspect
import itertools
import textwrap
from collections.abc import Iterator

import latex2mathml.converter

from ..mathematics.arguments import instance, subclass
from ..mathematics.declaration import Optimizer
from ..mathematics.formulas import Node, parse
from .looks import SYMBOLS

SLOT = 900000  # numbers from here on stand for slots until the MathML is made


def leaves(node: Node) -> Iterator[Node]:
    """The parts of a tree that have a value of their own: symbols and gradients, from left to right."""
    if node[0] in ("sym", "grad", "loss"):
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
        case ("sym", _) | ("grad" | "loss", _):
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
    for letter, colour in SYMBOLS.items():
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
def template(kind: type[Optimizer], coordinates: tuple[str, ...] = ("x", "y")) -> str:
    """The formula of a method as HTML: each row in symbols, and per coordinate with a slot for every number.

    The slots are ``<mn data-slot="i">``; :func:`slots` says, in the same order, what each of them shows.
    """
    count = 0
    lines = []
    for place, row in enumerate(kind.rows):
        parts = _parts(row.latex)
        cells = [f'<div class="oc-symbols">{mathml(row.latex)}</div>']
        for coordinate in coordinates:
            numbers = _with_slots(kind, row.latex, count)
            cells.append(f'<div class="oc-numbers"><span class="oc-axis">{coordinate}</span>{numbers}</div>')
            count += len(parts)
        cells.append(f'<div class="oc-caption">{html.escape(row.caption)}</div>')
        lines.append(f'<div class="oc-row" data-row="{place}">{"".join(cells)}</div>')
    return f'<div class="oc-title">{html.escape(kind.title)}</div>{"".join(lines)}'


def slots(kind: type[Optimizer], coordinates: int = 2) -> list[tuple[Node, int]]:
    """What each slot of the formula shows: a part of a row, and which coordinate of it."""
    rows = [_parts(row.latex) for row in kind.rows]
    return [(part, coordinate) for parts in rows for coordinate in range(coordinates) for part in parts]


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
        if part[1] in letters or part[1] == "t":
            colour = SYMBOLS.get(letters.get(part[1], ""), "inherit")
            attributes += f' data-fixed style="color:{colour}"'
        markup = markup.replace(f"<mn>{SLOT + slot}</mn>", f"<mn {attributes}>·</mn>")
    return markup


class Card:
    """A method as the lessons show it: its formula, each symbol named once, and its own ``step`` from the package.

    With ``base``, a method that the reader knows, the lines by which the code differs are marked. The code is ``folded`` away if
    nothing else is said and there is no base: the exercise asks for it.
    """

    def __init__(self, kind: type[Optimizer], base: type[Optimizer] | None = None, folded: bool | None = None):
        subclass(kind, Optimizer, "kind", "a method's class, such as Momentum")
        if base is not None:
            subclass(base, Optimizer, "base", "a method's class, such as Momentum, or None")
        instance(folded, bool | None, "folded", "True, False or None")  # type: ignore[arg-type]
        self.kind, self.base, self.folded = kind, base, base is None if folded is None else folded

    def _repr_markdown_(self) -> str:
        known = {row.latex for row in self.base.rows} if self.base else set()
        marks = ["" if row.latex in known or not self.base else "**new:** " for row in self.kind.rows]
        rows = "\n\n".join(
            f"$$ {row.latex} $$\n\n{mark}{row.caption}" for mark, row in zip(marks, self.kind.rows, strict=True)
        )
        symbols = "\n".join(f"- ${item.symbol}$ — {item.doc}: {item.domain.text}" for item in self.kind.hypers())
        code = f"```{'diff' if self.base else 'python'}\n{self.code}\n```"
        if self.folded:
            code = f"<details><summary>The same in Python: write it yourself first</summary>\n\n{code}\n\n</details>"
        return f"{rows}\n\n{symbols}\n\n{code}\n\n*Source: {self.kind.reference}.*"

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
