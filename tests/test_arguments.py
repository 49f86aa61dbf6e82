"""Every public entry, called with wrong things: never an inner error, always the argument's name and what is allowed."""

import functools
import time
from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcourse import (
    AdaGrad,
    Adam,
    Card,
    Goal,
    GradientDescent,
    LeastSquares,
    Momentum,
    Muon,
    Network,
    Optimizer,
    Predict,
    Question,
    Quiz,
    RMSProp,
    Schedule,
    Slice,
    Surface,
    best_eta,
    check,
    compare,
    contest,
    conventions,
    cosine,
    digits,
    explore,
    large_type,
    lowest,
    on_surface,
    paired,
    reach,
    run,
    surfaces,
    sweep,
    tail_loss,
    train,
    warmup,
)
from optcourse.mathematics.training import batches
from optcourse.mathematics.trajectory import MOST_STEPS

INPUTS, TARGETS = np.eye(4)[:, :3], np.arange(4.0)
NETWORK = Network(3, 2)
ONE = run(GradientDescent(), surfaces.bowl, steps=3)


def first_of_train(**given):
    return next(islice(train(**given), 2, None))


def student(theta, grad, eta):
    return theta - eta * grad(theta)


@functools.cache
def explorer():
    return explore(Momentum(), surfaces.bowl, steps=3, views=("contour",))


