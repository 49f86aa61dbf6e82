"""What the page runs: methods and surfaces as JSON trees, from the declarations that NumPy runs.

A tree is a list: its kind, then its parts, as :func:`optcourse.mathematics.formulas.parse` gives it. The page turns it into
functions; no text is ever executed there.
"""

import ast
import dataclasses
from typing import Any

from ..mathematics.declaration import Optimizer, follows_rows
from ..mathematics.formulas import Node, parse
from ..mathematics.surfaces import Surface

ARITHMETIC = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "frac", ast.Pow: "pow"}
CALLS = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "arctan", "abs", "sign"}
CONSTANTS = {"pi": 3.141592653589793}


class Expressions:
    """The expressions that views and formula ask of a method's run, each once, by place."""

    def __init__(self) -> None:
        self.trees: dict[Node, int] = {}

    def place(self, latex: str | Node) -> int:
        return self.trees.setdefault(parse(latex) if isinstance(latex, str) else latex, len(self.trees))


def method_program(optimizer: Optimizer) -> dict[str, Any] | None:
    """A method's rows for the page; None for one that must be run by its own code."""
    kind, hypers = type(optimizer), {item.name for item in optimizer.hypers()}
    others = [field for field in dataclasses.fields(kind) if field.name not in hypers]
    if not follows_rows(kind) or any(getattr(optimizer, field.name) != field.default for field in others):
        return None
    rows = [parse(row.latex) for row in kind.rows]
    state = list(optimizer.init([0.0, 0.0]))
    return {"rows": [[symbol, tree] for _, symbol, tree in rows], "result": rows[-1][1], "state": state}


def surface_program(surface: Surface) -> dict[str, Any] | None:
    """J and ∇J for the page, from the source that SymPy wrote for NumPy; None where the page could not compute them."""
    if type(surface).value is not Surface.value:  # a network's loss, say
        return None
    try:
        return {name: _assignments(source) for name, source in zip(("value", "gradient"), surface.sources, strict=True)}
    except NotImplementedError:
        return None


def _assignments(source: str) -> dict[str, Any]:
    """The body of a function that SymPy wrote: its assignments, and what it returns."""
    *steps, last = ast.parse(source).body[0].body
    out = last.value.elts if isinstance(last.value, ast.List) else [last.value]
    return {"rows": [[step.targets[0].id, _tree(step.value)] for step in steps], "out": [_tree(each) for each in out]}


def _tree(node: ast.AST) -> Node:
    match node:
        case ast.Constant(value=int() | float() as number):
            return ("num", float(number))
        case ast.Name(id=name):
            return ("num", CONSTANTS[name]) if name in CONSTANTS else ("sym", name)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return ("neg", _tree(inner))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return (ARITHMETIC[type(op)], _tree(left), _tree(right))
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
            return ("sqrt", _tree(inner))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in CALLS:
            return ("call", name, _tree(inner))
    raise NotImplementedError(ast.unparse(node))
