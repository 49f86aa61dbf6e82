"""The lessons as a student meets them: JupyterLab in Chromium."""

import pathlib

import pytest
from browser import open_notebook, run_all

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
    handle = page.locator(".jp-OutputArea-output:has(.oc-live) .noUi-handle").first
    page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.mode = 'command'; undefined"
    )  # where arrows are shortcuts
    handle.focus()
    handle.press("ArrowRight")
    changed(page, before, 0, *([1] if has_formula else []))
    before = page.evaluate(SEEN)
    page.locator(".oc-bar input").first.press("ArrowRight")  # the step control, in the browser alone
    changed(page, before, 0, 2, *([1] if has_formula else []))
    assert problems == []


STATE = """() => {
  const live = document.querySelector('.oc-live'), text = (s) => live.querySelector(s).textContent;
  const values = [...document.querySelectorAll('.widget-readout')].map((e) => e.textContent);
  return { step: parseInt(text('output')), part: text('.oc-part'), play: live.querySelector('[data-do=play]').ariaLabel,
    later: live.querySelectorAll('.oc-later').length, readouts: values, label: live.querySelector('canvas').ariaLabel };
}"""


def settled(page):
    """Wait until the first canvas has not been drawn on for a while, and all steps of its run are there."""
    page.evaluate("window.drawn = [0, performance.now()]; undefined")
    page.wait_for_function("""() => {
      const frames = document.querySelector('.oc-live canvas').dataset.frames;
      if (frames !== drawn[0]) window.drawn = [frames, performance.now()];
      return performance.now() - drawn[1] > 600;
    }""")


def wait_state(page, condition):
    """Wait until ``condition``, JavaScript over s, holds of the first explorer's state; the state."""
    page.wait_for_function(f"(() => {{ const s = ({STATE})(); return {condition}; }})()")
    return page.evaluate(STATE)


def pixel(page, x, y):
    """The page coordinates of a place on the first canvas, given as parts of its width and height."""
    box = page.locator(".oc-live canvas").first.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_drag_keys_step_play_parts_and_map(lab, page):
    """One explorer, used as a person would use it."""
    open_notebook(page, lab, "notebooks/03_momentum.ipynb")
    run_all(page)
    live = explorer(page)
    live.scroll_into_view_if_needed()
    first = wait_state(page, "s.step === 6")

    # drag the start over the contour plot: the sliders follow
    before = page.evaluate(SEEN)
    page.mouse.move(*pixel(page, 0.12, 0.15))
    page.mouse.down()
    page.mouse.move(*pixel(page, 0.15, 0.3), steps=5)
    page.mouse.move(*pixel(page, 0.2, 0.35), steps=5)
    page.mouse.up()
    changed(page, before, 0, 1)
    dragged = wait_state(
        page, f"s.readouts[2] !== {first['readouts'][2]!r} && s.readouts[3] !== {first['readouts'][3]!r}"
    )

    # arrow keys on the picture move it further
    live.locator("canvas").press("ArrowRight")
    wait_state(page, f"s.readouts[2] !== {dragged['readouts'][2]!r}")

    settled(page)
    # step on and back, without the kernel: the same even while it is busy
    before = page.evaluate(SEEN)
    live.locator("[data-do=next]").click()
    wait_state(page, "s.step === 7")
    changed(page, before, 0, 1, 2)
    live.locator("[data-do=back]").click()
    wait_state(page, "s.step === 6")
    assert page.evaluate(SEEN)[0] == before[0], "a step on and a step back give the same picture"

    # a step in parts: row by row, each with its caption
    live.locator("[type=checkbox]").check()
    one = wait_state(page, "s.part !== ''")
    assert one["part"].startswith("new velocity") and one["later"] == 1
    before = page.evaluate(SEEN)
    live.locator("[data-do=next]").click()
    wait_state(page, "s.part.startsWith('move by the velocity') && s.later === 0 && s.step === 6")
    changed(page, before, 0)
    live.locator("[data-do=next]").click()
    wait_state(page, "s.step === 7 && s.part.startsWith('new velocity')")
    live.locator("[type=checkbox]").uncheck()

    # play and pause; the kernel hears of the step afterwards
    live.locator("select").select_option("20")
    live.locator("[data-do=play]").click()
    wait_state(page, "s.step >= 12 && s.play === 'pause'")
    live.locator("[data-do=play]").click()
    paused = wait_state(page, "s.play === 'play'")
    wait_state(page, f"s.step === {paused['step']} && s.label.includes('step {paused['step']}:')")

    # reduced motion: play makes one step
    page.emulate_media(reduced_motion="reduce")
    live.locator("[data-do=play]").click()
    wait_state(page, f"s.step === {paused['step'] + 1} && s.play === 'play'")

    # the map: a click sets η and γ, a drag goes on
    before = page.evaluate(SEEN)
    page.mouse.click(*pixel(page, 0.65, 0.75))
    changed(page, before, 0, 1)
    clicked = wait_state(
        page, f"s.readouts[0] !== {first['readouts'][0]!r} && s.readouts[1] !== {first['readouts'][1]!r}"
    )
    page.mouse.move(*pixel(page, 0.65, 0.75))
    page.mouse.down()
    page.mouse.move(*pixel(page, 0.7, 0.8), steps=8)
    page.mouse.up()
    wait_state(page, f"s.readouts[0] !== {clicked['readouts'][0]!r} && s.readouts[1] !== {clicked['readouts'][1]!r}")


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
    page.wait_for_function("fetch('/api/sessions').then((r) => r.json()).then((sessions) => sessions.length === 0)")
    open_notebook(page, lab, name)
    output = page.locator(".jp-Cell:has-text('explore([AdaGrad') .jp-OutputArea").first
    for _ in range(100):  # what comes above it may push it out of view again while the page is made
        output.scroll_into_view_if_needed()
        if output.locator("img").is_visible():
            break
        page.wait_for_timeout(200)
    assert output.locator("img").is_visible()
    assert page.locator(".oc-live").count() == 0


