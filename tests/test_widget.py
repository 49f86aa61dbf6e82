"""The widget as a notebook has it, on a plain page: its model can be written from outside, its view ends, its panel shrinks."""

import pytest
from browser import fresh_page, wait_while_it_moves
from test_browser import PIXELS, Live

from optcourse import Momentum, Network, Slice, Trainer, cosine, digits, explore, surfaces
from optcourse.site.lessons import state_of
from optcourse.widgets import base

# models of widgets as anywidget gives them, with `write` for what comes from Python or from a second client
PAGE = """async ({ loader, code, font, style }) => {
  document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
  const address = URL.createObjectURL(new Blob([loader], { type: 'text/javascript' }));
  const { default: widget } = await import(address);
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  window.asked = 0;
  window.modelOf = (state, { shares = true, answers = false } = {}) => {
    const events = new Map();
    const fire = (name, content) => [...(events.get(name) ?? [])].forEach((react) => react(content));
    for (const run of state.kernel_runs ?? []) if (run) run.values = bytes(run.values);
    const model = {
      saves: [], sent: [],
      get: (name) => state[name],
      set: (name, value) => { if (state[name] !== value) { state[name] = value; fire('change:' + name); } },
      save_changes: () => { model.saves.push(JSON.stringify(state.setting)); if (answers) setTimeout(() => model.write('setting', JSON.parse(JSON.stringify(state.setting)))); },
      send: (content) => { model.sent.push(content.kind); if (content.kind === 'script') setTimeout(() => fire('msg:custom', { kind: 'script', code, font })); },
      on: (name, react) => events.set(name, [...(events.get(name) ?? []), react]),
      off: (name, react) => events.set(name, (events.get(name) ?? []).filter((each) => each !== react)),
      write: (name, value) => { state[name] = value; fire('change:' + name); },
      hand: (runs) => model.write('kernel_runs', runs.map((run) => run && { ...run, values: bytes(run.values) })),
      listeners: () => [...events.values()].flat().length,
    };
    if (shares) model.widget_manager = { get_model: async () => (window.asked += 1, { get: (name) => ({ code, font })[name] }) };
    return model;
  };
  window.view = async (model, parent = document.body) => {
    const el = document.createElement('div');
    parent.append(el);
    const end = await widget.render({ model, el });
    return { el, end, model };
  };
}"""


@pytest.fixture
def page(browser):
    """A page with the loader of the widget, in which nothing goes wrong."""
    with fresh_page(browser, 1200, 800) as page:
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        given = {"loader": base.LiveWidget._esm, "code": base.script(), "font": base.font_face(), "style": base.style()}
        page.evaluate(PAGE, given)
        yield page
        assert problems == []


def state(explorer):
    return {**state_of(explorer), "script": "one", "checksum": "first"}


def show(page, explorer, options=None, **changes):
    """An explorer in the page, as its own model; the page knows it as ``window.shown``."""
    page.evaluate(
        "async ([state, options]) => { window.shown = await view(modelOf(state, options)); }",
        [{**state(explorer), **changes}, options or {}],
    )
    return Live(page)


def ravine(**options):
    return explore(Momentum(eta=0.02, gamma=0.8), surfaces.ravine, steps=60, **options)


# ---- it arrives once, whole or late, and leaves nothing ----


def test_the_script_comes_once_for_all_and_by_message_where_models_are_not_shared(page):
    given = state(ravine())
    page.evaluate("async (given) => { for (const _ of 'abc') await view(modelOf(structuredClone(given))); }", given)
    page.wait_for_function("[...document.querySelectorAll('.oc-live')].filter((live) => live.explorer).length === 3")
    assert page.evaluate("asked") == 1
    sent = page.evaluate(
        "async (given) => { const { el, model } = await view(modelOf(given, { shares: false })); return [model.sent, Boolean(el.explorer)]; }",
        {**given, "checksum": "another"},
    )
    assert sent == [["script", "ready"], True]


