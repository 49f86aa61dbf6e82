"""The stage: the one widget of an explorer. What it holds is all that the page needs to go on without a kernel."""

import base64
import functools
import pathlib
import re

import anywidget
import traitlets

from ..pictures.looks import DARK, LETTERS, LIGHT, variables

HERE = pathlib.Path(__file__).parent
STYLE, MAIN = HERE / "stage.css", HERE / "widget.js"
IMPORT = re.compile(r"^import (\{[^}]*\}) from \"(\.[\w./]*)\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def script(main: pathlib.Path = MAIN) -> str:
    """A module and all that it imports as one, without a bundler: each in a scope of its own, after what it imports.

    A module is imported by its names (no ``as``); only the main one has a default export.
    """
    made, main = dict[pathlib.Path, str](), main.resolve()

    def name(path: pathlib.Path) -> str:
        return f"{path.stem}_js"

    def add(path: pathlib.Path) -> None:
        text = path.read_text(encoding="utf-8")
        for _, where in IMPORT.findall(text):
            if (module := (path.parent / where).resolve()) not in made:
                add(module)
        text = IMPORT.sub(lambda found: f"const {found[1]} = {name(pathlib.Path(found[2]))};\n", text)
        gives = EXPORT.findall(text)
        text = EXPORT.sub("", text)
        if path != main:
            text = f"const {name(path)} = (() => {{\n{text}return {{ {', '.join(gives)} }};\n}})();\n"
        made[path] = text

    add(main)
    return "".join(made.values())


def palette(light: str, dark: str) -> str:
    """The two themes as style sheet rules for these selectors, and a class for the colour of each symbol."""
    symbols = " ".join(f".oc-{name} {{ color: var(--oc-{name}); }}" for name in LETTERS.values())
    return f"{light} {{ {variables(LIGHT)} }}\n{dark} {{ {variables(DARK)} }}\n{symbols}\n"


@functools.cache
def style(font: str = "") -> str:
    """The stage's style sheet: palette, the font of formulas (in itself, unless it stands in a file), and the rest."""
    font = font or f"data:font/woff2;base64,{base64.b64encode((HERE / 'mathematics.woff2').read_bytes()).decode()}"
    face = f'@font-face {{ font-family: "optcourse mathematics"; src: url("{font}") format("woff2"); }}\n'
    return palette(".oc-live", ".oc-live.oc-dark") + face + STYLE.read_text(encoding="utf-8")


class Stage(anywidget.AnyWidget):
    """The page's half of an explorer.

    Attributes
    ----------
    lesson : panels, methods and controls: what does not depend on the surface, see :class:`.wire.Lesson`
    surfaces : each with its program and landmarks, see :class:`.wire.Surface`
    setting : what the controls say now; the page writes it when the hand is still, Python may write it at any time
    handed : for each method None, or a run that the kernel computed: its values by expression and step, as float64
    message : what the kernel has to say, a sentence
    """

    _esm = script()
    _css = style()

    lesson = traitlets.Dict().tag(sync=True)
    surfaces = traitlets.List().tag(sync=True)
    setting = traitlets.Dict().tag(sync=True)
    handed = traitlets.List().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
