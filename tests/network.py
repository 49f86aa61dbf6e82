"""What the page's network must agree with NumPy on: asked of node, as language.py does."""

import base64
from itertools import islice

import numpy as np

from optcourse import BEYOND, OPTIMIZERS, VARIANTS, AdaDelta, AdaGrad, Adam, Momentum, Muon, Optimizer, RMSProp
from optcourse.formula.parse import parse
from optcourse.training.data import digits
from optcourse.training.network import Network
from optcourse.training.train import train
from optcourse.widgets.program import method_program
from optcourse.widgets.trainer import rates_in_words, watch

OWN = Optimizer.from_rows(["m = gamma*m + (1 - gamma)*grad(theta)", "theta = theta - eta*m/(abs(m) + 0.01)"])
METHODS = [kind(eta=0.3 if kind is AdaDelta else 0.02) for kind in (*OPTIMIZERS, *VARIANTS, *BEYOND)]
METHODS += [Muon(eta=0.02, columns=10), OWN]
EPOCHS, BATCH, SEED, CLOSE = 3, 32, 4, 1e-12


def examples():
    """The digits for the page, as they travel but for the deflating."""
    parts = [digits().train, digits().validation]
    pixels = np.concatenate([np.round(16 * inputs) for inputs, _ in parts]).astype(np.uint8)
    labels = np.concatenate([labels for _, labels in parts]).astype(np.uint8)
    text = base64.b64encode(pixels.tobytes() + labels.tobytes()).decode()
    return {"bytes": text, "counts": [len(labels) for _, labels in parts]}


def question(optimizer, hidden=32, dropout=0.0, batch=BATCH, seed=SEED, epochs=EPOCHS, **more):
    plan = {"batch": batch, "hidden": hidden, "dropout": dropout, "epochs": epochs, "seed": seed}
    hypers = {item.key: getattr(optimizer, item.name) for item in optimizer.hypers()}
    return ["train", {"method": method_program(optimizer), "hypers": hypers, "plan": plan, **examples(), **more}]


def by_numpy(optimizer, hidden=32, dropout=0.0, batch=BATCH, seed=SEED, epochs=EPOCHS):
    """The training and the validation loss after each epoch, and the last θ."""
    data, network = digits(), Network(64, *([hidden] if hidden else []), 10, dropout=dropout, seed=seed)
    each = len(data.train[0]) // batch
    path = islice(train(network, optimizer, data.train, network.init(seed), batch, seed), epochs * each + 1)
    ends = [theta for k, theta in enumerate(path) if k % each == 0]
    return [[network.loss(theta, *part) for theta in ends] for part in (data.train, data.validation)], ends[-1]


def check_training(ask):
    """The losses after each of three epochs: every method, with and without dropout; other networks, batches and seeds."""
    cases = [(each, {"dropout": dropout}) for each in METHODS for dropout in (0.0, 0.4)]
    settings = (
        {"hidden": 0},
        {"hidden": 0, "batch": 3},
        {"hidden": 7, "batch": 1077},
        {"hidden": 64, "dropout": 0.5, "batch": 100, "seed": 0},
    )
    cases += [(OPTIMIZERS[-1](eta=0.01), setting) for setting in settings]
    worst = 0.0
    found = ask([question(each, **setting) for each, setting in cases])
    for (optimizer, setting), mine in zip(cases, found, strict=True):
        losses, theta = by_numpy(optimizer, **setting)
        for name, theirs in zip(("training", "validation"), losses, strict=True):
            assert len(mine[name]) == EPOCHS + 1 and np.isfinite(theirs).all(), optimizer.label
            gap = float(np.max(np.abs(np.array(mine[name]) / theirs - 1)))
            assert gap <= CLOSE, (optimizer.label, setting, name, gap)
            worst = max(worst, gap)
        assert np.abs(np.array(mine["theta"]) - theta).max() <= 1e-9
    return f"{len(cases)} runs of {EPOCHS} epochs, {len(METHODS)} methods: largest relative gap of a loss {worst:.1e}"


def check_rates(ask):
    """The effective learning rates of the weights that have had a gradient, after the last update: 5 %, median and 95 %."""
    for optimizer in (AdaGrad(eta=0.05), RMSProp(eta=0.01), Adam(eta=0.01), AdaDelta(eta=1.0), Momentum(eta=0.05)):
        (mine,) = ask([question(optimizer, dropout=0.3, rate=parse(optimizer.rate))])
        low, middle, high = (mine["rates"][-1][name] for name in ("low", "middle", "high"))
        said = rates_in_words(optimizer, seen_by(optimizer))
        bands = f"median {middle:.3g}, 5 to 95 % from {low:.3g} to {high:.3g}"
        assert len(mine["rates"]) == EPOCHS and (bands in said or f"all weights: {low:.3g}." in said), (said, bands)


def seen_by(optimizer):
    """What NumPy's last update began with."""
    watched, seen = watch(optimizer)
    by_numpy(watched, dropout=0.3)
    return seen


def check_generator(ask):
    """NumPy's numbers in the page: uniform ones and orders are the same, normal ones within some units in the last place."""
    for seed in (0, 1, 30, 2**32 - 1):
        ((uniform, normal, order, again),) = ask([["random", {"seed": seed, "count": 20_000}]])
        fresh = np.random.default_rng(seed)
        assert uniform == fresh.random(50).tolist()
        expected = np.random.default_rng(seed).standard_normal(20_000)
        assert np.abs(np.array(normal) / expected - 1).max() < 3e-14 and np.abs(expected).max() > 3.66
        orders = np.random.default_rng(seed)
        assert order == orders.permutation(1077).tolist() and again == orders.permutation(361).tolist()
    return ""


CHECKS = (check_training, check_rates, check_generator)
