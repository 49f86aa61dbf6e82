"""The contest of lesson 8: what is run, and what came out, kept in ``contest.npz`` so that the lesson opens at once.

``tools/contest.py`` runs it again; `make experiments` calls it. The file's checksum covers the numbers and what they were made
from, so that they cannot outlive a change of a method, of the data or of the budget.
"""

import functools
import hashlib
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arguments import instance, wrong_value
from ..formula.evaluate import Array
from ..methods.base import Optimizer
from ..methods.optimizers import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from ..training.data import digits
from ..training.train import ETAS

FILE = pathlib.Path(__file__).with_name("contest.npz")
SIZES, EPOCHS, BATCH = (64, 32, 10), 20, 32
TUNING, REPORTED = range(10), range(300, 330)  # seeds: the first choose the hyperparameters, the others are reported
DROPOUT = {"without dropout": 0.0, "with dropout 0.5": 0.5}

# thirty settings of what stands next to the learning rate; the method's usual values come first
Beside = tuple[Mapping[str, float], ...]
GAMMAS = (
    0,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.55,
    0.6,
    0.65,
    0.7,
    0.725,
    0.75,
    0.775,
    0.8,
    0.825,
    0.85,
    0.86,
    0.87,
    0.88,
    0.92,
)
MEMORY: Beside = (
    {},
    *({"gamma": gamma} for gamma in (*GAMMAS, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)),
)
TRIED: dict[type[Optimizer], Beside] = {
    GradientDescent: ({},) * 30,  # it has nothing else: its grid of learning rates is thirty times as fine
    Momentum: MEMORY,
    NAG: MEMORY,
    AdaGrad: ({}, *({"eps": float(f"{eps:.2g}")} for eps in np.geomspace(1e-6, 1e3, 29))),
    RMSProp: tuple(
        {"gamma": gamma, "eps": eps}
        for eps in (1e-8, 1e-5, 1e-4, 1e-3, 1e-2, 0.1)
        for gamma in (0.9, 0.3, 0.5, 0.7, 0.99)
    ),
    Adam: tuple(
        {"beta1": beta1, **rest}
        for rest in ({}, {"beta2": 0.9999}, {"beta2": 0.99}, {"beta2": 0.9}, {"beta2": 0.7}, {"eps": 1e-2})
        for beta1 in (0.9, 0, 0.3, 0.5, 0.7)
    ),
}
STEP = ETAS[1] / ETAS[0]  # of the grid of learning rates
NEAR = STEP ** np.array([-0.75, -0.5, -0.25, 0.25, 0.5, 0.75])  # more rates, around each best one
UNTUNED: dict[type[Optimizer], float] = dict.fromkeys(OPTIMIZERS, 1e-3) | {AdaGrad: 1e-2, RMSProp: 1e-2}  # PyTorch's
CHOICES = ("PyTorch's η", "η tuned", "all tuned", "by validation")


@dataclass(frozen=True, eq=False)
class Report:
    """A choice of hyperparameters, and what the thirty seeds that did not choose gave with it.

    Attributes
    ----------
    eta, beside : the learning rate, and what differs from the method's usual values
    training, validation : what each run reached and kept, see ``tail_loss``, (30,); inf where it failed
    accuracy : the share of test images that are right at the end, (30,)
    curve : training loss after each epoch, (epochs + 1, 30)
    """

    eta: float
    beside: Mapping[str, float]
    training: Array
    validation: Array
    accuracy: Array
    curve: Array


