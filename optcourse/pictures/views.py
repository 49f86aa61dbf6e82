"""Views: each owns one Axes, draws what stands still there, and declares what its lines show of a run.

A line says what it shows as expressions in the formula's own language. Still pictures evaluate them with NumPy, the page
evaluates the same ones; matplotlib's artists are the one source of style for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from ..mathematics import formulas
from ..mathematics.declaration import Array, Arrow, Optimizer
from ..mathematics.surfaces import Surface
from ..mathematics.trajectory import Trajectory, sweep
from .looks import CONTOUR, GRID, GROUND, INK, PAPER, SYMBOLS, WARNING

FLOOR = "0.000000001"  # a loss this close to the lowest is drawn as this close
SIDE = 60  # pixels, of the largest divisor's square
ROOM, MUCH = (
    1.3,
    8,
)  # half a lens's side in its units; how many times longer than the step a vector may be and still be whole
UNSEEN = 0.01  # of a lens's side: a shorter arrow gets no name
SHAPE = 1.25  # width over height of a contour plot, whose units are equal in x and y
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
    along = along * min(10 / max(math.hypot(*along), 1e-9), 0.4)
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


def span(values: Array, reach: float) -> Limits:
    """A linear axis around zero and the values, which count as far as ``reach``. The page has the same rule."""
    good = np.clip(values[np.isfinite(values)], -reach, reach)
    low, high = good.min(initial=0.0), good.max(initial=0.0)
    pad = 0.06 * (high - low) or reach
    return float(low - pad), float(high + pad)


def window(view: Sequence[float]) -> tuple[float, float, float, float]:
    """A surface's view, made wider or higher until it has the contour plot's shape: so a unit is as long in x as in y.

    >>> window((-5, 5, -2, 2))
    (-5.0, 5.0, -4.0, 4.0)
    """
    left, right, bottom, top = map(float, view)
    wide, high = max(right - left, SHAPE * (top - bottom)), max(top - bottom, (right - left) / SHAPE)
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - wide / 2, x + wide / 2, y - high / 2, y + high / 2


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
    shape = 1.2  # width over height of the Axes in the page
    margins = (62.0, 14.0, 46.0, 12.0)  # left, right, below and above the Axes, in pixels
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
        self.labels, self.looks, self.steps, self.vectors, self.still = labels, looks, steps, vectors, still
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

    def add_vectors(self, run: int, optimizer: Optimizer, linewidth: float) -> None:
        """One line for each vector that the method's rows declare, in the colour of a symbol that makes it; a step in ink."""
        free = [item for item in reversed(optimizer.hypers()) if item.letter in SYMBOLS]
        for place, vector in ((place, vector) for place, row in enumerate(optimizer.rows) for vector in row.arrows):
            own = next((item for item in free if item.symbol in vector.vector), None)
            free = [item for item in free if item is not own or item.letter == "ε"]
            colour = SYMBOLS[own.letter] if own and own.letter != "ε" else INK
            shown = Shown("arrow", run, vector.start, vector.vector, row=place)
            look = {"linewidth": linewidth, "solid_capstyle": "butt", "zorder": 4}
            self.add(shown, label=vector.label, color=colour, **look)

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        """Set the lines' data; what belongs to one step only if a step is given."""
        for shown, line in self.lines:
            if shown.shape in ("path", "start") or step >= 0:
                line.set_data(*shown.points(trajectories[shown.run], max(step, 0), self.axes).T)

    def legend(self, extra: Sequence[Line2D] = (), arrows: bool = True) -> None:
        """A legend above the Axes, where it hides nothing: one entry for a label that lines share."""
        lines = [line for shown, line in self.lines if arrows or shown.shape != "arrow"]
        named = {line.get_label(): line for line in (*extra, *lines) if named_line(line)}
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
    shape = SHAPE

    def draw(self) -> None:
        left, right, bottom, top = window(self.surface.view)
        contours(self.axes, self.surface, (left, right, bottom, top))
        self.axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y", aspect="equal")
        if self.surface.minima_are_known:
            star = {"color": "white", "markeredgecolor": INK, "markersize": 13, "zorder": 2, "label": "_"}
            self.axes.plot(*self.surface.minima.T, "*", **star)

    def declare(self) -> None:
        several = len(self.labels) > 1
        for run, (label, look) in enumerate(zip(self.labels, self.looks, strict=True)):
            path = look | {"marker": ".", "linewidth": 1.6, "markersize": 4}
            self.add(Shown("path", run, r"\theta", r"\theta"), label=label if several else "_", **path)
        start = {"color": INK, "marker": "o", "markersize": 9, "fillstyle": "none", "linestyle": ""}
        self.add(Shown("start", 0, r"\theta", r"\theta"), **start)
        for run, optimizer in enumerate(self.optimizers if self.vectors else []):
            self.add_vectors(run, optimizer, 2.2)
        if self.vectors and len(self.optimizers) == 1 and (root := divisor(self.optimizers[0])):
            for axis, dash in enumerate(("-", (0, (3, 1)))):
                look = {"color": "#444444", "linestyle": dash, "linewidth": 1.6, "zorder": 5}
                self.add(Shown("square", 0, root, "0", (axis, 0)), label=f"divisor of {'xy'[axis]} (side)", **look)
        for run, look in enumerate(self.looks):
            point = {"color": look["color"], "marker": look["marker"], "markersize": 8, "markeredgecolor": "white"}
            self.add(Shown("here", run, r"\theta", r"\theta"), **point)
        self.message = self.axes.text(
            0.02, 0.97, "", transform=self.axes.transAxes, va="top", fontsize="medium", color=WARNING,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2},
        )  # fmt: skip

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        super().show(trajectories, step)
        self.message.set_text("\n".join(diverged(trajectories, self.labels)))


