"""What the page runs: methods and surfaces as JSON trees, from the declarations that NumPy runs.

A tree is a list: its kind, then its parts, as :func:`optcourse.formula.parse.parse` gives it. The page turns it into
functions; no text is ever executed there.
"""

from typing import Any

import numpy as np

from ..formula.parse import Node, parse
from ..methods.base import KEYWORDS, KNOWN, OTHER, Domain, Hyper, Optimizer, follows_rows
from ..surfaces.surface import Surface
from .sliders import slider_values


class Expressions:
    """The expressions that views and formula ask of a method's run, each once."""

    def __init__(self) -> None:
        self.trees: dict[Node, int] = {}

    def index(self, expression: str | Node) -> int:
        """The number under which the page knows an expression."""
        return self.trees.setdefault(parse(expression) if isinstance(expression, str) else expression, len(self.trees))


def method_program(optimizer: Optimizer) -> dict[str, Any] | None:
    """A method's rows for the page; None for one that must be run by its own code."""
    kind, before = type(optimizer), optimizer.init([0.0, 0.0])
    if not follows_rows(kind) or any(np.any(value) for value in before.values()):
        return None
    rows = [[symbol, tree] for _, symbol, tree in kind.trees()]
    return {"rows": rows, "result": rows[-1][0], "state": list(before), "settings": optimizer.settings}


def surface_program(surface: Surface) -> Node | None:
    """J for the page, which differentiates it; None where the page could not compute it: a network's loss, say."""
    return surface.tree if type(surface).value is Surface.value else None


def own_hypers() -> dict[str, dict[str, Any]]:
    """What the page must know of the hyperparameters of a reader's own rows: of each usual one, and of any other ("")."""
    return {symbol: _slider(symbol, **given) for symbol, given in [*KNOWN.items(), ("", OTHER)]}


def _slider(
    symbol: str, doc: str, domain: Domain, low: float, high: float, scale: str, default: float
) -> dict[str, Any]:
    name = KEYWORDS.get(symbol, symbol.replace("_", ""))
    values = slider_values(Hyper(name, symbol, default, doc, domain, low, high, scale), default)
    return {"name": name, "doc": doc, "allowed": domain.text, "default": default, "values": values}
