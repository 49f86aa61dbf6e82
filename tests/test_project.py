"""What the repository says of itself is true: dependencies, notebooks, images, imports, links."""

import ast
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import nbformat
import numpy as np
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
        "CITATION.cff",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "tools",
    ]
)


def requirement(text):
    name, _, bound = text.strip().partition(">=")
    return name.strip().replace("matplotlib-base", "matplotlib"), bound


def test_environment_and_pyproject_agree():
    lines = (ROOT / "environment.yml").read_text().splitlines()
    entries = [line.strip()[2:] for line in lines if re.match(r"\s+- [\w-]+>=", line)]
    extras = PROJECT["optional-dependencies"]["test"]  # not the oracle's libraries: only `make oracle` needs them
    wanted = [*PROJECT["dependencies"], *extras, f"python{PROJECT['requires-python']}"]
    assert sorted(map(requirement, entries)) == sorted(map(requirement, wanted))
    assert "      - --editable ." in lines
    assert set(PROJECT["optional-dependencies"]["site"]) <= set(extras)  # the tests build the site


def test_readme_says_what_is_needed():
    readme = (ROOT / "README.md").read_text()
    assert (ROOT / "images" / "play.gif").stat().st_size <= 600_000 and "(images/play.gif)" in readme
    assert "make site" in readme and "make site" in (ROOT / "CONTRIBUTING.md").read_text()
    assert f"version: {PROJECT['version']}" in (ROOT / "CITATION.cff").read_text()
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


LAYERS = {  # each imports only from those before it, and from these packages
    "arguments": {"numpy"},
    "formula": {"numpy"},
    "methods": {"numpy"},
    "surfaces": {"numpy"},
    "statistics": {"numpy"},
    "trajectory": {"numpy"},
    "sweeps": {"numpy"},
    "describe": {"numpy"},
    "training": {"numpy", "sklearn"},
    "benchmarks": {"numpy"},
    "plots": {"numpy", "matplotlib", "PIL"},
    "widgets": {"numpy", "matplotlib", "anywidget", "traitlets", "ipywidgets", "IPython"},
    "exercises": {"numpy", "IPython", "psutil"},
    "grading": {"numpy", "psutil", "IPython"},
    "site": {"nbformat", "nbconvert", "PIL", "pygments", "jinja2", "pdoc", "latex2mathml"},
}
PACKAGE = ROOT / "optcourse"
MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if (path.stem != "mark" and path.parent / "__init__.py" != path) or path.parent != PACKAGE
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_flow_one_way(path):
    parts, found = path.relative_to(PACKAGE).with_suffix("").parts, set()
    if parts in (("mark",), ("__init__",)):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level]
            found |= (
                {above[0]}
                if above
                else {node.module.split(".")[0]}
                if node.module
                else {each.name for each in node.names}
            )
    below = list(LAYERS)[: list(LAYERS).index(parts[0]) + 1]
    assert found - set(sys.stdlib_module_names) - {*below} <= LAYERS[parts[0]]


PAGE = PACKAGE / "page"
OF_THE_PAGE = ["formula", "compute", "plot", "explorer", "trainer", "", "site"]  # "" holds what mounts a view


@pytest.mark.parametrize("path", sorted(PAGE.rglob("*.js")), ids=lambda path: path.relative_to(PAGE).as_posix())
def test_imports_of_the_page_flow_one_way(path):
    """Each folder imports only from those before it; what computes knows nothing of a document."""
    layer, text = path.relative_to(PAGE).parts[:-1], path.read_text()
    place = OF_THE_PAGE.index(layer[0] if layer else "")
    for where in re.findall(r'^import .*? from "(\..*?)";$', text, re.MULTILINE):
        other = (path.parent / where).resolve().relative_to(PAGE).parts[:-1]
        assert OF_THE_PAGE.index(other[0] if other else "") <= place, where
    if layer[:1] in (("formula",), ("compute",)):
        assert not re.search(r"\b(document|HTMLElement|getComputedStyle|requestAnimationFrame)\b", text)


def test_a_file_without_greek_letters_gets_their_names():
    """As of ``python lesson.py > lesson.txt`` on Windows: no UnicodeEncodeError."""
    code = "from optcourse import *; print(explore(Momentum(), surfaces.ravine, steps=3)); check(lambda *_: None, Momentum)"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, cwd=ROOT)
    assert ran.returncode == 0 and ran.stderr == b""
    assert ran.stdout.startswith(b"Momentum (eta = 0.01, gamma = 0.9)") and b"-> 7.31" in ran.stdout


