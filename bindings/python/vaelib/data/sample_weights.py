"""How much each example counts in training: sample_weight and class_weight, as scikit-learn has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arrays import first_other
from vaelib.data.as_array import as_array
from vaelib.data.dataset import Dataset

Weights = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def as_weights(sample_weight: Any, rows: int) -> Weights:
    """One weight for each of ``rows`` examples; a number stands for the same for all.

    Raises
    ------
    ValueError
        They are no numbers, or not one for each example.
    """
    given = as_array(sample_weight, "sample_weight")
    try:
        weights = given.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"sample_weight must be numbers, one for each example: {first_other(given)}") from None
    if weights.ndim == 0:
        return np.full(rows, weights)
    if weights.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, not of shape {weights.shape}")
    if len(weights) != rows:
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected {(rows,)}!")
    return weights


def weighted(examples: Dataset, sample_weight: Any) -> Dataset:
    """The examples with these weights; with their own, if they are a Dataset that has some, where none are given."""
    return examples if sample_weight is None else examples.reweight(as_weights(sample_weight, examples.rows))


def counting(examples: Dataset) -> Mask:
    """Which examples count: those whose weight is not 0."""
    weights = examples.weights
    return np.ones(examples.rows, dtype=np.bool_) if weights is None else weights > 0


def counting_rows(examples: Dataset) -> Dataset:
    """Those of the examples that count; the dataset itself if all do."""
    counts = counting(examples)
    return examples if counts.all() else examples[counts]


def mean(values: npt.NDArray[Any], sample_weight: Any) -> float:
    """The mean of a value of each example, by their weights if there are some."""
    if sample_weight is None:
        return float(values.mean())
    return float(np.average(values, weights=as_weights(sample_weight, len(values))))


def class_factors(
    class_weight: Any, classes: npt.NDArray[Any], numbers: npt.NDArray[np.int64], weights: Weights | None
) -> Weights | None:
    """What the weights of the examples of each class are multiplied by; None for nothing.

    ``numbers`` are the classes of the examples, -1 for none, ``weights`` how much each counts.

    Raises
    ------
    ValueError
        ``class_weight`` is neither None, "balanced" nor a mapping from classes to numbers of at least 0.
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, Mapping):
        return _given(class_weight, classes)
    if not (isinstance(class_weight, str) and class_weight == "balanced"):
        raise ValueError(
            f'class_weight must be None, "balanced" or a dictionary from classes to weights, not {class_weight!r}'
        )
    known = numbers >= 0
    sums = np.bincount(
        numbers[known], weights=None if weights is None else weights[known], minlength=len(classes)
    ).astype(np.float64)
    factors: Weights = sums.sum() / (len(classes) * sums)
    return factors


def reweighted_by_class(examples: Dataset, numbers: npt.NDArray[np.int64], factors: Weights | None) -> Dataset:
    """The examples with their weights times the factors of their classes; those of no class, -1, keep theirs."""
    if factors is None:
        return examples
    own = examples.weights
    weights = np.ones(examples.rows) if own is None else own.astype(np.float64)
    known = numbers >= 0
    weights[known] *= factors[numbers[known]]
    return examples.reweight(weights)


def _given(class_weight: Mapping[Any, Any], classes: npt.NDArray[Any]) -> Weights:
    """The weights of a mapping; 1 for classes that are not in it."""
    names = classes.tolist()
    missing = [name for name in names if name not in class_weight]
    if missing and len(class_weight) != len(names) - len(missing):
        raise ValueError(f"class_weight has no weight for {missing}, but for others that do not occur in y")
    factors = np.array([float(class_weight.get(name, 1)) for name in names])
    wrong = ~(np.isfinite(factors) & (factors >= 0))
    if wrong.any():
        name = names[int(np.argmax(wrong))]
        raise ValueError(f"class_weight is {class_weight[name]!r} for {name!r}; it must be finite and at least 0")
    return factors
