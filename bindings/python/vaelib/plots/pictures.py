"""Arrays as pictures: which shape they have, which values are black and white, and many of them as one."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

#: Space between pictures in a grid, as a fraction of a picture.
GAP = 0.08

Shape = tuple[int, int] | tuple[int, int, int]
Images = npt.NDArray[np.float32]


def image_shape(columns: int) -> tuple[int, int]:
    """The height and width of a square picture with so many pixels.

    Raises
    ------
    ValueError
        No square has so many pixels.
    """
    side = math.isqrt(columns)
    if side * side != columns:
        raise ValueError(
            f"{columns} columns are not a square picture: give its shape, as shape=(height, width) or, for colours, "
            "shape=(height, width, 3)"
        )
    return side, side


def as_images(images: Any, shape: Shape | None = None, name: str = "images") -> Images:
    """Pictures of shape (n, height, width), or (n, height, width, 3) in colours, of whatever holds such.

    Raises
    ------
    ValueError, TypeError
        They are no numbers, or have no such shape; the text begins with ``name``.
    """
    array = as_numbers(images, name)
    if array.ndim == 1:
        array = array[np.newaxis]
    if shape is not None:
        sizes = tuple(int(size) for size in shape)
        if len(sizes) not in (2, 3) or (len(sizes) == 3 and sizes[2] not in (1, 3, 4)):
            raise ValueError(f"shape must be (height, width) or (height, width, 3), not {shape!r}")
        pixels = math.prod(array.shape[1:])
        if math.prod(sizes) != pixels:
            raise ValueError(f"{name} have {pixels} numbers each, but shape={sizes} has {math.prod(sizes)}")
        array = array.reshape(len(array), *sizes)
    elif array.ndim == 2:
        array = array.reshape(len(array), *image_shape(array.shape[1]))
    if array.ndim == 4 and array.shape[3] not in (1, 3, 4) and array.shape[1] in (1, 3):
        array = np.moveaxis(array, 1, 3)  # PyTorch's order
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim != 3 and not (array.ndim == 4 and array.shape[3] in (3, 4)):
        raise ValueError(
            f"{name} must have shape (n, height, width), (n, height, width, 3) or (n, pixels), not {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{name} are empty: an array of shape {array.shape}")
    return array


def as_numbers(values: Any, name: str) -> Images:
    """An array of real numbers, of whatever holds such.

    Raises
    ------
    TypeError
        They are something else.
    """
    for step in ("detach", "cpu", "toarray"):  # of PyTorch's tensors, and of sparse matrices
        if hasattr(values, step):
            values = getattr(values, step)()
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise TypeError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind == "O":
        with suppress(TypeError, ValueError):
            array = array.astype(np.float32)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise TypeError(f"{name} must be an array of numbers, not {_described(values, array)}")
    return np.asarray(array, np.float32)


def _described(values: Any, array: npt.NDArray[Any]) -> str:
    if isinstance(values, str):
        return f"the text {values!r}; a file to write is path=..."
    return f"{type(values).__name__} of dtype {array.dtype}"


def tile(images: Any, shape: Shape | None = None, columns: int | None = None, gap: float = GAP) -> Images:
    """Pictures laid out row by row as one picture with NaN between them."""
    pictures = as_images(images, shape)
    count, height, width = pictures.shape[:3]
    across = columns or math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    space = max(1, round(gap * min(height, width))) if gap > 0 else 0
    size = (down * (height + space) - space, across * (width + space) - space)
    canvas = np.full((*size, *pictures.shape[3:]), np.nan, dtype=np.float32)
    for index, picture in enumerate(pictures):
        top, left = index // across * (height + space), index % across * (width + space)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def limits_of(canvas: Images) -> tuple[float, float]:
    """The values of black and white: 0 and 1, or the pictures' own range where it is wider.

    Raises
    ------
    ValueError
        There is no number at all.
    """
    finite = canvas[np.isfinite(canvas)]
    if finite.size == 0:
        raise ValueError("there is no picture to draw: none of the numbers is finite")
    low, high = float(finite.min()), float(finite.max())
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high if high > low else low + 1)


def in_colours(canvas: Images, low: float, high: float) -> Images:
    """Red, green, blue and opacity of a picture in colours; what is missing is transparent."""
    known = np.asarray(np.isfinite(canvas).all(axis=-1))
    colours: Images = np.clip((np.where(known[..., None], canvas, low) - low) / (high - low), 0, 1)
    opacity = known.astype(np.float32)[..., None]
    if colours.shape[-1] == 4:
        return np.concatenate([colours[..., :3], colours[..., 3:] * opacity], axis=-1)
    return np.concatenate([colours, opacity], axis=-1)
