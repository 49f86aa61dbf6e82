"""A plane through a network's weights as a surface."""

import functools

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import instance, number, shaped, whole
from ..formula.evaluate import Array
from ..surfaces.minima import lowest_of
from ..surfaces.surface import Point, Surface, View, checked_view, points
from .data import _pair_of_arrays
from .network import Network, _check_fit


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
