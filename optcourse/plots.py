"""Pictures of runs in plain matplotlib. A view owns one Axes: it draws the fixed parts once, and ``show`` sets the data.

The same views make the printed pictures, the images and the live explorers.
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import formulas
from .declaration import Array, Optimizer
from .live import png
from .optimizers import OPTIMIZERS
from .surfaces import Surface
from .trajectory import Trajectory

# Okabe and Ito's colours, told apart by the colour-blind; line style and marker differ too
COLOURS = ("#222222", "#0072b2", "#009e73", "#d55e00", "#7b3fa0", "#c99700", "#56b4e9", "#8a8a00")
DASHES: tuple[Any, ...] = ("-", (0, (6, 1.5)), (0, (4, 1.2, 1, 1.2)), (0, (1.5, 1)), (0, (8, 2, 2, 2)), (0, (3, 1)))
MARKERS = "osD^vP*X"
PAPER = LinearSegmentedColormap.from_list("paper", ["#fffdf4", "#e3eaf0", "#b4c4d4"])
ROLES = ("#111111", "#00735c", "#8f3a6b")  # vectors of one update that have no symbol's colour of their own
FLOOR = 1e-9  # a loss this close to the lowest is drawn as this close


def style(kind: type[Optimizer]) -> dict[str, Any]:
    """Colour, line style and marker of a method: by its place in the tuple of optimizers."""
    place = OPTIMIZERS.index(kind) if kind in OPTIMIZERS else len(OPTIMIZERS)
    return look(place)


def look(place: int) -> dict[str, Any]:
    """The look of the n-th line of a picture."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }


class View:
    """One Axes of a picture. ``artists`` change from run to run; all else on the Axes is background."""

    def __init__(
        self, axes: Axes, surface: Surface, labels: Sequence[str], looks: Sequence[dict[str, Any]], steps: int
    ):
        self.axes, self.surface, self.labels, self.looks, self.steps = axes, surface, labels, looks, steps
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
            handles=lines, ncols=columns, fontsize=8, frameon=False, handlelength=2.6, columnspacing=1, **place
        )

    def _line(self, moving: bool = False, **look: Any) -> Line2D:
        line = self.axes.plot([], [], **look)[0]
        self.artists.append(line)
        if moving:
            self.moving.append(line)
        return line


class ContourView(View):
    """The surface from above, the path of each run, the point and the vectors of the chosen step."""

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
        self.arrows: list[tuple[int, str, str, Line2D]] = []
        self.points = [
            self._line(moving=True, color=look["color"], marker=look["marker"], markersize=8, markeredgecolor="white")
            for look in self.looks
        ]
        self.message = self.axes.text(
            0.02, 0.97, "", transform=self.axes.transAxes, va="top", fontsize=10, color="#8b0000",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2},
        )  # fmt: skip
        self.artists.append(self.message)
        if len(self.labels) > 1:
            self.legend(self.paths)

    def add_vectors(self, kinds: Sequence[type[Optimizer]]) -> None:
        """One line for each vector that the methods' rows declare."""
        for run, kind in enumerate(kinds):
            free = [
                *(formulas.COLOURS[item.letter] for item in kind.hypers() if item.letter in formulas.COLOURS),
                *ROLES,
            ]
            for arrow in (arrow for row in kind.rows for arrow in row.arrows):
                symbols = [item for item in kind.hypers() if item.symbol in arrow.vector]
                own = [formulas.COLOURS.get(item.letter) for item in symbols]
                colour = next(
                    (c for c in own if c in free), next(c for c in [*ROLES, ROLES[0]] if c in [*free, ROLES[0]])
                )
                free = [c for c in free if c != colour]
                line = self._line(moving=True, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)
                line.set_label(arrow.label)
                self.arrows.append((run, arrow.start, arrow.vector, line))
        named = {line.get_label(): line for _, _, _, line in self.arrows}  # one entry for a vector that methods share
        self.legend([*(self.paths if len(self.paths) > 1 else []), *named.values()])

    def show(self, trajectories: Sequence[Trajectory]) -> bool:
        for line, trajectory in zip(self.paths, trajectories, strict=True):
            line.set_data(*trajectory.theta.T)
        self.start.set_data(*trajectories[0].theta[:1].T)
        self.message.set_text("\n".join(diverged(trajectories, self.labels)))
        return False

    def blocks(self, trajectories: Sequence[Trajectory]) -> list[Array]:
        points = [trajectory.theta[:, None, :] for trajectory in trajectories]
        arrows = [self._arrow(trajectories[run], start, vector) for run, start, vector, _ in self.arrows]
        return points + arrows

    def _arrow(self, trajectory: Trajectory, start: str, vector: str) -> Array:
        """The arrow of every step as a line of five points: tail, tip, barb, tip, barb. Row 0 has none."""
        to_pixels = self.axes.transData
        tail = trajectory.evaluate(start)
        with np.errstate(all="ignore"):
            first, last = to_pixels.transform(tail), to_pixels.transform(tail + trajectory.evaluate(vector))
            along = last - first
            length = np.maximum(np.hypot(*along.T), 1e-9)[:, None]
            along *= np.minimum(8 / length, 0.4)
            across = along[:, ::-1] * (0.45, -0.45)
            shape = np.stack([first, last, last - along + across, last, last - along - across], axis=1)
        data = to_pixels.inverted().transform(shape.reshape(-1, 2)).reshape(shape.shape)
        return np.concatenate([np.full((1, 5, 2), np.nan), data])[: trajectory.steps + 1]


