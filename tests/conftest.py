"""What the tests share: one JupyterLab and one Chromium for the session, and a single thread of linear algebra."""

import os
import pathlib
import shutil
import sys

import pytest
from browser import fresh_page, jupyterlab, keep_setting, launched, need_chromium, stop_kernels
from hypothesis import settings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before NumPy is loaded; workers that each bring their own
    os.environ.setdefault(name, "1")  # threads wait for one another: 2 to 4 times as long on 2 cores

# nbformat loads jsonschema, which would compile the grammar of IRIs, in each process again; nobody here checks an IRI
sys.modules["rfc3987_syntax"] = None

settings.register_profile("repeatable", derandomize=True)  # the same cases in each run: a red run is red again
settings.load_profile("repeatable")

ROOT = pathlib.Path(__file__).parent.parent


MORE = {  # cells besides those of lesson 6
    "four": "from optcourse import Momentum, large_type\n"
    "explore(Momentum(eta=0.02), surfaces.ravine, steps=60, step=6, views=('contour', 'modes', 'split', 'map'))",
    "large": "large_type()\nexplore(Momentum(eta=0.02), surfaces.ravine, steps=60, step=6)",
}


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the course, whose lesson 6 has two cells more."""
    import nbformat

    need_chromium()
    root = tmp_path_factory.mktemp("course")
    for folder in ("notebooks", "images"):
        shutil.copytree(ROOT / folder, root / folder)
    lesson = root / "notebooks" / "06_rmsprop.ipynb"
    notebook = nbformat.read(lesson, as_version=4)
    place = next(place for place, cell in enumerate(notebook.cells) if cell.id == "explorer") + 1
    notebook.cells[place:place] = [nbformat.v4.new_code_cell(source, id=name) for name, source in MORE.items()]
    nbformat.write(notebook, lesson)
    settings = tmp_path_factory.mktemp("settings")
    keep_setting(
        settings, "notebook-extension/tracker", windowingMode="none"
    )  # every cell is in the page, also out of view
    with jupyterlab(root, settings) as address:
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
