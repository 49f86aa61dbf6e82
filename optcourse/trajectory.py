"""Runs of an optimizer on a surface, one or a whole batch, and what can be said about them.

>>> from optcourse import GradientDescent, surfaces
>>> trajectory = run(GradientDescent(eta=0.1), surfaces.bowl, start=(1, 1), steps=2)
>>> trajectory.theta[-1]
array([0.81, 0.81])
"""

import functools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .arguments import finite_numbers, instance, number, whole, wrong_value
from .formula.evaluate import Array, evaluate, everywhere
from .formula.parse import Node, parse, symbols
from .methods.base import Environment, Optimizer, State, environment, execute
from .methods.schedules import Schedule
from .surfaces.surface import LANDMARKS, Surface

MOST_STEPS, MOST_NUMBERS = 1_000_000, 100_000_000  # of one run; in the path of a whole batch (0.8 GB)
TOO_FAR = 1e6  # a coordinate beyond this has diverged
MOST_RUNS = 1_000_000  # at once
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
    diverged_at : the step at which a coordinate left ±1e6 or was no longer finite (``end`` says which), or None; for a
        batch an integer array, −1 where a run did not diverge
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
    def has_state(self) -> bool:
        """Whether the optimizer's state is known: not along a path of which only the positions were kept, as in training."""
        return set(self.state) == set(self.optimizer.init(self.theta[0]))

    @functools.cached_property
    def symbols(self) -> Environment:
        """Every symbol of the formula at every step, shape (steps, *batch, 2): entry t − 1 belongs to step t."""
        before = slice(0, max(self.steps, 1))
        state = {name: value[before] for name, value in self.state.items()}
        with np.errstate(all="ignore"):
            optimizer = self.optimizer.per_coordinate()
            if self.schedule is not None:
                t = np.arange(1, max(self.steps, 1) + 1).reshape(-1, *(1,) * (self.theta.ndim - 1))
                optimizer = scheduled(optimizer, self.schedule, t)
            if not self.has_state:
                return environment(optimizer, self.theta[before], {})
            return execute(optimizer, self.theta[before], state, self.surface.gradient)

    def values(self, latex: str | Node) -> Array:
        r"""An expression at every step, shape (steps + 1, *batch, 2), as pictures and the page show it.

        It may use the formula's symbols (NaN at step 0, which no row has made), ``\theta`` and ``J(\theta)`` after the step,
        ``k``, the step's number, and the reference_values of the minimum that the run goes to, see :meth:`Surface.reference_values_at` (in a
        batch: that the surface's start leads to).
        """
        instance(latex, str | tuple, "latex", "text such as '\\eta m_t', or its tree")
        node = parse(latex) if isinstance(latex, str) else latex
        names = self._at_every_step
        if any(symbol in LANDMARKS for symbol in symbols(node)):
            one = self.theta.ndim == 2
            names = names | (self.surface.reference_values_at(self.minimum) if one else self.surface.reference_values)
        with np.errstate(all="ignore"):
            grad, loss = (everywhere(each, self.theta) for each in (self.surface.gradient, self.surface.value))
            value = evaluate(node, names, grad, loss)
        return np.broadcast_to(value, self.theta.shape)

    @functools.cached_property
    def _at_every_step(self) -> Environment:
        count = self.steps + 1
        names = {"theta": self.theta, "k": np.arange(count).reshape(-1, *(1,) * (self.theta.ndim - 1))}
        for name, value in self.symbols.items():
            varies = np.ndim(value) == self.theta.ndim and len(value) == max(self.steps, 1)
            names[name] = (
                np.concatenate([np.full_like(value[:1], np.nan, dtype=float), value])[:count] if varies else value
            )
        return names

    @functools.cached_property
    def effective_rate(self) -> Array:
        if not self.optimizer.rate:
            return np.full(self.theta.shape, np.nan)
        rate = self.values(self.optimizer.rate)
        return np.concatenate([rate[1:2], rate[1:]]) if self.steps else rate

    @property
    def excess_loss(self) -> Array:
        """The loss above the lowest known minimum, shape (steps + 1, *batch)."""
        with np.errstate(over="ignore"):
            return self.loss - self.surface.lowest

    def first_below(self, tolerance: float = 1e-6) -> "int | None":
        """The first step of one run from which ``excess_loss`` stays at or below the tolerance, or None."""
        tolerance = number(tolerance, "tolerance", 0)
        if self.theta.ndim > 2:
            raise ValueError(f"first_below is for one run, not for a batch of shape {self.loss.shape[1:]}")
        settled = int(_settled(self.excess_loss <= tolerance))
        return None if settled < 0 else settled

    @property
    def minimum(self) -> Array:
        """The known minimum that the run goes to: nearest to its last finite point; shape (*batch, 2)."""
        finite = np.asarray(np.isfinite(self.theta).all(axis=-1))
        last = len(finite) - 1 - finite[::-1].argmax(axis=0)
        return self.surface.nearest_minimum(np.take_along_axis(self.theta, last[None, ..., None], axis=0)[0])

    def overshoot(self) -> Array:
        """How far a run goes past the minimum that it goes to, per coordinate, seen from its start; shape (*batch, 2)."""
        offset = (self.theta - self.minimum) * np.sign(self.minimum - self.theta[0])
        return np.maximum(np.nanmax(offset, axis=0), 0.0)

    @property
    def end(self) -> str:
        """How one run ended early, in a few words, or nothing: "diverged at step 7", or "0/0 at step 1: not a number"."""
        at = self.diverged_at
        if at is None:
            return ""
        if not np.isnan(self.theta[at]).any():
            return f"diverged at step {at}"
        if not (np.isfinite(self.loss[max(at - 1, 0)]) and np.isfinite(self.grad[max(at - 1, 0)]).all()):
            return f"not a number at step {at}: the surface has no finite value or gradient where step {max(at - 1, 0)} led"
        return f"0/0 at step {at}: not a number"

    def describe(self) -> str:
        """What happened, in a few plain sentences."""
        head = f"{self.optimizer.label} on the {self.surface.name} surface, {self.steps} steps"
        if self.theta.ndim > 2:
            runs = self.loss[0].size
            gone = np.asarray(self.diverged_at) >= 0
            diverged = int(np.sum(gone))
            with np.errstate(invalid="ignore"):
                best = np.nanmin(np.where(gone, np.nan, self.loss[-1])) if diverged < runs else np.nan
            return f"{head}: {runs} runs, {diverged} diverged, best final loss {_number(best)}."
        parts = [f"{head} from {_point(self.theta[0])}."]
        if self.surface.note and not self.surface.minima_are_known:  # a reader's own: where it starts, and why
            parts.append(f"The surface {self.surface.note}.")
        if self.diverged_at is None:
            parts.append(f"Loss {_number(self.loss[0])} → {_number(self.loss[-1])}, ends at {_point(self.theta[-1])}.")
            settled = self.first_below()
            parts.append(
                f"{_nearest(self)}." if settled is None else f"Within 1e-6 of the lowest loss from step {settled} on."
            )
        else:
            parts.append(f"Loss starts at {_number(self.loss[0])}; {self.end}.")
        return " ".join(parts)


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-9 else f"{value:.3g}"


