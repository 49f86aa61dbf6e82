"""Still pictures of runs in plain matplotlib, each with its numbers in words."""

import base64
import functools
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..mathematics.declaration import Array, Optimizer
from ..mathematics.surfaces import Surface
from ..mathematics.trajectory import Trajectory
from .looks import GRID, look, style
from .views import VIEWS, LensView, contours, with_lenses

if TYPE_CHECKING:  # scikit-learn is slow to import, and most lessons do without
    from ..mathematics.contest import Contest

HIGH, MOST_WIDE = 3.9, 12.0  # of a row of views, in inches
ROW = 4  # views in a row, at most


def image(figure: Figure, words: str, dpi: float = 100) -> str:
    """The figure as HTML, a PNG with its words: JupyterLab would show a bare PNG without any for those who hear the page."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=dpi)
        data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{html.escape(words)}" style="max-width: 100%" src="data:image/png;base64,{data}">'


class Drawing:
    """A figure with its words: in a notebook an image and, as text, what is seen: no figure is without its numbers."""

    figure: Figure

    def describe(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        return image(self.figure, self.describe())


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
        names, looks = labels_and_looks(optimizers)
        labels = names if labels is None else labels
        rows = [views] if len(views) <= ROW else [views[: len(views) // 2 + 1], views[len(views) // 2 + 1 :]]
        shapes = [[VIEWS[name].shape + 0.2 for name in row] for row in rows]  # and the axis' labels
        across = max(map(sum, shapes))
        wide = min(MOST_WIDE, (HIGH - 0.7) * across)
        self.figure = Figure(figsize=(wide, (wide / across + 0.7) * len(rows)), dpi=100, layout="constrained")
        parts = self.figure.subfigures(len(rows), 1, squeeze=False)[:, 0]
        self.views = []
        for row, part, ratios in zip(rows, parts, shapes, strict=True):
            for name, axes in zip(row, part.subplots(1, len(row), squeeze=False, width_ratios=ratios)[0], strict=True):
                self.views.append(VIEWS[name](axes, surface, optimizers, labels, looks, steps, vectors))
                self.views[-1].legend(arrows="lens" not in views)
        self.trajectories: Sequence[Trajectory] = ()

    def show(self, trajectories: Sequence[Trajectory], step: int = -1) -> None:
        """Set the runs; with a step, that step's point and vectors, too."""
        self.trajectories = trajectories
        for view in self.views:
            view.show(trajectories)
        if step >= 0:
            self.figure.draw_without_rendering()  # arrow heads are sized in pixels
            for view in self.views:
                view.show(trajectories, step)

    def describe(self) -> str:
        return "\n".join(trajectory.describe() for trajectory in self.trajectories)


