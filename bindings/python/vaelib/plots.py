"""Pictures of data, models and training, as matplotlib figures; needs matplotlib (``pip install vaelib[plots]``).

Every function returns a ``matplotlib.figure.Figure`` and, given a ``path``, also writes it there. No window is opened
and matplotlib's global state is not touched.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

try:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
except ImportError as error:
    raise ImportError("vaelib.plots needs matplotlib: pip install vaelib[plots]") from error

Path = str | os.PathLike[str]

_GAP = 0.08
"""Space between pictures in a grid, as a fraction of a picture."""
_INK, _MUTED = "#1f2933", "#7b8794"
_COLOURS = ("#2364aa", "#d1495b", "#3a7d44")


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

    ``limits`` are the values of black and white: by default 0 and 1, or the data's own range where they leave that.
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
        axes.set_title(title, color=_INK, fontsize=11, loc="left")
    return _finish(figure, path)


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
    """Originals, below each what noise made of it, and below that what was restored; options as ``image_grid``'s."""
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


def training_curve(history: Mapping[str, npt.ArrayLike], path: Path | None = None) -> Figure:
    """The bound and its two terms over the epochs, from ``VAE.history_``."""
    epochs = np.asarray(history["epoch"])
    figure = Figure(figsize=(7.0, 5.6), layout="constrained")
    bound, kl = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    bound.plot(epochs, history["elbo"], color=_COLOURS[0], label="training bound")
    bound.plot(epochs, history["reconstruction"], color=_COLOURS[2], linewidth=1.2, label="reconstruction")
    validation = np.asarray(history["validation_elbo"])
    if not np.isnan(validation).all():
        bound.plot(epochs, validation, color=_COLOURS[1], label="validation bound")
    kl.plot(epochs, history["kl"], color=_COLOURS[0], label="KL")
    for axes, label in ((bound, "nats per example"), (kl, "KL, nats")):
        _style(axes)
        axes.set_ylabel(label, color=_INK)
    bound.legend(frameon=False, labelcolor=_INK)
    bound.set_title("Training", color=_INK, fontsize=11, loc="left")
    kl.set_xlabel("epoch", color=_INK)
    kl.xaxis.set_major_locator(MaxNLocator(integer=True))
    return _finish(figure, path)


def stack_curve(history: Mapping[str, npt.ArrayLike], path: Path | None = None) -> Figure:
    """The losses of a stack, from its ``history_``: a panel for each layer's pretraining, and one for fine-tuning."""
    columns = {name: np.asarray(values) for name, values in history.items()}
    pretrained = columns["phase"] == "pretraining"
    panels = [(f"layer {layer}", pretrained & (columns["layer"] == layer))
              for layer in np.unique(columns["layer"][pretrained])]  # fmt: skip
    if not pretrained.all():
        panels.append(("fine-tuning", ~pretrained))
    figure = Figure(figsize=(max(3.2 * len(panels), 4.2), 3.4), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for panel, (title, chosen) in zip(axes, panels, strict=True):
        epochs = np.arange(1, np.count_nonzero(chosen) + 1)
        panel.plot(epochs, columns["loss"][chosen], color=_COLOURS[0], label="training loss")
        validation = columns["validation_loss"][chosen]
        if not np.isnan(validation).all():
            panel.plot(epochs, validation, color=_COLOURS[1], label="validation loss")
            panel.legend(frameon=False, labelcolor=_INK)
        _style(panel)
        panel.set_title(title, color=_INK, fontsize=11, loc="left")
        panel.set_xlabel("epoch", color=_INK)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel("loss per example", color=_INK)
    return _finish(figure, path)


def latent_scatter(
    latents: npt.ArrayLike, path: Path | None = None, *, labels: Sequence[int] | npt.ArrayLike | None = None
) -> Figure:
    """The first two latents of each example, coloured by label."""
    points = np.asarray(latents)
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError(f"two latents are needed, not an array of shape {points.shape}")
    figure = Figure(figsize=(7.0, 5.8), layout="constrained")
    axes = figure.add_subplot()
    _style(axes)
    classes = [None] if labels is None else list(np.unique(np.asarray(labels)))
    for index, label in enumerate(classes):
        chosen = points if label is None else points[np.asarray(labels) == label]
        colour = _COLOURS[0] if label is None else f"C{index}" if len(classes) <= 10 else None
        axes.scatter(chosen[:, 0], chosen[:, 1], s=9, alpha=0.7, linewidths=0, color=colour, label=label)
    if labels is not None:
        axes.legend(frameon=False, markerscale=2, labelcolor=_INK, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_xlabel("first latent", color=_INK)
    axes.set_ylabel("second latent", color=_INK)
    axes.set_title("Means of q(z|x)", color=_INK, fontsize=11, loc="left")
    axes.set_aspect("equal")
    return _finish(figure, path)


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


def _style(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_MUTED)
    axes.tick_params(colors=_MUTED, labelcolor=_INK)
    axes.grid(color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)


def _finish(figure: Figure, path: Path | None) -> Figure:
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure
