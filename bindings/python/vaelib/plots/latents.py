"""Codes as points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from vaelib.plots.figure import COLOURS, INK, Path, finish, style


def latent_scatter(
    latents: npt.ArrayLike, path: Path | None = None, *, labels: Sequence[int] | npt.ArrayLike | None = None
) -> Figure:
    """The first two latents of each example, coloured by label."""
    points = np.asarray(latents)
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError(f"two latents are needed, not an array of shape {points.shape}")
    figure = Figure(figsize=(7.0, 5.8), layout="constrained")
    axes = figure.add_subplot()
    style(axes)
    classes = [None] if labels is None else list(np.unique(np.asarray(labels)))
    for index, label in enumerate(classes):
        chosen = points if label is None else points[np.asarray(labels) == label]
        colour = COLOURS[0] if label is None else f"C{index}" if len(classes) <= 10 else None
        axes.scatter(chosen[:, 0], chosen[:, 1], s=9, alpha=0.7, linewidths=0, color=colour, label=label)
    if labels is not None:
        axes.legend(frameon=False, markerscale=2, labelcolor=INK, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_xlabel("first latent", color=INK)
    axes.set_ylabel("second latent", color=INK)
    axes.set_title("Means of q(z|x)", color=INK, fontsize=11, loc="left")
    axes.set_aspect("equal")
    return finish(figure, path)
