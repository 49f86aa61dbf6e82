"""Every method, step for step, against PyTorch, Optax and Keras: fixtures that ``tests/oracle.py`` made with these libraries."""

import functools
import math
import pathlib

import numpy as np
import pytest

from optcourse import OPTIMIZERS
from optcourse.mathematics.beyond import BEYOND, Muon
from optcourse.mathematics.conventions import CONVENTIONS
from optcourse.mathematics.libraries import LIBRARIES

FILE = pathlib.Path(__file__).parent / "oracle.npz"
GAP = 1e-12
PAIRS = [(library, kind) for library, table in LIBRARIES.items() for kind in table]


@functools.cache
def oracle():
    with np.load(FILE) as stored:
        return dict(stored)


def our_path(kind, call, stored):
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
        if t in stored["kept"]:
            found.append(theta - optimizer.gamma * state["v"] if call.keeps == "look-ahead" else theta)
    return np.stack(found, axis=1)


def gap(ours, theirs, starts):
    """The largest distance, relative to the largest coordinate of the run: |Δ|∞ / max(|θ|∞, |θ₀|∞)."""
    scale = np.maximum(abs(theirs).max(axis=-1), abs(starts.reshape(len(theirs), 1, -1)).max(axis=-1))
    return float((abs(ours - theirs).max(axis=-1) / scale).max())


def measured(library, kind):
    stored = oracle()
    theirs = stored[f"{library} {kind.__name__}"]
    return gap(our_path(kind, LIBRARIES[library][kind], stored), theirs, stored["starts"])


@pytest.mark.parametrize(("library", "kind"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_a_method_is_the_librarys_step_for_step(library, kind):
    assert measured(library, kind) <= GAP


@pytest.mark.parametrize(("library", "kind"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_the_fixtures_were_made_by_the_call_that_the_table_shows(library, kind):
    assert str(oracle()[f"{library} {kind.__name__} code"]) == LIBRARIES[library][kind].code, "run `make oracle`"


def test_the_draws_are_many_and_the_runs_move():
    stored = oracle()
    assert stored["gradients"].shape == (200, 100, 2) and stored["gradients"].dtype == float
    assert np.isfinite(stored["gradients"]).all() and list(stored["kept"]) == [100]
    assert len(np.unique(stored["starts"], axis=0)) == 200
    for library, kind in PAIRS:
        path = stored[f"{library} {kind.__name__}"]
        moved = abs(path[:, -1] - stored["starts"].reshape(len(path), -1)).max(axis=-1)
        assert np.isfinite(path).all() and (moved > 1e-6).mean() > 0.9, (library, kind)
    assert any(text.startswith("torch") for text in stored["versions"])
    assert FILE.stat().st_size <= 300_000


def test_every_method_is_held_by_a_library():
    held = {kind for _, kind in PAIRS}
    assert held == {*OPTIMIZERS, *CONVENTIONS, *BEYOND}


@pytest.mark.parametrize(("library", "kind"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_the_table_names_our_state(library, kind):
    call = LIBRARIES[library][kind]
    names = set(kind().init(np.zeros(2)))
    assert {ours for ours, _ in call.state} <= names and {"t"} >= names - {ours for ours, _ in call.state}
    assert all(item.name in call.code or item.name in str(call.each_step) for item in kind.hypers())
    assert "optimizer.step()" in call.lines and math.isfinite(GAP)


def test_the_gap_sees_a_change_in_the_twelfth_digit():
    stored = oracle()
    theirs = stored["torch Adam"]
    assert gap(theirs * (1 + 5e-12), theirs, stored["starts"]) > GAP