QUESTION = Question("Which?", (("this", "Yes."), ("that", "No.")))
STEP_ROW = r"\theta_t = \theta_{t-1} - \eta \nabla J(\theta_{t-1})"
# each entry with arguments that are right, and other words for an argument that its messages may use
ENTRIES = {
    "run": (
        run,
        {
            "optimizer": Momentum(),
            "surface": surfaces.bowl,
            "start": (1, 2),
            "steps": 3,
            "state": None,
            "schedule": None,
        },
    ),
    "sweep": (
        sweep,
        {
            "optimizer": Momentum(),
            "surface": surfaces.bowl,
            "start": (1, 2),
            "steps": 3,
            "tolerance": 1e-3,
            "eta": [0.1],
        },
    ),
    "best_eta": (best_eta, {"kind": Momentum, "surface": surfaces.bowl, "steps": 3, "etas": [0.1]}),
    "Surface": (
        Surface,
        {"name": "a", "formula": "x**2 + y", "view": (-1, 1, -1, 1), "start": (0, 1), "minima": ((0, 0),), "note": ""},
    ),
    "Surface.from_formula": (Surface.from_formula, {"text": "x", "view": (-1, 1, -1, 1), "start": (0, 1)}),
    "Surface.value": (surfaces.bowl.value, {"theta": (0, 1)}),
    "Surface.gradient": (surfaces.bowl.gradient, {"theta": (0, 1)}),
    "Surface.hessian": (surfaces.bowl.hessian, {"theta": (0, 1)}),
    "Surface.grid": (surfaces.bowl.grid, {"size": 4}),
    "Surface.zoom": (surfaces.bowl.zoom, {"view": (-1, 1, -1, 1)}),
    "Trajectory.first_below": (ONE.first_below, {"tolerance": 0.1}),
    "Trajectory.values": (ONE.values, {"latex": r"\eta"}),
    "warmup": (warmup, {"steps": 4}),
    "cosine": (cosine, {"steps": 4, "floor": 0.1}),
    "Schedule": (Schedule, {"factor": np.sqrt}),
    "Schedule()": (cosine(4), {"t": 2}),
    "Schedule*": (cosine(4).__mul__, {"other": warmup(3)}),
    "Muon": (Muon, {"eta": 0.1, "gamma": 0.5, "columns": 2}),
    "Adam": (Adam, {"eta": 0.1, "beta1": 0.5, "beta2": 0.5, "eps": 1e-8}),
    "Network": (functools.partial(Network, 3, 2), {"dropout": 0.1, "seed": 1}),
    "Network sizes": (lambda sizes: Network(3, sizes), {"sizes": 2}),
    "Network.init": (NETWORK.init, {"seed": 1}),
    "Network.seeded": (NETWORK.seeded, {"seeds": [1, 2]}),
    "Entry.best": (contest()["without dropout"][Momentum].best, {"choice": "η tuned"}),
    "lowest": (lowest, {"losses": [1.0], "eta": [0.1]}),
    "paired": (paired, {"first": np.arange(6), "second": np.zeros(6)}),
    "batches": (lambda **own: next(batches(**own)), {"count": 4, "size": 2, "seed": 1}),
    "train": (
        first_of_train,
        {
            "model": LeastSquares(),
            "optimizer": Momentum(),
            "data": (INPUTS, TARGETS),
            "theta": np.zeros(3),
            "batch_size": 2,
            "seed": 1,
            "schedule": None,
        },
    ),
    "on_surface": (on_surface, {"surface": surfaces.bowl, "optimizer": Momentum(), "path": np.zeros((3, 2))}),
    "Slice": (
        Slice,
        {
            "network": NETWORK,
            "data": (INPUTS, np.array([0, 1, 0, 1])),
            "centre": np.zeros(8),
            "directions": np.eye(8)[:2],
        },
    ),
    "compare": (
        compare,
        {"kind": Momentum, "network": Network(64, 10), "data": digits(), "etas": [0.1], "seeds": [0], "passes": 1},
    ),
    "Card": (Card, {"kind": Momentum, "base": None, "folded": None}),
    "check": (check, {"student": student, "kind": GradientDescent}),
    "tail_loss": (tail_loss, {"losses": [1.0, 2.0]}),
    "conventions": (conventions, {"kind": Momentum}),
    "from_rows": (Optimizer.from_rows, {"rows": [STEP_ROW], "title": "a", "eta": 0.1}),
    "Slice.random": (
        Slice.random,
        {"network": NETWORK, "data": (INPUTS, np.array([0, 1, 0, 1])), "centre": np.ones(8), "seed": 1},
    ),
    "Question": (Question, {"text": "a", "options": (("a", "b"), ("c", "d"))}),
    "Predict": (lambda **own: Predict(**{"explorer": explorer(), **own}), {"question": QUESTION}),
    "Predict explorer": (functools.partial(Predict, QUESTION), {"explorer": None}),
    "Quiz": (Quiz, {"questions": [QUESTION]}),
    "Goal": (lambda **own: Goal(**{"explorer": explorer(), **own}), {"text": "a", "reached": reach(1, 1)}),
    "reach": (reach, {"tolerance": 0.1, "within": 3, "place": 0}),
    "large_type": (large_type, {"factor": 1.0}),
    "Explorer.set": (
        lambda **own: explorer().set(**own),
        {
            "values": {"η": 0.1},
            "surface": surfaces.bowl,
            "start": [1, 2],
            "steps": 3,
            "step": 1,
            "forms": [0],
            "own": "",
            "rows": [""],
        },
    ),
    "explore": (
        explore,
        {
            "optimizers": Momentum(),
            "surface": surfaces.bowl,
            "start": (1, 2),
            "steps": 3,
            "views": ("contour",),
            "step": 1,
            "schedule": None,
        },
    ),
}
ALSO = {
    "eta": ("η",),
    "gamma": ("γ",),
    "beta1": ("β₁",),
    "beta2": ("β₂",),
    "eps": ("ε",),
    "theta": ("θ",),
    "path": ("theta",),
    "size": ("batch_size",),
    "text": ("formula", "not allowed"),
    "etas": ("η",),
    "count": ("batch_size",),
    "student": ("your function",),
    "kind": ("a method",),
    "latex": ("formula", "expected"),
    "values": ("there is no slider",),
    "rows": ("row", "a method needs", "formula"),
}
NAN, INF = float("nan"), float("inf")
WRONG_NUMBERS = [None, True, -3, 0, 10**9, 10**30, -(10**30), NAN, INF, -0.5, 1e300, 1j, 2.5, [NAN, 1.0], [INF, -INF]]
WRONG_SHAPES = [[], [[]], [0, 1, 2], [-2, 1], [[1.0], [1.0, 2.0]], [[1, 2], [3, 4]], np.zeros((2, 3)), np.zeros((0, 2))]
WRONG_SHAPES += [(1, 2, 3, 4), (4, 3, 2, 1), (1, 1, 1, 1)]
WRONG_KINDS = [
    "",
    "x + z",
    "é",
    b"x",
    ("a", "b"),
    [None, None],
    np.array(["a"]),
    np.array(None),
    {},
    {"v": 1},
    {"v": "x"},
]
WRONG_KINDS += [object(), Momentum, Momentum(), surfaces.bowl, len]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_wrong_argument_is_named(entry):
    call, right = ENTRIES[entry]
    for name in right:
        refused = 0
        for wrong in WRONG_NUMBERS + WRONG_SHAPES + WRONG_KINDS:
            try:
                with np.errstate(all="ignore"):  # a number such as 1e154 may overflow: that is no wrong argument
                    call(**{**right, name: wrong})
            except (TypeError, ValueError) as error:
                names, refused = (name, *ALSO.get(name, ())), refused + 1
                said = f"{entry}({name}={wrong!r}): {type(error).__name__}: {error}"
                assert any(each in str(error) for each in names), said
        assert refused >= 5, f"{entry}: {name} takes almost everything"