def test_a_training_run_streams_and_stops(lab, page):
    """Lesson 8: start, watch, stop; then start again to the end."""
    open_notebook(page, lab, "notebooks/08_summary.ipynb")
    run_all(page)
    start, stop = (page.get_by_role("button", name=name, exact=True) for name in ("start", "stop"))
    start.scroll_into_view_if_needed()
    length = page.locator(".jupyter-widgets:has(> label:text-is('passes'))").first
    length.locator(".noUi-handle").press("End")
    start.click()
    message = page.locator(".jupyter-widgets", has_text="Gradient descent, after").last
    page.wait_for_function(
        "() => [...document.querySelectorAll('.progress-bar')].some((b) => parseFloat(b.style.width) > 0)"
    )
    stop.click()
    message.wait_for(state="visible")
    reached = message.inner_text()
    page.wait_for_timeout(500)
    assert message.inner_text() == reached and start.is_enabled()


WRITE = """([id, source]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = [...notebook.model.cells].findIndex((cell) => cell.id === id);
  notebook.activeCell.model.sharedModel.setSource(source);
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""


def test_an_exercise_wrong_then_right_a_prediction_and_a_quiz(lab, page):
    """Lesson 3 as a student answers it."""
    open_notebook(page, lab, "notebooks/03_momentum.ipynb")
    run_all(page)
    head = "def momentum(theta, v, grad, eta, gamma):\n"
    end = "    theta = theta - v\n    return theta, v\n\ncheck(momentum, Momentum)"
    output = page.locator(".jp-Cell:has-text('check(momentum')").last.locator(".jp-OutputArea-output")
    page.evaluate(WRITE, ["exercise-momentum", f"{head}    v = gamma * v + (1 - gamma) * eta * grad(theta)\n{end}"])
    output.get_by_text("This is damped momentum").wait_for()
    page.evaluate(WRITE, ["exercise-momentum", f"{head}    v = gamma * v + eta * grad(theta)\n{end}"])
    output.get_by_text("Right: 3 surfaces").wait_for()

    # the prediction hides its picture until it is made; keys alone suffice
    predict = page.locator(".jp-OutputArea-output:has(button:text-is('I predict this'))")
    predict.scroll_into_view_if_needed()
    assert not predict.locator("canvas").is_visible()
    predict.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    predict.locator("button:text-is('I predict this')").press("Enter")
    predict.locator("canvas").wait_for(state="visible")

    # the quiz: a wrong answer is explained, the right one is confirmed
    quiz = page.locator(".jp-OutputArea-output:has(button:text-is('answer'))")
    quiz.scroll_into_view_if_needed()
    for option, said in (("1.9 times", "only the second step"), ("10 times", "Right: 1/(1−γ)")):
        quiz.get_by_label(option, exact=True).check()
        quiz.locator("button:text-is('answer')").first.click()
        quiz.get_by_text(said).wait_for()
