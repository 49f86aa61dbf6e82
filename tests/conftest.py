"""What the tests share: one JupyterLab and one Chromium for the session, and a single thread of linear algebra."""

import os
import pathlib
import shutil

import pytest
from browser import fresh_page, jupyterlab, launched, need_chromium, stop_kernels

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before NumPy is loaded; workers that each bring their own
    os.environ.setdefault(name, "1")  # threads wait for one another: 2 to 4 times as long on 2 cores

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the course."""
    need_chromium()
    root = tmp_path_factory.mktemp("course")
    for folder in ("notebooks", "images"):
        shutil.copytree(ROOT / folder, root / folder)
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
