"""Real data, small models and the mini-batch loop, driven by the same optimizers as the surfaces: θ is one flat vector.

Leading axes of θ are a batch of runs (learning rates, seeds), trained all at once.
"""

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy
from sklearn.datasets import load_digits

from .declaration import Array, Optimizer, finite_numbers
from .surfaces import Surface, X, Y
from .trajectory import Trajectory, whole_steps

Labels = np.ndarray


@dataclass(frozen=True)
class Data:
    """Inputs (n, d), scaled to [0, 1], and labels (n,), in three parts that share no example."""

    train: tuple[Array, Labels]
    validation: tuple[Array, Labels]
    test: tuple[Array, Labels]


@functools.cache
def digits() -> Data:
    """scikit-learn's 1,797 handwritten digits (8 × 8 pixels, 10 classes): 1,077 to train, 360 to validate, 360 to test."""
    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    parts = [(inputs[rows] / 16, labels[rows]) for rows in np.split(order, [1077, 1437])]
    return Data(*parts)


@functools.cache
def six_or_nine() -> tuple[Array, Array]:
    """The digits' sixes (target 1) and nines (target −1), each by two numbers: ink in the upper and in the lower half.

    Returns inputs, shape (361, 2), standardised, and targets, shape (361,), of mean zero.
    """
    images, labels = load_digits(return_X_y=True)
    chosen = (labels == 6) | (labels == 9)
    halves = images[chosen].reshape(-1, 2, 32).mean(axis=2)
    targets = np.where(labels[chosen] == 6, 1.0, -1.0)
    return (halves - halves.mean(axis=0)) / halves.std(axis=0), targets - targets.mean()


class LeastSquares:
    """A linear model: the prediction is the inputs times θ, the loss half the mean squared error."""

    def loss(self, theta: Array, inputs: Array, targets: Array) -> Array:
        """Shape (*batch,) for θ of shape (*batch, d)."""
        return 0.5 * np.mean((theta @ inputs.T - targets) ** 2, axis=-1)

    def gradient(self, theta: Array, inputs: Array, targets: Array) -> Array:
        """∇ of the loss, the mean over the examples given; θ's shape."""
        return (theta @ inputs.T - targets) @ inputs / len(inputs)

    def surface(self, inputs: Array, targets: Array) -> Surface:
        """The loss of two weights over these data: a quadratic (coefficients rounded to six decimals)."""
        half = inputs.T @ inputs / len(inputs) / 2
        slope = -inputs.T @ targets / len(inputs)
        quadratic = half[0, 0] * X**2 + 2 * half[0, 1] * X * Y + half[1, 1] * Y**2
        exact = quadratic + slope[0] * X + slope[1] * Y + np.mean(targets**2) / 2
        expr = exact.xreplace({number: sympy.Float(round(float(number), 6)) for number in exact.atoms(sympy.Float)})
        best = np.linalg.solve(2 * half, -slope)
        return Surface("two weights", expr, (-2, 2, -2, 2), (1.5, 1.5), (tuple(best),))


