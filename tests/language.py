"""What the page's arithmetic is asked, and what NumPy says: by ``test_language.py``, in node."""

import cmath
import json
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from optcourse import BEYOND, OPTIMIZERS, VARIANTS, Muon, Optimizer, Surface, surfaces
from optcourse.formula.differentiate import Calculation
from optcourse.formula.parse import CONSTANTS, FormulaError, Node, parse
from optcourse.surfaces.catalogue import CATALOGUE
from optcourse.surfaces.surface import differentiated
from optcourse.widgets.program import method_program, own_hypers

CORPUS = json.loads((pathlib.Path(__file__).parent / "corpus.json").read_text())
CLOSE = 1e-12
METHODS = (*OPTIMIZERS, *VARIANTS, *BEYOND)
Ask = Callable[[list[tuple[str, Any]]], list[Any]]  # questions (kind, question) and their answers, see js/answers.js


def plain(tree: Any) -> Any:
    """As JSON has it."""
    return json.loads(json.dumps(tree))


# ---- random formulas of x and y, and their value by another hand: complex numbers, so that a tiny imaginary step derives ----

ONE = ["sin", "cos", "tanh", "arctan", "exp", "log", "sqrt", "abs", "cosh", "sinh", "tan"]


def random_tree(rng: np.random.Generator, depth: int) -> Node:
    if depth == 0 or rng.random() < 0.1:
        leaf = [
            ("sym", "x"),
            ("sym", "y"),
            ("sym", "x"),
            ("sym", "y"),
            ("num", float(rng.integers(1, 6))),
            ("num", 0.5),
        ]
        return leaf[rng.integers(len(leaf))]
    kind = ["add", "sub", "mul", "frac", "pow", "call", "call", "neg"][rng.integers(8)]
    if kind == "pow":
        return ("pow", random_tree(rng, depth - 1), ("num", float([2, 3, 4, 0.5, 1.5, 12][rng.integers(6)])))
    if kind == "call":
        return ("call", ONE[rng.integers(len(ONE))], random_tree(rng, depth - 1))
    parts = 1 if kind == "neg" else 2
    return (kind, *(random_tree(rng, depth - 1) for _ in range(parts)))


def by_hand(node: Node, x: complex, y: complex) -> complex:
    """The value of a tree, not by the course's arithmetic; |u| goes on to complex u as u or −u."""
    kind, *parts = node
    if kind == "num":
        return complex(parts[0])
    if kind == "sym":
        return {"x": x, "y": y, **CONSTANTS}[parts[0]]
    name, parts = (parts[0], parts[1:]) if kind == "call" else (kind, parts)
    a, *rest = (by_hand(part, x, y) for part in parts)
    b = rest[0] if rest else 0
    if name == "abs":
        return a if a.real > 0 else -a
    if name == "pow" and parts[1][0] == "num" and parts[1][1] == int(parts[1][1]):
        return a ** int(parts[1][1])
    if name in ("log", "sqrt", "pow") and a.real <= 0:
        return complex("nan")
    operations = {"add": a + b, "sub": a - b, "mul": a * b, "neg": -a}
    if name in operations:
        return operations[name]
    return a / b if name == "frac" else a**b if name == "pow" else getattr(cmath, {"arctan": "atan"}.get(name, name))(a)


def complex_step(node: Node, x: float, y: float, h: float = 1e-100) -> list[float]:
    """J and ∇J: the imaginary part of J(x + ih) is h times the derivative, without any difference."""
    try:
        value = by_hand(node, x, y)
        if cmath.isnan(value):
            return [np.nan] * 3
        return [value.real, by_hand(node, x + 1j * h, y).imag / h, by_hand(node, x, y + 1j * h).imag / h]
    except (ArithmeticError, ValueError):
        return [np.nan] * 3


def calculated(node: Node) -> Callable[[Any, Any], np.ndarray]:
    """J, ∇J and the second derivatives (xx, xy, xy, yy) by NumPy, stacked along a last axis."""
    value, gradient, second = differentiated(node)

    def at(x: Any, y: Any) -> np.ndarray:
        with np.errstate(all="ignore"):
            xx, xy, yy = second(x=x, y=y)
            parts = [*value(x=x, y=y), *gradient(x=x, y=y), xx, xy, xy, yy]
        return np.stack(np.broadcast_arrays(*(np.asarray(part) + 0 * x for part in parts)), axis=-1)

    return at


NUDGES = [(1 + a * 2.0**-50, 1 + b * 2.0**-50) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1))]


