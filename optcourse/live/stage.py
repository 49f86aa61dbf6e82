"""The stage: the one widget of an explorer. What it holds is all that the page needs to go on without a kernel.

Views draw what stands still once, in matplotlib; the page draws what moves over it, in the styles of matplotlib's artists.
"""

import functools
import io
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import anywidget
import matplotlib
import numpy as np
import traitlets
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.textpath import TextPath, TextToPath

from ..mathematics.declaration import Array, Optimizer
from ..mathematics.surfaces import Surface
from ..pictures.views import ContourView, LensView, SeriesView, TrainingView, View, named_line, window
from .program import Expressions

HERE = pathlib.Path(__file__).parent
STYLE, MAIN = HERE / "stage.css", HERE / "stage.js"
IMPORT = re.compile(r"^import \{[^}]*\} from \"\./(\w+)\.js\";\n", re.MULTILINE)
DPI, SHARP, HIGH = (
    100,
    2,
    330.0,
)  # pixels an inch; how many more the pictures have; pixels of a panel, unless it is scaled
QUALITY = 85
CHARACTERS = "0123456789.−e"  # of tick labels that move


def script(*mains: pathlib.Path) -> str:
    """The modules that these import, and they, as one: each after what it imports, without a bundler.

    A module is imported by its plain names (no ``as``, no default), and no two declare the same one: a test says so.
    """
    found: dict[pathlib.Path, str] = {}

    def add(path: pathlib.Path) -> None:
        if path in found:
            return
        text = path.read_text(encoding="utf-8")
        for name in IMPORT.findall(text):
            add((path.parent / f"{name}.js").resolve())
        found[path] = re.sub(r"^export (?!default)", "", IMPORT.sub("", text), flags=re.MULTILINE)

    for main in mains or (MAIN,):
        add(main.resolve())
    return "\n".join(found.values())


class Stage(anywidget.AnyWidget):
    """The page's half of an explorer.

    Attributes
    ----------
    lesson : panels, methods and controls: what does not depend on the surface
    surfaces : each with its program, its landmarks, and the panels' backgrounds
    setting : what the controls say now; the page writes it when the hand is still, Python may write it at any time
    handed : for each method None, or a run that the kernel computed: its values by expression and step, as float64
    message : what the kernel has to say, a sentence
    """

    _esm = script()
    _css = STYLE

    lesson = traitlets.Dict().tag(sync=True)
    surfaces = traitlets.List().tag(sync=True)
    setting = traitlets.Dict().tag(sync=True)
    handed = traitlets.List().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)


# ---- what stands still ----


def type_size() -> float:
    """How much larger than usual type is, see ``large_type``."""
    return float(matplotlib.rcParams["font.size"]) / 10


def panel(
    kind: type[View],
    surface: Surface | None,
    optimizers: Sequence[Optimizer],
    labels: Sequence[str],
    looks: Sequence[dict[str, Any]],
    steps: int,
    vectors: bool,
    still: bool = True,
) -> View:
    """A view on a figure of its own, with the same margins on every surface; only its lines if not ``still``."""
    size = type_size()
    left, right, bottom, top = (margin * size if margin > 20 else margin for margin in kind.margins)
    inner = HIGH - bottom - top
    wide = left + right + kind.shape * inner
    figure = Figure(figsize=(wide / DPI, HIGH / DPI), dpi=DPI)
    box = (left / wide, bottom / HIGH, kind.shape * inner / wide, inner / HIGH)
    view = kind(figure.add_axes(box), surface, optimizers, labels, looks, steps, vectors, still)
    if view.moving or isinstance(view, ContourView):
        view.axes.yaxis.set_label_coords(-48 * size / view.axes.bbox.width, 0.5)
        view.axes.xaxis.set_label_coords(0.5, -32 * size / view.axes.bbox.height)
    return view


def panel_data(view: View, name: str) -> dict[str, Any]:
    """A panel's size and Axes for the page, and how the ticks look that move with the run."""
    axes, figure = view.axes, view.axes.figure
    declared = [line for _, line in view.lines]
    named = [line for line in axes.lines if named_line(line) and line not in declared]
    tick = axes.xaxis.get_major_ticks(1)[0]
    point = DPI / 72
    return {
        "name": name,
        "size": list(map(float, figure.bbox.size)),
        "box": list(map(float, axes.bbox.bounds)),
        "scales": [axes.get_xscale(), axes.get_yscale()],
        "legend": [{"label": line.get_label(), "looks": looks_of(line)} for line in named],
        "grab": view.grab,
        "moving": view.moving,
        "lens": isinstance(view, LensView),
        "per_form": view.per_form,
        "grid": [tick.gridline.get_color(), tick.gridline.get_linewidth() * point],
        "tick": [tick.tick1line.get_markersize() * point, matplotlib.rcParams["xtick.major.width"] * point],
        "pad": (tick.tick1line.get_markersize() + matplotlib.rcParams["xtick.major.pad"]) * point,
    }


