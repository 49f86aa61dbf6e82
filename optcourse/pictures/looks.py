"""Colour, line style and marker of everything that is drawn, each declared once."""

from typing import Any

from matplotlib.colors import LinearSegmentedColormap

from ..mathematics.beyond import BEYOND
from ..mathematics.conventions import CONVENTIONS
from ..mathematics.declaration import Optimizer
from ..mathematics.optimizers import OPTIMIZERS

# Okabe and Ito's colours, told apart by the colour-blind; line style and marker differ too
COLOURS = ("#222222", "#0072b2", "#009e73", "#d55e00", "#7b3fa0", "#c99700", "#56b4e9", "#8a8a00")
DASHES: tuple[Any, ...] = ("-", (0, (6, 1.5)), (0, (4, 1.2, 1, 1.2)), (0, (1.5, 1)), (0, (8, 2, 2, 2)), (0, (3, 1)))
MARKERS = "osD^vP*X"
PAPER = LinearSegmentedColormap.from_list("paper", ["#fffdf4", "#e3eaf0", "#b4c4d4"])
ROLES = ("#111111", "#00735c", "#8f3a6b")  # vectors of one update that have no symbol's colour of their own


def style(kind: type[Optimizer]) -> dict[str, Any]:
    """Colour, line style and marker of a method: by its place in the tuple of optimizers."""
    known = [*OPTIMIZERS, *CONVENTIONS, *BEYOND]
    return look(known.index(kind) if kind in known else len(COLOURS) - 1)


def look(place: int) -> dict[str, Any]:
    """The look of the n-th line of a picture."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }
