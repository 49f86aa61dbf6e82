"""Real data, small models and the mini-batch loop, driven by the same optimizers as the surfaces: θ is one flat vector.

Leading axes of θ are a batch of runs (learning rates, seeds), trained all at once. What diverges gives infinities, not
warnings: losses and gradients have an error state of their own, whatever ``np.seterr`` says.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arguments import (
    MOST,
    SHORT,
    array,
    finite_numbers,
    function,
    instance,
    number,
    numbers,
    result,
    shaped,
    whole,
    wrong_type,
    wrong_value,
)
from .arithmetic import Array
from .declaration import Optimizer, check_method
from .schedules import Schedule
from .surfaces import Point, Surface, View, checked_view, lowest_of, points
from .trajectory import Trajectory, check_schedule, cut, rates, scheduled, tail_loss
from .verdicts import lowest

Labels = np.ndarray
MOST_WEIGHTS, MOST_SEEDS = 10_000_000, 10_000  # of one network; of one call


@dataclass(frozen=True)
class Data:
    """Inputs (n, d), scaled to [0, 1], and labels (n,), in three parts that share no example."""

    train: tuple[Array, Labels]
    validation: tuple[Array, Labels]
    test: tuple[Array, Labels]

    def map(self, change: Callable[[tuple[Array, Labels]], tuple[Array, Labels]]) -> "Data":
        """Each part, (inputs, labels), after ``change``: other features of the same examples."""
        allowed = "a function that turns a pair (inputs, labels) into another"
        function(change, "change", allowed, 1)
        made = (result(change, "change", allowed, part) for part in (self.train, self.validation, self.test))
        return Data(*(_pair_of_arrays(part, "what change gives") for part in made))


@functools.cache
def _images() -> tuple[Array, np.ndarray]:
    """Inputs and labels as scikit-learn has them, which takes more than a second to import."""
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)


@functools.cache
def digits() -> Data:
    """scikit-learn's 1,797 handwritten digits (8 × 8 pixels, 10 classes): 1,077 to train, 360 to validate, 360 to test."""
    inputs, labels = _images()
    order = np.random.default_rng(0).permutation(len(labels))
    parts = [(inputs[rows] / 16, labels[rows]) for rows in np.split(order, [1077, 1437])]
    return Data(*parts)


@functools.cache
def six_or_nine() -> tuple[Array, Array]:
    """The digits' sixes (target 1) and nines (target −1), each by two numbers: ink in the upper and in the lower half.

    Returns inputs, shape (361, 2), standardised, and targets, shape (361,), of mean zero.
    """
    images, labels = _images()
    chosen = (labels == 6) | (labels == 9)
    halves = images[chosen].reshape(-1, 2, 32).mean(axis=2)
    targets = np.where(labels[chosen] == 6, 1.0, -1.0)
    return (halves - halves.mean(axis=0)) / halves.std(axis=0), targets - targets.mean()


def _examples(given: ArrayLike) -> Array:
    """Inputs as an array of shape (..., n, d), with one example at least."""
    allowed = "numbers of the shape (n, d), a row for each example"
    inputs = numbers(given, "inputs", allowed)
    if inputs.ndim < 2 or not inputs.size:
        raise wrong_value("inputs", allowed, given)
    return inputs


def _weights(given: ArrayLike, count: int, batch: tuple[int, ...] = ()) -> Array:
    """θ as an array of shape (..., count); its leading axes must broadcast with those of the inputs, ``batch``."""
    allowed = f"numbers, {count} along the last axis"
    theta = numbers(given, "theta", allowed)
    if theta.ndim == 0 or theta.shape[-1] != count:
        raise wrong_value("theta", allowed, given)
    try:
        if batch:
            np.broadcast_shapes(theta.shape[:-1], batch)
    except ValueError:
        raise ValueError(
            f"theta must have leading axes that fit those of inputs, {batch}, not {theta.shape[:-1]}"
        ) from None
    return theta


def _targets(given: ArrayLike, inputs: Array) -> Array:
    """Targets as an array: one for each of the inputs."""
    allowed = f"numbers of the shape {inputs.shape[:-1]}, one for each example"
    targets = numbers(given, "targets", allowed)
    if targets.shape != inputs.shape[:-1]:
        raise wrong_value("targets", allowed, given)
    return targets


def _labels(given: ArrayLike, shape: tuple[int, ...], classes: int) -> Labels:
    """Labels as an array: a class for each example."""
    allowed = f"whole numbers from 0 to {classes - 1} of the shape {shape}, one for each example"
    labels = array(given, "labels", allowed, "iu")
    if labels.shape != shape or labels.min() < 0 or labels.max() >= classes:
        raise wrong_value("labels", allowed, given)
    return labels


