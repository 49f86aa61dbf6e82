"""Colour, line style and mark of everything that is drawn, each declared once: for the page and for still pictures."""

from dataclasses import dataclass

from ..methods.base import Optimizer
from ..methods.more import BEYOND
from ..methods.optimizers import OPTIMIZERS
from ..methods.variants import VARIANTS

# One palette for each theme: the methods' colours, then the symbols'. Found by a search for colours near those wanted, of
# which any two differ for every kind of colour vision, and which are seen on the whole background; a test measures it.
LIGHT = {
    "method": ("#4c4e4f", "#2658bf", "#086543", "#ca2100", "#8b2af9", "#846331", "#07728d", "#c91864"),
    "eta": "#8b0200", "gamma": "#021f96", "beta1": "#014430", "beta2": "#690f5f", "eps": "#686964", "lambda": "#524825",
    "ink": "#111111", "faint": "#4a5158", "line": "#d9dee3", "paper": "#ffffff", "inset": "#ffffffe0",
    "heatmap-low": "#f8fafb", "heatmap-high": "#c3d0da", "level": "#8fa2b1", "warning": "#a11212", "focus": "#0b57d0",
    "map-few": "#fde725", "map-many": "#3b1c5a", "map-gone": "#b9bec4",
}  # fmt: skip
DARK = {
    "method": ("#f8e8bc", "#b9b5ff", "#47d5a8", "#fe8724", "#e0c8ff", "#c6a358", "#c6edd1", "#fb79ce"),
    "eta": "#fd9a91", "gamma": "#82a4ff", "beta1": "#59ba81", "beta2": "#dc94b6", "eps": "#e8c0d1", "lambda": "#f5c38a",
    "ink": "#f4f6f8", "faint": "#a9b4bf", "line": "#39434d", "paper": "#14191f", "inset": "#14191fe0",
    "heatmap-low": "#1b232b", "heatmap-high": "#303d49", "level": "#4d5f6e", "warning": "#ff9b93", "focus": "#8ab4f8",
    "map-few": "#fde725", "map-many": "#5c3a86", "map-gone": "#6b747c",
}  # fmt: skip
METHODS = LIGHT["method"]
LETTERS = {"η": "eta", "γ": "gamma", "β₁": "beta1", "β₂": "beta2", "ε": "eps", "λ": "lambda"}
SYMBOLS = {letter: str(LIGHT[name]) for letter, name in LETTERS.items()}
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 1.5), (4, 1.2, 1, 1.2), (1.5, 1), (8, 2, 2, 2), (3, 1))
SECOND = (4, 1.5)  # the dash of the second of two quantities of one run
MARKS = ("circle", "square", "diamond", "down", "up", "plus", "star", "cross")


@dataclass(frozen=True)
class Look:
    """How a run is drawn: the number of its colour, dashes in widths of the line, and mark."""

    number: int
    dash: tuple[float, ...]
    mark: str

    @property
    def colour(self) -> str:
        """On a still picture, which is light."""
        return METHODS[self.number]


def look(number: int) -> Look:
    """The look of the n-th line of a picture."""
    return Look(number % len(METHODS), DASHES[number % len(DASHES)], MARKS[number % len(MARKS)])


def style(kind: type[Optimizer]) -> Look:
    """The look of a method: by its number in the tuple of optimizers."""
    known = [*OPTIMIZERS, *VARIANTS, *BEYOND]
    return look(known.index(kind) if kind in known else len(METHODS) - 1)


def variables(theme: dict) -> str:
    """A theme as variables of a style sheet: ``--oc-method-0``, ``--oc-eta`` and so on."""
    named = {f"method-{i}": colour for i, colour in enumerate(theme["method"])}
    named |= {name: colour for name, colour in theme.items() if name != "method"}
    return " ".join(f"--oc-{name}: {colour};" for name, colour in named.items())
