"""The course as web pages: built once, given out by a plain file server, used in Chromium while all other hosts are blocked."""

import fcntl
import functools
import html.parser
import http.server
import json
import os
import pathlib
import re
import sys
import threading
import urllib.parse

import nbformat
import numpy as np
import pytest
from browser import AXE, FOUND, IN_COLOUR, need_chromium
from test_browser import FULL, MOVED, NOTEBOOKS, ROOT, SET_UP, Live, use
from wrong_answers import RIGHT, made, typed

import optcourse
from optcourse import AdaGrad, RMSProp
from optcourse.exercises.check import verdict
from optcourse.site.lessons import ONCE, called, exercise_of, needed
from optcourse.widgets.trainer import Trainer

# no code in a page, no code from text, nothing from elsewhere; only where asked for: Playwright itself waits by code from text
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'"
)
DRAWS = 8
PROSE = """() => { const main = document.querySelector("main").cloneNode(true);
  for (const code of main.querySelectorAll("pre")) code.remove();
  return main.textContent; }"""
ENDS = """(live) => live.explorer.shown.map(({ variant, run }) => run.at(variant.theta, run.diverged ?? run.steps))"""
SHOWN = """([cell, count]) => document.querySelector(`[data-live=${cell}] .oc-live`)?.explorer.shown.length === count"""
SET = """([box, values]) => { for (const [name, index] of Object.entries(values)) {
  const input = box.querySelector(`input[data-name="${name}"]`);
  input.value = index;
  input.dispatchEvent(new Event('input', { bubbles: true }));
} }"""
CHECKED = f"""async ([box, values]) => {{ ({SET})([box, values]);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  [...box.querySelectorAll('button')].find((button) => button.textContent === 'check').click();
  return box.querySelector('[role=status]').innerText; }}"""
