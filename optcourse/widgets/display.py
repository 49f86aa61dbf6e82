"""How a widget appears in a notebook: with a kernel, without one, and when its cell is run again."""

import html
from typing import Any

from IPython import get_ipython
from IPython.display import display
from ipywidgets import Widget

STILL_DPI = 72
_shown: dict[str, tuple[str, list[Any]]] = {}  # by cell: the execution, and the widgets that it displayed
_made: dict[str, str] = {}  # by cell: the execution that made widgets last


class MadeInCell(Widget):
    """A widget that knows which execution of which cell has made it."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.born = here()
        if self.born[0]:
            _made.update([self.born])
        super().__init__(*args, **kwargs)


class ReplacesOutput(MadeInCell):
    """A widget that closes, when it is displayed, what its cell displayed when it was run before."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        replace(self)
        return super()._repr_mimebundle_(**kwargs)


class Displayed(MadeInCell):
    """A widget that has a still picture, a description with its numbers, and a summary that costs nothing."""

    def picture(self) -> Any:
        raise NotImplementedError

    def describe(self) -> str:
        raise NotImplementedError

    @property
    def summary(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and in text what it is; ipywidgets would take ``repr`` for that, which has to run all first."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/plain": self.summary}

    def _ipython_display_(self) -> None:
        """Two outputs: the widget at once; then a still picture with its numbers, which CSS hides next to a live widget.

        In one bundle JupyterLab would choose the widget, and show an error and no picture when its model is gone. Picture and
        numbers can take a while to make; if you interrupt that, the widget stays.
        """
        replace(self)
        display(self._repr_mimebundle_(), raw=True)
        from ..plots.figures import bundle

        words = self.describe()
        still = bundle(self.picture().figure, self.summary, STILL_DPI)
        page = f'{still["text/html"]}<figcaption style="white-space: pre-wrap">{html.escape(words)}</figcaption>'
        shown = {**still, "text/html": f'<figure class="oc-still">{page}</figure>', "text/plain": words}
        display(shown, raw=True)


def here() -> tuple[str, str]:
    """The cell that is being executed, and its execution; empty outside of a notebook."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return parent.get("metadata", {}).get("cellId") or "", parent.get("header", {}).get("msg_id", "")


def replace(widget: Any) -> None:
    """Close the widgets that the same cell displayed when it was run before, unless they are still in use."""
    cell, execution = here()
    if not cell:
        return
    before, widgets = _shown.get(cell, ("", []))
    if before != execution:
        _shown[cell] = (execution, [])
        for each in widgets:
            free(each)
    _shown[cell][1].append(widget)


def free(widget: Any) -> None:
    """Close a widget and all that is in it, so that the page drops its models, unless somebody may still see it.

    That is if its cell has not made another since, or if a cell shows it now.
    """
    cell, execution = getattr(widget, "born", ("", ""))
    shown = [each for _, widgets in _shown.values() for each in widgets]
    if (cell in _made and _made[cell] == execution) or any(widget is each for each in shown):
        return
    for part in (*getattr(widget, "children", ()), getattr(widget, "layout", None), getattr(widget, "style", None)):
        if isinstance(part, Widget):
            free(part)
    widget.close()
