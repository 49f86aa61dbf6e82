"""Pictures of runs in plain matplotlib. A view owns one Axes: it draws the fixed parts once, and ``show`` sets the data.

The same views make the printed pictures, the images and the live explorers.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import formulas
from .beyond import BEYOND
from .declaration import Array, Arrow, Optimizer
from .live import png
from .optimizers import CONVENTIONS, OPTIMIZERS
from .surfaces import Surface
from .trajectory import Trajectory, sweep

if TYPE_CHECKING:  # scikit-learn is slow to import, and most lessons do without
    from .training import Comparison

# Okabe and Ito's colours, told apart by the colour-blind; line style and marker differ too
COLOURS = ("#222222", "#0072b2", "#009e73", "#d55e00", "#7b3fa0", "#c99700", "#56b4e9", "#8a8a00")
DASHES: tuple[Any, ...] = ("-", (0, (6, 1.5)), (0, (4, 1.2, 1, 1.2)), (0, (1.5, 1)), (0, (8, 2, 2, 2)), (0, (3, 1)))
MARKERS = "osD^vP*X"
PAPER = LinearSegmentedColormap.from_list("paper", ["#fffdf4", "#e3eaf0", "#b4c4d4"])
ROLES = ("#111111", "#00735c", "#8f3a6b")  # vectors of one update that have no symbol's colour of their own
FLOOR = 1e-9  # a loss this close to the lowest is drawn as this close


def style(kind: type[Optimizer]) -> dict[str, Any]:
    """Colour, line style and marker of a method: by its place in the tuple of optimizers."""
    known = [*OPTIMIZERS, *CONVENTIONS, *BEYOND]
    return look(known.index(kind) if kind in known else len(known))


def look(place: int) -> dict[str, Any]:
    """The look of the n-th line of a picture."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }


class View:
    """One Axes of a picture. ``artists`` change from run to run; all else on the Axes is background."""

    grab = ""  # what a pointer on these Axes takes hold of: "start", "hyper" or nothing

    def __init__(
        self,
        axes: Axes,
        surface: Surface,
        optimizers: Sequence[Optimizer],
        labels: Sequence[str],
        looks: Sequence[dict[str, Any]],
        steps: int,
    ):
        self.axes, self.surface, self.optimizers = axes, surface, optimizers
        self.labels, self.looks, self.steps = labels, looks, steps
        self.artists: list[Artist] = []
        self.moving: list[Line2D] = []  # lines whose data depend on the step
        self.draw()

    def draw(self) -> None:
        """The fixed parts, and the artists without data."""
        raise NotImplementedError

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        """Set the data; true if the background must be drawn again because the limits have moved."""
        raise NotImplementedError

    def blocks(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        """The data of the moving lines at each step, (steps + 1, points, 2) each."""
        raise NotImplementedError

    def legend(self, lines: Sequence[Line2D]) -> None:
        """A legend above the Axes, where it hides nothing."""
        columns = 2 if len(lines) == 4 else min(len(lines), 3)
        place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 1.0), "borderaxespad": 0.1}
        self.axes.legend(
            handles=lines, ncols=columns, fontsize="small", frameon=False, handlelength=2.6, columnspacing=1, **place
        )

    def _line(self, moving: bool = False, **look: Any) -> Line2D:
        line = self.axes.plot([], [], **look)[0]
        self.artists.append(line)
        if moving:
            self.moving.append(line)
        return line


