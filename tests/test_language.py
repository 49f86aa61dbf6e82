"""The one language: both parsers read one corpus, derivatives are right, and the page computes what NumPy computes (here in node)."""

import json
import pathlib
import re
import shutil
import subprocess
import time

import language
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wrong_answers import check_answers

from optcourse import Optimizer, Surface
from optcourse.formula.parse import FUNCTIONS, GREEK, FormulaError, parse, read
from optcourse.formula.write import latex, letters
from optcourse.surfaces.catalogue import CATALOGUE

HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node")
in_node = pytest.mark.skipif(NODE is None, reason="needs node")
GOOD = [each for each in language.CORPUS["formulas"] if "tree" in each]
BAD = [each for each in language.CORPUS["formulas"] if "says" in each]


def ask_node(questions):
    """The answers of the page's arithmetic, by node."""
    command = [NODE, str(HERE / "js" / "answer.mjs")]
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@in_node
@pytest.mark.parametrize("check", [*language.CHECKS, check_answers], ids=lambda check: check.__name__)
def test_the_page_s_arithmetic_in_node(check):
    print(f"\n{check(ask_node) or ''}")


@in_node
def test_the_page_s_own_tests():
    done = subprocess.run([NODE, "--test", str(HERE / "js")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


# ---- reading ----


ADVICE = r"\b(write|use|add|type|leave|put|delete|remove|begin|give|choose|compute|shorten|move|split)\b"


def test_each_error_of_a_formula_says_what_to_do():
    silent = {
        each["says"]
        for part in language.CORPUS.values()
        for each in part
        if "says" in each and not re.search(ADVICE, each["says"])
    }
    assert not silent


def test_the_corpus_is_large_and_says_everything():
    assert len(GOOD) >= 200 and len(BAD) >= 150
    said = " ".join(each["says"] for each in BAD)
    for word in (
        "never closed",
        "two ways",
        "breaks off",
        "is not known",
        "takes 2 arguments",
        "index",
        "one =",
        "characters",
    ):
        assert word in said, word
    texts = [each["text"] for each in language.CORPUS["formulas"]]
    assert len(set(texts)) == len(texts)
    read_names = {name for each in GOOD for name in read(each["text"])[1]}
    assert set(FUNCTIONS) <= read_names, "every function is read somewhere"


@pytest.mark.parametrize("each", GOOD, ids=lambda each: each["text"])
def test_what_is_typed_becomes_its_tree(each):
    assert language.plain(parse(each["text"])) == each["tree"]


@pytest.mark.parametrize("each", BAD, ids=lambda each: ascii(each["text"][:40]))
def test_other_text_is_refused_with_a_sentence_and_its_place(each):
    with pytest.raises(FormulaError) as caught:
        parse(each["text"])
    assert [caught.value.says, caught.value.at] == [each["says"], each["at"]]
    assert 0 <= caught.value.at <= max(len(each["text"]), 1) and len(each["says"]) > 10


def test_a_formula_must_be_text():
    for given_ in (None, 3, b"x", ["x"]):
        with pytest.raises(TypeError, match="must be text"):
            parse(given_)


def test_a_symbol_has_one_name_however_it_is_written():
    ways = {
        "beta_1": [r"\beta_1", r"\beta_{1}", "beta1", "beta_1", "beta_{1}", "β₁", "β_1", r"\beta_{ 1 }"],
        "m_hat_t": [r"\hat{m}_t", r"\hat{m_t}", r"\hat m_t", "m_hat_t", "m̂ₜ", "m_hat_{t}"],
        "theta_{t-1}": [
            r"\theta_{t-1}",
            r"\theta_{t - 1}",
            "theta_{t-1}",
            "θₜ₋₁",
            "θ_{t−1}",
            r"\boldsymbol{\theta}_{t-1}",
        ],
        "epsilon": [r"\epsilon", r"\varepsilon", "eps", "epsilon", "ε", "ϵ"],
    }
    for name, spellings in ways.items():
        assert {parse(spelling)[1] for spelling in spellings} == {name}
    assert [parse(each) for each in (*GREEK, *GREEK.values(), *(f"\\{name}" for name in GREEK))] == 3 * [
        ("sym", name) for name in GREEK
    ]


@pytest.mark.parametrize("each", [each for each in GOOD if "\n" not in each["text"]], ids=lambda each: each["text"])
def test_latex_is_read_as_the_tree_that_it_was_written_from(each):
    tree = parse(each["text"])
    assert parse(latex(tree)) == tree
    assert letters("m_hat_t") == "m̂"


PIECE = st.sampled_from([
    *"xyvG023.+-*/^(){}|,= _", "**", r"\frac", r"\frac{x}{y}", r"\hat{m}", r"\eta", "v_t", "_{t-1}", "sin", "sin(", "max(", "grad(",
    r"\nabla J(", "J(", r"\left|", r"\right|", "²", "₁", "√", "θ", "e", "pi", "é", "\u0302",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(text=st.lists(PIECE, max_size=12).map("".join))
def test_any_text_is_a_tree_or_a_sentence_with_its_place(text):
    try:
        tree = parse(text)
    except FormulaError as error:
        assert error.says and 0 <= error.at <= len(text)
    else:
        assert parse(latex(tree)) == tree


# ---- derivatives ----


def test_values_and_gradients_are_those_of_the_complex_step():
    """500 random formulas and the catalogue, against complex arithmetic that knows no rule of derivatives."""
    points, compared, worst = language.random_points(), 0, 0.0
    for tree in [*language.formulas(500), *(surface.tree for surface in CATALOGUE)]:
        at = language.calculated(tree)
        expected = np.array([language.complex_step(tree, *point) for point in points.tolist()])
        good = language.steady(at, points)[:, :3] & np.isfinite(expected)
        difference = np.max(language.gap(expected, at(*points.T)[:, :3], at(*points.T))[good], initial=0)
        assert difference <= language.CLOSE, (tree, difference)
        compared, worst = compared + good.sum(), max(worst, difference)
    print(f"\n{compared} numbers, largest gap {worst:.1e}")
    assert compared > 8000


def test_second_derivatives_are_those_of_the_gradients_complex_step():
    """The gradient's steps, run on complex numbers: their imaginary part is the Hessian, by no rule."""
    points, compared, worst, h = language.random_points(), 0, 0.0, 1e-100
    for tree in [*language.formulas(500), *(surface.tree for surface in CATALOGUE)]:
        if "abs" in str(tree):  # NumPy's |u| and sign of a complex u are something else
            continue
        calculation, value = language.calculation_of(tree)
        gradient = calculation.program(*(calculation.derivative(value, name) for name in "xy"))
        at, (x, y) = language.calculated(tree), points.T
        with np.errstate(all="ignore"):
            xx, xy = (np.imag(each + 0 * x) / h for each in gradient(x=x + 1j * h, y=y + 0j))
            yx, yy = (np.imag(each + 0 * x) / h for each in gradient(x=x + 0j, y=y + 1j * h))
        good = language.steady(at, points)
        expected, mine, good = np.stack((xx, xy, yx, yy), axis=-1), at(x, y), good[:, 3:]
        difference = np.max(language.gap(expected, mine[:, 3:], mine)[good], initial=0)
        assert difference <= language.CLOSE, (tree, difference)
        compared, worst = compared + good.sum(), max(worst, difference)
    print(f"\n{compared} numbers, largest gap {worst:.1e}")
    assert compared > 8000


@pytest.mark.parametrize(
    ("text", "at", "gradient"),
    [
        ("|x| + y^2", (0, 1), (0, 2)),
        ("sqrt(x^2) + y", (0, 1), (0, 1)),
        ("(x^2)^0.5*y", (0, 1), (0, 0)),
        ("sqrt(x*x) + y", (0, 1), (0, 1)),
        ("x^1.5 + y", (0, 1), (0, 1)),
        ("x^(1/3)*y", (8, 3), (0.25, 2)),
        ("log(x) + sign(y)", (2, 0), (0.5, 0)),
        ("max(x, y)", (1, 1), (0.5, 0.5)),
        ("max(x, 2y)", (3, 1), (1, 0)),
        ("x^y", (2, 3), (12, 8 * np.log(2))),
        ("2^x + e^y", (0, 0), (np.log(2), 1)),
        ("0*log(x) + y", (-1, 1), (0, 1)),
        ("abs(log(x))", (0.5, 1), (-2, 0)),
        ("abs(sqrt(x*y))", (4, 1), (0.25, 1)),
        ("abs(abs(x) - 1)", (-0.5, 0), (1, 0)),
        ("log(abs(y))", (0, -2), (0, -0.5)),
        ("x/(1/y)", (2, 3), (3, 2)),
    ],
)
def test_derivatives_at_their_edges(text, at, gradient):
    surface = Surface("edge", text)
    np.testing.assert_allclose(surface.gradient(at), gradient, atol=1e-15)
    assert surface.gradient(at).shape == (2,) and np.isfinite(surface.value(at))


def test_what_several_trees_share_is_computed_once():
    """The gradient of a product of n factors has some 12 n steps, the Hessian some 29 n; written out they grow as n² and n³."""
    for count in (7, 14, 28):
        tree = parse("*".join(f"sin({i}*x + y)" for i in range(1, count + 1)))
        calculation, value = language.calculation_of(tree)
        first = [calculation.derivative(value, name) for name in "xy"]
        second = [calculation.derivative(step, "x") for step in first]
        assert len(calculation.program(*first)) < 13 * count and len(calculation.program(*second)) < 30 * count


FORMULA = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi", "3", "0"]),
    lambda part: st.one_of(
        st.builds(
            "{}({})".format, st.sampled_from([name for name in FUNCTIONS if name not in ("max", "sum", "orth")]), part
        ),
        st.builds("({}{}{})".format, part, st.sampled_from("+-*/^"), part),
        st.builds("({})**{}".format, part, st.sampled_from(["2", "3", "12", "-1", "0.5"])),
    ),
    max_leaves=60,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=FORMULA)
def test_any_formula_is_soon_a_surface_or_a_message(text):
    began = time.process_time()
    try:
        surface = Surface.from_formula(text)
    except ValueError as error:
        assert len(str(error)) > 20
    else:
        with np.errstate(all="ignore"):  # as x/log(x) warns at 0, where it is 0
            _ = surface.minima, surface.reference_values
            assert np.isfinite([surface.value(surface.start), *surface.gradient(surface.start)]).all()
    assert time.process_time() - began < 5  # some 0.3 s, see the report; a bound against what grows without end


# ---- rows ----


def test_rows_of_a_hand_are_the_rows_of_the_lesson():
    latex_rows = [r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - v_t"]
    for rows in (
        ["v = gamma*v + eta*grad(theta)", "theta = theta - v"],
        ["v ← γ v + η ∇J(θ)", "θ ← θ − v"],
        [r"$v_{t} = \gamma \cdot v_{t-1} + \eta\,\nabla J\left(\theta_{t-1}\right)$", "theta_t = theta_{t-1} - v_t"],
    ):
        assert [row.latex for row in Optimizer.from_rows(rows).rows] == latex_rows
    made = Optimizer.from_rows(
        [r"m_t = \beta_{1} m_{t-1} + \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - \eta m_t"], beta1=0.5
    )
    assert made.label == "your own method (η = 0.01, β₁ = 0.5)"


@pytest.mark.parametrize("each", language.CORPUS["rows"], ids=lambda each: " ; ".join(each["rows"])[:60])
def test_rows_are_a_program_or_a_sentence(each):
    if "program" in each:
        assert Optimizer.from_rows(each["rows"]).trees()
        return
    with pytest.raises(ValueError) as caught:
        Optimizer.from_rows(each["rows"])
    assert str(caught.value).startswith(each["says"])
    if "row" in each:
        assert [caught.value.row, caught.value.at] == [each["row"], each["at"]]
