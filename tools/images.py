"""The pictures in ``images/``, all made from the package by one command: ``make images``."""

import io
import itertools
import pathlib
import sys
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from optcourse import (
    NAG,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    GradientDescent,
    Lion,
    Momentum,
    Muon,
    Nadam,
    Optimizer,
    Race,
    RMSProp,
    contest,
    picture,
    run,
    surfaces,
)
from optcourse.plots.figures import INK, arrow, fitted, heatmap, own_settings, png, write
from optcourse.plots.style import LIGHT, SYMBOLS, style

DIRECTION, RATE, BOTH = "#e7f0f7", "#fbeadf", "#f1e8f5"
GIF, STEPS, FRAME, COLOURS = "play.gif", 24, 300, 96  # FRAME: milliseconds


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
        colour = style(kind).colour
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
    colour = style(kind).colour
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
    axes.plot(x, x**2 / 2, color=str(LIGHT["level"]), linewidth=2.5)
    axes.set(xlabel="parameter", ylabel="loss", xticks=[], yticks=[], ylim=(-0.7, 7))
    axes.spines[["top", "right"]].set_visible(False)
    for here, there in itertools.pairwise(np.stack([path.theta[:, 0], path.loss], axis=1)):
        bend = {"arrowstyle": "-|>", "color": SYMBOLS["η"], "linewidth": 2, "connectionstyle": "arc3,rad=-0.4"}
        axes.annotate("", there, here, arrowprops=bend)
        axes.plot(*here, "o", color=INK, markersize=8)
    axes.text(-2.3, 4.6, "steep: a long step", fontsize=13, color=SYMBOLS["η"])
    axes.text(-0.6, 1.0, "flat: short steps", fontsize=13, color=SYMBOLS["η"])
    return figure


def nag() -> Figure:
    """One step of Momentum and of NAG from the same point: where each takes its gradient."""
    theta, v, eta, gamma = np.array([-1.0, 0.35]), np.array([-0.6, 0.72]), 0.022, 0.9
    ahead = theta - gamma * v
    figure = Figure(figsize=(7.6, 4.2), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    heatmap(axes, surfaces.ravine, fitted((-1.35, 0.75, -0.5, 0.55), 7.6 / 4.2))
    axes.set(xticks=[], yticks=[])
    arrow(axes, theta, ahead, INK, 3)
    write(axes, "the momentum move", (theta + ahead) / 2, INK, xytext=(10, 10), fontsize=13)
    for kind, seen, side in ((Momentum, theta, -1), (NAG, ahead, 1)):
        end, colour = ahead - eta * surfaces.ravine.gradient(seen), style(kind).colour
        arrow(axes, ahead, end, colour, 3.4)
        where = {Momentum: "the slope where it was", NAG: "the slope where it will be"}[kind]
        write(axes, f"{kind.title}: {where}", end, colour, xytext=(12, 6 * side), fontsize=13)
    axes.plot(*theta, "o", color=INK, markersize=13)
    axes.plot(*ahead, "o", color=INK, markersize=12, fillstyle="none", markeredgewidth=2)
    return figure


def training() -> Figure:
    """The contest of lesson 8: all methods on the handwritten digits, without and with dropout."""
    return Race(contest()).figure


IMAGES: tuple[Callable[[], Figure], ...] = (overview, descent, nag, training, beyond)


def play() -> list[Image.Image]:
    """A run of Momentum, step by step, with the vectors that make each step."""
    trajectory, frames = run(Momentum(eta=0.02, gamma=0.9), surfaces.ravine, steps=40), []
    for step in range(1, STEPS + 1):
        with io.BytesIO(png(picture(trajectory, step=step).figure, 80)) as file:
            frame = Image.open(file).convert("RGB")
        frames.append(
            frame.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        )  # rare colours stay
    return frames


def main(folder: str) -> None:
    """Draw every image into ``folder``; the same input gives the same bytes."""
    for draw in IMAGES:
        with own_settings():
            figure = draw()
        (pathlib.Path(folder) / f"{draw.__name__}.png").write_bytes(png(figure, 100))
    first, *more = play()
    first.save(pathlib.Path(folder) / GIF, save_all=True, append_images=more, duration=FRAME, loop=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
