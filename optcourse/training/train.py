"""Mini-batch training, and the comparison of learning rates and seeds."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import (
    MOST,
    SHORT,
    finite_numbers,
    instance,
    whole,
    wrong_value,
)
from ..formula.evaluate import Array
from ..methods.base import Optimizer, check_method
from ..methods.schedules import Schedule
from ..statistics import lowest
from ..surfaces.surface import Surface, points
from ..sweeps import rates, tail_loss
from ..trajectory import Trajectory, check_schedule, cut, scheduled
from .data import Data, Labels, _pair_of_arrays
from .network import LeastSquares, Network, _check_fit, _seeds


def batches(count: int, size: int, seed: int) -> Iterator[np.ndarray]:
    """Row numbers of one mini-batch after the other, without end; each pass over the data in a new random order."""
    count, seed = whole(count, "count", 1, 10_000_000), whole(seed, "seed")
    return _batches(count, whole(size, "size", 1, count), np.random.default_rng(seed))


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    while True:
        order = rng.permutation(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def train(
    model: "LeastSquares | Network",
    optimizer: Optimizer,
    data: tuple[ArrayLike, ArrayLike],
    theta: ArrayLike,
    batch_size: int,
    seed: int | Sequence[int] = 0,
    schedule: Schedule | None = None,
) -> Iterator[Array]:
    """θ after 0, 1, 2 … updates, without end; each update sees the mean gradient of one mini-batch.

    ``theta`` has shape (*batch, d); array fields of the optimizer must broadcast with ``batch``. With a sequence of seeds
    the first axis of the batch is theirs, and each draws its own mini-batches. What does not fill a last mini-batch is
    left out of that pass.
    """
    instance(model, LeastSquares | Network, "model", "a LeastSquares or a Network")
    instance(optimizer, Optimizer, "optimizer", "a method such as Momentum(eta=0.01)")
    check_schedule(schedule, optimizer)
    inputs, labels = _pair_of_arrays(data)
    if isinstance(model, Network):
        _check_fit(model, inputs, labels)
    batch_size = whole(batch_size, "batch_size", 1, len(inputs))
    theta = finite_numbers(theta, "θ", "finite numbers")
    count = model.count if isinstance(model, Network) else inputs.shape[1]
    if theta.ndim == 0 or theta.shape[-1] != count:
        raise ValueError(f"θ must have {count} numbers along its last axis, not the shape {theta.shape}")
    try:
        shape = (*np.broadcast_shapes(optimizer.shape, theta.shape[:-1]), count)
    except ValueError:
        raise ValueError(
            f"optimizer must have arrays that broadcast with θ's leading axes: {optimizer.shape} and {theta.shape[:-1]} do not"
        ) from None
    if math.prod(shape) > MOST:
        raise ValueError(f"optimizer and θ must make at most {MOST:,} numbers for all runs, not {math.prod(shape):,}")
    several = np.iterable(seed)
    seeds = _seeds(seed, "seed") if several else [whole(seed, "seed")]
    if several and (len(shape) < 2 or shape[0] not in (1, len(seeds))):
        raise ValueError(
            f"seed must be one number, or one for each along θ's first axis, {shape}, not {SHORT.repr(seed)}"
        )
    sources = [batches(len(inputs), batch_size, each) for each in seeds]
    rows = (len(sources), *(1,) * (len(shape) - 2), batch_size) if several else (batch_size,)
    drawn = (np.stack([next(source) for source in sources]).reshape(rows) for _ in itertools.count())
    start = np.broadcast_to(theta, shape).copy()
    return _updates(model, optimizer.per_coordinate(), inputs, labels, start, drawn, schedule)


def _updates(
    model: "LeastSquares | Network",
    stepper: Optimizer,
    inputs: Array,
    labels: Labels,
    theta: Array,
    drawn: Iterator[np.ndarray],
    schedule: Schedule | None,
) -> Iterator[Array]:
    """θ after 0, 1, 2 … updates, each on the examples whose row numbers are drawn next."""
    state = stepper.init(theta)
    for t in itertools.count(1):
        yield theta
        rows = next(drawn)
        seen = inputs[rows], labels[rows]
        with np.errstate(all="ignore"):
            now = stepper if schedule is None else scheduled(stepper, schedule, t)
            theta, state = now.step(theta, state, _once(functools.partial(_gradient, model, seen)))


def _gradient(model: "LeastSquares | Network", seen: tuple[Array, Labels], theta: Array) -> Array:
    return model.gradient(theta, *seen)


def _once(gradient: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Caches the last gradient, so that one update has one dropout mask, however often its equations ask for ∇J at a point."""
    known: list[Array] = []

    def answered(theta: Array) -> Array:
        if not (known and np.array_equal(known[0], theta)):
            known[:] = theta, gradient(theta)
        return known[1]

    return answered


