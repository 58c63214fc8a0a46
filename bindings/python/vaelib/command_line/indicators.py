"""Columns of texts as numbers for stacks, which know no categories: a column "job=nurse" is 1 where the job is that.

The names of such columns are in the model's file, so new rows are turned into the same numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib._c.errors import DataError
from vaelib.command_line.csv_tables import NumberTable
from vaelib.data.column_rules import FEW_CATEGORIES, MOST_CATEGORIES
from vaelib.data.frame_columns import FrameColumn, read_columns


def as_numbers(table: Any, known: list[Any] | None = None) -> Any:
    """A table whose columns are all numbers; ``known`` are the columns of the model that is to see it.

    A text that the model does not know is like a gap: 0 in all of its columns.

    Raises
    ------
    DataError
        There are too many different texts to learn from.
    """
    if isinstance(table, NumberTable):
        return table
    columns = dict(zip(table.columns, read_columns(table), strict=True))
    if all(column.kind != "category" for column in columns.values()):
        return table
    import pandas

    made: dict[Any, Any] = {}
    for name, column in columns.items():
        if column.kind != "category":
            made[name] = column.values
            continue
        begin = f"{name}="
        found = _values_of(name, column) if known is None else ()
        values = found or [str(each)[len(begin) :] for each in known or () if str(each).startswith(begin)]
        made |= {f"{name}={value}": np.asarray(column.values == value, dtype=np.float64) for value in values}
    return pandas.DataFrame(made if known is None else {name: made[name] for name in known})


def texts_in(table: Any) -> list[Any]:
    """The columns of texts."""
    if isinstance(table, NumberTable):
        return []
    found = zip(table.columns, read_columns(table), strict=True)
    return [name for name, column in found if column.kind == "category"]


def _values_of(name: Any, column: FrameColumn) -> list[Any]:
    """The different texts of a column."""
    values = sorted(set(column.values[~column.gaps].tolist()), key=str)
    if len(values) > max(FEW_CATEGORIES, MOST_CATEGORIES * len(column.values)):
        raise DataError(
            f'the column "{name}" has {len(values)} different texts in {len(column.values)} rows, such as '
            f"{values[0]!r}: of so many nothing can be learned. Leave it out: --drop-columns {name}"
        )
    return values
