import warnings

import numpy as np
import pytest

from optcourse import (
    NAG,
    OPTIMIZERS,
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    best_eta,
    run,
    surfaces,
    sweep,
    tail_loss,
)
from optcourse.methods.schedules import cosine
from optcourse.surfaces.surface import Surface


def test_shapes_and_contents():
    trajectory = run(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, start=(-4, 1), steps=200)
    assert trajectory.theta.shape == trajectory.grad.shape == trajectory.effective_rate.shape == (201, 2)
    assert trajectory.loss.shape == (201,) and trajectory.state["v"].shape == (201, 2)
    np.testing.assert_allclose(np.diff(trajectory.theta, axis=0), -trajectory.state["v"][1:], atol=1e-15)
    np.testing.assert_allclose(trajectory.grad, surfaces.ravine.gradient(trajectory.theta))
    assert trajectory.diverged_at is None


def test_effective_rate_is_what_multiplied_the_gradient():
    trajectory = run(AdaGrad(eta=0.5), surfaces.ravine, steps=30)
    moved = -np.diff(trajectory.theta, axis=0) / trajectory.grad[:-1]
    np.testing.assert_allclose(trajectory.effective_rate[1:], moved, rtol=1e-9)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_zero_steps(kind):
    trajectory = run(kind(), surfaces.bowl, start=(1, 2), steps=0)
    assert trajectory.theta.tolist() == [[1, 2]] and trajectory.effective_rate.shape == (1, 2)


def test_divergence_is_cut_labelled_and_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in (GradientDescent, Momentum, NAG):
            trajectory = run(kind(eta=1.0), surfaces.rosenbrock, steps=200)
            at = trajectory.diverged_at
            assert at is not None and np.abs(trajectory.theta[at]).max() > 1e6
            assert np.abs(trajectory.theta[:at]).max() <= 1e6 and np.isnan(trajectory.theta[at + 1 :]).all()
            assert f"diverged at step {at}" in trajectory.describe()
        batch = run(GradientDescent(eta=[0.05, 0.2]), surfaces.ravine, steps=200)
        assert batch.diverged_at[0] == -1 and batch.diverged_at[1] > 0
        one = run(GradientDescent(eta=0.2), surfaces.ravine, steps=200)
        assert one.diverged_at == batch.diverged_at[1]
        run(GradientDescent(eta=1.0), Surface.from_formula("log(x) + exp(y)", (0.1, 5, -2, 2), (1, 1)), steps=50)


def test_a_start_out_of_reach_has_diverged_at_once():
    assert run(GradientDescent(), surfaces.bowl, start=(2e6, 0), steps=3).diverged_at == 0
    assert run(GradientDescent(eta=[0.1, 0.2]), surfaces.bowl, start=(2e6, 0), steps=3).diverged_at.tolist() == [0, 0]


def test_describe_has_the_numbers():
    trajectory = run(GradientDescent(eta=0.05), surfaces.ravine, start=(-4, 1), steps=200)
    text = trajectory.describe()
    assert "η = 0.05" in text and "200 steps from (-4.000, 1.000)" in text and "Loss 20.5" in text
    step = trajectory.first_below(1e-6)
    assert f"from step {step} on" in text
    assert trajectory.loss[step - 1] > 1e-6 >= trajectory.loss[step:].max()
    batch = run(GradientDescent(eta=[0.05, 0.2]), surfaces.ravine, steps=200).describe()
    assert "2 runs, 1 diverged" in batch


def test_overshoot():
    trajectory = run(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, start=(-4, 1), steps=300)
    np.testing.assert_allclose(trajectory.overshoot(), [trajectory.theta[:, 0].max(), -trajectory.theta[:, 1].min()])
    assert run(GradientDescent(eta=0.01), surfaces.ravine, steps=300).overshoot().tolist() == [0, 0]


def test_continued_run():
    whole = run(Momentum(), surfaces.ravine, steps=30)
    half = run(Momentum(), surfaces.ravine, steps=10)
    rest = run(Momentum(), surfaces.ravine, half.theta[-1], 20, {"v": half.state["v"][-1]})
    np.testing.assert_allclose(rest.theta, whole.theta[10:])
    whole, half = (run(Adam(), surfaces.ravine, steps=steps) for steps in (30, 10))
    rest = run(Adam(), surfaces.ravine, half.theta[-1], 20, {name: value[-1] for name, value in half.state.items()})
    np.testing.assert_allclose(rest.theta, whole.theta[10:], rtol=1e-12)


def test_a_state_is_spread_over_the_run():
    each = run(Momentum(), surfaces.ravine, [(-4, 1), (1, 1)], 5, {"v": [[0.1, 0.1], [0.1, 0.1]]})
    one = run(Momentum(), surfaces.ravine, [(-4, 1), (1, 1)], 5, {"v": 0.1})
    np.testing.assert_array_equal(one.theta, each.theta)
    assert one.state["v"].shape == (6, 2, 2)
    with pytest.raises(ValueError, match="state v must be a dict with v, each like θ"):
        run(Momentum(), surfaces.ravine, steps=5, state={"v": [1, 2, 3]})
    with pytest.raises(ValueError, match="state must be a dict with v, each like θ"):
        run(Momentum(), surfaces.ravine, steps=5, state={"m": 1})


def test_sweep_equals_single_runs():
    etas, gammas = [0.01, 0.05, 0.2], [0.0, 0.9]
    found = sweep(Momentum(), surfaces.ravine, steps=150, eta=etas, gamma=gammas)
    assert found.final_loss.shape == (3, 2) and list(found.axes) == ["eta", "gamma"]
    for i, eta in enumerate(etas):
        for j, gamma in enumerate(gammas):
            one = run(Momentum(eta, gamma), surfaces.ravine, steps=150)
            settled = one.first_below(1e-6)
            assert found.diverged_at[i, j] == (-1 if one.diverged_at is None else one.diverged_at)
            assert found.steps_to_tolerance[i, j] == (-1 if settled is None else settled)
            assert found.final_loss[i, j] == (np.inf if one.diverged_at is not None else pytest.approx(one.loss[-1]))


def test_sweep_over_starts():
    starts = np.stack(np.meshgrid([-2.0, -1.0, 1.0, 2.0], [-1.0, 1.0], indexing="ij"), axis=-1)
    found = sweep(GradientDescent(eta=0.05), surfaces.two_valleys, starts, steps=400)
    assert found.final_loss.shape == (4, 2) and len(set(found.final_loss[:, 0].round(3))) == 2
    both = sweep(GradientDescent(), surfaces.two_valleys, starts, steps=50, eta=[0.01, 0.05, 0.1])
    assert both.final_loss.shape == (3, 4, 2)


def test_tail_loss_is_the_worst_of_the_last_tenth():
    losses = np.arange(200.0).reshape(100, 2)[::-1]  # 99 steps: the last nine
    assert tail_loss(losses).tolist() == [losses[-9, 0], losses[-9, 1]]
    assert tail_loss([3.0]) == 3 and tail_loss([5.0, 4.0]) == 4
    with np.errstate(all="raise"):
        gone = tail_loss(np.array([[1.0, 1.0, 1.0], [np.nan, np.inf, 2.0]]))
    assert gone.tolist() == [np.inf, np.inf, 2]
    batch = run(GradientDescent(eta=[0.05, 0.2]), surfaces.ravine, steps=200)
    assert (
        tail_loss(batch.excess_loss)[0] == batch.excess_loss[181:, 0].max()
        and tail_loss(batch.excess_loss)[1] == np.inf
    )


def test_best_eta_is_the_best_of_those_tried():
    etas = [0.01, 0.05, 0.07, 0.2]
    chosen = best_eta(GradientDescent, surfaces.ravine, 50, etas)
    losses = [run(GradientDescent(eta=eta), surfaces.ravine, steps=50).loss[-5:].max() for eta in etas[:3]]
    assert chosen.eta == etas[int(np.argmin(losses))]
    lucky = [0.04, 0.0799]  # the second jumps from wall to wall
    with pytest.warns(UserWarning, match="is the smallest value tried"):
        assert best_eta(GradientDescent, surfaces.ravine, 50, lucky).eta == 0.04
    assert best_eta(GradientDescent, surfaces.bowl, 100, [0.5, 1.0, 1.5]).eta == 0.5, "all settle: the first"


def test_a_run_that_starts_in_the_minimum_is_there_from_step_0():
    assert run(GradientDescent(), surfaces.bowl, start=(0, 0), steps=3).first_below() == 0


def test_the_nearest_minimum_is_nearest_to_the_end():
    trajectory = run(GradientDescent(eta=0.01), surfaces.two_valleys, start=(2.2, 1.2), steps=30)
    local = surfaces.two_valleys.minima[1]
    distance = np.hypot(*(trajectory.theta[-1] - local))
    assert f"The nearest known minimum, ({local[0]:.3f}, 0.000), is {distance:.3f} away" in trajectory.describe()


def test_overshoot_is_past_the_minimum_that_the_run_goes_to_seen_from_the_start():
    x, y = surfaces.two_valleys.minima[0]
    trajectory = run(Momentum(eta=0.05, gamma=0.9), surfaces.two_valleys, start=(-0.5, 1.2), steps=60)
    expected = [x - trajectory.theta[:, 0].min(), y - trajectory.theta[:, 1].min()]
    assert min(expected) > 0.1
    np.testing.assert_allclose(trajectory.overshoot(), expected)
    across = run(GradientDescent(eta=1.5), surfaces.bowl, start=(1, -1), steps=1)  # the first step goes past
    np.testing.assert_allclose(across.overshoot(), [0.5, 0.5])


def test_among_several_minima_it_is_the_one_that_the_run_goes_to():
    right = run(Momentum(eta=0.02, gamma=0.9), surfaces.two_valleys, start=(2.2, 1.2), steps=200)  # the local one
    x = surfaces.two_valleys.minima[1][0]
    assert right.minimum[0] == x and right.overshoot()[0] == pytest.approx(x - np.min(right.theta[:, 0]))
    for start in ((0, -1), (-4, 3), (-4, -3), (4, 3)):
        found = run(GradientDescent(eta=0.002), surfaces.himmelblau, start=start, steps=500)
        np.testing.assert_allclose(found.theta[-1], found.minimum, atol=1e-6)
        assert found.overshoot().max() < 0.1
    several = run(Momentum(eta=[0.002, 1.0]), surfaces.himmelblau, start=(-4, 3), steps=50)  # the second diverges
    assert several.minimum.shape == several.overshoot().shape == (2, 2)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_symbols_have_an_entry_for_each_step(steps):
    for schedule in (None, cosine(4)):
        trajectory = run(Momentum(), surfaces.bowl, steps=steps, schedule=schedule)
        assert trajectory.values(r"\eta").shape == trajectory.values("v_t").shape == (steps + 1, 2)
        assert trajectory.effective_rate.shape == (steps + 1, 2)
        assert trajectory.symbols["theta_{t-1}"].shape == (max(steps, 1), 2)
