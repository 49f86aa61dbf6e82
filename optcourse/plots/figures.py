"""Still pictures of runs in plain matplotlib, each with its numbers in words: what a saved notebook shows, and ``images/``.

They are drawn under settings of our own, whatever the notebook has set before or sets afterwards.
"""

import base64
import contextlib
import html
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from PIL import Image

from ..arguments import instance, numbers, texts, whole, wrong_type, wrong_value
from ..formula.evaluate import Array, evaluate
from ..formula.parse import parse
from ..methods.base import Optimizer
from ..surfaces.surface import Surface
from ..surfaces.surface import View as Bounds
from ..trajectory import Trajectory
from .style import LIGHT, SECOND, Look, look, style
from .views import LONGEST, VIEWS, MapView, Quantity, View, checked, highest, labels_and_looks, vector_colours

if TYPE_CHECKING:  # scikit-learn is slow to import, and most lessons do without
    from ..benchmarks.contest import Contest

INK, FAINT, LINE, PAPER = (str(LIGHT[name]) for name in ("ink", "faint", "line", "paper"))
HEATMAP = LinearSegmentedColormap.from_list("heatmap", [str(LIGHT["heatmap-low"]), str(LIGHT["heatmap-high"])])
STEPS = LinearSegmentedColormap.from_list("steps", [str(LIGHT["map-few"]), str(LIGHT["map-many"])])
MARKERS = dict(zip(("circle", "square", "diamond", "down", "up", "plus", "star", "cross"), "osDv^P*X", strict=True))
OURS = {
    "font.family": "DejaVu Sans", "axes.edgecolor": LINE, "axes.labelcolor": FAINT, "xtick.color": FAINT, "ytick.color": FAINT,
    "xtick.major.size": 0, "ytick.major.size": 0, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": LINE, "grid.linewidth": 0.8, "axes.axisbelow": True, "axes.titlelocation": "left",
    "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlecolor": INK, "lines.solid_capstyle": "round",
    "legend.frameon": False, "axes.unicode_minus": True,
}  # fmt: skip
COLOURS = 128  # of a stored picture
LEVELS = 17


@contextlib.contextmanager
def own_settings() -> Iterator[None]:
    """Our settings for matplotlib, instead of the reader's; a loss may be too large to draw, and that is not an error."""
    with matplotlib.style.context(OURS, after_reset=True), np.errstate(over="ignore", invalid="ignore"):
        yield


def png(figure: Figure, dpi: float) -> bytes:
    """A figure as a small PNG."""
    with own_settings(), io.BytesIO() as file:
        figure.savefig(file, format="rgba", dpi=dpi)
        wide, high = (int(each * dpi) for each in figure.get_size_inches())
        picture = Image.frombytes("RGBA", (wide, high), file.getvalue()).convert("RGB")
    with io.BytesIO() as file:
        picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "png", optimize=True)
        return file.getvalue()


def bundle(figure: Figure, words: str, dpi: float = 100) -> dict[str, str]:
    """The figure for a notebook: as HTML with its words, since JupyterLab shows a bare PNG without any, and as a PNG for LaTeX."""
    data = base64.b64encode(png(figure, dpi)).decode()
    size = 'style="max-width: 100%; height: auto" width="{:.0f}" height="{:.0f}"'.format(
        *figure.get_size_inches() * dpi
    )
    shown = f'<img alt="{html.escape(words)}" {size} src="data:image/png;base64,{data}">'
    return {"text/html": shown, "image/png": data, "text/plain": words}


