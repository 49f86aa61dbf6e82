"""A lesson as a web page: its stored words and pictures, and its explorers and activities as data for the page.

Only the cells that an explorer or an activity depends on are run; all else is what the notebook has stored.
"""

import ast
import base64
import contextlib
import hashlib
import html
import io
import pathlib
import re
import symtable
from collections.abc import Container, Iterator
from typing import Any

import nbformat

from .. import surfaces
from ..exercises.check import EXERCISES, task
from ..methods.base import Optimizer
from ..widgets.base import LiveWidget
from ..widgets.explorer import explore
from . import markup

LIVE = (
    "explore",
    "Explorer",
    "BatchExplorer",
    "Trainer",
    "Predict",
    "Goal",
    "Quiz",
)  # what the page can show without a kernel; and the written exercises, check(…)
KERNEL = {"SetUp": "This test needs Python (a running kernel)."}  # what it cannot: by the name that a cell calls
KINDS = {  # as people call what a cell shows
    "Predict": "a prediction",
    "Goal": "a slider task",
    "Quiz": "a quiz",
    "check": "a written exercise",
    "Trainer": "a network trainer",
}
STATE = ("config", "surfaces", "setting", "kernel_runs", "message", "digits")
ONCE = "the digits"  # of a page's data: all its laboratories share them; no cell can have this name


# ---- which cells to run ----


def called(source: str) -> str:
    """The name that a cell's last line calls, or nothing."""
    call = last_call(source)
    return call.func.id if call is not None and isinstance(call.func, ast.Name) else ""


def last_call(source: str) -> ast.Call | None:
    """The call that is a cell's last line, if it is one."""
    last = ast.parse(source).body[-1:]
    call = last[0].value if last and isinstance(last[0], ast.Expr) else None
    return call if isinstance(call, ast.Call) else None


def needed(sources: list[str], live: Container[str] = LIVE) -> list[int]:
    """The places of the cells whose last line calls one of these names, and of those that they depend on."""
    return with_what_they_hang_on(sources, {place for place, each in enumerate(sources) if called(each) in live})


def with_what_they_hang_on(sources: list[str], places: Container[int]) -> list[int]:
    """The places of these cells and of those that make a name which they use."""
    kept: list[int] = []
    wanted: set[str] = set()
    for place in reversed(range(len(sources))):
        made, used = names(sources[place])
        if place in places or made & wanted:
            kept, wanted = [place, *kept], (wanted - made) | (used - made)
    return kept


def names(source: str) -> tuple[set[str], set[str]]:
    """The global names that code binds, and those that it uses, in its functions too."""
    top = symtable.symtable(source, "cell", "exec")
    made = {each.get_name() for each in top.get_symbols() if each.is_assigned() or each.is_imported()}
    used = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    inner = list(top.get_children())
    for scope in inner:
        inner += scope.get_children()
        used |= {each.get_name() for each in scope.get_symbols() if each.is_global()}
    return made, used


def run_live(sources: list[str]) -> Iterator[tuple[int, Any]]:
    """What the live cells show, by the cell's place."""
    space: dict[str, Any] = {"__name__": "lesson"}
    for place in needed(sources):
        body = ast.parse(sources[place])
        last = last_call(sources[place]) if called(sources[place]) in LIVE else None
        if last is not None:
            body.body.pop()
        with contextlib.redirect_stdout(io.StringIO()):  # what it prints is stored
            exec(compile(body, f"cell {place}", "exec"), space)
        if last is not None:
            yield place, eval(compile(ast.Expression(last), f"cell {place}", "eval"), space)


# ---- what the page gets ----


class Files:
    """Pictures as files next to the pages, by what is in them: what several explorers share is there once."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.used = folder, dict[str, int]()
        (folder / "pictures").mkdir(parents=True, exist_ok=True)

    def add(self, data: bytes, kind: str) -> str:
        """The file's place, seen from a page."""
        name = f"pictures/{hashlib.sha256(data).hexdigest()[:16]}.{kind}"
        (self.folder / name).write_bytes(data)
        self.used[name] = len(data)
        return name

    def out_of(self, text: str) -> str:
        """HTML whose pictures are files, and come when they are seen."""

        def place(match: re.Match[str]) -> str:
            data = base64.b64decode(match[2])
            return f'loading="lazy" {markup.size(data)} src="{self.add(data, match[1])}"'

        return re.sub(r'src="data:image/(\w+);base64,([^"]+)"', place, text)


