"""Contract of the optimizers: every class in the one tuple inherits these tests."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optcourse import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, RMSProp, run, surfaces, sweep
from optcourse.formula.evaluate import evaluate, orthogonal
from optcourse.formula.parse import parse
from optcourse.formula.write import letters
from optcourse.methods.base import Row, execute, follows_rows
from optcourse.methods.card import step_source
from optcourse.methods.more import BEYOND, AdamW, AMSGrad, Lion, Muon, Nadam
from optcourse.methods.schedules import cosine, warmup
from optcourse.methods.variants import (
    VARIANTS,
    AdaGradOutside,
    AdamInside,
    AdamWPaper,
    DampedMomentum,
    RMSPropOutside,
    UncorrectedAdam,
    variants,
)

KINDS = (*OPTIMIZERS, *VARIANTS, *BEYOND)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


# ---- by hand; step for step the libraries hold every method, see test_oracle.py ----

HAND = {  # two steps from x = 1 on J = x², η = 0.1, γ = β₁ = β₂ = 0.5, ε = 0, computed by hand
    GradientDescent: [0.8, 0.64],
    Momentum: [0.8, 0.54],  # v = 0.2; v = 0.1 + 0.16 = 0.26
    NAG: [0.8, 0.56],  # v = 0.2; at 0.7 the gradient is 1.4: v = 0.1 + 0.14 = 0.24
    AdaGrad: [0.9, 0.9 - 0.18 / math.sqrt(4 + 1.8**2)],
    RMSProp: [1 - 0.2 / math.sqrt(2), None],
    Adam: [0.9, 0.9 - 0.1 * ((0.5 + 0.9) / 0.75) / math.sqrt((1 + 1.62) / 0.75)],
    DampedMomentum: [0.9, 0.9 - (0.05 + 0.09)],  # v = 0.1; v = 0.05 + 0.5 × 0.18
    AdaGradOutside: [0.9, 0.9 - 0.18 / math.sqrt(4 + 1.8**2)],  # ε = 0: as inside
    RMSPropOutside: [1 - 0.2 / math.sqrt(2), None],
    AdamInside: [0.9, 0.9 - 0.1 * ((0.5 + 0.9) / 0.75) / math.sqrt((1 + 1.62) / 0.75)],
    UncorrectedAdam: [1 - 0.1 / math.sqrt(2), None],
    Lion: [0.9, 0.8],
    AMSGrad: [1 - 0.1 / math.sqrt(2), None],
    Nadam: [1 - 0.1 * (0.5 * 1 / 0.75 + 2) / 2, None],  # m = 1: 0.5 × 1 / (1 − 0.5²) + 0.5 × 2 / 0.5, over √v̂ = 2
    AdamW: [0.9, None],
    AdamWPaper: [0.9, None],
}


@every
def test_first_steps_by_hand(kind):
    if kind not in HAND:
        pytest.skip("no hand-computed steps yet")
    wanted = {"eta": 0.1, "gamma": 0.5, "beta1": 0.5, "beta2": 0.5, "eps": 0.0, "decay": 0.0}
    optimizer = kind(**{item.name: wanted[item.name] for item in kind.hypers()})
    theta, state = np.array([1.0]), optimizer.init(np.array([1.0]))
    for expected in HAND[kind]:
        theta, state = optimizer.step(theta, state, lambda x: 2 * x)
        if expected is not None:
            assert theta[0] == pytest.approx(expected, rel=1e-14)


# ---- the displayed formula is executed ----


def random_case(kind, seed):
    rng = np.random.default_rng(seed)
    unit = {item.name: rng.uniform(0.05, 0.95) for item in kind.hypers()}
    theta = rng.normal(size=2)
    state = {name: rng.uniform(0.1, 2, size=2) if name != "t" else 3 for name in kind(**unit).init(theta)}
    matrix = rng.normal(size=(2, 2))
    return kind(**unit), theta, state, lambda point: point @ matrix + 0.3


def same_as_step(kind, seed, step=None):
    """Whether a method's rows do what its ``step`` does, or another."""
    optimizer, theta, state, grad = random_case(kind, seed)
    names = execute(optimizer, theta, state, grad)
    after, new = (step or kind.step)(optimizer, theta, state, grad)
    same = np.allclose(names[kind.trees()[-1][1]], after, rtol=1e-12)
    recorded = {name: value for name, value in new.items() if name != "t"}
    return same and all(np.allclose(names[f"{name}_t"], value, rtol=1e-12) for name, value in recorded.items())


