"""How a widget appears in a notebook: with a kernel, without one, and when its cell is run again."""

from typing import Any

from IPython import get_ipython
from IPython.display import display

from ..pictures.drawings import Drawing, image

STILL_DPI = 72
_shown: dict[str, tuple[str, list[Any]]] = {}  # by cell: the execution, and the widgets that it displayed


class Replaces:
    """A widget that frees, when it is displayed, what its cell displayed when it was run before."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        replace(self)
        return super()._repr_mimebundle_(**kwargs)


class Shown:
    """A widget that has a still picture and a description."""

    def picture(self) -> Drawing:
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
        still = image(self.picture().figure, self.describe(), STILL_DPI)
        display({"text/html": still, "text/plain": "The same as a picture."}, raw=True)


def replace(widget: Any) -> None:
    """Free the widgets that the same cell displayed when it was run before."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell, execution = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id", "")
    if cell is None:
        return
    before, widgets = _shown.get(cell, ("", []))
    if before != execution:
        for each in widgets:
            free(each)
        widgets = []
    _shown[cell] = (execution, [*widgets, widget])


def free(widget: Any) -> None:
    """Close a widget and all that stands in it, and let go of what it holds."""
    for child in getattr(widget, "children", ()):
        free(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if hasattr(part, "close"):
            part.close()
    widget.close()
    if hasattr(widget, "surfaces"):
        widget.surfaces, widget.lesson, widget.handed = [], {}, []
