"""Conditions: what is given beside examples, as columns of numbers for the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError
from vaelib.data.as_array import as_array, as_frame
from vaelib.data.categories import Categories
from vaelib.data.class_names import ClassNames, values_of
from vaelib.data.column_rules import suggested_likelihood
from vaelib.data.dataset import Dataset
from vaelib.data.frame_columns import FrameColumn, column_of_array, library_of, names_in, read_columns
from vaelib.data.h5py_datasets import is_h5py_dataset
from vaelib.data.sparse import is_sparse
from vaelib.data.stored_columns import StoredColumns
from vaelib.data.tables import categories_of, matrix_of
from vaelib.data.target_arrays import array_of

#: What stands in a model file for the type of a column that is given beside the examples, and of a column of examples
#: that were an array, whose names are made up.
_BESIDE, _OF_ARRAY = "condition", "array"


@dataclass(frozen=True)
class Conditions:
    """What the columns of conditions are: their names, and the categories of those that have some.

    ``likelihoods`` say how networks see them, "auto" for what is left to the library. ``size_factor`` is the place of
    the one that networks do not see, since it is the size factor of the rows.
    """

    names: list[Any]
    categories: list[Categories | None]
    likelihoods: list[str]
    size_factor: int | None = None

    @classmethod
    def of(cls, conditions: Any, size_factor: str | int | None = None) -> Conditions:
        """The columns that these are an example of; one of them, by its name or number, may be the size factor.

        A single axis holds labels, the names of categories, unless its numbers have fractions. Of several columns,
        texts and categories have categories.

        Raises
        ------
        DataError, ValueError
            They are no columns of texts, truth values or numbers; or the size factor is none of them, or no numbers.
        """
        found = _Found.of(conditions)
        names = found.names or made_up_names(len(found.columns))
        size = None if size_factor is None else _place_of(size_factor, names)
        categories: list[Categories | None] = []
        likelihoods = []
        for place, (column, name) in enumerate(zip(found.columns, names, strict=True)):
            if place == size:
                if categories_of(column, name) is not None:
                    raise ValueError(f"size_factor is {size_factor!r}, but the conditions hold no numbers there")
                categories.append(None)
                likelihoods.append("auto")
                continue
            known = (
                Categories.found_in(column.objects()[~column.gaps]) if found.are_labels else categories_of(column, name)
            )
            categories.append(known)
            likelihoods.append("categorical" if known is not None else suggested_likelihood(column))
        return cls(names, categories, likelihoods, size)

    def has_size_factor(self, size_factor: str | int | None) -> bool:
        """Whether this name or number is that of the size factor; of None, whether there is none."""
        place = None if size_factor is None else _place_of(size_factor, self.names)
        return place == self.size_factor

    def dataset(self, conditions: Any, rows: int | None = None, *, scale: float = 1, shift: float = 0) -> Dataset:
        """Conditions as ``number * scale + shift``; with ``rows`` one for each of so many, of which one may be for all.

        Raises
        ------
        DataError, ValueError
            They have other columns or other rows, or a value that is none of the categories.
        """
        found = _Found.of(conditions)
        if found.names is not None and found.names != self.names:
            raise DataError(f"the conditions have the columns {found.names}; the model has {self.names}")
        if len(found.columns) != len(self.names):
            raise DataError(
                f"the conditions have {len(found.columns)} columns; the model has {len(self.names)} of conditions: "
                f"{self.names}"
            )
        matrix = matrix_of(found.columns, self.names, self.categories, holder="the conditions hold")
        if rows is not None and len(matrix) not in (1, rows):
            raise ValueError(f"the conditions have {len(matrix)} rows; expected {rows}, one for each, or 1 for all")
        wanted = matrix if rows is None else np.broadcast_to(matrix, (rows, matrix.shape[1]))
        return Dataset(wanted, scale=scale, shift=shift)

    def values(self, numbers: npt.NDArray[Any]) -> Dataset | npt.NDArray[Any]:
        """Rows of numbers, as the model has them, as conditions that ``dataset`` takes."""
        if not any(self.categories):
            return Dataset(numbers)
        found = numbers.astype(object)
        for column, known in enumerate(self.categories):
            if known is not None:
                found[:, column] = known.values[numbers[:, column].astype(int)]
        return found

    def behind(self, own: StoredColumns | None, width: int, counts: Mapping[int, int]) -> StoredColumns | None:
        """What a model file can keep of ``width`` columns of examples, and of these behind them.

        ``counts`` are how many categories columns have in the model.
        """
        names = [f"X[{column}]" for column in range(width)] if own is None else values_of(own.names)
        types = [_OF_ARRAY] * width if own is None else own.types or [""] * width
        categories = {} if own is None else {column: values_of(each) for column, each in own.categories.items()}
        for column, known in enumerate(self.categories, start=width):
            if known is not None and counts.get(column) == len(known):
                categories[column] = known.values.tolist()
        return StoredColumns.of([*names, *self.names], [*types, *[_BESIDE] * len(self.names)], categories)

    @classmethod
    def recalled(
        cls, columns: StoredColumns | None, likelihoods: Sequence[str], size_factor: int | None = None
    ) -> tuple[StoredColumns | None, Conditions | None]:
        """What a model file has kept of the columns of examples, and of those given beside them.

        ``size_factor`` is the number of the column that is one.
        """
        if columns is None or columns.types is None or _BESIDE not in columns.types:
            return columns, None
        width = columns.types.index(_BESIDE)
        types = columns.types[:width]
        own = StoredColumns(
            ClassNames(columns.names.kind, columns.names.names[:width]),
            types if any(types) else None,
            {column: names for column, names in columns.categories.items() if column < width},
        )
        kept = (columns.categories.get(column) for column in range(width, len(columns.types)))
        conditions = cls(
            values_of(columns.names)[width:],
            [None if names is None else Categories(values_of(names)) for names in kept],
            list(likelihoods[width:]),
            None if size_factor is None or size_factor < width else size_factor - width,
        )
        return (None if _OF_ARRAY in types else own), conditions


@dataclass(frozen=True)
class _Found:
    """Conditions as they were given: their columns, with names if they have some."""

    names: list[Any] | None
    columns: list[FrameColumn]
    #: Whether a single axis holds the names of categories.
    are_labels: bool

    @classmethod
    def of(cls, conditions: Any) -> _Found:
        conditions = as_frame(conditions)
        if library_of(conditions) is not None:
            return cls(names_in(conditions), read_columns(conditions), are_labels=False)
        if hasattr(conditions, "to_frame"):
            frame = conditions.to_frame()
            named = conditions.name not in (None, "")
            return cls(names_in(frame) if named else None, *_labels(read_columns(frame)))
        if isinstance(conditions, Dataset) or is_h5py_dataset(conditions) or is_sparse(conditions):
            array = array_of(conditions)
        elif isinstance(conditions, list | tuple | str):
            # Lists may hold texts beside numbers, of which numpy would make texts.
            array = np.asarray(conditions, dtype=object)
        else:
            array = as_array(conditions, "conditions")
        if array.ndim > 2 or 0 in array.shape:
            raise ValueError(
                f"conditions must be labels or columns, a row for each example, not of shape {array.shape}"
            )
        if array.ndim == 2:
            return cls(None, _columns_of(array), are_labels=False)
        return cls(None, *_labels(_columns_of(array.reshape(-1, 1))))


def _labels(columns: list[FrameColumn]) -> tuple[list[FrameColumn], bool]:
    """A single column, and whether it holds labels: anything but numbers with fractions."""
    values = columns[0].values[~columns[0].gaps]
    return columns, columns[0].kind != "real" or bool((values == np.rint(values)).all())


def _columns_of(array: npt.NDArray[Any]) -> list[FrameColumn]:
    names = made_up_names(array.shape[1])
    return [column_of_array(array[:, column], column, names) for column in range(array.shape[1])]


def _place_of(size_factor: str | int, names: Sequence[Any]) -> int:
    """Where the column of this name or number is."""
    if size_factor in names:
        return list(names).index(size_factor)
    if isinstance(size_factor, str) or not 0 <= size_factor < len(names):
        raise ValueError(f"size_factor is {size_factor!r}, which is none of the conditions: {list(names)}")
    return int(size_factor)


def made_up_names(count: int) -> list[Any]:
    """What conditions are called that were given without names."""
    return [f"conditions[{column}]" for column in range(count)]
