"""What the repository says of itself is true: dependencies, notebooks, images, imports, links."""

import ast
import pathlib
import re
import subprocess
import sys
import tomllib

import nbformat
import pytest

ROOT = pathlib.Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TOP = set(
    [
        "notebooks",
        "optcourse",
        "tests",
        "environment.yml",
        "README.md",
        "TEACHING.md",
        "images",
        "pyproject.toml",
        "Makefile",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ]
)


def requirement(text):
    name, _, bound = text.strip().partition(">=")
    return name.strip().replace("matplotlib-base", "matplotlib"), bound


def test_environment_and_pyproject_agree():
    lines = (ROOT / "environment.yml").read_text().splitlines()
    entries = [line.strip()[2:] for line in lines if re.match(r"\s+- [\w-]+>=", line)]
    extras = [each for group in PROJECT["optional-dependencies"].values() for each in group]
    wanted = [*PROJECT["dependencies"], *extras, f"python{PROJECT['requires-python']}"]
    assert sorted(map(requirement, entries)) == sorted(map(requirement, wanted))
    assert "      - --editable ." in lines


def test_readme_says_what_is_needed():
    readme = (ROOT / "README.md").read_text()
    version = PROJECT["requires-python"].removeprefix(">=")
    assert f"Python {version}" in readme and "make lab" in readme and "make test" in readme
    assert "conda env create -f environment.yml" in readme and "Windows" in readme
    for path in NOTEBOOKS:
        assert f"notebooks/{path.name}" in readme, path.name
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_top_level_is_as_agreed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    found = {path.split("/")[0] for path in tracked}
    assert {name for name in found if not name.startswith(".")} <= TOP


LAYERS = {  # what each room may import beside the standard library
    "declaration": {"numpy"},
    "optimizers": {"numpy", "declaration"},
    "schedules": {"numpy", "declaration"},
    "beyond": {"numpy", "declaration", "formulas", "optimizers"},
    "surfaces": {"numpy", "sympy", "declaration"},
    "formulas": {"numpy", "latex2mathml", "declaration"},
    "trajectory": {"numpy", "declaration", "formulas", "schedules", "surfaces"},
    "training": {"numpy", "sklearn", "sympy", "declaration", "schedules", "surfaces", "trajectory"},
    "live": {"numpy", "matplotlib", "anywidget", "traitlets", "declaration"},
    "plots": {
        "numpy",
        "matplotlib",
        "beyond",
        "declaration",
        "formulas",
        "live",
        "optimizers",
        "surfaces",
        "training",
        "trajectory",
    },
    "images": {"numpy", "matplotlib", "optimizers", "plots", "surfaces", "training", "trajectory"},
    "trainers": {
        "numpy",
        "matplotlib",
        "ipywidgets",
        "declaration",
        "explorers",
        "live",
        "optimizers",
        "plots",
        "training",
        "trajectory",
    },
    "exercises": {"numpy", "ipywidgets", "declaration", "explorers", "formulas", "surfaces"},
    "questions": {"exercises"},
    "explorers": {
        "numpy",
        "matplotlib",
        "ipywidgets",
        "IPython",
        "declaration",
        "formulas",
        "live",
        "optimizers",
        "plots",
        "surfaces",
        "trajectory",
    },
}


