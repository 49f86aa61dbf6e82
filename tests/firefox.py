"""Firefox, as Debian has it, by WebDriver BiDi: enough of it to open a page, to ask it, and to use its keys and pointer."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest
import websocket

FIREFOX = next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)
PATIENCE = 120  # seconds for one answer


def need_firefox() -> None:
    """Skip, or fail where CI has it, if there is no Firefox."""
    if FIREFOX is None:
        message = "no Firefox found: these tests need Debian's firefox-esr"
        pytest.fail(message) if os.environ.get("OPTCOURSE_FIREFOX_REQUIRED") else pytest.skip(message)


class Tab:
    """One tab. ``problems`` are the errors that its pages had."""

    def __init__(self, address: str):
        self._socket = websocket.create_connection(f"{address}/session", timeout=PATIENCE, suppress_origin=True)
        self._numbers, self.problems = itertools.count(1), list[str]()
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.context = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **params: Any) -> Any:
        """The answer to a command; RuntimeError if it is refused."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.problems.append(said["params"]["text"])
            if said.get("id") == number:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['message']}")
                return said["result"]

    def goto(self, target: str) -> None:
        self.ask("browsingContext.navigate", context=self.context, url=target, wait="complete")

    def size(self, width: int, height: int) -> None:
        self.ask("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})

    def evaluate(self, expression: str) -> Any:
        """What an expression is, through JSON; a promise is awaited."""
        wrapped = f"Promise.resolve({expression}).then((found) => JSON.stringify(found ?? null))"
        target = {"context": self.context}
        said = self.ask("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    def wait(self, expression: str) -> Any:
        """Until an expression is true; TimeoutError after a long patience."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.evaluate(expression)):
            if time.monotonic() > deadline:
                raise TimeoutError(expression)
            time.sleep(0.05)
        return found

    def press(self, *keys: str, held: str = "") -> None:
        """Keys, one after the other, on whatever has the focus; ``held``, such as Shift, is down meanwhile. No button is clicked by them."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        if held:
            strokes = [{"type": "keyDown", "value": held}, *strokes, {"type": "keyUp", "value": held}]
        actions = [{"type": "key", "id": "keys", "actions": strokes}]
        self.ask("input.performActions", context=self.context, actions=actions)


@contextlib.contextmanager
def firefox() -> Iterator[Tab]:
    """A Firefox of its own with an empty profile; it asks for nothing but what a page wants."""
    with tempfile.TemporaryDirectory() as profile:
        quiet = {"app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False}
        quiet |= {"network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False}
        quiet |= {"services.settings.server": "data:,", "browser.shell.checkDefaultBrowser": False}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in quiet.items())
        (pathlib.Path(profile) / "user.js").write_text("\n".join(lines))
        command = [
            str(FIREFOX),
            "--headless",
            "--remote-debugging-port=0",
            "--profile",
            profile,
            "--no-remote",
            "about:blank",
        ]
        log = pathlib.Path(profile) / "log"
        with open(log, "w") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, "HOME": profile})
        try:
            while not (found := re.search(r"BiDi listening on (ws://\S+)", log.read_text(errors="replace"))):
                if process.poll() is not None:
                    raise RuntimeError(log.read_text(errors="replace"))
                time.sleep(0.1)
            yield Tab(found[1])
        finally:
            process.terminate()
            process.wait(PATIENCE)
