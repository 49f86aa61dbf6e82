"""The network trainer: methods train a network in the page, and NumPy says what they reach."""

import dataclasses
import functools
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure

from ..arguments import number, whole, wrong_type, wrong_value
from ..formula.evaluate import Array, Gradient, evaluate
from ..formula.parse import Node, parse
from ..methods.base import Optimizer, State, execute
from ..methods.optimizers import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from ..plots.figures import Drawing, own_settings, series
from ..plots.style import LETTERS, Look, look
from ..plots.views import RateView, TrainingView
from ..training.data import digits
from ..training.network import Network
from ..training.train import ETAS, train
from . import wire
from .base import LiveWidget
from .config import variant_of
from .display import Displayed
from .explorer import type_size
from .program import own_hypers
from .sliders import slider_values

MOST_EPOCHS, MOST_METHODS, VALLEY_SEEDS = 50, 6, 5
ETA = {
    GradientDescent: 0.3,
    Momentum: 0.05,
    NAG: 0.05,
    AdaGrad: 0.05,
    RMSProp: 0.01,
    Adam: 0.01,
}  # where networks learn well
FIRST = (AdaGrad(eta=0.05), RMSProp(eta=0.01))
SHARED: dict[str, tuple[float, ...]] = {
    "batch size": (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1077),
    "hidden units": (0, 2, 4, 8, 16, 32, 48, 64, 96, 128),
    "dropout": tuple(round(0.1 * i, 1) for i in range(9)),
    "epochs": tuple(range(1, MOST_EPOCHS + 1)),
    "seed": tuple(range(31)),
}


class Losses:
    """The losses of a run after each epoch, read like a :class:`Trajectory`: by expression."""

    diverged_at, end, surface = None, "", None

    def __init__(self, optimizer: Optimizer, training: Array, validation: Array):
        self.optimizer, self.steps = optimizer, len(training) - 1
        epochs = np.arange(len(training), dtype=float)
        self.series = {("sym", "k"): epochs, TrainingView.TRAINING: training, TrainingView.VALIDATION: validation}

    def values(self, tree: str | Node) -> Array:
        return np.repeat(np.array(self.series[("sym", tree) if isinstance(tree, str) else tree])[:, None], 2, axis=1)


class TrainingPicture(Drawing):
    """The losses after each epoch, as a still picture."""

    def __init__(self, runs: Sequence[Losses], labels: Sequence[str], looks: Sequence[Look]):
        with own_settings():
            self.figure = Figure(figsize=(9.6, 3.6), dpi=100)
            axes = self.figure.add_axes((0.08, 0.14, 0.7, 0.76))
            series(axes, TrainingView, runs, labels, looks, -1)  # type: ignore[arg-type]


@functools.cache
def digit_bytes() -> bytes:
    """The digits that train and validate, for the page: the pixels (0 to 16) of all, then the labels, deflated."""
    parts = (digits().train, digits().validation)
    pixels = np.concatenate([np.rint(16 * inputs) for inputs, _ in parts]).astype(np.uint8)
    labels = np.concatenate([labels for _, labels in parts]).astype(np.uint8)
    return zlib.compress(pixels.tobytes() + labels.tobytes(), 9)


