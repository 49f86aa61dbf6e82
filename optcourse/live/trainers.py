"""Live training: the path of mini-batch descent by batch size, and a network's training that streams in."""

import asyncio
import time
from collections.abc import Sequence
from itertools import islice

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from ..mathematics.arguments import instance, whole
from ..mathematics.declaration import Array, Optimizer
from ..mathematics.language import Node
from ..mathematics.optimizers import OPTIMIZERS
from ..mathematics.training import ETAS, Data, LeastSquares, Network, digits, on_surface, six_or_nine, train
from ..mathematics.trajectory import Trajectory
from ..pictures.drawings import Drawing, own_settings, series
from ..pictures.looks import style
from ..pictures.views import TrainingView
from . import wire
from .explorers import Explorer, handed
from .program import Expressions
from .scene import panel_of, series_of
from .shown import Shown
from .stage import Stage

MOST_PASSES = 50
WIDE = widgets.Layout(width="304px")


class BatchExplorer(Explorer):
    """Mini-batch descent of two weights on real data: sixes and nines. Sliders for the batch size and the random seed.

    >>> from optcourse import GradientDescent
    >>> BatchExplorer(GradientDescent(eta=0.1), batch_size=8, steps=5).trajectories[0].theta.shape
    (6, 2)
    """

    sizes = (1, 2, 4, 8, 16, 32, 64, 128, 256, 361)
    with_formula = False
    by_kernel = True

    def __init__(self, optimizer: Optimizer, batch_size: int = 1, steps: int = 60):
        self.model, self.data = LeastSquares(), six_or_nine()
        surface = self.model.surface(*self.data)
        self.catalogue, self.batch_size = (surface,), batch_size
        super().__init__(optimizer, surface, steps=steps, vectors=False)

    def _make_controls(self) -> None:
        super()._make_controls()
        self._add_control("batch size", "batch size", "images in one update", self.sizes, self.batch_size)
        self._add_control("seed", "seed", "which images, in which order", range(31), 0)

    def simulate(self, optimizer: Optimizer, start: Sequence[float], steps: int) -> Trajectory:
        size, seed = (int(self.controls[name].value) for name in ("batch size", "seed"))
        updates = train(self.model, optimizer, self.data, np.array(start), size, seed)
        return on_surface(self.surface, optimizer, np.array(list(islice(updates, steps + 1))))

    def describe(self) -> str:
        size, seed = (int(self.controls[name].value) for name in ("batch size", "seed"))
        return f"{super().describe()}\n{size} of {self.sizes[-1]} images per update, seed {seed}."


class Losses:
    """The losses of a training run so far, read like a :class:`Trajectory`: by expression."""

    diverged_at, end, surface = None, "", None

    def __init__(
        self, optimizer: Optimizer, passes: Sequence[float], training: Sequence[float], validation: Sequence[float]
    ):
        self.optimizer, self.steps = optimizer, len(passes) - 1
        self.series = {("sym", "k"): passes, TrainingView.TRAINING: training, TrainingView.VALIDATION: validation}

    def values(self, tree: str | Node) -> Array:
        return np.repeat(np.array(self.series[("sym", tree) if isinstance(tree, str) else tree])[:, None], 2, axis=1)


class TrainingPicture(Drawing):
    """The losses so far, as a still picture."""

    def __init__(self, losses: Losses, passes: int):
        with own_settings():
            self.figure = Figure(figsize=(9.6, 3.6), dpi=100)
            axes = self.figure.add_axes((0.08, 0.14, 0.76, 0.76))
            series(axes, TrainingView, [losses], [losses.optimizer.title], [style(type(losses.optimizer))], -1)
            axes.set_xlim(0, passes)


