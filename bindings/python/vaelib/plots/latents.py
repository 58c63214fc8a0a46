"""Codes as points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaelib.data.dataset import Dataset
from vaelib.models.estimator import Estimator
from vaelib.plots.figure import AnyFigure, Path, axes_for, figure_for, finish, headline, quiet
from vaelib.plots.labels import GREY, Classes, Labels, read_labels, scale_of_colours, shown_name
from vaelib.plots.pictures import Images, as_numbers

#: Where one latent varies more than so many times as much as the other, each axis has a unit of its own.
_MOST_UNEQUAL = 2.5
#: The diameter of a point in a legend.
_LEGEND_SCALE = 5.5
#: Latents that pairs are drawn of, where nobody says which.
_MOST_OF_PAIRS = 4


def latent_scatter(
    source: Any,
    *more: Any,
    latents: Sequence[int] | None = None,
    conditions: Any = None,
    names: Sequence[str] | None = None,
    title: str | None = "Codes",
    ax: Axes | None = None,
    path: Path | None = None,
) -> Axes:
    """Two latents of each example as a point; the axes.

    ``latent_scatter(Z)``, ``latent_scatter(Z, y)``, ``latent_scatter(model, X)`` or ``latent_scatter(model, X, y)``:
    codes, or a fitted model and the examples that it is to encode, and perhaps their labels. A Dataset X brings its
    own. Classes, which are texts, truth values and at most 20 whole numbers, are named beside the picture; other
    numbers have a colour bar. -1 beside other whole numbers, NaN and None stand for no label.

    Parameters
    ----------
    source, *more : arrays, or an estimator, examples and labels
        As above; codes have two or more columns.
    latents : two integers, optional
        Which latents are drawn; by default the two that differ most from example to example.
    conditions : optional
        Those beside X, of a VAE that was fitted with such.
    names : two texts, optional
        What the axes are called; by default "latent 0" and so on.
    title : str, optional
        What stands above.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    path : path, optional
        The file to write the figure to.
    """
    codes, y = _codes_and_labels(source, more, conditions)
    if latents is not None and np.size(latents) != 2:
        raise ValueError(f"latents must be two numbers, not {latents!r}; latent_pairs draws more")
    across, up = _chosen(codes, latents, 2)
    ax = axes_for(ax, 6.4, 5.2, path)
    _draw(ax, codes[:, across], codes[:, up], y, outside=ax.figure.get_layout_engine() is not None)
    horizontal, vertical = names or (f"latent {across}", f"latent {up}")
    ax.set_xlabel(horizontal)
    ax.set_ylabel(vertical)
    headline(ax, title)
    narrow, wide = np.sort(np.nanstd(codes[:, [across, up]], axis=0))
    if wide < _MOST_UNEQUAL * narrow:
        ax.set_aspect("equal", adjustable="datalim")
    finish(ax.figure, path)
    return ax


def latent_pairs(
    source: Any,
    *more: Any,
    latents: Sequence[int] | None = None,
    conditions: Any = None,
    figure: AnyFigure | None = None,
    path: Path | None = None,
) -> AnyFigure:
    """Every two of some latents, a panel for each pair; the figure.

    The arguments are those of ``latent_scatter``; ``latents`` are two or more, by default the four that differ most
    from example to example.
    """
    codes, y = _codes_and_labels(source, more, conditions)
    if latents is not None and np.size(latents) < 2:
        raise ValueError(f"latents must be two numbers or more, not {latents!r}")
    chosen = _chosen(codes, latents, min(_MOST_OF_PAIRS, codes.shape[1]))
    side = len(chosen) - 1
    figure = figure_for(figure, max(2.2 * side + 1.2, 4.4), max(2.2 * side, 3.2), path)
    panels = figure.subplots(side, side, squeeze=False, sharex="col", sharey="row")
    for row in range(side):
        for column in range(side):
            panel = panels[row, column]
            if column > row:
                panel.remove()
                continue
            _draw(panel, codes[:, chosen[column]], codes[:, chosen[row + 1]], y, legend=False)
            if row == side - 1:
                panel.set_xlabel(f"latent {chosen[column]}")
            if column == 0:
                panel.set_ylabel(f"latent {chosen[row + 1]}")
    _explain_colours(figure, [panels[row, column] for row in range(side) for column in range(row + 1)], y)
    finish(figure, path)
    return figure


def _codes_and_labels(source: Any, more: tuple[Any, ...], conditions: Any) -> tuple[Images, Labels | None]:
    """The codes, [n, 2 or more], and the labels, if there are some."""
    if isinstance(source, Estimator):
        if len(more) not in (1, 2):
            raise TypeError("of a model its examples are needed, too: (model, X) or (model, X, y)")
        X, y = more[0], more[1] if len(more) == 2 else None
        if y is None and isinstance(X, Dataset):
            y = X.labels
        given = {} if conditions is None else {"conditions": conditions}
        codes = as_numbers(source.transform(X, **given), "codes")  # type: ignore[attr-defined]
    else:
        if len(more) > 1:
            raise TypeError(
                f"expected codes (Z) or (Z, y), or a fitted model (model, X, y); {type(source).__name__} is no model"
            )
        y = more[0] if more else None
        codes = as_numbers(source, "codes")
    if codes.ndim != 2 or codes.shape[1] < 2 or len(codes) == 0:
        raise ValueError(f"codes must have two or more columns, one row for each example, not shape {codes.shape}")
    return codes, None if y is None else read_labels(y, len(codes))


def _chosen(codes: Images, latents: Sequence[int] | None, count: int) -> list[int]:
    """The latents that are drawn: those that are named, else the ``count`` that differ most."""
    width = codes.shape[1]
    if latents is None:
        return sorted(np.argsort(-np.nanvar(codes, axis=0), kind="stable")[:count].tolist())
    chosen = [int(latent) for latent in latents]
    for latent in chosen:
        if not 0 <= latent < width:
            raise ValueError(f"there is no latent {latent}: codes have {width} columns, from 0 to {width - 1}")
    return chosen


def _draw(axes: Any, x: Any, y: Any, labels: Labels | None, *, legend: bool = True, outside: bool = False) -> None:
    """The points, and what their colours mean."""
    quiet(axes)
    dots: dict[str, Any] = {"s": float(np.clip(9000 / len(x), 6, 24)), "alpha": 0.75, "linewidths": 0}
    if labels is None:
        axes.scatter(x, y, color="C0", **dots)
        return
    values, missing, is_scale = labels
    if is_scale:
        axes.scatter(x[missing], y[missing], color=GREY, **dots)
        drawn = axes.scatter(x[~missing], y[~missing], c=values[~missing], cmap=scale_of_colours(), **dots)
        if legend:
            axes.figure.colorbar(drawn, ax=axes).solids.set_alpha(1)
        return
    for name, colour, chosen in Classes(values, missing).groups():
        axes.scatter(x[chosen], y[chosen], color=colour, label=shown_name(name), **dots)
    if legend:
        beside: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if outside else {}
        _opaque(axes.legend(markerscale=_LEGEND_SCALE / dots["s"] ** 0.5, fontsize="small", **beside))


def _opaque(legend: Any) -> None:
    legend.set_frame_on(False)
    for handle in legend.legend_handles:
        handle.set_alpha(1)


def _explain_colours(figure: Any, panels: list[Any], labels: Labels | None) -> None:
    """Says beside all panels what their colours mean."""
    if labels is None:
        return
    if labels[2]:
        figure.colorbar(panels[0].collections[-1], ax=panels).solids.set_alpha(1)
        return
    handles, names = panels[0].get_legend_handles_labels()
    scale = _LEGEND_SCALE / handles[0].get_sizes()[0] ** 0.5
    _opaque(figure.legend(handles, names, loc="outside right center", markerscale=scale, fontsize="small"))
