"""Labels of any kind as the numbers 0, 1, ... that the library knows."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import VaelibWarning, caller_depth

Labels = npt.NDArray[Any]


def as_labels(y: Any, rows: int, estimator: str) -> Labels:
    """Labels as an array with one for each of ``rows`` examples: texts, booleans, whole numbers, or objects alike.

    Raises
    ------
    ValueError
        There are none, or not one for each example, or they are not classes: real numbers, NaN, missing values.
    """
    if y is None:
        raise ValueError(f"{estimator} requires y to be passed, but the target y is None")
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        _warn_of_column()
        labels = labels.reshape(-1)
    if labels.ndim != 1:
        raise ValueError(f"y should be a 1d array of labels, got an array of shape {labels.shape} instead")
    if len(labels) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(labels)}]")
    if labels.dtype.kind == "f":
        _check_whole_numbers(labels)
    elif labels.dtype.kind == "O":
        missing = next((row for row, label in enumerate(labels) if label is None or label != label), None)
        if missing is not None:
            raise ValueError(f"Input y contains NaN or None: row {missing} has no label")
    elif labels.dtype.kind not in "biuSUT":
        raise ValueError(f"Unknown label type: y has dtype {labels.dtype}; labels are texts, booleans or whole numbers")
    return labels


def encode(labels: Labels) -> tuple[Labels, npt.NDArray[np.int64]]:
    """The classes in order, and the number of each label's class.

    Raises
    ------
    ValueError
        There is one class only.
    TypeError
        The labels are of types that have no common order.
    """
    try:
        classes, numbers = np.unique(labels, return_inverse=True)
    except TypeError:
        kinds = sorted({type(label).__name__ for label in labels})
        raise TypeError(f"the labels in y are of types that have no common order: {', '.join(kinds)}") from None
    if len(classes) < 2:
        raise ValueError(f"y has one class only, {classes.tolist()[0]!r}; a classifier needs at least two classes")
    return classes, numbers.astype(np.int64)


def encode_as(labels: Labels, classes: Labels, name: str) -> npt.NDArray[np.int64]:
    """The number of each label's class.

    Raises
    ------
    ValueError
        A label is not among the classes.
    """
    number_of = {label: number for number, label in enumerate(classes.tolist())}
    unknown = sorted({repr(label) for label in labels.tolist() if label not in number_of})
    if unknown:
        raise ValueError(f"{name} has labels that are not among those of training: {', '.join(unknown[:5])}")
    return np.array([number_of[label] for label in labels.tolist()], dtype=np.int64)


def _check_whole_numbers(labels: Labels) -> None:
    if not np.isfinite(labels).all():
        raise ValueError(f"Input y contains NaN or infinity: row {int(np.argmin(np.isfinite(labels)))}")
    if (labels != np.rint(labels)).any():
        raise ValueError("Unknown label type: continuous. y holds real numbers; expected classes")


def _warn_of_column() -> None:
    """Says that y is a column, as a DataConversionWarning where scikit-learn is imported."""
    exceptions = sys.modules.get("sklearn.exceptions")
    category = VaelibWarning if exceptions is None else exceptions.DataConversionWarning
    text = "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples,)."
    warnings.warn(text, category, stacklevel=caller_depth())
