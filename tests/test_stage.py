"""The stage as it is seen: what fits one screen, zoom, the theme, and touch. Plain pages, at the sizes that JupyterLab leaves."""

import pytest
from browser import execute, open_notebook, run_cells, wait_while_it_moves, watched
from test_browser import NOTEBOOKS, SET_UP, Live, trains_without_its_kernel
from test_site import address, closed, moves, opened, site  # noqa: F401 (fixtures)

from optcourse import CATALOGUE
from optcourse.plots import style

# what JupyterLab leaves with its sidebar closed, and the site's own margins: 1280 × 720, 1440 × 900 and 1920 × 1080
DESK, LARGE, PROJECTOR, PHONE, ZOOMED = (1122, 599), (1282, 779), (1762, 959), (390, 844), (640, 360)
# the boxes of an explorer: how high it is, what sticks out of it, what lies over something else, and letters below 12 pixels
BOXES = """(live) => {
  const seen = (node) => node.getClientRects().length > 0 && node.checkVisibility(), box = (node) => node.getBoundingClientRect(), stage = box(live);
  const all = (what) => [...live.querySelectorAll(what)].filter(seen), formula = live.querySelector('.oc-formulas'), table = formula.shadowRoot ?? formula; // a laboratory has none
  const blocks = [...all('.oc-frame'), ...all('.oc-insets'), ...all('.oc-side canvas'), ...all('.oc-tabs'), ...all('.oc-bar'), ...all('.oc-formulas'), ...all('.oc-controls')];
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const names = (node) => `${node.className || node.tagName} ${node.textContent.slice(0, 30)}`;
  const inside = [...table.querySelectorAll('.oc-table *')], texts = [...all('*'), ...inside].filter((node) =>
    !node.closest('math, select') && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const rows = [...table.querySelectorAll('.oc-row')].filter((row) => box(row).bottom > box(formula).bottom + 1);
  const hero = live.querySelector('.oc-contour-canvas, .oc-contour canvas');
  return { high: stage.height, wide: stage.width, hero: [box(hero).width, box(hero).height, box(hero).bottom - stage.top],
    scrolls: formula.scrollWidth > formula.clientWidth + 1, rows: rows.length, sliders: all('.oc-controls > .oc-group input').map((node) => box(node).height),
    cut: all('.oc-control, .oc-control > *, .oc-bar > *, .oc-frame, .oc-side canvas, .oc-reset, summary').filter((node) =>
      box(node).left < stage.left - 1 || box(node).right > stage.right + 1).concat(all('.oc-doc').filter((node) => // whole, or not seen
      box(node).top < box(node.parentElement).bottom - 1 && node.scrollWidth > node.clientWidth + 1)).map(names),
    covered: blocks.flatMap((a, i) => blocks.slice(i + 1).filter((b) => over(box(a), box(b))).map((b) => names(a) + ' | ' + names(b))),
    alone: all('.oc-who').filter((node) => !over(box(node), { ...box(node.nextElementSibling).toJSON(), left: -1e9, right: 1e9 })).map(names),
    small: texts.filter((node) => parseFloat(getComputedStyle(node).fontSize) < 12).map(names),
    sticky: all('*').filter((node) => getComputedStyle(node).position === 'sticky').map(names) };
}"""
SETTLED = "[...document.querySelectorAll('.oc-live')].map((live) => `${live.clientWidth} ${live.clientHeight} ${live.dataset.frames}`).join()"


def measured(page, size):
    """The boxes of every explorer in the page, at this size of the window."""
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    seen = []

    def still():  # two looks in a row that say the same
        seen.append(page.evaluate(SETTLED))
        return len(seen) > 2 and len(set(seen[-2:])) == 1

    wait_while_it_moves(page, still, lambda: len(seen))
    return [live.evaluate(BOXES) for live in page.query_selector_all(".oc-live")]


def first_screen(page, width, height):
    """Title, question, and what moves: no wall of text before it."""
    page.evaluate("window.scrollTo(0, 0)")
    hero = page.locator(".oc-live[data-frames] canvas").first.bounding_box()
    assert page.get_by_text("Question:").first.bounding_box()["y"] < hero["y"] < 0.6 * height
    seen = min(hero["y"] + hero["height"], height) - hero["y"]
    assert hero["height"] > 100 and seen > min(0.75 * hero["height"], 0.5 * height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_explorer_of_every_lesson_is_seen_whole_and_moves(closed, address, path):  # noqa: F811
    closed.set_viewport_size({"width": 1280, "height": 720})
    opened(closed, f"{address}/{path.stem}.html")
    if path != NOTEBOOKS[0]:
        first_screen(closed, 1280, 720)
    found = {}
    for size in (DESK, LARGE, PROJECTOR, PHONE, ZOOMED):  # the last is quickly painted: there they move
        found[size] = measured(closed, size)
        if path != NOTEBOOKS[0] and size == PHONE:
            first_screen(closed, *size)
    assert found[DESK]
    for size, explorers in found.items():
        for number, each in enumerate(explorers):
            where = f"explorer {number} at {size}: {each}"
            assert each["cut"] == each["covered"] == each["small"] == each["sticky"] == each["alone"] == [], where
            assert not each["rows"], where
            assert not each["scrolls"] or size in (PHONE, ZOOMED), where
            if size not in (PHONE, ZOOMED):
                assert each["high"] <= size[1] and each["hero"][0] >= 0.5 * (each["wide"] - 16), where
            if size == PHONE:
                assert each["hero"][2] <= size[1] and min(each["sliders"], default=34) >= 34, where
            if size == ZOOMED:
                assert each["hero"][1] >= 0.5 * size[1], where
    for desk, large, projector in zip(found[DESK], found[LARGE], found[PROJECTOR], strict=True):
        assert projector["hero"][0] > large["hero"][0] > desk["hero"][0], "the hero grows with the window"
    moves(closed, path)


CORNER = """() => {  // the colour of the first hero's upper left corner: the ground's strongest
  const [r, g, b] = document.querySelector('.oc-heatmap').getContext('2d').getImageData(3, 3, 1, 1).data;
  return '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('');
}"""


SAVED = "!window.jupyterapp.shell.currentWidget.context.model.dirty"
SESSIONS = "fetch('/api/sessions').then((r) => r.json()).then((sessions) => sessions.length === 0)"


def opened_again(page, lab, name):
    """Saved, its kernel ended, and opened again."""
    execute(page, "docmanager:save")
    page.wait_for_function(SAVED)
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll(); undefined")
    page.wait_for_function(SESSIONS)
    open_notebook(page, lab, name)


def test_jupyterlab_leaves_room_and_shows_what_was_saved(lab, page):
    """Untrusted, as after a clone: description and picture. Run: AdaGrad next to RMSProp, four pictures and large type have
    room, and a network trains in the page. Saved and reopened, trusted: the picture. With "Save Widget State Automatically":
    nothing of ours is attached to what that serialises, and reopened they are live without being run."""
    name = "notebooks/06_rmsprop.ipynb"
    page.set_viewport_size({"width": 1280, "height": 720})
    open_notebook(page, lab, name)
    output = page.locator(".jp-Cell:has-text('explore([AdaGrad(eta=0.1)') .jp-OutputArea").first
    output.scroll_into_view_if_needed()
    output.locator("img").wait_for()
    assert "RMSProp (η = 0.1" in output.inner_text()
    execute(page, "application:toggle-left-area")
    execute(page, "notebook:clear-all-cell-outputs")  # only what was run here is trusted when it is reopened
    run_cells(page, "imports", "explorer", "four", "large", "all-weights")
    page.wait_for_function(SET_UP)
    assert not output.locator("img").is_visible(), "the picture stands beside the live explorer"
    room = page.evaluate("document.querySelector('.jp-WindowedPanel-outer').clientHeight")
    two, four, large, _ = measured(page, (1280, 720))
    assert two["high"] <= room and four["high"] <= room, (room, two, four)
    assert large["cut"] == large["covered"] == [] and large["hero"][1] >= 190, large
    page.locator(".oc-live").first.scroll_into_view_if_needed()
    for theme, palette in (("JupyterLab Dark", style.DARK), ("JupyterLab Light", style.LIGHT)):
        execute(page, "apputils:change-theme", theme=theme)
        page.wait_for_function(f"({CORNER})() === {palette['heatmap-high']!r}")
    trains_without_its_kernel(page)

    opened_again(page, lab, name)

    def seen():  # what comes above it may push it out of view again while the page is made
        output.scroll_into_view_if_needed()
        return output.locator("img").is_visible()

    wait_while_it_moves(page, seen, lambda: None)
    assert page.locator(".oc-live").count() == 0

    problems = watched(page)
    page.on("console", lambda message: problems.append(message.text) if "serializing" in message.text else None)
    run_cells(page, "imports", "explorer")
    before = Live(page).seen()
    execute(page, "@jupyter-widgets/jupyterlab-manager:saveWidgetState")

    def kept():  # the manager may not have heard yet that it is asked to, and while the file is written it is not there
        execute(page, "docmanager:save")
        file = f"fetch('/api/contents/{name}').then((r) => r.ok ? r.json() : {{}})"
        found = "({ content }) => JSON.stringify(content?.metadata ?? '').includes('most_steps')"
        return page.evaluate(f"{file}.then({found})")

    wait_while_it_moves(page, kept, lambda: None)
    opened_again(page, lab, name)
    live = Live(page)
    assert live.wait("s.formula === b.formula", before)
    live.move(live.sliders()[0])
    execute(page, "@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    assert problems == []


def test_steps_in_parts_reduced_motion_and_the_map(closed, address):  # noqa: F811
    """One explorer, used as a person would use it."""
    closed.goto(f"{address}/03_momentum.html")
    live = Live(closed, 1)
    live.wait("s.step === 6")
    live.sliders()
    before = live.seen()
    live.root.locator("[type=checkbox]").check()  # row by row, each with its caption
    one = live.wait("s.part !== ''")
    assert one["part"].startswith("new velocity") and one["later"] == 1
    live.click("next")
    live.wait(
        "s.part.startsWith('move by the velocity') && s.later === 0 && s.step === 6 && s.pictures[0] !== b.pictures[0]",
        one,
    )
    live.click("next")
    live.wait("s.step === 7 && s.part.startsWith('new velocity')")
    live.root.locator("[type=checkbox]").uncheck()
    live.wait("s.part === ''", before)

    closed.emulate_media(reduced_motion="reduce")  # play makes one step
    live.click("play")
    live.wait("s.step === 8 && s.play === 'play'")

    # the map, on a tab of its own: a click sets η and γ, a drag goes on
    live.root.get_by_role("button", name="map of η and γ").click()
    before = live.wait("s.pictures.length === 2")
    closed.mouse.click(*live.pixel(0.3, 0.5, 1))
    clicked = live.wait("s.values['η'] !== b.values['η'] && s.values['γ'] !== b.values['γ']", before)
    live.drag((0.5, 0.5), (0.4, 0.3), 1)
    live.wait("s.values['η'] !== b.values['η'] && s.values['γ'] !== b.values['γ']", clicked)


def test_forms_and_surfaces(closed, address):  # noqa: F811
    """The welcome page: another variant of the method, and each surface from its own start."""
    closed.goto(f"{address}/00_welcome.html")
    live = Live(closed)
    live.sliders()
    before = live.seen()
    live.root.locator("select[aria-label='variant of Momentum']").select_option("1")
    live.wait("s.formula.includes('Damped') && s.pictures[0] !== b.pictures[0]", before)
    for surface in CATALOGUE[::-1]:
        live.root.locator("select[aria-label=surface]").select_option(label=surface.name)
        start = f"{surface.start[0]:.3f}".replace("-", "−")
        before = live.wait(f"s.values['start x'] === '{start}' && s.pictures[0] !== b.pictures[0]", before)


VIEW = "(live) => live.explorer.contour.view.join()"
GROUND = """(live) => { const canvas = live.querySelector('.oc-heatmap');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return canvas.width + ' ' + pixels.reduce((sum, value) => Math.imul(sum ^ value, 16777619), 0); }"""


def test_zoom_and_pan_by_wheel_keys_and_double_click(closed, address):  # noqa: F811
    closed.goto(f"{address}/03_momentum.html")
    live = Live(closed)
    whole, ground = live.handle.evaluate(VIEW), live.handle.evaluate(GROUND)
    hero = live.root.locator(".oc-contour-canvas")

    def wide():
        left, right, *_ = map(float, live.handle.evaluate(VIEW).split(","))
        return right - left

    before = wide()
    hero.hover(position={"x": 100, "y": 100})
    closed.mouse.wheel(0, -300)  # it has no focus: the page scrolls
    assert wide() == before
    hero.focus()
    hero.hover(position={"x": 100, "y": 100})
    closed.mouse.wheel(0, -300)
    closed.wait_for_function(f"([live, whole]) => ({VIEW})(live) !== whole", arg=[live.handle, whole])
    assert wide() < before
    closed.wait_for_function(  # and after a moment the ground is as sharp as before
        f"([live, size, before]) => {{ const now = ({GROUND})(live); return now.startsWith(size) && now !== before; }}",
        arg=[live.handle, ground.split()[0] + " ", ground],
    )
    near = wide()
    hero.press("+")
    assert wide() < near
    hero.press("Shift+ArrowRight")
    start = live.seen()["values"]["start x"]
    live.drag((0.8, 0.8), (0.6, 0.7))  # zoomed, a drag moves the view and not the start
    assert live.seen()["values"]["start x"] == start
    hero.press("0")
    assert live.handle.evaluate(VIEW) == whole
    hero.press("+")
    hero.dblclick(position={"x": 300, "y": 200})
    assert live.handle.evaluate(VIEW) == whole and live.seen()["values"]["start x"] == start


def test_a_start_is_not_moved_by_the_right_button_or_by_a_drag_begun_elsewhere(closed, address):  # noqa: F811
    closed.goto(f"{address}/03_momentum.html")
    live = Live(closed)
    before = live.seen()["values"]
    live.root.locator(".oc-contour-canvas").click(button="right", position={"x": 200, "y": 200})
    closed.mouse.move(*live.pixel(0.5, 1.2))
    closed.mouse.down()
    closed.mouse.move(*live.pixel(0.5, 0.5), steps=4)
    closed.mouse.up()
    assert live.seen()["values"] == before


def test_another_theme_is_taken_at_once(closed, address):  # noqa: F811
    closed.goto(f"{address}/03_momentum.html")
    live = Live(closed)
    before, ground = live.seen(), live.handle.evaluate(GROUND)
    closed.emulate_media(color_scheme="dark")
    live.wait("s.pictures[0] !== b.pictures[0]", before)
    assert live.handle.evaluate(GROUND) != ground


def test_a_finger_drags_the_start_and_scrolls_the_page_beside_it(browser, address):  # noqa: F811
    context = browser.new_context(viewport={"width": 800, "height": 600}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/03_momentum.html")
    live = page.locator(".oc-live[data-frames]").first
    live.scroll_into_view_if_needed()
    actions = live.evaluate(
        "(live) => ['.oc-contour-canvas', '.oc-handle'].map((part) => getComputedStyle(live.querySelector(part)).touchAction)"
    )
    assert actions == ["pan-x pan-y", "none"]
    handle = live.locator(".oc-handle").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    start = (
        "(live) => live.querySelector('[data-name=\"start x\"]').closest('label').querySelector('output').textContent"
    )
    before = live.evaluate(start)
    touch = context.new_cdp_session(page)
    for kind, dx in (("touchStart", 0), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_function(f"([live, before]) => ({start})(live) !== before", arg=[live.element_handle(), before])
    context.close()