def test_nothing_is_fetched_at_run_time():
    for path in [*(ROOT / "optcourse").rglob("*.[pjc]*s*"), *(ROOT / "optcourse").rglob("*.py"), *NOTEBOOKS]:
        if path.is_file():
            assert not re.search(r"https?://(?!www\.w3\.org/1998/Math)", path.read_text()), path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_as_the_house_style_says(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info.file_extension == ".py", "nbconvert --to script would write .txt"
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


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if "Card(" in path.read_text()], ids=lambda path: path.stem
)
def test_a_lesson_closes_with_its_methods_in_pytorch(path):
    """Each call there is one that the oracle holds to a method of the lesson, or to another convention of it."""
    import optcourse
    from optcourse.benchmarks.libraries import PYTORCH

    cells = nbformat.read(path, as_version=4).cells
    cards = re.findall(r"\bCard\(([A-Z]\w+)", "\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    kinds = {form for name in cards for form in optcourse.variants(getattr(optcourse, name))}
    held = {re.sub(r"\bparameters\b", "model.parameters()", PYTORCH[kind].code, count=1) for kind in kinds & {*PYTORCH}}
    closing = [cell.source for cell in cells if cell.id == "in-pytorch"]
    assert closing, "a markdown cell with the id in-pytorch"
    calls = re.findall(r"torch\.optim\.\w+\([^\n]*", closing[0].replace("(parameters", "(model.parameters()"))
    assert calls and set(calls) <= held, set(calls) - held
    assert all(line in closing[0] for line in ("loss.backward()", "optimizer.step()"))


def test_claims_and_slips_are_all_there():
    text = "\n".join(path.read_text() for path in NOTEBOOKS)
    for claim in ["C0", "C1", "C2a", "C2b", "C2c", "C2d", "C3a", "C3b", "C4a", "C4b", "C5a", "C5b", "C6", "C7", "C8"]:
        assert re.search(rf"[Cc]laim (C\d\w?, )?{claim}\b", text), claim
    for slip in range(1, 8):
        assert f"**Check the source (E{slip}).**" in text, slip


def test_images_are_what_the_package_draws(tmp_path):
    from images import GIF, IMAGES, main

    main(str(tmp_path))
    names = {GIF, *(f"{draw.__name__}.png" for draw in IMAGES)}
    assert names == {path.name for path in (ROOT / "images").iterdir()}
    import matplotlib.image

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
    from optcourse.exercises.questions import PREDICT, QUIZ

    assert set(PREDICT) == set(QUIZ)
    for question in [*PREDICT.values(), *(each for quiz in QUIZ.values() for each in quiz)]:
        assert len({option for option, _ in question.options}) == len(question.options) >= 3
        assert all(said.strip() for _, said in question.options)
        assert [question.answer(option)[0] for option, _ in question.options] == [True] + [False] * (
            len(question.options) - 1
        )


GOOD = "head\n## nag\n### Predict: What?\n- this\n  Right,\n  it is.\n- that\n  No.\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  No.", " No.", "line 8: a line is"),
        ("- that", "* that", "line 7: a line is"),
        ("### Predict:", "### Guess:", "line 3: a line is"),
        ("### Predict: What?", "", "line 4: an option before"),
        ("- this\n", "", "line 4: words before"),
        ("- that\n", "", "line 3: a question has two"),
        ("- that", "- this", "line 7: this option"),
        ("  No.", "", "line 7: nothing is said"),
        ("  No.", "  No.\n### Predict: And?", "line 9: a lesson has one"),
        ("  No.", "  No.\n## nag", "line 9: the lesson nag"),
    ],
)
def test_questions_that_are_not_as_the_head_says_are_refused_with_their_line(old, new, message):
    from optcourse.exercises.questions import read

    predict, quiz = read(GOOD)
    assert predict["nag"].options == (("this", "Right, it is."), ("that", "No.")) and quiz == {"nag": ()}
    with pytest.raises(ValueError, match=message):
        read(GOOD.replace(old, new))


def goals():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and cell.source.startswith("Goal("):
                yield pytest.param(cell.source, id=f"{path.stem}-{cell.id}")


@pytest.mark.parametrize("source", list(goals()))
def test_every_goal_is_reached_by_a_twentieth_of_the_sliders_and_not_at_first(source):
    import optcourse
    from optcourse import sweep

    names = {name: getattr(optcourse, name) for name in optcourse.__all__}
    goal = eval(source, names)
    assert not goal.judge()[0], "nothing to do"
    tolerance, within = map(float, re.search(r"reach\((\S+), (\d+)\)", source).groups())
    (trajectory,) = goal.explorer.trajectories
    grid = {name: control.values for (_, name), control in goal.explorer.sliders.items()}
    grid = {"eta": grid["eta"]} if "Move η only" in source else dict(list(grid.items())[:2])
    if re.search(r"with η = [\d.]+ as it is", source):
        grid.pop("eta")
    start, steps = trajectory.theta[0], trajectory.steps
    found = sweep(trajectory.optimizer, trajectory.surface, start, steps, tolerance, **grid).steps_to_tolerance
    share = np.mean((found >= 0) & (found <= within))
    print(f"{share:.1%} of {found.size}")
    assert share >= 0.05, f"{share:.1%} of {found.size} settings of {', '.join(grid)} reach it"


def test_no_module_of_the_page_is_long():
    for path in PAGE.rglob("*.js"):
        assert len(path.read_text().splitlines()) <= 300, path.name


def test_every_stored_picture_is_there_for_latex_too():
    """`nbconvert --to latex` takes a PNG, and no HTML."""
    seen = 0
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "<img" in output.get("data", {}).get("text/html", ""):
                    seen += 1
                    assert output.data["image/png"] in output.data["text/html"], (path.name, cell.id)
    assert seen > 30
