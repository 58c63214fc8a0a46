"""Columns of a data frame that are chosen by what is in them, not by name."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from vaelib.data.frame_columns import library_of, names_in


def is_selection(chosen: Any) -> bool:
    """Whether columns are chosen by a type, or by a function that finds them, such as a selector of scikit-learn."""
    return isinstance(chosen, (type, np.dtype)) or callable(chosen) or _is_of_pandas(chosen) or _is_of_polars(chosen)


def selected_names(chosen: Any, X: Any) -> list[Any]:
    """The names of the columns that a selection finds in a data frame.

    Raises
    ------
    TypeError
        The data frame's package knows no such type or selection.
    ValueError
        It finds none.
    """
    if callable(chosen) and not isinstance(chosen, type):
        found = list(chosen(X))
    elif library_of(X) == "polars":
        found = _selected_by_polars(chosen, X)
    else:
        try:
            found = list(X.select_dtypes(include=[chosen]).columns)
        except (TypeError, ValueError) as error:
            raise TypeError(f"pandas selects no columns by {chosen!r}: {error}") from None
    if not found:
        types = ", ".join(f"{name} {dtype}" for name, dtype in zip(names_in(X), X.dtypes, strict=True))
        raise ValueError(f"{chosen!r} selects none of the columns of X: {types}")
    return found


def _selected_by_polars(chosen: Any, X: Any) -> list[Any]:
    polars = sys.modules["polars"]
    if isinstance(chosen, polars.Expr):
        try:
            return list(X.select(chosen).columns)
        except polars.exceptions.PolarsError as error:
            raise ValueError(f"{chosen!r} selects none of the columns of X: {error}") from None
    try:
        return list(X.select(polars.selectors.by_dtype(chosen)).columns)
    except TypeError:
        raise TypeError(
            f"polars selects no columns by {chosen!r}; take a type of polars or one of its selectors"
        ) from None


def _is_of_pandas(chosen: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(chosen, pandas.api.extensions.ExtensionDtype)


def _is_of_polars(chosen: Any) -> bool:
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(chosen, (polars.DataType, polars.Expr))
