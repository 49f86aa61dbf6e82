"""Runs of an optimizer on a surface, one or a whole batch, and what can be said about them.

>>> from optcourse import GradientDescent, surfaces
>>> trajectory = run(GradientDescent(eta=0.1), surfaces.bowl, start=(1, 1), steps=2)
>>> trajectory.theta[-1]
array([0.81, 0.81])
"""

import functools
import itertools
import operator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from . import formulas
from .declaration import Array, Optimizer, State, finite_numbers
from .schedules import Schedule
from .surfaces import Surface

TOO_FAR = 1e6  # a coordinate beyond this has diverged
CHECK = 16  # a single run looks every so many steps whether it can stop


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One run, or a batch of them.

    Attributes
    ----------
    theta, grad : (steps + 1, *batch, 2), the positions and ∇J there; NaN after a divergence
    loss : (steps + 1, *batch)
    state : the optimizer's state (v, G, m …) by name, each (steps + 1, ...)
    effective_rate : (steps + 1, *batch, 2), the learning rate of each coordinate in step t (entry 0 repeats step 1's)
    diverged_at : the step at which a coordinate left ±1e6 or was no longer finite, or None; for a batch an integer
        array, −1 where a run did not diverge
    """

    optimizer: Optimizer
    surface: Surface
    theta: Array
    loss: Array
    grad: Array
    state: State
    diverged_at: "int | np.ndarray | None"
    schedule: Schedule | None = None

    @property
    def steps(self) -> int:
        return len(self.theta) - 1

    @functools.cached_property
    def symbols(self) -> formulas.Environment:
        """Every symbol of the formula at every step, shape (steps, *batch, 2): entry t − 1 belongs to step t."""
        before = slice(0, max(self.steps, 1))
        state = {name: value[before] for name, value in self.state.items()}
        with np.errstate(all="ignore"):
            optimizer = self.optimizer.per_coordinate()
            if self.schedule is not None:
                t = np.arange(1, max(self.steps, 1) + 1).reshape(-1, *(1,) * (self.theta.ndim - 1))
                optimizer = scheduled(optimizer, self.schedule, t)
            return formulas.execute(optimizer, self.theta[before], state, self.surface.gradient)

    def evaluate(self, latex: str | formulas.Node) -> Array:
        """An expression in the formula's symbols at every step, shape (steps, *batch, 2), as in ``symbols``."""
        node = formulas.parse(latex) if isinstance(latex, str) else latex
        with np.errstate(all="ignore"):
            value = formulas.evaluate(node, self.symbols, self.surface.gradient)
        return np.broadcast_to(value, (max(self.steps, 1), *self.theta.shape[1:]))

    @functools.cached_property
    def effective_rate(self) -> Array:
        rate = self.evaluate(self.optimizer.rate)
        return np.concatenate([rate[:1], rate])[: self.steps + 1]

    @property
    def excess(self) -> Array:
        """The loss above the lowest known minimum, shape (steps + 1, *batch)."""
        return self.loss - self.surface.lowest

    def first_below(self, tolerance: float = 1e-6) -> "int | None":
        """The first step of one run from which ``excess`` stays at or below the tolerance, or None."""
        settled = int(_settled(self.excess <= tolerance))
        return None if settled < 0 else settled

    def overshoot(self) -> Array:
        """How far one run goes past the lowest minimum, per coordinate, seen from its start; shape (2,)."""
        offset = (self.theta - self.surface.minima[0]) * np.sign(self.surface.minima[0] - self.theta[0])
        return np.maximum(np.nanmax(offset, axis=0), 0.0)

    def describe(self) -> str:
        """What happened, in a few plain sentences."""
        head = f"{self.optimizer.label} on the {self.surface.name} surface, {self.steps} steps"
        if self.theta.ndim > 2:
            runs = self.loss[0].size
            diverged = int(np.sum(self.diverged_at >= 0))
            with np.errstate(invalid="ignore"):
                best = np.nanmin(np.where(self.diverged_at >= 0, np.nan, self.loss[-1])) if diverged < runs else np.nan
            return f"{head}: {runs} runs, {diverged} diverged, best final loss {_number(best)}."
        parts = [f"{head} from {_point(self.theta[0])}."]
        if self.diverged_at is None:
            parts.append(f"Loss {_number(self.loss[0])} → {_number(self.loss[-1])}, ends at {_point(self.theta[-1])}.")
            settled = self.first_below()
            parts.append(
                f"{_nearest(self)}." if settled is None else f"Within 1e-6 of the lowest loss from step {settled} on."
            )
        else:
            parts.append(f"Loss starts at {_number(self.loss[0])}; diverged at step {self.diverged_at}.")
        return " ".join(parts)


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-9 else f"{value:.3g}"


def _point(theta: Array) -> str:
    return "(" + ", ".join(f"{coordinate:.3f}".replace("-0.000", "0.000") for coordinate in theta) + ")"


def _nearest(trajectory: Trajectory) -> str:
    distance = np.linalg.norm(trajectory.surface.minima - trajectory.theta[-1], axis=1)
    nearest = int(np.argmin(distance))
    known = "nearest known minimum" if trajectory.surface.minima_are_known else "lowest point in view"
    return f"The {known}, {_point(trajectory.surface.minima[nearest])}, is {distance[nearest]:.3f} away"


def _settled(below: np.ndarray) -> np.ndarray:
    """First index along axis 0 from which ``below`` stays true, −1 where it does not at the end."""
    tail = np.cumprod(below[::-1], axis=0).sum(axis=0)
    return np.where(tail > 0, len(below) - tail, -1)


def whole_steps(steps: int) -> int:
    """``steps`` as an int ≥ 0, or an error that names it."""
    try:
        whole = operator.index(steps)
    except TypeError:
        raise TypeError(f"steps must be a whole number ≥ 0, not {steps!r}") from None
    if isinstance(steps, bool) or whole < 0:
        raise ValueError(f"steps must be a whole number ≥ 0, not {steps!r}")
    return whole


def first_point(start: ArrayLike, optimizer: Optimizer) -> Array:
    """θ₀ for a run or a batch: shape (*batch, 2), broadcast with the optimizer's array fields."""
    allowed = "two finite numbers (x, y), or an array of such pairs"
    point = finite_numbers(start, "start", allowed)
    if point.ndim == 0 or point.shape[-1] != 2:
        raise ValueError(f"start must be {allowed}, not {start!r}")
    try:
        batch = np.broadcast_shapes(optimizer.shape, point.shape[:-1])
    except ValueError:
        raise ValueError(
            f"start must broadcast with the hyperparameters: {point.shape[:-1]} does not fit {optimizer.shape}"
        ) from None
    return np.broadcast_to(point, (*batch, 2)).copy()


def run(
    optimizer: Optimizer,
    surface: Surface,
    start: ArrayLike | None = None,
    steps: int = 100,
    state: State | None = None,
    schedule: Schedule | None = None,
) -> Trajectory:
    """Run an optimizer on a surface.

    Parameters
    ----------
    optimizer : its fields may be arrays; the run is then a batch of that shape
    surface : a :class:`~optcourse.surfaces.Surface`
    start : (x, y), or a batch of starts of shape (*batch, 2); the surface's own start if omitted
    steps : whole number ≥ 0
    state : the optimizer's state to begin with, as from another run; fresh if omitted
    schedule : a factor on η for each step, see :mod:`optcourse.schedules`

    A run that diverges is cut short: its ``diverged_at`` says where, later entries are NaN, nothing is raised or warned.

    >>> from optcourse import Momentum, surfaces
    >>> run(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, start=(-4, 1), steps=200).theta.shape
    (201, 2)
    """
    steps = whole_steps(steps)
    theta = first_point(surface.start if start is None else start, optimizer)
    one, stepper = theta.ndim == 1, optimizer.per_coordinate()
    state = stepper.init(theta) if state is None else state
    path = np.full((steps + 1, *theta.shape), np.nan)
    states = {name: np.full((steps + 1, *np.shape(value)), np.nan) for name, value in state.items()}
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            path[t] = theta
            for name, value in state.items():
                states[name][t] = value
            if t == steps or (one and t % CHECK == 0 and not abs(theta).max() <= TOO_FAR):
                break
            now = stepper if schedule is None else scheduled(stepper, schedule, t + 1)
            theta, state = now.step(theta, state, surface.gradient)
        diverged_at = cut(path)
        loss, grad = surface.value(path), surface.gradient(path)
    return Trajectory(optimizer, surface, path, loss, grad, states, diverged_at, schedule)


def scheduled(optimizer: Optimizer, schedule: Schedule, t: ArrayLike) -> Optimizer:
    """The optimizer with the η of step t; a factor of zero becomes the smallest number, since η must be > 0."""
    return replace(optimizer, eta=np.maximum(optimizer.values["eta"] * schedule(t), np.finfo(float).tiny))


def _gone(theta: Array) -> np.ndarray:
    """Which points are out of reach, shape (...); not by a reduction, which is slow over an axis of two."""
    near = abs(theta) <= TOO_FAR
    return ~(near[..., 0] & near[..., 1])


def cut(path: Array) -> "int | np.ndarray | None":
    """Set what follows a divergence to NaN, in place; the step of the divergence (−1 in a batch, else None: none)."""
    gone = np.maximum.accumulate(_gone(path), axis=0)
    first = np.where(gone[-1], gone.argmax(axis=0), -1)
    after = gone.copy()
    after[1:] &= gone[:-1]
    after[0] = False
    path[after] = np.nan
    if first.ndim:
        return first
    return None if first < 0 else int(first)


@dataclass(frozen=True, eq=False)
class Sweep:
    """The outcome of many runs over a grid. ``axes`` maps each swept name to its values, in the order of the axes.

    ``final_loss``, ``steps_to_tolerance`` (−1: not reached) and ``diverged_at`` (−1: did not) have the grid's shape.
    """

    axes: dict[str, Array]
    final_loss: Array
    steps_to_tolerance: np.ndarray
    diverged_at: np.ndarray


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
    steps = whole_steps(steps)
    known = {item.name: item.letter for item in optimizer.hypers()}
    for name in grid:
        if name not in known:
            raise ValueError(f"{optimizer.title} has no hyperparameter {name!r}: it has {', '.join(known)}")
    axes = {name: np.atleast_1d(finite_numbers(values, known[name], "finite numbers")) for name, values in grid.items()}
    point = first_point(surface.start if start is None else start, replace(optimizer))
    after = (1,) * (point.ndim - 1)
    counter = itertools.count()
    spread = {
        name: values.reshape((1,) * next(counter) + (-1,) + (1,) * (len(axes) - 1 - place) + after)
        for place, (name, values) in enumerate(axes.items())
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


def best_eta(kind: type[Optimizer], surface: Surface, steps: int = 100, etas: ArrayLike | None = None) -> Optimizer:
    """The method with the learning rate of the lowest final loss, on the full length, from the surface's own start.

    ``etas`` are the rates to try; the same 51, spread over 1e-4 … 10 in round values, for every method if omitted.
    """
    tried = np.array([float(f"{eta:.2g}") for eta in np.geomspace(1e-4, 10, 51)] if etas is None else etas)
    losses = sweep(kind(), surface, steps=steps, eta=tried).final_loss
    return kind(eta=float(tried[np.nanargmin(losses)]))
