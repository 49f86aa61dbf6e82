"""Views: what a picture shows of a run, as expressions in the formula's own language. The page and still pictures read it.

A view draws nothing: it has a title, a scale, and the quantities that it shows of each method.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arguments import wrong_type, wrong_value
from ..formula.parse import Node, parse, symbols
from ..methods.base import Optimizer
from ..surfaces.surface import Surface
from ..sweeps import Sweep, sweep
from .style import LETTERS, Look, look, style

FLOOR = 1e-9  # a loss this close to the lowest is not drawn
TOLERANCE, LONGEST = 1e-6, 300  # of the map: a loss so close to the lowest, within so many steps


@dataclass(frozen=True)
class Quantity:
    """A line of a picture: its name, where another line has none the same; what is drawn; and of which coordinate."""

    name: str
    expression: str | Node
    at: int = 0


class View:
    """One picture: ``title``, ``short`` for a tab, ``log`` for its axis, and the quantities of each method."""

    kind, title, short, across = "series", "", "", "steps"
    log, floor = True, 0.0

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        """What is drawn of each run."""
        return []

    @staticmethod
    def check(optimizer: Optimizer) -> None:
        """ValueError where a method lacks what the view shows."""


class SurfaceView(View):
    """The hero: the surface from above, the path of each run, the vectors of a step."""

    kind, title, short = "surface", "surface", "surface"


class LossView(View):
    """The loss above the lowest known minimum."""

    title, short, floor = "excess loss", "loss", FLOOR

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        return [Quantity("", r"J(\theta) - J_{\min}")]


class RateView(View):
    """The effective learning rate of each parameter: x solid, y dashed."""

    title, short = "effective learning rate", "rates"

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        if not optimizer.rate:  # a reader's own rows
            return []
        return [Quantity("x", optimizer.rate), Quantity("y", optimizer.rate, 1)]

    @staticmethod
    def check(optimizer: Optimizer) -> None:
        if not optimizer.rate:
            raise ValueError(f"the rate view needs a method that declares its rate; {optimizer.title} does not")


class ModesView(View):
    """The distance from the minimum along each eigen-direction of the Hessian there."""

    title, short, log = "distance along each eigen-direction", "distances", False

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        return [Quantity(f"λ = {{lambda_{i}}}", distance(i)) for i in (1, 2)]


class SplitView(View):
    """The loss split by eigenvalue: ½ λ (distance)², exact on a quadratic."""

    title, short, floor = "loss in each eigen-direction", "split loss", FLOOR

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        return [Quantity(f"λ = {{lambda_{i}}}", rf"\frac{{\lambda_{i}}}{{2}} ({distance(i)})^2") for i in (1, 2)]


def distance(i: int) -> str:
    """The run's distance from its minimum along the i-th eigen-direction."""
    return rf"\operatorname{{sum}}(d_{i} (\theta - \theta_{{\min}}))"


class TrainingView(View):
    """A network's training and validation loss against the epochs."""

    title, short, across = "loss", "loss", "epochs"
    TRAINING, VALIDATION = ("sym", "J_{training}"), ("sym", "J_{validation}")

    @staticmethod
    def quantities(optimizer: Optimizer) -> list[Quantity]:
        return [Quantity("training", TrainingView.TRAINING), Quantity("validation", TrainingView.VALIDATION)]


