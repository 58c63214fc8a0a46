"""Values that are names of something, and the numbers 0, 1, ... that the library knows them by."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError

#: How many of the known values a message lists.
_LISTED = 8


class Categories:
    """The categories of one column; the number of a category is its place."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = _as_array(list(values))
        self._numbers = {value: number for number, value in enumerate(self.values.tolist())}

    @classmethod
    def found_in(cls, values: npt.NDArray[Any]) -> Categories:
        """The distinct values, sorted."""
        return cls(sorted(set(values.tolist())))

    def __len__(self) -> int:
        return len(self.values)

    def numbers_of(
        self, values: npt.NDArray[Any], gaps: npt.NDArray[np.bool_], place: str, holder: str
    ) -> npt.NDArray[np.float64]:
        """The number of each value's category, NaN in gaps; ``place`` is what the column is called.

        ``holder`` begins what a message says of a value, as in "X holds".

        Raises
        ------
        DataError
            A value is none of the categories.
        """
        numbers = np.array([self._numbers.get(value, -1) for value in values.tolist()], dtype=np.float64)
        numbers[gaps] = np.nan
        unseen = np.flatnonzero(numbers == -1)
        if unseen.size:
            row = int(unseen[0])
            raise DataError(
                f"{holder} {values[row]!r} at row {row}, {place} (counted from 0), which is none of the categories of "
                f"training{self._nearest(values[row])}: {self._shown()}. A column of dtype category lists all that "
                "there may be, whether the rows of training have them or not"
            )
        return numbers

    def values_of(self, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The values that such numbers stand for."""
        return self.values[numbers.astype(np.int64)]

    def _nearest(self, value: Any) -> str:
        """What a value that is not known may have been meant to be: the same as text or number, or a text like it."""
        known = {str(value).strip().casefold(): value for value in self.values.tolist()}
        written = str(value).strip().casefold()
        near = difflib.get_close_matches(written, known, n=1) if isinstance(value, str) else [written]
        return f" (near is {known[near[0]]!r})" if near and near[0] in known else ""

    def _shown(self) -> str:
        shown = ", ".join(repr(value) for value in self.values.tolist()[:_LISTED])
        return shown if len(self) <= _LISTED else f"{shown}, ... ({len(self)} in all)"


def _as_array(values: list[Any]) -> npt.NDArray[Any]:
    """Numbers and truth values in a type of their own, others as objects."""
    if values and all(type(value) is type(values[0]) for value in values):
        array = np.asarray(values)
        if array.ndim == 1 and array.dtype.kind in "biuf":
            return array
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects
