"""What the tests share: one JupyterLab and one Chromium for the session, and a single thread of linear algebra."""

import os
import pathlib
import shutil

import nbformat
import pytest
from browser import fresh_page, jupyterlab, launched, need_chromium, stop_kernels
from hypothesis import settings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before NumPy is loaded; workers that each bring their own
    os.environ.setdefault(name, "1")  # threads wait for one another: 2 to 4 times as long on 2 cores

settings.register_profile("repeatable", derandomize=True)  # the same cases in each run: a red run is red again
settings.load_profile("repeatable")

ROOT = pathlib.Path(__file__).parent.parent


def gallery():
    """A notebook with every optimizer of the course alone, two beside each other, four pictures, and large type."""
    ravine = "surfaces.ravine, steps=60, step=6"
    cells = {
        "imports": "from optcourse import *\nfrom optcourse import large_type, surfaces",
        **{kind: f"explore({kind}(), {ravine})" for kind in ["GradientDescent", "NAG", "AdaGrad", "RMSProp", "Adam"]},
        "momentum": f"explore(Momentum(eta=0.02), {ravine})",
        "two": f"explore([AdaGrad(0.5), RMSProp(0.1)], {ravine}, views=('contour', 'rate'))",
        "four": f"explore(Momentum(eta=0.02), {ravine}, views=('contour', 'modes', 'split', 'map'))",
        "large": f"large_type()\nexplore(Momentum(eta=0.02), {ravine})",
        "large-adam": f"explore(Adam(), {ravine})",
    }
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()]
    return notebook


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the course."""
    need_chromium()
    root = tmp_path_factory.mktemp("course")
    for folder in ("notebooks", "images"):
        shutil.copytree(ROOT / folder, root / folder)
    nbformat.write(gallery(), root / "notebooks" / "gallery.ipynb")
    with jupyterlab(root, tmp_path_factory.mktemp("settings")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    need_chromium()
    with launched() as browser:
        yield browser


@pytest.fixture
def page(lab, browser):
    """A page without any memory of another test; the kernels that it started are ended with it."""
    with fresh_page(browser) as page:
        yield page
    stop_kernels(lab)


@pytest.fixture
def blank(browser):
    """An empty page, without JupyterLab."""
    with fresh_page(browser) as page:
        yield page
