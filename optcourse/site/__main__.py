"""Build the site: ``python -m optcourse.site FOLDER``, in the course's own folder; with a repository's OWNER/NAME, links to it work."""

import argparse
import json
import pathlib
import re
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import jinja2
import pdoc

from .. import surfaces
from ..methods.optimizers import NAG, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from ..widgets import base
from ..widgets.explorer import explore
from . import markup
from .lessons import Files, activities, cells, state_of

HERE, COURSE = pathlib.Path(__file__).parent, markup.COURSE
FONT = "mathematics.woff2"
MOST = 3e6  # bytes of a lesson, besides what all share
TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), trim_blocks=True, lstrip_blocks=True)
RACE = {
    GradientDescent: 0.03,
    Momentum: 0.02,
    NAG: 0.02,
    AdaGrad: 0.5,
    RMSProp: 0.1,
    Adam: 0.2,
}  # the front page's, with each η
FAMILIES = {"Momentum": "direction", "NAG": "direction", "AdaGrad": "size", "RMSProp": "size", "Adam": "both"}
ASIDE = ("Start", "Test", "How fast it is")  # sections of README that are not on the first page


def shared(folder: pathlib.Path) -> None:
    """Scripts, style and pictures that all pages share. The script is a classic one: a module does not load from a file."""
    folder.mkdir(parents=True, exist_ok=True)
    code = base.script(base.PAGE / "site" / "site.js")
    (folder / "site.js").write_text(f'(() => {{\n"use strict";\n{code}\n}})();\n', "utf-8")
    shutil.copy(base.PAGE / FONT, folder / FONT)
    palette = base.palette(":root", "@media screen and (prefers-color-scheme: dark) { :root:not(.oc-paper)") + "}"
    style = [
        palette,
        base.font_face(FONT),
        base.style(),
        (base.PAGE / "site" / "site.css").read_text("utf-8"),
        markup.code_style(),
    ]
    (folder / "site.css").write_text("\n".join(style), "utf-8")
    shutil.copytree(COURSE / "images", folder / "images", dirs_exist_ok=True)


def lesson(path: pathlib.Path, folder: pathlib.Path) -> dict[str, Any]:
    """A lesson: its page's name and title, cells, data, and the bytes of the pictures that it can ask for."""
    files = Files(folder)
    made, data = cells(path, files)
    return {
        "page": f"{path.stem}.html",
        "title": heading(made),
        "cells": made,
        "data": as_json(data) if data else "",
        "pictures": sum(files.used.values()),
        "activities": activities(data),
    }


def as_json(data: Any) -> str:
    """JSON as it may stand in a page."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def heading(made: list[dict[str, Any]]) -> str:
    return markup.words_of(markup.first(r"<h1.*?>(.*?)</h1>", made[0]["html"]))


def text_page(page: str, text: str) -> dict[str, Any]:
    """A page of Markdown."""
    made = [{"kind": "text", "html": markup.rendered(text)}]
    return {"page": page, "title": heading(made), "cells": made, "data": ""}


def front_page(lessons: list[dict[str, Any]]) -> dict[str, Any]:
    """What this is in one look: a race that runs by itself, and the map of the lessons."""
    race = [kind(eta=eta) for kind, eta in RACE.items()]
    shown = explore(
        race, surfaces.ravine, steps=80, step=80, views=("contour",), sliders=(), formula=False, vectors=False
    )
    mapped = []
    for each in lessons:
        if " · " not in each["title"]:  # the welcome page
            continue
        number, _, name = each["title"].partition(" · ")
        mapped.append(
            {
                "page": each["page"],
                "name": f"{number} · {name.partition(':')[0]}",
                "question": markup.first(r"<strong>Question:</strong> (.*?)</p>", each["cells"][0]["html"]),
                "family": FAMILIES.get(name.partition(":")[0], "all"),
            }
        )
    opening = TEMPLATES.get_template("front.html").render(
        lessons=mapped, first=lessons[0], second=lessons[min(1, len(lessons) - 1)]
    )
    title = "optcourse: the optimizers of deep learning, live"
    data = as_json({"race": {"state": state_of(shown)}})
    return {"page": "index.html", "title": title, "cells": [], "opening": opening, "data": data}


def progress_page() -> dict[str, Any]:
    """A reader's own progress: filled in by the page."""
    text = (
        "# Your progress\n\n"
        '<div id="progress-by-lesson"><noscript>The list needs JavaScript, which is off in this browser.</noscript></div>'
    )
    return text_page("progress.html", text)


