"""The loss surfaces: ``surfaces.ravine`` and the others, and :class:`Surface` for one of your own."""

from .catalogue import CATALOGUE, beale, bowl, himmelblau, plateau, ravine, rosenbrock, saddle, two_valleys
from .surface import Surface

__all__ = [
    "CATALOGUE",
    "Surface",
    "beale",
    "bowl",
    "himmelblau",
    "plateau",
    "ravine",
    "rosenbrock",
    "saddle",
    "two_valleys",
]