@dataclass(frozen=True, eq=False)
class Entry:
    """One method in one setting of the contest. Losses are measured without dropout, on all examples.

    Attributes
    ----------
    kind : the method
    place, eta : of each trial its place in ``TRIED`` and its learning rate, (trials,)
    training, validation : what each trial reached and kept, by seed, (trials, 10); inf where it failed
    """

    kind: type[Optimizer]
    place: np.ndarray
    eta: Array
    training: Array
    validation: Array
    kept: Mapping[str, Array]

    def best(self, choice: str) -> int:
        """The trial that a choice takes: the lowest median over the seeds that tune.

        "PyTorch's η" takes its learning rate and the usual values; "η tuned" the best rate next to the usual values; "all
        tuned" the best of all trials; "by validation" is "η tuned" by the validation loss. ValueError for any other.
        """
        if not (isinstance(choice, str) and choice in CHOICES):
            raise wrong_value("choice", " or ".join(CHOICES), choice)
        if choice == "PyTorch's η":
            return int(np.argmin((self.place > 0) + abs(np.log(self.eta / UNTUNED[self.kind]))))
        losses = np.median((self.validation if choice == "by validation" else self.training).astype(float), axis=1)
        return int(np.argmin(np.where((self.place == 0) | (choice == "all tuned"), losses, np.inf)))

    def report(self, choice: str) -> Report:
        """What the seeds that did not choose gave with the trial that :meth:`best` takes."""
        trial = self.best(choice)
        numbers = (self.kept[field][CHOICES.index(choice)].astype(float) for field in FIELDS)
        return Report(float(self.eta[trial]), TRIED[self.kind][self.place[trial]], *numbers)

    @property
    def by_rate(self) -> tuple[Array, Array]:
        """The rates tried next to the usual values, rising, and the median that tunes: of the training loss reached and kept."""
        usual = np.flatnonzero(self.place == 0)
        order = usual[np.argsort(self.eta[usual])]
        return self.eta[order], np.median(self.training[order].astype(float), axis=1)


Contest = dict[str, dict[type[Optimizer], Entry]]
FIELDS = ("training", "validation", "accuracy", "curve")


def declared() -> str:
    """All that the numbers depend on, as text: the budget, the data, and each method as it is declared."""
    data = hashlib.sha256(b"".join(part.tobytes() for pair in vars(digits()).values() for part in pair)).hexdigest()
    lines = [f"{SIZES} {EPOCHS} {BATCH} {TUNING} {REPORTED} {DROPOUT} {np.round([*ETAS, *NEAR], 9).tolist()} {data}"]
    for kind, beside in TRIED.items():
        usual = {name: value for name, value in kind().values.items() if name != "eta"}
        lines.append(f"{kind.__name__} {[row.latex for row in kind.rows]} {usual} {beside} {UNTUNED[kind]}")
    return "\n".join(lines)


def checksum(numbers: Mapping[str, Array]) -> str:
    """SHA-256 over :func:`declared` and the arrays."""
    found = hashlib.sha256(declared().encode())
    for name in sorted(numbers):
        array = numbers[name]
        found.update(f"{name} {array.shape}".encode() + array.astype(array.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def contest(file: pathlib.Path = FILE) -> Contest:
    """The results that are kept: by setting, then by method.

    Raises
    ------
    ValueError if the numbers were changed, or were made from other methods, data or budgets than those declared now.
    TypeError or ValueError if ``file`` is not the path of a file that `make experiments` has written.
    """
    allowed = "the path of a file that `make experiments` has written"
    instance(file, pathlib.Path, "file", allowed)
    if file.suffix != FILE.suffix or not file.is_file():
        raise wrong_value("file", allowed, file)
    return _read(file)


@functools.cache
def _read(file: pathlib.Path) -> Contest:
    with np.load(file) as kept:
        numbers = {name: kept[name] for name in kept.files if name != "checksum"}
        if str(kept["checksum"]) != checksum(numbers):
            raise ValueError(f"{file.name} is not what the contest as declared now has given: run `make experiments`")

    def entry(name: str, kind: type[Optimizer]) -> Entry:
        trials = {field: numbers[f"{name} {field}"] for field in ("place", "eta", "training", "validation")}
        return Entry(kind, **trials, kept={field: numbers[f"{name} reported {field}"] for field in FIELDS})

    return {
        setting: {kind: entry(f"{dropout} {kind.__name__}", kind) for kind in TRIED}
        for setting, dropout in DROPOUT.items()
    }
