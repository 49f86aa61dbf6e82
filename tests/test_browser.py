"""The lessons as a student meets them: JupyterLab in Chromium. The same lessons as web pages: test_site.py."""

import contextlib
import os
import pathlib
import signal

import nbformat
import psutil
from browser import KERNEL as KERNEL_SAYS
from browser import (
    found_by_axe,
    open_notebook,
    run_cells,
    wait_while_it_moves,
    watched,
)
from playwright.sync_api import TimeoutError

from optcourse.site.lessons import KERNEL, LIVE, needed

ROOT = pathlib.Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ERRORS = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
PICTURES = ".oc-contour-canvas, .oc-side canvas"
# each picture that is to be seen: how many of its pixels are drawn, and a checksum
PIXELS = """(live) => [...live.querySelectorAll('.oc-contour-canvas, .oc-side canvas')].filter((c) => c.getClientRects().length).map((canvas) => {
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let [drawn, sum] = [0, 0];
    for (let i = 0; i < pixels.length; i++) { drawn += pixels[i] !== pixels[0]; sum = Math.imul(sum ^ pixels[i], 16777619); }
    return `${drawn} ${sum}`;
  })"""
# an explorer's formula as text, each slider's value, the step, and what else is written
TOLD = """(live) => ({ formula: live.querySelector('.oc-formulas').shadowRoot.querySelector('.oc-table').textContent,
  values: Object.fromEntries([...live.querySelectorAll('.oc-range input')].map((i) => [i.dataset.name, i.closest('label').querySelector('output').textContent])),
  step: parseInt(live.querySelector('.oc-bar output').textContent.slice(5)),
  part: live.querySelector('.oc-part').textContent, later: live.querySelector('.oc-formulas').shadowRoot.querySelectorAll('.oc-later').length,
  play: live.querySelector('[data-do=play]').ariaLabel, message: live.querySelector('.oc-message').textContent,
  words: live.querySelector('.oc-words').textContent, lost: getComputedStyle(live.querySelector('.oc-lost')).display })"""
SEEN = f"(live) => ({{ pictures: ({PIXELS})(live), ...({TOLD})(live) }})"
DRAWN = 300  # pixels, at least: a picture with less is empty
FULL = f"s.pictures.every((picture) => parseInt(picture) > {DRAWN})"


# every surface and every slider of an explorer, each to another value and back: what did not follow. It runs in the page, and
# looks at pictures only where the formula stays as it was: Chromium needs a fifth of the time of keys and looks from outside
MOVED = f"""async (live, brief) => {{  // brief: no looks at pictures, no way back
  const problems = [];
  const pixels = {PIXELS}, told = () => ({TOLD})(live);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const set = (input, value, kind) => {{
    input.value = value;
    input.dispatchEvent(new Event(kind, {{ bubbles: true }}));
  }};
  const reset = () => brief || live.querySelector('.oc-reset').click();  // it is painted with what is moved next
  live.scrollIntoView({{ block: 'center' }});
  await frame();
  for (let waited = 0; !live.dataset.frames && waited < 1200; waited++) await frame();  // what is far away is not painted
  const first = brief ? null : pixels(live), begin = told();
  if (first?.some((picture) => parseInt(picture) <= {DRAWN})) problems.push('an empty picture');
  const chooser = live.querySelector('select[aria-label=surface]');
  if (chooser && first) {{
    const chosen = chooser.selectedOptions[0].textContent === 'bowl' ? 'saddle' : 'bowl';
    set(chooser, [...chooser.options].find((each) => each.textContent === chosen).value, 'change');
    await frame();
    if (pixels(live)[0] === first[0]) problems.push('surface');
    reset();
  }}
  const inputs = () => [...live.querySelectorAll('.oc-range input:not(:disabled)')];
  const names = inputs().map((input) => input.dataset.name);
  for (const name of names) {{
    const input = inputs().find((each) => each.dataset.name === name);
    const frames = live.dataset.frames;
    set(input, input.value === input.max ? 0 : input.max, 'input');
    await frame();
    const now = told();
    if (now.values[name] === begin.values[name] || live.dataset.frames === frames) problems.push(`${{name}} does not move`);
    else if (first && name !== 'steps' && now.formula === begin.formula && pixels(live).join() === first.join())
      problems.push(`${{name}}: nothing follows`);  // more steps of a run that has arrived look the same
    for (const each of names)
      if (first && each !== name && now.values[each] !== begin.values[each]) problems.push(`${{each}} stayed at ${{now.values[each]}}`);
    reset();
  }}
  await frame();
  if (first && JSON.stringify(told()) !== JSON.stringify(begin)) problems.push('reset');
  return [names.length, problems];
}}"""


