"""Where pictures are drawn: figures that are shown where they can be, and how axes look in any style."""

from __future__ import annotations

import io
import os
from typing import Any, Literal

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from vaelib.data.replacement import replaced

Path = str | os.PathLike[str]
AnyFigure = Figure | SubFigure

#: Backends that draw to files alone: what pyplot holds for them is never shown, and never let go.
_TO_FILES = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")


class _Picture(Figure):
    """A figure that a notebook shows once, whatever the backend is."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """What a notebook asks for where a figure is to be shown."""
        if _is_inline():
            plt.close(self)  # else it would be shown again when the cell has ended
            return {}  # notebooks themselves know how to draw figures of this backend
        if plt.fignum_exists(getattr(self, "number", -1)):
            return {}  # it has a window
        content = io.BytesIO()
        self.savefig(content, format="png")
        return {"image/png": content.getvalue()}


def _is_inline() -> bool:
    """Whether pyplot's figures are shown in a notebook when a cell has ended."""
    return "inline" in plt.get_backend()


def new_figure(
    width: float, height: float, path: Path | None = None, layout: Literal["constrained"] | None = "constrained"
) -> Figure:
    """A figure of so many inches.

    pyplot has it where it is shown: in notebooks and, unless it is for a file, in windows. Elsewhere it is an object
    like others, which is freed with the last reference.
    """
    if not _is_inline() and (path is not None or plt.get_backend().lower() in _TO_FILES):
        return _Picture(figsize=(width, height), layout=layout)
    return plt.figure(FigureClass=_Picture, figsize=(width, height), layout=layout)


def axes_for(ax: Axes | None, width: float, height: float, path: Path | None = None) -> Axes:
    """The axes that were given, or those of a new figure.

    Raises
    ------
    TypeError
        ``ax`` is something else.
    """
    if ax is None:
        return new_figure(width, height, path).add_subplot()
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib axes, as plt.subplots() gives them, not {type(ax).__name__}")
    return ax


def figure_for(figure: AnyFigure | None, width: float, height: float, path: Path | None = None) -> AnyFigure:
    """The figure that was given, or a new one.

    Raises
    ------
    TypeError
        ``figure`` is something else.
    """
    if figure is None:
        return new_figure(width, height, path)
    if not isinstance(figure, Figure | SubFigure):
        raise TypeError(f"figure must be a matplotlib figure or subfigure, not {type(figure).__name__}")
    return figure


def quiet(axes: Any, grid: str = "both") -> None:
    """Axes without a box, with a faint grid behind what is drawn; colours are those of the style in use."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis=grid, color=plt.rcParams["text.color"], alpha=0.12, linewidth=0.8)
    axes.set_axisbelow(True)


def headline(axes: Any, title: str | None) -> None:
    """A title at the left, where its beginning is never cut off."""
    if title:
        axes.set_title(title, fontsize="medium", loc="left")


def finish(figure: Any, path: Path | None) -> None:
    """Writes the whole figure, if it is for a file."""
    if path is not None:
        whole = figure.get_figure(root=True) if isinstance(figure, SubFigure) else figure
        with replaced(path) as scratch:
            whole.savefig(scratch, dpi=150)
