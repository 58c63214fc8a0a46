"""CSV: lines of numbers, with or without a header."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import numpy as np

from vaelib._c.errors import FormatError, VaelibWarning
from vaelib._c.logs import warn
from vaelib.data.conversion.blocks import BLOCK_BYTES, Block
from vaelib.data.index_columns import has_name_of_index, index_text
from vaelib.data.numbers_in_text import is_number

#: The part that a label column goes to.
LABELS = "labels"
_DELIMITERS = (",", ";", "\t", "|", " ")
_LINE_LIMIT = 64 << 20
#: Rows that are looked at together for an index.
_INDEX_ROWS = 10_000


def read_csv(
    stream: IO[bytes], path: str, label_column: str | int | None = None, *, without_index: bool = False
) -> Iterator[Block]:
    """The numbers of a CSV file, and the whole numbers of its label column as part ``LABELS``.

    ``without_index`` leaves out a first column without a name whose whole numbers ascend, and warns of it; for this
    the stream is read twice where there is such a column.
    """
    with _table_in(stream, path) as table:
        has_index = without_index and _begins_with_index(table, label_column)
    if has_index:
        assert table.header is not None
        text = f'file "{path}": {index_text(table.header[0])} counts the rows; it is left out'
        warn(text, VaelibWarning)
    stream.seek(0)
    with _table_in(stream, path) as table:
        yield from _blocks(table, label_column, has_index)


@contextmanager
def _table_in(stream: IO[bytes], path: str) -> Iterator[_Table]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield _Table(text, path)
    finally:
        text.detach()  # the stream is closed by its opener


def _begins_with_index(table: _Table, label_column: str | int | None) -> bool:
    """Whether the first column has no name and numbers that ascend, and is not that of the labels."""
    if table.header is None or table.width < 2 or not has_name_of_index(table.header[0]):
        return False
    if label_column is not None and table.column(label_column) == 0:
        return False
    last = -1
    for _, rows in table.blocks(_INDEX_ROWS):
        for row in rows:
            if not row[0].isdecimal() or int(row[0]) <= last:
                return False
            last = int(row[0])
    return True


class CSVForm(NamedTuple):
    """What separates the fields of a CSV file, and what its first line calls the columns, if it does."""

    delimiter: str
    header: list[str] | None


def csv_form(stream: IO[bytes], path: str) -> CSVForm:
    """The form of a CSV file, from its first lines; the stream is left somewhere behind them."""
    with _table_in(stream, path) as table:
        return CSVForm(table.delimiter, table.header)


def _blocks(table: _Table, label_column: str | int | None, has_index: bool) -> Iterator[Block]:
    labels = None if label_column is None else table.column(label_column)
    block_rows = max(1, BLOCK_BYTES // (8 * table.width))
    for lines, rows in table.blocks(block_rows):
        if labels is not None:
            yield Block(LABELS, table.labels(lines, [row.pop(labels) for row in rows], labels))
        if has_index:
            for row in rows:
                del row[0]
        if table.width > (labels is not None) + has_index:
            yield Block("", table.numbers(lines, rows, labels, has_index), np.dtype(np.float32))


class _Table:
    """The rows of a CSV file."""

    def __init__(self, text: io.TextIOWrapper, path: str) -> None:
        self._path = path
        self._text = text
        first = self._text.readline(_LINE_LIMIT)
        self.delimiter = next((each for each in _DELIMITERS if each in first), ",")
        self._rows = csv.reader(self._lines(first), delimiter=self.delimiter, skipinitialspace=True, strict=True)
        row = self._next()
        if row is None:
            raise FormatError(f'file "{path}" has no rows')
        self.width = len(row)
        # A missing value does not make a header: that would drop a row silently.
        self.header = None if all(is_number(field) or not field.strip() for field in row) else row
        self._first = row if self.header is None else None

    def _lines(self, first: str) -> Iterator[str]:
        line = first
        while line:
            if len(line) >= _LINE_LIMIT:
                raise FormatError(f'file "{self._path}" has a line of more than {_LINE_LIMIT >> 20} MiB: is it CSV?')
            # Where blanks separate fields, a blank at the end of a line adds none.
            yield line.rstrip() if self.delimiter == " " else line
            line = self._text.readline(_LINE_LIMIT)

    def _next(self) -> list[str] | None:
        """The next row that is not blank; None at the end."""
        try:
            for row in self._rows:
                if row:
                    return row
        except csv.Error as error:
            raise self._error(self._rows.line_num, f"cannot be read: {error}") from None
        return None

    def column(self, label_column: str | int) -> int:
        """The index of a column given by its name, or by its number, counted from 0, from -1 for the last backward."""
        if isinstance(label_column, str) and self.header is not None and label_column in self.header:
            return self.header.index(label_column)
        try:
            index = int(label_column)
        except ValueError:
            known = "it has no header" if self.header is None else "its header is " + ", ".join(self.header)
            raise ValueError(f'file "{self._path}" has no column "{label_column}": {known}') from None
        if not -self.width <= index < self.width:
            raise ValueError(f'file "{self._path}" has no column {index}: it has {self.width} columns')
        return index % self.width

    def blocks(self, count: int) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Rows, ``count`` at a time, with their line numbers."""
        lines: list[int] = []
        rows: list[list[str]] = []
        row = self._first or self._next()
        if row is None:
            raise FormatError(f'file "{self._path}" has a header but no rows')
        while row is not None:
            if len(row) != self.width:
                raise self._error(self._rows.line_num, f"has {len(row)} fields; {self.width} were expected")
            lines.append(self._rows.line_num)
            rows.append(row)
            if len(rows) == count:
                yield lines, rows
                lines, rows = [], []
            row = self._next()
        if rows:
            yield lines, rows

    def numbers(
        self, lines: list[int], rows: list[list[str]], labels: int | None, has_index: bool
    ) -> np.ndarray[tuple[int, int]]:
        """The fields as a matrix; ``labels`` is the column that was taken out of them, and an index the first."""
        try:
            matrix = np.array(rows, dtype=np.float64)
        except ValueError:
            matrix = None
        if matrix is None or not np.isfinite(matrix).all():
            for line, row in zip(lines, rows, strict=True):
                for index, field in enumerate(row):
                    if not is_number(field) or not math.isfinite(float(field)):
                        column = index + has_index
                        column += labels is not None and column >= labels
                        raise self._error(line, f'has "{field}" in column {self._name(column)}; a number was expected')
        assert matrix is not None
        return matrix

    def labels(self, lines: list[int], fields: list[str], column: int) -> np.ndarray[tuple[int]]:
        """The fields of the label column as whole numbers."""
        try:
            return np.array([int(field) for field in fields], dtype=np.int64)
        except (ValueError, OverflowError):
            pass
        for line, field in zip(lines, fields, strict=True):
            number = float(field) if is_number(field) else math.nan
            if not number.is_integer() or abs(number) >= 2**63:
                name = self._name(column)
                raise self._error(line, f'has "{field}" in label column {name}; a whole number was expected')
        return np.array([int(float(field)) for field in fields], dtype=np.int64)

    def _name(self, column: int) -> str:
        return f"{column} (counted from 0)" if self.header is None else f'{column}, "{self.header[column]}"'

    def _error(self, line: int, text: str) -> FormatError:
        return FormatError(f'line {line} of file "{self._path}" {text}')