class ContourView(View):
    """The surface from above, the path of each run, the point and the vectors of the chosen step."""

    grab = "start"

    def draw(self) -> None:
        x, y, value = self.surface.grid()
        levels = self.surface.levels
        self.axes.contourf(x, y, value, levels=levels, cmap=PAPER, extend="both")
        self.axes.contour(x, y, value, levels=levels, colors="#8fa3b5", linewidths=0.5)
        left, right, bottom, top = self.surface.view
        self.axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y")
        if self.surface.minima_are_known:
            self.axes.plot(
                *self.surface.minima.T, "*", color="white", markeredgecolor="#222222", markersize=11, zorder=2
            )
        self.paths = [
            self._line(label=label, **look | {"marker": "."}, linewidth=1.6, markersize=4)
            for label, look in zip(self.labels, self.looks, strict=True)
        ]
        self.start = self._line(color="#222222", marker="o", markersize=9, fillstyle="none", linestyle="")
        self.arrows: list[tuple[int, Arrow, Line2D]] = []
        self.squares: list[Line2D] = []
        self.rows: dict[Line2D, int] = {}  # the row of the formula that brings a vector in
        self.points = [
            self._line(moving=True, color=look["color"], marker=look["marker"], markersize=8, markeredgecolor="white")
            for look in self.looks
        ]
        self.message = self.axes.text(
            0.02, 0.97, "", transform=self.axes.transAxes, va="top", fontsize="medium", color="#8b0000",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2},
        )  # fmt: skip
        self.artists.append(self.message)
        if len(self.labels) > 1:
            self.legend(self.paths)

    def add_vectors(self) -> None:
        """One line for each vector that the methods' rows declare, and squares for a divisor that the rate declares."""
        for run, optimizer in enumerate(self.optimizers):
            hypers = optimizer.hypers()
            free = [*(formulas.COLOURS[item.letter] for item in hypers if item.letter in formulas.COLOURS), *ROLES]
            for place, arrow in ((place, arrow) for place, row in enumerate(optimizer.rows) for arrow in row.arrows):
                own = [formulas.COLOURS.get(item.letter) for item in hypers if item.symbol in arrow.vector]
                colour = next((each for each in own if each in free), next((c for c in ROLES if c in free), ROLES[0]))
                free = [each for each in free if each != colour]
                line = self._line(moving=True, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)
                line.set_label(arrow.label)
                self.arrows.append((run, arrow, line))
                self.rows[line] = place
        if len(self.optimizers) == 1 and divisor(self.optimizers[0]) is not None:
            for name, dash in (("x", "-"), ("y", (0, (3, 1)))):
                self.squares.append(self._line(moving=True, color="#444444", linestyle=dash, linewidth=1.6, zorder=5))
                self.squares[-1].set_label(f"divisor of {name} (side)")
        named = {line.get_label(): line for _, _, line in self.arrows}  # one entry for a vector that methods share
        self.legend([*(self.paths if len(self.paths) > 1 else []), *named.values(), *self.squares])

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        for line, trajectory in zip(self.paths, trajectories, strict=True):
            line.set_data(*trajectory.theta.T)
        self.start.set_data(*trajectories[0].theta[:1].T)
        self.message.set_text("\n".join(diverged(trajectories, self.labels)))
        return False

    def blocks(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        points = [trajectory.theta[:, None, :] for trajectory in trajectories]
        arrows = [self._arrow(trajectories[run], arrow) for run, arrow, _ in self.arrows]
        return points + arrows + (self._squares(trajectories[0]) if self.squares else [])

    def _arrow(self, trajectory: Trajectory, arrow: Arrow) -> Array:
        """The arrow of every step as a line of five points: tail, tip, barb, tip, barb. Row 0 has none."""
        to_pixels = self.axes.transData
        tail = trajectory.evaluate(arrow.start)
        with np.errstate(all="ignore"):
            first, last = to_pixels.transform(tail), to_pixels.transform(tail + trajectory.evaluate(arrow.vector))
            along = last - first
            length = np.maximum(np.hypot(*along.T), 1e-9)[:, None]
            along *= np.minimum(8 / length, 0.4)
            across = along[:, ::-1] * (0.45, -0.45)
            shape = np.stack([first, last, last - along + across, last, last - along - across], axis=1)
        return self._from_pixels(shape, trajectory.steps)

    def _squares(self, trajectory: Trajectory) -> list[Array]:
        """A square per coordinate in the lower left corner, whose side is the divisor: the run's largest is 60 pixels."""
        divisors = np.broadcast_to(trajectory.evaluate(divisor(trajectory.optimizer)), (max(trajectory.steps, 1), 2))
        finite = divisors[np.isfinite(divisors)]
        sides = divisors * 60 / max(finite.max(initial=0.0), 1e-300)
        corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
        origin = self.axes.transAxes.transform((0, 0)) + 10
        return [
            self._from_pixels(origin + (70 * axis, 0) + sides[:, axis, None, None] * corner, trajectory.steps)
            for axis in (0, 1)
        ]

    def _from_pixels(self, shape: Array, steps: int) -> Array:
        """Pixel coordinates of steps 1, 2 … as data coordinates of steps 0, 1, 2 …"""
        with np.errstate(all="ignore"):
            data = self.axes.transData.inverted().transform(shape.reshape(-1, 2)).reshape(shape.shape)
        return np.concatenate([np.full((1, *shape.shape[1:]), np.nan), data])[: steps + 1]


def divisor(optimizer: Optimizer) -> "formulas.Node | None":
    """What the declared rate divides by, if it is a fraction."""
    rate = formulas.parse(optimizer.rate)
    return rate[2] if rate[0] == "frac" else None


class SeriesView(View):
    """A quantity against the step, on a log scale: the base of the loss and rate views."""

    ylabel, scale = "", "log"

    def draw(self) -> None:
        self.axes.set(xlim=(0, max(self.steps, 1)), xlabel="step", yscale=self.scale, ylabel=self.ylabel)
        self.axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        self.axes.grid(color="#dddddd", linewidth=0.6)
        self.lines = self.make_lines()
        self.marks = [self._line(moving=True, **{**line_look(line), "markersize": 7}) for line in self.lines]
        if len(self.lines) > 1:
            self.legend(self.lines)

    def make_lines(self) -> list[Line2D]:
        return [
            self._line(label=label, color=look["color"], linestyle=look["linestyle"], linewidth=1.8)
            for label, look in zip(self.labels, self.looks, strict=True)
        ]

    def series(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        """One row of values, (steps + 1,), for each line."""
        raise NotImplementedError

    def limits(self, values: Array) -> tuple[float, float]:
        raise NotImplementedError

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        series = self.series(trajectories)
        for line, values in zip(self.lines, series, strict=True):
            line.set_data(np.arange(len(values)), values)
        limits = self.limits(np.concatenate(series))
        if limits == self.axes.get_ylim():
            return False
        self.axes.set_ylim(*limits)
        return True

    def blocks(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        return [np.stack([np.arange(len(v)), v], axis=1)[:, None, :] for v in self.series(trajectories)]


def line_look(line: Line2D) -> dict[str, Any]:
    return {"color": line.get_color(), "marker": "o", "markeredgecolor": "white", "linestyle": ""}


class LossView(SeriesView):
    """The loss above the lowest known minimum, against the step."""

    ylabel = "loss − lowest loss"

    def series(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        return [np.maximum(trajectory.excess, FLOOR) for trajectory in trajectories]

    def limits(self, values: Array) -> tuple[float, float]:
        return loss_limits(self.surface)


@functools.cache
def loss_limits(surface: Surface) -> tuple[float, float]:
    """Whole decades from the floor to above the highest loss in view."""
    top = np.nanmax(surface.grid(40)[2]) - surface.lowest
    return FLOOR, 10.0 ** np.ceil(np.log10(max(top, FLOOR * 10)) + 0.5)


class PairView(SeriesView):
    """Two lines for each run: the base of the views that split a run by coordinate or by direction."""

    def names(self) -> Sequence[str]:
        raise NotImplementedError

    def make_lines(self) -> list[Line2D]:
        several = len(self.labels) > 1
        return [
            self._line(
                label=f"{label}, {name}" if several else name, color=look["color"], linestyle=dash, linewidth=1.8
            )
            for label, look in zip(self.labels, self.looks, strict=True)
            for name, dash in zip(self.names(), ("-", (0, (4, 1.5))), strict=True)
        ]


class RateView(PairView):
    """The effective learning rate of each parameter, against the step: x solid, y dashed."""

    ylabel = "effective learning rate"

    def names(self) -> Sequence[str]:
        return ("x", "y")

    def series(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        rates = [rate for trajectory in trajectories for rate in trajectory.effective_rate.T]
        return [np.concatenate([[np.nan], rate[1:]]) for rate in rates]  # from the first step on

    def limits(self, values: Array) -> tuple[float, float]:
        """Whole decades around the data; kept while the data fit."""
        good = values[np.isfinite(values) & (values > 0)]
        if not good.size:
            return self.axes.get_ylim()
        low, high = 10.0 ** np.floor(np.log10(good.min())), 10.0 ** np.ceil(np.log10(good.max()) + 1e-9)
        now_low, now_high = self.axes.get_ylim()
        fits = now_low <= low and high <= now_high and np.log10(now_high / now_low) <= np.log10(high / low) + 2
        return (now_low, now_high) if fits else (low, high)


class ModesView(PairView):
    """The run in the eigen-directions of the Hessian at the lowest minimum: the distance along each, against the step."""

    ylabel, scale = "distance along", "linear"

    def eigen(self) -> tuple[Array, Array]:
        """Curvatures λ, smallest first, and unit directions (columns), the largest entry of each positive."""
        curvatures, directions = np.linalg.eigh(self.surface.hessian(self.surface.minima[0]))
        return curvatures, directions * np.sign(directions[np.abs(directions).argmax(axis=0), [0, 1]])

    def names(self) -> Sequence[str]:
        return [f"λ = {curvature:.3g}" for curvature in self.eigen()[0]]

    def along(self, trajectory: Trajectory) -> Array:
        """The position in eigen-directions, (steps + 1, 2), seen from the minimum."""
        with np.errstate(all="ignore"):
            return (trajectory.theta - self.surface.minima[0]) @ self.eigen()[1]

    def series(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        return [part for trajectory in trajectories for part in self.along(trajectory).T]

    def limits(self, values: Array) -> tuple[float, float]:
        left, right, bottom, top = self.surface.view
        reach = max(right - left, top - bottom) / 2
        return -reach, reach


class SplitView(ModesView):
    """The loss split by eigenvalue: ½ λ (distance)², exact on a quadratic."""

    ylabel, scale = "share of the loss", "log"

    def series(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        with np.errstate(all="ignore"):
            shares = [np.abs(self.eigen()[0]) / 2 * self.along(trajectory) ** 2 for trajectory in trajectories]
        return [np.maximum(part, FLOOR) for share in shares for part in share.T]

    def limits(self, values: Array) -> tuple[float, float]:
        return loss_limits(self.surface)


class MapView(View):
    """The map over η and γ: measured steps to a loss within 1e-6 of the lowest, from the surface's own start.

    Grey has diverged, white has not arrived in time; the line is the analytic limit of stability for the steepest
    direction at the minimum.
    """

    grab = "hyper"
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
        limit = self.axes.plot(self.boundary(), self.gammas, color="#b34700", linewidth=2, label="analytic limit")
        self.axes.set(xscale="log", xlim=self.etas[[0, -1]], ylim=self.gammas[[0, -1]], xlabel="η", ylabel="γ")
        self.here = self._line(color="#111111", marker="o", markersize=9, markerfacecolor="white", markeredgewidth=2)
        self.here.set(label="this run", linestyle="")
        self.legend([*limit, self.here])

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
        steepest = np.linalg.eigvalsh(self.surface.hessian(self.surface.minima[0])).max()
        limit = formulas.parse(self.optimizers[0].stable_below)
        value = formulas.evaluate(limit, {r"\gamma": self.gammas}, lambda point: point)
        return np.broadcast_to(value, self.gammas.shape) / steepest

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        values = trajectories[0].optimizer.values
        self.here.set_data([values["eta"]], [values["gamma"]])
        return False

    def blocks(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        return []


VIEWS: dict[str, type[View]] = {
    "contour": ContourView,
    "loss": LossView,
    "rate": RateView,
    "modes": ModesView,
    "split": SplitView,
    "map": MapView,
}
WIDTH = {1: 5.6, 2: 9.6, 3: 11.0}  # of a picture in inches, by the number of its views
WIDER = 1.25  # the contour plot beside the others


def diverged(trajectories: Sequence[Trajectory], labels: Sequence[str]) -> list[str]:
    """A line for each run that diverged."""
    several = len(trajectories) > 1
    return [
        f"{label}: diverged at step {trajectory.diverged_at}"
        if several
        else f"diverged at step {trajectory.diverged_at}"
        for trajectory, label in zip(trajectories, labels, strict=True)
        if trajectory.diverged_at is not None
    ]


class Drawing:
    """A figure with its words: in a notebook a PNG and, as text, what is seen, so that no figure is without its numbers."""

    figure: Figure

    def describe(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_png_(self) -> bytes:
        return png(self.figure, 100)


class Picture(Drawing):
    """One or more runs on a surface: its views side by side."""

    def __init__(
        self,
        surface: Surface,
        optimizers: Sequence[Optimizer],
        steps: int,
        views: Sequence[str] = ("contour", "loss"),
        vectors: bool = False,
        labels: Sequence[str] | None = None,
    ):
        kinds = [type(optimizer) for optimizer in optimizers]
        distinct = len(set(kinds)) == len(kinds)
        looks = [style(kind) for kind in kinds] if distinct else [look(place) for place in range(len(kinds))]
        if len(looks) == 1:
            looks[0]["linestyle"] = "-"
        if labels is None:
            labels = [optimizer.title if distinct else _differing(optimizers)(optimizer) for optimizer in optimizers]
        rows = 2 if len(views) == 4 else 1
        columns = len(views) // rows
        self.figure = Figure(figsize=(WIDTH[columns], 4.0 if rows == 1 else 7.0), dpi=100, layout="constrained")
        ratios = [WIDER if view == "contour" else 1.0 for view in views[:columns]]
        grid = self.figure.subplots(rows, columns, squeeze=False, width_ratios=ratios).flat
        self.views = [
            VIEWS[name](axes, surface, optimizers, labels, looks, steps) for name, axes in zip(views, grid, strict=True)
        ]
        if vectors:
            for view in self.views:
                if isinstance(view, ContourView):
                    view.add_vectors()
        self.trajectories: Sequence[Trajectory] = ()

    @property
    def artists(self) -> list[Artist]:
        return [artist for view in self.views for artist in view.artists]

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        """Set the runs; true if the background has changed too."""
        self.trajectories = trajectories
        return any([view.show(trajectories) for view in self.views])

    def blocks(self) -> dict[Line2D, Array]:
        """The data of the lines that move with the step, by line."""
        return {
            line: block
            for view in self.views
            for line, block in zip(view.moving, view.blocks(self.trajectories), strict=True)
        }

    def rows(self) -> dict[Line2D, int]:
        """The row of the formula that each vector belongs to, by line."""
        return {line: row for view in self.views if isinstance(view, ContourView) for line, row in view.rows.items()}

    def describe(self) -> str:
        return "\n".join(trajectory.describe() for trajectory in self.trajectories)

    def set_step(self, step: int) -> None:
        """Put the lines that move with the step where that step has them."""
        for line, block in self.blocks().items():
            line.set_data(*block[min(step, len(block) - 1)].T)


def _differing(optimizers: Sequence[Optimizer]) -> Any:
    """Label runs of one method by the hyperparameters in which they differ."""

    def label(optimizer: Optimizer) -> str:
        varied = [
            item for item in optimizer.hypers() if len({getattr(other, item.name, None) for other in optimizers}) > 1
        ]
        values = ", ".join(f"{item.letter} = {getattr(optimizer, item.name):.4g}" for item in varied)
        one_method = len({type(other) for other in optimizers}) == 1
        return values if one_method and values else f"{optimizer.title} {values}".strip()

    return functools.cache(label)


def picture(*trajectories: Trajectory, views: Sequence[str] = ("contour", "loss"), step: int | None = None) -> Picture:
    """A picture of finished runs on one surface: ``picture(run(...), run(...))``.

    ``views`` are any of "contour", "loss" and "rate". With ``step``, that step's point and vectors are drawn too.
    """
    first = trajectories[0]
    steps = max(trajectory.steps for trajectory in trajectories)
    made = Picture(first.surface, [t.optimizer for t in trajectories], steps, views, vectors=step is not None)
    made.show(trajectories)
    made.figure.draw_without_rendering()
    if step is not None:
        made.set_step(step)
    return made


class OneStep(Drawing):
    """The vectors of one step, a panel for each method: ``OneStep(run(Momentum(), …, steps=1), run(NAG(), …, steps=1))``."""

    def __init__(self, *trajectories: Trajectory):
        self.trajectories = trajectories
        self.figure = Figure(figsize=(4.8 * len(trajectories), 4.2), dpi=100, layout="constrained")
        axes = self.figure.subplots(1, len(trajectories), squeeze=False, sharey=True)[0]
        for each, trajectory in zip(axes, trajectories, strict=True):
            kind = type(trajectory.optimizer)
            view = ContourView(each, trajectory.surface, [trajectory.optimizer], [kind.title], [style(kind)], 1)
            view.add_vectors()
            self.figure.draw_without_rendering()  # arrow heads are sized in pixels
            view.show([trajectory])
            view.paths[0].set_data([], [])
            for _, arrow, line in view.arrows:
                look_from = {"marker": "o", "markersize": 9, "fillstyle": "none", "color": line.get_color()}
                each.plot(*trajectory.evaluate(arrow.start)[0], **look_from)
            for line, block in zip(view.moving, view.blocks([trajectory]), strict=True):
                line.set_data(*block[1].T)
            each.set_xlabel(kind.title)

    def describe(self) -> str:
        lines = []
        for trajectory in self.trajectories:
            title = trajectory.optimizer.title
            for arrow in (arrow for row in trajectory.optimizer.rows for arrow in row.arrows):
                start, vector = (trajectory.evaluate(part)[0] for part in (arrow.start, arrow.vector))
                lines.append(f"{title}: {arrow.label}, from {_pair(start)} to {_pair(start + vector)}")
        return "\n".join(lines)


def _pair(point: Array) -> str:
    return "(" + ", ".join(f"{value:.2f}" for value in point) + ")"


class Race(Drawing):
    """The comparison on real data: tuned, with defaults, and the loss against the learning rate.

    Parameters
    ----------
    results : {method: Comparison}
    defaults : {method: learning rate}, each on the comparison's grid; the middle picture is left out without it
    """

    def __init__(
        self, results: "Mapping[type[Optimizer], Comparison]", defaults: Mapping[type[Optimizer], float] | None = None
    ):
        self.results, self.defaults = results, defaults or {}
        self.figure = Figure(figsize=(11.0, 4.2), dpi=100, layout="constrained")
        tuned, plain, rates = self.figure.subplots(1, 3)
        for kind, result in results.items():
            self._band(tuned, kind, result.training[:, :, result.best])
            if kind in self.defaults:
                self._band(plain, kind, result.training[:, :, self.place(kind)])
            last = np.where(np.isfinite(result.training[-1]), result.training[-1], np.nan)
            rates.plot(result.etas, np.nanmedian(last, axis=0), label=kind.title, **style(kind) | {"markersize": 4})
        for axes, title in ((tuned, "tuned: training loss"), (plain, "untuned defaults: training loss")):
            axes.set(yscale="log", xlabel="passes over the data", title=title, ylim=(5e-4, 5))
        rates.set(xscale="log", yscale="log", xlabel="learning rate η", title="after the last pass", ylim=(5e-4, 5))
        handles = [Line2D([], [], label=kind.title, **style(kind) | {"marker": ""}) for kind in results]
        self.figure.legend(
            handles=handles, loc="outside upper center", ncols=len(handles), fontsize="medium", frameon=False
        )

    def place(self, kind: type[Optimizer]) -> int:
        """The place of a method's default learning rate on the grid."""
        return int(np.argmin(np.abs(np.log(self.results[kind].etas / self.defaults[kind]))))

    def _band(self, axes: Axes, kind: type[Optimizer], losses: Array) -> None:
        passes = np.arange(len(losses))
        axes.fill_between(
            passes, losses.min(axis=1), losses.max(axis=1), color=style(kind)["color"], alpha=0.12, linewidth=0
        )
        axes.plot(passes, np.median(losses, axis=1), **style(kind) | {"marker": ""})

    def describe(self) -> str:
        lines = []
        for kind, result in self.results.items():
            best = np.sort(result.training[-1][:, result.best])
            text = f"{kind.title}: tuned η = {result.etas[result.best]:.3g}, training loss {np.median(best):.4f}"
            text += f" ({best[0]:.4f} to {best[-1]:.4f})"
            if kind in self.defaults:
                text += (
                    f"; default η = {self.defaults[kind]:g}: {np.median(result.training[-1][:, self.place(kind)]):.3f}"
                )
            lines.append(text)
        return "\n".join(lines)


class Curves(Drawing):
    """Plain curves with a legend; as text their values."""

    def __init__(self, series: Mapping[str, Mapping[float, float]], xlabel: str, ylabel: str, log: str = ""):
        self.series = series
        self.figure = Figure(figsize=(6.4, 4.0), dpi=100, layout="constrained")
        axes = self.figure.subplots()
        for place, (name, values) in enumerate(series.items()):
            shown = {x: y for x, y in values.items() if y > 0 or "y" not in log}
            axes.plot(list(shown), list(shown.values()), label=name, **look(place))
        axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if "x" in log else "linear")
        axes.set_yscale("log" if "y" in log else "linear")
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.legend()

    def describe(self) -> str:
        rows = (
            ", ".join(f"{x:g}: {0 if abs(y) < 1e-9 else y:.3g}" for x, y in values.items())
            for values in self.series.values()
        )
        return "\n".join(f"{name}: {row}" for name, row in zip(self.series, rows, strict=True))
