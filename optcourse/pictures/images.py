"""The pictures in ``images/``, all made from the package by one command: ``make images``."""

import itertools
import pathlib
import sys
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ..mathematics import surfaces
from ..mathematics.beyond import AdaDelta, AdamW, AMSGrad, Lion, Muon, Nadam
from ..mathematics.contest import contest
from ..mathematics.declaration import Optimizer
from ..mathematics.optimizers import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from ..mathematics.trajectory import best_eta, run
from .drawings import Race, picture
from .looks import CONTOUR, INK, SYMBOLS, style
from .views import ContourView

DIRECTION, RATE, BOTH = "#e7f0f7", "#fbeadf", "#f1e8f5"


def overview() -> Figure:
    """The map of the methods: what each adds to the one that it grew from."""
    figure = Figure(figsize=(9.6, 4.2), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 9.6), ylim=(0, 4.2))
    axes.axis("off")
    for bottom, colour, text in (
        (2.35, DIRECTION, "change the direction"),
        (0.2, RATE, "change the step size per parameter"),
    ):
        axes.add_patch(_box(2.5, bottom, 4.5, 1.65, colour))
        axes.text(4.75, bottom + 1.4, text, ha="center", va="center", fontsize=12, style="italic", color=INK)
    centres = {
        GradientDescent: (1.15, 2.1), Momentum: (3.6, 3.05), NAG: (5.9, 3.05), AdaGrad: (3.6, 0.9), RMSProp: (5.9, 0.9),
        Adam: (8.4, 2.1),
    }  # fmt: skip
    for kind, (x, y) in centres.items():
        colour = style(kind)["color"]
        axes.text(
            x, y, kind.title.replace(" ", "\n"), ha="center", va="center", fontsize=15, weight="bold", color=colour,
            bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": colour, "linewidth": 2},
        )  # fmt: skip
    _arrow(axes, (1.75, 2.5), (2.75, 3.0), "keep a velocity", (1.45, 3.15))
    _arrow(axes, (4.45, 3.05), (5.35, 3.05), "look ahead", (4.9, 2.6))
    _arrow(axes, (1.75, 1.7), (2.8, 0.95), "divide by the\npast gradients", (1.5, 0.75))
    _arrow(axes, (4.35, 0.9), (5.15, 0.9), "forget", (4.75, 0.45))
    _arrow(axes, (6.5, 2.85), (7.75, 2.3), "direction", (7.55, 3.0))
    _arrow(axes, (6.7, 1.1), (7.75, 1.85), "step size", (7.6, 1.15))
    return figure


def beyond() -> Figure:
    """The newer methods: what each adds to the one that it grew from."""
    figure = Figure(figsize=(9.6, 4.6), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 9.6), ylim=(0, 4.6))
    axes.axis("off")
    grown = {
        RMSProp: ((AdaDelta, "measure a step by past steps"),),
        Adam: (
            (Nadam, "look ahead"),
            (AMSGrad, "never let the divisor shrink"),
            (AdamW, "shrink the weights, beside the step"),
        ),
        Momentum: ((Lion, "keep only the sign"), (Muon, "make all directions of a matrix equally long")),
    }
    y = 4.2
    for base, grown_from_it in grown.items():
        middle = y - 0.76 * (len(grown_from_it) - 1) / 2
        _name(axes, base, 1.2, middle)
        for kind, text in grown_from_it:
            _arrow(axes, (2.15, middle), (7.55, y), text, (5.3, middle + (y - middle) * 0.58))
            _name(axes, kind, 8.4, y)
            y -= 0.76
    for text in axes.texts:
        if text.get_bbox_patch() is None:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})
    return figure


def _name(axes: Axes, kind: type[Optimizer], x: float, y: float) -> None:
    colour = style(kind)["color"]
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour, "linewidth": 2}
    axes.text(x, y, kind.title, ha="center", va="center", fontsize=14, weight="bold", color=colour, bbox=box)


def _box(left: float, bottom: float, width: float, height: float, colour: str) -> FancyBboxPatch:
    return FancyBboxPatch((left, bottom), width, height, boxstyle="round,pad=0.1", facecolor=colour, edgecolor="none")


def _arrow(axes: Axes, start: tuple, end: tuple, text: str, at: tuple) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.6})
    axes.text(*at, text, ha="center", va="center", fontsize=11, color=INK)


