"""What a query is asked about, as its function in the library takes it: a dataset, or the rows of an array in place."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib._c.arrays import pointer
from vaelib.data.dataset import Dataset

_FLOAT32 = np.dtype(np.float32)


class QueryInput:
    """Examples or codes, to be kept until the query is done.

    How many ``rows`` there are, the ``suffix`` that the name of the query's function has for them, the ``arguments``
    that this function takes after the model, and the ``owner`` of what these point to.
    """

    __slots__ = ("arguments", "owner", "rows", "suffix")

    def __init__(self, rows: int, suffix: str, arguments: tuple[Any, ...], owner: object) -> None:
        self.rows = rows
        self.suffix = suffix
        self.arguments = arguments
        self.owner = owner


def plain_rows(X: Any, width: int) -> QueryInput | None:
    """X, if it is an array, and no more than that, of dense float32 rows of this width: a query reads it in place.

    For one row, making a Dataset of it would take longer than what the library does with it.
    """
    if type(X) is not np.ndarray or X.dtype != _FLOAT32:
        return None
    shape, flags = X.shape, X.flags
    if len(shape) != 2 or shape[1] != width or shape[0] == 0 or not (flags.c_contiguous and flags.aligned):
        return None
    return QueryInput(shape[0], "_rows", (pointer(X), shape[0]), X)


def rows_of(dataset: Dataset) -> QueryInput:
    """The rows of a dataset."""
    return QueryInput(dataset.rows, "", (dataset.handle,), dataset)
