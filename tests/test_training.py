from itertools import islice

import numpy as np
import pytest

from optcourse import Adam, GradientDescent, Momentum, run, surfaces, warmup
from optcourse.training.data import digits, six_or_nine
from optcourse.training.network import LeastSquares, Network
from optcourse.training.plane import Slice
from optcourse.training.train import ETAS, batches, compare, on_surface, train


@pytest.mark.parametrize("sizes", [(5, 3), (5, 4, 3), (5, 4, 4, 3)])
def test_backpropagation_against_finite_differences(sizes):
    rng = np.random.default_rng(0)
    network = Network(*sizes)
    inputs, labels = rng.normal(size=(7, 5)), rng.integers(0, 3, size=7)
    theta = network.init(1) + rng.normal(scale=0.1, size=network.count)
    steps = np.eye(network.count) * 1e-6
    expected = (network.loss(theta + steps, inputs, labels) - network.loss(theta - steps, inputs, labels)) / 2e-6
    np.testing.assert_allclose(network.gradient(theta, inputs, labels), expected, atol=1e-8, rtol=1e-6)


def test_a_batch_of_networks_equals_single_ones():
    network, data = Network(64, 8, 10), digits()
    thetas = np.stack([network.init(seed) for seed in range(3)])
    part = data.train[0][:20], data.train[1][:20]
    for function in (network.loss, network.gradient, network.accuracy):
        expected = [function(theta, *part) for theta in thetas]
        np.testing.assert_allclose(function(thetas, *part), expected, rtol=1e-10, atol=1e-15)


def test_least_squares_is_its_surface():
    inputs, targets = six_or_nine()
    model = LeastSquares()
    surface = model.surface(inputs, targets)
    theta = np.random.default_rng(0).normal(size=(6, 2))
    np.testing.assert_allclose(model.loss(theta, inputs, targets), surface.value(theta), atol=1e-5)
    np.testing.assert_allclose(model.gradient(theta, inputs, targets), surface.gradient(theta), atol=1e-5)


def test_training_on_all_data_is_a_run_on_the_surface():
    inputs, targets = six_or_nine()
    model = LeastSquares()
    surface = model.surface(inputs, targets)
    path = np.array(list(islice(train(model, Momentum(), (inputs, targets), [1.5, 1.5], len(inputs)), 31)))
    expected = run(Momentum(), surface, (1.5, 1.5), 30)
    np.testing.assert_allclose(path, expected.theta, atol=1e-4)
    assert on_surface(surface, Momentum(), path).excess_loss[-1] == pytest.approx(expected.excess_loss[-1], abs=1e-4)


def test_data_parts_share_nothing_and_are_complete():
    data = digits()
    assert [len(labels) for _, labels in (data.train, data.validation, data.test)] == [1077, 360, 360]
    assert data.train[0].min() >= 0 and data.train[0].max() == 1
    rows = np.concatenate([part[0] for part in (data.train, data.validation, data.test)])
    assert rows.shape == (1797, 64)
    inputs, targets = six_or_nine()
    assert inputs.shape == (361, 2) and abs(inputs.mean()) < 1e-12 and abs(targets.mean()) < 1e-12


def test_every_pass_sees_every_example_once():
    source = batches(10, 3, seed=0)
    for _ in range(4):
        seen = np.concatenate([next(source) for _ in range(3)])
        assert len(set(seen)) == 9
    assert not np.array_equal(next(batches(50, 50, seed=0)), next(batches(50, 50, seed=1)))


def test_learning_rates_in_one_go_and_reproducible():
    network, data = Network(64, 10), digits()
    etas = [0.01, 0.1]
    both = next(islice(train(network, Adam(eta=etas), data.train, network.init(0), 32, seed=4), 20, None))
    for theta, eta in zip(both, etas, strict=True):
        one = next(islice(train(network, Adam(eta=eta), data.train, network.init(0), 32, seed=4), 20, None))
        np.testing.assert_allclose(theta, one, rtol=1e-9, atol=1e-12)
    assert network.loss(both, *data.train)[1] < network.loss(network.init(0), *data.train)


def test_a_schedule_begins_with_step_one():
    inputs, targets = np.eye(2), np.array([1.0, 2.0])
    updates = train(LeastSquares(), GradientDescent(eta=0.4), (inputs, targets), np.zeros(2), 2, schedule=warmup(4))
    first = next(islice(updates, 1, None))
    np.testing.assert_allclose(first, 0.4 / 4 * targets / 2)


def test_training_reaches_a_good_accuracy():
    network, data = Network(64, 10), digits()
    theta = next(islice(train(network, GradientDescent(eta=0.3), data.train, network.init(0), 32), 600, None))
    assert network.accuracy(theta, *data.test) > 0.9


def test_the_learning_rates_that_are_tried_are_three_to_a_decade():
    np.testing.assert_allclose(ETAS[[0, 3, -1]], [1e-4, 1e-3, 10])


def test_accuracy_is_the_share_of_right_answers():
    network = Network(2, 2)
    theta = np.array([1.0, 0, 0, 1, 0, 0])  # the class of the larger input
    assert network.accuracy(theta, np.array([[3.0, 1], [1, 3], [2, 1], [0, 1]]), np.array([0, 1, 0, 0])) == 0.75


FAR = np.array([[0.0, 0.0], [1e200, -1e200], [1e-200, 1e-300], [np.inf, 0.0], [np.nan, 1.0], [30.0, -40.0]])
NET = Network(64, 16, 10, dropout=0.2)
LOST = np.stack([NET.init(0), NET.init(1) * 1e200, np.full(NET.count, np.nan)])
PLANE = Slice.random(NET, tuple(part[:50] for part in digits().train), NET.init(0))
HILL = surfaces.Surface.from_formula("exp(-x**4-y**4)")


@pytest.mark.parametrize(
    "compute",
    [
        *(lambda each=each: computed(each) for each in (*surfaces.CATALOGUE, HILL, PLANE)),
        lambda: [part(LOST, *digits().train) for part in (NET.loss, NET.gradient, NET.accuracy)],
        lambda: [part(FAR[:4], *six_or_nine()) for part in (LeastSquares().loss, LeastSquares().gradient)],
        lambda: list(islice(train(NET, Momentum(eta=1e3), digits().train, NET.init(0), 32), 20)),
        lambda: compare(Adam, NET, digits(), etas=[1e-3, 1e3], seeds=[0], epochs=1),
        lambda: on_surface(surfaces.rosenbrock, Momentum(), FAR[:3]).describe(),
        lambda: run(Momentum(eta=50.0), surfaces.rosenbrock).describe(),
        lambda: run(Adam(), HILL).effective_rate,
    ],
)
def test_what_the_reader_says_of_floating_point_errors_is_no_matter(compute):
    with np.errstate(all="raise"):
        compute()
        assert np.geterr()["under"] == "raise", "and stays said"


def computed(surface):
    fresh = surface if surface is PLANE else surface.zoom(surface.view)
    seen = [part(FAR) for part in (fresh.value, fresh.gradient, fresh.hessian, fresh.nearest_minimum)]
    return [*seen, fresh.minima, fresh.lowest, fresh.default_minimum, fresh.reference_values, fresh.grid()]
