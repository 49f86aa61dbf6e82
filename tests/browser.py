"""JupyterLab in Chromium for the browser tests: one server and one browser for the session.

A wait ends when its condition holds, and gives up when nothing moves any more; that a machine is slow is no reason.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = next(
    (
        path
        for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host has an address
]
REQUIRED = bool(os.environ.get("OPTCOURSE_BROWSER_REQUIRED"))
PATIENCE = 120.0  # seconds without any progress
RUN = """(ids) => {  // the cells of these ids; first their outputs are cleared: an old number is no sign of a run
  const { commands, shell } = window.jupyterapp, { content } = shell.currentWidget;
  const run = async () => {
    for (const id of ids) {
      content.deselectAll();
      content.activeCellIndex = [...content.model.cells].findIndex((cell) => cell.id === id);
      await commands.execute('notebook:run-cell');
    }
  };
  for (const cell of content.model.cells) if (ids.includes(cell.id)) cell.clearExecution();
  run();
}"""
CELLS = """(ids) => {  // how many of the chosen code cells still wait, and what the others have
  const model = window.jupyterapp.shell.currentWidget.content.model;
  const cells = [...model.cells].filter((c) => c.type === 'code' && c.sharedModel.source && ids.includes(c.id));
  const done = cells.filter((c) => c.executionState === 'idle' && c.executionCount !== null);
  return [cells.length - done.length, done.length, cells.map((c) => c.outputs.length).join()];
}"""
KERNEL = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const session = panel && panel.sessionContext && panel.sessionContext.session;
  return session && session.kernel ? session.kernel.connectionStatus + ' ' + session.kernel.status : 'none';
}"""


AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FOUND = """([where, rules]) => axe.run(where || document,
  { runOnly: rules || ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
  .then((found) => found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 120)}`)))"""
IN_COLOUR = ["color-contrast", "link-in-text-block"]  # the rules in which themes can differ
OURS = {"include": [[".jp-OutputArea-output"], [".jp-MarkdownOutput"]]}  # in JupyterLab: what lessons write and show
# JupyterLab's own box around Markdown scrolls by a pixel, because MathJax's hidden text sticks out of it
NOT_OURS = re.compile("scrollable-region-focusable: .*jp-RenderedMarkdown")


def need_chromium() -> None:
    """Skip, or fail where the browser tests are required, if there is no Chromium."""
    if CHROMIUM is None:
        message = (
            "no Chromium found: the browser tests need Debian's chromium-headless-shell or chromium, or Google Chrome"
        )
        pytest.fail(message) if REQUIRED else pytest.skip(message)


def keep_setting(settings: pathlib.Path, plugin: str, **values: str | bool) -> None:
    """What a user of JupyterLab has chosen for one of its plugins, in the folder of settings."""
    chosen = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    chosen.parent.mkdir(parents=True, exist_ok=True)
    chosen.write_text(json.dumps(values))


@contextlib.contextmanager
def jupyterlab(root: pathlib.Path, settings: pathlib.Path, *options: str) -> Iterator[str]:
    """A JupyterLab on a free port of this machine, its own process; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keep_setting(settings, "apputils-extension/notification", fetchNews="false", checkForUpdates=False)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0"),
        *("--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}"),
        *("--LabApp.expose_app_in_browser=True", f"--LabApp.user_settings_dir={settings}", *options),
    ]
    with open(settings / "server.log", "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 90
            while True:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/api")
                    break
                if time.monotonic() > deadline or server.poll() is not None:
                    raise RuntimeError((settings / "server.log").read_text())
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:  # it waits for a kernel that does not end, which ends without it
                server.kill()


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, without a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def fresh_page(browser: Browser, width: int = 1400, height: int = 1000, ratio: float = 1) -> Iterator[Page]:
    """A page with a memory of its own: no cookies, no workspace of another test."""
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


@contextlib.contextmanager
def chromium(width: int = 1400, height: int = 1000, ratio: float = 1) -> Iterator[Page]:
    """A page of a Chromium of its own."""
    with launched() as browser, fresh_page(browser, width, height, ratio) as page:
        yield page


def watched(page: Page) -> list[str]:
    """The errors that this page will have, but for those of JupyterLab's own scripts, such as a splash removed twice."""
    found: list[str] = []

    def told(error: Error) -> None:
        thrown = re.search(r"^ *at .*$", error.stack or "", re.MULTILINE)
        if not (thrown and "/static/lab/" in thrown[0]):
            found.append(str(error))

    page.on("pageerror", told)
    return found


def execute(page: Page, command: str, **given: str) -> None:
    """Begin a command of JupyterLab."""
    page.evaluate("([name, given]) => { window.jupyterapp.commands.execute(name, given); }", [command, given])


def stop_kernels(address: str) -> None:
    """End all sessions of a server, so that the next test has the machine to itself."""
    with urllib.request.urlopen(f"{address}/api/sessions") as answer:
        sessions = json.load(answer)
    for session in sessions:
        request = urllib.request.Request(f"{address}/api/sessions/{session['id']}", method="DELETE")
        with contextlib.suppress(OSError):  # it may have ended by itself
            urllib.request.urlopen(request).close()


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook in its own workspace, and wait until its kernel is connected and idle."""
    workspace = re.sub(r"\W", "-", f"{name}-{time.monotonic()}")
    page.goto(f"{address}/lab/workspaces/{workspace}/tree/{name}?reset")
    page.wait_for_function(f"({KERNEL})() === 'connected idle'")


def wait_while_it_moves(
    page: Page, done: Callable[[], bool], progress: Callable[[], Any], patience: float = PATIENCE
) -> None:
    """Wait until ``done()``; give up only when ``progress()`` has given the same for ``patience`` seconds.

    A kernel that is busy with one cell has five times the patience.
    """
    seen, since = progress(), time.monotonic()
    while not done():
        page.wait_for_timeout(100)
        now = progress()
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > (5 * patience if "busy" in str(now) else patience):
            raise TimeoutError(f"nothing has moved for {time.monotonic() - since:.0f} s: {now}")


def run_cells(page: Page, *ids: str) -> None:
    """Run these cells, in this order, and wait until each has been executed and the kernel is idle."""

    def progress() -> list:
        return [*page.evaluate(CELLS, ids), page.evaluate(KERNEL)]

    def done() -> bool:
        waiting, *_, kernel = progress()
        return waiting == 0 and kernel == "connected idle"

    page.evaluate(RUN, ids)
    wait_while_it_moves(page, done, progress)


def found_by_axe(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 AA) in what a lesson writes and what its cells show, in the light and in the dark theme."""
    page.evaluate(AXE)
    found = []
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        execute(page, "apputils:change-theme", theme=theme)
        dark = theme.endswith("Dark")
        page.wait_for_function("(dark) => document.body.dataset.jpThemeLight === String(!dark)", arg=dark)
        rules = IN_COLOUR if dark else None
        found += [f"{theme}: {each}" for each in page.evaluate(FOUND, [OURS, rules]) if not NOT_OURS.match(each)]
    return found
