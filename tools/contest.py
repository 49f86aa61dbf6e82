"""Run the contest of lesson 8 again and keep it in the package: ``make experiments``. Some half an hour of one processor."""

import itertools
import time
from collections.abc import Mapping

import numpy as np

from optcourse import ETAS, GradientDescent, Network, Optimizer, compare, digits, tail_loss
from optcourse.benchmarks.contest import (
    BATCH,
    CHOICES,
    DROPOUT,
    EPOCHS,
    FIELDS,
    FILE,
    NEAR,
    REPORTED,
    SIZES,
    STEP,
    TRIED,
    TUNING,
    Entry,
    checksum,
)
from optcourse.methods.base import Array


def rates(kind: type[Optimizer], place: int) -> Array:
    """The sixteen learning rates next to ``TRIED[kind][place]``: gradient descent's lie a thirtieth of a step further each time."""
    return ETAS * STEP ** (place / 30) if kind is GradientDescent else ETAS


def enter(kind: type[Optimizer], dropout: float) -> Entry:
    """Run one method in one setting; some minutes."""
    network = Network(*SIZES, dropout=dropout)
    places = [np.full(len(ETAS), place) for place in range(len(TRIED[kind]))]
    etas = [rates(kind, place) for place in range(len(TRIED[kind]))]

    def trained(place: int, etas: Array, seeds: range) -> dict[str, Array]:
        made = compare(kind, network, digits(), etas, seeds, EPOCHS, BATCH, **TRIED[kind][place])
        losses = {"training": tail_loss(made.training).T, "validation": tail_loss(made.validation).T}
        return losses | {"accuracy": made.accuracy.T, "curve": np.moveaxis(made.training, 2, 0)}

    tuned = [trained(place, each, TUNING) for place, each in enumerate(etas)]

    def entry(kept: Mapping[str, Array]) -> Entry:
        losses = (small(np.concatenate([each[name] for each in tuned])) for name in ("training", "validation"))
        return Entry(kind, np.concatenate(places), np.concatenate(etas), *losses, kept)

    coarse = entry({})
    for trial in sorted({coarse.best(choice) for choice in CHOICES[1:]}):
        place = int(coarse.place[trial])
        places.append(np.full(len(NEAR), place))
        etas.append(coarse.eta[trial] * NEAR)
        tuned.append(trained(place, etas[-1], TUNING))
    fine = entry({})
    chosen = [trained(int(fine.place[trial]), fine.eta[[trial]], REPORTED) for trial in map(fine.best, CHOICES)]
    return entry({field: small(np.concatenate([each[field] for each in chosen]), np.float32) for field in FIELDS})


def small(numbers: Array, kind: type = np.float16) -> Array:
    """As kept in the file: three digits of a loss that chooses, seven of what is reported; a diverged one may become inf."""
    with np.errstate(over="ignore"):
        return numbers.astype(kind)


def main() -> None:
    """Run the whole contest and keep it."""
    numbers, begun = {}, time.process_time()
    for dropout, kind in itertools.product(DROPOUT.values(), TRIED):
        print(f"{time.process_time() - begun:5.0f} s of CPU; dropout {dropout}: {kind.title}", flush=True)
        entry, name = enter(kind, dropout), f"{dropout} {kind.__name__}"
        numbers |= {f"{name} {field}": getattr(entry, field) for field in ("place", "eta", "training", "validation")}
        numbers |= {f"{name} reported {field}": entry.kept[field] for field in FIELDS}
    np.savez_compressed(FILE, checksum=checksum(numbers), **numbers)
    print(f"{time.process_time() - begun:5.0f} s of CPU in all")


if __name__ == "__main__":
    main()
