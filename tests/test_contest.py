"""The contest of lesson 8 is what the package runs now, and its file is whole."""

import dataclasses
import inspect

import numpy as np
import pytest
from contest import rates

from optcourse import NAG, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from optcourse.benchmarks import contest as module
from optcourse.benchmarks.contest import CHOICES, DROPOUT, EPOCHS, REPORTED, SIZES, STEP, TRIED, TUNING, contest
from optcourse.sweeps import tail_loss
from optcourse.training.data import digits
from optcourse.training.network import Network
from optcourse.training.train import ETAS, compare

WITHOUT, WITH = DROPOUT
EACH = [(setting, kind) for setting in DROPOUT for kind in TRIED]


def made(setting, kind, place, etas, seeds, epochs=EPOCHS):
    network = Network(*SIZES, dropout=DROPOUT[setting])
    return compare(kind, network, digits(), etas, seeds, epochs, **TRIED[kind][place])


@pytest.mark.parametrize(
    ("setting", "kind", "place", "rate", "seeds"),
    [(WITHOUT, Momentum, 4, 9, (5,)), (WITH, Adam, 13, 5, (8, 2)), (WITHOUT, GradientDescent, 7, 11, (0,))],
)
def test_a_trial_run_again_gives_what_is_kept(setting, kind, place, rate, seeds):
    entry, eta = contest()[setting][kind], rates(kind, place)[rate]
    (trial,) = np.flatnonzero((entry.place == place) & np.isclose(entry.eta, eta, rtol=1e-9))
    again = made(setting, kind, place, [eta], seeds)
    for name in ("training", "validation"):
        kept = getattr(entry, name)[trial][list(seeds)].astype(float)
        np.testing.assert_allclose(tail_loss(getattr(again, name))[:, 0], kept, rtol=0.02)


@pytest.mark.parametrize(
    ("setting", "kind", "choice", "places", "epochs"),
    [
        (WITHOUT, Adam, "PyTorch's η", (0, 29), 3),
        (WITH, NAG, "η tuned", (7,), 3),
        (WITH, AdaGrad, "by validation", (4,), 20),
        (WITHOUT, RMSProp, "all tuned", (11,), 20),
    ],
)
def test_a_report_run_again_gives_what_is_kept(setting, kind, choice, places, epochs):
    entry = contest()[setting][kind]
    report, place = entry.report(choice), int(entry.place[entry.best(choice)])
    again = made(setting, kind, place, [report.eta], [REPORTED[each] for each in places], epochs)
    np.testing.assert_allclose(again.training[..., 0], report.curve[: epochs + 1, places], rtol=0.01)
    if epochs == EPOCHS:
        np.testing.assert_allclose(tail_loss(again.training)[:, 0], report.training[list(places)], rtol=0.02)
        np.testing.assert_allclose(tail_loss(again.validation)[:, 0], report.validation[list(places)], rtol=0.02)
        np.testing.assert_allclose(again.accuracy[:, 0], report.accuracy[list(places)], atol=0.006)


def test_nobody_can_change_the_numbers_unseen(tmp_path, monkeypatch):
    with np.load(module.FILE) as kept:
        numbers = dict(kept)
    name = next(name for name in numbers if name.endswith("curve"))
    numbers[name] = numbers[name] + np.float32(0.01)
    np.savez(tmp_path / "changed.npz", **numbers)
    with pytest.raises(ValueError, match="make experiments"):
        contest(tmp_path / "changed.npz")
    copy = tmp_path / "copy.npz"
    copy.write_bytes(module.FILE.read_bytes())
    assert set(contest(copy)) == set(DROPOUT)
    for place, change in enumerate((("TRIED", {**TRIED, Momentum: TRIED[NAG][:4]}), ("EPOCHS", 30), ("NEAR", ETAS))):
        other = tmp_path / f"{place}.npz"
        other.write_bytes(module.FILE.read_bytes())
        with monkeypatch.context() as patch, pytest.raises(ValueError, match="as declared now"):
            patch.setattr(module, *change)
            contest(other)
    with monkeypatch.context() as patch, pytest.raises(ValueError, match="as declared now"):
        row = dataclasses.replace(Momentum.rows[0], latex=Momentum.rows[0].latex.replace("+", "-"))
        patch.setattr(Momentum, "rows", (row, *Momentum.rows[1:]))
        contest(other)