def contours(axes: Axes, surface: Surface, view: tuple[float, float, float, float]) -> None:
    """Level lines and colours over ``view``."""
    x, y, value = surface.grid(view=view)
    levels = surface.levels(view)
    axes.contourf(x, y, value, levels=levels, cmap=GROUND, extend="both")
    axes.contour(x, y, value, levels=levels, colors=CONTOUR, linewidths=0.7)


class LensView(View):
    """The vectors of the chosen step at a scale of their own, with a name at each; two methods share one scale."""

    run, shape = 0, 1.0
    margins = (10.0, 10.0, 10.0, 10.0)

    def draw(self) -> None:
        self.axes.set(xticks=[], yticks=[], facecolor=PAPER)

    def declare(self) -> None:
        self.written: list[Artist] = []  # names and bar of the step that is shown
        look, path = self.looks[self.run], (r"\theta", r"\theta")
        faint = {"color": look["color"], "linewidth": 1.2, "marker": ".", "markersize": 5, "alpha": 0.45}
        self.add(Shown("path", self.run, *path), **faint)
        self.add_vectors(self.run, self.optimizers[self.run], 3.2)
        point = {"color": look["color"], "marker": look["marker"], "markersize": 9, "markeredgecolor": "white"}
        self.add(Shown("here", self.run, *path), zorder=6, **point)

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        boxes = [box_of(trajectory, step) for trajectory in trajectories]
        unit = scale(max(reach for _, reach in boxes))
        (x, y), half = boxes[self.run][0], ROOM * unit
        self.axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half))
        super().show(trajectories, step)
        while self.written:
            self.written.pop().remove()
        if step > 0:
            self._names()
            self._bar(unit)

    def _names(self) -> None:
        """A name beside each arrow, in its colour."""
        side, lines, ends = self.axes.bbox.width, [], []
        for line in (line for shown, line in self.lines if shown.shape == "arrow"):
            tail, tip = (self.axes.transData.transform(line.get_xydata()[:2]) - self.axes.bbox.min) / side
            if math.hypot(*(tip - tail)) > UNSEEN:
                lines.append(line)
                ends.append(np.array([tail, tip]))
        em = 10 * self.axes.figure.dpi / 72 / side
        sizes = [(0.6 * em * len(str(line.get_label())), 1.3 * em) for line in lines]
        for line, (x, y) in zip(lines, beside(ends, sizes), strict=True):
            place = {"ha": "center", "va": "center", "transform": self.axes.transAxes, "zorder": 7}
            place["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 1}
            name = self.axes.text(x, y, line.get_label(), color=line.get_color(), fontsize=10, **place)
            self.written.append(name)

    def _bar(self, unit: float) -> None:
        """A bar that says how long the unit is."""
        end, begin = 0.97, 0.97 - 0.5 / ROOM
        look = {"color": INK, "linewidth": 1.5, "transform": self.axes.transAxes, "label": "_"}
        self.written += self.axes.plot([begin, end], [0.03, 0.03], **look)
        place = {"ha": "center", "transform": self.axes.transAxes, "fontsize": "small"}
        self.written.append(self.axes.text((begin + end) / 2, 0.04, f"{unit:g}", **place))

    def legend(self, extra: Sequence[Line2D] = (), arrows: bool = True) -> None:
        """The names stand at the arrows; of two methods, each lens says whose it is."""
        if len(self.labels) > 1:
            self.axes.set_title(
                self.labels[self.run], loc="left", fontsize="medium", color=self.looks[self.run]["color"]
            )


class SecondLensView(LensView):
    """The lens of the second of two methods."""

    run = 1


def box_of(trajectory: Trajectory, step: int) -> tuple[Array, float]:
    """The middle of a step's vectors, and how far they reach from it, in x or y. So in the page.

    Where one is much longer than the step itself, the step and its surroundings: the long one leaves the lens.
    """
    rows = [row.arrows for row in trajectory.optimizer.rows if row.arrows] if step > 0 else []
    whole, last = (_box(trajectory, arrows, step) for arrows in (sum(rows, ()), rows[-1] if rows else ()))
    near = (last[0], MUCH / 2 * last[1])
    return near if 0 < near[1] < whole[1] else whole


def _box(trajectory: Trajectory, arrows: Sequence[Arrow], step: int) -> tuple[Array, float]:
    pairs = [(trajectory.values(each.start)[step], trajectory.values(each.vector)[step]) for each in arrows]
    ends = np.array([end for tail, vector in pairs for end in (tail, tail + vector)]).reshape(-1, 2)
    ends = ends[np.isfinite(ends).all(axis=1)]
    if not len(ends):
        return np.nan_to_num(trajectory.theta[max(step, 0)]), 0.0
    low, high = ends.min(axis=0), ends.max(axis=0)
    return (low + high) / 2, float((high - low).max() / 2)


def scale(reach: float) -> float:
    """The unit of a lens: the next of 1, 2 and 5 times a power of ten. So in the page.

    >>> scale(0.13)
    0.2
    """
    if not 0 < reach < math.inf:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(reach))
    return next(float(f"{each * unit:.1g}") for each in (1, 2, 5, 10) if each * unit >= reach * (1 - 1e-9))


