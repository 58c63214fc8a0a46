"""Labels of any kind as the numbers 0, 1, ... that the library knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import VaelibWarning
from vaelib._c.logs import warn
from vaelib._c.scikit_learn import with_theirs
from vaelib.data.as_array import as_array, is_gap
from vaelib.data.unlabelled import (
    UNLABELLED,
    check_that_minus_one_is_a_number,
    is_labelled,
    is_labelled_for,
    with_numbers_kept,
)

Labels = npt.NDArray[Any]


def as_labels(y: Any, rows: int, estimator: str) -> Labels:
    """Labels as an array with one for each of ``rows`` examples: texts, booleans, whole numbers, or objects alike.

    Where the number -1 stands for an example without a label, it is left in its place.

    Raises
    ------
    ValueError
        There are none, or not one for each example, or they are not classes: real numbers, NaN, missing values.
    """
    if y is None:
        raise ValueError(f"{estimator} requires y to be passed, but the target y is None")
    labels = with_numbers_kept(y, as_array(y, "y"))
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
        missing = next((row for row, label in enumerate(labels) if is_gap(label)), None)
        if missing is not None:
            raise ValueError(f"Input y contains NaN or None: row {missing} has no label; -1 says so")
    elif labels.dtype.kind not in "biuSUT":
        raise ValueError(f"Unknown label type: y has dtype {labels.dtype}; labels are texts, booleans or whole numbers")
    return labels


def encode(labels: Labels) -> tuple[Labels, npt.NDArray[np.int64]]:
    """The classes in order, and the number of each label's class; -1 for an example without a label.

    Raises
    ------
    ValueError
        There is one class only, or none.
    TypeError
        The labels are of types that have no common order.
    """
    labelled = is_labelled(labels)
    known = labels[labelled]
    if len(known) == 0:
        raise ValueError(
            "every label in y is -1, which stands for no label, but a classifier needs examples of at least two "
            "classes; a StackedDenoisingAutoencoder learns without labels"
        )
    try:
        classes, numbers = np.unique(known, return_inverse=True)
    except TypeError:
        kinds = sorted({type(label).__name__ for label in known})
        raise TypeError(f"the labels in y are of types that have no common order: {', '.join(kinds)}") from None
    check_that_minus_one_is_a_number(classes)
    if len(classes) < 2:
        found = repr(classes.tolist()[0])
        if not labelled.all():
            found += f", in its {len(known)} examples that have a label (-1 stands for none)"
        raise ValueError(f"y has one class only, {found}; a classifier needs at least two classes")
    return classes, _in_place(numbers, labelled)


def encode_as(labels: Labels, classes: Labels, name: str) -> npt.NDArray[np.int64]:
    """The number of each label's class; -1 for an example without a label.

    Raises
    ------
    ValueError
        A label is not among the classes, or no example has one.
    """
    labelled = is_labelled_for(classes, labels)
    if not labelled.any():
        raise ValueError(f"{name} has no example with a label: -1 stands for none")
    known = labels[labelled].tolist()
    number_of = {label: number for number, label in enumerate(classes.tolist())}
    unknown = sorted({repr(label) for label in known if label not in number_of})
    if unknown:
        raise ValueError(f"{name} has labels that are not among those of training: {', '.join(unknown[:5])}")
    return _in_place(np.array([number_of[label] for label in known]), labelled)


def _in_place(numbers: npt.NDArray[Any], labelled: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The numbers at the examples with a label, and -1 at the others."""
    every = np.full(len(labelled), UNLABELLED, dtype=np.int64)
    every[labelled] = numbers
    return every


def _check_whole_numbers(labels: Labels) -> None:
    if not np.isfinite(labels).all():
        row = int(np.argmin(np.isfinite(labels)))
        raise ValueError(f"Input y contains NaN or infinity: row {row} has no label; -1 says so")
    if (labels != np.rint(labels)).any():
        raise ValueError("Unknown label type: continuous. y holds real numbers; expected classes")


def _warn_of_column() -> None:
    """Says that y is a column, as a DataConversionWarning where scikit-learn is imported."""
    category = with_theirs(VaelibWarning, "DataConversionWarning")
    text = "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples,)."
    warn(text, category)
