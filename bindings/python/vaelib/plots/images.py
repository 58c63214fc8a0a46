"""Pictures whose rows or units are images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from vaelib.plots.figure import INK, Path, finish

_GAP = 0.08
"""Space between pictures in a grid, as a fraction of a picture."""


def image_shape(columns: int) -> tuple[int, int]:
    """The height and width of a square picture with so many pixels.

    Raises
    ------
    ValueError
        No square has so many pixels.
    """
    side = math.isqrt(columns)
    if side * side != columns:
        raise ValueError(f"{columns} columns are not a square picture: give its shape, as shape=(height, width)")
    return side, side


def tile(
    images: npt.ArrayLike, shape: tuple[int, int] | None = None, columns: int | None = None, gap: float = _GAP
) -> npt.NDArray[np.float32]:
    """Pictures, one a row of a matrix, laid out as one picture with NaN between them."""
    rows = np.asarray(images, dtype=np.float32)
    height, width = shape or image_shape(rows.shape[1])
    across = columns or math.ceil(math.sqrt(len(rows)))
    down = math.ceil(len(rows) / across)
    space = max(1, round(gap * min(height, width))) if gap > 0 else 0
    canvas = np.full((down * (height + space) - space, across * (width + space) - space), np.nan, dtype=np.float32)
    for index, row in enumerate(rows):
        top, left = index // across * (height + space), index % across * (width + space)
        canvas[top : top + height, left : left + width] = row.reshape(height, width)
    return canvas


def image_grid(
    images: npt.ArrayLike,
    path: Path | None = None,
    *,
    shape: tuple[int, int] | None = None,
    columns: int | None = None,
    title: str | None = None,
    gap: float = _GAP,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Pictures, one a row of a matrix, in a grid.

    ``limits`` are the values of black and white: by default 0 and 1, or the data's own range where it is wider.
    """
    canvas = tile(images, shape, columns, gap)
    height, width = canvas.shape
    breadth, margin, headline = 7.0, 0.1, 0.3 if title else 0.0  # inches
    picture = (breadth - 2 * margin) * height / width
    tall = picture + 2 * margin + headline
    figure = Figure(figsize=(breadth, tall))
    axes = figure.add_axes((margin / breadth, margin / tall, 1 - 2 * margin / breadth, picture / tall))
    low, high = limits or _limits(canvas)
    axes.imshow(canvas, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    axes.set_axis_off()
    if title:
        axes.set_title(title, color=INK, fontsize=11, loc="left")
    return finish(figure, path)


def samples(images: npt.ArrayLike, path: Path | None = None, **options: Any) -> Figure:
    """Pictures drawn from a model; ``options`` are those of ``image_grid``."""
    return image_grid(images, path, **{"title": "Samples from the prior", **options})


def reconstructions(
    originals: npt.ArrayLike,
    reconstructed: npt.ArrayLike,
    path: Path | None = None,
    *,
    columns: int = 12,
    **options: Any,
) -> Figure:
    """Originals and, below each, its reconstruction; ``options`` are those of ``image_grid``."""
    title = "Originals, and below each its reconstruction"
    return _rows_of([originals, reconstructed], path, columns, **{"title": title, **options})


def denoising(
    originals: npt.ArrayLike,
    noisy: npt.ArrayLike,
    denoised: npt.ArrayLike,
    path: Path | None = None,
    *,
    columns: int = 12,
    **options: Any,
) -> Figure:
    """Originals, below each its noisy version, and below that the restored one; options as ``image_grid``'s."""
    title = "Originals, below each with noise, and below that denoised"
    return _rows_of([originals, noisy, denoised], path, columns, **{"title": title, **options})


def filters(weights: npt.ArrayLike, path: Path | None = None, **options: Any) -> Figure:
    """What units look for, from ``filters()`` of a stack: grey is 0, and each filter has a contrast of its own."""
    rows = np.asarray(weights, dtype=np.float32)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1)
    return image_grid(scaled, path, **{"title": "Filters", "limits": (-1.0, 1.0), **options})


def manifold(images: npt.ArrayLike, path: Path | None = None, **options: Any) -> Figure:
    """The result of ``VAE.manifold``; ``options`` are those of ``image_grid``."""
    return image_grid(images, path, **{"title": "The manifold of two latents", **options})


def _rows_of(groups: Sequence[npt.ArrayLike], path: Path | None, columns: int, **options: Any) -> Figure:
    """Pictures of several groups in a grid, each picture of a group above that of the next."""
    stacked = [np.asarray(group) for group in groups]
    if len({group.shape for group in stacked}) > 1:
        shapes = ", ".join(str(group.shape) for group in stacked)
        raise ValueError(f"the groups of pictures have different shapes: {shapes}")
    rows = []
    for first in range(0, len(stacked[0]), columns):
        for group in stacked:
            part = group[first : first + columns]
            rows.append(np.concatenate([part, np.full((columns - len(part), part.shape[1]), np.nan)]))
    return image_grid(np.concatenate(rows), path, columns=columns, **options)


def _limits(canvas: npt.NDArray[np.float32]) -> tuple[float, float]:
    low, high = float(np.nanmin(canvas)), float(np.nanmax(canvas))
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
