"""The contest of lesson 8: what is run, and what came out, kept in ``contest.npz`` so that the lesson opens at once.

``python -m optcourse.mathematics.contest`` runs it again; `make experiments` calls it. The file's checksum covers the numbers
and what they were made from, so that they cannot outlive a change of a method, of the data or of the budget.
"""

import functools
import hashlib
import itertools
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .arguments import whole, wrong_value
from .declaration import Array, Optimizer
from .optimizers import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from .training import ETAS, Network, compare, digits
from .trajectory import tail_loss

FILE = pathlib.Path(__file__).with_name("contest.npz")
SIZES, PASSES, BATCH = (64, 32, 10), 20, 32
TUNING, REPORTED = 5, 5  # seeds: the first choose the hyperparameters, the others are reported
DROPOUT = {"without dropout": 0.0, "with dropout 0.5": 0.5}

Beside = tuple[Mapping[str, float], ...]
MEMORY: Beside = ({}, {"gamma": 0.5}, {"gamma": 0.8}, {"gamma": 0.95}, {"gamma": 0.99})
TRIED: dict[type[Optimizer], Beside] = {  # beside the sixteen learning rates; the method's usual values come first
    GradientDescent: ({},),
    Momentum: MEMORY,
    NAG: MEMORY,
    AdaGrad: ({}, {"eps": 1e-4}, {"eps": 1e-2}, {"eps": 1.0}, {"eps": 100.0}),
    RMSProp: ({}, {"gamma": 0.99}, {"gamma": 0.999}, {"eps": 1e-4}, {"eps": 1.0}),
    Adam: ({}, {"beta1": 0.95}, {"eps": 1e-2}, {"beta1": 0.95, "eps": 1e-2}, {"eps": 1.0}),
}
UNTUNED: dict[type[Optimizer], float] = dict.fromkeys(OPTIMIZERS, 1e-3) | {AdaGrad: 1e-2, RMSProp: 1e-2}  # PyTorch's


@dataclass(frozen=True, eq=False)
class Entry:
    """One method in one setting of the contest.

    Attributes
    ----------
    kind : the method
    tried : what was tried beside the learning rate; the method's usual values come first
    curve : training loss after each pass, with the usual values, (passes + 1, seeds, rates)
    training, validation : what each run reached and kept, see ``tail_loss``, (tried, seeds, rates); inf where it failed
    accuracy : the share of test images that are right at the end, (tried, seeds, rates)

    The rates are ``ETAS``. Losses are measured without dropout, on all examples.
    """

    kind: type[Optimizer]
    tried: Beside
    curve: Array
    training: Array
    validation: Array
    accuracy: Array

    def best(self, by: str = "training", among: int = 1) -> tuple[int, int]:
        """The places in ``tried`` and ``ETAS`` of the lowest loss: the median over the seeds that tune.

        Parameters
        ----------
        by : "training" or "validation"
        among : of the first so many in ``tried``; 1 tunes the learning rate only

        Raises
        ------
        ValueError or TypeError that names the argument.
        """
        if not (isinstance(by, str) and by in ("training", "validation")):
            raise wrong_value("by", '"training" or "validation"', by)
        among = whole(among, "among", 1, 100)
        losses = np.median(getattr(self, by)[:among, :TUNING].astype(float), axis=1)
        place, rate = np.unravel_index(np.argmin(losses), losses.shape)
        return int(place), int(rate)

    def reported(self, what: str, at: tuple[int, int]) -> Array:
        """The values of the seeds that did not tune, in order, (5,): ``what`` is "training", "validation" or "accuracy".

        ``at`` is what :meth:`best` gives. ValueError if ``what`` is anything else.
        """
        if not (isinstance(what, str) and what in ("training", "validation", "accuracy")):
            raise wrong_value("what", '"training", "validation" or "accuracy"', what)
        place, rate = at
        return np.sort(getattr(self, what)[place, TUNING:, rate].astype(float))

    def curves(self, rate: int) -> Array:
        """The training loss after each pass of the seeds that did not tune, with the usual values, (passes + 1, 5)."""
        return self.curve[:, TUNING:, whole(rate, "rate", 0, len(ETAS) - 1)].astype(float)

    @property
    def by_rate(self) -> tuple[Array, Array]:
        """The rates, and what each reached and kept of the training loss, with the usual values: the median that tunes."""
        return ETAS, np.median(self.training[0, :TUNING].astype(float), axis=0)

    @property
    def untuned(self) -> tuple[int, int]:
        """The place of PyTorch's learning rate, beside the usual values."""
        return 0, int(np.argmin(np.abs(np.log(ETAS / UNTUNED[self.kind]))))