SET_UP = "[...document.querySelectorAll('.oc-live')].every((live) => live.explorer)"
FOCUS = "document.activeElement.outerHTML.slice(0, 300) + [...document.querySelectorAll('.jp-Dialog')].map((d) => d.textContent) + [...document.querySelectorAll('.oc-live details')].map((d) => d.open)"


FOCUSED = """([live, name]) => {
  const input = live.querySelector(`input[data-name="${name}"]`);
  for (let fold = input.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  input.scrollIntoView({ block: 'nearest' });
  input.focus();
  return document.activeElement === input;
}"""


class Live:
    """An explorer in a page."""

    def __init__(self, page, place=0):
        self.page = page
        page.wait_for_function(SET_UP)
        self.handle = page.locator(".oc-live:not(.oc-trainer)").nth(place).element_handle()
        name = self.handle.evaluate("(live) => live.dataset.tested ??= Math.random().toString(36)")
        self.root = page.locator(f"[data-tested='{name}']")  # others may come before it in the page, it stays the same
        self.root.scroll_into_view_if_needed()
        page.wait_for_function("(live) => live.dataset.frames", arg=self.handle)  # what is far away is not painted

    def seen(self):
        return self.page.evaluate(SEEN, self.handle)

    def wait(self, condition, before=None):
        """Wait until ``condition``, JavaScript over s (now) and b (before), holds; what is seen then."""
        check = f"([live, b]) => {{ const s = ({SEEN})(live); return ({condition}) && s; }}"
        try:  # ten times a second: to look costs, too
            return self.page.wait_for_function(check, arg=[self.handle, before], polling=100).json_value()
        except TimeoutError as error:
            seen = {name: value for name, value in self.seen().items() if name != "pictures"}
            raise AssertionError(
                f"never came: {condition}\nseen: {seen}\nfocus: {self.page.evaluate(FOCUS)}"
            ) from error

    def sliders(self):
        """Every slider, those that are folded away, too."""
        self.page.evaluate("(live) => live.querySelectorAll('details').forEach((d) => { d.open = true; })", self.handle)
        return self.root.locator(".oc-range input").all()

    def move(self, slider):
        """To its end, or to its beginning if it is there: its value, and pictures or formula, follow."""
        before = self.seen()
        name = slider.get_attribute("data-name")
        self.page.wait_for_function(FOCUSED, arg=[self.handle, name])  # the controls may just have been made again
        at_end = self.page.evaluate("document.activeElement.value === document.activeElement.max")
        self.page.keyboard.press("Home" if at_end else "End")
        seen = "s.formula !== b.formula || s.pictures.join() !== b.pictures.join()"
        seen = "true" if name == "steps" else seen  # more steps of a run that has arrived look the same
        return self.wait(f"s.values[{name!r}] !== b.values[{name!r}] && ({seen})", before)

    def pixel(self, x, y, picture=0):
        """The page coordinates of a place on a picture, given as parts of its width and height."""
        canvas = self.root.locator(PICTURES).locator("visible=true").nth(picture)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def drag(self, begin, end, picture=0):
        self.page.mouse.move(*self.pixel(*begin, picture))
        self.page.mouse.down()
        self.page.mouse.move(*self.pixel(*end, picture), steps=6)
        self.page.mouse.up()

    def still(self):
        """What is seen once nothing moves any more."""
        seen = [self.seen()]
        wait_while_it_moves(self.page, lambda: seen.append(self.seen()) or seen[-1] == seen[-2], lambda: len(seen))
        return seen[-1]

    def at_step_one(self):
        begin = "(i) => { i.value = 1; i.dispatchEvent(new Event('input', { bubbles: true })); }"
        self.root.locator(".oc-step").evaluate(begin)
        return self.wait("s.step === 1")

    def click(self, name):
        self.root.locator(f"[data-do={name}]").click()


def use(live):
    """What must work without a kernel: every slider, drag, step, parts, play."""
    before = live.seen()
    assert all(int(picture.split()[0]) > DRAWN for picture in before["pictures"]), "an empty picture"
    for slider in live.sliders():  # each alone: with a large ε, say, β₂ changes nothing that is seen
        live.move(slider)
        live.root.get_by_role("button", name="reset").click()
        live.wait("JSON.stringify(s.values) === JSON.stringify(b.values) && s.formula === b.formula", before)
    live.drag((0.3, 0.3), (0.5, 0.45))
    before = live.wait(
        "s.values['start x'] !== b.values['start x'] && s.values['start y'] !== b.values['start y']", before
    )
    before = live.at_step_one()  # a lesson's first picture shows the whole run
    live.click("next")
    live.wait("s.step === b.step + 1 && s.pictures[0] !== b.pictures[0]", before)
    live.click("back")
    live.wait("s.step === b.step && s.pictures.join() === b.pictures.join()", before)
    parts = live.root.locator(".oc-bar [type=checkbox]")
    if parts.is_visible():  # one method's step, row by row
        parts.check()
        first = live.wait("s.part !== ''")
        live.click("next")
        live.wait("s.step > b.step || s.part !== b.part", first)
        parts.uncheck()
        live.wait("s.part === ''")
        live.root.get_by_role("button", name="reset").click()
    live.root.locator(".oc-speed").select_option("20")
    before = live.at_step_one()
    live.click("play")
    live.wait("s.step >= b.step + 4", before)
    live.click("play")
    live.wait("s.play === 'play'")


@contextlib.contextmanager
def suspended(page):
    """The notebook's kernel does not answer: its process is stopped."""
    kernel = page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
    found = [
        each for each in psutil.process_iter(["cmdline"]) if any(kernel in part for part in each.info["cmdline"] or ())
    ]
    assert found, "the kernel's process was not found"
    for each in found:
        os.kill(each.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in found:
            os.kill(each.pid, signal.SIGCONT)


def live_cells(path):
    """The cells of a lesson that a student uses, and those that they depend on; the others run in `make notebooks`."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [code[place].id for place in needed([cell.source for cell in code], [*LIVE, *KERNEL])]


def trains_without_its_kernel(page):
    """A slider trains both methods again in the page; the hand keeps its slider when the kernel has heard of it."""
    live = page.locator(".oc-trainer")
    words = live.locator(".oc-words")
    live.locator(".oc-words", has_text="correct").wait_for(state="attached")
    live.scroll_into_view_if_needed()
    slider = live.locator("input[data-name='η RMSProp']")
    changed = "(before) => document.querySelector('.oc-trainer .oc-words').textContent !== before"
    with suspended(page):
        before = words.text_content()
        slider.focus()
        held = page.evaluate_handle("document.activeElement")
        page.keyboard.press("End")
        page.wait_for_function(changed, arg=before)
        now = words.text_content()
        assert "RMSProp" in now and now.split("RMSProp")[0] == before.split("RMSProp")[0]
    page.wait_for_timeout(500)
    assert page.evaluate("(held) => document.activeElement === held", held)


WRITE = """([id, source]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = [...notebook.model.cells].findIndex((cell) => cell.id === id);
  notebook.activeCell.model.sharedModel.setSource(source);
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""


def answered(page):
    """An exercise wrong, then right, a prediction and a quiz, as a student answers them."""
    head = "def momentum(theta, v, grad, eta, gamma):\n"
    end = "    theta = theta - v\n    return theta, v\n\ncheck(momentum, Momentum)"
    output = page.locator(".jp-Cell:has-text('check(momentum')").last.locator(".jp-OutputArea-output")
    page.evaluate(WRITE, ["exercise-momentum", f"{head}    v = gamma * v + (1 - gamma) * eta * grad(theta)\n{end}"])
    output.get_by_text("You damped the gradient").wait_for()
    page.evaluate(WRITE, ["exercise-momentum", f"{head}    v = gamma * v + eta * grad(theta)\n{end}"])
    output.get_by_text("Right. Your update matches").wait_for()

    # the prediction hides its picture until it is made; keys alone suffice
    predict = page.locator(".jp-OutputArea-output:has(button:text-is('Lock in my prediction'))")
    predict.scroll_into_view_if_needed()
    assert not predict.locator(".oc-contour-canvas").is_visible()
    predict.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    predict.locator("button:text-is('Lock in my prediction')").press("Enter")
    predict.locator(".oc-contour-canvas").wait_for(state="visible")

    # the quiz: a wrong answer is explained, the right one is confirmed
    quiz = page.locator(".jp-OutputArea-output:has(button:text-is('answer'))")
    quiz.scroll_into_view_if_needed()
    for option, said in (("1.9 times as long", "only the second step"), ("10 times as long", "The factor is 1/(1−γ)")):
        quiz.get_by_label(option, exact=True).check()
        quiz.locator("button:text-is('answer')").first.click()
        quiz.get_by_text(said).wait_for()


def needs_no_kernel(page, live):
    """All that JupyterLab could take away from an explorer whose kernel does not answer."""
    with suspended(page):
        page.evaluate(
            "window.jupyterapp.shell.currentWidget.content.mode = 'command'; undefined"
        )  # arrows are shortcuts there
        live.move(live.sliders()[0])
        before = live.seen()
        live.root.locator(".oc-contour-canvas").press("ArrowRight")  # it moves the start, and selects no other cell
        live.wait("s.values['start x'] !== b.values['start x']", before)
        before = live.at_step_one()
        live.click("next")
        live.wait("s.step === 2 && s.pictures[0] !== b.pictures[0]", before)
        live.click("play")
        live.wait("s.step >= 4")
        live.click("play")
        live.wait("s.play === 'play'")


def test_a_lesson_runs_is_answered_and_needs_no_kernel(lab, page):
    """All that JupyterLab adds to a lesson. Each explorer's controls are moved on the plain page (test_site.py)."""
    path, problems = ROOT / "notebooks" / "03_momentum.ipynb", watched(page)
    open_notebook(page, lab, f"notebooks/{path.name}")
    run_cells(page, *live_cells(path))
    assert page.locator(ERRORS).count() == 0
    assert found_by_axe(page) == []  # its change of theme also draws the explorers that are out of view
    live = Live(page)
    live.wait(FULL)
    needs_no_kernel(page, live)
    live.wait("s.words.includes('loss') || s.words.includes('diverged')")
    assert live.wait("s.lost === 'none'")
    answered(page)
    assert problems == []  # a restart itself makes JupyterLab's widgets complain: "Cannot send"
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); undefined")
    live.wait("s.lost !== 'none'")
    live.move(live.sliders()[0])
    wait_while_it_moves(page, lambda: page.evaluate(KERNEL_SAYS) == "connected idle", lambda: None)
    run_cells(page, *live_cells(path)[:2])  # "run the cell again": imports, and the lesson's first picture
    live = Live(page)
    assert live.wait(f"{FULL} && s.lost === 'none'")
    live.move(live.sliders()[0])
