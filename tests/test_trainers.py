"""Live training, moved and run in Python."""

import asyncio
import warnings

import numpy as np
import pytest

from optcourse import Adam, GradientDescent, Momentum
from optcourse.live.trainers import BatchExplorer, Trainer
from optcourse.mathematics.training import ETAS, LeastSquares, Network, Slice, compare, digits, six_or_nine, train


def test_batch_explorer_follows_every_control():
    explorer = BatchExplorer(GradientDescent(eta=0.1), batch_size=4, steps=20)
    for name, value in (("batch size", 32), ("seed", 7), ("η", 0.2)):
        before = explorer.describe()
        explorer.controls[name].value = value
        assert explorer.describe() != before
        size, seed = (int(explorer.controls[each].value) for each in ("batch size", "seed"))
        updates = train(LeastSquares(), explorer.optimizers()[0], six_or_nine(), np.array([1.5, 1.5]), size, seed)
        expected = np.array([next(updates) for _ in range(21)])
        np.testing.assert_allclose(explorer.trajectories[0].theta, expected)
        form = explorer.lesson["methods"][0][0]
        table = np.frombuffer(explorer.handed[0]["values"]).reshape(-1, 21, 2)
        np.testing.assert_allclose(table[form["theta"]], expected)
    assert "32 of 361 images per update, seed 7" in explorer.describe()
    explorer.reset()
    assert explorer.controls["batch size"].value == 4 and explorer.controls["seed"].value == 0
    explorer.set(values={"η": 1.0, "batch size": 1})
    assert explorer.handed[0]["diverged"] == explorer.trajectories[0].diverged_at
    with pytest.raises(ValueError, match="batch size must be"):
        explorer.controls["batch size"].value = 5


@pytest.mark.parametrize("kind", [Momentum, Adam])
def test_batch_explorer_takes_any_method(kind):
    explorer = BatchExplorer(kind(eta=0.1), batch_size=8, steps=3)
    table = np.frombuffer(explorer.handed[0]["values"]).reshape(-1, 4, 2)
    np.testing.assert_array_equal(table[explorer.lesson["methods"][0][0]["theta"]], explorer.trajectories[0].theta)
    assert explorer.picture() and "8 of 361 images" in explorer.describe()


@pytest.fixture
def trainer():
    made = Trainer(Network(64, 10), passes=2)
    made.batch.value = 64
    return made


