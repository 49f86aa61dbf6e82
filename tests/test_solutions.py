"""Solved lessons are the lessons, with solved exercises whose stored outputs are what the cells print there."""

import ast
import contextlib
import io

import nbformat
import pytest
from solutions import EXERCISES, LESSONS, exercise_cells, solved_lessons


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solutions")
    return dict(solved_lessons(folder))


def test_every_exercise_is_solved_somewhere(solved):
    found = [function for path in solved.values() for _, function in exercise_cells(nbformat.read(path, as_version=4))]
    assert sorted(map(str, found)) == sorted(map(str, EXERCISES))


@pytest.mark.parametrize("name", sorted(path.name for path in LESSONS.glob("*.ipynb")))
def test_a_solved_lesson(solved, name):
    if name not in solved:
        assert not exercise_cells(nbformat.read(LESSONS / name, as_version=4))
        return
    lesson, other = (nbformat.read(path, as_version=4) for path in (LESSONS / name, solved[name]))
    answers = {each.id for each, _ in exercise_cells(other)}
    names: dict = {}
    for cell, answer in zip(lesson.cells, other.cells, strict=True):
        if answer.id not in answers:  # the lesson's own cell, which `make notebooks` runs; paths to images go one up
            assert answer.source == cell.source.replace("../images/", "../../images/")
            assert answer.get("outputs") == cell.get("outputs")
        elif answer.cell_type == "code":  # run with what the lesson has imported before it, and nothing else
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(answer.source, names)
            assert printed.getvalue() == "".join(output.text for output in answer.outputs)
            assert printed.getvalue().startswith("Right") and answer.source != cell.source
        if answer.cell_type == "code":
            exec("\n".join(map(ast.unparse, imports(answer.source))), names)


def imports(source):
    return [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