@pytest.mark.parametrize("entry", [name for name in ENTRIES if name not in ("compare", "Predict explorer")])
def test_the_right_arguments_are_right(entry):
    call, right = ENTRIES[entry]
    call(**right)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run(Momentum(), "ravine"), "surface must be a Surface, such as surfaces.ravine, not 'ravine'"),
        (lambda: run(Momentum, surfaces.bowl), "optimizer must be a method such as Momentum"),
        (
            lambda: explore(Momentum(), surfaces.bowl, views=("lens",)),
            r"views must be a list of contour, .*, not \('lens',\)",
        ),
        (lambda: Card(Momentum()), "kind must be a method's class, such as Momentum, not Momentum"),
        (lambda: cosine(10, floor=2), "floor must be a number from 0 to 1, not 2"),
        (lambda: cosine(10, floor="x"), "floor must be a number from 0 to 1, not 'x'"),
        (lambda: Muon(columns=0), "columns must be a whole number ≥ 1, not 0"),
        (lambda: run(Momentum(), surfaces.bowl, steps=10**9), "steps must be a whole number from 0 to 1,000,000"),
    ],
)
def test_the_message_says_what_was_given_and_what_is_allowed(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_the_number_of_steps_has_a_stated_bound():
    assert f"{MOST_STEPS:,}" in run.__doc__
    for entry in (run, sweep):
        with pytest.raises(ValueError, match=r"steps must be a whole number from 0 to 1,000,000, not 1000001"):
            entry(GradientDescent(), surfaces.bowl, steps=MOST_STEPS + 1)
    with pytest.raises(ValueError, match="steps must be at most 49,999 for 1,000 runs, not 100000"):
        run(GradientDescent(eta=np.full(1000, 0.1)), surfaces.bowl, steps=100_000)


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
def test_zero_over_zero_is_no_divergence(kind):
    """ε = 0 where the gradient is zero: the step is 0/0, and the words say so."""
    still = run(kind(eps=0), surfaces.bowl, start=(0, 0), steps=5)
    assert still.end == "0/0 at step 1: not a number" and still.end in still.describe()
    assert "diverged" not in still.describe()
    assert run(GradientDescent(eta=3), surfaces.bowl, steps=99).end.startswith("diverged at step ")
    assert run(GradientDescent(), surfaces.bowl, steps=5).end == ""
    cliff = run(GradientDescent(eta=5), Surface.from_formula("sqrt(x) + y**2/9", (0.1, 5, -2, 2), (1, 1)), steps=9)
    assert cliff.end == "not a number at step 2: the surface has no finite value or gradient where step 1 led"


@pytest.mark.parametrize(("columns", "theta"), [(3, (1.0, 2.0)), (2, (1.0, 2.0, 3.0))])
def test_columns_must_divide_the_weights(columns, theta):
    with pytest.raises(ValueError, match="columns must divide the number of weights"):
        Muon(columns=columns).step(np.array(theta), {"v": np.zeros(len(theta))}, lambda x: x)


# ---- a student's own formula ----


@pytest.mark.parametrize(
    ("text", "at", "gradient"),
    [
        ("abs(log(x))", (0.5, 1.0), (-2.0, 0.0)),
        ("abs(sqrt(x*y))", (4.0, 1.0), (0.25, 1.0)),
        ("abs(abs(x) - 1)", (-0.5, 0.0), (1.0, 0.0)),
        ("log(abs(y))", (0.0, -2.0), (0.0, -0.5)),
    ],
)
def test_absolute_values_have_their_derivatives(text, at, gradient):
    surface = Surface.from_formula(text)
    np.testing.assert_allclose(surface.gradient(at), gradient)
    assert np.isfinite(surface.hessian(at)).all()


def test_absolute_values_have_their_second_derivatives():
    """|log x| below 1 is −log x, with 1/x²; |x³| at −1 has 6|x|; no part comes from the kink."""
    np.testing.assert_allclose(Surface.from_formula("abs(log(x))").hessian((0.5, 1)), [[4, 0], [0, 0]])
    np.testing.assert_allclose(Surface.from_formula("abs(x**3)").hessian((-1, 1)), [[6, 0], [0, 0]])


@pytest.mark.parametrize("view", [(1, 1, -1, 1), (-1, 1, 2, 2), (1, -1, -1, 1)])
def test_a_view_has_a_width_and_a_height(view):
    with pytest.raises(ValueError, match=r"view must be four finite numbers .* low below high"):
        Surface("a", "x**2 + y", view)


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "log(x*y)"])
def test_a_formula_starts_where_it_is_finite_and_says_so(text):
    surface = Surface.from_formula(text)
    assert np.isfinite(surface.value(surface.start)) and np.isfinite(surface.gradient(surface.start)).all()
    assert "it is not finite at (-4, 3)" in surface.note and f"({surface.start[0]:g}, " in surface.note
    with pytest.raises(ValueError, match="start must be where the formula"):
        Surface.from_formula(text, start=(-4, 3))
    assert Surface.from_formula("x**2").note == "" and Surface.from_formula("x**2").start == (-4, 3)


