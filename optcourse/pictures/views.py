"""Views: each owns one Axes, draws what stands still there, and declares what its lines show of a run.

A line says what it shows as expressions in the formula's own language. Still pictures evaluate them with NumPy, the page
evaluates the same ones; matplotlib's artists are the one source of style for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from ..mathematics import formulas
from ..mathematics.declaration import Array, Optimizer
from ..mathematics.surfaces import Surface
from ..mathematics.trajectory import Trajectory, sweep
from .looks import PAPER, ROLES
from .typeset import COLOURS

FLOOR = "0.000000001"  # a loss this close to the lowest is drawn as this close
SIDE = 60  # pixels, of the largest divisor's square
Limits = tuple[float, float]


@dataclass(frozen=True)
class Shown:
    r"""What a line shows of a run.

    Parameters
    ----------
    shape : "path", the whole run; "start"; "here", the chosen step; "arrow" from ``x`` along ``y`` in the chosen step;
        "square" in the corner, whose side is ``x``, against the largest of the run
    run : the run's place
    x, y : expressions in the formula's symbols, see :meth:`Trajectory.values`
    at : which coordinate of either is meant
    row : the row of the formula that brings it in, or −1
    """

    shape: str
    run: int
    x: str | formulas.Node
    y: str | formulas.Node
    at: tuple[int, int] = (0, 1)
    row: int = -1

    def points(self, trajectory: Trajectory, step: int, axes: Axes) -> Array:
        """The line's points, shape (n, 2), in data coordinates."""
        x, y = trajectory.values(self.x), trajectory.values(self.y)
        steps = {"path": slice(None), "start": slice(0, 1)}.get(self.shape, slice(step, step + 1))
        if self.shape == "arrow":
            return from_pixels(axes, arrow(*axes.transData.transform([x[step], x[step] + y[step]])))
        if self.shape == "square":
            finite = x[np.isfinite(x)]
            corner = axes.transAxes.transform((0, 0)) + np.array([10 + 70 * self.at[0], 10])
            side = SIDE * x[step, self.at[0]] / max(finite.max(initial=0.0), 1e-300)
            return from_pixels(axes, corner + side * np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]))
        return np.stack([x[steps, self.at[0]], y[steps, self.at[1]]], axis=1)


def arrow(first: Array, last: Array) -> Array:
    """An arrow as a line of five points, in pixels: tail, tip, barb, tip, barb."""
    along = last - first
    along = along * min(8 / max(math.hypot(*along), 1e-9), 0.4)
    across = np.array([along[1], -along[0]]) * 0.45
    return np.array([first, last, last - along + across, last, last - along - across])


def from_pixels(axes: Axes, pixels: Array) -> Array:
    with np.errstate(all="ignore"):
        return axes.transData.inverted().transform(pixels)


def decades(values: Array, cap: float = math.inf) -> Limits:
    """Whole decades around the positive values, two at least; none begins above ``cap``. The page has the same rule."""
    good = values[np.isfinite(values) & (values > 0)]
    if not good.size:
        return 0.1, 10.0
    high = 10.0 ** math.ceil(math.log10(min(good.max(), cap)) - 1e-9)
    low = 10.0 ** math.floor(math.log10(good.min()) + 1e-9)
    return min(low, high / 100), high


def round_ticks(low: float, high: float, most: int = 6) -> Array:
    """Round numbers in an interval, ``most`` at most, with 1, 2 or 5 times a power of ten between them. So in the page."""
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(each for each in (1, 2, 5, 10) if each * unit >= rough * (1 - 1e-9))
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


def decade_ticks(low: float, high: float) -> Array:
    """Whole decades, at most eight."""
    first, last = round(math.log10(low)), round(math.log10(high))
    every = math.ceil((last - first) / 7)
    return 10.0 ** np.arange(first, last + 1, every)


