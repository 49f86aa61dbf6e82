"""LiveFigure: a matplotlib figure whose changing artists are redrawn in the browser.

The figure is drawn once, without its changing artists, and sent as a PNG. On each change only the changing artists are
drawn again, into a recorder in place of a bitmap; the browser strokes the recorded paths over the PNG. The matplotlib
artists stay the only source of the picture: ``savefig`` of the figure draws the same.
"""

import asyncio
import contextlib
import io
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path

from .declaration import Array

HERE = pathlib.Path(__file__).parent
Command = dict[str, Any]
STILL = 0.12  # seconds without a change after which all steps are sent
FAR = 1e5  # pixels; a diverging run goes further than float32 can say


class Recorder(RendererBase):
    """A matplotlib renderer that writes down paths: style as a small dict, vertices in pixels, y upwards."""

    def __init__(self, figure: Figure):
        super().__init__()
        self.dpi = figure.dpi
        self.width, self.height = figure.bbox.size
        self.commands: list[Command] = []
        self.vertices: list[Array] = []
        self.codes: list[np.ndarray] = []
        self.count = 0

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        return points * self.dpi / 72

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        self.commands.append({**self._style(gc, rgbFace), **self._add(self._clean(path, transform, rgbFace is None))})

    def draw_markers(
        self, gc: Any, marker_path: Path, marker_trans: Any, path: Path, trans: Any, rgbFace: Any = None
    ) -> None:
        at = path.vertices if trans is None else trans.transform(path.vertices)
        seen = np.isfinite(at).all(axis=1) & (abs(at) < FAR).all(axis=1)
        places = self._add(Path(at[seen]))
        stamp = self._add(self._clean(marker_path, marker_trans, False))
        self.commands.append({**self._style(gc, rgbFace), **places, "stamp": [stamp["from"], stamp["to"]]})

    def _clean(self, path: Path, transform: Any, line: bool) -> Path:
        clip = (-100, -100, self.width + 100, self.height + 100) if line else None
        return path.cleaned(transform, remove_nans=True, clip=clip, curves=True)

    def _add(self, path: Path) -> Command:
        start, count = self.count, len(path.vertices)
        codes = path.codes
        if codes is None:
            codes = np.full(count, Path.LINETO, dtype=np.uint8)
            codes[:1] = Path.MOVETO
        self.vertices.append(np.asarray(path.vertices, dtype=np.float32))
        self.codes.append(np.asarray(codes, dtype=np.uint8))
        self.count += count
        return {"from": start, "to": self.count}

    def _style(self, gc: Any, face: Any) -> Command:
        red, green, blue, alpha = gc.get_rgb()
        if gc.get_forced_alpha():
            alpha = gc.get_alpha()
        offset, dashes = gc.get_dashes()
        style: Command = {
            "stroke": _css(red, green, blue, alpha),
            "width": self.points_to_pixels(gc.get_linewidth()),
            "cap": {"projecting": "square"}.get(str(gc.get_capstyle()), str(gc.get_capstyle())),
            "join": str(gc.get_joinstyle()),
        }
        if dashes is not None:
            style |= {
                "dash": [self.points_to_pixels(dash) for dash in dashes],
                "dashFrom": self.points_to_pixels(offset),
            }
        if face is not None:
            opacity = gc.get_alpha() if gc.get_forced_alpha() or len(face) < 4 else face[3]
            style["fill"] = _css(*face[:3], 1.0 if opacity is None else opacity)
        if gc.get_clip_rectangle() is not None:
            style["clip"] = list(gc.get_clip_rectangle().bounds)
        return style


def _css(red: float, green: float, blue: float, alpha: float) -> str:
    return f"rgba({red * 255:.0f},{green * 255:.0f},{blue * 255:.0f},{alpha:.3g})"