@every
@pytest.mark.parametrize("seed", range(5))
def test_displayed_formula_is_what_step_does(kind, seed):
    assert same_as_step(kind, seed)


BREAKS = [
    (AdaGrad, r"\sqrt{G_t + \epsilon}", r"\sqrt{G_t} + \epsilon"),
    (AdaGrad, r"\sqrt{G_t + \epsilon}", r"G_t + \epsilon"),
    (RMSProp, r"(1 - \gamma) (", r"("),
    (RMSProp, r"^2", r""),
    (Momentum, r"\theta_{t-1} - v_t", r"\theta_{t-1} + v_t"),
    (NAG, r"\nabla J(\theta_{t-1} - \gamma v_{t-1})", r"\nabla J(\theta_{t-1})"),
    (GradientDescent, r"- \eta", r"+ \eta"),
    (Adam, r"\sqrt{\hat{v}_t} + \epsilon", r"\sqrt{\hat{v}_t + \epsilon}"),
    (Adam, r"\frac{m_t}{1 - \beta_1^t}", r"m_t"),
    (Adam, r"\beta_2^t", r"\beta_2"),
    (Adam, r"(1 - \beta_1) g_t", r"(1 - \beta_2) g_t"),
]


@pytest.mark.parametrize(("kind", "right", "wrong"), BREAKS)
def test_a_broken_formula_is_caught(kind, right, wrong):
    assert any(right in row.latex for row in kind.rows), "the break must break something"
    rows = tuple(Row(row.latex.replace(right, wrong), row.caption) for row in kind.rows)
    broken = type(f"Broken{kind.__name__}", (kind,), {"rows": rows})
    assert same_as_step(kind, 1) and not same_as_step(broken, 1, kind.step)
    assert same_as_step(broken, 1), "a class's rows are its step unless it writes its own"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "step" not in kind.__dict__ or kind not in OPTIMIZERS])
def test_the_source_on_a_card_is_what_the_rows_do(kind):
    """Methods that have only rows: the source that a card shows of them, run."""
    space = {"np": np, "orthogonal": orthogonal}
    exec(f"from __future__ import annotations\n{step_source(kind)}", space)
    assert kind not in OPTIMIZERS and all(same_as_step(kind, seed, space["step"]) for seed in range(3))


def test_who_writes_a_step_is_run_by_it():
    class Halved(Momentum):
        def step(self, theta, state, grad):
            after, state = super().step(theta, state, grad)
            return theta + (after - theta) / 2, state

    class Sign(Momentum):
        rows = (
            Row(
                r"\theta_t = \theta_{t-1} - \eta \operatorname{sign}(\nabla J(\theta_{t-1}))", "a step of equal length"
            ),
        )

    class Started(Momentum):
        def init(self, theta):
            return {"v": np.ones(np.shape(theta))}

    first = {kind: run(kind(eta=0.01), surfaces.bowl, (-4, 2), steps=2) for kind in (Momentum, Halved, Sign, Started)}
    moved = {kind: each.theta[1] - each.theta[0] for kind, each in first.items()}
    np.testing.assert_allclose(moved[Halved], moved[Momentum] / 2)
    np.testing.assert_allclose(moved[Sign], [0.01, -0.01])
    np.testing.assert_allclose(moved[Started], moved[Momentum] - 0.9)
    assert [follows_rows(kind) for kind in first] == [True, False, True, False] and first[Sign].state == {}