def on_surface(surface: Surface, optimizer: Optimizer, path: ArrayLike) -> Trajectory:
    """A path of two weights, shape (updates + 1, 2), as a trajectory on their surface."""
    instance(surface, Surface, "surface", "a Surface, such as surfaces.ravine")
    instance(optimizer, Optimizer, "optimizer", "a method such as Momentum(eta=0.01)")
    if optimizer.shape:
        raise ValueError(f"optimizer must have single numbers, not arrays of shape {optimizer.shape}")
    path = points(path, "path").copy()
    if path.ndim != 2 or not len(path) or not np.isfinite(path[0]).all():
        raise wrong_value("path", "points of the shape (updates + 1, 2), the first of them finite", path)
    diverged_at = cut(path)
    loss, gradient = surface.value(path), surface.gradient(path)
    return Trajectory(optimizer, surface, path, loss, gradient, {}, diverged_at)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What one method did at every learning rate: the losses (epochs + 1, seeds, rates), the accuracies on test (seeds, rates)."""

    etas: Array
    training: Array
    validation: Array
    accuracy: Array

    @property
    def best(self) -> int:
        """The index of the learning rate with the lowest ``tail_loss`` of training, median over the seeds; warns at an edge."""
        (at,) = np.atleast_1d(lowest(np.median(tail_loss(self.training), axis=0), eta=self.etas))
        return int(at)

    @property
    def best_eta(self) -> float:
        """That learning rate."""
        return float(self.etas[self.best])


ETAS = np.geomspace(1e-4, 10, 16)  # three to a decade; the same for every method


def compare(
    kind: type[Optimizer],
    network: Network,
    data: Data,
    etas: ArrayLike = ETAS,
    seeds: Sequence[int] = range(5),
    epochs: int = 20,
    batch_size: int = 32,
    schedule: Schedule | None = None,
    **fixed: float,
) -> Comparison:
    """Train with every learning rate and seed at once.

    ``schedule`` is a factor on η for each update, as for :func:`train`; ``fixed`` are the method's other hyperparameters.
    """
    check_method(kind, needs="eta")
    instance(network, Network, "network", "a Network")
    instance(data, Data, "data", "what digits() gives")
    for part in (data.train, data.validation, data.test):
        _check_fit(network, *part)
    epochs, batch_size = whole(epochs, "epochs", 1, 100_000), whole(batch_size, "batch_size", 1, len(data.train[0]))
    seeds, tried = _seeds(seeds, "seeds"), rates(etas)
    if (runs := len(seeds) * len(tried)) * network.count > MOST:
        raise ValueError(
            f"seeds and etas must make at most {MOST // network.count:,} runs of this network, not {runs:,}"
        )
    known = [field.name for field in dataclasses.fields(kind) if field.name != "eta"]
    for name in fixed:
        if name not in known:
            raise ValueError(f"{kind.title} has no other hyperparameter {name!r}: it has {', '.join(known) or 'none'}")
    if kind(**fixed).shape:
        raise ValueError(f"{' and '.join(fixed)} must be single numbers, which all runs share")
    start = np.stack([network.init(seed) for seed in seeds])[:, None, :]
    network = network.seeded(seeds)
    method = kind(eta=tried[None, :], **fixed)
    updates = train(network, method, data.train, start, batch_size, seeds, schedule)
    each = len(data.train[0]) // batch_size
    losses: list[tuple[Array, Array]] = []
    for done, theta in enumerate(updates):
        if done % each == 0:
            losses.append((network.loss(theta, *data.train), network.loss(theta, *data.validation)))
        if done == epochs * each:
            break
    accuracy = network.accuracy(theta, *data.test)
    training, validation = (np.array(part) for part in zip(*losses, strict=True))
    return Comparison(tried, training, validation, accuracy)