class LeastSquares:
    """A linear model: the prediction is the inputs times θ, the loss half the mean squared error."""

    @np.errstate(all="ignore")
    def loss(self, theta: ArrayLike, inputs: ArrayLike, targets: ArrayLike) -> Array:
        """Shape (*batch,) for θ of shape (*batch, d)."""
        return 0.5 * np.mean(self._error(*self._arrays(theta, inputs, targets)) ** 2, axis=-1)

    @np.errstate(all="ignore")
    def gradient(self, theta: ArrayLike, inputs: ArrayLike, targets: ArrayLike) -> Array:
        """∇ of the loss, the mean over the examples given; θ's shape. Each run may have examples of its own: (*batch, n, d)."""
        theta, inputs, targets = self._arrays(theta, inputs, targets)
        error = self._error(theta, inputs, targets)
        if inputs.ndim == 2:
            return error @ inputs / len(inputs)
        return (error[..., None, :] @ inputs)[..., 0, :] / inputs.shape[-2]

    def _arrays(self, theta: ArrayLike, inputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array, Array]:
        """The arguments as arrays; TypeError or ValueError if they do not fit one another."""
        inputs = _examples(inputs)
        return _weights(theta, inputs.shape[-1], inputs.shape[:-2]), inputs, _targets(targets, inputs)

    def _error(self, theta: Array, inputs: Array, targets: Array) -> Array:
        """Prediction minus target, (*batch, n)."""
        return (theta @ inputs.T if inputs.ndim == 2 else (inputs @ theta[..., None])[..., 0]) - targets

    def surface(self, inputs: ArrayLike, targets: ArrayLike) -> Surface:
        """The loss of two weights over these data: a quadratic (coefficients rounded to six decimals)."""
        inputs = shaped(_examples(inputs), "inputs", (-1, 2), "finite numbers of the shape (n, 2)")
        targets = shaped(targets, "targets", (len(inputs),), f"{len(inputs)} finite numbers, one for each example")
        if np.linalg.matrix_rank(inputs) < 2:
            raise ValueError("inputs must have two columns of which neither is a multiple of the other")
        half = inputs.T @ inputs / len(inputs) / 2
        slope = -inputs.T @ targets / len(inputs)
        terms = {"x^2": half[0, 0], "x*y": 2 * half[0, 1], "y^2": half[1, 1], "x": slope[0], "y": slope[1]}
        quadratic = " + ".join(f"({factor:.6f})*{part}" for part, factor in terms.items())
        best = np.linalg.solve(2 * half, -slope)
        return Surface(
            "two weights", f"{quadratic} + {np.mean(targets**2) / 2:.6f}", (-2, 2, -2, 2), (1.5, 1.5), (tuple(best),)
        )