class View:
    """One Axes of a picture.

    Parameters
    ----------
    axes, surface, optimizers : where, and of what
    labels, looks : of each run
    steps : of the longest run
    vectors : whether the vectors that make a step are drawn
    still : whether what stands still is drawn, too, and not only the lines declared
    """

    grab = ""  # what a pointer on these Axes takes hold of: "start", "hyper" or nothing
    moving = False  # whether limits and ticks follow the run
    width = 4.4  # inches, in the page
    per_form = False  # whether the background depends on the method's form

    def __init__(
        self,
        axes: Axes,
        surface: Surface,
        optimizers: Sequence[Optimizer],
        labels: Sequence[str],
        looks: Sequence[dict[str, Any]],
        steps: int,
        vectors: bool = False,
        still: bool = True,
    ):
        self.axes, self.surface, self.optimizers = axes, surface, optimizers
        self.labels, self.looks, self.steps, self.vectors = labels, looks, steps, vectors
        self.lines: list[tuple[Shown, Line2D]] = []
        if still:
            self.draw()
        self.declare()

    def draw(self) -> None:
        """What stands still."""

    def declare(self) -> None:
        """The lines, by :meth:`add`."""

    def add(self, shown: Shown, **look: Any) -> Line2D:
        line = self.axes.plot([], [], **{"label": "_"} | look)[0]
        self.lines.append((shown, line))
        return line

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        """Set the lines' data; what belongs to one step only if a step is given."""
        for shown, line in self.lines:
            if shown.shape in ("path", "start") or step >= 0:
                line.set_data(*shown.points(trajectories[shown.run], max(step, 0), self.axes).T)

    def legend(self, extra: Sequence[Line2D] = ()) -> None:
        """A legend above the Axes, where it hides nothing: one entry for a label that lines share."""
        named = {line.get_label(): line for line in (*extra, *(line for _, line in self.lines)) if named_line(line)}
        if named:
            columns = 2 if len(named) == 4 else min(len(named), 3)
            place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 1.0), "borderaxespad": 0.1}
            look = {"fontsize": "small", "frameon": False, "handlelength": 2.6, "columnspacing": 1}
            self.axes.legend(handles=list(named.values()), ncols=columns, **look, **place)


def named_line(line: Line2D) -> bool:
    return not str(line.get_label()).startswith("_")


class ContourView(View):
    """The surface from above, the path of each run, the point and the vectors of the chosen step."""

    grab = "start"
    width = 5.2

    def draw(self) -> None:
        x, y, value = self.surface.grid()
        levels = self.surface.levels
        self.axes.contourf(x, y, value, levels=levels, cmap=PAPER, extend="both")
        self.axes.contour(x, y, value, levels=levels, colors="#8fa3b5", linewidths=0.5)
        left, right, bottom, top = self.surface.view
        self.axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y")
        if self.surface.minima_are_known:
            star = {"color": "white", "markeredgecolor": "#222222", "markersize": 11, "zorder": 2, "label": "_"}
            self.axes.plot(*self.surface.minima.T, "*", **star)

    def declare(self) -> None:
        several = len(self.labels) > 1
        for run, (label, look) in enumerate(zip(self.labels, self.looks, strict=True)):
            path = look | {"marker": ".", "linewidth": 1.6, "markersize": 4}
            self.add(Shown("path", run, r"\theta", r"\theta"), label=label if several else "_", **path)
        start = {"color": "#222222", "marker": "o", "markersize": 9, "fillstyle": "none", "linestyle": ""}
        self.add(Shown("start", 0, r"\theta", r"\theta"), **start)
        for run, optimizer in enumerate(self.optimizers if self.vectors else []):
            self._vectors(run, optimizer)
        if self.vectors and len(self.optimizers) == 1 and (root := divisor(self.optimizers[0])):
            for axis, dash in enumerate(("-", (0, (3, 1)))):
                look = {"color": "#444444", "linestyle": dash, "linewidth": 1.6, "zorder": 5}
                self.add(Shown("square", 0, root, "0", (axis, 0)), label=f"divisor of {'xy'[axis]} (side)", **look)
        for run, look in enumerate(self.looks):
            point = {"color": look["color"], "marker": look["marker"], "markersize": 8, "markeredgecolor": "white"}
            self.add(Shown("here", run, r"\theta", r"\theta"), **point)
        self.message = self.axes.text(
            0.02, 0.97, "", transform=self.axes.transAxes, va="top", fontsize="medium", color="#8b0000",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2},
        )  # fmt: skip

    def _vectors(self, run: int, optimizer: Optimizer) -> None:
        """One line for each vector that the method's rows declare."""
        hypers = optimizer.hypers()
        free = [*(COLOURS[item.letter] for item in hypers if item.letter in COLOURS), *ROLES]
        for place, vector in ((place, vector) for place, row in enumerate(optimizer.rows) for vector in row.arrows):
            own = [COLOURS.get(item.letter) for item in hypers if item.symbol in vector.vector]
            colour = next((each for each in own if each in free), next((c for c in ROLES if c in free), ROLES[0]))
            free = [each for each in free if each != colour]
            shown = Shown("arrow", run, vector.start, vector.vector, row=place)
            self.add(shown, label=vector.label, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        super().show(trajectories, step)
        self.message.set_text("\n".join(diverged(trajectories, self.labels)))


def divisor(optimizer: Optimizer) -> formulas.Node | None:
    """What the declared rate divides by, if it is a fraction."""
    rate = formulas.parse(optimizer.rate) if optimizer.rate else ("none",)
    return rate[2] if rate[0] == "frac" else None


class SeriesView(View):
    """Quantities against the step: the base of all views but contour and map. Its limits and ticks follow the run."""

    ylabel, scale, moving = "", "log", True

    def draw(self) -> None:
        self.axes.set(xlabel="step", yscale=self.scale, ylabel=self.ylabel)
        self.axes.yaxis.set_minor_locator(NullLocator())
        self.axes.grid(color="#dddddd", linewidth=0.6)
        self.set_limits([])

    def declare(self) -> None:
        for run, (label, look) in enumerate(zip(self.labels, self.looks, strict=True)):
            for place, (name, y, at) in enumerate(self.quantities(self.optimizers[run])):
                parts = [part for part in (label if len(self.labels) > 1 else "", name) if part]
                dash = look["linestyle"] if not name else ("-", (0, (4, 1.5)))[place]
                style = {"color": look["color"], "linestyle": dash, "linewidth": 1.8}
                self.add(Shown("path", run, "k", y, (0, at)), label=", ".join(parts) or "_", **style)
                mark = {
                    "color": look["color"],
                    "marker": "o",
                    "markersize": 7,
                    "markeredgecolor": "white",
                    "linestyle": "",
                }
                self.add(Shown("here", run, "k", y, (0, at)), **mark)

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str | formulas.Node, int]]:
        """What is drawn of each run: name, expression, coordinate."""
        raise NotImplementedError

    def cap(self) -> float:
        """No axis ends above the decade of this value."""
        return math.inf

    def reach(self) -> float:
        """A linear axis goes from − to + this value."""
        left, right, bottom, top = self.surface.view
        return max(right - left, top - bottom) / 2

    def set_limits(self, values: Sequence[Array]) -> None:
        limits = (
            decades(np.concatenate([[], *values]), self.cap()) if self.scale == "log" else (-self.reach(), self.reach())
        )
        steps = max(self.steps, 1)
        self.axes.set(xlim=(0, steps), ylim=limits)
        self.axes.xaxis.set_major_locator(FixedLocator(round_ticks(0, steps)))
        ticks = decade_ticks(*limits) if self.scale == "log" else round_ticks(*limits)
        self.axes.yaxis.set_major_locator(FixedLocator(ticks))

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        self.steps = max(trajectory.steps for trajectory in trajectories)
        super().show(trajectories, step)
        self.set_limits([line.get_ydata() for shown, line in self.lines if shown.shape == "path"])