@every
def test_declaration_is_complete(kind):
    assert kind.title and kind.idea and kind.reference and kind.__doc__
    for item in kind.hypers():
        assert item.domain.contains(np.array(item.default)), item
        assert item.low <= item.default <= item.high, item
        assert any(item.symbol in row.latex for row in kind.rows), f"{item.symbol} stands in no row"
    for row in kind.rows:
        assert parse(row.latex)[0] == "row" and row.caption


@every
def test_pure_and_frozen(kind):
    optimizer, theta, state, grad = random_case(kind, 0)
    kept, kept_state = theta.copy(), {name: np.copy(value) for name, value in state.items()}
    first, second = optimizer.step(theta, state, grad), optimizer.step(theta, state, grad)
    np.testing.assert_array_equal(theta, kept)
    for name, value in kept_state.items():
        np.testing.assert_array_equal(state[name], value)
    np.testing.assert_array_equal(first[0], second[0])
    with pytest.raises(AttributeError):
        optimizer.eta = 1.0


# ---- batch = loop ----


@every
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_batch_equals_loop(kind, data):
    size = data.draw(st.integers(1, 4))
    fields = {
        item.name: data.draw(
            st.lists(st.floats(max(item.low, 1e-3), min(item.high, 0.9)), min_size=size, max_size=size)
        )
        for item in kind.hypers()
    }
    starts = data.draw(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=size, max_size=size))
    batch = run(kind(**fields), surfaces.himmelblau, starts, steps=12)
    for i, start in enumerate(starts):
        one = run(kind(**{name: values[i] for name, values in fields.items()}), surfaces.himmelblau, start, steps=12)
        np.testing.assert_allclose(batch.theta[:, i], one.theta, rtol=1e-7, atol=1e-9)
        assert batch.diverged_at[i] == (-1 if one.diverged_at is None else one.diverged_at)
        if one.diverged_at is None:
            np.testing.assert_allclose(batch.effective_rate[:, i], one.effective_rate, rtol=1e-6)


def test_nadam_begins_as_dozats():
    """The issue's figure: with β₁ = 0.9 the first step is 1.47 η (0.9 × 0.1 / 0.19 + 1), not 1.90 η."""
    step = 1 - run(Nadam(eta=1.0, eps=0), surfaces.bowl, (1, 1), 1).theta[1]
    np.testing.assert_allclose(step, 0.09 / 0.19 + 1, rtol=1e-12)


def test_the_two_decays_differ_by_the_learning_rate():
    values = {"eta": 0.02, "eps": 1e-6}
    paths = [
        run(kind(decay=decay, **values), surfaces.beale, steps=40).theta
        for kind, decay in ((AdamW, 0.5), (AdamWPaper, 0.01))
    ]
    np.testing.assert_allclose(*paths, rtol=1e-12)


def test_damped_momentums_rate_is_what_multiplies_a_new_gradient():
    trajectory = run(DampedMomentum(eta=0.1, gamma=0.9), surfaces.ravine, steps=3)
    np.testing.assert_allclose(trajectory.effective_rate, 0.01)
    np.testing.assert_allclose(trajectory.theta[0] - trajectory.theta[1], 0.01 * trajectory.grad[0])


def test_momentum_without_memory_is_gradient_descent():
    plain_path = run(GradientDescent(eta=0.03), surfaces.beale, steps=30).theta
    for kind in (Momentum, NAG):
        np.testing.assert_allclose(run(kind(eta=0.03, gamma=0), surfaces.beale, steps=30).theta, plain_path)


# ---- bad input ----


@every
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, [0.1, float("nan")]])
def test_values_out_of_range_are_refused(kind, value):
    for item in kind.hypers():
        with pytest.raises(ValueError, match=item.letter) as caught:
            kind(**{item.name: value})
        assert "must be" in str(caught.value) and str(value) in str(caught.value)


def test_plain_symbols():
    assert [letters(parse(symbol)[1]) for symbol in (r"\eta", r"\beta_{2}", "lambda", "k", r"\hat{m}_t")] == [
        "η",
        "β₂",
        "λ",
        "k",
        "m̂",
    ]