Contest = dict[str, dict[type[Optimizer], Entry]]


def enter(kind: type[Optimizer], dropout: float, passes: int = PASSES, seeds: int = TUNING + REPORTED) -> Entry:
    """Run one method in one setting; some ten seconds for each of ``TRIED``."""
    network = Network(*SIZES, dropout=dropout)
    found = [
        compare(kind, network, digits(), seeds=range(seeds), passes=passes, batch_size=BATCH, **beside)
        for beside in TRIED[kind]
    ]
    with np.errstate(over="ignore"):  # a diverged loss becomes inf
        curve = found[0].training.astype(np.float16)
        training, validation, accuracy = (
            np.stack(parts).astype(np.float16)
            for parts in (
                [tail_loss(each.training) for each in found],
                [tail_loss(each.validation) for each in found],
                [each.accuracy for each in found],
            )
        )
    return Entry(kind, TRIED[kind], curve, training, validation, accuracy)


FIELDS = ("curve", "training", "validation", "accuracy")


def declared() -> str:
    """All that the numbers depend on, as text: the budget, the data, and each method as it is declared."""
    data = hashlib.sha256(b"".join(part.tobytes() for pair in vars(digits()).values() for part in pair)).hexdigest()
    lines = [f"{SIZES} {PASSES} {BATCH} {TUNING} {REPORTED} {DROPOUT} {np.round(ETAS, 9).tolist()} {data}"]
    for kind, beside in TRIED.items():
        usual = {name: value for name, value in kind().values.items() if name != "eta"}
        lines.append(f"{kind.__name__} {[row.latex for row in kind.rows]} {usual} {beside}")
    return "\n".join(lines)


def checksum(numbers: Mapping[str, Array]) -> str:
    """SHA-256 over :func:`declared` and the arrays."""
    found = hashlib.sha256(declared().encode())
    for name in sorted(numbers):
        found.update(f"{name} {numbers[name].shape}".encode() + numbers[name].astype("<f2").tobytes())
    return found.hexdigest()


@functools.cache
def contest(file: pathlib.Path = FILE) -> Contest:
    """The results that are kept: by setting, then by method.

    Raises
    ------
    ValueError if the numbers were changed, or were made from other methods, data or budgets than those declared now.
    """
    with np.load(file) as kept:
        numbers = {name: kept[name] for name in kept.files if name != "checksum"}
        if str(kept["checksum"]) != checksum(numbers):
            raise ValueError(f"{file.name} is not what the contest as declared now has given: run `make experiments`")
    return {
        setting: {
            kind: Entry(kind, tried, *(numbers[f"{dropout} {kind.__name__} {field}"] for field in FIELDS))
            for kind, tried in TRIED.items()
        }
        for setting, dropout in DROPOUT.items()
    }


def main() -> None:
    """Run the whole contest and keep it."""
    numbers = {}
    for dropout, kind in itertools.product(DROPOUT.values(), TRIED):
        print(f"dropout {dropout}: {kind.title}", flush=True)
        entry = enter(kind, dropout)
        numbers |= {f"{dropout} {kind.__name__} {field}": getattr(entry, field) for field in FIELDS}
    np.savez_compressed(FILE, checksum=checksum(numbers), **numbers)


if __name__ == "__main__":
    main()
