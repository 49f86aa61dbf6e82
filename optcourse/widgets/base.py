"""The base of all widgets of the course. What it holds is all that the page needs to go on without a kernel."""

import base64
import functools
import os
import pathlib
import re
import zlib
from typing import Any

import anywidget
import ipywidgets
import traitlets

from ..plots.style import DARK, LETTERS, LIGHT, variables

PAGE = pathlib.Path(__file__).parent.parent / "page"
STYLE, MAIN, LOADER = PAGE / "style.css", PAGE / "widget.js", PAGE / "loader.js"
IMPORT = re.compile(r"^import (\{[^}]*\}) from \"(\.[\w./]*)\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
LEFT = re.compile(r"^(?:import\b|export\b(?! default)).*", re.MULTILINE)


@functools.cache
def script(main: pathlib.Path = MAIN) -> str:
    """A module and all that it imports as one, without a bundler: each in a scope of its own, after what it imports.

    A module is imported by its names (no ``as``); only the main one has a default export. Each module is known by its path.

    Raises
    ------
    ValueError for an import or export of another form, and for modules that import one another.
    """
    made, open_, main = dict[pathlib.Path, str](), set[pathlib.Path](), main.resolve()

    def name(path: pathlib.Path) -> str:
        return re.sub(r"\W", "_", os.path.relpath(path, PAGE))

    def add(path: pathlib.Path) -> None:
        open_.add(path)
        text = path.read_text(encoding="utf-8")
        for _, where in IMPORT.findall(text):
            module = (path.parent / where).resolve()
            if module in open_:
                raise ValueError(f"{path.name} and {module.name} import one another")
            if module not in made:
                add(module)
        text = IMPORT.sub(lambda found: f"const {found[1]} = {name((path.parent / found[2]).resolve())};\n", text)
        gives = EXPORT.findall(text)
        text = EXPORT.sub("", text)
        if left := LEFT.search(text):
            raise ValueError(f"{path.name} has an import or export that cannot be joined: {left[0]}")
        if path != main:
            text = f"const {name(path)} = (() => {{\n{text}return {{ {', '.join(gives)} }};\n}})();\n"
        made[path] = text
        open_.remove(path)

    add(main)
    return "".join(made.values())


def palette(light: str, dark: str) -> str:
    """The two themes as style sheet rules for these selectors, and a class for the colour of each symbol."""
    symbols = " ".join(f".oc-{name} {{ color: var(--oc-{name}); }}" for name in LETTERS.values())
    return f"{light} {{ {variables(LIGHT)} }}\n{dark} {{ {variables(DARK)} }}\n{symbols}\n"


def font_face(address: str = "") -> str:
    """The font of formulas as a style sheet: it contains the font, unless an address is given."""
    data = base64.b64encode((PAGE / "mathematics.woff2").read_bytes()).decode()
    source = address or f"data:font/woff2;base64,{data}"
    return f'@font-face {{ font-family: "optcourse mathematics"; src: url("{source}") format("woff2"); }}\n'


def style() -> str:
    """The style sheet of explorers and trainers: palette and the rest."""
    return palette(".oc-live", ".oc-live.oc-dark") + STYLE.read_text(encoding="utf-8")


class Script(ipywidgets.Widget):
    """What all explorers of a kernel share, in a model without a view: the joined script, and the font."""

    code = traitlets.Unicode().tag(sync=True)
    font = traitlets.Unicode().tag(sync=True)

    @classmethod
    def shared(cls) -> "Script":
        """The one of this kernel; another after ``Widget.close_all()``."""
        if cls._one is None or cls._one.comm is None:
            cls._one = cls(code=script(), font=font_face())
        return cls._one

    _one: "Script | None" = None


class LiveWidget(anywidget.AnyWidget):
    """The page's half of an explorer, or of a network trainer.

    Attributes
    ----------
    config : panels, methods and controls: what does not depend on the surface, see :class:`.wire.ExplorerConfig`
    surfaces : each with its program and reference_values, see :class:`.wire.Surface`
    setting : what the controls say now; the page writes it once nothing has moved for a while, Python may write it at any time
    kernel_runs : for each method None, or a run that the kernel computed: its values by expression and step, as float64
    message : what the kernel has to say, a sentence
    script, checksum : the model that holds the script, see :class:`Script`, and which script it is
    """

    _esm = LOADER.read_text(encoding="utf-8")
    _css = style()

    config = traitlets.Dict().tag(sync=True)
    surfaces: traitlets.List = traitlets.List().tag(sync=True)
    setting = traitlets.Dict().tag(sync=True)
    kernel_runs: traitlets.List = traitlets.List().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    script = traitlets.Unicode().tag(sync=True)
    checksum = traitlets.Unicode().tag(sync=True)

    def __init__(self, **state: Any):
        shared = Script.shared()
        super().__init__(script=shared.model_id, checksum=f"{zlib.crc32(shared.code.encode()):08x}", **state)
        self.on_msg(self._heard)

    def _heard(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Answer a page that asks whether there is a kernel, or for the script where models cannot be shared."""
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "ready":
            self.send({"kind": "here"})
        elif kind == "script":
            shared = Script.shared()
            self.send({"kind": "script", "code": shared.code, "font": shared.font})
