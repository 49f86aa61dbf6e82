"""What lessons may say: no tuning without a word on edges, no verdict without an interval, no question without an answer."""

import ast
import pathlib
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from optcourse import contest, paired
from optcourse.exercises.questions import QUIZ

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
            assert output.get("name") != "stderr" and "extend the range" not in str(output), cell.id


def test_in_a_notebook_an_edge_is_seen():
    cells = ["from optcourse import *", "best_eta(GradientDescent, surfaces.ravine, 100, [0.01, 0.02])"]
    cells += ["lowest([3, 2, 1], eta=[1, 2, 3])"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells[1:]:
        said = "".join(output.get("text", "") for output in cell.outputs if output.get("name") == "stderr")
        assert "is the largest value tried; extend the range upward" in said


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


FACTS = {  # the first by its median, and who cannot be told from it: README, TEACHING, lesson 8 and its quiz say so
    ("without dropout", "η tuned"): ("NAG", []),
    ("with dropout 0.5", "η tuned"): ("RMSProp", []),
    ("without dropout", "all tuned"): ("NAG", ["Momentum"]),
    ("with dropout 0.5", "all tuned"): ("Adam", []),
}


@pytest.mark.parametrize(("setting", "choice"), FACTS)
def test_what_is_said_of_the_contest_is_what_it_gave(setting, choice):
    losses = {kind.title: entry.report(choice).training for kind, entry in contest()[setting].items()}
    first = min(losses, key=lambda title: np.median(losses[title]))
    others = {title: paired(losses[title], losses[first]) for title in losses if title != first}
    assert (first, [title for title, each in others.items() if not each.apart]) == FACTS[setting, choice]
    assert choice == "all tuned" or max(losses, key=lambda title: np.median(losses[title])) == "AdaGrad"


def test_readme_and_the_quiz_say_it():
    said = " ".join(README.split())
    assert "NAG was lower than every other method without dropout, RMSProp with it" in said
    assert "it **was** confirmed with dropout, where Adam was lower than every other" in said
    assert "without dropout NAG and Momentum were first and could not be told apart" in said
    answers = [question.options[0][0] for question in QUIZ["summary"]]
    assert answers[0] == "NAG" and "paired" in answers[2]


# ---- a label in a text is the label on the screen ----


@pytest.fixture(scope="module")
def on_screen():
    """What stands on buttons, sliders, menus and folds: the texts of the page's modules and of the widgets."""
    folder = ROOT / "optcourse"
    files = [*(folder / "page").rglob("*.js"), *(folder / "widgets").glob("*.py"), folder / "plots" / "views.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(r"(?=[\"'>`] ?([^\"'<>`\n]{2,40}?) ?[\"'<`])", source))  # each quote may begin a text


@pytest.mark.parametrize("name", [*LESSONS, "TEACHING", "README"])
def test_a_label_in_a_text_is_the_label_on_the_screen(name, on_screen):
    cells = [cell.source for cell in LESSONS[name].cells if cell.cell_type == "markdown"] if name in LESSONS else []
    text = "\n".join(cells) or {"TEACHING": TEACHING, "README": README}.get(name, "")
    said = {
        label
        for label in re.findall(r"(?:[Pp]ress|[Tt]ick|[Oo]pen|the control) \*{1,2}([^*\n▶]{2,30}?)\*{1,2}(?!\*)", text)
    }
    assert said <= on_screen, said - on_screen


def test_labels_are_looked_for(on_screen):
    assert {"check", "more", "edit the formula", "reset", "row by row", "learning-rate sweep", "variant"} <= on_screen
    assert "valley" not in on_screen
