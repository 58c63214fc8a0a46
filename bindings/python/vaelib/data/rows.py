"""Which rows of a dataset an index means."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt


def row_number(row: Any, count: int) -> int | None:
    """The number of one row, from an integer that may be negative; None if the index is no integer.

    Raises
    ------
    IndexError
        There is no such row.
    """
    try:
        number = None if isinstance(row, bool | np.bool_) else operator.index(row)
    except TypeError:
        return None
    if number is not None and not -count <= number < count:
        raise IndexError(f"row number {number}: the dataset has {count} rows")
    return number if number is None else number % count


def row_numbers(rows: npt.ArrayLike, count: int) -> npt.NDArray[np.uintp]:
    """Row numbers from indices, which may be negative, or from a mask."""
    array = np.asarray(rows)
    if array.ndim != 1:
        raise TypeError(f"rows are chosen by a slice, an array of row numbers or a mask, not by {rows!r}")
    if array.dtype == np.bool_:
        if array.size != count:
            raise IndexError(f"the mask has {array.size} values, but the dataset has {count} rows")
        return np.flatnonzero(array).astype(np.uintp)
    if array.dtype.kind not in "iu":
        raise TypeError(f"row numbers must be integers, not {array.dtype}")
    bad = np.flatnonzero((array >= count) | (array < -count))
    if bad.size:
        raise IndexError(f"row number {array[bad[0]]} at position {bad[0]}: the dataset has {count} rows")
    wide = array.astype(np.int64)
    return np.where(wide < 0, wide + count, wide).astype(np.uintp)
