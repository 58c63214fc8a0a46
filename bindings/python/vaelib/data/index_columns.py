"""Columns that only count the rows: the index of a data frame, which was written to a CSV file with its columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import VaelibWarning
from vaelib._c.logs import warn
from vaelib.data.frame_columns import library_of, names_in

#: What such a first column is called. pandas and R write no name; reading the file, pandas makes the second one of it.
_NAMES = ("", "Unnamed: 0")


def has_name_of_index(name: Any) -> bool:
    """Whether a first column of this name may be an index."""
    return isinstance(name, str) and name.strip() in _NAMES


def index_text(name: str) -> str:
    """How a message calls it."""
    return f'the first column, "{name}",' if name.strip() else "the first column has no name and"


def are_different_whole_numbers(values: npt.NDArray[Any]) -> bool:
    """Whether values could number rows, some of which may be missing or in another order."""
    is_whole = values.dtype.kind in "iu" or (values.dtype.kind == "f" and bool((values == np.rint(values)).all()))
    return is_whole and len(np.unique(values)) == len(values)


def warn_of_index(X: Any) -> None:
    """Says so if a data frame begins with a column that counts its rows from 0 or 1; nothing is left out of X."""
    names = [] if library_of(X) is None else names_in(X)
    if len(names) < 2 or not has_name_of_index(names[0]) or names.count(names[0]) > 1:
        return
    name = names[0]
    values = np.asarray(X[name])
    if values.dtype.kind in "iu" and len(values) > 1 and values[0] in (0, 1) and (np.diff(values) == 1).all():
        warn(
            f"the first column of X, {name!r}, counts the rows, as an index does that was written to a CSV file. It is "
            f"learned like any other: to leave it out, X.drop(columns={name!r}), or read the file with index_col=0",
            VaelibWarning,
        )
