"""What models make, as pictures: samples, reconstructions, what is denoised, filters, paths through latent space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaelib.models.estimator import Estimator
from vaelib.models.stack_queries import StackQueries
from vaelib.models.vae_queries import VAEQueries
from vaelib.plots.images import image_grid
from vaelib.plots.pictures import Images, Shape, as_images, as_numbers


def samples(
    source: Any, *, count: int = 64, random_state: Any = None, shape: Shape | None = None, **options: Any
) -> Axes:
    """New pictures: ``source`` is a fitted VAE, of which ``count`` are drawn, or pictures that were drawn; the axes.

    ``options`` are those of ``image_grid``.
    """
    if isinstance(source, Estimator):
        drawn = needs(source, VAEQueries, "samples").sample(count, random_state=random_state)
    else:
        drawn = source
    return image_grid(drawn, **{"shape": shape, "title": "Samples from the prior", **options})


def reconstructions(source: Any, X: Any, *, count: int = 24, shape: Shape | None = None, **options: Any) -> Axes:
    """Originals and, below each, its reconstruction; the axes.

    ``reconstructions(model, X)``, or ``reconstructions(originals, reconstructed)``. The first ``count`` rows are shown;
    further ``options`` are those of ``image_grid``.
    """
    if isinstance(source, Estimator):
        rows = first_rows(source, X, count)
        X, source = source.reconstruct(rows), rows.numpy()  # type: ignore[attr-defined]
    groups = {"original": source, "reconstruction": X}
    return _below_each_other(groups, count, shape, **{"title": "Reconstructions", **options})


def denoising(
    source: Any,
    X: Any,
    denoised: Any = None,
    *,
    count: int = 12,
    random_state: Any = None,
    shape: Shape | None = None,
    **options: Any,
) -> Axes:
    """Originals, below each its noisy version, and below that the restored one; the axes.

    ``denoising(stack, X)``, with noise as the stack had it in training, or ``denoising(originals, noisy, denoised)``.
    The first ``count`` rows are shown; further ``options`` are those of ``image_grid``.
    """
    if isinstance(source, Estimator):
        stack = needs(source, StackQueries, "denoising")
        rows = first_rows(source, X, count)
        noisy = stack.corrupt(rows, random_state=random_state)
        source, X, denoised = rows.numpy(), noisy, stack.denoise(noisy)
    elif denoised is None:
        raise TypeError("denoising takes (stack, X), or three arrays: (originals, noisy, denoised)")
    groups = {"original": source, "noisy": X, "denoised": denoised}
    return _below_each_other(groups, count, shape, **{"title": "Denoising", **options})


def filters(source: Any, *, layer: int = 0, count: int = 100, shape: Shape | None = None, **options: Any) -> Axes:
    """What units look for in an example: grey is 0, and each filter has a contrast of its own; the axes.

    ``source`` is a fitted stack, whose ``layer`` is shown, a VAE, of which the encoder's first layer is, or the filters
    themselves, one a row. The first ``count`` are shown; further ``options`` are those of ``image_grid``.
    """
    found = filters_of(source, layer) if isinstance(source, Estimator) else as_numbers(source, "filters")
    rows = np.atleast_2d(found)[:count]
    largest = np.abs(rows.reshape(len(rows), -1)).max(axis=1).reshape(-1, *[1] * (rows.ndim - 1))
    scaled = rows / np.where(largest > 0, largest, 1)
    return image_grid(scaled, **{"shape": shape, "title": "Filters", "limits": (-1.0, 1.0), **options})


def filters_of(model: Estimator[Any], layer: int = 0) -> Images:
    """What each unit of a layer looks for in an example, shape (units, n_features)."""
    if isinstance(model, StackQueries):
        return model.filters(layer)
    weights = model.get_weights()
    first = weights.get("encoder/0/weight", weights["encoder/head/weight"])
    if layer != 0 or len(first) < model.n_features_in_:
        raise ValueError("of a VAE there are filters of the encoder's first layer only")
    if any(name.startswith("columns/") for name in weights):
        raise ValueError("the encoder's inputs are no pixels: columns are of several kinds")
    return first[: model.n_features_in_].T  # further inputs say what is missing


def manifold(source: Any, *, side: int = 15, shape: Shape | None = None, **options: Any) -> Axes:
    """The plane of two latents, decoded at ``side`` times ``side`` places; the axes.

    ``source`` is a fitted VAE with ``latent_dim=2``, or what its ``manifold`` gave. ``options`` are those of
    ``image_grid``.
    """
    rows = needs(source, VAEQueries, "a manifold").manifold(side) if isinstance(source, Estimator) else source
    return image_grid(rows, **{"shape": shape, "title": "The plane of two latents", "gap": 0.0, **options})


def interpolation(
    model: Estimator[Any],
    X: Any,
    pairs: Sequence[tuple[int, int]] = ((0, 1),),
    *,
    steps: int = 10,
    shape: Shape | None = None,
    **options: Any,
) -> Axes:
    """The path through latent space from a row of X to another one, decoded; a row of pictures for each pair; the axes.

    ``options`` are those of ``image_grid``.
    """
    vae = needs(model, VAEQueries, "interpolations")
    listed = [tuple(pair) for pair in pairs]
    if not listed or any(len(pair) != 2 for pair in listed):
        raise ValueError(f"pairs must be pairs of row numbers, such as [(0, 1), (0, 2)], not {pairs!r}")
    paths = [as_numbers(vae.interpolate(X, start, stop, steps), "rows") for start, stop in listed]
    names = [f"{start} to {stop}" for start, stop in listed]
    title = "Between two rows" if len(listed) == 1 else "Between pairs of rows"
    plain = {"shape": shape, "title": title, "columns": steps, "row_names": names}
    return image_grid(np.concatenate(paths), **{**plain, **options})


def needs(model: Any, kind: type[Any], what: str) -> Any:
    """The model, if it is of this kind.

    Raises
    ------
    TypeError
        It is another one.
    """
    if not isinstance(model, kind):
        wanted = "a VAE" if kind is VAEQueries else "a stack of denoising auto-encoders"
        raise TypeError(f"{what} can be had of {wanted}, not of a {type(model).__name__}")
    return model


def first_rows(model: Estimator[Any], X: Any, count: int) -> Any:
    """The first rows of X, as a Dataset of what the model sees."""
    model._fitted()
    return model._examples(X)[:count]


def _below_each_other(groups: dict[str, Any], count: int, shape: Shape | None, **options: Any) -> Axes:
    """Pictures of several groups in a grid, each picture of a group above that of the next."""
    pictures = {name: as_images(group, shape, name=f"{name} pictures")[:count] for name, group in groups.items()}
    if len({group.shape for group in pictures.values()}) > 1:
        shapes = ", ".join(f"{name} {group.shape}" for name, group in pictures.items())
        raise ValueError(f"the groups of pictures have different shapes: {shapes}")
    total = len(next(iter(pictures.values())))
    bands = math.ceil(total / (options.pop("columns", None) or 12))
    across = math.ceil(total / bands)  # as even as can be, so that few places stay empty
    rows = []
    for first in range(0, total, across):
        for group in pictures.values():
            part = group[first : first + across]
            rows.append(np.concatenate([part, np.full((across - len(part), *part.shape[1:]), np.nan, np.float32)]))
    names = list(pictures) * bands
    return image_grid(np.concatenate(rows), columns=across, **{"row_names": names, **options})
