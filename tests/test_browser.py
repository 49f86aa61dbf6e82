"""The lessons as a student meets them: JupyterLab in Chromium."""

import pathlib

import pytest
from browser import KERNEL, open_notebook, run_all

NOTEBOOKS = sorted((pathlib.Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
ERRORS = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
SEEN = """() => {
  const live = document.querySelector('.oc-live'), canvas = live.querySelector('canvas');
  return [canvas.toDataURL(), live.querySelector('.oc-formulas').textContent, live.querySelector('output').textContent];
}"""


def explorer(page):
    """The first explorer of the open notebook, drawn at least once."""
    page.locator(".oc-live canvas[data-frames]").first.scroll_into_view_if_needed()
    return page.locator(".oc-live").first


def changed(page, before, *places):
    """Wait until what is seen differs from ``before`` in these places."""
    page.wait_for_function(
        f"([before, places]) => places.every((i) => ({SEEN})()[i] !== before[i])", arg=[before, places]
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_lesson_runs_and_its_slider_moves_everything(lab, page, path):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_notebook(page, lab, f"notebooks/{path.name}")
    run_all(page)
    assert page.locator(ERRORS).count() == 0
    explorer(page)
    before = page.evaluate(SEEN)
    assert len(before[0]) > 10_000, "an empty canvas"
    has_formula = bool(before[1].strip())
    handle = page.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")
    changed(page, before, 0, *([1] if has_formula else []))
    before = page.evaluate(SEEN)
    page.locator(".oc-bar input").first.press("ArrowRight")  # the step control, in the browser alone
    changed(page, before, 0, 2, *([1] if has_formula else []))
    assert problems == []


def test_saved_explorer_shows_its_picture_without_a_kernel(lab, page):
    """Untrusted, as after a clone: description and picture. Saved and reopened (trusted): the picture."""
    name = "notebooks/06_rmsprop.ipynb"
    open_notebook(page, lab, name)
    output = page.locator(".jp-Cell:has-text('explore([AdaGrad') .jp-OutputArea").first
    output.scroll_into_view_if_needed()
    assert "RMSProp (η = 0.1" in output.inner_text() and output.locator("img").is_visible()
    run_all(page)
    explorer(page)
    assert not output.locator("img").is_visible(), "the picture stands beside the live explorer"
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save'); undefined")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll(); undefined")
    page.wait_for_function(f"!({KERNEL})().startsWith('connected idle')")
    open_notebook(page, lab, name)
    output = page.locator(".jp-Cell:has-text('explore([AdaGrad') .jp-OutputArea").first
    output.scroll_into_view_if_needed()
    output.locator("img").wait_for(state="visible")
    assert page.locator(".oc-live").count() == 0
