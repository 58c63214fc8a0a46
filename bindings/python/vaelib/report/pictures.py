"""Pictures inside the page: drawings as SVG that follow the colours of the page, and pixels as PNG."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
import matplotlib.image
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from vaelib.plots.pictures import Images, Shape, as_images, in_colours, limits_of, tile
from vaelib.report.elements import Markup, picture, scrolling

#: The colour of text and lines in drawings, which becomes that of the page.
_INK = "#1f2933"
#: Inches from which a drawing has small print on a telephone, so that it is scrolled rather than shrunk.
_WIDE = 5.0
_STYLE: Any = {
    **{f"{part}.color": _INK for part in ("text", "xtick", "ytick")},
    **{f"axes.{part}": _INK for part in ("edgecolor", "labelcolor")},
    "axes.facecolor": "none",
    "axes.prop_cycle": cycler(color=["#3b82c4", "#e07b39", "#3a9d5d", "#d1495b"]),
    "svg.hashsalt": "vaelib",
    "font.size": 9.5,
}
_OWN_COLOURS = "<style>svg{color:#1f2933}@media(prefers-color-scheme:dark){svg{color:#e4e7eb}}</style>"


def drawing(
    width: float, height: float, draw: Callable[[Figure], Any], description: str, caption: object = None
) -> Markup:
    """What ``draw`` draws in a figure of so many inches, as SVG."""
    content = io.StringIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # letters that the font lacks
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = content.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    end = svg.index(">") + 1
    source = _data("image/svg+xml", (svg[:end] + _OWN_COLOURS + svg[end:]).encode())
    if width < _WIDE:
        return picture(source, description, caption)
    return scrolling(picture(source, description, caption, "wide"), description)


def pixels(
    images: Images, shape: Shape, columns: int, description: str, caption: object = None, *, signed: bool = False
) -> Markup:
    """Pictures in a grid as PNG, a pixel each; ``signed`` ones have a contrast of their own, and grey for 0."""
    pictures = as_images(images, shape)
    if signed:
        largest = np.nanmax(np.abs(pictures.reshape(len(pictures), -1)), axis=1)
        units = np.where(largest > 0, largest, np.float32(1)).reshape(-1, *[1] * (pictures.ndim - 1))
        pictures = np.divide(pictures, units, dtype=np.float32)
    canvas = tile(pictures, None, columns)
    low, high = (-1.0, 1.0) if signed else limits_of(canvas)
    if canvas.ndim == 2:
        canvas = np.repeat(canvas[..., np.newaxis], 3, axis=2)
    return picture(_png(in_colours(canvas, low, high)), description, caption, "pixels")


def diverging(values: Images, shape: Shape, description: str) -> Markup:
    """One picture of numbers around 0: red below, blue above."""
    numbers = as_images(values[np.newaxis], shape)[0]
    numbers = numbers.sum(axis=-1) if numbers.ndim == 3 else numbers
    largest = float(np.nanmax(np.abs(numbers))) or 1.0
    colours = matplotlib.colormaps["RdBu"]((numbers / largest + 1) / 2)
    return picture(_png(colours), description, None, "pixels")


def side_by_side(groups: list[Images], across: int) -> Images:
    """Rows of several groups, those of a group above those of the next, band by band; the last may have gaps."""
    bands = []
    for first in range(0, len(groups[0]), across):
        for group in groups:
            part = group[first : first + across]
            bands.append(np.concatenate([part, np.full((across - len(part), part.shape[1]), np.nan, np.float32)]))
    return np.concatenate(bands)


def _png(colours: Any) -> str:
    content = io.BytesIO()
    matplotlib.image.imsave(content, np.ascontiguousarray((255 * colours).round().astype(np.uint8)), format="png")
    return _data("image/png", content.getvalue())


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
