"""What editors and type checkers see of the package."""

import ast
import importlib
import inspect
import pathlib
import re
import types

from mypy import api

import optcourse

ROOT = pathlib.Path(__file__).parent.parent
STUB = ast.parse((ROOT / "optcourse" / "__init__.pyi").read_text(encoding="utf-8"))
SOURCES = {
    alias.asname: (f"optcourse.{node.module}" if node.module else "optcourse", alias.name)
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}


def assigned(module: types.ModuleType) -> set[str]:
    """The names that a module's own lines give a value."""
    targets = []
    for node in ast.parse(inspect.getsource(module)).body:
        targets += (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_the_stub_has_the_public_names_from_where_they_are_made():
    assert sorted(SOURCES) == optcourse.__all__
    for name, (place, own) in SOURCES.items():
        module, item = importlib.import_module(place), getattr(optcourse, name)
        assert name == own and getattr(module, own) is item, name
        if isinstance(item, types.ModuleType):
            assert item.__name__ == f"{place}.{own}"
        elif callable(item):
            assert item.__module__ == module.__name__, name
        else:
            assert own in assigned(module), name


NOTEBOOK = """
import numpy as np
from optcourse import OPTIMIZERS, Curves, Goal, Momentum, Network, Optimizer, Predict, Surface, cosine, compare, digits
from optcourse import explore, picture, questions, reach, run, surfaces, sweep, train

reveal_type(run(Momentum(eta=0.1), surfaces.ravine).theta)  # ndarray
reveal_type(explore([Momentum(), Momentum(eta=np.array([0.1, 0.2]))], surfaces.bowl, steps=60))  # Explorer
reveal_type([run(kind(eta=0.02), surfaces.ravine, (-4, 1)) for kind in OPTIMIZERS])  # list[optcourse.trajectory.Trajectory]
reveal_type(sweep(Momentum(), surfaces.bowl, eta=[0.1, 0.2]).best["eta"])  # float
reveal_type(compare(Momentum, Network(64, 10), digits(), etas=[0.1], schedule=cosine(9)).best_eta)  # float
reveal_type(next(train(Network(64, 10), Momentum(), digits().train, [0.0] * 650, 32)))  # ndarray
reveal_type(questions.PREDICT["nag"].options)  # tuple[tuple[str, str], ...]
picture(run(Momentum(), Surface.from_formula("x^2"), steps=3), step=1)
Curves({"loss": {1: 0.5}}, "step", "loss", log="y")
Goal("Get there.", explore(Optimizer.from_rows(["theta = theta - grad(theta)"]), surfaces.bowl), reach(0.1, 60))
Momentum(etta=0.1)  # wrong: call-arg
Momentum(eta="0.1")  # wrong: arg-type
run(Momentum, surfaces.ravine)  # wrong: arg-type
run(Momentum(), "ravine")  # wrong: arg-type
surfaces.ravin  # wrong: attr-defined
from optcourse import exploer  # wrong: attr-defined
"""


def test_a_notebook_is_type_checked(monkeypatch):
    """What is right passes, with the types named in its comments; what is wrong does not."""
    monkeypatch.chdir(ROOT)
    said, problems, _ = api.run(["--command", NOTEBOOK])
    assert not problems
    found: dict[int, str] = {}
    for number, words in re.findall(r"^<string>:(\d+): (.*)$", said, re.MULTILINE):
        found[int(number)] = f"{found.get(int(number), '')} {words}"
    for number, line in enumerate(NOTEBOOK.splitlines(), 1):
        expected = line.partition("  # ")[2]
        if expected.startswith("wrong: "):
            assert f"[{expected.removeprefix('wrong: ')}]" in found.pop(number, ""), line
        elif expected:
            assert re.search(rf'Revealed type is ".*\b{re.escape(expected)}', found.pop(number, "")), line
    assert not found
