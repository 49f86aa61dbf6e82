"""The loss surfaces: ``surfaces.ravine`` and the others of the catalogue, and :class:`Surface` for one of your own."""

from .catalogue import *  # noqa: F403
from .surface import Surface as Surface
