"""How a widget appears in a notebook: with a kernel, without one, and when its cell is run again."""

from typing import Any

from IPython import get_ipython
from IPython.display import display

STILL_DPI = 72
_shown: dict[str, tuple[str, list[Any]]] = {}  # by cell: the execution, and the widgets that it displayed
_made: dict[str, str] = {}  # by cell: the execution that made widgets last


class Born:
    """A widget that knows which execution of which cell has made it."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.born = here()
        if self.born[0]:
            _made.update([self.born])
        super().__init__(*args, **kwargs)


class Replaces(Born):
    """A widget that frees, when it is displayed, what its cell displayed when it was run before."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        replace(self)
        return super()._repr_mimebundle_(**kwargs)


class Shown(Born):
    """A widget that has a still picture and a description."""

    def picture(self) -> Any:
        raise NotImplementedError

    def describe(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and its description as text."""
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**bundle, "text/plain": self.describe()}

    def _ipython_display_(self) -> None:
        """Two outputs: a reader without a kernel sees the second, the picture; beside a live widget CSS hides it.

        In one bundle JupyterLab would choose the widget, and show an error and no picture when its model is gone.
        """
        replace(self)
        display(self._repr_mimebundle_(), raw=True)
        from ..pictures.drawings import bundle  # matplotlib is slow to import, and only still pictures need it

        still = bundle(self.picture().figure, self.describe(), STILL_DPI)
        display({**still, "text/plain": "The same as a picture."}, raw=True)


def here() -> tuple[str, str]:
    """The cell that is being executed, and its execution; empty outside of a notebook."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return parent.get("metadata", {}).get("cellId") or "", parent.get("header", {}).get("msg_id", "")


def replace(widget: Any) -> None:
    """Free the widgets that the same cell displayed when it was run before, unless they are still in use."""
    cell, execution = here()
    if not cell:
        return
    before, widgets = _shown.get(cell, ("", []))
    if before != execution:
        _shown[cell] = (execution, [])
        for each in widgets:
            free(each)
    _shown[cell][1].append(widget)


def in_use(widget: Any) -> bool:
    """Whether a widget may be shown again: its cell has not made another since; or is shown now, in another cell."""
    cell, execution = getattr(widget, "born", ("", ""))
    return (cell in _made and _made[cell] == execution) or any(
        widget is each for _, shown in _shown.values() for each in shown
    )


def free(widget: Any) -> None:
    """Close a widget and all that stands in it, and let go of what it holds, unless it is in use."""
    if in_use(widget):
        return
    for child in getattr(widget, "children", ()):
        free(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if hasattr(part, "close"):
            part.close()
    widget.close()
    if hasattr(widget, "halt"):
        widget.halt()
    if hasattr(widget, "surfaces"):
        widget.surfaces, widget.lesson, widget.handed, widget._runs = [], {}, [], ("", [])