def text_pages(repository: str) -> list[dict[str, Any]]:
    """README's start, how to run the course, the teachers' page."""
    readme, teaching, contributing = (
        (COURSE / f"{name}.md").read_text("utf-8") for name in ("README", "TEACHING", "CONTRIBUTING")
    )
    if repository:  # templates of links become links
        readme = re.sub(r"`(https?://\S+)`", r"<\1>", readme).replace("OWNER/NAME", repository)
    first, *parts = re.split(r"^## ", readme, flags=re.MULTILINE)
    titled = {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}
    front = first + "".join(f"## {title}\n{text}" for title, text in titled.items() if title not in ASIDE)
    return [
        text_page("about.html", front),
        text_page("run.html", f"# Run it yourself\n{titled['Start']}"),
        text_page("teachers.html", teaching),
        text_page("contributing.html", contributing),
    ]


def documented(folder: pathlib.Path) -> list[tuple[str, str, str]]:
    """The documentation of the package from its docstrings; what the search finds of it."""
    pdoc.render.configure(docformat="numpy", logo_link="../index.html", footer_text="optcourse", search=False)
    pdoc.pdoc("optcourse", output_directory=folder / "api")
    for page in (folder / "api").rglob("*.html"):  # a file as an argument's default is shown by its place in the course
        text = page.read_text("utf-8").replace(f"{COURSE.as_posix()}/", "")
        page.write_text(
            text.replace("<head>", '<head><link rel="icon" href="data:,">', 1), "utf-8"
        )  # no request for one
    members = pdoc.doc.Module.from_name("optcourse").members.values()
    return [
        (f"api/optcourse.html#{each.name}", f"optcourse.{each.name}", " ".join(each.docstring.split())[:300])
        for each in members if each.docstring and each.kind in ("class", "function")
    ]  # fmt: skip


def build(folder: pathlib.Path, repository: str = "", only: str = "") -> list[tuple[str, int, int]]:
    """The whole site, or lessons whose names contain ``only``; gives each lesson's title, its bytes and those of its pictures.

    ValueError if a lesson is too heavy.
    """
    begun = time.perf_counter()
    shared(folder)
    paths = [path for path in sorted((COURSE / "notebooks").glob("*.ipynb")) if only in path.name]
    with ProcessPoolExecutor(2) as workers:
        lessons = list(workers.map(lesson, paths, [folder] * len(paths)))
        index = documented(folder)
    front, texts = front_page(lessons), [progress_page(), *text_pages(repository)]
    pages = [front, *lessons, *texts]
    done = [
        {"page": each["page"].removesuffix(".html"), "title": each["title"], "names": each["activities"]}
        for each in lessons
        if each["activities"]
    ]
    contents = [*pages, {"page": "api/optcourse.html", "title": "The package's functions and classes"}]
    around = [None, *pages, None]
    for place, page in enumerate(pages):
        before, after = (around[i] if page in [front, *lessons] else None for i in (place, place + 2))
        after = after if after not in texts else None
        around_it = {"contents": contents, "before": before, "after": after, "stem": page["page"].removesuffix(".html")}
        made = TEMPLATES.get_template("page.html").render(**{**page, **around_it, "activities": as_json(done)})
        made = made.replace("<pre>", '<pre tabindex="0">')  # it scrolls, by keys too
        (folder / page["page"]).write_text(made, "utf-8")
        body = "".join(each.get("html", "") + "".join(each.get("outputs", [])) for each in page["cells"])
        index += markup.sections(body, page["page"])
    words = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (folder / "search.js").write_text(f"optcourse.search({words});\n", "utf-8")
    rows = [(each["title"], (folder / each["page"]).stat().st_size, each["pictures"]) for each in lessons]
    print(f"{'lesson':60}{'page, kB':>10}{'its pictures, kB':>18}")
    for title, own, pictures in rows:
        print(f"{title:60}{own / 1e3:10.0f}{pictures / 1e3:18.0f}")
    everything = [path for path in folder.rglob("*") if path.is_file()]
    scripts = sum((folder / name).stat().st_size for name in ("site.js", "site.css"))
    print(
        f"shared: script and style {scripts / 1e3:.0f} kB, search {(folder / 'search.js').stat().st_size / 1e3:.0f} kB"
    )
    print(
        f"all: {sum(path.stat().st_size for path in everything) / 1e6:.1f} MB in {len(everything)} files, {time.perf_counter() - begun:.0f} s"
    )
    heavy = [title for title, own, pictures in rows if own + pictures > MOST]
    if heavy:
        raise ValueError(f"more than {MOST / 1e6:g} MB: {', '.join(heavy)}")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m optcourse.site", description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--repository", default="", help="OWNER/NAME, for the links to Binder and Colab")
    parser.add_argument("--only", default="", help="lessons whose names contain this")
    given = parser.parse_args()
    build(given.folder, given.repository, given.only)