class SeriesView(View):
    """A quantity against the step, on a log scale: the base of the loss and rate views."""

    ylabel = ""

    def draw(self) -> None:
        self.axes.set(xlim=(0, max(self.steps, 1)), xlabel="step", yscale="log", ylabel=self.ylabel)
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
        top = np.nanmax(self.surface.grid(40)[2]) - self.surface.lowest
        return FLOOR, 10.0 ** np.ceil(np.log10(max(top, FLOOR * 10)) + 0.5)


class RateView(SeriesView):
    """The effective learning rate of each parameter, against the step: x solid, y dashed."""

    ylabel = "effective learning rate"

    def make_lines(self) -> list[Line2D]:
        several = len(self.labels) > 1
        return [
            self._line(
                label=f"{label}, {name}" if several else name, color=look["color"], linestyle=dash, linewidth=1.8
            )
            for label, look in zip(self.labels, self.looks, strict=True)
            for name, dash in (("x", "-"), ("y", (0, (4, 1.5))))
        ]

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


VIEWS: dict[str, type[View]] = {"contour": ContourView, "loss": LossView, "rate": RateView}
WIDTH = {1: 5.6, 2: 9.6, 3: 11.0}  # of a picture in inches, by the number of its views
WIDTHS = {"contour": 1.25, "loss": 1.0, "rate": 1.0}


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
        self.figure = Figure(figsize=(WIDTH[len(views)], 4.0), dpi=100, layout="constrained")
        ratios = [WIDTHS[view] for view in views]
        grid = self.figure.subplots(1, len(views), squeeze=False, width_ratios=ratios)[0]
        self.views = [VIEWS[name](axes, surface, labels, looks, steps) for name, axes in zip(views, grid, strict=True)]
        if vectors:
            for view in self.views:
                if isinstance(view, ContourView):
                    view.add_vectors(kinds)
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
            view = ContourView(each, trajectory.surface, [kind.title], [style(kind)], 1)
            view.add_vectors([kind])
            self.figure.draw_without_rendering()  # arrow heads are sized in pixels
            view.show([trajectory])
            view.paths[0].set_data([], [])
            for _, start, _, line in view.arrows:
                look_from = {"marker": "o", "markersize": 9, "fillstyle": "none", "color": line.get_color()}
                each.plot(*trajectory.evaluate(start)[0], **look_from)
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