class Network:
    """A multilayer perceptron (ReLU, softmax) on one flat θ; with no hidden layer it is softmax regression.

    Parameters
    ----------
    sizes : units per layer, inputs first: ``(64, 32, 10)``
    dropout : the share of hidden units that each gradient leaves out at random, in [0, 1)
    """

    def __init__(self, *sizes: int, dropout: float = 0.0, seed: int = 0):
        if len(sizes) < 2:
            raise wrong_value("sizes", "two whole numbers or more, such as 64, 32, 10", sizes)
        sizes = tuple(whole(units, "sizes", 1, 100_000) for units in sizes)
        if not number(dropout, "dropout", 0, 1) < 1:
            raise wrong_value("dropout", "a number in [0, 1)", dropout)
        seed = whole(seed, "seed")
        self.sizes, self.dropout, self._rngs = sizes, dropout, [np.random.default_rng(seed)]
        self.shapes = list(itertools.pairwise(sizes))
        self.count = sum((fan_in + 1) * fan_out for fan_in, fan_out in self.shapes)
        if self.count > MOST_WEIGHTS:
            raise ValueError(f"sizes must make at most {MOST_WEIGHTS:,} weights, not {self.count:,}: use fewer units")

    def seeded(self, seeds: Sequence[int]) -> "Network":
        """The same network with a fresh dropout, drawn anew for each run along θ's first axis, by the seed of that run.

        Runs along further axes share it: learning rates are compared on equal draws, and a run gives the same numbers
        whichever others train beside it.
        """
        fresh = Network(*self.sizes, dropout=self.dropout)
        fresh._rngs = [np.random.default_rng(seed) for seed in _seeds(seeds, "seeds")]
        return fresh

    def init(self, seed: int) -> Array:
        """θ₀, shape (count,): He's initialisation, zero biases."""
        rng = np.random.default_rng(whole(seed, "seed"))
        parts = []
        for fan_in, fan_out in self.shapes:
            parts += [rng.normal(scale=np.sqrt(2 / fan_in), size=fan_in * fan_out), np.zeros(fan_out)]
        return np.concatenate(parts)

    def layers(self, theta: ArrayLike) -> list[tuple[Array, Array]]:
        """Views of θ as weights (*batch, in, out) and biases (*batch, 1, out)."""
        theta = _weights(theta, self.count)
        found, at = [], 0
        for fan_in, fan_out in self.shapes:
            middle, end = at + fan_in * fan_out, at + (fan_in + 1) * fan_out
            weights = theta[..., at:middle].reshape(*theta.shape[:-1], fan_in, fan_out)
            found.append((weights, theta[..., None, middle:end]))
            at = end
        return found

    @np.errstate(all="ignore")
    def forward(self, theta: ArrayLike, inputs: ArrayLike, training: bool = False) -> list[Array]:
        """The activations of every layer, (*batch, n, units); the last are log-probabilities.

        With ``training``, dropout leaves hidden units out and makes up for them by larger ones.
        """
        inputs = self._examples(inputs)
        *hidden, (weights, biases) = self.layers(_weights(theta, self.count, inputs.shape[:-2]))
        instance(training, bool, "training", "True or False")
        active = [inputs]
        for weights_below, biases_below in hidden:
            units = np.maximum(active[-1] @ weights_below + biases_below, 0)
            if training and self.dropout:
                units *= self._kept(units.shape) / (1 - self.dropout)
            active.append(units)
        scores = active[-1] @ weights + biases
        scores = scores - scores.max(axis=-1, keepdims=True)
        return [*active, scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))]

    def _kept(self, shape: tuple[int, ...]) -> np.ndarray:
        """Which hidden units are not left out, broadcastable with ``shape``, (*batch, n, units)."""
        kept = np.stack([rng.random(shape[-2:]) >= self.dropout for rng in self._rngs])
        return kept[0] if len(kept) == 1 else kept.reshape(len(kept), *(1,) * (len(shape) - 3), *shape[-2:])

    @np.errstate(all="ignore")
    def loss(self, theta: ArrayLike, inputs: ArrayLike, labels: ArrayLike) -> Array:
        """Mean cross-entropy, shape (*batch,) for θ of shape (*batch, count)."""
        scores = self.forward(theta, inputs)[-1]
        chosen = np.take_along_axis(scores, self._column(labels, inputs, scores), axis=-1)
        return -chosen[..., 0].mean(axis=-1)

    @np.errstate(all="ignore")
    def gradient(self, theta: ArrayLike, inputs: ArrayLike, labels: ArrayLike) -> Array:
        """∇ of the loss by backpropagation; θ's shape."""
        theta = _weights(theta, self.count)
        active = self.forward(theta, inputs, training=True)
        error = np.exp(active[-1])
        column = self._column(labels, inputs, error)
        np.put_along_axis(error, column, np.take_along_axis(error, column, axis=-1) - 1, axis=-1)
        error /= error.shape[-2]
        gradient, end = np.empty(theta.shape), self.count
        for (weights, _), below in zip(reversed(self.layers(theta)), reversed(active[:-1]), strict=True):
            fan_in, fan_out = weights.shape[-2:]
            middle, start = end - fan_out, end - (fan_in + 1) * fan_out
            gradient[..., middle:end] = error.sum(axis=-2)
            product = np.swapaxes(below, -1, -2) @ error
            gradient[..., start:middle] = product.reshape(*theta.shape[:-1], -1)
            if start:
                error = (error @ np.swapaxes(weights, -1, -2)) * (below > 0) / (1 - self.dropout)
            end = start
        return gradient

    @np.errstate(all="ignore")
    def accuracy(self, theta: ArrayLike, inputs: ArrayLike, labels: ArrayLike) -> Array:
        """The share of inputs whose most probable class is right."""
        scores = self.forward(theta, inputs)[-1]
        right = scores.argmax(axis=-1) == self._column(labels, inputs, scores)[..., 0]
        return right.astype(float).mean(axis=-1)

    def _examples(self, inputs: ArrayLike) -> Array:
        """The inputs as an array that fits the first layer."""
        found = _examples(inputs)
        if found.shape[-1] != self.sizes[0]:
            raise wrong_value(
                "inputs", f"rows of {self.sizes[0]} numbers, one for each unit of the first layer", inputs
            )
        return found

    def _column(self, labels: ArrayLike, inputs: ArrayLike, scores: Array) -> Labels:
        """The label of each example, as a column that fits its scores, (*batch, n, 1)."""
        found = _labels(labels, np.shape(inputs)[:-1], self.sizes[-1])
        return np.broadcast_to(found[..., None], (*scores.shape[:-1], 1))


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
    """A gradient that answers the same where it is asked twice running at a point: dropout would draw anew for each ∇J in the rows."""
    known: list[Array] = []

    def answered(theta: Array) -> Array:
        if not (known and np.array_equal(known[0], theta)):
            known[:] = theta, gradient(theta)
        return known[1]

    return answered


