"""Data frames whose columns are not all numbers: as a matrix for the library, and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.column_names import column_text
from vaelib._c.errors import DataError
from vaelib.data.categories import Categories
from vaelib.data.class_names import values_of
from vaelib.data.column_rules import FEW_CATEGORIES, MOST_CATEGORIES, suggested_likelihood
from vaelib.data.frame_columns import FrameColumn, library_of, make_frame, names_in, read_columns
from vaelib.data.kept_types import KeptType, present_library, text_of, type_for
from vaelib.data.stored_columns import StoredColumns

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """What the columns of a data frame are: their names, types and kinds, and the categories of those that have some.

    ``likelihoods`` are what the kinds and the values suggest, "auto" for what is left to the library.
    """

    library: str
    names: list[Any]
    dtypes: list[Any]
    kinds: list[str]
    categories: list[Categories | None]
    likelihoods: list[str]

    @classmethod
    def of(cls, X: Any, columns: Sequence[FrameColumn], chosen: Container[int]) -> Table:
        """The table that a data frame is an example of.

        Columns of texts and categories have categories. So have those whose numbers are ``chosen``, unless their values
        are 0, 1, ... already.

        Raises
        ------
        DataError
            Two columns have the same name; or texts are too many to learn anything of.
        """
        names = names_in(X)
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise DataError(f"X has two columns of the name {twice[0]!r}; give each a name of its own")
        categories = [
            categories_of(column, column_text(number, names), is_chosen=number in chosen)
            for number, column in enumerate(columns)
        ]
        likelihoods = [
            suggested_likelihood(column) if known is None else "categorical"
            for column, known in zip(columns, categories, strict=True)
        ]
        dtypes, kinds = [column.dtype for column in columns], [column.kind for column in columns]
        return cls(library_of(X) or "", names, dtypes, kinds, categories, likelihoods)

    def stored(self, counts: Mapping[int, int]) -> StoredColumns | None:
        """What a model file can keep of the columns, of which some have so many categories in the model."""
        types = [text_of(kind, self.library, dtype) for kind, dtype in zip(self.kinds, self.dtypes, strict=True)]
        categories = {
            number: known.values.tolist()
            for number, known in enumerate(self.categories)
            if known is not None and counts.get(number) == len(known)
        }
        return StoredColumns.of(self.names, types, categories)

    @classmethod
    def recalled(cls, columns: StoredColumns, likelihoods: list[str]) -> Table:
        """The table of which a model file has kept this."""
        names = values_of(columns.names)
        known = [columns.categories.get(number) for number in range(len(names))]
        listed = [None if each is None else values_of(each) for each in known]
        texts = columns.types or [""] * len(names)
        dtypes = [KeptType.read(text, values) for text, values in zip(texts, listed, strict=True)]
        kinds = [dtype.kind for dtype in dtypes]
        categories = [None if values is None else Categories(values) for values in listed]
        return cls(dtypes[0].library, names, dtypes, kinds, categories, likelihoods)

    @property
    def is_of_numbers(self) -> bool:
        """Whether all columns are numbers, which stand for nothing else."""
        return set(self.kinds) <= {"integer", "real"} and all(known is None for known in self.categories)

    def named_categories(self) -> dict[Any, npt.NDArray[Any]]:
        """The values of the columns that have categories, in the order of their numbers, by the columns' names."""
        named = zip(self.names, self.categories, strict=True)
        return {name: each.values.copy() for name, each in named if each is not None}

    def matrix(self, X: Any) -> Matrix:
        """The rows of a data frame of such columns as numbers.

        Raises
        ------
        DataError
            The columns are others; or a value is none of the categories, or no number: the text says where.
        """
        found = names_in(X)
        if found != self.names:
            raise DataError(f"X has the columns {found}; the model was fitted on {self.names}")
        return matrix_of(read_columns(X), self.names, self.categories)

    def frame(self, matrix: npt.NDArray[np.float32], index: Any = None) -> Any:
        """A data frame of the rows of a matrix.

        Categories are the values again. Whole numbers are rounded to the nearest, and True are probabilities of at
        least a half.
        """
        columns = [self.column(number, matrix[:, number]) for number in range(len(self.names))]
        library = present_library(self.library)
        dtypes = [type_for(library, dtype) for dtype in self.dtypes]
        return make_frame(library, self.names, columns, dtypes, index)

    def column(self, number: int, numbers: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
        """What numbers of a column stand for."""
        categories, kind = self.categories[number], self.kinds[number]
        if categories is not None:
            return categories.values_of(numbers)
        if kind == "boolean":
            return numbers >= 0.5
        if kind == "integer":
            return _whole(numbers, self.dtypes[number])
        return numbers


def matrix_of(
    columns: Sequence[FrameColumn],
    names: Sequence[Any],
    categories: Sequence[Categories | None] | None = None,
    holder: str = "X holds",
) -> Matrix:
    """Columns as numbers, those that have categories as the numbers of these; NaN in gaps.

    ``holder`` begins what messages say of a value.

    Raises
    ------
    DataError
        A value is none of the categories, or no number; the text says where.
    """
    matrix = np.empty((len(columns[0].values), len(columns)))
    for number, column in enumerate(columns):
        place, known = column_text(number, names), categories[number] if categories else None
        matrix[:, number] = (
            _numbers_of(column, place, holder)
            if known is None
            else known.numbers_of(column.objects(), column.gaps, place, holder)
        )
    return matrix


def _numbers_of(column: FrameColumn, place: str, holder: str) -> npt.NDArray[np.float64]:
    """A column as numbers, NaN in gaps; categories that are numbers are these.

    Raises
    ------
    DataError
        It holds texts.
    """
    if column.kind != "category":
        return column.values
    for row, value in enumerate(column.values):
        if not column.gaps[row] and not isinstance(value, int | float | np.number):
            raise DataError(
                f"{holder} {value!r} at row {row}, {place} (counted from 0), where the model has numbers. Of "
                "categories an estimator knows that was fitted on a data frame which has them, its pickle and its "
                "model file"
            )
    numbers = np.full(len(column.values), np.nan)
    numbers[~column.gaps] = column.values[~column.gaps].astype(np.float64)
    return numbers


def categories_of(column: FrameColumn, place: str, *, is_chosen: bool = False) -> Categories | None:
    """The categories of a column that has some: of texts, or because they are chosen for it.

    Raises
    ------
    DataError
        Texts are too many to learn anything of.
    """
    if column.kind != "category" and (not is_chosen or column.kind == "boolean"):
        return None
    if column.listed is not None:
        return Categories(column.listed)
    found = Categories.found_in(column.objects()[~column.gaps])
    if column.kind != "category":
        return None if found.values.tolist() == list(range(len(found))) else found
    if not is_chosen and len(found) > max(FEW_CATEGORIES, MOST_CATEGORIES * len(column.values)):
        raise DataError(
            f"{place} holds {len(found)} different texts in {len(column.values)} rows, such as "
            f"{found.values[0]!r}: of so many nothing can be learned. Leave the column out, make numbers of it, or "
            'name it in columns=[("categorical", [...])]'
        )
    return found


def _whole(numbers: npt.NDArray[np.float32], dtype: Any) -> npt.NDArray[np.int64]:
    """The nearest whole numbers that the type has."""
    found = re.search(r"u?int(8|16|32|64)", str(dtype).lower())
    limits = np.iinfo(found[0] if found else "int64")
    # Of 64 bits the limits are no floats: those of float32 next to zero are.
    lowest, highest = max(float(limits.min), -(2.0**63)), min(float(limits.max), 2.0**63 - 2.0**39)
    return np.clip(np.rint(numbers.astype(np.float64)), lowest, highest).astype(np.int64)
