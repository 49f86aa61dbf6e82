"""A method as the lessons show it: a card with its formula and its source."""

import difflib
import inspect
import re
import textwrap

from ..arguments import instance
from ..formula.parse import Node
from ..formula.write import leaves, python
from .base import Optimizer, check_method


class Card:
    """A method as the lessons show it: its formula, each symbol named once, and its ``step``.

    With ``base``, a method that the reader knows, the lines by which the code differs are marked. The code is ``folded`` away if
    nothing else is said and there is no base: the exercise asks for it.
    """

    def __init__(self, kind: type[Optimizer], base: type[Optimizer] | None = None, folded: bool | None = None):
        check_method(kind)
        if base is not None:
            check_method(base, "base", ", or None")
        instance(folded, bool | None, "folded", "True, False or None")
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
            code = f"<details><summary>Show the Python code (try it yourself first)</summary>\n\n{code}\n\n</details>"
        return f"{rows}\n\n{symbols}\n\n{code}\n\n*Source: {self.kind.reference}.*"

    @property
    def code(self) -> str:
        """The source of ``step``; with a base, line by line against its ``step``: − gone, + new."""
        if self.base is None:
            return step_source(self.kind)
        before, after = (step_source(kind).splitlines() for kind in (self.base, self.kind))
        return "\n".join(line for line in difflib.ndiff(before, after) if not line.startswith("?"))

    def __repr__(self) -> str:
        return "\n".join([*(row.latex for row in self.kind.rows), "", self.code])


def step_source(kind: type[Optimizer]) -> str:
    """The source of a method's ``step``; of one that has only rows, what its author would have written."""
    if kind.step is not Optimizer.step:
        return textwrap.dedent(inspect.getsource(kind.step)).rstrip()
    fields = {item.key: f"self.{item.name}" for item in kind.hypers()} | {
        each: f"self.{each}" for each in kind().settings
    }
    state, leaf = kind().init([0.0]), [each for tree in kind.trees() for each in leaves(tree[2])]
    twice = [each for each in leaf if each[0] == "grad" and leaf.count(each) > 1][:1]

    def name(node: Node) -> str:
        if node[0] == "grad":
            return "g" if node in twice else f"grad({python(node[1], name)})"
        bare = re.sub(r"_(t|\{t[+-]1\})$", "", node[1])
        return fields.get(node[1]) or (f'state["{bare}"]' if node[1] == f"{bare}_{{t-1}}" and bare in state else bare)

    lines = ['t = state["t"] + 1'] * ("t" in state)
    lines += [f"g = grad({python(each[1], name)})" for each in twice]
    for _, symbol, right in kind.trees():
        lines.append(f"{name(('sym', symbol))} = {python(right, name)}")
    after = ", ".join(f'"{each}": {each}' for each in state)
    lines.append(f"return theta, {{{after}}}")
    head = "def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:"
    return "\n".join([head, *(f"    {line}" for line in lines)])
