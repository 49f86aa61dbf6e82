"""The contest of lesson 8 is what the package runs now, and its file is whole."""

import dataclasses
import inspect

import numpy as np
import pytest

from optcourse import NAG, AdaGrad, Adam, GradientDescent, Momentum
from optcourse.mathematics import contest as module
from optcourse.mathematics.contest import DROPOUT, SIZES, TRIED, TUNING, contest
from optcourse.mathematics.training import ETAS, Network, compare, digits
from optcourse.mathematics.trajectory import tail_loss

RUN_AGAIN = [  # setting, method, place in what was tried, seeds, places of the rates, passes
    ("without dropout", Adam, 0, (0, 6), (3, 5), 3),
    ("with dropout 0.5", Adam, 0, (0, 6), (3, 5), 3),
    ("with dropout 0.5", NAG, 0, (9,), (4, 6), 3),
    ("without dropout", AdaGrad, 0, (2,), (5, 8), 3),
    ("without dropout", Momentum, 4, (5,), (3,), 20),
    ("with dropout 0.5", Adam, 2, (8,), (4,), 20),
]


@pytest.mark.parametrize(("setting", "kind", "place", "seeds", "rates", "passes"), RUN_AGAIN)
def test_a_part_of_it_run_again_gives_what_is_kept(setting, kind, place, seeds, rates, passes):
    network = Network(*SIZES, dropout=DROPOUT[setting])
    made = compare(kind, network, digits(), ETAS[list(rates)], seeds, passes, **TRIED[kind][place])
    kept = contest()[setting][kind]
    if place == 0:
        np.testing.assert_allclose(made.training, kept.curve[: passes + 1][:, seeds][..., rates], rtol=0.01)
    if passes == module.PASSES:
        np.testing.assert_allclose(tail_loss(made.training), kept.training[place][seeds, :][:, rates], rtol=0.02)
        np.testing.assert_allclose(tail_loss(made.validation), kept.validation[place][seeds, :][:, rates], rtol=0.02)
        np.testing.assert_allclose(made.accuracy, kept.accuracy[place][seeds, :][:, rates], atol=0.006)


def test_nobody_can_change_the_numbers_unseen(tmp_path, monkeypatch):
    with np.load(module.FILE) as kept:
        numbers = dict(kept)
    name = next(name for name in numbers if name.endswith("curve"))
    numbers[name] = numbers[name] + np.float16(0.01)
    np.savez(tmp_path / "changed.npz", **numbers)
    with pytest.raises(ValueError, match="make experiments"):
        contest(tmp_path / "changed.npz")
    copy = tmp_path / "copy.npz"
    copy.write_bytes(module.FILE.read_bytes())
    assert set(contest(copy)) == set(DROPOUT)
    for change in (("TRIED", {**TRIED, Momentum: TRIED[NAG][:4]}), ("PASSES", 30)):
        other = tmp_path / f"{change[0]}.npz"
        other.write_bytes(module.FILE.read_bytes())
        with monkeypatch.context() as patch, pytest.raises(ValueError, match="as declared now"):
            patch.setattr(module, *change)
            contest(other)
    with monkeypatch.context() as patch, pytest.raises(ValueError, match="as declared now"):
        row = dataclasses.replace(Momentum.rows[0], latex=Momentum.rows[0].latex.replace("+", "-"))
        patch.setattr(Momentum, "rows", (row, *Momentum.rows[1:]))
        contest(tmp_path / "copy.npz".replace("copy", "TRIED"))


@pytest.mark.parametrize("setting", DROPOUT)
@pytest.mark.parametrize("kind", TRIED)
def test_the_choice_is_by_what_is_reported_and_from_other_seeds(setting, kind):
    entry = contest()[setting][kind]
    tried = len(TRIED[kind])
    assert entry.training.shape == entry.validation.shape == (tried, 10, len(ETAS)) and entry.curve.shape == (
        21,
        10,
        16,
    )
    for by in ("training", "validation"):
        place, rate = entry.best(by, tried)
        losses = np.median(getattr(entry, by)[:, :TUNING].astype(float), axis=1)
        assert losses[place, rate] == losses.min() <= losses[entry.best(by)]
        reported = entry.reported(by, (place, rate))
        assert list(reported) == sorted(getattr(entry, by)[place, TUNING:, rate]) and np.isfinite(reported).all()
    assert 0 < entry.best("training", tried)[1] < len(ETAS) - 1, "the best rate lies on the grid's edge"
    for function, argument in ((entry.best, "test"), (lambda what: entry.reported(what, (0, 0)), "test")):
        with pytest.raises(ValueError, match="must be"):
            function(argument)


def test_the_usual_values_come_first():
    assert all(tried[0] == {} for tried in TRIED.values()) and TRIED[GradientDescent] == ({},)
    assert "make experiments" in inspect.getdoc(module)
