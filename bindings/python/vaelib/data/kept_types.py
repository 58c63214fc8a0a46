"""The types of a data frame's columns as texts, which a model file keeps, and back.

Such a text is ``kind package.type``, as in ``integer pandas.int16`` or ``category polars.Enum``: what the column holds,
the package of the data frame, and what that calls the type. Of a type that has parameters there is only its name; the
categories of one that lists them are in the file anyway.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaelib.data.frame_columns import KINDS

#: The types of polars that a text can say, by what they hold.
_POLARS = {
    "category": ["String", "Categorical"],
    "boolean": ["Boolean"],
    "integer": [f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)],
    "real": ["Float32", "Float64"],
}


#: A type of pandas, as in string[pyarrow].
_NAME = re.compile(r"\w+(\[\w+\])?")


@dataclass(frozen=True)
class KeptType:
    """A column's type that came from a file: one of pandas or polars once a data frame is made."""

    kind: str
    library: str
    name: str
    #: The categories, if they are known.
    listed: list[Any] | None = None

    @classmethod
    def read(cls, text: str, listed: list[Any] | None) -> KeptType:
        """The type that a text says; of another program's text, or none, a type that suits the categories.

        Categories that the file could not keep are their numbers.
        """
        kind, _, rest = text.partition(" ")
        library, _, name = rest.partition(".")
        if kind not in KINDS or library not in ("pandas", "polars") or not name:
            kind, library, name = "real", "pandas", "float64"
        if listed is None and kind == "category":
            return cls("integer", library, "int64" if library == "pandas" else "Int64")
        if listed is not None and not _may_have(kind, name, listed):
            kind, name = "category", "category"
        return cls(kind, library, name, listed)

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """As a file keeps it."""
        return f"{self.kind} {self.library}.{self.name}"

    def of_pandas(self) -> Any:
        """The type for pandas: itself, or one that holds the same."""
        import pandas

        if self.name.endswith("category") and self.library == "pandas" and self.listed is not None:
            return pandas.CategoricalDtype(self.listed, ordered=self.name.startswith("ordered"))
        types = pandas.api.types
        suits = {
            "category": types.is_string_dtype,
            "boolean": types.is_bool_dtype,
            "integer": types.is_integer_dtype,
            "real": types.is_float_dtype,
        }[self.kind]
        if self.library == "pandas" and _NAME.fullmatch(self.name):
            try:
                found = types.pandas_dtype(self.name)
            except (TypeError, ValueError, ImportError):  # not known, or of a package that is not here
                found = None
            if found is not None and (found == np.dtype(object) or suits(found)):
                return found
        usual = {"boolean": "bool", "integer": "int64", "real": "float64"}
        return usual[self.kind] if self.kind in usual else pandas.CategoricalDtype(self.listed)

    def of_polars(self) -> Any:
        """The type for polars, likewise; None for that of the values."""
        import polars

        if (self.library, self.name, self.kind) == ("polars", "Enum", "category") and self.listed is not None:
            return polars.Enum(self.listed)
        if self.library == "polars" and self.name in _POLARS[self.kind]:
            return getattr(polars, self.name)
        usual = {"boolean": polars.Boolean, "integer": polars.Int64, "real": polars.Float64}
        return usual.get(self.kind)


def _may_have(kind: str, name: str, categories: list[Any]) -> bool:
    """Whether a column of this kind and type may have such categories: numbers may be names of something."""
    if kind == "category" and name.endswith("category"):
        return True
    types = {"category": (str,), "integer": (int,), "real": (int, float)}.get(kind, ())
    return all(isinstance(value, types) for value in categories)


def present_library(library: str) -> str:
    """The package, or the other one where it is missing."""
    for name in (library, "pandas", "polars"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            return name
    raise ImportError(f"the rows are those of a data frame of {library}; neither it nor another package is installed")


def text_of(kind: str, library: str, dtype: Any) -> str:
    """A column's kind and its type in the data frame as a file keeps it."""
    if isinstance(dtype, KeptType):
        return dtype.text
    name = dtype.base_type().__name__ if library == "polars" else str(dtype)
    if getattr(dtype, "ordered", False) is True and name == "category":
        name = "ordered category"
    return f"{kind} {library}.{name}"


def type_for(library: str, dtype: Any) -> Any:
    """A column's type in a data frame of this package."""
    if not isinstance(dtype, KeptType):
        return dtype
    return dtype.of_polars() if library == "polars" else dtype.of_pandas()