class Trainer(Shown, widgets.VBox):
    """Train a small network on the digits and watch the loss stream in.

    ``training`` and ``validation`` hold the losses seen so far, ``passes`` their times in passes over the data.
    """

    def __init__(self, network: Network | None = None, data: Data | None = None, passes: int = 10):
        instance(network, Network | None, "network", "a Network such as Network(64, 32, 10), or None")
        instance(data, Data | None, "data", "Data such as digits(), or None")
        passes = whole(passes, "passes", 1, MOST_PASSES)
        self.network, self.data = network or Network(64, 32, 10), data or digits()
        self.method = widgets.Dropdown(
            options=[(kind.title, kind) for kind in OPTIMIZERS], description="method", layout=WIDE
        )
        etas = [(f"{eta:.3g}", eta) for eta in ETAS]
        self.eta = widgets.Dropdown(options=etas, value=etas[9][1], description="η", layout=WIDE)
        self.batch = widgets.Dropdown(
            options=(1, 2, 4, 8, 16, 32, 64, 128, 256), value=32, description="batch size", layout=WIDE
        )
        self.length = widgets.BoundedIntText(passes, min=1, max=MOST_PASSES, description="passes", layout=WIDE)
        self.start = widgets.Button(description="start", button_style="primary")
        self.stop = widgets.Button(description="stop", disabled=True)
        self.progress = widgets.IntProgress(0, min=0, max=100, description="progress", layout=WIDE)
        self.message = widgets.HTML()
        self.passes, self.training, self.validation = [0.0], [], []
        self._measure(self.network.init(0))
        self.stage = Stage()
        self._show_method()
        self._show()
        self._running: asyncio.Task | None = None
        self.start.on_click(lambda _: self.begin())
        self.stop.on_click(lambda _: self.halt())
        controls = widgets.HBox(
            [
                widgets.VBox([self.method, self.eta]),
                widgets.VBox([self.batch, self.length]),
                widgets.VBox([widgets.HBox([self.start, self.stop]), self.progress]),
            ],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        super().__init__([controls, self.message, self.stage])

    @property
    def optimizer(self) -> Optimizer:
        return self.method.value(eta=self.eta.value)

    @property
    def losses(self) -> Losses:
        return Losses(self.optimizer, self.passes, self.training, self.validation)

    def _show_method(self) -> None:
        """The stage for the method that is chosen: one panel, two lines, which the kernel hands over."""
        optimizer, expressions = self.optimizer, Expressions()
        look = style(type(optimizer))
        lines = series_of([TrainingView], optimizer, look, False, expressions)
        loss, self._expressions = lines[0].y, list(expressions.trees)
        form = wire.Form(
            title=optimizer.title, label=optimizer.title, convention="", look=wire.look(look), program=None, hypers={},
            expressions=self._expressions, theta=loss, loss=loss, divisor=None, series=lines, arrows=[], stable=None,
            formula="", slots=[], rows=[],
        )  # fmt: skip
        first = {
            "values": {},
            "surface": 0,
            "start": [0, 0],
            "steps": 0,
            "forms": [0],
            "step": 0,
            "own": "",
            "rows": [""],
        }
        lesson = wire.Lesson(
            panels=[panel_of("training", TrainingView)], methods=[[form]], controls=[], first=first, most_steps=0, size=1.0,
            own=False, built_in=1, vectors=False, schedule=[], tolerance=0.0, longest=0, known={},
        )  # fmt: skip
        nothing = wire.Surface(
            "", [0, 1, 0, 1], [0, 0], [{}], False, None, "", np.zeros((2, 2), "<f4").tobytes(), (2, 2)
        )
        with self.stage.hold_sync():
            self.stage.surfaces, self.stage.setting, self.stage.lesson = (
                [wire.plain(nothing)],
                first,
                wire.plain(lesson),
            )

    def _show(self) -> None:
        self.stage.handed = [handed(self.losses, self._expressions)]

    def _measure(self, theta: np.ndarray) -> None:
        with np.errstate(all="ignore"):
            self.training.append(float(self.network.loss(theta, *self.data.train)))
            self.validation.append(float(self.network.loss(theta, *self.data.validation)))

    def begin(self) -> None:
        """Start a run, in place of one that is running."""
        self.halt()
        self._running = asyncio.get_running_loop().create_task(self.train())

    def halt(self) -> None:
        """Stop the run; what it has reached stays."""
        if self._running is not None:
            self._running.cancel()
            self._running = None
        self.start.disabled, self.stop.disabled = False, True

    async def train(self) -> None:
        """Train as the controls say, and show the loss some ten times a second."""
        self.start.disabled, self.stop.disabled = True, False
        self.passes, self.training, self.validation = [0.0], [], []
        self._measure(self.network.init(0))
        self._show_method()
        self._show()
        each = len(self.data.train[0]) // self.batch.value
        last, shown = self.length.value * each, time.monotonic()
        updates = train(self.network, self.optimizer, self.data.train, self.network.init(0), self.batch.value)
        try:
            for done, theta in enumerate(islice(updates, last + 1)):
                if done and (done == last or time.monotonic() - shown > 0.1):
                    self.passes.append(done / each)
                    self._measure(theta)
                    self.progress.value = round(100 * done / last)
                    self._show()
                    await asyncio.sleep(0.01)  # the stop button gets its turn
                    shown = time.monotonic()
            self.accuracy = float(self.network.accuracy(theta, *self.data.test))
        finally:
            self.start.disabled, self.stop.disabled = False, True
            self.message.value = self.describe()

    def picture(self) -> Drawing:
        return TrainingPicture(self.losses, self.length.value)

    def describe(self) -> str:
        state = "not trained yet" if len(self.passes) == 1 else f"after {self.passes[-1]:.1f} passes"
        return (
            f"{self.method.label}, {state}: training loss {self.training[-1]:.3f}, "
            f"validation loss {self.validation[-1]:.3f}."
        )