def test_what_is_not_there_yet_is_waited_for(page):
    """A second client may hear of a widget before it hears what is in it."""
    given = state(ravine())
    page.evaluate(
        "async (given) => { window.shown = await view(modelOf({ ...given, config: {}, surfaces: [] })); }", given
    )
    assert page.evaluate("shown.el.explorer") is None
    page.evaluate("(given) => { shown.model.write('config', given.config); }", given)
    assert page.evaluate("shown.el.explorer") is None
    page.evaluate("(given) => { shown.model.write('surfaces', given.surfaces); }", given)
    Live(page)


@pytest.mark.parametrize("make", [ravine, lambda: Trainer(epochs=1)], ids=["explorer", "trainer"])
def test_an_ended_view_gives_back_what_it_held(page, make):
    page.evaluate("async (state) => { window.shown = await view(modelOf(state)); }", state(make()))
    page.wait_for_function("shown.el.dataset.frames")
    left = page.evaluate(
        """() => {
        const canvases = [...shown.el.querySelectorAll('canvas')];
        const pixels = canvases.reduce((sum, canvas) => sum + canvas.width * canvas.height, 0);
        shown.end();
        return [pixels > 0, canvases.every((canvas) => canvas.width * canvas.height === 0), shown.el.childNodes.length,
          shown.el.explorer === undefined, shown.model.listeners()];
    }"""
    )
    assert left == [True, True, 0, True, 0]


def test_a_trainer_that_ends_before_its_digits_are_there_trains_nothing(page):
    ended = page.evaluate(
        """async (state) => {
        const { el, end } = await view(modelOf(state));
        const { explorer } = el;
        explorer.setVisible(true); // somebody is near
        end();
        await new Promise((done) => setTimeout(done, 300));
        return [explorer.digits !== null, explorer.shown.length, el.dataset.frames ?? 'none'];
    }""",
        state(Trainer(epochs=1)),
    )
    assert ended == [True, 0, "none"]


# ---- what is written from outside ----


def test_a_move_that_is_not_saved_yet_outlives_what_python_writes(page):
    live = show(page, ravine())
    setting = page.evaluate("shown.model.get('setting')")
    live.move(live.sliders()[0])  # η, to its end
    moved = live.seen()["values"]["η"]
    page.evaluate("(setting) => shown.model.write('setting', setting)", {**setting, "step": 3})
    seen = live.wait("s.step === 3")
    assert seen["values"]["η"] == moved
    page.wait_for_function("shown.model.saves.length > 0")  # the hand is still
    saved = page.evaluate("JSON.parse(shown.model.saves.at(-1))")
    assert saved["step"] == 3 and f"{saved['values']['η']:g}" == moved
    page.evaluate("(setting) => shown.model.write('setting', setting)", setting)
    live.wait(f"s.values['η'] !== '{moved}' && s.step === {setting['step']}")  # what is saved can be changed


def test_a_front_end_that_answers_each_save_gets_no_second_one(page):
    """marimo answers a save with a change: each explorer was painted, and saved, six times a second forever."""
    live = show(page, ravine(), {"answers": True})
    live.move(live.sliders()[0])
    page.wait_for_function("shown.model.saves.length === 1")
    frames = page.evaluate("shown.el.dataset.frames")
    page.wait_for_timeout(600)  # several times as long as the hand must be still
    assert page.evaluate("[shown.model.saves.length, shown.el.dataset.frames]") == [1, frames]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": [], "variants": []},
        {"rows": ["", "theta = 1", 3], "variants": [9, 0, 0]},
        {
            "rows": None,
            "values": {"η": "x", "γ": None},
            "start": [1],
            "steps": 1e9,
            "step": -1,
            "surface": "bowl",
            "own": 5,
        },
    ],
)
def test_a_setting_that_makes_no_sense_is_shown_as_the_first_one(page, wrong):
    live = show(page, ravine())
    first = live.seen()
    setting = page.evaluate("shown.model.get('setting')")
    page.evaluate("shown.end()")
    live = show(page, ravine(), setting={**setting, **wrong})
    seen = live.wait("s.formula !== ''")
    assert seen["formula"] == first["formula"] and seen["values"] == first["values"]