def ground(view: View) -> dict[str, Any]:
    """What a surface changes on a panel: its limits."""
    axes = view.axes
    if isinstance(view, SeriesView):
        cap, span = view.cap(), [0, view.steps] if isinstance(view, TrainingView) else None
        return {
            "xlim": span,
            "cap": cap if np.isfinite(cap) else None,
            "reach": view.reach() if view.scale == "linear" else None,
        }
    if isinstance(view, ContourView):  # it is not drawn here
        left, right, bottom, top = window(view.surface.view)
        return {"xlim": [left, right], "ylim": [bottom, top]}
    return {"xlim": list(map(float, axes.get_xlim())), "ylim": list(map(float, axes.get_ylim()))}


def background(view: View) -> bytes:
    """The picture of all that does not move, as WebP."""
    axes = view.axes
    for _, line in view.lines:
        line.set_visible(False)
    if view.moving:
        axes.tick_params(which="both", length=0, labelcolor="none")
        axes.grid(False)
    with io.BytesIO() as file:
        axes.figure.savefig(file, format="webp", dpi=DPI * SHARP, pil_kwargs={"quality": QUALITY})
        return file.getvalue()


@functools.lru_cache(64)
def contour_background(surface: Surface, size: float) -> bytes:
    """The contour plot of a surface, drawn once for all explorers with the same size of type."""
    return background(panel(ContourView, surface, (), (), (), 1, False))


# ---- how the moving artists look: matplotlib's own answer ----


class Styles(RendererBase):
    """A matplotlib renderer that writes down how a line would be stroked, and its marker's outline."""

    def __init__(self, figure: Figure):
        super().__init__()
        self.dpi = figure.dpi
        self.found: list[dict[str, Any]] = []

    def points_to_pixels(self, points: Any) -> Any:
        return points * self.dpi / 72

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        self.found.append(self._style(gc, None))

    def draw_markers(
        self, gc: Any, marker_path: Path, marker_trans: Any, path: Path, trans: Any, rgbFace: Any = None
    ) -> None:
        outline = marker_path.transformed(marker_trans)
        self.found.append({**self._style(gc, rgbFace), "stamp": outline_of(outline)})

    def _style(self, gc: Any, face: Any) -> dict[str, Any]:
        offset, dashes = gc.get_dashes()
        style: dict[str, Any] = {
            "stroke": css(*gc.get_rgb()),
            "width": self.points_to_pixels(gc.get_linewidth()),
            "cap": {"projecting": "square"}.get(str(gc.get_capstyle()), str(gc.get_capstyle())),
            "join": str(gc.get_joinstyle()),
        }
        if dashes is not None:
            style["dash"] = [self.points_to_pixels(dash) for dash in dashes]
            style["dashFrom"] = self.points_to_pixels(offset)
        if face is not None:
            style["fill"] = css(*face[:3], face[3] if len(face) > 3 else 1.0)
        return style


def outline_of(path: Path) -> dict[str, list]:
    """A path's vertices, in hundredths of a pixel, and codes."""
    codes = path.codes if path.codes is not None else [Path.MOVETO] + [Path.LINETO] * (len(path.vertices) - 1)
    return {"points": np.round(path.vertices, 2).ravel().tolist(), "codes": [int(code) for code in codes]}


def css(red: float, green: float, blue: float, alpha: float) -> str:
    return f"rgba({red * 255:.0f},{green * 255:.0f},{blue * 255:.0f},{alpha:.3g})"


def looks_of(line: Line2D) -> list[dict[str, Any]]:
    """The line's style and its marker's, asked with two points inside the Axes."""
    axes, data, seen = line.axes, line.get_data(), line.get_visible()
    inside: Array = axes.transData.inverted().transform(axes.transAxes.transform([(0.4, 0.4), (0.6, 0.6)]))
    line.set_data(*inside.T)
    line.set_visible(True)
    styles = Styles(axes.figure)
    line.draw(styles)
    line.set_data(*data)
    line.set_visible(seen)
    return styles.found


def lines_of(views: Sequence[View], run: int, expressions: Expressions) -> list[dict[str, Any]]:
    """What a run's lines show on each panel, and how they look."""
    found = []
    for place, view in enumerate(views):
        for shown, line in view.lines:
            if shown.run == run:
                part = {"panel": place, "shape": shown.shape, "at": shown.at, "row": shown.row, "z": line.get_zorder()}
                part |= {"x": expressions.place(shown.x), "y": expressions.place(shown.y)}
                found.append({**part, "label": line.get_label() if named_line(line) else "", "looks": looks_of(line)})
    return found


def glyphs() -> dict[str, Any]:
    """The outlines of tick labels' characters in matplotlib's own type, and how far each moves the pen."""
    font = FontProperties()
    size = float(matplotlib.rcParams["font.size"]) * DPI / 72
    outlines = {}
    for character in CHARACTERS:
        wide, _, _ = TextToPath().get_text_width_height_descent(character, font, ismath=False)
        outline = outline_of(TextPath((0, 0), character, size=size, prop=font))
        outlines[character] = {**outline, "wide": round(wide * size / font.get_size_in_points(), 2)}
    return {"size": size, "outlines": outlines}
