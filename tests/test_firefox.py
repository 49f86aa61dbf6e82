"""The site in Firefox, over http and as files: every explorer moves, an exercise is judged by keys alone, nothing goes wrong."""

import pytest
from firefox import firefox, need_firefox
from test_browser import MOVED, NOTEBOOKS, SET_UP
from test_site import address, site  # noqa: F401 (fixtures)

FILLED = "[...document.querySelectorAll('[data-live]')].every((node) => node.childElementCount)"
EACH_MOVED = f"""(async () => {{
  const found = [];
  for (const live of document.querySelectorAll('.oc-live:not(.oc-trainer)'))
    if (live.querySelector('.oc-range input:not(:disabled)')) found.push(await ({MOVED})(live, true));
  return found;
}})()"""


@pytest.fixture(scope="module")
def tab():
    need_firefox()
    with firefox() as tab:
        yield tab


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_explorer_moves(tab, address, site, path):  # noqa: F811
    where = address if path.stem[:2] in ("03", "06") else site.as_uri()
    tab.size(1280, 720)
    tab.goto(f"{where}/{path.stem}.html")
    tab.wait(FILLED)
    if path.stem != "00_welcome":
        tab.evaluate("[...document.querySelectorAll('fieldset')].forEach((box) => { if (/predict/.test(box.textContent)) { box.querySelector('input').click(); box.querySelector('button').click(); } })")  # fmt: skip
    tab.wait(SET_UP)
    found = tab.evaluate(EACH_MOVED)
    assert found and all(count > 0 and still == [] for count, still in found), found
    assert tab.problems == []


def test_an_exercise_is_written_and_checked_by_keys_alone_on_a_phone(tab, address):  # noqa: F811
    tab.size(390, 844)
    tab.goto(f"{address}/03_momentum.html?strict")
    tab.wait(FILLED)
    progress = tab.evaluate(
        "document.querySelector('#progress').textContent"
    )  # of the predictions that tests before have made
    tab.evaluate("document.querySelector('[data-live=exercise-momentum] textarea').focus()")
    tab.press(*"v = gamma*v + eta*grad(theta)\ntheta = theta + v".replace("\n", "\ue007"))
    tab.wait("document.querySelectorAll('[data-live=exercise-momentum] .read math').length === 2")
    tab.press("\ue007", held="\ue008")  # Shift + Enter, as in a notebook
    said = "document.querySelector('[data-live=exercise-momentum] fieldset').innerText"
    tab.wait(f"{said}.includes('You moved up the slope')")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate("document.querySelector('#progress').textContent") == progress, "a wrong answer is not done"
    assert tab.problems == []
