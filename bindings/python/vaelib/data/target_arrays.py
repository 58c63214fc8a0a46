"""What is to be learned of examples beside classes: real targets, and several labels at once, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arrays import first_other
from vaelib.data.as_array import as_array, gaps_of
from vaelib.data.dataset import Dataset
from vaelib.data.h5py_datasets import is_h5py_dataset
from vaelib.data.sparse import is_sparse
from vaelib.data.unlabelled import UNLABELLED, Mask

Matrix = npt.NDArray[np.float32]


def array_of(y: Any) -> npt.NDArray[Any]:
    """The numbers of an array, a data frame, a sparse matrix, a Dataset or an h5py dataset."""
    if isinstance(y, Dataset):
        return y.numpy()
    if is_sparse(y):
        dense: npt.NDArray[Any] = y.toarray()
        return dense
    return np.asarray(y[...]) if is_h5py_dataset(y) else as_array(y, "y")


def as_targets(y: Any, rows: int, estimator: str) -> npt.NDArray[np.float32]:
    """Real targets of shape (rows,) or (rows, n_outputs); NaN where one is missing.

    Raises
    ------
    ValueError
        There are none, not one row for each example, or they are no real numbers that float32 can hold.
    """
    if y is None:
        raise ValueError(f"{estimator} requires y to be passed, but the target y is None")
    given = array_of(y)
    if given.dtype.kind not in "biufO":
        raise ValueError(f"Unknown label type: y has dtype {given.dtype}; a regressor learns real numbers")
    if given.dtype.kind == "O":
        given = np.where(gaps_of(given), np.nan, given)
    try:
        with np.errstate(over="ignore"):  # what is too large is found as infinite
            targets = given.astype(np.float64).astype(np.float32)
    except (TypeError, ValueError):
        raise ValueError(
            f"Unknown label type: y does not hold real numbers: {first_other(given)}; NaN stands for no target"
        ) from None
    if targets.ndim not in (1, 2) or targets.shape[-1] == 0:
        raise ValueError(f"y should be a 1d or 2d array of targets, got an array of shape {given.shape} instead")
    _check_length(targets, rows)
    if np.isinf(targets).any():
        row = int(np.argwhere(np.isinf(targets))[0][0])
        raise ValueError(f"Input y contains infinity or a value too large for dtype('float32'): row {row}")
    return targets


def has_targets(targets: Matrix) -> Mask:
    """Which rows have targets: those of which not all are NaN.

    Raises
    ------
    ValueError
        None has.
    """
    present = ~np.isnan(targets.reshape(len(targets), -1)).all(axis=1)
    if not present.any():
        raise ValueError("Input y contains NaN alone, which stands for no target: there is nothing to learn from")
    return np.asarray(present)


def is_matrix(y: Any) -> bool:
    """Whether y has several columns: an indicator matrix, of several labels at once."""
    if y is None:
        return False
    shape = y.shape if isinstance(y, Dataset) or is_h5py_dataset(y) or is_sparse(y) else as_array(y, "y").shape
    return len(shape) == 2 and shape[1] > 1


def as_indicators(y: Any, rows: int) -> npt.NDArray[np.float32]:
    """Several labels of each example, shape (rows, n_labels).

    1 for those that apply, 0 for others, NaN for those that are not known.

    Raises
    ------
    ValueError
        There is something else, or not one row for each example.
    """
    given = array_of(y)
    if given.dtype.kind not in "biuf":
        raise ValueError(f"Unknown label type: y is a matrix of dtype {given.dtype}; several labels at once are 0 or 1")
    _check_length(given, rows)
    indicators = given.astype(np.float32)
    indicators[(given == UNLABELLED).all(axis=1)] = np.nan
    wrong = ~((indicators == 0) | (indicators == 1) | np.isnan(indicators)).all(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"Unknown label type: y is a matrix with {given[row].tolist()[:8]} in row {row}; several labels at once "
            "are 0 or 1, or NaN where one is not known; in a row without any all may be -1. Classes are given in one "
            "column"
        )
    return indicators


def has_labels(indicators: Matrix, name: str) -> Mask:
    """Which rows have labels.

    Raises
    ------
    ValueError
        None has.
    """
    present = ~np.isnan(indicators).all(axis=1)
    if not present.any():
        raise ValueError(f"every row of {name} is -1 or NaN, which stand for no labels: there is nothing to learn from")
    return np.asarray(present)


def _check_length(y: npt.NDArray[Any], rows: int) -> None:
    if len(y) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(y)}]")
