"""Small models, driven by the same optimizers as the surfaces: θ is one flat vector.

Leading axes of θ are a batch of runs (learning rates, seeds), trained all at once. What diverges gives infinities, not
warnings: losses and gradients have an error state of their own, whatever ``np.seterr`` says.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import array, instance, number, numbers, shaped, whole, wrong_type, wrong_value
from ..formula.evaluate import Array
from ..surfaces.surface import Surface
from .data import Labels

MOST_WEIGHTS, MOST_SEEDS = 10_000_000, 10_000  # of one network; of one call


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
        """The same network with a fresh dropout, drawn again for each run along θ's first axis, by the seed of that run.

        Runs along further axes share it: learning rates are compared on equal draws, and a run gives the same numbers
        whichever others train next to it.
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
