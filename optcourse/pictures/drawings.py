"""Still pictures of runs in plain matplotlib, each with its numbers in words."""

import functools
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
from .looks import look, style
from .views import VIEWS, ContourView

if TYPE_CHECKING:  # scikit-learn is slow to import, and most lessons do without
    from ..mathematics.contest import Contest

WIDTH = {1: 5.6, 2: 9.6, 3: 11.0}  # of a picture in inches, by the number of its views
WIDER = 1.25  # the contour plot beside the others


def png(figure: Figure, dpi: float) -> bytes:
    """The figure as PNG."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=dpi)
        return file.getvalue()


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
        names, looks = labels_and_looks(optimizers)
        labels = names if labels is None else labels
        rows = 2 if len(views) == 4 else 1
        columns = len(views) // rows
        self.figure = Figure(figsize=(WIDTH[columns], 4.0 if rows == 1 else 7.0), dpi=100, layout="constrained")
        ratios = [WIDER if view == "contour" else 1.0 for view in views[:columns]]
        grid = self.figure.subplots(rows, columns, squeeze=False, width_ratios=ratios).flat
        self.views = [
            VIEWS[name](axes, surface, optimizers, labels, looks, steps, vectors)
            for name, axes in zip(views, grid, strict=True)
        ]
        for view in self.views:
            view.legend()
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

    ``views`` are any of "contour", "loss" and "rate". With ``step``, that step's point and vectors are drawn too.
    """
    first = trajectories[0]
    steps = max(trajectory.steps for trajectory in trajectories)
    made = Picture(first.surface, [t.optimizer for t in trajectories], steps, views, vectors=step is not None)
    made.show(trajectories, -1 if step is None else step)
    return made


class OneStep(Drawing):
    """The vectors of one step, a panel for each method: ``OneStep(run(Momentum(), …, steps=1), run(NAG(), …, steps=1))``."""

    def __init__(self, *trajectories: Trajectory):
        self.trajectories = trajectories
        self.figure = Figure(figsize=(4.8 * len(trajectories), 4.2), dpi=100, layout="constrained")
        axes = self.figure.subplots(1, len(trajectories), squeeze=False, sharey=True)[0]
        for each, trajectory in zip(axes, trajectories, strict=True):
            kind = type(trajectory.optimizer)
            looks = [style(kind)]
            view = ContourView(each, trajectory.surface, [trajectory.optimizer], [kind.title], looks, 1, vectors=True)
            view.legend()
            self.figure.draw_without_rendering()  # arrow heads are sized in pixels
            view.show([trajectory], 1)
            for shown, line in view.lines:
                if shown.shape == "path":
                    line.set_data([], [])
                if shown.shape == "arrow":
                    tail = {"marker": "o", "markersize": 9, "fillstyle": "none", "color": line.get_color()}
                    each.plot(*trajectory.values(shown.x)[1], **tail)
            each.set_xlabel(kind.title)

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

    Lines are medians, bands the whole range, over the seeds that did not tune.

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
                self._band(tuned, kind, entry.curves(entry.best()[1]))
                self._band(plain, kind, entry.curves(entry.untuned[1]))
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
        axes.fill_between(
            passes, losses.min(axis=1), losses.max(axis=1), color=style(kind)["color"], alpha=0.12, linewidth=0
        )
        axes.plot(passes, np.median(losses, axis=1), **style(kind) | {"marker": ""})

    def describe(self) -> str:
        lines = []
        for setting, entries in self.contest.items():
            for kind, entry in entries.items():
                tuned, plain = (entry.reported("training", at) for at in (entry.best(), entry.untuned))
                etas = entry.by_rate[0]
                text = f"{setting}, {kind.title}: best η = {etas[entry.best()[1]]:.3g}, training loss {np.median(tuned):.4f}"
                text += f" ({tuned[0]:.4f} to {tuned[-1]:.4f}); PyTorch's η = {etas[entry.untuned[1]]:g}: "
                lines.append(text + f"{np.median(plain):.3f}")
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