def test_a_methods_title_never_becomes_markup(page):
    title = "<img src=x onerror=alert(1)>"
    marked = type("Marked", (Momentum,), {"title": title})
    live = show(page, explore(marked(eta=0.02), surfaces.ravine, steps=5))
    assert title in live.seen()["formula"] and page.evaluate("document.querySelectorAll('img').length") == 0


def test_the_formula_of_a_method_that_only_python_runs_has_its_numbers(page):
    """From the runs that Python sends: γ, v, η and ∇J of the step that is shown, then the new v, for x."""
    own = type("Own", (Momentum,), {"step": lambda self, *given: Momentum.step(self, *given)})
    explorer = explore(own(eta=0.02, gamma=0.5), surfaces.ravine, steps=10, step=4)
    assert explorer.config["methods"][0][0]["program"] is None
    show(page, explorer)
    numbers = page.evaluate(
        "[...document.querySelector('.oc-formulas').shadowRoot.querySelectorAll('[data-slot]')].slice(0, 5).map((n) => n.textContent)"
    )
    run = explorer.trajectories[0]
    v, gradient = run.state["v"][:, 0], run.grad[3, 0]
    shown = [float(each.strip("() \u2007").replace("−", "-")) for each in numbers]
    assert shown == pytest.approx([0.5, v[3], 0.02, gradient, v[4]], rel=1e-3)


# ---- a reader's own rows ----


OWN = "w = gamma*w + alpha*grad(theta)\ntheta = theta - w"
TYPE = """([live, text]) => {
  const area = live.querySelector('textarea');
  area.value = text;
  area.dispatchEvent(new Event('input', { bubbles: true }));
}"""
CHOSEN = "(live, name) => { const s = live.querySelector(`select[aria-label=\"${name}\"]`); return s.selectedOptions[0]?.textContent ?? 'blank'; }"


def typed(live, text):
    live.sliders()  # opens the folds
    live.page.evaluate(TYPE, [live.handle, text])


def chosen(live, name):
    return live.page.evaluate(f"([live, name]) => ({CHOSEN})(live, name)", [live.handle, name])


def shown_sliders(live):
    inputs = "(live) => [...live.querySelectorAll('.oc-range input')].filter((i) => i.checkVisibility()).map((i) => i.dataset.name)"
    return [name for name in live.handle.evaluate(inputs) if name[:5] not in ("start", "steps")]


def test_own_rows_have_their_option_and_their_sliders_and_reset_takes_both_away(page):
    live = show(page, ravine())
    for text, names in (
        ("v = gamma*v + 2*eta*grad(theta)\ntheta = theta - v", ["η", "γ"]),
        ("v = beta*v + eta*grad(theta)\ntheta = theta - v", ["η", "β"]),
        ("v = beta_1*v + eta*grad(theta)\ntheta = theta - v", ["η", "β₁"]),
        (OWN, ["γ", "α"]),
    ):
        typed(live, text)
        live.wait("s.formula.includes('your own method')")
        assert chosen(live, "variant") == "your own equations" and shown_sliders(live) == names
        live.wait("s.message === ''")
    live.root.locator("select[aria-label=variant]").select_option("0")
    live.wait("s.formula.startsWith('Momentum')")
    assert shown_sliders(live) == ["η", "γ"], "no slider without an effect"
    live.root.get_by_role("button", name="reset").click()
    options = "(live) => live.querySelector('select[aria-label=variant]').options.length"
    assert live.handle.evaluate(options) == 2 and shown_sliders(live) == ["η", "γ"]
    assert live.root.locator("textarea").input_value().startswith("v_t = ")


