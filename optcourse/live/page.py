"""A lesson as one HTML file that stays alive without any kernel, server or network: ``python -m optcourse.live.page``.

nbconvert writes the page; each explorer stands there with its own state and the stage's script, and nothing else.
"""

import json
import pathlib
import sys
from typing import Any

import nbformat
from ipywidgets.widgets import widget
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from .explorers import Explorer
from .stage import HERE, script

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
COMPLETE = "from optcourse.live.page import complete\n\ncomplete()"
KEPT = ("lesson", "surfaces", "setting", "handed", "message")
# what a widget's model is without a kernel: its state, and nobody to tell
MODEL = """
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
for (const node of document.querySelectorAll(".oc-static")) {
  const { state, buffers } = JSON.parse(document.getElementById(node.dataset.state).textContent), heard = {};
  for (const { path, data } of buffers)
    path.slice(0, -1).reduce((at, name) => at[name], state)[path.at(-1)] = bytes(data);
  const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; }, save_changes() {}, send() {},
    on: (event, reaction) => { heard[event] = reaction; }, off() {} };
  render({ model, el: node });
}
"""


def complete() -> None:
    """In a kernel: every explorer gets what its page could still ask for."""
    for each in list(widget._instances.values()):
        if isinstance(each, Explorer):
            each.complete()


def executed(path: pathlib.Path) -> Any:
    """The notebook, run from the top, with its widgets' states."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(COMPLETE))
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
    notebook.cells.pop()
    return notebook


def page(notebook: Any, folder: pathlib.Path) -> str:
    """The HTML of a notebook that was run: its explorers are live, its other widgets their pictures or text.

    ``folder`` is where the notebook's own links begin.
    """
    states = notebook.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    parts = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        for place, output in enumerate(outputs):
            model = output.get("data", {}).pop(VIEW, {}).get("model_id")
            state = states.get(model, {})
            if "lesson" not in state.get("state", {}):
                continue
            kept = {"state": {name: state["state"][name] for name in KEPT}, "buffers": state.get("buffers", [])}
            text = json.dumps(kept).replace("<", "\\u003c")  # a text in it cannot end the script
            parts.append(f'<script type="application/json" id="oc-{model}">{text}</script>')
            output["data"] = {"text/html": f'<div class="oc-static" data-state="oc-{model}"></div>'}
            del outputs[place + 1 : place + 2]  # the still picture
    exporter = HTMLExporter(mathjax_url="", require_js_url="", embed_images=True)
    html, _ = exporter.from_notebook_node(notebook, {"metadata": {"path": str(folder)}})
    style = f"<style>{(HERE / 'stage.css').read_text(encoding='utf-8')}</style>"
    code = f'<script type="module">{script()}\n{MODEL}</script>'
    return html.replace("</body>", "\n".join([style, *parts, code, "</body>"]))


if __name__ == "__main__":
    given, wanted = map(pathlib.Path, sys.argv[1:])
    wanted.write_text(page(executed(given), given.parent), encoding="utf-8")
