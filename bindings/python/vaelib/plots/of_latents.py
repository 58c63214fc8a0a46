"""What latents carry: the information in each, and what changes along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vaelib.models.estimator import Estimator
from vaelib.models.vae_queries import MeanAndVariance, VAEQueries
from vaelib.plots.columns import column_names
from vaelib.plots.figure import AnyFigure, Path, axes_for, figure_for, finish, headline, quiet
from vaelib.plots.images import image_grid
from vaelib.plots.labels import shown_name
from vaelib.plots.of_models import given_within, modelled, needs
from vaelib.plots.pictures import Images, Shape, image_shape

#: A latent whose mean varies less than this from example to example carries nothing (Burda et al. 2015).
LEAST_VARIANCE = 0.01
#: Bars that have room in a picture.
_MOST_BARS = 60
#: Columns of a table that are shown along a latent.
_MOST_COLUMNS = 24


class LatentKL:
    """KL(q(z_j|x) || p(z_j)) of each latent, the mean over examples, and whether the latent is active."""

    def __init__(self, model: Estimator[Any], X: Any, conditions: Any = None) -> None:
        vae = needs(model, VAEQueries, "latents")
        mean, log_variance = (part.astype(np.float64) for part in vae.encode(X, conditions=conditions))
        #: In nats, one a latent; together the KL term of the bound.
        self.kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).mean(axis=0)
        #: Whether its mean varies by more than .01 over the examples.
        self.active = mean.var(axis=0) > LEAST_VARIANCE

    @property
    def order(self) -> list[int]:
        """The latents, the most informative first."""
        return [int(latent) for latent in np.argsort(-self.kl, kind="stable")]


def latent_kl(
    model: Estimator[Any],
    X: Any,
    *,
    conditions: Any = None,
    title: str | None = None,
    ax: Axes | None = None,
    path: Path | None = None,
) -> Axes:
    """What each latent of a VAE tells about examples X, in nats, the most informative first; the axes.

    A latent is active if its mean varies by more than .01 over the examples (Burda et al. 2015). ``conditions`` are
    those beside X, if the VAE was fitted with such.
    """
    found = LatentKL(model, X, conditions)
    order = found.order[:_MOST_BARS]
    ax = axes_for(ax, float(np.clip(0.3 * len(order) + 1.2, 4.4, 9.0)), 3.0, path)
    places = np.arange(len(order))
    for active, name, colour in ((True, "active", "C0"), (False, "not active", "0.6")):
        chosen = found.active[order] == active
        if chosen.any():
            ax.bar(places[chosen], found.kl[order][chosen], color=colour, label=name)
    quiet(ax, "y")
    labels = [str(latent) for latent in order]
    step = max(1, -(-len(order) // 30))
    ax.set_xticks(places[::step], labels[::step], fontsize="small")
    ax.set_xlabel("latent" if len(order) == len(found.kl) else f"latent, the first {len(order)} of {len(found.kl)}")
    ax.set_ylabel("KL, nats")
    active_count = int(found.active.sum())
    headline(ax, title or f"{active_count} of {len(found.kl)} latents are active")
    if not found.active.all():
        ax.legend(frameon=False, fontsize="small")
    finish(ax.figure, path)
    return ax


def traversals(
    model: Estimator[Any],
    X: Any = None,
    *,
    row: int = 0,
    latents: Sequence[int] | None = None,
    steps: int = 9,
    extent: float = 3.0,
    conditions: Any = None,
    shape: Shape | None = None,
    figure: AnyFigure | None = None,
    path: Path | None = None,
) -> AnyFigure:
    """What the decoder makes while one latent goes from -``extent`` to ``extent`` and the others stay; the figure.

    A row of pictures for each latent. Where columns are no pixels, a panel for each latent, with a line of colours for
    each column: how far it is from the middle, as a share of the largest change that is shown of it.

    Parameters
    ----------
    model : VAE
        A fitted one.
    X : array, data frame or Dataset, optional
        Examples, whose ``row`` has the code that the others stay at; by default all are 0.
    latents : sequence of int, optional
        Which; by default the ten that carry most about X, or the first ten without X.
    conditions : optional
        Those beside X, if the VAE was fitted with such; without X those that all is decoded under, one row, of any
        conditional VAE. With X all is decoded under the conditions of its ``row``.
    shape : (height, width) or (height, width, 3), optional
        Of pictures; by default rows are squares of grey levels, unless columns have names or no square has so many.
    """
    vae = needs(model, VAEQueries, "latents")
    width = vae._fitted().latent_dim
    examples = None if X is None else vae._examples(X, conditions=conditions)
    order = list(range(width)) if examples is None else LatentKL(model, examples).order
    chosen = order[:10] if latents is None else [int(latent) for latent in latents]
    if not chosen or any(not 0 <= latent < width for latent in chosen):
        raise ValueError(f"latents must be among the numbers 0 to {width - 1}, not {latents!r}")
    if steps < 2:
        raise ValueError(f"steps must be at least 2, not {steps}")
    middle = np.zeros(width, np.float32)
    if examples is not None:
        middle = vae.encode(examples)[0][row]
        conditions = vae._conditions_of(examples, row)
    codes = np.repeat(np.repeat(middle[np.newaxis], steps, axis=0)[np.newaxis], len(chosen), axis=0)
    values = np.linspace(-extent, extent, steps)
    for place, latent in enumerate(chosen):
        codes[place, :, latent] = values
    decoded = _decoded(vae, codes.reshape(-1, width), conditions)
    decoded = modelled(vae, decoded).reshape(len(chosen), steps, -1)
    if _are_pictures(model, shape):
        names = [f"latent {latent}" for latent in chosen]
        rows = decoded.reshape(len(chosen) * steps, -1)
        if figure is None:
            figure = image_grid(rows, shape=shape, columns=steps, row_names=names, title=_title(extent)).figure
        else:
            axes = figure_for(figure, 0, 0).subplots()
            image_grid(rows, shape=shape, columns=steps, row_names=names, title=_title(extent), ax=axes)
        finish(figure, path)
        return figure
    given = given_within(vae)
    names = [name for column, name in enumerate(column_names(model)) if column not in given]
    return _of_table(decoded, values, chosen, names, figure, path)


def _decoded(vae: Any, codes: Images, conditions: Any) -> Images:
    """The mean of p(x|z) for each code, as numbers."""
    found = vae.decode(codes, conditions=conditions)
    return found.mean if isinstance(found, MeanAndVariance) else np.asarray(found)


def _title(extent: float) -> str:
    return f"Each latent from {-extent:g} to {extent:g}"


def _are_pictures(model: Estimator[Any], shape: Shape | None) -> bool:
    if shape is not None:
        return True
    if getattr(model, "feature_names_in_", None) is not None:
        return False
    try:
        return image_shape(model.n_features_in_ - len(given_within(model)))[0] >= 5
    except ValueError:
        return False


def _of_table(
    decoded: Images, values: Any, latents: Sequence[int], names: list[str], figure: AnyFigure | None, path: Path | None
) -> AnyFigure:
    """The columns that change most, along each latent."""
    change = decoded - decoded[:, [decoded.shape[1] // 2]]
    largest = np.abs(change).max(axis=(0, 1))
    spread = largest / np.maximum(np.abs(decoded).max(axis=(0, 1)), 1e-12)
    shown = np.sort(np.argsort(-spread, kind="stable")[:_MOST_COLUMNS])
    scaled = change[..., shown] / np.where(largest[shown] > 0, largest[shown], 1)
    across = min(len(latents), 5)
    down = -(-len(latents) // across)
    figure = figure_for(figure, 1.5 * across + 2.4, max(0.2 * len(shown) + 0.9, 2.4) * down, path)
    panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
    for spare in panels[len(latents) :]:
        spare.remove()
    box = (values[0], values[-1], len(shown) - 0.5, -0.5)
    for panel, latent, rows in zip(panels, latents, scaled, strict=False):
        drawn = panel.imshow(rows.T, cmap="RdBu_r", vmin=-1, vmax=1, extent=box, aspect="auto", interpolation="nearest")
        headline(panel, f"latent {latent}")
        panel.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    panels[0].set_yticks(range(len(shown)), [shown_name(names[column]) for column in shown], fontsize="small")
    figure.colorbar(drawn, ax=list(panels[: len(latents)]), label="share of largest change")
    finish(figure, path)
    return figure
