"""Which rows of a dataset an index means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
    return np.where(array < 0, array + count, array).astype(np.uintp)
