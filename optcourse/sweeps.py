"""Many runs at once: over a grid of hyperparameters, and the best learning rate of a method."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .arguments import number, numbers, row, wrong_value
from .formula.evaluate import Array
from .methods.base import Optimizer, check_method
from .statistics import lowest
from .surfaces.surface import Surface
from .trajectory import _checked, _gone, first_point, run, whole_steps


@dataclass(frozen=True, eq=False)
class Sweep:
    """The outcome of many runs over a grid. ``axes`` maps each swept name to its values, in the order of the axes.

    ``final_loss``, ``steps_to_tolerance`` (−1: not reached) and ``diverged_at`` (−1: did not) have the grid's shape.
    """

    axes: dict[str, Array]
    final_loss: Array
    steps_to_tolerance: np.ndarray
    diverged_at: np.ndarray

    @property
    def best(self) -> dict[str, float]:
        """The setting that takes the fewest steps, or, where none gets there, ends lowest; warns at an edge of the grid.

        ValueError after a sweep over several starts.
        """
        if self.final_loss.ndim != len(self.axes):
            raise ValueError(f"best is for one start, not for outcomes of the shape {self.final_loss.shape}")
        steps = np.where(self.steps_to_tolerance < 0, np.inf, self.steps_to_tolerance)
        at = lowest(steps if np.isfinite(steps).any() else self.final_loss, **self.axes)
        places = at if isinstance(at, tuple) else (at,)
        return {name: float(values[place]) for (name, values), place in zip(self.axes.items(), places, strict=True)}

    @property
    def fewest(self) -> int:
        """The steps that the quickest setting takes, −1 if none gets there."""
        return int(min((steps for steps in self.steps_to_tolerance.flat if steps >= 0), default=-1))


def sweep(
    optimizer: Optimizer,
    surface: Surface,
    start: ArrayLike | None = None,
    steps: int = 200,
    tolerance: float = 1e-6,
    **grid: ArrayLike,
) -> Sweep:
    """Run an optimizer over a grid of hyperparameters, all at once through broadcasting, and keep only the outcomes.

    Each keyword in ``grid`` is a hyperparameter's name with its values, shape (n,). ``start`` may be one point or a batch,
    whose axes follow the grid's. A run reaches the tolerance at the first step from which its loss stays within
    ``tolerance`` of the surface's lowest known value.

    >>> from optcourse import GradientDescent, surfaces
    >>> sweep(GradientDescent(), surfaces.ravine, steps=100, eta=[0.04, 0.07, 0.09]).diverged_at
    array([-1, -1, 62])
    """
    _checked(optimizer, surface)
    steps, tolerance = whole_steps(steps), number(tolerance, "tolerance", 0)
    known = {item.name: item.letter for item in optimizer.hypers()}
    for name in grid:
        if name not in known:
            raise ValueError(f"{optimizer.title} has no hyperparameter {name!r}: it has {', '.join(known) or 'none'}")
    axes = {name: row(values, known[name], "a finite number, or a row of them") for name, values in grid.items()}
    point = first_point(surface.start if start is None else start, replace(optimizer))
    after = (1,) * (point.ndim - 1)
    spread = {
        name: values.reshape((1,) * axis + (-1,) + (1,) * (len(axes) - 1 - axis) + after)
        for axis, (name, values) in enumerate(axes.items())
    }
    stepper = replace(optimizer, **spread)
    theta = first_point(point, stepper)
    stepper = stepper.per_coordinate(theta.shape)
    shape = theta.shape[:-1]
    settled, diverged = np.full(shape, -1), np.full(shape, -1)
    state = stepper.init(theta)
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            loss = surface.value(theta)
            below = loss - surface.lowest <= tolerance
            settled = np.where(below, np.where(settled < 0, t, settled), -1)
            diverged[(diverged < 0) & _gone(theta)] = t
            if t < steps:
                theta, state = stepper.step(theta, state, surface.gradient)
    return Sweep(axes, np.where(diverged < 0, loss, np.inf), np.where(diverged < 0, settled, -1), diverged)


def tail_loss(losses: ArrayLike) -> Array:
    """The worst loss of the last tenth of the steps: what a run has reached, and keeps.

    ``losses`` has shape (steps + 1, *batch), the result (*batch,); inf where one of these losses is not finite, as after
    a divergence. The very last loss of a run that jumps about is an accident: it may move with the last digit of θ₀.

    >>> tail_loss([9.0] * 18 + [0.3, 0.1, 0.2])
    array(0.2)
    """
    losses = numbers(losses, "losses", "a loss for each step")
    if losses.ndim == 0 or not len(losses):
        raise wrong_value("losses", "a loss for each step", losses)
    last = losses[-max(1, (len(losses) - 1) // 10) :]
    return np.where(np.isfinite(last).all(axis=0), last.max(axis=0), np.inf)


def rates(etas: ArrayLike) -> Array:
    """The learning rates to try, shape (n,)."""
    allowed = "a row of finite numbers > 0"
    tried = row(etas, "etas", allowed)
    if not np.all(tried > 0):
        raise wrong_value("etas", allowed, etas)
    return tried


def best_eta(kind: type[Optimizer], surface: Surface, steps: int = 100, etas: ArrayLike | None = None) -> Optimizer:
    """The method with the learning rate of the lowest ``tail_loss``, on the full length, from the surface's own start.

    ``etas`` are the rates to try; the same 51, spread over 1e-4 … 10 in round values, for every method if omitted.
    Of several that end within 1e-9 of the lowest loss it is the first. Warns where the best is the smallest or the largest.
    """
    check_method(kind, needs="eta")
    round_values = [float(f"{eta:.2g}") for eta in np.geomspace(1e-4, 10, 51)]
    tried = rates(round_values if etas is None else etas)
    reached = tail_loss(run(kind(eta=tried), surface, steps=steps).excess_loss)
    return kind(eta=float(tried[lowest(reached, eta=tried)]))
