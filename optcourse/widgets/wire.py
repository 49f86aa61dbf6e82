"""What crosses from Python to the page, declared once; ``wire.d.ts`` declares the same for the page's side."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from ..formula.parse import Node
from ..plots.style import Look


@dataclass(frozen=True)
class Panel:
    """A picture: see :class:`optcourse.plots.views.View`."""

    name: str
    kind: str
    title: str
    short: str
    log: bool
    floor: float
    across: str


@dataclass(frozen=True)
class Series:
    """A line of a panel: places of x and y in the variant's expressions, and the coordinate."""

    panel: int
    x: int
    y: int
    at: int
    name: str
    dash: tuple[float, ...]


@dataclass(frozen=True)
class Arrow:
    """A vector of a step: the row that brings it in, places in the variant's expressions, name and colour."""

    row: int
    start: int
    vector: int
    label: str
    colour: str


@dataclass(frozen=True)
class Variant:
    """One variant of a method: what the page runs (``program``; None: the kernel does) and shows."""

    title: str
    label: str
    name: str
    look: dict[str, Any]
    program: dict[str, Any] | None
    hypers: dict[str, str]
    expressions: list[Node]
    theta: int
    loss: int
    divisor: int | None
    series: list[Series]
    arrows: list[Arrow]
    stable: Node | None
    formula: bool
    rows: list[str]
    captions: list[str]


@dataclass(frozen=True)
class Surface:
    """A surface: its program, or, where the page could not compute it, J on a grid over its view.

    ``examples`` (inputs and target of each, float64): a run sees the gradient of mini-batches of them, by the sliders "batch size"
    and "seed".
    """

    name: str
    view: list[float]
    start: list[float]
    reference_values: list[dict[str, Any]]
    known: bool
    program: Node | None
    note: str = ""
    grid: bytes | None = None
    shape: tuple[int, int] = (0, 0)
    examples: bytes | None = None


@dataclass(frozen=True)
class ExplorerConfig:
    """An explorer, but for its surfaces and what its controls say. ``first`` is the first setting."""

    panels: list[Panel]
    methods: list[list[Variant]]
    controls: list[dict[str, Any]]
    first: dict[str, Any]
    most_steps: int
    size: float
    own: bool
    built_in: int
    vectors: bool
    schedule: list[float]
    tolerance: float
    longest: int
    known: dict[str, Any]


@dataclass(frozen=True)
class TrainerConfig:
    """A laboratory, but for the digits and what its controls say: as :class:`Lesson`, and what the valley measures."""

    methods: list[list[Variant]]
    controls: list[dict[str, Any]]
    first: dict[str, Any]
    size: float
    known: dict[str, Any]
    etas: list[float]
    seeds: int
    counts: list[int]


def plain(data: Any) -> Any:
    """What is declared here as the dictionaries and lists that a widget takes; trees and bytes stay as they are."""
    if dataclasses.is_dataclass(data):
        return {field.name: plain(getattr(data, field.name)) for field in dataclasses.fields(data)}
    return [plain(each) for each in data] if isinstance(data, list) else data


def look(given: Look) -> dict[str, Any]:
    """A look, by its colour's name in the style sheet."""
    return {"colour": f"method-{given.number}", "dash": given.dash, "mark": given.mark}
