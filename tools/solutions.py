"""The solved exercises: one source for the students' cells and the teachers' solutions.

What stands between the marks is the solution. ``python tools/solutions.py cells`` writes the students' cells into the
lessons; ``make solutions`` writes solved lessons to notebooks/solutions/.
"""

import contextlib
import inspect
import io
import pathlib
import re
import sys
from collections.abc import Iterator

import nbformat
import numpy as np

from optcourse.exercises.check import EXERCISES as METHODS

LESSONS = pathlib.Path(__file__).parent.parent / "notebooks"


def gradient_descent(theta, grad, eta):
    # solution: one line for theta
    theta = theta - eta * grad(theta)
    return theta
    # end


def momentum(theta, v, grad, eta, gamma):
    # solution: one line for v, one for theta; then return theta, v
    v = gamma * v + eta * grad(theta)
    theta = theta - v
    return theta, v
    # end


def nag(theta, v, grad, eta, gamma):
    # solution: as momentum, but where is the gradient taken? return theta, v
    v = gamma * v + eta * grad(theta - gamma * v)
    theta = theta - v
    return theta, v
    # end


def adagrad(theta, G, grad, eta, eps):
    # solution: first the gradient, then G, then theta; return theta, G
    g = grad(theta)
    G = G + g**2
    theta = theta - eta / np.sqrt(G + eps) * g
    return theta, G
    # end


def rmsprop(theta, G, grad, eta, gamma, eps):
    # solution: as adagrad, with a moving average; return theta, G
    g = grad(theta)
    G = gamma * G + (1 - gamma) * g**2
    theta = theta - eta / np.sqrt(G + eps) * g
    return theta, G
    # end


def adam(theta, m, v, t, grad, eta, beta1, beta2, eps):
    # solution: t counts the steps made so far; return theta, m, v, t
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - eta / (np.sqrt(v_hat) + eps) * m_hat
    return theta, m, v, t
    # end


def adamw(theta, m, v, t, grad, eta, beta1, beta2, eps, decay):
    # solution: Adam, and the weights shrink by eta * decay * theta; return theta, m, v, t
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - eta / (np.sqrt(v_hat) + eps) * m_hat - eta * decay * theta
    return theta, m, v, t
    # end


FUNCTIONS = (gradient_descent, momentum, nag, adagrad, rmsprop, adam, adamw)
EXERCISES = {function: METHODS[function.__name__] for function in FUNCTIONS}


def cell(function, solved: bool) -> str:
    """The source of an exercise's cell, with the solution or with a hint."""
    source = inspect.getsource(function)
    if solved:
        source = re.sub(r"(?m)^ *# (solution: .*|end)\n", "", source)
    else:
        source = re.sub(r"(?m)^( *)# solution: (.*)\n(?:.*\n)*?\1# end\n", r"\1pass  # write here: \2" + "\n", source)
    return f"{source}\n\ncheck({function.__name__}, {EXERCISES[function].__name__})"


def said(source: str) -> str:
    """What a cell's check prints."""
    from optcourse import check

    names = {"check": check, "np": np} | {kind.__name__: kind for kind in EXERCISES.values()}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(source, names)
    return printed.getvalue()


def exercise_cells(notebook):
    """The cells of a notebook that hold a written exercise, with their functions."""
    by_id = {f"exercise-{function.__name__.replace('_', '-')}": function for function in EXERCISES}
    return [(each, by_id[each.id]) for each in notebook.cells if each.id in by_id]


def write_cells() -> None:
    for path in sorted(LESSONS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for each, function in exercise_cells(notebook):
            each.source = cell(function, solved=False)
        nbformat.write(notebook, path)


def solved_lessons(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """Write solved lessons into a folder; the name and the place of each that has a written exercise."""
    folder.mkdir(exist_ok=True)
    for path in sorted(LESSONS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        found = exercise_cells(notebook)
        for each, function in found:
            each.source = cell(function, solved=True)
            each.outputs = [nbformat.v4.new_output("stream", name="stdout", text=said(each.source))]
        for each in notebook.cells:
            each.source = each.source.replace("../images/", "../../images/")
        if found:
            nbformat.write(notebook, folder / path.name)
            yield path.name, folder / path.name


if __name__ == "__main__":
    if sys.argv[1:] == ["cells"]:
        write_cells()
    else:
        for _, place in solved_lessons(LESSONS / "solutions"):
            print(place)
