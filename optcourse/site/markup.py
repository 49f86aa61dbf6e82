"""Markdown, formulas and code as HTML that asks for nothing else: formulas are MathML, made when the site is built."""

import functools
import html
import io
import pathlib
import posixpath
import re
from typing import Any

import PIL.Image
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

from ..plots.style import LETTERS

COURSE = pathlib.Path(__file__).parent.parent.parent
PAGES = {"README": "about", "TEACHING": "teachers", "CONTRIBUTING": "contributing"}  # Markdown files that are pages


class Renderer(IPythonRenderer):
    """nbconvert's, with formulas as MathML, and headings that can be linked to."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f'<h{level} id="{slug(words_of(text))}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        return mathml(body.strip())

    def block_math(self, body: str) -> str:
        made = mathml(body.strip()).replace('display="inline"', 'display="block"', 1)
        return f'<div class="formula">{made}</div>'


@functools.cache
def mathml(latex: str) -> str:
    """MathML of any formula in prose; the hyperparameters have the classes that an explorer's formulas have."""
    import latex2mathml.converter  # only the site needs it

    made = latex2mathml.converter.convert(latex).replace("&#x003F5;", "&#x003B5;")  # one epsilon
    for letter, name in LETTERS.items():
        written = f"<mi>&#x{ord(letter[0]):05X};</mi>" + "".join(f"<mn>{'₀₁₂'.index(each)}</mn>" for each in letter[1:])
        made = made.replace(written, re.sub("<(mi|mn)>", rf'<\1 class="oc-{name}">', written))
    return made


def rendered(text: str) -> str:
    """Markdown as HTML, its links to notebooks and Markdown files as links to their pages."""
    renderer = Renderer(escape=False, exclude_anchor_links=True)
    made = MarkdownWithMath(renderer=renderer).render(text)
    made = re.sub(
        r'(href|src)="([^":#]+)(#[^"]*)?"', lambda match: f'{match[1]}="{page_of(match[2])}{match[3] or ""}"', made
    )
    return re.sub(r'<img src="(images/[^"]+)"', lambda match: f'<img {_size_of(match[1])} src="{match[1]}"', made)


@functools.cache
def _size_of(place: str) -> str:
    return size((COURSE / place).read_bytes())


def size(data: bytes) -> str:
    """The attributes that keep a picture's room until it has come."""
    with PIL.Image.open(io.BytesIO(data)) as picture:
        return f'width="{picture.width}" height="{picture.height}"'


def slug(text: str) -> str:
    """A heading's name in links."""
    return "-".join(re.findall(r"\w+", text.lower()))


def page_of(target: str) -> str:
    """Where the site has what a relative link of a notebook or Markdown file leads to."""
    target = posixpath.normpath(target)
    while target.startswith("../"):
        target = target[3:]
    stem, kind = posixpath.splitext(target)
    if kind == ".ipynb":
        return f"{posixpath.basename(stem)}.html"
    return f"{PAGES[stem]}.html" if kind == ".md" and stem in PAGES else target


@functools.cache
def _highlighter() -> Any:
    return Highlight2HTML(pygments_lexer="python")


def highlighted(source: str) -> str:
    return _highlighter()(source)


def code_style() -> str:
    """The colours of code, on light and on dark."""
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("xcode", "github-dark"))
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"


def sections(body: str, page: str) -> list[tuple[str, str, str]]:
    """A page's sections for the search: where, title, and words."""
    body = re.sub(r"<(script|style|math|pre|details)\b.*?</\1>", " ", body, flags=re.DOTALL)
    parts = re.split(r'<h[1-3][^>]*\bid="([^"]*)"[^>]*>(.*?)</h[1-3]>', body, flags=re.DOTALL)
    words = [words_of(part) for part in parts]
    title = next((words[i] for i in range(2, len(words), 3)), page)
    found = []
    for place in range(1, len(parts), 3):
        heading = words[place + 1]
        name = title if heading == title else f"{title}: {heading}"
        found.append((f"{page}#{parts[place]}", name, words[place + 2]))
    return found


def first(pattern: str, text: str) -> str:
    """What the group in a pattern finds first; ValueError if it finds nothing."""
    found = re.search(pattern, text, re.DOTALL)
    if found is None:
        raise ValueError(f"there is no {pattern} in {text[:200]}")
    return found[1]


def words_of(text: str) -> str:
    """The words of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