def steady(at: Callable, points: np.ndarray) -> np.ndarray:
    """Which of J, ∇J and the rest hardly move when the point moves by its last bit: others say nothing of two arithmetics."""
    here = at(*points.T)
    moved = [at(*(points * np.array(nudge)).T) for nudge in NUDGES]
    with np.errstate(all="ignore"):
        same = np.all([np.isfinite(each) & (gap(here, each) <= CLOSE / 4) for each in moved], axis=0)
    return same & np.isfinite(here[:, :1])  # where J has no value, its derivatives mean nothing


def gap(mine: np.ndarray, theirs: np.ndarray, sizes: np.ndarray | None = None) -> np.ndarray:
    """Differences against the numbers' own size, or, point by point, against the largest of some: a zero that is left of large terms."""
    with np.errstate(all="ignore"):
        size = np.abs(mine) if sizes is None else np.nan_to_num(np.abs(sizes), posinf=0).max(axis=-1, keepdims=True)
        return np.abs(mine - theirs) / np.maximum(1, size)


def formulas(count: int) -> list[Node]:
    """Random formulas that have a finite value and second derivatives at one of some points at least."""
    rng, found = np.random.default_rng(11), []
    while len(found) < count:
        tree = random_tree(rng, int(rng.integers(2, 5)))
        if np.isfinite(calculated(tree)(*random_points().T)).all(axis=1).any():
            found.append(tree)
    return found


def random_points() -> np.ndarray:
    return np.random.default_rng(12).uniform(-2, 2, (8, 2))


def numbers(rows: Any) -> np.ndarray:
    return np.array(
        [[float(str(each).replace("Infinity", "inf").replace("NaN", "nan")) for each in row] for row in rows]
    )


# ---- the checks ----


def check_corpus(ask: Ask) -> None:
    """The page reads the corpus as Python does, to the letter of each message."""
    given = [("parse", each["text"]) for each in CORPUS["formulas"]] + [
        ("surface", each["text"]) for each in CORPUS["surfaces"]
    ]
    known = own_hypers()
    given += [("method", {"text": "\n".join(each["rows"]), "known": known}) for each in CORPUS["rows"]]
    expected = [each for part in CORPUS.values() for each in part]
    for want, got in zip(expected, ask(given), strict=True):
        if "tree" in want:
            assert got == {"tree": want["tree"]}, want
        elif "start" in want:
            assert [got["start"], got["note"]] == [want["start"], want["note"]], want
        elif "program" in want:
            hypers = [item["symbol"] for item in got["hypers"]]
            assert {**got, "hypers": hypers} == want["program"], want
        else:
            assert {name: got[name] for name in want if name not in ("text", "rows")} | {"text": 0} == (
                {name: value for name, value in want.items() if name not in ("text", "rows")} | {"text": 0}
            ), want


def check_messages(ask: Ask) -> None:
    """What an error says as a whole is the same, too."""
    bad = [each["text"] for each in CORPUS["formulas"] if "says" in each]
    for text, got in zip(bad, ask([("parse", text) for text in bad]), strict=True):
        try:
            raise AssertionError(parse(text))
        except FormulaError as error:
            assert got["message"] == str(error)


def check_derivatives(ask: Ask, count: int = 500) -> str:
    """Value, gradient and Hessian of random formulas and of the catalogue: NumPy, page, and complex step."""
    trees = [*formulas(count), *(surface.tree for surface in CATALOGUE)]
    points = random_points()
    answers = ask([("derive", {"tree": tree, "points": points.tolist()}) for tree in trees])
    worst, compared, left_out = 0.0, 0, 0
    for tree, answer in zip(trees, answers, strict=True):
        at = calculated(tree)
        mine, theirs, good = at(*points.T), numbers(answer), steady(at, points)
        assert np.array_equal(np.isfinite(mine[good]), np.isfinite(theirs[good])), tree
        difference = np.max(gap(mine, theirs)[good], initial=0)
        assert difference <= CLOSE, (tree, difference)
        worst, compared, left_out = max(worst, difference), compared + good.sum(), left_out + (~good).sum()
    assert compared > 0.7 * (compared + left_out), (compared, left_out)
    return f"{len(trees)} formulas, {compared} numbers compared, {left_out} not finite or unsteady in themselves; largest gap {worst:.1e}"