def plain(data: Any) -> Any:
    """Data of an explorer as JSON: bytes in base64."""
    if isinstance(data, bytes):
        return base64.b64encode(data).decode()
    if isinstance(data, dict):
        return {name: plain(each) for name, each in data.items()}
    return [plain(each) for each in data] if isinstance(data, list | tuple) else data


def exercise_of(source: str) -> type[Optimizer] | None:
    """The method of a written exercise, by the function that its cell checks."""
    match last_call(source):
        case ast.Call(func=ast.Name(id="check"), args=[ast.Name(id=name), *_]):
            return EXERCISES.get(name)
    return None


def written(kind: type[Optimizer]) -> dict[str, Any]:
    """A written exercise for the page: what its judge knows, and the explorer on which an answer runs next to the method."""
    beside = explore(
        [kind(), kind()], surfaces.ravine, steps=40, step=40, views=("contour", "loss"), formula=False, vectors=False
    )
    return {"activity": {"task": task(kind)}, "state": state_of(beside)}


def state_of(explorer: LiveWidget) -> dict[str, Any]:
    return plain({name: getattr(explorer, name) for name in STATE if explorer.has_trait(name)})


def live_data(shown: Any) -> dict[str, Any]:
    """A live cell for the page: the explorer's state, the activity, or both."""
    explorer = shown if isinstance(shown, LiveWidget) else getattr(shown, "explorer", None)
    data: dict[str, Any] = {} if shown is explorer else {"activity": shown.data()}
    if explorer is not None:
        data["state"] = state_of(explorer)
    return data


# ---- the cells ----


def cells(path: pathlib.Path, files: Files) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A notebook's cells as the page's template takes them, and the data of what is live in them."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    data, made, shown_by = dict[str, Any](), list[dict[str, Any]](), dict(run_live([cell.source for cell in code]))
    for place, cell in enumerate(code):
        if place in shown_by:
            data[cell.id] = live_data(shown_by[place])
        elif kind := exercise_of(cell.source):
            data[cell.id] = written(kind)
        if digits := data.get(cell.id, {}).get("state", {}).pop("digits", None):
            data[ONCE] = digits
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            made.append({"kind": "text", "html": markup.rendered(cell.source)})
            continue
        live, name = data.get(cell.id), called(cell.source)
        made.append(
            {
                "kind": "code",
                "id": cell.id,
                "code": markup.highlighted(cell.source),
                "live": live is not None,
                "activity": KINDS.get(name, "an explorer") if live else "",
                "outputs": [files.out_of(each) for each in map(shown_output, cell.outputs) if each],
                "needs": KERNEL.get(name, "") or kernel_words(live),
            }
        )
    return first_screen(made), data


def first_screen(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Title and question, then what moves; what the lesson's first cell says besides follows."""
    title, *more = made
    if not more or not more[0].get("live"):
        return made
    end = title["html"].find("</p>") + len("</p>")
    return [{**title, "html": title["html"][:end]}, more[0], {**title, "html": title["html"][end:]}, *more[1:]]


def activities(data: dict[str, Any]) -> list[str]:
    """The names under which a reader's browser remembers the activities of a page, see ``site.js``."""
    names = []
    for cell, live in data.items():
        activity = live.get("activity", {}) if cell != ONCE else {}
        several = "choices" in activity and "locked" not in activity
        names += (
            [f"{cell}:{place}" for place in range(len(activity["choices"]))] if several else [cell] * bool(activity)
        )
    return names


def kernel_words(live: dict[str, Any] | None) -> str:
    """What is said of a run that the page cannot compute."""
    kernel_runs = any((live or {}).get("state", {}).get("kernel_runs", []))
    return "You can play this recorded run. Its sliders need Python (a running kernel)." if kernel_runs else ""


def shown_output(output: Any) -> str:
    """A stored output as HTML; a widget's is nothing: its picture follows as an output of its own."""
    if output.output_type == "stream":
        return f"<pre>{html.escape(output.text)}</pre>"
    data = output.get("data", {})
    if "application/vnd.jupyter.widget-view+json" in data:
        return ""
    words = data.get("text/plain", "")
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        return f'<img alt="{html.escape(words)}" src="data:image/png;base64,{data["image/png"].strip()}">'
    return markup.rendered(data["text/markdown"]) if "text/markdown" in data else f"<pre>{html.escape(words)}</pre>"
