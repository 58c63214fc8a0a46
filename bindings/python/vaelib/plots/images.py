"""Pictures in a grid."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaelib.plots.figure import Path, axes_for, finish, headline, new_figure
from vaelib.plots.pictures import GAP, Images, Shape, as_images, in_colours, limits_of, tile

#: Inches: the widest grid, the widest picture in one, the edge of a grid, a line of the title, a letter.
_BREADTH, _PICTURE, _MARGIN, _LINE, _LETTER = 7.0, 1.1, 0.08, 0.22, 0.085


def image_grid(
    images: Any,
    *,
    shape: Shape | None = None,
    columns: int | None = None,
    title: str | None = None,
    gap: float = GAP,
    limits: tuple[float, float] | None = None,
    row_names: Sequence[str] | None = None,
    ax: Axes | None = None,
    path: Path | None = None,
) -> Axes:
    """Pictures in a grid, row by row; the axes.

    Parameters
    ----------
    images : array, Dataset or data frame
        Of shape (n, height, width), or (n, height, width, 3) in colours, where PyTorch's order (n, 3, height, width) is
        understood, too; or one picture a row, (n, pixels). What is NaN stays empty.
    shape : (height, width) or (height, width, 3), optional
        Of rows; by default they are squares of grey levels.
    columns : int, optional
        How many pictures stand beside each other; by default as many as below each other.
    title : str, optional
        What stands above.
    gap : float
        The space between pictures, as a share of one.
    limits : (float, float), optional
        The values of black and white: by default 0 and 1, or the pictures' own range where it is wider.
    row_names : sequence of str, optional
        What stands at the left of each row of the grid.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    path : path, optional
        The file to write the figure to, of any type that matplotlib knows.

    Raises
    ------
    ValueError, TypeError
        These are no pictures; the text says what is expected.
    """
    if columns is not None and (not isinstance(columns, int | np.integer) or columns < 1):
        raise ValueError(f"columns must be a whole number of at least 1, not {columns!r}")
    pictures = as_images(images, shape)
    across = columns or math.ceil(math.sqrt(len(pictures)))
    canvas = tile(pictures, None, across, gap)
    low, high = limits or limits_of(canvas)
    if ax is None:
        ax = _fitting_axes(canvas, across, title, row_names, path)
    else:
        axes_for(ax, 0, 0)
        headline(ax, title)
    if canvas.ndim == 3:
        ax.imshow(in_colours(canvas, low, high), interpolation="nearest")
    else:
        ax.imshow(canvas, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    _name_rows(ax, canvas, row_names)
    finish(ax.figure, path)
    return ax


def _fitting_axes(
    canvas: Images, across: int, title: str | None, row_names: Sequence[str] | None, path: Path | None
) -> Axes:
    """Axes of a new figure that is as large as the grid, its title and the names of its rows."""
    height, width = canvas.shape[:2]
    breadth = min(_BREADTH, across * _PICTURE)
    names = max((len(name) for name in row_names or ()), default=0) * 0.8 * _LETTER + (0.1 if row_names else 0.0)
    total = max(breadth + names + 2 * _MARGIN, 2.4)
    left = _MARGIN + names
    text = textwrap.fill(title, max(12, int((total - left - _MARGIN) / _LETTER))) if title else ""
    headroom = _LINE * (text.count("\n") + 1) + 0.05 if text else 0.0
    tall = breadth * height / width
    complete = tall + headroom + 2 * _MARGIN
    figure = new_figure(total, complete, path, layout=None)
    axes = figure.add_axes((left / total, _MARGIN / complete, breadth / total, tall / complete))
    headline(axes, text)
    return axes


def _name_rows(axes: Axes, canvas: Images, row_names: Sequence[str] | None) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)
    if row_names:
        each = canvas.shape[0] / len(row_names)
        axes.set_yticks([each * (row + 0.5) - 0.5 for row in range(len(row_names))], row_names, fontsize="small")
        axes.tick_params(axis="y", length=0)