def beside(
    arrows: Sequence[Array], sizes: Sequence[tuple[float, float]], gap: float = 0.03
) -> list[tuple[float, float]]:
    """Where the names of arrows stand in a square of side 1: the middle of each. So in the page.

    ``arrows`` are tails and tips, shape (2, 2); ``sizes`` the names' widths and heights. A name stands beside its arrow's
    middle, on the side away from the others, inside the square, and moves up or down where it would hide another.
    """
    middles = [_seen(*each).mean(axis=0) for each in arrows]
    centre = np.mean(middles, axis=0) if len(middles) > 1 else np.array([0.5, -1.0])
    found: list[tuple[float, float, float, float]] = []
    for (tail, tip), middle, (wide, high) in zip(arrows, middles, sizes, strict=True):
        along = (tip - tail) / max(math.hypot(*(tip - tail)), 1e-9)
        out = np.array([-along[1], along[0]])
        out = out if out @ (middle - centre) >= 0 else -out
        x, y = middle + out * (gap + np.abs(out) @ np.array([wide, high]) / 2)
        x, y = min(max(x, wide / 2), 1 - wide / 2), min(max(y, 0.1 + high / 2), 1 - high / 2)
        for a, b, w, h in sorted(found, key=lambda each: each[1], reverse=bool(out[1] < 0)):
            if abs(x - a) < (wide + w) / 2 and abs(y - b) < (high + h) / 2:
                y = b + (1 if out[1] >= 0 else -1) * (high + h) / 2
        found.append((x, y, wide, high))
    return [(x, y) for x, y, *_ in found]


