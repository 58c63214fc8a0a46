"""CSV and Parquet files as tables: data frames of pandas, or without it, of CSV, numbers with the names of columns."""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError, FormatError
from vaelib.data.conversion.blocks import errors_of
from vaelib.data.conversion.csv_text import CSVForm, csv_form, read_csv

GZIP_MAGIC = b"\x1f\x8b"
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


class NumberTable:
    """A table of numbers, for where no package has data frames: the part of their interface that commands use."""

    def __init__(self, columns: Sequence[Any], values: npt.NDArray[Any]) -> None:
        self.columns = list(columns)
        self.values = values
        self.shape = values.shape

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, names: Any) -> Any:
        """One column as an array, or those of a list as a table."""
        if isinstance(names, list):
            return NumberTable(names, self.values[:, [self.columns.index(name) for name in names]])
        return self.values[:, self.columns.index(names)]


def rows_of_table(table: Any, rows: slice) -> Any:
    """Some of the rows."""
    if isinstance(table, NumberTable):
        return NumberTable(table.columns, table.values[rows])
    return table.iloc[rows].reset_index(drop=True)


def read_csv_table(
    stream: IO[bytes], path: str, texts: Collection[Any] = (), gaps: Sequence[str] = (), decimal: str = "."
) -> Any:
    """A CSV file, which may be compressed with gzip, as a table.

    Columns without a header are called 0, 1, ....

    Parameters
    ----------
    stream : binary file
        The content, at its begin, where it can be sought.
    path : str
        What errors call it.
    texts : collection
        Columns whose values are texts even where they look like numbers.
    gaps : sequence of str
        Texts that stand for missing values, beside an empty field, NA, NaN, None and what else pandas takes for them.
    decimal : str
        What separates the decimals of numbers.

    Raises
    ------
    FormatError
        A line has another number of fields, or the text is not UTF-8.
    """
    with errors_of(path), _utf8(path):
        if stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
            stream.seek(0)
            stream = io.BytesIO(gzip.decompress(stream.read()))
        stream.seek(0)
        form = csv_form(stream, path)
        stream.seek(0)
        try:
            import pandas
        except ImportError:
            return _numbers(stream, path, form)
        table = _frame(pandas, stream, path, form, texts, gaps, decimal)
        if len(table) == 0:
            raise FormatError(f'file "{path}" has a header but no rows')
        if table.iloc[:, -1].isna().any():  # as of rows that are too short
            stream.seek(0)
            _check_lengths(stream, path, form, len(table.columns))
    _check_decimals(table, decimal)
    return table


@contextmanager
def _utf8(path: str) -> Iterator[None]:
    """Says what to do about a text in another encoding."""
    try:
        yield
    except UnicodeDecodeError as error:
        place = f"{error.reason} at byte {error.start}"
        raise FormatError(
            f'file "{path}" is not UTF-8 text: {place}; where it is Latin-1, iconv -f latin1 -t UTF-8 converts it'
        ) from None


def _frame(
    pandas: Any, stream: IO[bytes], path: str, form: CSVForm, texts: Collection[Any], gaps: Sequence[str], decimal: str
) -> Any:
    names = form.header
    if names is not None:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise FormatError(f'file "{path}" has two columns of the name "{twice[0]}"; give each a name of its own')
    options = {"names": names, "header": 0} if names is not None else {"header": None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                stream,
                sep=form.delimiter,
                dtype=dict.fromkeys(texts, str),
                na_values=list(gaps),
                decimal=decimal,
                skipinitialspace=True,
                index_col=False,
                encoding="utf-8-sig",
                low_memory=False,
                **options,
            )
    except (pandas.errors.ParserError, pandas.errors.ParserWarning, pandas.errors.EmptyDataError) as error:
        stream.seek(0)
        _check_lengths(stream, path, form, len(names or ()))
        raise FormatError(f'file "{path}" cannot be read as CSV: {str(error).strip()}') from None
    return frame


def _check_lengths(stream: IO[bytes], path: str, form: CSVForm, width: int) -> None:
    """Whether all lines have as many fields as the first; pandas fills those that are too short."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(text, delimiter=form.delimiter, skipinitialspace=True)
        for row in reader:
            width = width or len(row)
            if row and len(row) != width and form.delimiter != " ":
                text_of_line = f"has {len(row)} fields; {width} were expected"
                raise FormatError(f'line {reader.line_num} of file "{path}" {text_of_line}')
    finally:
        text.detach()


def _check_decimals(table: Any, decimal: str) -> None:
    """Whether a column of texts is not one of numbers with decimal commas."""
    for name in table.columns:
        values = table[name].dropna()
        if decimal == "." and len(values) > 0 and values.dtype.kind not in "biuf":
            found = [isinstance(value, str) and bool(_DECIMAL_COMMA.fullmatch(value)) for value in values.head(100)]
            if all(found):
                raise DataError(
                    f'column "{name}" has numbers with decimal commas, such as {values.iloc[0]}: --decimal ,'
                )


def _numbers(stream: IO[bytes], path: str, form: CSVForm) -> NumberTable:
    """The table without pandas."""
    try:
        values = np.concatenate([block.rows for block in read_csv(stream, path)])
    except FormatError as error:
        raise FormatError(f"{error}. Texts and gaps in CSV need pandas: pip install pandas") from None
    return NumberTable(form.header or list(range(values.shape[1])), values)


def read_parquet_table(path: str) -> Any:
    """A Parquet file as a data frame.

    Raises
    ------
    FormatError
        It is damaged, or pandas or pyarrow, which read it, are not installed.
    """
    try:
        import pandas
        import pyarrow
    except ImportError as error:
        raise FormatError(
            f'file "{path}" is Parquet, which needs {error.name}: pip install pandas pyarrow, or save it as CSV'
        ) from None
    try:
        return pandas.read_parquet(path, engine="pyarrow").reset_index(drop=True)
    except (pyarrow.ArrowException, ValueError) as error:
        raise FormatError(f'file "{path}" cannot be read as Parquet: {error}') from None


def index_column(table: Any) -> Any | None:
    """The name of a first column that only counts the rows: it has no name, and each value once.

    pandas and R write such a column where they are not told otherwise.
    """
    first = table.columns[0]
    if not isinstance(first, str) or first.strip():
        return None
    values = np.asarray(table[first])
    is_whole = values.dtype.kind in "iu" or (values.dtype.kind == "f" and bool((values == np.rint(values)).all()))
    return first if is_whole and len(np.unique(values)) == len(values) else None


def names_shown(names: Iterable[Any], most: int = 8) -> str:
    """Names of columns in a message, the first of many."""
    listed = [str(name) for name in names]
    return ", ".join(listed[:most]) + (f", ... ({len(listed)} in all)" if len(listed) > most else "")
