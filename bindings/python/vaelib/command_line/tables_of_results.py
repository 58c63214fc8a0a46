"""Results as columns with names, which become CSV, arrays or JSON."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError
from vaelib.command_line.csv_tables import NumberTable

#: So many lines are texts at a time.
_LINES = 1000


class ResultTable:
    """Columns of the same length, with names: numbers, truth values or texts."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns = {str(name): np.asarray(values) for name, values in columns.items()}

    @classmethod
    def of_matrix(cls, matrix: npt.NDArray[Any], names: Sequence[Any]) -> ResultTable:
        """The columns of a matrix, called by these names."""
        return cls({str(name): matrix[:, number] for number, name in enumerate(names)})

    @classmethod
    def of_rows(cls, rows: Any, names: Sequence[Any] | None) -> ResultTable:
        """Rows that a model made: a data frame, or a matrix whose columns have these names, or numbers."""
        if isinstance(rows, np.ndarray | NumberTable):
            matrix = np.asarray(rows)
            return cls.of_matrix(matrix, range(matrix.shape[1]) if names is None else names)
        return cls({str(name): _values(rows[name]) for name in rows.columns})

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def beside(self, columns: dict[str, Any]) -> ResultTable:
        """The table with further columns before its own.

        Raises
        ------
        DataError
            It has a column of such a name.
        """
        taken = [name for name in columns if name in self.columns]
        if taken:
            raise DataError(
                f'the data have a column "{taken[0]}", which is what the results would call another; rename it, or ask '
                "about one file, and one result of each row, at a time"
            )
        return ResultTable({**columns, **self.columns})

    @classmethod
    def joined(cls, tables: Sequence[ResultTable]) -> ResultTable:
        """The rows of several tables of the same columns, one table after another."""
        return cls({name: np.concatenate([each.columns[name] for each in tables]) for name in tables[0].columns})

    def chosen(self, rows: Any) -> ResultTable:
        """Some of the rows, by a slice, a mask or numbers."""
        return ResultTable({name: values[rows] for name, values in self.columns.items()})

    def with_gaps(self, skipped: npt.NDArray[np.bool_]) -> ResultTable:
        """The table with further rows, which hold nothing, where ``skipped`` is true."""
        columns = {}
        for name, values in self.columns.items():
            kind = values.dtype if values.dtype.kind == "f" else np.dtype(object)
            columns[name] = np.full(len(skipped), np.nan if kind.kind == "f" else None, dtype=kind)
            columns[name][~skipped] = values
        return ResultTable(columns)

    def lines(self) -> Iterator[list[str]]:
        """The rows as texts; what is missing is an empty one."""
        columns = [_texts(values) for values in self.columns.values()]
        for row in zip(*columns, strict=True):
            yield list(row)

    def matrix(self) -> npt.NDArray[Any]:
        """The rows as numbers, NaN where there is nothing; one column as an array of one axis.

        Raises
        ------
        ValueError
            There are texts in them.
        """
        columns = [_numbers(name, values) for name, values in self.columns.items()]
        return columns[0] if len(columns) == 1 else np.column_stack(columns)

    def jsonable(self) -> dict[str, list[Any]]:
        """The columns as JSON has them: null for what is missing or not finite."""
        return {name: [_plain(value) for value in values.tolist()] for name, values in self.columns.items()}

    def write(self, file: Any, *, header: bool = True) -> None:
        """Writes CSV."""
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(self.columns)
        for first in range(0, self.rows, _LINES):
            writer.writerows(self.chosen(slice(first, first + _LINES)).lines())


def _numbers(name: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A column as numbers; of truth values and whole numbers with gaps as real ones."""
    if values.dtype.kind in "biuf":
        return values
    if all(value is None or isinstance(value, bool | int | float) for value in values.tolist()):
        return values.astype(np.float64)
    raise ValueError(f'the column "{name}" holds texts, which an array cannot: write the result to a .csv file')


def _values(column: Any) -> npt.NDArray[Any]:
    """A column of a data frame, of polars or pandas."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(column, pandas.Series):
        missing = column.isna().to_numpy()
        if column.dtype.kind in "biuf" and not (missing.any() and column.dtype.kind != "f"):
            return np.asarray(column.to_numpy())
        objects = np.array(column.tolist(), dtype=object)
        objects[missing] = None
        return objects
    return np.array(column.to_list())


def _texts(values: npt.NDArray[Any]) -> list[str]:
    """Values as CSV has them: the fewest digits that are the same number again."""
    if values.dtype.kind == "f":
        return ["" if value != value else str(value) for value in values]
    return ["" if value is None else str(value) for value in values.tolist()]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
