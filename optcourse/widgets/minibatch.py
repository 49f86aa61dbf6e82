"""The explorer of mini-batch descent: batch size and random seed on real data."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from ..arguments import instance, whole, wrong_value
from ..methods.base import Optimizer
from ..surfaces.surface import Surface
from ..training.data import six_or_nine
from ..training.network import LeastSquares
from ..training.train import on_surface, train
from ..trajectory import Trajectory
from .explorer import Explorer
from .settings import Slider


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
        surface = self.model.surface(*self.data)
        self.catalogue, self.batch_size = (surface,), whole(batch_size, "batch_size", 1, self.sizes[-1])
        instance(optimizer, Optimizer, "optimizer", "a method such as GradientDescent(eta=0.1)")
        if optimizer.shape:
            raise wrong_value("optimizer", "a method with single numbers", optimizer)
        super().__init__(optimizer, surface, steps=steps, vectors=False)

    def _surface_data(self, surface: Surface) -> dict[str, Any]:
        """With the examples, of which the page draws its mini-batches."""
        return {**super()._surface_data(surface), "examples": np.column_stack(self.data).astype("<f8").tobytes()}

    def _own_controls(self) -> Sequence[Slider]:
        sizes = sorted({*self.sizes, self.batch_size})
        return ("batch size", "images per update", sizes, self.batch_size), (
            "seed",
            "order of the images",
            range(31),
            0,
        )

    def simulate(self, optimizer: Optimizer, start: Sequence[float], steps: int) -> Trajectory:
        size, seed = (int(self.controls[name].value) for name in ("batch size", "seed"))
        updates = train(self.model, optimizer, self.data, np.array(start), size, seed)
        return on_surface(self.surface, optimizer, np.array(list(islice(updates, steps + 1))))

    def describe(self) -> str:
        size, seed = (int(self.controls[name].value) for name in ("batch size", "seed"))
        return f"{super().describe()}\n{size} of {self.sizes[-1]} images per update, seed {seed}."