def nested(function, depth):
    return f"{function}(" * depth + "x*y" + ")" * depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (nested("tanh", 30), "more than 20 parentheses"),
        ("*".join(f"log({i}*x+y)" for i in range(1, 45)), "at most 400 are allowed"),
        ("((y - y)/x)**-1", "no finite real value"),
        ("sqrt(sqrt(tan(2)))", "no finite real value"),
    ],
)
def test_a_formula_is_bounded_in_time_and_answered(text, message):
    began = time.process_time()
    with pytest.raises(ValueError, match=message):
        Surface.from_formula(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text", [nested("sin", 20), "*".join(f"log({i}*x+y)" for i in range(1, 35)), "*".join(["(x+y)"] * 66)]
)
def test_the_longest_and_deepest_formulas_that_are_allowed_work(text):
    assert np.isfinite(Surface.from_formula(text).hessian((1, 1))).all()


LEAF = st.sampled_from(["x", "y", "2", "0.5", "pi", "3", "0"])
FORMULA = st.recursive(
    LEAF,
    lambda part: st.one_of(
        st.tuples(
            st.sampled_from(["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "atan", "abs"]), part
        ).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(part, st.sampled_from(["2", "3", "12", "-1", "0.5"])).map(lambda t: f"({t[0]})**{t[1]}"),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=FORMULA)
def test_any_formula_is_a_surface_or_a_message(text):
    try:
        surface = Surface.from_formula(text)
    except ValueError as error:
        assert len(str(error)) > 20
    else:
        with np.errstate(all="ignore"):  # as x/log(x) warns at 0, where it is 0
            value, gradient = surface.value(surface.start), surface.gradient(surface.start)
        assert np.isfinite(value) and np.isfinite(gradient).all()