class Trainer(Displayed, LiveWidget):
    """A network learns the digits in the page, while the hand moves its sliders: one to six methods, each with its own.

    Parameters
    ----------
    optimizers : the method, or methods, that train first; the six can be chosen in any case
    hidden, batch_size, dropout, epochs, seed : where these sliders stand first

    What the page computes is what :func:`optcourse.train` computes with ``Network(64, hidden, 10, dropout=dropout, seed=seed)``: the
    same start, mini-batches and dropout for the same seed. ``optimizers()`` are those that train now, ``losses`` what the first
    setting reaches, computed by NumPy when it is read: for the saved notebook.

    Raises
    ------
    TypeError or ValueError that names the argument.
    """

    digits = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        optimizers: Optimizer | Sequence[Optimizer] = FIRST,
        hidden: int = 32,
        batch_size: int = 32,
        dropout: float = 0.0,
        epochs: int = 20,
        seed: int = 0,
    ):
        given = [optimizers] if isinstance(optimizers, Optimizer) else optimizers
        if not (isinstance(given, Sequence) and given and all(isinstance(each, Optimizer) for each in given)):
            raise wrong_type(
                "optimizers", "one to six methods with single numbers, such as Momentum(eta=0.1)", optimizers
            )
        if len(given) > MOST_METHODS or any(each.shape for each in given):
            raise wrong_value("optimizers", "one to six methods with single numbers", optimizers)
        self.offered, chosen = offered(given)
        self.labels, self.looks = [each.title for each in self.offered], [look(i) for i in range(len(self.offered))]
        for place in range(len(OPTIMIZERS), len(self.offered)):
            if self.labels.count(self.labels[place]) > 1:
                self.labels[place] = f"{self.labels[place]} {self.labels[: place + 1].count(self.labels[place])}"
        values: dict[str, float] = {
            "batch size": whole(batch_size, "batch_size", 1, int(SHARED["batch size"][-1])),
            "hidden units": whole(hidden, "hidden", 0, int(SHARED["hidden units"][-1])),
            "dropout": number(dropout, "dropout", 0, SHARED["dropout"][-1]),
            "epochs": whole(epochs, "epochs", 1, MOST_EPOCHS),
            "seed": whole(seed, "seed", 0, int(SHARED["seed"][-1])),
        }
        controls = [
            control(name, "", "", sorted({*options, values[name]}), None, "focus") for name, options in SHARED.items()
        ]
        variants = []
        for place, (optimizer, label) in enumerate(zip(self.offered, self.labels, strict=True)):
            names = {}
            for item in optimizer.hypers():
                names[item.key], value = f"{item.letter} {label}", getattr(optimizer, item.name)
                spread = dataclasses.replace(item, low=1e-4, high=10.0) if item.key == "eta" else item
                made = control(
                    names[item.key], item.key, item.doc, slider_values(spread, value), place,
                    LETTERS.get(item.letter, "focus"),
                )  # fmt: skip
                controls.append(made)
                values[names[item.key]] = value
            several = len(self.offered) > 1
            variant = variant_of(optimizer, label, self.looks[place], [RateView], names, several, True)
            if variant.program is None:
                raise wrong_value("optimizers", "methods whose rows the page can run", optimizer)
            variants.append([variant])
        self.first_setting: dict[str, Any] = {
            "values": values, "chosen": chosen, "focus": chosen[0], "variants": [0] * len(variants), "rows": [""] * len(variants),
        }  # fmt: skip
        config = wire.TrainerConfig(
            methods=variants, controls=controls, first=self.first_setting, size=type_size(), known=own_hypers(),
            etas=ETAS.tolist(), seeds=VALLEY_SEEDS, counts=[len(labels) for _, labels in (digits().train, digits().validation)],
        )  # fmt: skip
        super().__init__(config=wire.plain(config), setting=self.first_setting, digits=digit_bytes())

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page writes: its setting, and nothing else."""
        given = sync_data.get("setting")
        super().set_state({"setting": given} if isinstance(given, dict) else {})

    def optimizers(self) -> list[Optimizer]:
        """The methods that the first setting trains."""
        return [self.offered[place] for place in self.first_setting["chosen"]]

    @functools.cached_property
    def losses(self) -> list[Losses]:
        """The losses after each epoch of the first setting, by NumPy."""
        return [run for run, *_ in self._trained]

    @functools.cached_property
    def _trained(self) -> list[tuple[Losses, Array, str]]:
        """The losses of each method, its last θ, and its effective learning rates in words."""
        batch, hidden, dropout, epochs, seed = (self.first_setting["values"][name] for name in SHARED)
        network, data = Network(64, *([hidden] if hidden else []), 10, dropout=dropout, seed=seed), digits()
        each, found = len(data.train[0]) // batch, []
        for optimizer in self.optimizers():
            watched, seen = watch(optimizer)
            updates = train(network.seeded([seed]), watched, data.train, network.init(seed), batch, seed)
            ends = np.stack(list(islice(updates, 0, epochs * each + 1, each)))
            losses = (network.loss(ends, *part) for part in (data.train, data.validation))
            found.append((Losses(optimizer, *losses), ends[-1], rates_in_words(optimizer, seen)))
        return found

    def picture(self) -> Drawing:
        chosen = self.first_setting["chosen"]
        return TrainingPicture(self.losses, [self.labels[i] for i in chosen], [self.looks[i] for i in chosen])

    @property
    def summary(self) -> str:
        """What is trained, without what it reaches: that takes as long as the training."""
        return f"Network trainer: {', '.join(optimizer.label for optimizer in self.optimizers())}."

    def describe(self) -> str:
        """What the first setting reaches, with its numbers: for the saved notebook and for screen readers."""
        batch, hidden, dropout, epochs, seed = (self.first_setting["values"][name] for name in SHARED)
        network, (inputs, labels) = Network(64, *([hidden] if hidden else []), 10), digits().validation
        lines = [
            f"A network {'-'.join(map(str, network.sizes))} learns {len(digits().train[1])} digits: batches of {batch}, dropout "
            f"{dropout:g}, seed {seed}, {epochs} epochs."
        ]
        for run, theta, rates in self._trained:
            right = round(float(network.accuracy(theta, inputs, labels)) * len(labels))
            training, validation = (run.series[name] for name in (TrainingView.TRAINING, TrainingView.VALIDATION))
            lines.append(
                f"{run.optimizer.label}: training loss {training[0]:.3g} → {training[-1]:.3g}, validation loss "
                f"{validation[-1]:.3g}, {right} of {len(labels)} correct.{rates}"
            )
        return "\n".join(lines)


def watch(optimizer: Optimizer) -> tuple[Optimizer, dict[str, Any]]:
    """The same method, and what its last update began with: θ, the state, ∇J; and which weights have had a gradient."""
    kind, seen = type(optimizer), dict[str, Any]()

    def step(self: Optimizer, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        def noted(point: Array) -> Array:
            found = grad(point)
            seen["moved"] = seen.get("moved", False) | (found != 0)
            return found

        seen["update"] = theta, state, grad
        return kind.step(self, theta, state, noted)

    fields = {field.name: getattr(optimizer, field.name) for field in dataclasses.fields(optimizer)}
    return type(kind.__name__, (kind,), {"step": step})(**fields), seen


@np.errstate(all="ignore")
def rates_in_words(optimizer: Optimizer, seen: dict[str, Any]) -> str:
    """The effective learning rates of all weights that have had a gradient, after the last update; as the page says it."""
    if not optimizer.rate:
        return ""
    rates = evaluate(parse(optimizer.rate), execute(optimizer, *seen["update"]))
    if np.ndim(rates) == 0:
        return f" One learning rate for all weights: {rates:.3g}."
    rates = np.sort(rates[seen["moved"]])
    low, middle, high = (rates[int(part * (len(rates) - 1) + 0.5)] for part in (0.05, 0.5, 0.95))
    return f" Effective learning rates of the weights that have had a gradient: median {middle:.3g}, 5 to 95 % from {low:.3g} to {high:.3g}."


def offered(given: Sequence[Optimizer]) -> tuple[list[Optimizer], list[int]]:
    """The methods that can be chosen, the six first, and the places of those that are given."""
    found, chosen = [kind(eta=ETA[kind]) for kind in OPTIMIZERS], []
    for optimizer in given:
        place = OPTIMIZERS.index(type(optimizer)) if type(optimizer) in OPTIMIZERS else len(found)
        if place in chosen:  # a method that comes twice
            place = len(found)
        if place < len(found):
            found[place] = optimizer
        else:
            found.append(optimizer)
        chosen.append(place)
    return found, sorted(chosen)


def control(
    name: str, symbol: str, doc: str, values: Sequence[float], method: int | None, colour: str
) -> dict[str, Any]:
    """A slider for the page."""
    return {
        "name": name, "label": name, "symbol": symbol, "doc": doc, "colour": colour, "values": [*values],
        "method": method, "folded": False,
    }  # fmt: skip