def test_what_python_takes_back_is_gone_in_the_page(page):
    live = show(page, ravine())
    setting = page.evaluate("shown.model.get('setting')")
    typed(live, OWN)
    page.wait_for_function("shown.model.saves.length > 0")
    page.evaluate("(setting) => shown.model.write('setting', setting)", setting)
    live.wait("s.formula.startsWith('Momentum')")
    assert shown_sliders(live) == ["η", "γ"] and "α" not in live.root.locator("textarea").input_value()


def test_the_chooser_of_surfaces_never_shows_an_older_formula(page):
    live = show(page, ravine())
    live.root.locator("select[aria-label=surface]").select_option(label="type your own…")
    field = live.root.locator(".oc-own")
    for text in ("x**2 + 5*y**2", "x**2 + 6*y**2"):
        field.fill(text)
        typed(live, "v = gamma*v + alpha*grad(theta)\ntheta = theta - v")  # the controls are made again
        assert field.input_value() == text and chosen(live, "surface") == "type your own…"


def test_there_is_nothing_to_take_hold_of_where_there_is_no_map(page):
    live = show(page, ravine(views=("contour", "map")))
    live.drag((0.5, 0.5), (0.4, 0.3), 1)
    before = live.still()["values"]
    assert before["η"] != "0.02"
    typed(live, "v = gamma*v + 2*eta*grad(theta)\ntheta = theta - v")
    live.drag((0.3, 0.3), (0.7, 0.6), 1)
    now = live.still()
    assert {name: now["values"][name] for name in ("η", "γ")} == {name: before[name] for name in ("η", "γ")}


def test_rows_without_eta_under_a_schedule_are_told_so(page):
    live = show(page, ravine(schedule=cosine(60)))
    before = live.seen()
    typed(live, "theta = theta - 0.01*grad(theta)")
    seen = live.wait("s.message !== ''")
    assert seen["message"].startswith("schedule multiplies η, which your own method does not have")
    assert seen["formula"] == before["formula"] and seen["pictures"] == before["pictures"]


def test_own_rows_on_a_surface_that_only_python_computes(page):
    """Until the run of the new rows is there, the old one stays, with its own formula; then it has the new one's numbers."""
    network = Network(64, 4, 10)
    plane = Slice.random(network, tuple(part[:50] for part in digits().train), network.init(0))
    explorer = explore(Momentum(eta=0.5), plane, steps=8)
    live = show(page, explorer)
    page.evaluate("shown.el.explorer.setKernelStatus('here')")
    before = live.seen()
    typed(live, OWN)
    page.wait_for_function("shown.model.saves.length > 0")
    assert live.still()["formula"] == before["formula"]
    explorer.set_state({"setting": page.evaluate("JSON.parse(shown.model.saves.at(-1))")})
    page.evaluate("(runs) => shown.model.hand(runs)", state(explorer)["kernel_runs"])
    seen = live.wait("s.formula.includes('your own method')")
    assert "∞" not in seen["formula"] and "–" not in seen["formula"]
    w = explorer.trajectories[0].values("w_t")[1]
    assert f"{abs(w[0]):.4g}"[:5] in seen["formula"].replace("−", "-"), (w, seen["formula"])


def test_only_the_still_picture_is_hidden_next_to_a_live_explorer(page):
    seen = page.evaluate(
        """async (state) => {
        const area = (html) => {
          const node = Object.assign(document.createElement('div'), { className: 'jp-OutputArea-child', innerHTML: html });
          document.body.append(node);
          return node;
        };
        const live = area('');
        await view(modelOf(state), live);
        const after = [area('<figure class="oc-still">the picture</figure>'), area('<pre>what was printed</pre>')];
        await view(modelOf(structuredClone(state)), area(''));
        return [...after, area('<pre>what follows a goal</pre>')].map((node) => node.checkVisibility());
    }""",
        state(ravine()),
    )
    assert seen == [False, True, True]


# ---- room and colours ----