def descent() -> Figure:
    """Gradient descent in a valley: long steps where it is steep, short ones where it is flat."""
    x = np.linspace(-3.7, 2.2, 200)
    path = run(GradientDescent(eta=0.3), surfaces.bowl, start=(-3.4, 0), steps=8)
    figure = Figure(figsize=(7.6, 3.6), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.plot(x, x**2 / 2, color=CONTOUR, linewidth=2.5)
    axes.set(xlabel="parameter", ylabel="loss", xticks=[], yticks=[], ylim=(-0.7, 7))
    axes.spines[["top", "right"]].set_visible(False)
    for here, there in itertools.pairwise(np.stack([path.theta[:, 0], path.loss], axis=1)):
        bend = {"arrowstyle": "-|>", "color": SYMBOLS["η"], "linewidth": 2, "connectionstyle": "arc3,rad=-0.4"}
        axes.annotate("", there, here, arrowprops=bend)
        axes.plot(*here, "o", color=INK, markersize=8)
    axes.text(-2.3, 4.6, "steep: a long step", fontsize=13, color=SYMBOLS["η"])
    axes.text(-0.6, 1.0, "flat: short steps", fontsize=13, color=SYMBOLS["η"])
    return figure


def momentum() -> Figure:
    """Gradient descent against Momentum, equal η and steps."""
    return picture(
        *(run(each, surfaces.ravine, steps=60) for each in (GradientDescent(eta=0.01), Momentum(eta=0.01)))
    ).figure


def nag() -> Figure:
    """One step of Momentum and of NAG from the same point: where each takes its gradient."""
    theta, v, eta, gamma = np.array([-1.0, 0.3]), np.array([-0.5, 0.7]), 0.02, 0.9
    surface = surfaces.ravine.zoom((-1.3, 0.75, -0.6, 0.5))
    ahead = theta - gamma * v
    figure = Figure(figsize=(7.6, 4.4), dpi=100, layout="constrained")
    axes = figure.subplots()
    ContourView(axes, surface, [], [], [], 1)
    axes.plot(*theta, "o", color=INK, markersize=15, zorder=6)
    _arrow(axes, theta, ahead, "the momentum move", (-0.42, 0.06))
    for kind, seen, sign in ((Momentum, theta, 1), (NAG, ahead, -1)):
        end, colour = ahead - eta * surface.gradient(seen), style(kind)["color"]
        axes.annotate("", end, ahead, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 3, "shrinkA": 0})
        where = {Momentum: "the slope of where it was", NAG: "the slope of where it will be"}[kind]
        axes.text(end[0] + 0.05, end[1] - 0.03 * sign, f"{kind.title}: {where}", color=colour, va="center", fontsize=12)
    axes.plot(*ahead, "o", color="#444444", markersize=13, fillstyle="none", markeredgewidth=2, zorder=6)
    return figure


def adagrad() -> Figure:
    """One learning rate for all weights against AdaGrad's two: the paths and the rates."""
    runs = (run(each, surfaces.ravine, steps=30) for each in (GradientDescent(eta=0.07), AdaGrad(eta=0.7)))
    return picture(*runs, views=("contour", "rate")).figure


def rmsprop() -> Figure:
    """AdaGrad and RMSProp past a steep wall, with η scaled so that both begin with equal rates."""
    methods = (RMSProp(eta=0.1), AdaGrad(eta=0.1 * 10**0.5))
    return picture(*(run(each, surfaces.rosenbrock, steps=200) for each in methods), views=("contour", "rate")).figure


def adam() -> Figure:
    """Adam sets off like RMSProp and runs on like Momentum."""
    methods = (Momentum(eta=0.02), RMSProp(eta=0.25), Adam(eta=0.25))
    return picture(*(run(each, surfaces.ravine, steps=25) for each in methods), views=("contour",)).figure


def comparison() -> Figure:
    """All methods on the ravine, equal steps, each with the best of the same number of learning rates."""
    tuned = [best_eta(kind, surfaces.ravine, steps=100) for kind in OPTIMIZERS]
    return picture(*(run(each, surfaces.ravine, steps=100) for each in tuned)).figure


def training() -> Figure:
    """The contest of lesson 8: all methods on the handwritten digits, without and with dropout."""
    return Race(contest()).figure


IMAGES: tuple[Callable[[], Figure], ...] = (
    overview, descent, momentum, nag, adagrad, rmsprop, adam, comparison, training, beyond,
)  # fmt: skip


def main(folder: str) -> None:
    """Draw every image into ``folder``; the same input gives the same bytes."""
    for draw in IMAGES:
        draw().savefig(pathlib.Path(folder) / f"{draw.__name__}.png", metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