def _pair_of_arrays(data: tuple[ArrayLike, ArrayLike], name: str = "data") -> tuple[Array, Labels]:
    allowed = "a pair (inputs, labels) of arrays, shapes (n, d) and (n,)"
    if not (isinstance(data, tuple | list) and len(data) == 2):
        raise wrong_type(name, allowed, data)
    inputs, labels = (finite_numbers(part, name, allowed) for part in data)
    if inputs.ndim != 2 or labels.shape != inputs.shape[:1] or not inputs.size:
        raise ValueError(f"{name} must be {allowed}, not {inputs.shape} and {labels.shape}")
    return inputs, np.asarray(data[1])


def _check_fit(network: Network, inputs: Array, labels: Labels) -> None:
    """ValueError unless data fit the network's first and last layer."""
    kind, (first, *_, last) = labels.dtype.kind, network.sizes
    if inputs.shape[1] != first or kind not in "iu" or labels.min() < 0 or labels.max() >= last:
        raise ValueError(
            f"data must fit the network's sizes {network.sizes}: inputs of {first} numbers and whole labels below {last}, "
            f"not inputs of {inputs.shape[1]} numbers and labels from {labels.min():g} to {labels.max():g}"
        )


def _seeds(given: Any, name: str) -> list[int]:
    allowed = f"1 to {MOST_SEEDS:,} whole numbers ≥ 0"
    if not np.iterable(given) or isinstance(given, str | bytes):
        raise wrong_type(name, allowed, given)
    seeds = [whole(each, name) for each in itertools.islice(given, MOST_SEEDS + 1)]
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise wrong_value(name, allowed, given)
    return seeds


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


