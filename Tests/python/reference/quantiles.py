"""Columns as their normal scores: piecewise linear between knots, and beyond them as in the outermost intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Of each column.
KNOTS = 256


def normal_scores(weights: Mapping[str, Array], inner: Array) -> tuple[Array, Array]:
    """The score of each number [..., D], and its derivative by that number."""
    knots, scores = (np.atleast_2d(weights[f"standardization/{name}"]) for name in ("knots", "scores"))
    inner = np.asarray(inner)
    interval = np.stack(
        [np.searchsorted(knots[column], inner[..., column], side="right") - 1 for column in range(inner.shape[-1])],
        axis=-1,
    )
    interval, column = np.clip(interval, 0, KNOTS - 2), np.arange(inner.shape[-1])
    place, value = knots[column, interval], scores[column, interval]
    slope = (scores[column, interval + 1] - value) / (knots[column, interval + 1] - place)
    return value + (inner - place) * slope, slope


def numbers(weights: Mapping[str, Array], score: Array) -> Array:
    """The numbers [..., D] that have these scores."""
    knots, scores = (f"standardization/{name}" for name in ("knots", "scores"))
    return normal_scores({knots: weights[scores], scores: weights[knots]}, score)[0]


def random_knots(columns: int, seed: int = 0) -> dict[str, Array]:
    """Knots and scores with slopes from a tenth to ten, as float32 has them."""
    random = np.random.RandomState(seed)
    shape = (columns, KNOTS) if columns > 1 else (KNOTS,)
    rising = {name: np.cumsum(random.uniform(0.005, 0.05, size=shape), axis=-1) for name in ("knots", "scores")}
    return {
        f"standardization/{name}": (values - values.mean(axis=-1, keepdims=True)).astype(np.float32).astype(float)
        for name, values in rising.items()
    }
