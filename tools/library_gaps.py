"""Our side of the oracle: the paths of our methods, fed with the stored gradients, and how far the libraries' are from them.

``python tools/library_gaps.py`` prints the table.
"""

import functools
import pathlib
from collections.abc import Sequence

import numpy as np

from optcourse import OPTIMIZERS
from optcourse.benchmarks.libraries import LIBRARIES
from optcourse.methods.more import BEYOND, Muon
from optcourse.methods.variants import VARIANTS

FILE = pathlib.Path(__file__).parent.parent / "tests" / "oracle.npz"


@functools.cache
def oracle():
    with np.load(FILE) as stored:
        return dict(stored)


def our_path(kind, call, stored, kept: Sequence[int]):
    """θ at the kept steps, (runs, kept, n), fed with the stored gradients; the point that the library keeps."""
    starts, gradients = stored["starts"], stored["gradients"]
    values = {item.name: stored[f"value {item.name}"] for item in kind.hypers()}
    options = {}
    if kind is Muon:  # two neighbouring runs are a matrix; hyperparameters of the first
        starts = starts.reshape(-1, 4)
        gradients = gradients.reshape(len(starts), 2, -1, 2).transpose(0, 2, 1, 3).reshape(len(starts), -1, 4)
        values, options = {name: value[::2] for name, value in values.items()}, {"columns": 2}
    optimizer = kind(**values, **options).per_coordinate()
    theta, found = starts, []
    state = optimizer.init(theta)
    for t in range(1, gradients.shape[1] + 1):
        theta, state = optimizer.step(theta, state, lambda _, at=t - 1: gradients[:, at])
        if t in kept:
            found.append(theta - optimizer.gamma * state["v"] if call.keeps == "look-ahead" else theta)
    return np.stack(found, axis=1)


def gap(ours, theirs, starts):
    """The largest distance, relative to the largest coordinate of the run: |Δ|∞ / max(|θ|∞, |θ₀|∞)."""
    scale = np.maximum(abs(theirs).max(axis=-1), abs(starts.reshape(len(theirs), 1, -1)).max(axis=-1))
    return float((abs(ours - theirs).max(axis=-1) / scale).max())


def measured(library, kind):
    """The gap at the kept steps, between our method as it is now and the library as it was stored."""
    stored = oracle()
    ours = our_path(kind, LIBRARIES[library][kind], stored, stored["kept"])
    return gap(ours, stored[f"{library} {kind.__name__}"], stored["starts"])


def main() -> None:
    """A row for each method, a column for each library: the gap now at step 100, and over all steps when it was stored."""
    stored = oracle()
    print(f"{len(stored['starts'])} runs of {stored['gradients'].shape[1]} steps; {', '.join(stored['versions'])}\n")
    print("| method |", *(f"{library} |" for library in LIBRARIES))
    print("|---|" + "---|" * len(LIBRARIES))
    for kind in (*OPTIMIZERS, *VARIANTS, *BEYOND):
        cells = [
            f"{measured(library, kind):.0e}, {float(stored[f'{library} {kind.__name__} gap']):.0e}"
            if kind in table
            else "–"
            for library, table in LIBRARIES.items()
        ]
        print(f"| {kind.title} |", *(f"{cell} |" for cell in cells))


if __name__ == "__main__":
    main()