CONTRAST = """() => [...document.querySelectorAll('.oc-live')].flatMap((live) => {  // a formula's or slider's symbol with the view's paper
  const light = (colour) => { const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(getComputedStyle(live).backgroundColor), rows = live.querySelector('.oc-formulas').shadowRoot;
  const symbols = [...live.querySelectorAll('mi, mn, mo'), ...(rows ? rows.querySelectorAll('mi, mn, mo') : [])];
  return symbols.map((node) => { const [a, b] = [light(getComputedStyle(node).color), paper].sort((p, q) => q - p); return (a + 0.05) / (b + 0.05); }); })"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the whole site, built by the first worker that needs it; or one that is there, named by OPTCOURSE_SITE."""
    need_chromium()
    if given := os.environ.get("OPTCOURSE_SITE"):
        return pathlib.Path(given).resolve()
    root = tmp_path_factory.getbasetemp()
    root = root.parent if root.name.startswith("popen-") else root
    with open(root / "site.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "site" / "search.js").exists():
            from optcourse.site.__main__ import build

            build(root / "site")
    return root / "site"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain file server; where it is asked to, it forbids a page what it does not need."""

    def end_headers(self):
        if self.path.endswith("?strict"):
            self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def closed(blank, address):
    """A page from which no request leaves, and in which nothing goes wrong: else the test fails."""
    left, problems = [], []
    own = (
        address,
        "file:",
        "data:",
        "blob:",
    )  # to look costs less than to intercept; no other host can be reached anyway
    blank.on("request", lambda request: request.url.startswith(own) or left.append(request.url))
    blank.on("pageerror", lambda error: problems.append(str(error)))
    blank.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield blank
    assert left == [] and problems == []


def opened(page, target):
    """A lesson, all of whose explorers are set up, with its predictions made."""
    page.goto(target)
    page.wait_for_function(
        "[...document.querySelectorAll('[data-live]')].every((node) => node.childElementCount && !node.querySelector(':scope > .oc-still'))"
    )
    for button in page.get_by_role("button", name="Lock in my prediction").all():
        button.locator("xpath=..").locator("input").first.check()
        button.click()
    page.wait_for_function(SET_UP)


def wear(page, theme):
    """Light or dark: the page, and all its stages."""
    page.emulate_media(color_scheme=theme)
    taken = "(dark) => [...document.querySelectorAll('.oc-live')].every((live) => live.classList.contains('oc-dark') === dark)"
    page.wait_for_function(taken, arg=theme == "dark")


def data_of(page):
    """The data of each live cell, by its name."""
    data = json.loads(page.locator("#lesson-data").text_content())
    return {name: each for name, each in data.items() if name != ONCE}


def laboratories(sources):
    return sum("Trainer(" in each for each in sources)


def moves(page, path):
    """Every explorer of a lesson, whose page is open, follows each of its sliders."""
    states = [each["state"] for each in data_of(page).values() if each.get("state", {}).get("surfaces")]
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert page.locator(".oc-live").count() == len(states) + laboratories(sources)
    shows = re.compile(r"explore\(|BatchExplorer\(|\ncheck\(")  # a written exercise has a stage, too
    assert len(states) == sum(bool(shows.search(each)) for each in sources) >= 1
    for place, state in enumerate(states):
        live = Live(page, place)
        live.wait(FULL)
        if any(state["kernel_runs"]):  # what it cannot compute it does not let anybody move, and says why
            assert (
                "need Python (a running kernel)"
                in page.locator("section", has=live.root).locator(".kernel").inner_text()
            )
            before = live.still()
            assert "These sliders need Python" in before["message"]
            assert all(slider.is_disabled() for slider in live.sliders())
            live.click("next")
            live.wait("s.step === b.step + 1 && s.pictures[0] !== b.pictures[0]", before)
            continue
        count, still = live.handle.evaluate(MOVED)
        assert count and still == [], (place, still)
    if path.stem[:2] in ("03", "06"):  # by keys and hand
        live = Live(page)
        live.root.get_by_role("button", name="reset").click()
        live.wait(f"s.step === {states[0]['setting']['step']}")
        use(live)


def pages(site):
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def read(closed, site, address, page):
    """Open a page that may run no code from text, and read it: one title, its formulas typeset, its pictures told."""
    text = (site / page).read_text("utf-8")
    assert 'rel="icon"' in text, "a browser would ask for /favicon.ico"
    if page.startswith("api/"):  # pdoc writes scripts into its pages
        closed.goto(f"{address}/{page}")
        if 'http-equiv="refresh"' in text:  # it leads on by itself: who goes elsewhere before is interrupted
            closed.wait_for_url(lambda url: not url.endswith(page))
        return
    closed.goto(f"{address}/{page}?strict")
    assert closed.locator("h1").count() == 1
    assert not re.search(r"\$[^$\n]*\\[a-z]+", closed.evaluate(PROSE)), "a formula that was not typeset"
    assert closed.locator("img:not([alt])").count() == 0


def test_no_request_leaves_any_page(closed, site, address):
    found, lessons = pages(site), {f"{path.stem}.html" for path in NOTEBOOKS}
    assert {"index.html", "run.html", "teachers.html", "api/optcourse.html", *lessons} <= set(found)
    for page in found:
        if page not in lessons:  # those: below
            read(closed, site, address, page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_asks_nobody_and_judges_what_is_answered(closed, site, address, path):
    """No request leaves it. Each exercise: a wrong answer that is named, the right one, both drawn. Each goal: the verdict is Python's."""
    read(closed, site, address, f"{path.stem}.html")
    closed.locator(".oc-live[data-frames]").first.wait_for()
    for cell in nbformat.read(path, as_version=4).cells:
        if "\ncheck(" in cell.source:
            judged_and_drawn(closed, cell.id, exercise_of(cell.source))
        if cell.source.startswith("Goal("):
            judged_as_in_python(closed, cell.id, goal_of(cell.source))
    for theme in ("dark", "light"):  # axe does not look into MathML: here each symbol's colour is measured
        wear(closed, theme)
        contrasts = closed.evaluate(CONTRAST)
        assert len(contrasts) > 20 and min(contrasts) >= 4.5, (theme, len(contrasts), min(contrasts))


@pytest.mark.parametrize("page", ["index", "teachers", "03_momentum", "08_summary"])
def test_axe_finds_nothing(closed, address, page):
    """WCAG 2.2 AA, on pages of our own, in both themes."""
    opened(closed, f"{address}/{page}.html")
    closed.evaluate(AXE)
    for theme, rules in (("dark", IN_COLOUR), ("light", None)):
        wear(closed, theme)
        assert closed.evaluate(FOUND, [None, rules]) == [], theme


class Links(html.parser.HTMLParser):
    """What a page links to and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.names = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.names |= {given.get("id"), given.get("name")}
        self.targets += [given[name] for name in ("href", "src") if given.get(name)]


def test_every_internal_link_leads_somewhere(site):
    links = {page: Links(site / page) for page in pages(site)}
    entries = json.loads((site / "search.js").read_text()[len("optcourse.search(") : -len(");\n")])
    links["index.html"].targets += [target for target, _, _ in entries]
    wrong = []
    for page, each in links.items():
        for target in each.targets:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme:
                continue
            path = (site / page).parent / urllib.parse.unquote(parts.path) if parts.path else site / page
            place = path.resolve().relative_to(site.resolve()).as_posix()
            named = links[place].names if place in links else set()
            shown = page.startswith("api/") or urllib.parse.unquote(parts.fragment) in named | {""}
            if not path.is_file() or not shown:  # (pdoc links to inherited members that it does not show)
                wrong.append(f"{page}: {target}")
    assert wrong == []


def test_no_page_of_the_api_shows_a_path_of_the_machine_that_built_it(site):
    text = "".join(page.read_text("utf-8") for page in (site / "api").glob("*.html"))
    assert "Path('optcourse/benchmarks/contest.npz')" in re.sub(
        r"<[^>]*>|&#39;", lambda tag: "'" * (tag[0][0] == "&"), text
    )
    for place in (ROOT, sys.prefix, sys.base_prefix, pathlib.Path.home()):
        assert f"{pathlib.Path(place).as_posix()}/" not in text, place


def test_search_finds_a_word_and_leads_to_it(closed, address):
    closed.goto(f"{address}/index.html")
    for words, wanted in (
        ("pendulum", "03_momentum.html#"),
        ("bias correction", "07_adam.html#"),
        ("explore", "api/optcourse.html#explore"),
    ):
        closed.locator("#site-search").fill("")
        closed.locator("#site-search").press_sequentially(words)
        closed.locator(f"#site-found a[href^='{wanted}']").first.wait_for()
    closed.locator("#site-search").fill("zzzz")
    closed.get_by_text("Nothing found.").wait_for()
    closed.locator("#site-search").fill("pendulum")
    closed.locator("#site-found a").first.click()
    closed.wait_for_url("**/03_momentum.html#*")


def test_search_knows_greek_letters_by_their_names(closed, address):
    """Whoever has no ε on the keyboard finds the same, with the same excerpts."""
    closed.goto(f"{address}/index.html")

    def found(words):
        closed.locator("#site-search").fill(words)
        closed.locator("#site-found li").first.wait_for()
        return closed.locator("#site-found li").all_inner_texts()

    for letter, *names in (
        ("ε", "epsilon", "eps", "Epsilon"),
        ("β₁", "beta1", "beta_1", "β1"),
        ("η", "eta"),
        ("γ η", "gamma eta"),
    ):
        wanted = found(letter)
        assert "Nothing found." not in wanted
        assert {name: found(name) for name in names} == dict.fromkeys(names, wanted)
    assert found("epsilonics") == ["Nothing found."]


def test_what_is_far_away_waits_until_somebody_comes(closed, address):
    """Neither painted nor trained: a phone's battery is not for pictures that nobody sees."""
    closed.goto(f"{address}/06_rmsprop.html")
    closed.locator(".oc-live[data-frames]").first.wait_for()
    closed.wait_for_function(SET_UP)
    drawn = "(live) => [live.dataset.frames ?? 'none', live.explorer.shown.length]"
    stage, trainer = closed.locator(".oc-live:not(.oc-trainer)").last, closed.locator(".oc-trainer").last
    assert trainer.evaluate(drawn) == ["none", 0], "trained"
    assert stage.evaluate(drawn)[0] == "none" and stage.evaluate(drawn)[1] > 0, (
        "its numbers are there, its pictures wait"
    )
    for each in (trainer, stage):
        each.scroll_into_view_if_needed()
        closed.wait_for_function("(live) => live.dataset.frames > 0", arg=each.element_handle())


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_what_a_link_names_and_where_one_comes_back_to_stay_in_place(browser, address, width, height):
    """The page grows while its stages are set up."""
    phone = {"is_mobile": True, "has_touch": True} if width < 400 else {}
    context = browser.new_context(viewport={"width": width, "height": height}, **phone)
    page = context.new_page()
    at = "(id) => document.getElementById(id).getBoundingClientRect().top"

    def stands(cell):
        page.wait_for_function(SET_UP)
        page.wait_for_function(f"(id) => Math.abs(({at})(id)) < 2", arg=cell)

    page.goto(f"{address}/09_beyond.html#exercise-goal-1")
    stands("exercise-goal-1")
    page.goto(f"{address}/05_adagrad.html#quiz")
    stands("quiz")
    page.keyboard.press("PageUp")  # from now on the reader says where
    page.wait_for_function(f"(id) => ({at})(id) > 200", arg="quiz")
    page.go_back()
    stands("exercise-goal-1")
    page.goto(f"{address}/03_momentum.html#%")  # no address of ours
    page.locator(".oc-live[data-frames]").first.wait_for()
    context.close()


def test_prediction_and_quiz_answer_without_a_kernel(closed, address):
    closed.goto(f"{address}/03_momentum.html")
    box = closed.locator("[data-live=exercise-predict]")
    button = box.get_by_role("button", name="Lock in my prediction")
    button.click()
    box.get_by_text("Choose an answer first.").wait_for()
    assert box.locator(".oc-live").count() == 0, "the picture must wait for the prediction"
    box.get_by_label("γ = 0.5").check()
    button.click()
    box.get_by_text("✗ The formula for the best γ").wait_for()
    box.locator(".oc-contour-canvas").wait_for(state="visible")
    assert button.is_disabled()
    quiz = closed.locator("[data-live=quiz]")
    for option, said in (
        ("1.9 times as long", "✗ That is only the second step"),
        ("10 times as long", "✓ Right. The factor is 1/(1−γ)"),
    ):
        quiz.get_by_label(option, exact=True).check()
        quiz.get_by_role("button", name="answer").first.click()
        quiz.get_by_text(said).wait_for()


def goal_of(source):
    return eval(source, {name: getattr(optcourse, name) for name in optcourse.__all__})


def drawn(goal):
    """A goal's explorer with its sliders as they are, then at random: their places, and Python's verdict."""
    rng, controls = np.random.default_rng(7), list(goal.explorer.controls.values())
    for draw in range(DRAWS):
        chosen = {each.name: int(rng.integers(len(each.values))) for each in controls} if draw else {}
        goal.explorer.set(values={each.name: each.values[chosen[each.name]] for each in controls if chosen})
        yield chosen, *goal.judge()


def judged_as_in_python(closed, cell, goal):
    """A goal as it is and with random sliders; elsewhere it does not count."""
    box = closed.locator(f"[data-live={cell}]")
    handle, said = box.element_handle(), box.locator("[role=status]")
    for chosen, good, words in drawn(goal):
        assert closed.evaluate(CHECKED, [handle, chosen]) == f"{'✓' if good else '✗'} {words}", (cell, chosen)
    box.get_by_role("button", name="reset").click()
    box.locator(".oc-contour-canvas").press("ArrowRight")
    goal.explorer.reset()
    goal.explorer.set(start=box.locator(".oc-live").evaluate("(live) => live.explorer.now.start"))
    box.get_by_role("button", name="check").click()
    assert said.inner_text() == f"✗ {goal.judge()[1]}" and "You changed the start point" in said.inner_text()


def test_the_goals_that_are_compared_have_every_verdict():
    cells = [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    verdicts = [verdict for each in cells if each.startswith("Goal(") for verdict in drawn(goal_of(each))]
    said = ["diverged" if "diverged" in words else "never" if "did not reach" in words else good for _, good, words in verdicts]  # fmt: skip
    assert {"diverged", "never", True, False} <= set(said), set(said)


def test_what_is_typed_moves_at_each_key_without_a_kernel(closed, address):
    """A surface and the rows of a method: an error is a sentence with its place, and the last good picture stays."""
    closed.goto(f"{address}/03_momentum.html")
    live = Live(closed, 1)  # behind the lesson's first picture
    live.sliders()
    before = live.seen()
    live.root.locator("select[aria-label=surface]").select_option(label="type your own…")
    before = live.wait("s.pictures[0] !== b.pictures[0] && s.message === ''", before)
    field = live.root.locator(".oc-own")
    field.fill("x^2 + 3y^2 + sin(3x)")
    live.wait("s.pictures[0] !== b.pictures[0] && s.message === ''", before)
    good = live.still()
    field.press("End")
    field.press_sequentially(" + q")
    live.wait("s.message.includes(\"the name 'q' can't be used\") && s.pictures[0] === b.pictures[0]", good)
    field.press("Backspace")
    field.press_sequentially("x")
    live.wait("s.pictures[0] !== b.pictures[0] && s.message === ''", good)
    rows = live.root.locator(".oc-edit textarea")
    rows.fill("v = gamma*v + alpha*grad(theta)\ntheta = theta - w")
    live.wait("s.message.startsWith('equation 2: w has no value')")
    before = live.seen()
    rows.fill("v = gamma*v + alpha*grad(theta)\ntheta = theta - v")
    live.wait("s.message === '' && s.formula.includes('your own method') && 'α' in s.values", before)
    live.move(live.root.locator("input[data-name='α']"))
    live.root.get_by_role("button", name="map of η and γ").click()
    live.wait("s.pictures.length === 2 && s.pictures.every((each) => parseInt(each) > 300)")
    live.root.get_by_role("button", name="reset").click()
    live.wait("s.message === '' && !s.formula.includes('your own method')")


def test_what_needs_a_kernel_says_so_and_leads_to_one(closed, address):
    closed.goto(f"{address}/08_summary.html")
    live = Live(closed, 2)  # the plane through a trained network
    live.wait("s.message.includes('These sliders need Python')")
    closed.goto(f"{address}/03_momentum.html")
    assert closed.locator(".kernel").count() == 0, "nothing of lesson 3 needs one"
    closed.goto(f"{address}/00_welcome.html")
    notes = closed.locator("#set-up-test .kernel")
    assert notes.inner_text() == "This test needs Python (a running kernel). See how to start one."
    closed.locator("#set-up-test").get_by_role("link", name="See how to start one.").click()
    closed.wait_for_url("**/run.html")
    assert "make lab" in closed.locator("main").inner_text() and "Binder" in closed.locator("main").inner_text()


# ---- written exercises, and what is remembered ----


def judged_and_drawn(closed, cell, kind):
    """An exercise by a wrong answer that is named and by the right one."""
    box = closed.locator(f"[data-live={cell}]")
    field, said, live = box.locator("textarea"), box.locator("[role=status]").last, box.locator(".oc-live")
    closed.wait_for_function(SHOWN, arg=[cell, 1])
    wrong = RIGHT[kind].replace("theta = theta - ", "theta = theta + ")
    field.fill(typed(wrong))
    closed.wait_for_function(SHOWN, arg=[cell, 2])
    apart = live.evaluate(ENDS)
    assert apart[0] != apart[1], "the mistake is seen"
    box.get_by_role("button", name="check").click()
    assert said.inner_text() == f"✗ Not yet. {verdict(made(kind, wrong), kind).message}"
    field.fill(typed(RIGHT[kind]))
    same = f"(live) => {{ const [a, b] = ({ENDS})(live); return Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-9; }}"
    closed.wait_for_function(same, arg=live.element_handle())
    box.get_by_role("button", name="check").click()
    assert said.inner_text() == f"✓ {verdict(made(kind, RIGHT[kind]), kind).message}"


def test_an_error_has_its_place_while_it_is_typed_and_the_buttons_write(closed, address):
    closed.goto(f"{address}/03_momentum.html")
    box = closed.locator("[data-live=exercise-momentum]")
    field, keys = box.locator("textarea"), box.locator(".keys")
    box.get_by_role("button", name="check").click()
    box.get_by_text("Not answered yet. Write the update, line by line.").wait_for()
    for name in (
        "v",
        "=",
        "gamma",
        "*",
        "v",
        "+",
        "eta",
        "*",
        "grad(theta)",
        "new line",
        "theta",
        "=",
        "theta",
        "-",
        "v",
    ):
        keys.get_by_role("button", name=name, exact=True).click()
    assert field.input_value() == "v=gamma*v+eta*grad(theta)\ntheta=theta-v"
    assert box.locator(".read math").count() == 2
    closed.reload()
    assert field.input_value() == "v=gamma*v+eta*grad(theta)\ntheta=theta-v", "what buttons wrote stays, too"
    field.press("Shift+Enter")
    box.get_by_text("✓ Right. Your update matches").wait_for()
    for text, words in (
        (
            "v = gamma*v + beta*grad(theta)",
            "line 1: beta has no value; assign it in a line before, or use what Momentum has: theta, v, eta, gamma",
        ),
        ("v = gamma*v\n\ntheta = theta - (v", "line 2: '(' is never closed; add ')' (character 17 of"),
        ("gamma = 0.9", "line 1: gamma is given; choose another name"),
        ("v + 1", "line 1: you assigned nothing; write a name and ="),
        ("v = <img src=x>", "line 1:"),
    ):
        field.fill(text)
        box.locator(".said", has_text=words).wait_for()
        box.get_by_role("button", name="check").click()
        assert box.locator("[role=status]").last.inner_text().startswith(f"✗ {words}")


def test_what_was_answered_stays_until_it_is_forgotten(closed, address):
    def progress():
        return closed.locator("#progress").inner_text()

    closed.goto(f"{address}/03_momentum.html")
    total = int(progress().partition(" of ")[2])
    assert progress() == f"0 of {total}" and total >= 40
    closed.locator("[data-live=exercise-predict] input").first.check()
    closed.get_by_role("button", name="Lock in my prediction").click()
    closed.locator("[data-live=exercise-momentum] textarea").fill("theta = theta - v")
    quiz = closed.locator("[data-live=quiz]")
    quiz.get_by_label("1.9 times as long", exact=True).check()
    quiz.get_by_role("button", name="answer").first.click()
    assert progress() == f"1 of {total}", "a wrong answer is not done, a prediction is"
    quiz.get_by_label("10 times as long", exact=True).check()
    quiz.get_by_role("button", name="answer").first.click()
    assert progress() == f"2 of {total}"
    closed.reload()
    closed.locator("[data-live=exercise-predict] .oc-live[data-frames]").wait_for()
    assert closed.locator("[data-live=exercise-predict] input").first.is_checked()
    assert closed.locator("[data-live=exercise-momentum] textarea").input_value() == "theta = theta - v"
    quiz.get_by_text("✓ Right. The factor is 1/(1−γ)").wait_for()
    closed.goto(f"{address}/progress.html")
    closed.locator("#progress-by-lesson li", has_text="3 · Momentum").get_by_text("2 of 5").wait_for()
    closed.get_by_role("button", name="Reset my progress").click()
    assert progress() == f"0 of {total}"
    closed.goto(f"{address}/03_momentum.html")
    closed.get_by_role("button", name="Lock in my prediction").wait_for()
    assert closed.locator("[data-live=exercise-momentum] textarea").input_value() == ""


def test_where_nothing_can_be_kept_the_page_of_progress_says_so(blank, address):
    blank.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked'); } })"
    )
    blank.goto(f"{address}/progress.html")
    blank.get_by_text("your answers are lost when you leave it").wait_for()
    assert "stored in this browser" not in blank.locator("main").inner_text()


def test_names_of_one_s_own_and_a_return_are_taken_as_in_python(closed, address):
    closed.goto(f"{address}/04_nag.html")
    box = closed.locator("[data-live=exercise-nag]")
    for text in (
        "look = theta - gamma*v\nv = gamma*v + eta*grad(look)\ntheta = theta - v",
        "look_ahead = theta - gamma*v\nnew_v = gamma*v + eta*grad(look_ahead)\ntheta_new = theta - new_v\nreturn theta_new, new_v",
    ):
        box.locator("textarea").fill(text)
        box.get_by_role("button", name="check", exact=True).click()
        box.get_by_text("Right. Your update matches").wait_for()
        box.locator("textarea").fill("")
    box.locator("textarea").fill("theta_new = theta - eta*grad(theta)")
    box.get_by_role("button", name="check", exact=True).click()
    box.get_by_text("assign the new θ to theta, and return it").wait_for()


def test_the_names_of_activities_are_those_that_pages_remember(site):
    """What progress counts is what a page can do: no more, no less."""

    def written(page, name):
        return json.loads(re.search(rf'<script [^>]*id="{name}"[^>]*>(.*?)</script>', page.read_text("utf-8"), re.S)[1])

    counted = written(site / "index.html", "activities")
    assert len(counted) == len(NOTEBOOKS) - 1
    for lesson in counted:
        data = written(site / f"{lesson['page']}.html", "lesson-data")
        activities = [each.get("activity", {}) for name, each in data.items() if name != ONCE]
        boxes = sum(len(each.get("choices", ())) for each in activities)
        others = sum(bool({"task", "goal"} & set(each)) for each in activities)
        assert len(lesson["names"]) == len(set(lesson["names"])) == boxes + others > 0


# ---- a page as paper, without a script, without a network ----


def test_the_front_page_races_by_itself_and_stands_still_for_who_asks(blank, browser, address):
    blank.goto(f"{address}/index.html")
    blank.wait_for_function("document.querySelector('[data-race]').explorer?.now.step > 3")
    assert blank.locator(".map a").count() == 9
    box = blank.locator("[data-race]").bounding_box()
    assert box["y"] + box["height"] <= 740, "the race is on the first screen"
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.locator("[data-race][data-frames]").wait_for()
    still = "(() => { const { now, player } = document.querySelector('[data-race]').explorer; return [now.step, player.playing]; })()"
    assert page.evaluate(still) == [80, False], "it stands at its end"
    context.close()


def test_without_javascript_a_sentence_stands_where_an_activity_is_missing(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/03_momentum.html")
    for cell, words in (
        ("exercise-momentum", "a written exercise"),
        ("quiz", "a quiz"),
        ("exercise-predict", "a prediction"),
    ):
        assert (
            page.locator(f"#{cell} noscript").inner_text()
            == f"You would see {words} here, but it needs JavaScript, which is turned off."
        )
    context.close()


def test_a_picture_that_could_not_come_says_so_and_comes_later(blank, address):
    blocked = {"on": True}
    blank.context.route("**/pictures/*", lambda route: route.abort() if blocked["on"] else route.continue_())
    blank.goto(f"{address}/05_adagrad.html")
    picture = blank.locator("img[src^=pictures]").first
    picture.scroll_into_view_if_needed()
    note = blank.get_by_text("This picture could not be loaded.").first
    note.wait_for()
    blocked["on"] = False
    blank.evaluate("window.dispatchEvent(new Event('online'))")
    blank.wait_for_function("document.querySelector('img[src^=pictures]').naturalWidth > 0")
    note.wait_for(state="detached")


def test_pictures_keep_their_room(site):
    for page in pages(site):
        if not page.startswith("api/"):
            for image in re.findall(r"<img [^>]*>", (site / page).read_text("utf-8")):
                assert re.search(r'width="\d+"', image) and re.search(r'height="\d+"', image), (page, image[:100])


def test_on_paper_nothing_is_dark_and_nothing_is_cut(browser, address):
    """As a print has it: light even in a dark theme, all pictures drawn and trained at once, and none wider than the sheet."""
    context = browser.new_context(viewport={"width": 720, "height": 1000}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/06_rmsprop.html")
    page.wait_for_function(SET_UP)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(
        "[...document.querySelectorAll('.oc-live')].every((live) => !live.classList.contains('oc-dark') && live.dataset.frames)"
    )
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    for name in (".oc-bar", "header", ".keys"):
        assert page.locator(name).first.is_hidden(), name
    assert page.locator(".oc-formulas math").first.is_visible()
    context.close()


def test_a_page_is_alive_as_a_file(closed, site):
    """There is no server: all that moves it is in the page."""
    closed.goto((site / "05_adagrad.html").as_uri())
    live = Live(closed)
    for slider in live.root.locator(".oc-controls > .oc-group .oc-range input").all():
        live.move(slider)
    closed.locator("#site-search").fill("pendulum")
    closed.locator("#site-found a").first.wait_for()


# ---- the laboratory ----


def laboratory(page):
    live = page.locator(".oc-trainer").first
    live.scroll_into_view_if_needed()  # what is far away trains when somebody comes
    live.locator(".oc-words", has_text="correct").wait_for(state="attached")
    return live


def trains(page, act):
    """Do it, and wait until all that it changes is trained; what is said then."""
    live = laboratory(page)
    before = live.locator(".oc-words").text_content()
    act(live)
    page.wait_for_function("(b) => document.querySelector('.oc-trainer .oc-words').textContent !== b", arg=before)
    return live.locator(".oc-words").text_content()


def slid(name, key="End"):
    def act(live):
        fold = live.locator("details.oc-more")
        if not live.locator(f"input[data-name='{name}']").is_visible():
            fold.evaluate("(fold) => { fold.open = true; }")
        live.locator(f"input[data-name='{name}']").press(key)

    return act


def test_a_laboratory_says_what_python_says(closed, address):
    """The same losses, and the same digits right, as NumPy reaches: the numbers under the page's and the kernel's words agree."""
    closed.goto(f"{address}/06_rmsprop.html?strict")
    words = laboratory(closed).locator(".oc-words").text_content()
    said = Trainer([AdaGrad(eta=0.05), RMSProp(eta=0.01)]).describe()
    numbers = re.compile(r"training loss (?:[\d.]+ → )?([\d.]+), validation loss ([\d.]+), (\d+) of 360 correct")
    assert numbers.findall(words) == numbers.findall(said) and len(numbers.findall(said)) == 2
    rates = re.compile(r"Effective learning rates of the weights.*?\d\.(?= |$|\n)")
    assert rates.findall(words) == rates.findall(said) and len(rates.findall(said)) == 2


def test_every_slider_of_a_laboratory_trains_anew(closed, address):
    closed.goto(f"{address}/06_rmsprop.html")
    laboratory(closed)
    names = closed.evaluate("[...document.querySelectorAll('.oc-trainer .oc-range input')].map((i) => i.dataset.name)")
    assert {"batch size", "hidden units", "dropout", "epochs", "seed", "η AdaGrad", "γ RMSProp"} <= set(names)
    first = laboratory(closed).locator(".oc-words").text_content()
    # one pass, so that the others need less time; without a hidden layer, the last, there is no dropout
    for name in sorted(names, key=lambda name: (name != "epochs", name == "hidden units")):
        trains(closed, slid(name, "Home" if name in ("batch size", "hidden units", "epochs") else "ArrowRight"))
    assert trains(closed, lambda live: live.get_by_role("button", name="reset").click()) == first
    trains(closed, slid("epochs", "Home"))
    assert "Adam" in trains(closed, lambda live: live.get_by_role("button", name="Adam", exact=True).click())
    assert "AdaGrad" not in trains(closed, lambda live: live.get_by_role("button", name="AdaGrad").click())
    for each in ("RMSProp", "Adam"):
        laboratory(closed).get_by_role("button", name=each, exact=True).click()
    assert laboratory(closed).locator(".oc-message").inner_text() == "Keep at least one method."


def test_own_rows_train_the_network(closed, address):
    closed.goto(f"{address}/09_beyond.html")
    live = laboratory(closed)
    live.locator("details.oc-more").evaluate(
        "(fold) => { fold.open = true; fold.querySelector('details').open = true; }"
    )
    area = live.locator("textarea").last
    area.scroll_into_view_if_needed()
    words = trains(closed, lambda live: area.fill("theta = theta - eta*grad(theta)"))
    assert "your Sign of Momentum" in words
    area.fill("theta = theta - eta*grad(theta")
    closed.wait_for_function("document.querySelector('.oc-trainer .oc-message').textContent.includes('never closed')")


def test_the_valley_is_measured_stopped_and_left(closed, site):
    closed.goto((site / "07_adam.html").as_uri())  # from a file
    live = laboratory(closed)
    trains(closed, slid("epochs", "Home"))
    live.locator("[data-do=sweep]").click()
    closed.wait_for_function("document.querySelector('.oc-trainer progress').value > 0.05")
    live.get_by_role("button", name="stop").click()
    live.get_by_role("button", name="continue").wait_for()
    count = closed.evaluate("document.querySelector('.oc-trainer').explorer.sweep.runs")
    closed.wait_for_timeout(200)
    assert 0 < count == closed.evaluate("document.querySelector('.oc-trainer').explorer.sweep.runs") < 160
    live.get_by_role("button", name="continue").click()
    more = "(count) => document.querySelector('.oc-trainer').explorer.sweep.runs > count"
    closed.wait_for_function(more, arg=count)
    closed.wait_for_function(
        "document.querySelector('.oc-trainer canvas').getAttribute('aria-label').includes(' of 160 runs')"
    )
    trains(closed, slid("batch size", "End"))  # another race: the old picture is of no use
    assert closed.evaluate("document.querySelector('.oc-trainer').explorer.sweep") is None
    assert live.locator("[data-do=training]").get_attribute("aria-pressed") == "true"


def test_a_laboratory_fits_its_screen(browser, address):
    for width, height, touch in ((1106, 599, False), (390, 844, True)):
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch)
        page = context.new_page()
        page.goto(f"{address}/06_rmsprop.html")
        live = laboratory(page)
        box, hero = live.bounding_box(), live.locator(".oc-contour canvas").bounding_box()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert hero["width"] >= 0.5 * box["width"] and (touch or box["height"] <= height), (box, hero)
        assert touch is False or hero["y"] - box["y"] + hero["height"] <= height, "a hand sees what it moves"
        context.close()


def test_a_phone_has_room_and_shows_hero_and_sliders_together(browser, site, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    lessons = {path.stem for path in NOTEBOOKS}  # test_stage.py has them at this size
    for name in (each for each in pages(site) if not each.startswith("api/") and each[:-5] not in lessons):
        opened(page, f"{address}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.goto(f"{address}/03_momentum.html")
    live = Live(page, 1)
    live.root.evaluate("(live) => live.scrollIntoView()")
    slider = live.root.locator(".oc-controls input[type=range]").first
    for each in (slider, live.root.locator(".oc-contour-canvas")):
        box = each.bounding_box()
        assert 0 <= box["y"] <= 844 - box["height"], "out of sight"
    assert slider.bounding_box()["height"] >= 34
    before = live.seen()
    page.touchscreen.tap(
        slider.bounding_box()["x"] + 0.8 * slider.bounding_box()["width"], slider.bounding_box()["y"] + 12
    )
    live.wait("s.values['η'] !== b.values['η'] && s.pictures.join() !== b.pictures.join()", before)
    context.close()


def test_only_the_cells_that_an_explorer_hangs_on_are_run():
    sources = ["a = 1", "b = 2", "print(a)", "def f(): return a", "explore(f(), b)", "c = b", "[c for c in (1, 2)]"]
    assert needed(sources) == [0, 1, 3, 4]
    assert called("x = 1\nGoal(x)") == "Goal" and called("x = f()") == called("") == ""
