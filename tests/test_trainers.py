"""Live training, moved and run in Python."""

import base64
import zlib
from itertools import islice

import network
import numpy as np
import pytest
from test_language import ask_node, in_node

from optcourse import NAG, OPTIMIZERS, AdaGradOutside, Adam, GradientDescent, Momentum, Optimizer, UncorrectedAdam
from optcourse.training.data import digits, six_or_nine
from optcourse.training.network import LeastSquares, Network
from optcourse.training.plane import Slice
from optcourse.training.train import compare, train
from optcourse.widgets.minibatch import BatchExplorer
from optcourse.widgets.trainer import Trainer, digit_bytes


@in_node
@pytest.mark.parametrize("check", network.CHECKS, ids=lambda check: check.__name__)
def test_the_page_s_network_in_node(check):
    print(f"\n{check(ask_node) or ''}")


def page_runs(explorer):
    """The path that the page computes for an explorer as its setting says."""
    now, (surface,) = explorer.setting, explorer.surfaces
    form = explorer.config["methods"][0][0]
    values = {symbol: now["values"][name] for symbol, name in form["hypers"].items()}
    question = {
        "method": {**form["program"], "hypers": form["hypers"]}, "surface": surface["program"],
        "reference_values": surface["reference_values"], "values": values, "start": now["start"], "steps": now["steps"],
        "examples": base64.b64encode(surface["examples"]).decode(), "size": now["values"]["batch size"],
        "seed": now["values"]["seed"],
    }  # fmt: skip
    return np.array(ask_node([["run", question]])[0])


@in_node
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
        np.testing.assert_allclose(page_runs(explorer), expected, rtol=1e-12, atol=1e-12)
    assert "32 of 361 images per update, seed 7" in explorer.describe() and explorer.kernel_runs == []
    explorer.reset()
    assert explorer.controls["batch size"].value == 4 and explorer.controls["seed"].value == 0
    with pytest.raises(ValueError, match="batch size must be"):
        explorer.controls["batch size"].value = 5


@in_node
@pytest.mark.parametrize("kind", [Momentum, NAG, Adam])
def test_batch_explorer_takes_any_method(kind):
    explorer = BatchExplorer(kind(eta=0.1), batch_size=8, steps=30)
    np.testing.assert_allclose(page_runs(explorer), explorer.trajectories[0].theta, rtol=1e-12, atol=1e-12)
    assert explorer.picture() and "8 of 361 images" in explorer.describe()


# ---- the laboratory ----


def test_the_digits_travel_as_few_bytes():
    assert len(digit_bytes()) < 60_000
    packed = np.frombuffer(zlib.decompress(digit_bytes()), np.uint8)
    data, count = digits(), 1077 + 360
    pixels, labels = packed[: 64 * count].reshape(-1, 64) / 16, packed[64 * count :]
    for rows, (inputs, digit) in ((slice(1077), data.train), (slice(1077, None), data.validation)):
        np.testing.assert_array_equal(pixels[rows], inputs)
        np.testing.assert_array_equal(labels[rows], digit)


def test_what_is_said_of_a_training_is_what_train_reaches():
    mine = Optimizer.from_rows(["theta = theta - eta*grad(theta)"], eta=0.1)
    trainer = Trainer([mine, Adam(eta=0.02)], hidden=8, batch_size=64, dropout=0.2, epochs=3, seed=5)
    assert [type(each) for each in trainer.optimizers()] == [Adam, type(mine)]
    words = trainer.describe()
    assert "64-8-10 learns 1077 digits: batches of 64, dropout 0.2, seed 5, 3 epochs." in words
    for optimizer, line in zip(trainer.optimizers(), words.splitlines()[1:], strict=True):
        (training, validation), theta = network.by_numpy(optimizer, hidden=8, batch=64, dropout=0.2, epochs=3, seed=5)
        right = round(360 * Network(64, 8, 10).accuracy(theta, *digits().validation))
        expected = (
            f"training loss {training[0]:.3g} → {training[-1]:.3g}, validation loss {validation[-1]:.3g}, {right} of"
        )
        assert line.startswith(optimizer.label) and expected in line
    assert len(trainer.picture().figure.axes[0].lines) == 4


def test_a_laboratory_has_the_six_and_what_it_is_given():
    trainer = Trainer([Adam(eta=0.3), UncorrectedAdam(eta=0.2), Adam(eta=0.1)], hidden=5)
    titles = [forms[0]["label"] for forms in trainer.config["methods"]]
    assert titles == [*(kind.title for kind in OPTIMIZERS), UncorrectedAdam.title, "Adam 2"]
    assert trainer.setting["chosen"] == [5, 6, 7]
    values = trainer.setting["values"]
    assert (values["η Adam"], values["η Adam, uncorrected"], values["η Adam 2"], values["hidden units"]) == (
        0.3,
        0.2,
        0.1,
        5,
    )
    names = [control["name"] for control in trainer.config["controls"]]
    assert len(set(names)) == len(names) and set(names) == set(values)
    for control in trainer.config["controls"]:
        assert values[control["name"]] in control["values"] and control["values"] == sorted(control["values"])


def test_the_page_writes_the_setting_and_nothing_else():
    trainer = Trainer()
    moved = {**trainer.setting, "focus": 4}
    trainer.set_state({"setting": moved, "lesson": {}, "digits": b""})
    assert trainer.setting == moved and trainer.config and trainer.digits


def test_an_update_sees_one_dropout():
    """Rows that ask for ∇J twice got two draws, and divided one by the other: the loss was 2e8."""
    net, data = Network(64, 32, 10, dropout=0.4), digits()
    theta = next(islice(train(net, AdaGradOutside(eta=0.02), data.train, net.init(0), 32), 99, None))
    assert net.loss(theta, *data.train) < 1


def test_seeds_and_rates_at_once_equal_single_runs():
    network, data = Network(64, 6, 10), digits()
    both = compare(Adam, network, data, etas=np.array([0.01, 0.1]), seeds=[3, 5], epochs=1)
    assert both.training.shape == (2, 2, 2) and both.accuracy.shape == (2, 2)
    one = compare(Adam, network, data, etas=np.array([0.1]), seeds=[5], epochs=1)
    np.testing.assert_allclose(both.training[:, 1, 1], one.training[:, 0, 0], rtol=1e-9)
    again = compare(Adam, network, data, etas=np.array([0.01, 0.1]), seeds=[3, 5], epochs=1)
    np.testing.assert_array_equal(both.training, again.training)
    fixed = compare(Momentum, network, data, etas=np.array([0.1]), seeds=[0], epochs=1, gamma=0.0)
    plain = compare(GradientDescent, network, data, etas=np.array([0.1]), seeds=[0], epochs=1)
    np.testing.assert_allclose(fixed.training, plain.training)


def test_the_best_rate_is_never_a_failed_one():
    network, data = Network(64, 10), digits()
    result = compare(Momentum, network, data, etas=np.array([1e-3, 0.1, 1e6]), seeds=[0, 1], epochs=2)
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
    near = plane.zoom((-0.1, 0.1, -0.1, 0.1))
    assert near.view == (-0.1, 0.1, -0.1, 0.1) and near.value([0.05, 0.0]) == plane.value([0.05, 0.0])
    assert "x + y" not in repr(near)