@pytest.mark.parametrize("path", sorted((ROOT / "optcourse").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_imports_flow_one_way(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
    assert found - set(sys.stdlib_module_names) <= LAYERS[path.stem]


def test_nothing_is_fetched_at_run_time():
    for path in [*(ROOT / "optcourse").iterdir(), *NOTEBOOKS]:
        if path.is_file():
            assert not re.search(r"https?://(?!www\.w3\.org/1998/Math)", path.read_text()), path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_as_the_house_style_says(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "run top to bottom, then save"
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 15, cell.id
            assert before.cell_type == "markdown" or before.cell_type == "code"
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for heading in ("Question:", "## Exercises", "## Summary"):
        assert heading in text
    for description, target in re.findall(r"(!?\[[^\]]*\])\(([^)]+)\)", text):
        assert (path.parent / target).exists(), target
        assert not description.startswith("!") or len(description) > 40, "a picture needs a description"
    assert all(output.output_type != "error" for cell in code for output in cell.outputs)
    assert all(output.get("name") != "stderr" for cell in code for output in cell.outputs)


def test_claims_and_slips_are_all_there():
    text = "\n".join(path.read_text() for path in NOTEBOOKS)
    for claim in ["C0", "C1", "C2a", "C2b", "C2c", "C2d", "C3a", "C3b", "C4a", "C4b", "C5a", "C5b", "C6", "C7", "C8"]:
        assert re.search(rf"[Cc]laim (C\d\w?, )?{claim}\b", text), claim
    for slip in range(1, 8):
        assert f"**Check the source (E{slip}).**" in text, slip


def test_images_are_what_the_package_draws(tmp_path):
    from optcourse.images import IMAGES, main

    main(str(tmp_path))
    names = {f"{draw.__name__}.png" for draw in IMAGES}
    assert names == {path.name for path in (ROOT / "images").iterdir()}
    import matplotlib.image
    import numpy as np

    for name in names:
        kept, made = (matplotlib.image.imread(folder / name) for folder in (ROOT / "images", tmp_path))
        assert kept.shape == made.shape
        assert np.mean(np.abs(kept - made) > 0.1) < 0.03, f"{name}: run `make images`"


def test_exercise_cells_come_from_the_one_source():
    from solutions import EXERCISES, cell, exercise_cells, said

    found = {}
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        for each, function in exercise_cells(notebook):
            found[function] = each
            assert each.source == cell(function, solved=False), f"{path.name}: run `make outputs`"
            assert "Not answered yet" in "".join(output.text for output in each.outputs)
        text = "\n".join(each.source for each in notebook.cells if each.cell_type == "code")
        for function in EXERCISES:
            body = cell(function, solved=True).split("\n\n\n")[0]
            assert body not in text, "a student's notebook contains a solution"
    assert set(found) == set(EXERCISES)
    for function in EXERCISES:
        assert said(cell(function, solved=True)).startswith("Right"), function.__name__
        assert "# solution" not in cell(function, solved=True)


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if "welcome" not in path.name], ids=lambda path: path.stem)
def test_every_lesson_has_its_exercises_and_its_quiz(path):
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert code.count("Predict(") == 1 and code.count("Quiz(") == 1
    assert code.count("Goal(") + code.count("check(") >= 2


def test_questions_have_one_right_answer_and_feedback_for_each():
    from optcourse.questions import PREDICT, QUIZ

    assert set(PREDICT) == set(QUIZ)
    for question in [*PREDICT.values(), *(each for quiz in QUIZ.values() for each in quiz)]:
        assert len({option for option, _ in question.options}) == len(question.options) >= 3
        assert all(said.strip() for _, said in question.options)
        assert [question.answer(option)[0] for option, _ in question.options] == [True] + [False] * (
            len(question.options) - 1
        )


def goals():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and cell.source.startswith("Goal("):
                yield pytest.param(cell.source, id=f"{path.stem}-{cell.id}")


@pytest.mark.parametrize("source", list(goals()))
def test_every_goal_can_be_reached_and_is_not_at_first(source):
    import optcourse
    from optcourse import beyond, exercises, sweep

    names = vars(optcourse) | vars(beyond) | vars(exercises) | {"surfaces": optcourse.surfaces}
    goal = eval(source, names)
    assert not goal.reached(goal.explorer)[0], "nothing to do"
    tolerance, within = map(float, re.search(r"reach\((\S+), (\d+)\)", source).groups())
    (trajectory,) = goal.explorer.trajectories
    fixed = re.search(r"with η = ([\d.]+) as it is", source)
    grid = {name: [value for _, value in control.options] for (_, name), control in goal.explorer.sliders.items()}
    grid = {name: values for name, values in grid.items() if name != "eta"} if fixed else dict(list(grid.items())[:2])
    kind, start = type(trajectory.optimizer), trajectory.theta[0]
    found = sweep(trajectory.optimizer, trajectory.surface, start, trajectory.steps, tolerance, **grid)
    steps = found.steps_to_tolerance[found.steps_to_tolerance >= 0]
    assert steps.size and steps.min() <= within, f"{kind.title}: the best is {steps.min(initial=9999)}"