def test_a_panel_that_changes_its_height_alone_is_noticed(page):
    page.evaluate(
        """async (state) => {
        const panel = Object.assign(document.createElement('div'), { className: 'jp-WindowedPanel-outer' });
        panel.style.cssText = 'height: 760px; overflow: auto';
        document.body.append(panel);
        window.shown = await view(modelOf(state), panel);
    }""",
        state(ravine()),
    )
    live = Live(page)
    tall = live.handle.evaluate("(live) => live.clientHeight")
    fits = "(high) => shown.el.clientHeight <= high"
    for high in (400, 760):
        page.evaluate(
            "(high) => { document.querySelector('.jp-WindowedPanel-outer').style.height = `${high}px`; }", high
        )
        page.wait_for_function(fits, arg=high)
    page.wait_for_function("(tall) => shown.el.clientHeight === tall", arg=tall)


def test_only_another_theme_is_painted_and_none_is_missed(page):
    live = show(page, ravine())
    live.still()
    frames = page.evaluate("shown.el.dataset.frames")
    page.evaluate(
        """async () => {
        for (let i = 0; i < 20; i++) {
          document.body.classList.toggle('busy');
          await new Promise((done) => requestAnimationFrame(done));
        }
    }"""
    )
    assert page.evaluate("shown.el.dataset.frames") == frames
    # a notebook takes what is out of sight out of the page, and the theme changes meanwhile
    page.evaluate("() => { shown.el.remove(); document.body.style.background = '#111'; }")
    page.wait_for_timeout(50)
    page.evaluate("() => { document.body.append(shown.el); }")
    page.wait_for_function("shown.el.classList.contains('oc-dark')")


def test_what_is_chosen_is_seen_in_the_colours_of_the_system(browser, page):
    page.emulate_media(forced_colors="active")
    page.evaluate("async (state) => { window.shown = await view(modelOf(state)); }", state(Trainer(epochs=1)))
    colours = page.evaluate(
        """() => ['true', 'false'].map((pressed) =>
        getComputedStyle(shown.el.querySelector(`.oc-methods button[aria-pressed="${pressed}"]`)).backgroundColor)"""
    )
    assert colours[0] != colours[1]


# ---- paper ----


@pytest.mark.parametrize("width", [1200, 720, 390])
def test_on_paper_every_picture_is_seen(page, width):
    """From a window of any width: hero, four pictures on two tabs, and the formula, as wide as A4 and Letter allow."""
    page.set_viewport_size({"width": width, "height": 800})
    live = show(page, ravine(views=("contour", "loss", "modes", "split", "map")))
    before = live.still()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    boxes = live.handle.evaluate(
        """(live) => [...live.querySelectorAll('.oc-frame, .oc-side canvas, .oc-formulas')].map((node) => {
        const [a, b] = [node.getBoundingClientRect(), live.getBoundingClientRect()];
        return [a.width, a.left - b.left, a.right - b.left, a.height];
    })"""
    )
    assert len(boxes) == 6
    for wide, left, right, high in boxes:
        assert wide > 100 and high > 30 and left >= 0 and right <= 690, boxes
    drawn = [int(each.split()[0]) for each in live.handle.evaluate(PIXELS)]
    assert len(drawn) == 5 and min(drawn) > 300
    whole = live.handle.evaluate(
        "(live) => live.querySelector('.oc-contour-canvas').getContext('2d').getImageData(2, 2, 1, 1).data[3]"
    )
    assert whole == 255, "the ground is in the same layer: Chromium prints a cleared one as white paper"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    wait_while_it_moves(page, lambda: live.seen()["pictures"] == before["pictures"], lambda: live.seen()["pictures"])


def test_a_print_does_not_wait_for_a_long_training(page):
    page.evaluate(
        "async (state) => { window.shown = await view(modelOf(state)); }", state(Trainer(epochs=50, batch_size=1))
    )
    page.wait_for_function("shown.el.dataset.frames")
    took = page.evaluate(
        "() => { const begun = performance.now(); window.dispatchEvent(new Event('beforeprint')); return performance.now() - begun; }"
    )
    assert page.evaluate("shown.el.explorer.shown.some(({ run }) => !run.done)"), "it would have taken longer"
    assert took < 10_000