def _point(theta: Array) -> str:
    return "(" + ", ".join(f"{coordinate:.3f}".replace("-0.000", "0.000") for coordinate in theta) + ")"


def _nearest(trajectory: Trajectory) -> str:
    known = "nearest known minimum" if trajectory.surface.minima_are_known else "lowest point in view"
    distance = np.linalg.norm(trajectory.minimum - trajectory.theta[-1])
    return f"The {known}, {_point(trajectory.minimum)}, is {distance:.3f} away"


def _settled(below: np.ndarray) -> np.ndarray:
    """First index along axis 0 from which ``below`` stays true, −1 where it does not at the end."""
    tail = np.cumprod(below[::-1], axis=0).sum(axis=0)
    return np.where(tail > 0, len(below) - tail, -1)


def whole_steps(steps: int) -> int:
    """``steps`` as an int from 0 to a million, or an error that names it."""
    return whole(steps, "steps", 0, MOST_STEPS)


def _checked(optimizer: Optimizer, surface: Surface, schedule: Schedule | None = None) -> None:
    instance(optimizer, Optimizer, "optimizer", "a method such as Momentum(eta=0.01)")
    instance(surface, Surface, "surface", "a Surface, such as surfaces.ravine")
    check_schedule(schedule, optimizer)


def check_schedule(schedule: Schedule | None, optimizer: Optimizer) -> None:
    """TypeError unless ``schedule`` is one, or None; ValueError if the method has no η that it could multiply."""
    instance(schedule, Schedule | None, "schedule", "a Schedule such as cosine(100), or None")
    if schedule is not None and "eta" not in optimizer.values:
        raise ValueError(NO_ETA.format(title=optimizer.title))