class LossView(SeriesView):
    """The loss above the lowest known minimum, against the step."""

    ylabel = "loss − lowest loss"

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str, int]]:
        return [("", rf"\max(J(\theta) - J_{{\min}}, {FLOOR})", 0)]

    def cap(self) -> float:
        return highest(self.surface)


def highest(surface: Surface) -> float:
    """The highest loss in view, above the lowest."""
    return max(float(np.nanmax(surface.grid(40)[2])) - surface.lowest, float(FLOOR) * 10)


class RateView(SeriesView):
    """The effective learning rate of each parameter, against the step: x solid, y dashed."""

    ylabel = "effective learning rate"

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str, int]]:
        if not optimizer.rate:
            raise ValueError(f"the rate view needs a method that declares its rate; {optimizer.title} does not")
        return [("x", optimizer.rate, 0), ("y", optimizer.rate, 1)]


class ModesView(SeriesView):
    """The run in the eigen-directions of the Hessian at the lowest minimum: the distance along each, against the step."""

    ylabel, scale = "distance along", "linear"

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str, int]]:
        names = [f"λ = {self.surface.landmarks[curvature]:.3g}" for curvature in (r"\lambda_1", r"\lambda_2")]
        return [
            (name, rf"\operatorname{{sum}}(d_{i} (\theta - \theta_{{\min}}))", 0) for i, name in enumerate(names, 1)
        ]


class SplitView(ModesView):
    """The loss split by eigenvalue: ½ λ (distance)², exact on a quadratic."""

    ylabel, scale = "share of the loss", "log"

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str, int]]:
        return [
            (name, rf"\max(\frac{{\lambda_{i}}}{{2}} ({distance})^2, {FLOOR})", 0)
            for i, (name, distance, _) in enumerate(super().quantities(optimizer), 1)
        ]

    def cap(self) -> float:
        return highest(self.surface)