def labels_and_looks(optimizers: Sequence[Optimizer]) -> tuple[list[str], list[dict[str, Any]]]:
    """How each run is called and drawn: by its method, or by what differs where a method comes twice."""
    kinds = [type(optimizer) for optimizer in optimizers]
    distinct = len(set(kinds)) == len(kinds)
    looks = [style(kind) for kind in kinds] if distinct else [look(place) for place in range(len(kinds))]
    if len(looks) == 1:
        looks[0]["linestyle"] = "-"
    return [optimizer.title if distinct else _differing(optimizers)(optimizer) for optimizer in optimizers], looks


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

    ``views`` are any of "contour", "loss" and "rate". With ``step``, that step's point and vectors are drawn too, and in a
    lens beside the contour plot, enlarged.
    """
    first = trajectories[0]
    views = views if step is None else with_lenses(views, len(trajectories))
    steps = max(trajectory.steps for trajectory in trajectories)
    made = Picture(first.surface, [t.optimizer for t in trajectories], steps, views, vectors=step is not None)
    made.show(trajectories, -1 if step is None else step)
    return made


class OneStep(Drawing):
    """The vectors of one step, a panel for each method: ``OneStep(run(Momentum(), …, steps=1), run(NAG(), …, steps=1))``."""

    def __init__(self, *trajectories: Trajectory):
        self.trajectories = trajectories
        self.figure = Figure(figsize=(4.8 * len(trajectories), 4.8), dpi=100, layout="constrained")
        optimizers, surface = [trajectory.optimizer for trajectory in trajectories], trajectories[0].surface
        titles, looks = labels_and_looks(optimizers)
        for run, axes in enumerate(self.figure.subplots(1, len(trajectories), squeeze=False)[0]):
            kind = type("Lens", (LensView,), {"run": run})
            view = kind(axes, surface, optimizers, titles, looks, 1)
            axes.set_aspect("equal")
            view.legend()
            self.figure.draw_without_rendering()  # arrow heads are sized in pixels
            view.show(trajectories, 1)
            contours(axes, surface, (*axes.get_xlim(), *axes.get_ylim()))
            for shown, line in view.lines:
                if shown.shape == "arrow":
                    tail = {"marker": "o", "markersize": 9, "fillstyle": "none", "color": line.get_color()}
                    axes.plot(*trajectories[run].values(shown.x)[1], **tail)

    def describe(self) -> str:
        lines = []
        for trajectory in self.trajectories:
            title = trajectory.optimizer.title
            for arrow in (arrow for row in trajectory.optimizer.rows for arrow in row.arrows):
                start, vector = (trajectory.values(part)[1] for part in (arrow.start, arrow.vector))
                lines.append(f"{title}: {arrow.label}, from {_pair(start)} to {_pair(start + vector)}")
        return "\n".join(lines)


def _pair(point: Array) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in point) + ")"


class Race(Drawing):
    """The contest on real data, a row for each setting: tuned, with PyTorch's learning rates, and the loss against η.

    Lines are medians, bands the middle half, over the seeds that did not tune.

    Parameters
    ----------
    contest : by setting, then by method, its :class:`~optcourse.mathematics.contest.Entry`
    """

    def __init__(self, contest: "Contest"):
        self.contest = contest
        self.figure = Figure(figsize=(11.0, 3.5 * len(contest) + 0.5), dpi=100, layout="constrained")
        grid = self.figure.subplots(len(contest), 3, squeeze=False, sharey="row")
        for (setting, entries), (tuned, plain, rates) in zip(contest.items(), grid, strict=True):
            for kind, entry in entries.items():
                self._band(tuned, kind, entry.report("η tuned").curve)
                self._band(plain, kind, entry.report("PyTorch's η").curve)
                rates.plot(*entry.by_rate, **style(kind) | {"markersize": 4})
            for axes, title in ((tuned, "each its best η"), (plain, "PyTorch's η, untuned")):
                axes.set(yscale="log", xlabel="passes over the data", title=title, ylim=(1e-3, 5))
            tuned.set_ylabel(f"training loss, {setting}")
            rates.set(xscale="log", yscale="log", xlabel="learning rate η", title="worst of the last tenth")
        kinds = next(iter(contest.values()))
        handles = [Line2D([], [], label=kind.title, **style(kind) | {"marker": ""}) for kind in kinds]
        self.figure.legend(
            handles=handles, loc="outside upper center", ncols=len(handles), fontsize="medium", frameon=False
        )

    def _band(self, axes: Axes, kind: type[Optimizer], losses: Array) -> None:
        passes = np.arange(len(losses))
        low, middle, high = np.quantile(losses, (0.25, 0.5, 0.75), axis=1)
        axes.fill_between(passes, low, high, color=style(kind)["color"], alpha=0.12, linewidth=0)
        axes.plot(passes, middle, **style(kind) | {"marker": ""})

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
        axes.grid(color=GRID, linewidth=0.6)
        axes.legend()

    def describe(self) -> str:
        rows = (
            ", ".join(f"{x:g}: {0 if abs(y) < 1e-9 else y:.3g}" for x, y in values.items())
            for values in self.series.values()
        )
        return "\n".join(f"{name}: {row}" for name, row in zip(self.series, rows, strict=True))