def check_own_surfaces(ask: Ask) -> str:
    """A surface from a typed formula: start, reference_values and derivatives as Python's."""
    texts = [each["text"] for each in CORPUS["surfaces"] if "start" in each]
    worst = 0.0
    for text, got in zip(texts, ask([("surface", text) for text in texts]), strict=True):
        mine = Surface.from_formula(text)
        assert [got["name"], got["program"], got["view"]] == [mine.name, plain(mine.tree), list(mine.view)]
        assert got["start"] == list(map(float, mine.start)) and got["note"] == mine.note
        (marks,) = got["reference_values"]
        for name, value in mine.reference_values_at(mine.minima[0]).items():
            worst = max(worst, gap(np.asarray(value), np.array(marks[name], dtype=float)).max())
            assert worst <= CLOSE, (text, name, value, marks[name])
        here = [mine.value(mine.start), *mine.gradient(mine.start), *mine.hessian(mine.start).ravel()]
        worst = max(worst, gap(np.array(here), numbers([got["here"]])[0]).max())
        assert worst <= CLOSE, (text, here, got["here"])
    return f"{len(texts)} surfaces from what is typed; largest gap {worst:.1e}"


def check_own_methods(ask: Ask) -> None:
    """A method from typed rows: its program, and its hyperparameters with their sliders."""
    good = [each["rows"] for each in CORPUS["rows"] if "program" in each]
    known = own_hypers()
    made = ask([("method", {"text": "\n".join(rows), "known": known}) for rows in good])
    for rows, got in zip(good, made, strict=True):
        method = Optimizer.from_rows(rows)
        assert {name: got[name] for name in ("rows", "result", "state", "settings")} == plain(method_program(method))
        for item, slider in zip(method.hypers(), got["hypers"], strict=True):
            assert [slider[name] for name in ("symbol", "name", "letter", "doc", "allowed", "default")] == [
                item.key, item.name, item.letter, item.doc, item.domain.text, item.default
            ]  # fmt: skip
            assert item.default in slider["values"] and len(slider["values"]) > 20


def check_flat_methods(ask: Ask, length: int = 30, steps: int = 40) -> str:
    """Every method over a flat θ, on random gradients: the page as NumPy, at every step."""
    rng, questions, expected = np.random.default_rng(2), [], []
    for kind in [*METHODS, Muon]:
        settings = {"columns": 5} if kind is Muon and len(expected) == len(METHODS) else {}
        method = kind(**{item.name: item.default for item in kind.hypers()}, **settings)
        start, slopes, offsets = (
            rng.normal(size=length),
            rng.uniform(0.5, 2, (steps, length)),
            rng.normal(size=(steps, length)),
        )
        theta, state, path = start, method.init(start), []
        for slope, offset in zip(slopes, offsets, strict=True):
            theta, state = method.step(theta, state, lambda at, a=slope, b=offset: a * at + b)
            path.append(theta)
        expected.append(np.array(path))
        hypers = {item.key: getattr(method, item.name) for item in kind.hypers()}
        arrays = {"start": start, "slopes": slopes, "offsets": offsets}
        question = {"method": method_program(method), "hypers": hypers}
        questions.append(("walk", question | {name: value.tolist() for name, value in arrays.items()}))
    found = [np.array(each) for each in ask(questions)]
    worst = max(
        np.max(np.abs(mine - theirs)) / np.abs(mine).max() for mine, theirs in zip(expected, found, strict=True)
    )
    assert worst <= CLOSE, worst
    return f"{len(found)} walks of {steps} steps over {length} weights; largest gap {worst:.1e}"


def check_runs_of_typed_rows(ask: Ask) -> None:
    """The same method in LaTeX and as a hand types it runs alike, in the page and in NumPy; θ set to a number is θ in both coordinates."""
    ways = [
        ["v_t = \\gamma v_{t-1} + \\eta \\nabla J(\\theta_{t-1})", "\\theta_t = \\theta_{t-1} - v_t"],
        ["v = gamma*v + eta*grad(theta)", "theta = theta - v"],
        ["theta = 1/t"],
    ]
    ravine = surfaces.ravine
    marks = [{name: np.asarray(value).tolist() for name, value in ravine.reference_values.items()}]
    common = {
        "surface": ravine.tree,
        "reference_values": marks,
        "start": [-4, 1],
        "steps": 30,
        "values": {"eta": 0.02, "gamma": 0.8},
    }
    runs = [
        np.array(each)
        for each in ask(
            [
                ("run", {"method": {**method_program(Optimizer.from_rows(rows)), "hypers": common["values"]}, **common})
                for rows in ways
            ]
        )
    ]
    from optcourse import Momentum, run

    expected = run(Momentum(eta=0.02, gamma=0.8), ravine, (-4, 1), 30).theta
    np.testing.assert_allclose(runs[0], expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_allclose(runs[2], run(Optimizer.from_rows(ways[2]), ravine, (-4, 1), 30).theta)


CHECKS = [
    check_corpus,
    check_messages,
    check_derivatives,
    check_own_surfaces,
    check_own_methods,
    check_flat_methods,
    check_runs_of_typed_rows,
]


def calculation_of(tree: Node) -> tuple[Calculation, int]:
    made = Calculation()
    return made, made.tree(tree)