class MapView(View):
    """The map over η and γ: steps to a loss within 1e-6 of the lowest, from the surface's own start."""

    kind, title, short = "map", "steps to reach 10⁻⁶", "map of η and γ"
    etas, gammas = np.geomspace(1e-3, 1, 90), np.linspace(0, 0.99, 60)  # of the words; the page has a grid of its own
    NONE = "no map for this variant: it needs γ and a known stability limit"  # as the page says (side.js)

    @staticmethod
    def has(optimizer: Optimizer) -> bool:
        """Whether there is a map of this method: not, as a rule, of a reader's own equations."""
        return "gamma" in optimizer.values and bool(optimizer.stable_below)

    @staticmethod
    def check(optimizer: Optimizer) -> None:
        if not MapView.has(optimizer):
            raise ValueError(f"the map is over η and γ with a known limit of stability; {optimizer.title} has none")

    @classmethod
    def measured(cls, optimizer: Optimizer, surface: Surface) -> Sweep:
        """The map by NumPy."""
        cls.check(optimizer)
        return sweep(optimizer, surface, surface.start, LONGEST, TOLERANCE, eta=cls.etas, gamma=cls.gammas)

    @classmethod
    def in_words(cls, optimizer: Optimizer, surface: Surface) -> str:
        """The map's numbers: how many cells did what, and the best of them; or that there is none."""
        if not cls.has(optimizer):
            return f"{cls.NONE[0].upper()}{cls.NONE[1:]}."
        found = cls.measured(optimizer, surface)
        steps = np.where(found.steps_to_tolerance >= 0, found.steps_to_tolerance, LONGEST + 1)
        eta, gamma = np.unravel_index(steps.argmin(), steps.shape)
        return (
            f"Map of {steps.size} cells: {np.sum(steps <= LONGEST)} reach 1e-6 within {LONGEST} steps, "
            f"{np.sum(found.diverged_at >= 0)} diverge; fewest steps {steps.min()} near "
            f"η = {cls.etas[eta]:.3f}, γ = {cls.gammas[gamma]:.2f}."
        )


VIEWS: dict[str, type[View]] = {
    "contour": SurfaceView,
    "loss": LossView,
    "rate": RateView,
    "modes": ModesView,
    "split": SplitView,
    "map": MapView,
}


def checked(views: object, optimizers: list[Optimizer]) -> tuple[str, ...]:
    """The names of the views to show; TypeError or ValueError for a name or a method that does not go."""
    allowed = f"a list of {', '.join(VIEWS)}"
    if not isinstance(views, list | tuple):
        raise wrong_type("views", allowed, views)
    if not views or not all(isinstance(name, str) and name in VIEWS for name in views):
        raise wrong_value("views", allowed, views)
    for name in views:
        for optimizer in optimizers[: 1 if name == "map" else None]:
            VIEWS[name].check(optimizer)
    return tuple(views)


def labels_and_looks(optimizers: Sequence[Optimizer]) -> tuple[list[str], list[Look]]:
    """How each run is called and drawn: by its method, or by what differs where a method comes twice."""
    kinds = [type(optimizer) for optimizer in optimizers]
    distinct = len(set(kinds)) == len(kinds)
    looks = [style(kind) for kind in kinds] if distinct else [look(number) for number in range(len(kinds))]
    return [each.title if distinct else _differing(each, optimizers) for each in optimizers], looks


def _differing(optimizer: Optimizer, optimizers: Sequence[Optimizer]) -> str:
    """The label of one of several runs: the hyperparameters in which those of its method differ, after its name if there are others."""
    same = [other for other in optimizers if type(other) is type(optimizer)]
    varied = [item for item in optimizer.hypers() if len({getattr(other, item.name) for other in same}) > 1]
    values = ", ".join(f"{item.letter} = {getattr(optimizer, item.name):.4g}" for item in varied)
    return values if len(same) == len(optimizers) and values else f"{optimizer.title} {values}".strip()


def highest(surface: Surface) -> float:
    """The highest loss in view, above the lowest: no logarithmic axis goes further."""
    return min(max(float(np.nanmax(surface.grid(40)[2])) - surface.lowest, 10 * FLOOR), 1e300)


def divisor(optimizer: Optimizer) -> Node | None:
    """What the declared rate divides by, if it is a fraction."""
    rate = parse(optimizer.rate) if optimizer.rate else ("none",)
    return rate[2] if rate[0] == "frac" else None


def vector_colours(kind: type[Optimizer]) -> list[str]:
    """A colour's name for each vector that the method's rows declare: of a symbol that makes it; a step is in ink."""
    free = [item for item in reversed(kind.hypers()) if item.letter in LETTERS]
    colours = []
    for arrow in (arrow for row in kind.rows for arrow in row.arrows):
        own = next((item for item in free if item.key in symbols(parse(arrow.vector))), None)
        free = [item for item in free if item is not own or item.letter == "ε"]
        colours.append(LETTERS[own.letter] if own and own.letter != "ε" else "ink")
    return colours