def _seen(tail: Array, tip: Array) -> Array:
    """The part of an arrow that lies in the square, from its tail."""
    along = tip - tail
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.where(along > 0, (1 - tail) / along, np.where(along < 0, -tail / along, np.inf))
    return np.array([tail, tail + min(1.0, *ends) * along])


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
        self.axes.grid(color=GRID, linewidth=0.6)
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
        """A linear axis goes no further than from − to + this value."""
        left, right, bottom, top = self.surface.view
        return max(right - left, top - bottom) / 2

    def set_limits(self, values: Sequence[Array]) -> None:
        joined = np.concatenate([[], *values])
        limits = decades(joined, self.cap()) if self.scale == "log" else span(joined, self.reach())
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
        found = self.surface.landmarks  # of a live line the page fills in those of the minimum that its run goes to
        curvatures = ("lambda_1", "lambda_2")
        names = [f"λ = {found[each]:.3g}" if self.still else f"λ = {{{each}}}" for each in curvatures]
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

    ylabel, shape = "loss", 2.2
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
    shape = 1.5  # with the colour bar
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
        self.limit = self.axes.plot(self.boundary(), self.gammas, color=INK, linewidth=2, label="analytic limit")
        self.axes.set(xscale="log", xlim=self.etas[[0, -1]], ylim=self.gammas[[0, -1]], xlabel="η", ylabel="γ")

    def declare(self) -> None:
        look = {"color": INK, "marker": "o", "markersize": 9, "markerfacecolor": "white", "markeredgewidth": 2}
        self.add(Shown("start", 0, r"\eta", r"\gamma"), label="this run", linestyle="", **look)

    def legend(self, extra: Sequence[Line2D] = (), arrows: bool = True) -> None:
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
        limit = formulas.evaluate(formulas.parse(self.optimizers[0].stable_below), {"gamma": self.gammas})
        return np.broadcast_to(limit, self.gammas.shape) / self.surface.landmarks["lambda_2"]


VIEWS: dict[str, type[View]] = {
    "contour": ContourView,
    "lens": LensView,
    "second lens": SecondLensView,
    "loss": LossView,
    "rate": RateView,
    "modes": ModesView,
    "split": SplitView,
    "map": MapView,
}


def with_lenses(views: Sequence[str], runs: int) -> tuple[str, ...]:
    """The views with a lens behind the contour plot for each of at most two runs, unless they have one."""
    if "contour" not in views or "lens" in views or runs > 2:
        return tuple(views)
    after = list(views).index("contour") + 1
    return (*views[:after], *("lens", "second lens")[:runs], *views[after:])


def diverged(trajectories: Sequence[Trajectory], labels: Sequence[str]) -> list[str]:
    """A line for each run that diverged."""
    several = len(trajectories) > 1
    return [
        f"{f'{label}: ' if several else ''}{trajectory.end}"
        for trajectory, label in zip(trajectories, labels, strict=True)
        if trajectory.diverged_at is not None
    ]