class Drawing:
    """A figure with its words: in a notebook an image and, as text, what is seen: no figure is without its numbers."""

    figure: Figure

    def describe(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return bundle(self.figure, self.describe())


# ---- parts of a picture ----


def strokes(given: Look) -> dict[str, Any]:
    """A look as matplotlib takes it."""
    dash = (0, given.dash) if given.dash else "-"
    return {"color": given.colour, "linestyle": dash, "marker": MARKERS[given.mark]}


def write(axes: Axes, words: str, point: Sequence[float] | Array, colour: str, **more: Any) -> None:
    """Words on a halo, in pixels next to a point."""
    halo = {"boxstyle": "square,pad=0.05", "facecolor": str(LIGHT["heatmap-low"]), "edgecolor": "none", "alpha": 0.7}
    place: dict[str, Any] = {"textcoords": "offset points", "xytext": (7, 5), "fontsize": 9.5, "weight": "bold"}
    text = axes.annotate(words, tuple(point), bbox=halo, annotation_clip=True, color=colour, **place | more)
    extent, frame = (each.get_window_extent() for each in (text, axes))
    over = min(frame.x1 - extent.x1 - 4, 0) + max(frame.x0 - extent.x0 + 4, 0)  # pixels; it stays in the picture
    x, y = text.xyann
    text.xyann = (x + over * 72 / axes.figure.dpi, y)


def arrow(axes: Axes, tail: Array, tip: Array, colour: str, width: float = 2.4) -> None:
    """An arrow from point to point."""
    shape = {"arrowstyle": "-|>,head_width=0.28,head_length=0.55", "linewidth": width, "color": colour}
    axes.annotate(
        "", tuple(tip), tuple(tail), arrowprops={**shape, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 4 * width + 4}
    )


def fitted(view: Sequence[float], shape: float) -> Bounds:
    """A view made wider or higher until it has this shape: so a unit is as long in x as in y.

    >>> fitted((-5, 5, -2, 2), 2)
    (-5.0, 5.0, -2.5, 2.5)
    """
    left, right, bottom, top = map(float, view)
    wide, high = max(right - left, shape * (top - bottom)), max(top - bottom, (right - left) / shape)
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - wide / 2, x + wide / 2, y - high / 2, y + high / 2


def heatmap(axes: Axes, surface: Surface, view: Bounds) -> None:
    """The surface from above, shaded, with soft level lines that are close together near the lowest value in view."""
    x, y, value = surface.grid(160, view)
    if np.isfinite(value).any():  # the vectors of a step may lie where the surface has no value
        low, high = np.nanpercentile(value, [0, 98])
        level = LEVELS * (np.maximum(value - low, 0) / ((high - low) or 1.0)) ** (1 / 2.2)
        axes.imshow(
            level, HEATMAP, vmin=0, vmax=LEVELS, extent=view, origin="lower", aspect="auto", interpolation="bilinear"
        )
        if np.nanmax(level) > 1:
            axes.contour(x, y, level, np.arange(1, LEVELS + 12), colors=str(LIGHT["level"]), linewidths=0.6, alpha=0.7)
    axes.set(xlim=view[:2], ylim=view[2:])
    axes.grid(False)
    axes.spines[:].set_visible(False)


def hero(
    axes: Axes,
    trajectories: Sequence[Trajectory],
    labels: Sequence[str],
    looks: Sequence[Look],
    step: int,
    vectors: bool,
) -> None:
    """Paths over the heatmap, the minimum that the first run goes to, and, with a step, its points and vectors."""
    several = len(trajectories) > 1
    for trajectory, label, each in zip(trajectories, labels, looks, strict=True):
        lines = strokes(each) | ({} if several else {"linestyle": "-"})
        axes.plot(*trajectory.theta.T, **lines | {"marker": ".", "markersize": 3.5, "linewidth": 1.7}, label=label)
    first = trajectories[0]
    axes.plot(*first.surface.minima.T, "o", color=INK, markersize=9, fillstyle="none", markeredgewidth=1.2)
    axes.plot(*first.theta[0], "o", color=INK, markersize=12, fillstyle="none", markeredgewidth=1.4)
    write(axes, "start", first.theta[0], INK, xytext=(9, 6))
    known = "minimum" if first.surface.minima_are_known else "lowest point shown"
    write(axes, known, first.minimum, INK, xytext=(0, -17), ha="center")
    if vectors and not several and step > 0:
        for tail, tip, colour, _ in vectors_of(first, step):
            arrow(axes, tail, tip, colour)
    for trajectory, each in zip(trajectories, looks, strict=True):
        at = last_finite(trajectory, step if step >= 0 else trajectory.steps)
        axes.plot(*trajectory.theta[at], **strokes(each) | {"markersize": 8, "markeredgecolor": PAPER, "linestyle": ""})
    if ended := diverged(trajectories, labels):
        axes.text(
            0.02, 0.97, "\n".join(ended), transform=axes.transAxes, va="top", color=str(LIGHT["warning"]), weight="bold"
        )
    if several:
        axes.legend(loc="upper right", handlelength=2.6, labelcolor="linecolor", fontsize=9.5)


def last_finite(trajectory: Trajectory, step: int) -> int:
    """The step, or the last one before it at which the run had a finite point."""
    finite = np.isfinite(trajectory.theta[: step + 1]).all(axis=-1)
    return int(np.flatnonzero(finite)[-1])


def vectors_of(trajectory: Trajectory, step: int) -> list[tuple[Array, Array, str, str]]:
    """Tail, tip, colour and name of each finite vector of a step."""
    if not trajectory.has_state:
        return []
    step = last_finite(trajectory, step)
    arrows = [each for row in trajectory.optimizer.rows for each in row.arrows]
    found = []
    for each, colour in zip(arrows, vector_colours(type(trajectory.optimizer)), strict=True):
        tail, vector = trajectory.values(each.start)[step], trajectory.values(each.vector)[step]
        if np.isfinite([tail, vector]).all():
            found.append((tail, tail + vector, str(LIGHT[colour]), each.label))
    return found


def lens(axes: Axes, trajectory: Trajectory, step: int, half: float, middle: Array, shown: Look) -> None:
    """The vectors of a step at a scale of their own, each with its name."""
    axes.set(xlim=middle[0] + half * np.array([-1, 1]), ylim=middle[1] + half * np.array([-1, 1]), xticks=[], yticks=[])
    axes.plot(*trajectory.theta.T, **strokes(shown) | {"marker": ".", "linestyle": "-", "linewidth": 1.2, "alpha": 0.5})
    around = np.array(middle)
    for tail, tip, colour, name in vectors_of(trajectory, step):
        arrow(axes, tail, tip, colour, 3)
        seen = np.clip((tail + tip) / 2, around - 0.8 * half, around + 0.8 * half)
        out = np.sign(seen - around) + (seen == around)
        side = {"ha": "left" if out[0] > 0 else "right", "va": "bottom" if out[1] > 0 else "top"}
        write(axes, name, seen, colour, xytext=4 * out, **side)
    axes.plot(
        *trajectory.theta[last_finite(trajectory, step)], **strokes(shown) | {"markersize": 8, "markeredgecolor": PAPER}
    )


def reach_of(trajectory: Trajectory, step: int) -> tuple[Array, float]:
    """The middle of a step's vectors, and how far they reach from it; one that is much longer than the step leaves the picture."""
    vectors = vectors_of(trajectory, step)
    if not vectors:
        return trajectory.theta[last_finite(trajectory, step)], 1.0
    boxes = []
    for part in (vectors, vectors[-1:]):
        ends = np.array([end for tail, tip, *_ in part for end in (tail, tip)])
        low, high = ends.min(axis=0), ends.max(axis=0)
        boxes.append(((low + high) / 2, float((high - low).max() / 2)))
    (whole, far), (near, step_reach) = boxes
    return (near, 4 * step_reach) if 0 < 4 * step_reach < far else (whole, far or 1.0)


def series(
    axes: Axes,
    view: type[View],
    trajectories: Sequence[Trajectory],
    labels: Sequence[str],
    looks: Sequence[Look],
    step: int,
) -> None:
    """Quantities against the step, each with its name at its end."""
    several, ends = len(trajectories) > 1, []
    for trajectory, label, each in zip(trajectories, labels, looks, strict=True):
        quantities = view.quantities(trajectory.optimizer)
        for number, quantity in enumerate(quantities):
            x, y = trajectory.values("k")[:, 0], trajectory.values(quantity.expression)[:, quantity.at]
            y = np.where(y > view.floor, y, np.nan) if view.log else y
            dash = (SECOND if number else ()) if len(quantities) > 1 else each.dash if several else ()
            axes.plot(x, y, color=each.colour, linestyle=(0, dash) if dash else "-", linewidth=1.8)
            if 0 <= step < len(y):
                axes.plot(x[step], y[step], "o", color=each.colour, markeredgecolor=PAPER, markersize=6)
            name = f"{label if several else ''} {filled(quantity.name, trajectory)}".strip()
            finite = np.flatnonzero(np.isfinite(y))
            if name and len(finite):
                ends.append((float(y[finite[-1]]), name, each.colour))
    axes.set(title=view.title, xlim=(0, max(max(each.steps for each in trajectories), 1)), xlabel=view.across)
    limit(axes, view, trajectories[0].surface)
    name_ends(axes, ends)


def limit(axes: Axes, view: type[View], surface: Surface | None) -> None:
    """Limits and ticks: no logarithmic axis goes above the highest loss in view, no linear one far beyond the view."""
    if view.log:
        axes.set_yscale("log")
        if axes.get_ylim()[0] <= 0:  # there is no line to show, as on a surface without curvature
            axes.set_ylim(0.1, 10)
        decades = np.diff(np.log10(axes.get_ylim()))[0]
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2 else (1.0,), numticks=6))
        if decades < 2:
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_locator(NullLocator())
        cap = 10.0 if surface is None else highest(surface)
        low, high = axes.get_ylim()
        if view.floor:
            axes.set_ylim(low, min(high, 10.0 ** math.ceil(math.log10(cap))) if cap > low else high)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        if surface is not None:
            reach = max(np.diff(surface.view)[[0, 2]]) / 2
            low, high = np.clip(axes.get_ylim(), -reach, reach)
            axes.set_ylim(*((low, high) if low < high else (-reach, reach)))


