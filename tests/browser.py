"""JupyterLab in Chromium for the browser tests: one server and one browser for the session."""

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
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REQUIRED = bool(os.environ.get("OPTCOURSE_BROWSER_REQUIRED"))
RUN_ALL = """const { commands } = window.jupyterapp;
commands.execute('notebook:clear-all-cell-outputs').then(() => commands.execute('notebook:run-all-cells')); undefined"""
KERNEL = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const session = panel && panel.sessionContext && panel.sessionContext.session;
  return session && session.kernel ? session.kernel.connectionStatus + ' ' + session.kernel.status : 'none';
}"""


def need_chromium() -> None:
    """Skip, or fail where the browser tests are required, if there is no Chromium."""
    if CHROMIUM is None:
        message = "no Chromium found: the browser tests need Debian's chromium or Google Chrome"
        pytest.fail(message) if REQUIRED else pytest.skip(message)


@contextlib.contextmanager
def jupyterlab(root: pathlib.Path, settings: pathlib.Path, *options: str) -> Iterator[str]:
    """A JupyterLab on a free port of this machine, its own process; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True, exist_ok=True)
    quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
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
            server.wait(20)


@contextlib.contextmanager
def chromium(width: int = 1400, height: int = 1000, ratio: float = 1) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=ratio)
        page.set_default_timeout(30_000)
        yield page
        browser.close()


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook in its own workspace, and wait until its kernel is connected and idle."""
    workspace = re.sub(r"\W", "-", f"{name}-{time.monotonic()}")
    page.goto(f"{address}/lab/workspaces/{workspace}/tree/{name}?reset")
    page.wait_for_function(f"({KERNEL})() === 'connected idle'")


def run_all(page: Page, timeout: float = 180_000) -> None:
    """Run all cells, and wait until every code cell has been executed and the kernel is idle."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(  # the outputs were cleared first, so an old execution count is no sign
        """() => {
          const model = window.jupyterapp.shell.currentWidget.content.model;
          return [...model.cells].every((c) => c.type !== 'code' || !c.sharedModel.source || c.executionState === 'idle'
            && c.executionCount !== null);
        }""",
        timeout=timeout,
    )
    page.wait_for_function(f"({KERNEL})() === 'connected idle'")