class Slice(Surface):
    """A plane through a network's weights as a surface: J(x, y) = loss(θ₀ + x d₁ + y d₂).

    Parameters
    ----------
    network, data : the loss is the network's over these (inputs, labels)
    centre : θ₀, shape (count,)
    directions : d₁ and d₂, shape (2, count)
    view, start : as for :class:`Surface`
    """

    def __init__(
        self,
        network: Network,
        data: tuple[ArrayLike, ArrayLike],
        centre: ArrayLike,
        directions: ArrayLike,
        view: View = (-1, 1, -1, 1),
        start: Point = (-0.8, 0.6),
        name: str = "two weights of a network",
    ):
        instance(network, Network, "network", "a Network")
        inputs, labels = _pair_of_arrays(data)
        _check_fit(network, inputs, labels)
        centre = shaped(centre, "centre", (network.count,), f"θ₀ with {network.count} numbers")
        if not np.isfinite(network.loss(centre, inputs, labels)):
            raise ValueError("centre must be weights for which the network's loss is finite")
        directions = shaped(directions, "directions", (2, network.count), f"two rows of {network.count} numbers")
        super().__init__(name, "x + y", view, start)  # its methods have the network's loss, not this formula's
        self.network, self.data, self.centre, self.directions = network, (inputs, labels), centre, directions

    def __repr__(self) -> str:
        return f"Slice({self.name!r}, view={self.view})"

    @property
    def latex(self) -> str:
        return r"J(x, y) = J(\theta_0 + x d_1 + y d_2)"

    def zoom(self, view: View) -> "Slice":
        return Slice(self.network, self.data, self.centre, self.directions, view, self.start, self.name)

    @np.errstate(all="ignore")
    def weights(self, theta: ArrayLike) -> Array:
        """The network's θ at points of the plane, (..., count)."""
        return self.centre + points(theta) @ self.directions

    @np.errstate(all="ignore")
    def value(self, theta: ArrayLike) -> Array:
        theta = points(theta)
        losses = [self.network.loss(self.weights(part), *self.data) for part in _chunks(theta.reshape(-1, 2))]
        return np.concatenate([np.empty(0), *losses]).reshape(theta.shape[:-1])

    @np.errstate(all="ignore")
    def gradient(self, theta: ArrayLike) -> Array:
        theta = points(theta)
        chunks = _chunks(theta.reshape(-1, 2))
        parts = [self.network.gradient(self.weights(part), *self.data) @ self.directions.T for part in chunks]
        return np.concatenate([np.empty((0, 2)), *parts]).reshape(theta.shape)

    @np.errstate(all="ignore")
    def hessian(self, theta: ArrayLike, h: float = 1e-4) -> Array:
        """By central differences of the gradient."""
        theta, h = points(theta), number(h, "h", 1e-12)
        pairs = [(self.gradient(theta + step) - self.gradient(theta - step)) / (2 * h) for step in h * np.eye(2)]
        rough = np.stack(pairs, axis=-1)
        return (rough + np.swapaxes(rough, -1, -2)) / 2

    @functools.cached_property
    def _grids(self) -> dict[View, tuple[Array, Array, Array]]:
        return {}

    def grid(self, size: int = 41, view: View | None = None) -> tuple[Array, Array, Array]:
        """As for :class:`Surface`, always 41 × 41, and once for each view: each point is a whole network."""
        whole(size, "size", 2, 2000)
        seen = self.view if view is None else checked_view(view)
        if seen not in self._grids:
            self._grids[seen] = super().grid(41, seen)
        return self._grids[seen]

    @functools.cached_property
    def minima(self) -> Array:
        x, y, value = self.grid()
        lowest = lowest_of(value)
        return np.array([[x.flat[lowest], y.flat[lowest]]])

    @classmethod
    def random(
        cls,
        network: Network,
        data: tuple[ArrayLike, ArrayLike],
        centre: ArrayLike,
        seed: int = 0,
        view: View = (-1, 1, -1, 1),
        start: Point = (-0.8, 0.6),
    ) -> "Slice":
        """Two random directions, each unit's weights scaled to the length of that unit's own (Li et al. 2018)."""
        instance(network, Network, "network", "a Network")
        centre = shaped(centre, "centre", (network.count,), f"θ₀ with {network.count} numbers")
        rng = np.random.default_rng(whole(seed, "seed"))
        directions = rng.normal(size=(2, network.count))
        for direction in directions:
            for (drawn, bias), (own, _) in zip(network.layers(direction), network.layers(centre), strict=True):
                drawn *= np.linalg.norm(own, axis=0) / np.linalg.norm(drawn, axis=0)
                bias *= 0
        return cls(network, data, centre, directions, view, start, "slice of a network's loss")


def _chunks(theta: Array, size: int = 128) -> list[Array]:
    return [theta[at : at + size] for at in range(0, len(theta), size)]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What one method did at every learning rate: the losses (passes + 1, seeds, rates), the accuracies on test (seeds, rates)."""

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


TICK = "a function that can be called without arguments"
ETAS = np.geomspace(1e-4, 10, 16)  # three to a decade; the same for every method


def compare(
    kind: type[Optimizer],
    network: Network,
    data: Data,
    etas: ArrayLike = ETAS,
    seeds: Sequence[int] = range(5),
    passes: int = 20,
    batch_size: int = 32,
    tick: Callable[[], Any] = lambda: None,
    schedule: Schedule | None = None,
    **fixed: float,
) -> Comparison:
    """Train with every learning rate and seed at once; ``tick`` is called after each pass over the data.

    ``schedule`` is a factor on η for each update, as for :func:`train`; ``fixed`` are the method's other hyperparameters.
    """
    check_method(kind, needs="eta")
    instance(network, Network, "network", "a Network")
    instance(data, Data, "data", "what digits() gives")
    for part in (data.train, data.validation, data.test):
        _check_fit(network, *part)
    passes, batch_size = whole(passes, "passes", 1, 100_000), whole(batch_size, "batch_size", 1, len(data.train[0]))
    seeds, tried = _seeds(seeds, "seeds"), rates(etas)
    if (runs := len(seeds) * len(tried)) * network.count > MOST:
        raise ValueError(
            f"seeds and etas must make at most {MOST // network.count:,} runs of this network, not {runs:,}"
        )
    function(tick, "tick", TICK, 0)
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
            result(tick, "tick", TICK)
        if done == passes * each:
            break
    accuracy = network.accuracy(theta, *data.test)
    training, validation = (np.array(part) for part in zip(*losses, strict=True))
    return Comparison(tried, training, validation, accuracy)
