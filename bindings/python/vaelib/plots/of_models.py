"""What models make, as pictures: samples, reconstructions, what is denoised, filters, paths through latent space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaelib.models.columns import is_given
from vaelib.models.estimator import Estimator
from vaelib.models.stack_queries import StackQueries
from vaelib.models.vae_queries import VAEQueries
from vaelib.plots.images import image_grid
from vaelib.plots.pictures import Images, Shape, as_images, as_numbers

#: Pictures that are drawn, where nobody says how many.
_SAMPLES = 64


def samples(
    source: Any,
    *,
    count: int | None = None,
    random_state: Any = None,
    conditions: Any = None,
    shape: Shape | None = None,
    **options: Any,
) -> Axes:
    """New pictures: ``source`` is a fitted VAE, of which ``count`` are drawn, or pictures that were drawn; the axes.

    64 by default, or, of a conditional VAE, as many as ``conditions`` has rows, if it has more than one. ``options``
    are those of ``image_grid``.
    """
    if isinstance(source, Estimator):
        vae = needs(source, VAEQueries, "samples")
        given = vae._given(conditions)
        several = given is not None and given.rows > 1
        wanted = (given.rows if several else _SAMPLES) if count is None else count
        drawn = modelled(vae, vae.sample(wanted, random_state=random_state, conditions=conditions))
    else:
        drawn = source
    return image_grid(drawn, **{"shape": shape, "title": "Samples from the prior", **options})


def reconstructions(
    source: Any, X: Any, *, count: int = 24, conditions: Any = None, shape: Shape | None = None, **options: Any
) -> Axes:
    """Originals and, below each, its reconstruction; the axes.

    ``reconstructions(model, X)``, with ``conditions`` beside X if the model was fitted with such, or
    ``reconstructions(originals, reconstructed)``. The first ``count`` rows are shown; further ``options`` are those of
    ``image_grid``.
    """
    if isinstance(source, Estimator):
        rows = first_rows(source, X, count, conditions)
        X = modelled(source, source.reconstruct(rows))  # type: ignore[attr-defined]
        source = modelled(source, source._own_columns(rows.numpy()))
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
    pixels = pixels_of(model)
    if layer != 0:
        raise ValueError("of a VAE there are filters of the encoder's first layer only")
    if pixels == 0:
        raise ValueError("the encoder's inputs are no pixels: columns are of several kinds")
    found: Images = first[:pixels].T  # further inputs are conditions, or say what is missing
    return found


def pixels_of(model: Any) -> int:
    """How many columns a VAE begins with that are of one kind, each an input, if only what is given follows; else 0."""
    native = model._fitted()
    first, *others = native.groups or [{"columns": native.data_dim, "likelihood": native.likelihoods[0]}]
    if first["likelihood"] == "categorical" or not all(is_given(group) for group in others):
        return 0
    return 0 if is_given(first) else int(first["columns"])


def modelled(model: Any, rows: Any) -> Any:
    """Rows of a model, as pictures: without columns that are conditions."""
    within = given_within(model)
    return np.delete(as_numbers(rows, "rows"), within, axis=1) if within else rows


def given_within(model: Any) -> list[int]:
    """The columns of X that are conditions."""
    given = model._fitted().condition_columns if isinstance(model, VAEQueries) else []
    return [column for column in given if column < model.n_features_in_]


def manifold(
    source: Any, *, side: int = 15, conditions: Any = None, shape: Shape | None = None, **options: Any
) -> Axes:
    """The plane of two latents, decoded at ``side`` times ``side`` places; the axes.

    ``source`` is a fitted VAE with ``latent_dim=2``, or what its ``manifold`` gave. All places have the same
    ``conditions``, if the VAE needs some. ``options`` are those of ``image_grid``.
    """
    if isinstance(source, Estimator):
        rows = modelled(source, needs(source, VAEQueries, "a manifold").manifold(side, conditions=conditions))
    else:
        rows = source
    return image_grid(rows, **{"shape": shape, "title": "The plane of two latents", "gap": 0.0, **options})


def interpolation(
    model: Estimator[Any],
    X: Any,
    pairs: Sequence[tuple[int, int]] = ((0, 1),),
    *,
    steps: int = 10,
    conditions: Any = None,
    shape: Shape | None = None,
    **options: Any,
) -> Axes:
    """The path through latent space from a row of X to another one, decoded; a row of pictures for each pair; the axes.

    ``conditions`` are those beside X, if the VAE was fitted with such; they go from one to the other row's, too.
    ``options`` are those of ``image_grid``.
    """
    vae = needs(model, VAEQueries, "interpolations")
    listed = [tuple(pair) for pair in pairs]
    if not listed or any(len(pair) != 2 for pair in listed):
        raise ValueError(f"pairs must be pairs of row numbers, such as [(0, 1), (0, 2)], not {pairs!r}")
    rows = vae._examples(X, conditions=conditions)
    paths = [as_numbers(modelled(vae, vae.interpolate(rows, *pair, steps)), "rows") for pair in listed]
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


def first_rows(model: Estimator[Any], X: Any, count: int, conditions: Any = None) -> Any:
    """The first rows of X, as a Dataset of what the model sees."""
    model._fitted()
    return model._examples(X, conditions=conditions)[:count]


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