def test_conventions_are_found_and_said():
    assert variants(Momentum) == variants(DampedMomentum) == (Momentum, DampedMomentum)
    assert variants(NAG) == (NAG,) and variants(Nadam) == (Nadam,)
    assert variants(AdamW) == variants(AdamWPaper) == (AdamW, AdamWPaper)
    assert variants(Adam) == variants(AdamInside) == (Adam, AdamInside, UncorrectedAdam)
    assert all(len(variants(kind)) >= 2 for kind in VARIANTS)
    for kind in VARIANTS:
        said = [other.variant for other in variants(kind)]
        assert len(set(said)) == len(said)


def test_damped_momentum_is_momentum_with_a_smaller_rate():
    damped, plain_one = DampedMomentum(eta=0.1, gamma=0.9), Momentum(eta=0.01, gamma=0.9)
    for surface in (surfaces.ravine, surfaces.beale):
        np.testing.assert_allclose(run(damped, surface, steps=30).theta, run(plain_one, surface, steps=30).theta)


STABLE = [kind for kind in KINDS if kind.stable_below]


@pytest.mark.parametrize("kind", STABLE, ids=lambda kind: kind.__name__)
def test_measured_stability_boundary_is_the_analytic_one_to_a_cell(kind):
    """On each row of constant γ the first η that diverges lies in the cell of the analytic limit, or next to it."""
    ratio = 1.05
    limits = np.array([0.5, 100])
    etas = np.geomspace(*limits, round(np.log(limits[1] / limits[0]) / np.log(ratio)))
    gammas = {"gamma": np.linspace(0, 0.95, 20)} if kind.hypers()[-1].name == "gamma" else {}
    found = sweep(kind(), surfaces.bowl, steps=6000, eta=etas, **gammas)
    diverged = (found.diverged_at >= 0).reshape(len(etas), -1)
    limit = evaluate(parse(kind.stable_below), {"gamma": gammas.get("gamma", np.zeros(1))})
    for row, expected in zip(diverged.T, np.broadcast_to(limit, diverged.shape[1]), strict=True):
        assert row.any() and not row[0]
        first = int(np.argmax(row))
        assert row[first:].all(), "stable again above the limit"
        assert abs(first - np.searchsorted(etas, expected)) <= 1


def test_muon_makes_singular_values_equal():
    rng = np.random.default_rng(0)
    v = rng.normal(size=(6, 4)) @ np.diag([10, 3, 1, 0.3])
    after, _ = Muon(eta=1.0, gamma=0.0, columns=4).step(np.zeros(24), {"v": np.zeros(24)}, lambda _: v.ravel())
    left, before, right = np.linalg.svd(v, full_matrices=False)
    values = np.diag(left.T @ -after.reshape(6, 4) @ right.T)
    assert before.max() / before.min() > 10 and values.min() > 0.6 and values.max() < 1.3
    np.testing.assert_allclose(left @ np.diag(values) @ right, -after.reshape(6, 4), atol=1e-9)
    assert orthogonal(np.zeros(4)).tolist() == [0, 0, 0, 0]


def test_schedules():
    schedule = warmup(10) * cosine(100, floor=0.1)
    assert schedule(5) == pytest.approx(0.5 * (0.1 + 0.9 * (1 + math.cos(math.pi * 0.05)) / 2))
    assert schedule(np.array([100, 500])) == pytest.approx([0.1, 0.1])
    trajectory = run(GradientDescent(eta=0.05), surfaces.ravine, steps=20, schedule=schedule)
    moved = -np.diff(trajectory.theta, axis=0) / trajectory.grad[:-1]
    np.testing.assert_allclose(moved, 0.05 * schedule(np.arange(1, 21))[:, None] * np.ones(2), rtol=1e-9)
    np.testing.assert_allclose(trajectory.effective_rate[1:], moved, rtol=1e-9)
    assert run(Momentum(), surfaces.ravine, steps=150, schedule=cosine(100)).diverged_at is None
