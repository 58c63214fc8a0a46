"""What is odd about a row, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vaelib.models.estimator import Estimator
from vaelib.models.outliers import OutlierDetection
from vaelib.plots.columns import category_names, column_names, value_text
from vaelib.plots.figure import Path, axes_for, finish, headline, quiet
from vaelib.plots.labels import shown_name
from vaelib.plots.of_models import given_within
from vaelib.plots.pictures import Shape, as_images


def explanation(
    model: Estimator[Any],
    X: Any,
    row: int = 0,
    *,
    count: int = 10,
    conditions: Any = None,
    shape: Shape | None = None,
    title: str | None = None,
    ax: Axes | None = None,
    path: Path | None = None,
) -> Axes:
    """What each column adds to a row's score beyond what it usually adds, as ``explain`` says; the axes.

    Bars to the left, in red, are what is odd about it. Columns that are conditions are given, and not shown. With
    ``shape`` the others are pixels of a picture.

    Parameters
    ----------
    model : VAE or StackedDenoisingAutoencoder
        A fitted one; one from a file needs ``calibrate`` first.
    X : array, data frame or Dataset
        Examples; ``row`` says which of them.
    count : int
        How many columns are shown, those that differ most from what is usual.
    conditions : optional
        Those beside X, of a VAE that was fitted with such.
    shape : (height, width) or (height, width, 3), optional
        The shape of a picture, if rows are such.
    title : str, optional
        What stands above.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    path : path, optional
        The file to write the figure to.
    """
    if not isinstance(model, OutlierDetection):
        raise TypeError(f"a {type(model).__name__} explains no rows: that is for a VAE or StackedDenoisingAutoencoder")
    model._fitted()
    examples = model._examples(X, conditions=conditions)
    if not -examples.rows <= row < examples.rows:
        raise IndexError(f"row {row} is out of range for {examples.rows} examples")
    place = row % examples.rows
    chosen = examples[place : place + 1]
    given = given_within(model)
    shares = np.delete(np.asarray(model.explain(chosen))[0], given)
    heading = title or f"Row {place}: what is odd about it"
    if shape is not None:
        return _as_picture(shares, shape, heading, ax, path)
    order = np.argsort(-np.abs(shares), kind="stable")[:count]
    order = order[np.argsort(shares[order], kind="stable")]
    values = model._own_columns(chosen.numpy())[0]
    categories = category_names(model)
    names = [
        f"{shown_name(name)} = {shown_name(value_text(value, categories.get(column)))}"
        for column, (name, value) in enumerate(zip(column_names(model), values, strict=True))
        if column not in given
    ]
    ax = axes_for(ax, 6.4, 0.28 * len(order) + 1.0, path)
    draw_shares(ax, shares[order], [names[column] for column in order])
    ax.set_xlabel(
        "nats beyond the usual"
        if len(order) == len(shares)
        else f"nats beyond the usual; {len(order)} of {len(shares)} columns"
    )
    headline(ax, heading)
    finish(ax.figure, path)
    return ax


def draw_shares(axes: Any, shares: npt.NDArray[Any], names: list[str]) -> None:
    """A bar for each column, the first one at the top."""
    colours = ["#d1495b" if share < 0 else "C0" for share in shares]
    axes.barh(range(len(shares)), shares, color=colours, height=0.7)
    axes.axvline(0, color="0.5", linewidth=0.8)
    axes.set_yticks(range(len(names)), names, fontsize="small")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    quiet(axes, "x")


def _as_picture(shares: npt.NDArray[Any], shape: Shape, heading: str, ax: Axes | None, path: Path | None) -> Axes:
    """The shares where the pixels are; of colours their sum."""
    picture = as_images(shares[np.newaxis], shape, "shares")[0]
    picture = picture.sum(axis=-1) if picture.ndim == 3 else picture
    ax = axes_for(ax, 4.2, 3.4, path)
    largest = float(np.abs(picture).max()) or 1.0
    drawn = ax.imshow(picture, cmap="RdBu", vmin=-largest, vmax=largest, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.figure.colorbar(drawn, ax=ax, label="nats beyond the usual")
    headline(ax, heading)
    finish(ax.figure, path)
    return ax
