"""Every method, step for step, against PyTorch, Optax and Keras: fixtures that ``tools/oracle.py`` made with these libraries."""

import math

import numpy as np
import pytest
from library_gaps import FILE, gap, main, measured, oracle

from optcourse import OPTIMIZERS
from optcourse.benchmarks.libraries import LIBRARIES, table
from optcourse.methods.more import BEYOND
from optcourse.methods.schedules import cosine
from optcourse.methods.variants import VARIANTS

GAP = 1e-12
PAIRS = [(library, kind) for library, table in LIBRARIES.items() for kind in table]


@pytest.mark.parametrize(("library", "kind"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_a_method_is_the_librarys_step_for_step(library, kind):
    assert measured(library, kind) <= GAP
    assert oracle()[f"{library} {kind.__name__} gap"] <= GAP, "over all steps, when it was stored"


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
    assert held == {*OPTIMIZERS, *VARIANTS, *BEYOND}


@pytest.mark.parametrize(("library", "kind"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_the_table_names_our_state(library, kind):
    call = LIBRARIES[library][kind]
    names = set(kind().init(np.zeros(2)))
    assert {ours for ours, _ in call.state} <= names and {"t"} >= names - {ours for ours, _ in call.state}
    assert all(item.name in call.code or item.name in str(call.each_step) for item in kind.hypers())
    assert "optimizer.step()" in call.lines and math.isfinite(GAP)


def test_our_cosine_is_torchs_one_step_ahead():
    """The first update of CosineAnnealingLR has the whole η, our last one has none of it; lessons 8 and 9 say so."""
    theirs = oracle()["torch cosine"]
    steps = np.arange(1, len(theirs) + 1)
    np.testing.assert_allclose(theirs, cosine(len(theirs))(steps - 1), rtol=1e-12)
    assert theirs[0] == 1 and cosine(len(theirs))(len(theirs)) == 0


def test_the_gap_sees_a_change_in_the_twelfth_digit():
    stored = oracle()
    theirs = stored["torch Adam"]
    assert gap(theirs * (1 + 5e-12), theirs, stored["starts"]) > GAP


def test_the_tables_are_printed_whole(capsys):
    assert table().count("\n") == len(PAIRS) + 1 and all(
        call.code in table() for calls in LIBRARIES.values() for call in calls.values()
    )
    main()
    printed = capsys.readouterr().out
    assert all(f"| {kind.title} |" in printed for _, kind in PAIRS)
