"""Examples that are rows of a table: which columns they have, and which hold labels, targets or weights."""

from __future__ import annotations

import argparse
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError
from vaelib._c.names import nearest
from vaelib.command_line.csv_tables import index_column, names_shown, rows_of_table
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, given, names_known_to
from vaelib.command_line.places import Place, place_of
from vaelib.command_line.progress import note
from vaelib.command_line.values_beside import column_values, values_named
from vaelib.data.index_columns import index_text


def of_table(place: Place, table: Any, arguments: argparse.Namespace, model: Any, what: str) -> Examples:
    """The rows of a table, without an index, and without the columns that are labels, targets or weights.

    ``what`` are the values to learn or to compare with, "label" or "target".
    """
    if place.name:
        raise UsageError(
            f"{place}: {place.path} is a table, which has no datasets; --select-columns takes some columns"
        )
    table = table if place.rows is None else rows_of_table(table, place.rows)
    if len(table) == 0:
        raise DataError(f"{place} has no such rows")
    index = index_column(table, names_known_to(model) or ())
    if index is not None:
        note(arguments, f"{place}: {index_text(index)} counts the rows; it is left out")
        table = table[[name for name in table.columns if name != index]]
    special = {
        option: [_known(name, table, place, model is not None) for name in _as_list(given(arguments, option))]
        for option in ("label_column", "target_column", "weight_column")
    }
    present = {option: [name for name in names if name in list(table.columns)] for option, names in special.items()}
    y = _learned(table, present[f"{what}_column"], what)
    for option in ("labels", "targets", "weights"):
        named = given(arguments, option)
        if named is not None and not os.path.exists(place_of(named).path):
            raise UsageError(f"--{option}: there is no file {named}; a column of {place} is --{option[:-1]}-column")
    if y is None:
        y = values_named(arguments, place, f"{what}s")
    weights = values_named(arguments, place, "weights")
    if present["weight_column"]:
        weights = _numbers(table, present["weight_column"][0])
    # What a model learned from are examples, whatever else it is.
    known = names_known_to(model) or ()
    taken = [name for names in present.values() for name in names if name not in known]
    names = [name for name in table.columns if name not in taken]
    return Examples(place, table[_selected(names, table, place, arguments, model)], y, weights, table)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _selected(names: list[Any], table: Any, place: Place, arguments: argparse.Namespace, model: Any) -> list[Any]:
    """The columns that are examples: those that the model knows, or that were not left out."""
    selected, dropped = given(arguments, "select_columns"), given(arguments, "drop_columns") or []
    if selected is not None:
        names = [_known(name, table, place) for name in selected]
    dropped = [_known(name, table, place) for name in dropped]
    names = [name for name in names if name not in dropped]
    known = names_known_to(model)
    if known is None:
        if not names:
            raise UsageError(f"no column of {place.path} is left")
        return names
    wanted = _sources_of(known, names)
    used = set(wanted)
    unknown = [name for name in names if name not in used]
    if unknown:
        note(arguments, f"{place.path}: the model does not know {names_shown(unknown)}, which is left out")
    return wanted


def _sources_of(known: list[Any], names: list[Any]) -> list[Any]:
    """The columns of a table that a model's are made from.

    Raises
    ------
    DataError
        One is missing.
    """
    present = set(names)
    wanted: dict[Any, None] = {}  # in the model's order
    for name in known:
        source = name
        if name not in present and isinstance(name, str):
            # A column "job=nurse" says whether the text in "job" is that.
            source = next((each for each in names if name.startswith(f"{each}=")), name)
        if source not in present:
            hint = nearest(str(name), [str(each) for each in names])
            raise DataError(f'the data lack the column "{name}", which the model learned from{hint}')
        wanted[source] = None
    return list(wanted)


def _known(name: str, table: Any, place: Place, may_lack: bool = False) -> Any:
    """A column by its name, or by its number where there are no names."""
    columns = list(table.columns)
    if name in columns:
        return name
    if name.lstrip("-").isdigit() and all(isinstance(each, (int, np.integer)) for each in columns):
        number = int(name)
        if -len(columns) <= number < len(columns):
            return columns[number]
    if may_lack:
        return name
    hint = nearest(name, [str(each) for each in columns])
    raise UsageError(f'{place.path} has no column "{name}"{hint or ": there are " + names_shown(columns)}')


def _learned(table: Any, names: list[Any], what: str) -> npt.NDArray[Any] | None:
    """Labels or targets in columns; a gap in a label is -1, which stands for none."""
    if not names:
        return None
    if what == "label":
        return column_values(table, names[0])
    return _numbers(table, names[0]) if len(names) == 1 else np.column_stack([_numbers(table, each) for each in names])


def _numbers(table: Any, name: Any) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(column_values(table, name, gap=np.nan), dtype=np.float64)
    except ValueError:
        raise DataError(f'the column "{name}" holds something that is no number') from None
