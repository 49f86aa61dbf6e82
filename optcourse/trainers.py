"""Live training: the path of mini-batch descent by batch size, and a network's training that streams in."""

import asyncio
import time
from itertools import islice
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from .declaration import Optimizer
from .explorers import WIDE, Explorer, Shown
from .live import LiveFigure
from .optimizers import OPTIMIZERS
from .plots import style
from .training import ETAS, Data, LeastSquares, Network, digits, on_surface, six_or_nine, train
from .trajectory import Trajectory


class BatchExplorer(Explorer):
    """Mini-batch descent of two weights on real data: sixes and nines. Sliders for the batch size and the random seed.

    >>> from optcourse import GradientDescent
    >>> BatchExplorer(GradientDescent(eta=0.1), batch_size=8, steps=5).trajectories[0].theta.shape
    (6, 2)
    """

    sizes = (1, 2, 4, 8, 16, 32, 64, 128, 256, 361)
    with_formula = False

    def __init__(self, optimizer: Optimizer, batch_size: int = 1, steps: int = 60):
        self.model, self.data = LeastSquares(), six_or_nine()
        self.batch = widgets.SelectionSlider(
            options=self.sizes, value=batch_size, description="batch size", layout=WIDE
        )
        self.seed = widgets.IntSlider(0, min=0, max=30, description="seed", layout=WIDE)
        surface = self.model.surface(*self.data)
        self.catalogue = (surface,)
        super().__init__(optimizer, surface, steps=steps, vectors=False)

    def extra(self) -> list[Any]:
        return [self.batch, self.seed]

    def simulate(self, optimizer: Optimizer, start: tuple[float, float]) -> Trajectory:
        updates = train(self.model, optimizer, self.data, np.array(start), self.batch.value, self.seed.value)
        return on_surface(self.surface, optimizer, np.array(list(islice(updates, self.steps.value + 1))))

    def describe(self) -> str:
        return (
            f"{super().describe()}\n{self.batch.value} of {self.sizes[-1]} images per update, seed {self.seed.value}."
        )


class Trainer(Shown, widgets.VBox):
    """Train a small network on the digits and watch the loss stream in.

    ``training`` and ``validation`` hold the losses seen so far, ``passes`` their times in passes over the data.
    """

    def __init__(self, network: Network | None = None, data: Data | None = None, passes: int = 10):
        self.network, self.data = network or Network(64, 32, 10), data or digits()
        self.method = widgets.Dropdown(
            options=[(kind.title, kind) for kind in OPTIMIZERS], description="method", layout=WIDE
        )
        etas = [(f"{eta:.3g}", eta) for eta in ETAS]
        self.eta = widgets.SelectionSlider(options=etas, value=etas[9][1], description="η", layout=WIDE)
        self.batch = widgets.SelectionSlider(
            options=(1, 2, 4, 8, 16, 32, 64, 128, 256), value=32, description="batch size", layout=WIDE
        )
        self.length = widgets.IntSlider(passes, min=1, max=50, description="passes", layout=WIDE)
        self.start = widgets.Button(description="start", button_style="primary")
        self.stop = widgets.Button(description="stop", disabled=True)
        self.progress = widgets.IntProgress(0, min=0, max=100, description="progress", layout=WIDE)
        self.message = widgets.HTML()
        self.passes, self.training, self.validation = [0.0], [], []
        self._measure(self.network.init(0))
        self._draw()
        self.live = LiveFigure(self.figure, self.lines)
        self.live.words = self.describe
        self.live.description = self.describe()
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
        super().__init__([controls, self.message, self.live])

    def _draw(self) -> None:
        self.figure = Figure(figsize=(9.6, 3.6), dpi=100, layout="constrained")
        axes = self.figure.subplots()
        axes.set(
            yscale="log", ylim=(1e-3, 10), xlim=(0, self.length.value), xlabel="passes over the data", ylabel="loss"
        )
        axes.grid(color="#dddddd", linewidth=0.6)
        colour = style(self.method.value)["color"]
        self.lines = [
            axes.plot([], [], color=colour, linestyle=dash, label=name)[0]
            for name, dash in (("training", "-"), ("validation", (0, (4, 1.5))))
        ]
        axes.legend(title=f"{self.method.label}, η = {self.eta.label}, batches of {self.batch.value}")
        self._set_lines()

    def _set_lines(self) -> None:
        for line, values in zip(self.lines, (self.training, self.validation), strict=True):
            line.set_data(self.passes, values)

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
        self._draw()
        self.live.set_figure(self.figure, self.lines)
        self.live.redraw()
        kind, each = self.method.value, len(self.data.train[0]) // self.batch.value
        last, shown = self.length.value * each, time.monotonic()
        updates = train(self.network, kind(eta=self.eta.value), self.data.train, self.network.init(0), self.batch.value)
        try:
            for done, theta in enumerate(islice(updates, last + 1)):
                if done and (done == last or time.monotonic() - shown > 0.1):
                    self.passes.append(done / each)
                    self._measure(theta)
                    self._show(round(100 * done / last))
                    await asyncio.sleep(0.01)  # the stop button gets its turn
                    shown = time.monotonic()
            self.accuracy = float(self.network.accuracy(theta, *self.data.test))
        finally:
            self.start.disabled, self.stop.disabled = False, True
            self.live.description = self.message.value = self.describe()

    def _show(self, percent: int) -> None:
        self.progress.value = percent
        self._set_lines()
        self.live.push()

    def describe(self) -> str:
        state = "not trained yet" if len(self.passes) == 1 else f"after {self.passes[-1]:.1f} passes"
        return (
            f"{self.method.label}, {state}: training loss {self.training[-1]:.3f}, "
            f"validation loss {self.validation[-1]:.3f}."
        )