class LiveFigure(anywidget.AnyWidget):
    """A figure, its changing artists, and under it the step control and the formula with its numbers.

    Parameters
    ----------
    figure : a matplotlib figure
    changing : the artists that change; everything else is background, drawn again only by :meth:`redraw`

    Attributes
    ----------
    stepped : {line: array (steps + 1, k, 2)}, lines whose data depend on the step, in data coordinates. A frame
        carries the present step; all steps follow when the hand is still, so that stepping needs no kernel.
    words : gives the description for screen readers; asked when the hand is still
    slots : array (steps + 1, n), the numbers of the formula's slots at each step
    rows : {line: row}, the row of the formula that brings a stepped line in, for showing a step in parts
    pointed : called with (axes, x, y) in data coordinates while a pointer drags on a picture
    nudged : called with (dx, dy), each −1, 0 or 1, for an arrow key on the picture
    """

    _esm = HERE / "live.js"
    _css = HERE / "live.css"

    formula = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    size = traitlets.List([960, 400]).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, figure: Figure, changing: Sequence[Artist]):
        self.set_figure(figure, changing)
        self.stepped: dict[Line2D, Array] = {}
        self.slots: Array = np.zeros((1, 0))
        self.rows: dict[Line2D, int] = {}
        self.words: Callable[[], str] = str
        self._frames = 0
        self._waiting: asyncio.TimerHandle | None = None
        self.pointed: Callable[[Axes, float, float], None] = lambda axes, x, y: None
        self.nudged: Callable[[int, int], None] = lambda dx, dy: None
        self.ratio, self._pictures = 1.0, 0
        super().__init__(size=[float(side) for side in figure.bbox.size])
        self.on_msg(self._answer)

    def set_figure(self, figure: Figure, changing: Sequence[Artist]) -> None:
        """Take another figure of the same size; :meth:`redraw` sends it."""
        figure.draw_without_rendering()  # the layout is fixed before anything is placed in pixels
        figure.set_layout_engine("none")
        self.figure, self.changing = figure, list(changing)

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        match content:
            case {"kind": "ready", "ratio": int() | float() as ratio}:  # a new view, with its screen's pixel ratio
                self.ratio = min(max(float(ratio), 1.0), 4.0)
                self.redraw()
            case {"kind": "pointer", "x": int() | float() as x, "y": int() | float() as y, "axes": int() as place}:
                axes = self.figure.axes[place]
                self.pointed(axes, *map(float, axes.transData.inverted().transform((x, y))))
                self.send({"kind": "done"})
            case {"kind": "key", "dx": int() as dx, "dy": int() as dy}:
                self.nudged(dx, dy)

    @contextlib.contextmanager
    def _hidden(self) -> Iterator[None]:
        shown = {artist: artist.get_visible() for artist in self.changing}
        for artist in shown:
            artist.set_visible(False)
        try:
            yield
        finally:
            for artist, visible in shown.items():
                artist.set_visible(visible)

    def background(self) -> bytes:
        """PNG of all that does not change, at the screen's pixel ratio."""
        with self._hidden():
            return png(self.figure, self.figure.dpi * self.ratio)

    def redraw(self) -> None:
        """Send background and frame: after a change of limits, title, surface …"""
        self._pictures += 1
        self.send({"kind": "background", "picture": self._pictures}, [self.background()])
        self.push()

    def push(self) -> None:
        """Send the changing artists as they are now, and all steps when nothing has changed for a while."""
        self._frames += 1
        self.send(*self.frame())
        if self._waiting is not None:
            self._waiting.cancel()
        try:
            self._waiting = asyncio.get_running_loop().call_later(STILL, self._send_steps)
        except RuntimeError:  # no kernel is running
            self._send_steps()

    def _send_steps(self) -> None:
        self.send(*self.steps())
        self.description = self.words()

    def frame(self) -> tuple[Command, list[bytes]]:
        """The message for the browser: commands; vertices (float32), codes (uint8), the present step's slots (float32)."""
        recorder = Recorder(self.figure)
        moving = list(self.stepped)
        for artist in self.changing:
            first = len(recorder.commands)
            artist.draw(recorder)
            if artist in self.stepped and len(recorder.commands) > first:
                recorder.commands[-1] |= {"moving": moving.index(artist), "row": self.rows.get(artist, -1)}
        content = {
            "kind": "frame",
            "frame": self._frames,
            "picture": self._pictures,
            "commands": recorder.commands,
            "step": self.step,
            "steps": len(self.slots) - 1,
            "axes": [list(axes.bbox.bounds) for axes in self.figure.axes],
        }
        buffers = [
            _joined(recorder.vertices, np.float32),
            _joined(recorder.codes, np.uint8),
            _float32(self.slots[min(self.step, len(self.slots) - 1)]),
        ]
        return content, buffers

    def steps(self) -> tuple[Command, list[bytes]]:
        """All steps of the present frame: a block of vertices for each moving line, and the slots, both float32."""
        blocks = [
            line.get_transform().transform(block.reshape(-1, 2)).clip(-FAR, FAR) for line, block in self.stepped.items()
        ]
        content = {
            "kind": "steps",
            "frame": self._frames,
            "each": [block.shape[1] for block in self.stepped.values()],
            "slots": self.slots.shape[1],
        }
        return content, [_joined(blocks, np.float32), _float32(self.slots)]

    def set_step(self, step: int) -> None:
        """Show this step in the matplotlib artists, as the browser does by itself."""
        self.step = step
        for line, block in self.stepped.items():
            line.set_data(*block[min(step, len(block) - 1)].T)


def _float32(array: Array) -> bytes:
    return np.clip(array, -3e38, 3e38).astype(np.float32).tobytes()


def _joined(arrays: Sequence[np.ndarray], dtype: Any) -> bytes:
    return b"".join(np.ascontiguousarray(array, dtype=dtype).tobytes() for array in arrays)


def png(figure: Figure, dpi: float) -> bytes:
    """The figure as PNG."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=dpi)
        return file.getvalue()
