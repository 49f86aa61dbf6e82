"""Colour, line style and marker of everything that is drawn, each declared once."""

from typing import Any

from matplotlib.colors import LinearSegmentedColormap

from ..mathematics.beyond import BEYOND
from ..mathematics.conventions import CONVENTIONS
from ..mathematics.declaration import Optimizer
from ..mathematics.optimizers import OPTIMIZERS

# One palette: the methods' colours are bright, the symbols' are deep. Found by a search for colours near those wanted, of
# which any two differ for every kind of colour vision, and which are seen on the darkest contour; a test measures it.
METHODS = ("#4c4e4f", "#2658bf", "#086543", "#ca2100", "#8b2af9", "#846331", "#07728d", "#c91864")
SYMBOLS = {"η": "#8b0200", "γ": "#021f96", "β₁": "#014430", "β₂": "#690f5f", "ε": "#686964", "λ": "#524825"}
INK = "#111111"  # the step itself, and what is no method's and no symbol's
PAPER, DEEPEST, CONTOUR = "#fffdf4", "#b4c4d4", "#71869b"
GROUND = LinearSegmentedColormap.from_list("paper", [PAPER, "#dde6ee", DEEPEST])
GRID, WARNING = "#dddddd", "#a11212"
DASHES: tuple[Any, ...] = ("-", (0, (6, 1.5)), (0, (4, 1.2, 1, 1.2)), (0, (1.5, 1)), (0, (8, 2, 2, 2)), (0, (3, 1)))
MARKERS = "osD^vP*X"


def style(kind: type[Optimizer]) -> dict[str, Any]:
    """Colour, line style and marker of a method: by its place in the tuple of optimizers."""
    known = [*OPTIMIZERS, *CONVENTIONS, *BEYOND]
    return look(known.index(kind) if kind in known else len(METHODS) - 1)


def look(place: int) -> dict[str, Any]:
    """The look of the n-th line of a picture."""
    return {
        "color": METHODS[place % len(METHODS)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }
