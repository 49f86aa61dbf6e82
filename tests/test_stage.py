"""The stage as it is seen: what fits one screen, the lens, and touch, in JupyterLab in Chromium."""

from browser import open_notebook, run_all, run_cells, wait_while_it_moves, whole_notebook

SIZES = [(1920, 1080), (1400, 1000), (1280, 720), (1024, 768), (640, 360), (390, 844)]  # 640 × 360: 1280 × 720 at 200 %
# the boxes of an explorer: how high it is and may be, what sticks out of it, and what lies over something else
BOXES = """(live) => {
  const seen = (node) => node.getClientRects().length > 0, box = (node) => node.getBoundingClientRect(), stage = box(live);
  const all = (what) => [...live.querySelectorAll(what)].filter(seen), formulas = live.querySelector('.oc-formulas');
  const blocks = [...all('.oc-frame'), ...all('.oc-bar'), ...all('.oc-formulas'), ...all('.oc-controls')];
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const names = (node) => `${node.className || node.tagName} ${node.textContent.slice(0, 30)}`;
  return { high: stage.height, room: live.closest('.jp-WindowedPanel-outer').clientHeight, wide: stage.width,
    formulaScrolls: formulas.scrollWidth > formulas.clientWidth + 1, beside: live.classList.contains('oc-beside'),
    columns: new Set(all('.oc-frame').map((node) => Math.round(box(node).top))).size === all('.oc-frame').length,
    cut: all('.oc-control, .oc-control > *, .oc-bar > *, .oc-frame, .oc-name, .oc-legend, .oc-reset, summary').filter((node) =>
      box(node).left < stage.left - 1 || box(node).right > stage.right + 1).map(names),
    covered: blocks.flatMap((a, i) => blocks.slice(i + 1).filter((b) => over(box(a), box(b))).map((b) => names(a) + ' | ' + names(b))),
    pictures: all('.oc-frame').reduce((sum, node) => sum + box(node).width, 0) };
}"""
SETTLED = "[...document.querySelectorAll('.oc-live')].map((live) => live.clientWidth + live.querySelector('.oc-pictures').dataset.rows).join()"


def measured(page, width, height):
    """The boxes of every explorer in the page, at this size of the window."""
    page.set_viewport_size({"width": width, "height": height})
    seen = []

    def still():  # two looks in a row that say the same
        seen.append(page.evaluate(SETTLED))
        return len(seen) > 3 and len(set(seen[-3:])) == 1

    wait_while_it_moves(page, still, lambda: len(seen))
    return [live.evaluate(BOXES) for live in page.query_selector_all(".oc-live")]


def test_one_screen(lab, page):
    """Every optimizer alone, AdaGrad beside RMSProp, four pictures, and large type: measured at six sizes."""
    open_notebook(page, lab, "notebooks/gallery.ipynb")
    whole_notebook(page)
    run_all(page)
    page.wait_for_function("[...document.querySelectorAll('.oc-live')].every((live) => live.dataset.frames)")
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area'); undefined")
    for width, height in SIZES:
        found = measured(page, width, height)
        assert len(found) == 10
        for place, each in enumerate(found):
            where = f"explorer {place} at {width} × {height}: {each}"
            assert each["cut"] == [] and each["covered"] == [], where
            assert not each["formulaScrolls"] or each["wide"] < 700, where
            assert each["columns"] or each["wide"] >= 700, where
            if (width, height) == (1280, 720) and place != 7:  # all but the one with four pictures
                assert each["high"] <= each["room"], where
            if (width, height) == (1400, 1000):
                assert each["high"] <= each["room"], where
            if width == 1920 and place < 8:  # large type needs the width for itself
                assert each["beside"] and each["high"] <= each["room"] and each["pictures"] >= 0.5 * each["wide"], where


LENS = """(live) => ({ names: Object.fromEntries([...live.querySelectorAll('.oc-name')].filter((name) => !name.hidden).map((name) => {
  const box = name.getBoundingClientRect(), frame = name.parentElement.getBoundingClientRect();
  return [name.textContent, [(box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top]]; })),
  colours: [...live.querySelectorAll('.oc-name')].map((name) => getComputedStyle(name).color) })"""


def test_the_lens_follows_step_and_parts_in_the_formulas_colours(lab, page):
    open_notebook(page, lab, "notebooks/gallery.ipynb")
    run_cells(page, "imports", "momentum")
    live = page.locator(".oc-live").first
    live.locator(".oc-name").first.wait_for()
    before = live.evaluate(LENS)
    assert set(before["names"]) == {"momentum −γv", "gradient −η∇J", "sum −v"}
    symbols = live.evaluate(
        "(live) => [...live.querySelectorAll('.oc-range .oc-label mi')].map((mi) => getComputedStyle(mi).color)"
    )
    assert set(symbols) < set(before["colours"]), "a slider's symbol has the colour of its vector"
    live.locator("[data-do=next]").click()
    page.wait_for_function(
        f"([live, before]) => JSON.stringify(({LENS})(live).names) !== before",
        arg=[live.element_handle(), page.evaluate("(names) => JSON.stringify(names)", before["names"])],
    )
    live.locator("[type=checkbox]").check()
    page.wait_for_function(
        f"(live) => Object.keys(({LENS})(live).names).join() === 'momentum −γv,gradient −η∇J'",
        arg=live.element_handle(),
    )


def test_a_finger_drags_the_start_and_scrolls_the_page_beside_it(lab, browser):
    context = browser.new_context(viewport={"width": 800, "height": 600}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    open_notebook(page, lab, "notebooks/gallery.ipynb")
    run_cells(page, "imports", "momentum")
    live = page.locator(".oc-live").first
    live.scroll_into_view_if_needed()
    actions = live.evaluate(
        "(live) => ['.oc-frame canvas', '.oc-handle'].map((part) => getComputedStyle(live.querySelector(part)).touchAction)"
    )
    assert actions == ["auto", "none"]
    handle = live.locator(".oc-handle").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    start = "(live) => live.querySelector('[data-name=\"start x\"]').nextElementSibling.textContent"
    before = live.evaluate(start)
    touch = context.new_cdp_session(page)
    for kind, dx in (("touchStart", 0), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_function(f"([live, before]) => ({start})(live) !== before", arg=[live.element_handle(), before])
    context.close()
