"""optcourse: an interactive course on the optimizers of deep learning."""

from . import surfaces
from .explorers import explore
from .formulas import Card
from .optimizers import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from .plots import picture
from .trajectory import Trajectory, best_eta, run, sweep

__all__ = [
    "NAG",
    "OPTIMIZERS",
    "AdaGrad",
    "Adam",
    "Card",
    "GradientDescent",
    "Momentum",
    "RMSProp",
    "Trajectory",
    "best_eta",
    "explore",
    "picture",
    "run",
    "surfaces",
    "sweep",
]