class TrainingView(SeriesView):
    """A network's training and validation loss against the passes over the data; ``steps`` is how many there will be."""

    ylabel, width = "loss", 7.0
    TRAINING, VALIDATION = "J_{training}", "J_{validation}"

    def draw(self) -> None:
        super().draw()
        self.axes.set_xlabel("passes over the data")

    def quantities(self, optimizer: Optimizer) -> list[tuple[str, str | formulas.Node, int]]:
        return [("training", ("sym", self.TRAINING), 0), ("validation", ("sym", self.VALIDATION), 0)]

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        span = self.steps
        super().show(trajectories, step)
        self.steps = span
        self.set_limits([line.get_ydata() for _, line in self.lines])

    def cap(self) -> float:
        return 10.0


class MapView(View):
    """The map over η and γ: measured steps to a loss within 1e-6 of the lowest, from the surface's own start.

    Grey has diverged, white has not arrived in time; the line is the analytic limit of stability for the steepest
    direction at the minimum.
    """

    grab, per_form = "hyper", True
    width = 5.2
    etas, gammas, longest = np.geomspace(1e-3, 1, 90), np.linspace(0, 0.99, 60), 300

    def draw(self) -> None:
        optimizer = self.optimizers[0]
        if "gamma" not in optimizer.values or not optimizer.stable_below:
            raise ValueError(f"the map is over η and γ with a known limit of stability; {optimizer.title} has none")
        grid = {"eta": self.etas, "gamma": self.gammas}
        self.found = sweep(optimizer, self.surface, self.surface.start, self.longest, **grid)
        steps = np.where(self.found.steps_to_tolerance >= 0, self.found.steps_to_tolerance, np.nan)
        mesh = self.axes.pcolormesh(self.etas, self.gammas, steps.T, cmap="viridis_r", vmin=0, vmax=self.longest)
        gone = np.where(self.found.diverged_at >= 0, 1.0, np.nan)
        self.axes.pcolormesh(self.etas, self.gammas, gone.T, cmap="Greys", vmin=0, vmax=2)
        self.axes.figure.colorbar(mesh, ax=self.axes, label="steps to 1e-6 (grey: diverged)")
        self.limit = self.axes.plot(self.boundary(), self.gammas, color="#b34700", linewidth=2, label="analytic limit")
        self.axes.set(xscale="log", xlim=self.etas[[0, -1]], ylim=self.gammas[[0, -1]], xlabel="η", ylabel="γ")

    def declare(self) -> None:
        look = {"color": "#111111", "marker": "o", "markersize": 9, "markerfacecolor": "white", "markeredgewidth": 2}
        self.add(Shown("start", 0, r"\eta", r"\gamma"), label="this run", linestyle="", **look)

    def legend(self, extra: Sequence[Line2D] = ()) -> None:
        super().legend(self.limit)

    def in_words(self) -> str:
        """The map's numbers: how many cells did what, and the best of them."""
        steps = np.where(self.found.steps_to_tolerance >= 0, self.found.steps_to_tolerance, self.longest + 1)
        eta, gamma = np.unravel_index(steps.argmin(), steps.shape)
        return (
            f"Map of {steps.size} cells: {np.sum(steps <= self.longest)} reach 1e-6 within {self.longest} steps, "
            f"{np.sum(self.found.diverged_at >= 0)} diverge; fewest steps {steps.min()} near "
            f"η = {self.etas[eta]:.3f}, γ = {self.gammas[gamma]:.2f}."
        )

    def boundary(self) -> Array:
        """The analytic limit of η for each γ of the map."""
        limit = formulas.evaluate(formulas.parse(self.optimizers[0].stable_below), {r"\gamma": self.gammas})
        return np.broadcast_to(limit, self.gammas.shape) / self.surface.landmarks[r"\lambda_2"]


VIEWS: dict[str, type[View]] = {
    "contour": ContourView,
    "loss": LossView,
    "rate": RateView,
    "modes": ModesView,
    "split": SplitView,
    "map": MapView,
}


def diverged(trajectories: Sequence[Trajectory], labels: Sequence[str]) -> list[str]:
    """A line for each run that diverged."""
    several = len(trajectories) > 1
    return [
        f"{f'{label}: ' if several else ''}{trajectory.end}"
        for trajectory, label in zip(trajectories, labels, strict=True)
        if trajectory.diverged_at is not None
    ]