class Network:
    """A multilayer perceptron (ReLU, softmax) on one flat θ; with no hidden layer it is softmax regression.

    Parameters
    ----------
    sizes : units per layer, inputs first: ``(64, 32, 10)``
    """

    def __init__(self, *sizes: int):
        self.sizes = sizes
        self.shapes = list(itertools.pairwise(sizes))
        self.count = sum((fan_in + 1) * fan_out for fan_in, fan_out in self.shapes)

    def init(self, seed: int) -> Array:
        """θ₀, shape (count,): He's initialisation, zero biases."""
        rng = np.random.default_rng(seed)
        parts = []
        for fan_in, fan_out in self.shapes:
            parts += [rng.normal(scale=np.sqrt(2 / fan_in), size=fan_in * fan_out), np.zeros(fan_out)]
        return np.concatenate(parts)

    def layers(self, theta: Array) -> list[tuple[Array, Array]]:
        """Views of θ as weights (*batch, in, out) and biases (*batch, 1, out)."""
        found, at = [], 0
        for fan_in, fan_out in self.shapes:
            middle, end = at + fan_in * fan_out, at + (fan_in + 1) * fan_out
            weights = theta[..., at:middle].reshape(*theta.shape[:-1], fan_in, fan_out)
            found.append((weights, theta[..., None, middle:end]))
            at = end
        return found

    def forward(self, theta: Array, inputs: Array) -> list[Array]:
        """The activations of every layer, (*batch, n, units); the last are log-probabilities."""
        active = [inputs]
        for weights, biases in self.layers(theta):
            active.append(np.maximum(active[-1] @ weights + biases, 0))
        scores = active[-2] @ weights + biases
        scores = scores - scores.max(axis=-1, keepdims=True)
        active[-1] = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
        return active

    def loss(self, theta: Array, inputs: Array, labels: Labels) -> Array:
        """Mean cross-entropy, shape (*batch,) for θ of shape (*batch, count)."""
        chosen = np.take_along_axis(self.forward(theta, inputs)[-1], self._column(labels, theta), axis=-1)
        return -chosen[..., 0].mean(axis=-1)

    def gradient(self, theta: Array, inputs: Array, labels: Labels) -> Array:
        """∇ of the loss by backpropagation; θ's shape."""
        active = self.forward(theta, inputs)
        error = np.exp(active[-1])
        column = self._column(labels, theta)
        np.put_along_axis(error, column, np.take_along_axis(error, column, axis=-1) - 1, axis=-1)
        error /= inputs.shape[-2]
        gradient, end = np.empty(theta.shape), self.count
        for (weights, _), below in zip(reversed(self.layers(theta)), reversed(active[:-1]), strict=True):
            fan_in, fan_out = weights.shape[-2:]
            middle, start = end - fan_out, end - (fan_in + 1) * fan_out
            gradient[..., middle:end] = error.sum(axis=-2)
            product = np.swapaxes(below, -1, -2) @ error
            gradient[..., start:middle] = product.reshape(*theta.shape[:-1], -1)
            if start:
                error = (error @ np.swapaxes(weights, -1, -2)) * (below > 0)
            end = start
        return gradient

    def accuracy(self, theta: Array, inputs: Array, labels: Labels) -> Array:
        """The share of inputs whose most probable class is right."""
        return (self.forward(theta, inputs)[-1].argmax(axis=-1) == labels).mean(axis=-1)

    def _column(self, labels: Labels, theta: Array) -> Labels:
        return np.broadcast_to(labels[..., None], (*theta.shape[:-1], labels.shape[-1], 1))


def batches(count: int, size: int, seed: int) -> Iterator[np.ndarray]:
    """Row numbers of one mini-batch after the other, without end; each pass over the data in a new random order."""
    size = whole_steps(size)
    if not 1 <= size <= count:
        raise ValueError(f"batch_size must be a whole number from 1 to {count}, not {size}")
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def train(
    model: "LeastSquares | Network",
    optimizer: Optimizer,
    data: tuple[Array, Labels],
    theta: Array,
    batch_size: int,
    seed: int = 0,
) -> Iterator[Array]:
    """θ after 0, 1, 2 … updates, without end; each update sees the mean gradient of one mini-batch.

    ``theta`` has shape (*batch, d); array fields of the optimizer must broadcast with ``batch``. What does not fill a last
    mini-batch is left out of that pass.
    """
    inputs, labels = data
    theta = finite_numbers(theta, "θ", "finite numbers")
    theta = np.broadcast_to(theta, (*np.broadcast_shapes(optimizer.shape, theta.shape[:-1]), theta.shape[-1])).copy()
    stepper = optimizer.per_coordinate()
    state = stepper.init(theta)
    yield theta
    for rows in batches(len(inputs), batch_size, seed):
        seen = inputs[rows], labels[rows]
        with np.errstate(all="ignore"):
            theta, state = stepper.step(theta, state, lambda point, seen=seen: model.gradient(point, *seen))
        yield theta


def on_surface(surface: Surface, optimizer: Optimizer, path: Array) -> Trajectory:
    """A path of two weights, shape (updates + 1, 2), as a trajectory on their surface."""
    return Trajectory(optimizer, surface, path, surface.value(path), surface.gradient(path), {}, None)
