"""What lessons may say: no tuning without a word on edges, no verdict without an interval, no question without an answer."""

import ast
import pathlib
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from optcourse import OPTIMIZERS, contest, paired

ROOT = pathlib.Path(__file__).parent.parent
LESSONS = {path.stem[:2]: nbformat.read(path, as_version=4) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
TEACHING, README = ((ROOT / name).read_text() for name in ("TEACHING.md", "README.md"))
NO_TUNING = {"why-minus-numbers", "claim-c5a"}  # they look for the steepest direction, and for who moved more


def code(lesson):
    return [cell for cell in LESSONS[lesson].cells if cell.cell_type == "code"]


def printed(lesson):
    outputs = (output for cell in code(lesson) for output in cell.outputs)
    return "\n".join(output.get("text", "") for output in outputs)


def chosen_by_hand(source):
    """Calls of argmin, or of min with a key that is no plain median: how a best setting is found without `lowest`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("argmin", "nanargmin", "argsort"):
                yield name
            if name == "min" and any(word.arg == "key" for word in node.keywords) and "median" not in source:
                yield name


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_tuning_of_a_lesson_goes_through_who_says_an_edge(lesson):
    """`lowest`, `best_eta`, `Sweep.best` and `Comparison.best` warn; the stored outputs hold no warning, and nbval holds them."""
    for cell in code(lesson):
        assert cell.id in NO_TUNING or not [*chosen_by_hand(cell.source)], cell.id
        for output in cell.outputs:
            assert output.get("name") != "stderr" and "at the edge of those tried" not in str(output), cell.id


def test_in_a_notebook_an_edge_is_seen():
    cells = ["from optcourse import *", "best_eta(GradientDescent, surfaces.ravine, 100, [0.01, 0.02])"]
    cells += ["lowest([3, 2, 1], eta=[1, 2, 3])"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells[1:]:
        said = "".join(output.get("text", "") for output in cell.outputs if output.get("name") == "stderr")
        assert "lies at the edge of those tried: try larger ones" in said


def test_a_choice_by_hand_is_seen():
    assert [*chosen_by_hand("best = etas[np.median(last, axis=0).argmin()]")] == ["argmin"]
    assert [*chosen_by_hand("tuned = min(etas, key=lambda eta: needed(eta))")] == ["min"]
    assert not [*chosen_by_hand("best = etas[lowest(losses, eta=etas)]; low = losses.min()")]


@pytest.mark.parametrize("lesson", LESSONS)
def test_who_cannot_be_told_apart_is_printed_so(lesson):
    found = (cell.source for cell in LESSONS[lesson].cells if cell.source.startswith("**Found"))
    if "cannot be told" in "\n".join(found):
        assert "cannot be told apart" in printed(lesson)


def prompts(lesson):
    """How many numbered questions a lesson asks at its first explorer."""
    asked = [cell.source for cell in LESSONS[lesson].cells if cell.id == "explorer-text"]
    return len(re.findall(r"(?m)^\d\. ", asked[0])) if asked and "predict" in asked[0].lower() else 0


def test_teaching_answers_every_predict_move_check():
    answers = TEACHING.split("**Predict, move, check.**")[1].split("**To think about.**")[0]
    found = re.findall(r"(?m)^\| (\d) \| (\d) \| .{5,} \|$", answers)
    assert found == [(str(int(each)), str(place + 1)) for each in LESSONS for place in range(prompts(each))]
    for lesson, asked in (
        ("02", "noise-text"),
        ("07", "bias-explorer-text"),
        ("08", "race-text"),
        ("09", "explorer-text"),
    ):
        assert any(cell.id == asked for cell in LESSONS[lesson].cells) and f"lesson {int(lesson)}" in answers


def by_median(setting, choice):
    """Methods from the lowest training loss, and those that cannot be told from the first."""
    losses = {kind: entry.report(choice).training for kind, entry in contest()[setting].items()}
    order = sorted(OPTIMIZERS, key=lambda kind: np.median(losses[kind]))
    level = [kind.title for kind in order[1:] if not paired(losses[kind], losses[order[0]]).apart]
    return [kind.title for kind in order], level