@pytest.mark.parametrize(("setting", "kind"), EACH)
def test_the_choice_is_by_what_is_reported_and_from_other_seeds(setting, kind):
    assert not {*TUNING} & {*REPORTED} and len(REPORTED) == 30
    entry = contest()[setting][kind]
    assert entry.training.shape == entry.validation.shape == (len(entry.eta), len(TUNING))
    usual = entry.place == 0
    for choice, losses, among in (
        ("η tuned", entry.training, usual),
        ("by validation", entry.validation, usual),
        ("all tuned", entry.training, usual | True),
    ):
        median, best = np.median(losses.astype(float), axis=1), entry.best(choice)
        assert among[best] and median[best] == median[among].min()
        report = entry.report(choice)
        assert report.eta == entry.eta[best] and report.beside == TRIED[kind][entry.place[best]]
        assert report.training.shape == report.accuracy.shape == report.curve[0].shape == (len(REPORTED),)
        assert np.isfinite(report.training).all() and np.allclose(tail_loss(report.curve), report.training, rtol=1e-6)
    etas, losses = entry.by_rate
    assert list(etas) == sorted(entry.eta[usual])
    assert losses.min() == np.median(entry.training[usual].astype(float), axis=1).min()
    assert entry.report("PyTorch's η").eta == pytest.approx(module.UNTUNED[kind])
    for wrong in ("test", None, 0):
        with pytest.raises(ValueError, match="choice must be"):
            entry.best(wrong)


UPDATES = EPOCHS * (len(digits().train[0]) // module.BATCH)


def nothing_beyond(name, value, usual):
    """γ and β₁ of 0; an ε of next to nothing; a β₂ that remembers the whole run."""
    return value == 0 or (name == "eps" and value == usual) or (name == "beta2" and 1 / (1 - value) > UPDATES)


@pytest.mark.parametrize(("setting", "kind"), EACH)
def test_no_choice_lies_at_an_edge_of_what_was_tried(setting, kind):
    entry = contest()[setting][kind]
    for choice in CHOICES[1:]:
        best = entry.best(choice)
        tried = np.sort(entry.eta[entry.place == entry.place[best]])
        assert tried[0] < entry.eta[best] < tried[-1], choice
    for name, usual in kind().values.items():
        values = sorted({float(beside.get(name, usual)) for beside in TRIED[kind]})
        value = float(entry.report("all tuned").beside.get(name, usual))
        if name != "eta" and not nothing_beyond(name, value, usual):
            assert values[0] < value < values[-1], (name, value, values)


def test_every_method_has_the_same_freedom():
    assert {len(tried) for tried in TRIED.values()} == {30}
    for kind, tried in TRIED.items():
        values = kind().values
        assert all(values[name] == value for name, value in tried[0].items()), "the usual values come first"
        assert (
            len({tuple(sorted({**values, **beside}.items())) for beside in tried}) == (30, 1)[kind is GradientDescent]
        )
    every = np.sort(np.concatenate([rates(GradientDescent, place) for place in range(30)]))
    np.testing.assert_allclose(np.diff(np.log(every)), np.log(STEP) / 30, err_msg="as fine as that")
    assert any(beside.get("beta1", 0.9) < 0.9 for beside in TRIED[Adam])
    assert any(beside.get("beta2", 0.999) != 0.999 for beside in TRIED[Adam])
    for entries in contest().values():
        for kind, entry in entries.items():
            near = len(entry.eta) - 30 * len(ETAS)
            assert near % len(module.NEAR) == 0 and near // len(module.NEAR) in (1, 2, 3), kind


def test_how_to_run_it_again_is_said():
    assert "make experiments" in inspect.getdoc(module)