def _state(given: State | None, stepper: Optimizer, theta: Array) -> State:
    """The state to begin with; an error if it is not the method's, or does not fit θ."""
    fresh = stepper.init(theta)
    if given is None:
        return fresh
    allowed = f"a dict with {', '.join(fresh) or 'nothing'}, each like θ"
    instance(given, dict, "state", allowed)
    if set(given) != set(fresh):
        raise wrong_value("state", allowed, given)
    for name, value in fresh.items():
        try:
            fresh[name] = np.broadcast_to(finite_numbers(given[name], f"state {name}", allowed), np.shape(value)).copy()
        except ValueError as error:
            raise ValueError(f"state {name} must be {allowed}: {error}") from None
    return fresh


def first_point(start: ArrayLike, optimizer: Optimizer) -> Array:
    """θ₀ for a run or a batch: shape (*batch, 2), broadcast with the optimizer's array fields."""
    allowed = "two finite numbers (x, y), or an array of such pairs"
    point = finite_numbers(start, "start", allowed)
    if point.ndim == 0 or point.shape[-1] != 2:
        raise wrong_value("start", allowed, start)
    try:
        batch = np.broadcast_shapes(optimizer.shape, point.shape[:-1])
    except ValueError:
        raise ValueError(
            f"start must broadcast with the hyperparameters: {point.shape[:-1]} does not fit {optimizer.shape}"
        ) from None
    if (runs := math.prod(batch)) > MOST_RUNS:
        arrays = [item.letter for item in optimizer.hypers() if np.ndim(getattr(optimizer, item.name))]
        raise ValueError(
            f"optimizer and start must make at most {MOST_RUNS:,} runs at once, not {runs:,}: "
            f"give fewer values of {' or '.join(arrays) or 'start'}"
        )
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
    steps : whole number from 0 to 1,000,000
    state : the optimizer's state to begin with, as from another run; fresh if omitted
    schedule : a factor on η for each step, see :mod:`optcourse.methods.schedules`

    A run that diverges is cut short: its ``diverged_at`` says where, later entries are NaN, nothing is raised or warned.

    >>> from optcourse import Momentum, surfaces
    >>> run(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, start=(-4, 1), steps=200).theta.shape
    (201, 2)
    """
    _checked(optimizer, surface, schedule)
    steps = whole_steps(steps)
    theta = first_point(surface.start if start is None else start, optimizer)
    if theta.size * (steps + 1) > MOST_NUMBERS:
        raise ValueError(
            f"steps must be at most {MOST_NUMBERS // theta.size - 1:,} for {theta.size // 2:,} runs, not {steps}"
        )
    one, stepper = theta.ndim == 1, optimizer.per_coordinate()
    state = _state(state, stepper, theta)
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


NO_ETA = "schedule multiplies η, which {title} does not have: use eta in a row, or leave the schedule out"


def scheduled(optimizer: Optimizer, schedule: Schedule, t: ArrayLike) -> Optimizer:
    """The optimizer with the η of step t; a factor of zero becomes the smallest number, since η must be > 0."""
    eta = np.maximum(optimizer.values["eta"] * schedule(t), np.finfo(float).tiny)
    return replace(optimizer, **{"eta": eta})


def _gone(theta: Array) -> np.ndarray:
    """Mask of diverged points, shape (...); not by a reduction, which is slow over an axis of two."""
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
