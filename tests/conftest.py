import pathlib
import shutil

import pytest
from browser import chromium, jupyterlab, need_chromium

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


@pytest.fixture
def page(lab):
    with chromium() as page:
        yield page
