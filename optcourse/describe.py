"""A step and the rates of a run in words: for screen readers, and for the numbers that tests compare."""

import numpy as np

from .formula.write import letters
from .trajectory import Trajectory


def step_in_words(trajectory: Trajectory, step: int) -> str:
    """The values that the formula's rows assign in one step; nothing after a divergence."""
    if trajectory.diverged_at is not None and step > trajectory.diverged_at:
        return ""
    assigned = [symbol for _, symbol, _ in trajectory.optimizer.trees()]
    values = (f"{letters(symbol)} = {pair(trajectory.values(('sym', symbol))[step])}" for symbol in assigned)
    return f"{trajectory.optimizer.title}, step {step}: {', '.join(values)}."


def rates_in_words(trajectory: Trajectory) -> str:
    first, last = trajectory.effective_rate[0], trajectory.effective_rate[-1]
    return f"{trajectory.optimizer.title}: effective learning rate of (x, y) from {pair(first)} to {pair(last)}."


def pair(values: np.ndarray) -> str:
    return "(" + ", ".join("0" if abs(value) < 1e-9 else f"{value:.3g}" for value in values) + ")"