def name_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Names next to the ends of lines, none over another."""
    heights = [
        float(np.clip(axes.transAxes.inverted().transform(axes.transData.transform((0, y)))[1], 0, 1)) for y, *_ in ends
    ]
    gap, least = 11 / max(axes.bbox.height * 72 / axes.figure.dpi, 1), 0.0
    for i in sorted(range(len(ends)), key=heights.__getitem__):
        heights[i] = least = max(heights[i], least)
        least += gap
    for height, (_, name, colour) in zip(heights, ends, strict=True):
        axes.text(1.015, height, name, transform=axes.transAxes, va="center", fontsize=9.5, weight="bold", color=colour)


def filled(name: str, trajectory: Trajectory) -> str:
    """A quantity's name with the run's own reference values in it: ``λ = {lambda_1}``."""
    if "{" not in name:
        return name
    for symbol, value in trajectory.surface.reference_values_at(trajectory.minimum).items():
        name = name.replace(f"{{{symbol}}}", f"{value:.3g}" if np.ndim(value) == 0 else "")
    return name


def chart(axes: Axes, optimizer: Optimizer, surface: Surface) -> None:
    """The map of η and γ: colour are steps, grey has diverged, white has not arrived in time; the line is the analytic limit."""
    if not MapView.has(optimizer):
        axes.set(title=MapView.NONE, xticks=[], yticks=[])
        return
    found = MapView.measured(optimizer, surface)
    steps = np.where(found.steps_to_tolerance >= 0, found.steps_to_tolerance, np.nan)
    axes.pcolormesh(MapView.etas, MapView.gammas, np.sqrt(steps.T / LONGEST), cmap=STEPS, vmin=0, vmax=1)
    gone = np.where(found.diverged_at >= 0, 1.0, np.nan)
    grey = LinearSegmentedColormap.from_list("gone", [str(LIGHT["map-gone"])] * 2)
    axes.pcolormesh(MapView.etas, MapView.gammas, gone.T, cmap=grey)
    edge = evaluate(parse(optimizer.stable_below), {"gamma": MapView.gammas})
    with np.errstate(divide="ignore"):  # a surface that is flat at its lowest point has no limit
        edge = np.broadcast_to(edge, MapView.gammas.shape) / surface.reference_values["lambda_2"]
    axes.plot(edge, MapView.gammas, color=INK, linewidth=2)
    axes.plot(optimizer.values["eta"], optimizer.values["gamma"], "o", color=INK, markerfacecolor=PAPER, markersize=8)
    axes.set(xscale="log", xlim=MapView.etas[[0, -1]], ylim=(0, 0.99), xlabel="η", ylabel="γ", title=MapView.title)
    axes.grid(False)


# ---- pictures ----


class Picture(Drawing):
    """Runs on one surface: the contour plot, and next to it the other views, stacked; with vectors, those of the step in insets."""

    WIDE, HIGH = 9.6, 3.7  # inches

    def __init__(
        self,
        trajectories: Sequence[Trajectory],
        views: Sequence[str] = ("contour", "loss"),
        step: int = -1,
        vectors: bool = False,
        labels: Sequence[str] | None = None,
    ):
        self.trajectories = trajectories = single_runs(trajectories)
        views, longest = checked(views, []), max(each.steps for each in trajectories)
        step = whole(step, "step", -1, longest)
        instance(vectors, bool, "vectors", "True or False")
        if "rate" in views and not all(each.has_state for each in trajectories):
            raise ValueError("views must not contain rate for a path whose state is not known")
        names, looks = labels_and_looks([each.optimizer for each in trajectories])
        labels = names if labels is None else texts(labels, "labels", len(trajectories))
        beside = [name for name in views if name != "contour"]
        columns = [beside[i : i + 2] for i in range(0, len(beside), 2)]
        with own_settings():
            self.figure = Figure(figsize=(self.WIDE, self.HIGH), dpi=100)
            share = 0.56 if len(columns) < 2 else 0.42
            if "contour" in views:
                right = share if columns else 0.99
                axes = self.figure.add_axes((0.042, 0.085, right - 0.042, 0.895))
                shape = (right - 0.042) * self.WIDE / (0.895 * self.HIGH)
                heatmap(axes, trajectories[0].surface, fitted(trajectories[0].surface.view, shape))
                hero(axes, trajectories, labels, looks, step, vectors)
            else:
                share = 0.0
            each = (1 - share) / max(len(columns), 1)
            for column, parts in enumerate(columns):
                longest = max((len(label) for label in labels), default=0) if len(trajectories) > 1 else 0
                longest += max(len(quantity.name) for name in parts for quantity in self._quantities(name))
                room = (0.085 * min(longest, 18) + 0.12) / self.WIDE  # for the names at the ends
                for row, name in enumerate(parts):
                    high = 1 / len(parts)
                    left, wide = share + column * each + 0.055, each - 0.055 - room
                    axes = self.figure.add_axes((left, 1 - (row + 1) * high + 0.125, wide, high - 0.205))
                    if name == "map":
                        chart(axes, trajectories[0].optimizer, trajectories[0].surface)
                    else:
                        series(axes, VIEWS[name], trajectories, labels, looks, step)
                    if len(columns) > 1:
                        axes.set_title(VIEWS[name].short)

    def _quantities(self, name: str) -> list[Quantity]:
        return VIEWS[name].quantities(self.trajectories[0].optimizer) or [Quantity("", "")]

    def describe(self) -> str:
        return "\n".join(trajectory.describe() for trajectory in self.trajectories)


def picture(
    *trajectories: Trajectory,
    views: Sequence[str] = ("contour", "loss"),
    step: int | None = None,
    labels: Sequence[str] | None = None,
) -> Picture:
    """A picture of finished runs on one surface: ``picture(run(...), run(...))``.

    ``views`` are any of "contour", "loss", "rate", "modes", "split" and "map". With ``step``, that step's points, and of a
    single run its vectors, are drawn too. ``labels`` name the runs, instead of their methods.
    """
    runs = single_runs(trajectories)
    views = checked(views, [each.optimizer for each in runs])
    step = None if step is None else whole(step, "step", 0, max(each.steps for each in runs))
    return Picture(runs, views, -1 if step is None else step, step is not None, labels)


def single_runs(trajectories: object) -> list[Trajectory]:
    """The runs of a picture; TypeError or ValueError if one of them is anything else, or a batch."""
    allowed = "single runs, such as run(Momentum(), surfaces.ravine)"
    if not isinstance(trajectories, tuple | list) or not all(isinstance(each, Trajectory) for each in trajectories):
        raise wrong_type("trajectories", allowed, trajectories)
    if not trajectories:
        raise ValueError(f"trajectories must be {allowed}: at least one")
    for batch in (each.loss.shape[1:] for each in trajectories if each.theta.ndim > 2):
        raise ValueError(f"trajectories must be {allowed}, not a batch of shape {batch}: call run once for each")
    return list(trajectories)


class OneStep(Drawing):
    """The vectors of one step, a panel for each method: ``OneStep(run(Momentum(), …, steps=1), run(NAG(), …, steps=1))``."""

    def __init__(self, *trajectories: Trajectory):
        self.trajectories = single_runs(trajectories)
        if not all(each.steps and each.has_state for each in trajectories):
            raise ValueError("trajectories must be runs, as run(…) gives, of one step or more")
        titles, looks = labels_and_looks([each.optimizer for each in trajectories])
        boxes = [reach_of(each, 1) for each in trajectories]
        half = 1.25 * max(reach for _, reach in boxes)
        with own_settings():
            self.figure = Figure(figsize=(4.8 * len(trajectories), 4.6), dpi=100)
            grid = self.figure.subplots(1, len(trajectories), squeeze=False)[0]
            self.figure.subplots_adjust(0.02, 0.02, 0.98, 0.92, 0.04)
            for axes, each, (middle, _), title, shown in zip(grid, trajectories, boxes, titles, looks, strict=True):
                x, y = middle
                heatmap(axes, each.surface, (x - half, x + half, y - half, y + half))
                lens(axes, each, 1, half, middle, shown)
                axes.set_title(title, color=shown.colour)
                for tail, _, colour, _ in vectors_of(each, 1):
                    axes.plot(*tail, "o", markersize=9, fillstyle="none", color=colour)

    def describe(self) -> str:
        lines = []
        for trajectory in self.trajectories:
            for tail, tip, _, name in vectors_of(trajectory, 1):
                lines.append(f"{trajectory.optimizer.title}: {name}, from {_pair(tail)} to {_pair(tip)}")
        return "\n".join(lines)


def _pair(point: Array) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in point) + ")"


class Race(Drawing):
    """The contest on real data, a row for each setting: tuned, with PyTorch's learning rates, and the loss against η.

    Lines are medians, bands the middle half, over the seeds that did not tune.

    Parameters
    ----------
    contest : by setting, then by method, its :class:`~optcourse.benchmarks.contest.Entry`
    """

    def __init__(self, contest: "Contest"):
        from ..benchmarks.contest import Entry

        def entries_of(setting: Any) -> bool:
            known = setting.items() if isinstance(setting, Mapping) else ()
            return bool(known) and all(isinstance(each, Entry) and each.kind is kind for kind, each in known)

        if not (isinstance(contest, Mapping) and contest and all(map(entries_of, contest.values()))):
            raise wrong_type("contest", "what contest() gives, or a part of it", contest)
        self.contest = contest
        with own_settings():
            self.figure = Figure(figsize=(11.0, 3.5 * len(contest) + 0.5), dpi=100, layout="constrained")
            grid = self.figure.subplots(len(contest), 3, squeeze=False, sharey="row")
            for (setting, entries), (tuned, plain, rates) in zip(contest.items(), grid, strict=True):
                for kind, entry in entries.items():
                    self._band(tuned, kind, entry.report("η tuned").curve)
                    self._band(plain, kind, entry.report("PyTorch's η").curve)
                    rates.plot(*entry.by_rate, **strokes(style(kind)) | {"markersize": 4})
                for axes, title in ((tuned, "each its best η"), (plain, "PyTorch's η, untuned")):
                    axes.set(yscale="log", xlabel="epochs", title=title, ylim=(1e-3, 5))
                tuned.set_ylabel(f"training loss, {setting}")
                rates.set(xscale="log", yscale="log", xlabel="learning rate η", title="worst of the last tenth")
            kinds = next(iter(contest.values()))
            handles = [Line2D([], [], label=kind.title, **strokes(style(kind)) | {"marker": ""}) for kind in kinds]
            self.figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), fontsize="medium")

    def _band(self, axes: Axes, kind: type[Optimizer], losses: Array) -> None:
        epochs, colour = np.arange(len(losses)), style(kind).colour
        low, middle, high = np.quantile(losses, (0.25, 0.5, 0.75), axis=1)
        axes.fill_between(epochs, low, high, color=colour, alpha=0.12, linewidth=0)
        axes.plot(epochs, middle, **strokes(style(kind)) | {"marker": ""})

    def describe(self) -> str:
        lines = []
        for setting, entries in self.contest.items():
            for kind, entry in entries.items():
                tuned, plain = entry.report("η tuned"), entry.report("PyTorch's η")
                low, middle, high = np.quantile(tuned.training, (0.25, 0.5, 0.75))
                text = f"{setting}, {kind.title}: best η = {tuned.eta:.3g}, training loss {middle:.4f} ({low:.4f} to "
                lines.append(text + f"{high:.4f}); PyTorch's η = {plain.eta:g}: {np.median(plain.training):.3f}")
        return "\n".join(lines)


class Curves(Drawing):
    """Plain curves, each with its name at its end; as text their values."""

    def __init__(self, series: Mapping[str, Mapping[Any, float]], xlabel: str, ylabel: str, log: str = ""):
        allowed = "for each curve its name and a dict of numbers, such as {'a': {1: 0.5, 2: 0.25}}"
        if not (isinstance(series, Mapping) and series and all(isinstance(each, Mapping) for each in series.values())):
            raise wrong_type("series", allowed, series)
        for row in (row for values in series.values() for row in (values.keys(), values.values())):
            numbers([*row], "series", allowed)
        for name, text in (("xlabel", xlabel), ("ylabel", ylabel), ("log", log)):
            instance(text, str, name, "text")
        if log not in ("", "x", "y", "xy"):
            raise wrong_value("log", "x, y, xy or nothing", log)
        self.series = series
        with own_settings():
            self.figure = Figure(figsize=(6.4, 4.0), dpi=100, layout="constrained")
            axes = self.figure.subplots()
            for number, (name, values) in enumerate(series.items()):
                shown = {x: y for x, y in values.items() if y > 0 or "y" not in log}
                axes.plot(list(shown), list(shown.values()), label=name, **strokes(look(number)) | {"markersize": 5})
            axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if "x" in log else "linear")
            axes.set_yscale("log" if "y" in log else "linear")
            axes.legend(labelcolor="linecolor")

    def describe(self) -> str:
        rows = (
            ", ".join(f"{x:g}: {0 if abs(y) < 1e-9 else y:.3g}" for x, y in values.items())
            for values in self.series.values()
        )
        return "\n".join(f"{name}: {row}" for name, row in zip(self.series, rows, strict=True))


def diverged(trajectories: Sequence[Trajectory], labels: Sequence[str]) -> list[str]:
    """A line for each run that diverged."""
    several = len(trajectories) > 1
    return [
        f"{f'{label}: ' if several else ''}{trajectory.end}"
        for trajectory, label in zip(trajectories, labels, strict=True)
        if trajectory.diverged_at is not None
    ]