def test_a_training_run_streams_in(trainer):
    assert "not trained yet" in trainer.describe()
    asyncio.run(trainer.train())
    assert trainer.progress.value == 100 and trainer.passes[-1] == pytest.approx(2)
    assert trainer.training[-1] < trainer.training[0] and len(trainer.training) == len(trainer.passes)
    (given,) = trainer.stage.handed
    table = np.frombuffer(given["values"]).reshape(-1, len(trainer.passes), 2)[:, :, 0]
    assert {tuple(row) for row in table} == {tuple(trainer.passes), tuple(trainer.training), tuple(trainer.validation)}
    assert f"{trainer.training[-1]:.3f}" in trainer.describe() == trainer.message.value
    network = trainer.network
    updates = train(network, GradientDescent(eta=trainer.eta.value), trainer.data.train, network.init(0), 64)
    for _ in range(2 * (1077 // 64) + 1):
        theta = next(updates)
    assert trainer.training[-1] == pytest.approx(network.loss(theta, *trainer.data.train))


def test_stop_stops_and_keeps_what_is_there(trainer):
    trainer.length.value, trainer.batch.value = 50, 1

    async def press():
        trainer.begin()
        assert trainer._running is not None
        for _ in range(100):
            await asyncio.sleep(0.02)
            if len(trainer.passes) > 2:
                break
        assert not trainer.stop.disabled
        trainer.stop.click()
        await asyncio.sleep(0.05)
        reached = list(trainer.passes)
        await asyncio.sleep(0.3)
        return reached

    reached = asyncio.run(press())
    assert 0 < reached[-1] < 50 and trainer.passes == reached
    assert trainer.stop.disabled and not trainer.start.disabled


def test_a_diverging_training_is_no_crash(trainer):
    trainer.method.value, trainer.eta.value = Momentum, float(ETAS[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(trainer.train())
    assert trainer.progress.value == 100


def test_seeds_and_rates_at_once_equal_single_runs():
    network, data = Network(64, 6, 10), digits()
    both = compare(Adam, network, data, etas=np.array([0.01, 0.1]), seeds=[3, 5], passes=1)
    assert both.training.shape == (2, 2, 2) and both.accuracy.shape == (2, 2)
    one = compare(Adam, network, data, etas=np.array([0.1]), seeds=[5], passes=1)
    np.testing.assert_allclose(both.training[:, 1, 1], one.training[:, 0, 0], rtol=1e-9)
    again = compare(Adam, network, data, etas=np.array([0.01, 0.1]), seeds=[3, 5], passes=1)
    np.testing.assert_array_equal(both.training, again.training)
    fixed = compare(Momentum, network, data, etas=np.array([0.1]), seeds=[0], passes=1, gamma=0.0)
    plain = compare(GradientDescent, network, data, etas=np.array([0.1]), seeds=[0], passes=1)
    np.testing.assert_allclose(fixed.training, plain.training)


def test_the_best_rate_is_never_a_failed_one():
    network, data = Network(64, 10), digits()
    result = compare(Momentum, network, data, etas=np.array([1e-3, 0.1, 1e6]), seeds=[0, 1], passes=2)
    assert result.best == 1


def test_dropout():
    network, whole = Network(64, 8, 10, dropout=0.5), Network(64, 8, 10)
    theta, part = network.init(0), (digits().train[0][:50], digits().train[1][:50])
    assert network.loss(theta, *part) == whole.loss(theta, *part), "no dropout when measuring"
    many = np.mean([network.gradient(theta, *part)[:-90] for _ in range(3)], axis=0)
    assert (
        not np.array_equal(network.gradient(theta, *part), network.gradient(theta, *part)) and np.isfinite(many).all()
    )
    steps, h = np.eye(network.count)[:40], 1e-6

    def masked(point):
        network._rngs = [np.random.default_rng(7)]  # the same units left out
        return network.forward(point, part[0], training=True)[-1]

    def loss(point):
        return -masked(point)[np.arange(50), part[1]].mean()

    network._rngs = [np.random.default_rng(7)]
    gradient = network.gradient(theta, *part)[:40]
    expected = [(loss(theta + h * step) - loss(theta - h * step)) / (2 * h) for step in steps]
    np.testing.assert_allclose(gradient, expected, atol=1e-7)
    with pytest.raises(ValueError, match="dropout must be"):
        Network(64, 10, dropout=1.0)


def test_slice_is_the_network_on_a_plane():
    network, data = Network(64, 5, 10), digits()
    part = data.train[0][:60], data.train[1][:60]
    plane = Slice.random(network, part, network.init(0), seed=1)
    points = np.random.default_rng(0).uniform(-1, 1, size=(3, 4, 2))
    assert plane.value(points).shape == (3, 4) and plane.gradient(points).shape == (3, 4, 2)
    weights = network.init(0) + points[1, 2] @ plane.directions
    assert plane.value(points[1, 2]) == pytest.approx(network.loss(weights, *part))
    h = 1e-6
    expected = [(plane.value(points + h * step) - plane.value(points - h * step)) / (2 * h) for step in np.eye(2)]
    np.testing.assert_allclose(plane.gradient(points), np.stack(expected, axis=-1), atol=1e-6)
    hessian = plane.hessian(points[0, 0])
    np.testing.assert_allclose(hessian, hessian.T)
    for (drawn, bias), (own, _) in zip(
        network.layers(plane.directions[0]), network.layers(network.init(0)), strict=True
    ):
        np.testing.assert_allclose(np.linalg.norm(drawn, axis=0), np.linalg.norm(own, axis=0))
        assert not bias.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3,), r"network must be a Network such as Network\(64, 32, 10\), or None, not 3"),
        ((None, "digits"), r"data must be Data such as digits\(\), or None, not 'digits'"),
        ((None, None, 0), "passes must be a whole number from 1 to 50, not 0"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Trainer(*arguments)
