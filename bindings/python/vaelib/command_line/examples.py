"""Opening the data that a command is about: examples, and what is to be learned of them."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError, FormatError
from vaelib.command_line.csv_tables import (
    NumberTable,
    index_column,
    names_shown,
    read_csv_table,
    read_parquet_table,
    rows_of_table,
)
from vaelib.command_line.errors import UsageError, nearest
from vaelib.command_line.places import Place, is_hdf5, place_of
from vaelib.command_line.progress import note
from vaelib.data.dataset import Dataset
from vaelib.data.opening import dataset_names, open_dataset

#: Options for datasets in HDF5 files, which say nothing of others.
_OF_HDF5 = ("row_axis", "window", "window_step", "no_conventions", "external_folder", "memory_budget", "check_in_child")
_OF_TABLES = ("label_column", "weight_column", "target_column", "select_columns", "drop_columns")


@dataclass(frozen=True)
class Examples:
    """The rows of one place: a Dataset, an array, or a table that has columns with names."""

    place: Place
    X: Any
    #: Labels or targets, and weights, where they were asked for.
    y: Any = None
    weights: Any = None
    #: The table as it was read, with columns that are no part of X.
    whole: Any = None
    #: Which rows of the file X leaves out, if it does.
    skipped: npt.NDArray[np.bool_] | None = None

    @property
    def rows(self) -> int:
        """How many there are in the file."""
        return len(self.X) if self.skipped is None else len(self.skipped)

    @property
    def is_table(self) -> bool:
        """Whether columns have names."""
        return self.whole is not None


def open_examples(text: str, arguments: argparse.Namespace, model: Any = None, what: str = "label") -> Examples:
    """The examples at a place; for a model those of its columns, scaled as those that it learned from.

    ``what`` are the values to learn or to compare with, "label" or "target".
    """
    place = place_of(text)
    if place.path != "-" and os.path.isdir(place.path):
        raise IsADirectoryError(f'"{place.path}" is a folder')
    if place.path == "-" or not is_hdf5(place.path):
        _refuse(arguments, _OF_HDF5, f"{place.path} is no HDF5 file")
        found = _read(place, arguments, model)
        return _of_table(place, found, arguments, model, what) if _is_table(found) else _of_array(place, found, arguments)
    _refuse(arguments, (*_OF_TABLES, "gaps", "decimal"), f"{place.path} is HDF5, which has no columns with names")
    return _of_hdf5(place, arguments, model)


def names_known_to(model: Any) -> list[Any] | None:
    """What the columns that a model learned from are called, if they have names."""
    if model is None:
        return None
    table = getattr(model, "_table", None)
    if table is not None:
        return list(table.names)
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(names)


def _given(arguments: argparse.Namespace, name: str) -> Any:
    return vars(arguments).get(name)


def _refuse(arguments: argparse.Namespace, names: Sequence[str], reason: str) -> None:
    """Whether no option was given that has no meaning for a file."""
    for name in names:
        if _given(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} has no meaning here: {reason}")


def _is_table(found: Any) -> bool:
    return hasattr(found, "columns")


# ---- HDF5 ------------------------------------------------------------------------------------------------------------


def _of_hdf5(place: Place, arguments: argparse.Namespace, model: Any) -> Examples:
    place = place if place.name else place._replace(name=_only_dataset(place.path, arguments))
    scale = {"scale": model.scale, "shift": model.shift} if model is not None else {}
    scale |= {name: _given(arguments, name) for name in ("scale", "shift") if _given(arguments, name) is not None}
    labels, target = _given(arguments, "labels"), _given(arguments, "targets")
    weights = _given(arguments, "weights")
    dataset = _opened(place, arguments, **scale)
    y = None
    if labels is not None:
        y = _labels_in_hdf5(_beside(place, labels), place, arguments)
    elif target is not None:
        y = _values_of(_beside(place, target), place.rows)
    chosen = dataset if place.rows is None else dataset[place.rows]
    of_weights = None if weights is None else _values_of(_beside(place, weights), place.rows)
    return Examples(place, chosen, y, None if of_weights is None else of_weights.reshape(-1))


def _opened(place: Place, arguments: argparse.Namespace, **options: Any) -> Dataset:
    budget = _given(arguments, "memory_budget")
    try:
        return open_dataset(
            place.path,
            place.name,
            memory_budget=None if budget is None else int(budget * 2**20),
            check_in_child=bool(_given(arguments, "check_in_child")),
            row_axis=_given(arguments, "row_axis"),
            conventions=not _given(arguments, "no_conventions"),
            window=_given(arguments, "window"),
            window_step=_given(arguments, "window_step"),
            external_folders=_given(arguments, "external_folder"),
            **options,
        )
    except FormatError as error:
        raise FormatError(f"{error}{_near_dataset(place)}") from None


def _near_dataset(place: Place) -> str:
    """What dataset was perhaps meant by a name that no dataset has."""
    try:
        names = dataset_names(place.path)
    except (FormatError, OSError):
        return ""
    if place.name in names or any(name.startswith(f"{place.name}/") for name in names):
        return ""
    return nearest(place.name, names) or f"; it has {names_shown(names)}"


def _only_dataset(path: str, arguments: argparse.Namespace) -> str:
    """The dataset that is meant where none is named: the only one, or "X" as in files of AnnData."""
    names = dataset_names(path, check_in_child=bool(_given(arguments, "check_in_child")))
    if any(name.startswith("weights/") for name in names):
        raise UsageError(f"{path} holds a model, not data; a model comes before the data: vaelib COMMAND MODEL DATA")
    if "X" in names and any(name.startswith("obs/") for name in names):
        return "X"
    if len(names) == 1:
        return names[0]
    shown = ", ".join(f"{path}:{name}" for name in names[:6]) + (", ..." if len(names) > 6 else "")
    raise UsageError(f"say which dataset of {path}: {shown}" if names else f"{path} has no datasets")


def _beside(place: Place, text: str) -> Place:
    """Where labels are: in a file of their own if there is one of this name, else in that of the examples."""
    found = place_of(text)
    return found if os.path.exists(found.path) else Place(place.path, text, None)


def _labels_in_hdf5(labels: Place, place: Place, arguments: argparse.Namespace) -> npt.NDArray[Any]:
    """Labels of any kind: numbers, texts, categories, or a matrix of several labels at once."""
    if not is_hdf5(labels.path):
        return _values_of(labels, place.rows)
    try:
        with open_dataset(labels.path, labels.name, memory_budget=0) as values:
            is_matrix = values.columns > 1
    except FormatError:  # texts and categories are no datasets of numbers
        is_matrix = False
    if is_matrix:
        return _values_of(labels, place.rows)
    dataset = _opened(place, arguments, labels=labels.name, labels_path=labels.path)
    rows = labels.rows or place.rows
    found = (dataset if rows is None else dataset[rows]).labels
    assert found is not None
    return found


def _values_of(place: Place, rows: slice | None) -> npt.NDArray[Any]:
    """Numbers or texts beside examples, which are those of the same rows."""
    if is_hdf5(place.path):
        with open_dataset(place.path, place.name) as dataset:
            values: npt.NDArray[Any] = dataset.numpy()
    else:
        found = _read(place._replace(rows=None), argparse.Namespace(), None)
        values = _column(found, found.columns[0]) if _is_table(found) and found.shape[1] == 1 else np.asarray(found)
    values = values.reshape(-1) if values.ndim == 2 and values.shape[1] == 1 else values
    chosen = place.rows or rows
    return values if chosen is None else values[chosen]


# ---- other files -----------------------------------------------------------------------------------------------------


def _read(place: Place, arguments: argparse.Namespace, model: Any) -> Any:
    """The table or the array in a file that is not HDF5."""
    from vaelib.data.conversion.idx import is_idx  # here: zipfile and gzip take long to import
    from vaelib.data.conversion.matlab import MATLAB_MAGIC
    from vaelib.data.conversion.netcdf import NETCDF_MAGIC
    from vaelib.data.conversion.npy import NPY_MAGIC, ZIP_MAGIC
    from vaelib.data.conversion.reading import read_blocks

    options = {
        "texts": _texts_of(model),
        "gaps": _given(arguments, "gaps") or (),
        "decimal": _given(arguments, "decimal") or ".",
    }
    if place.path == "-":
        return read_csv_table(io.BytesIO(sys.stdin.buffer.read()), "standard input", **options)
    with open(place.path, "rb") as file:
        start = file.read(16)
        if start.startswith(b"PAR1"):
            return read_parquet_table(place.path)
        file.seek(0)
        content = start
        if start.startswith(b"\x1f\x8b"):
            import gzip

            with gzip.open(file) as unpacked:
                content = unpacked.read(16)
            file.seek(0)
        magics = (NPY_MAGIC, ZIP_MAGIC, MATLAB_MAGIC, NETCDF_MAGIC)
        if not any(map(content.startswith, magics)) and not is_idx(content) and b"\0" not in content:
            return read_csv_table(file, place.path, **options)
        parts: dict[str, list[Any]] = {}
        for block in read_blocks(file, place.path, None):
            parts.setdefault(block.part, []).append(block.rows)
    return _part(place, {name: np.concatenate(blocks) for name, blocks in parts.items()})


def _part(place: Place, arrays: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One of the arrays in a file."""
    if not place.name and len(arrays) == 1:
        return next(iter(arrays.values()))
    if place.name not in arrays:
        known = ", ".join(f"{place.path}:{name}" for name in arrays)
        raise UsageError(f"{place} is not there{nearest(place.name, arrays)}: there are {known}")
    return arrays[place.name]


def _texts_of(model: Any) -> list[Any]:
    """The columns in which a model knows texts, whatever they look like."""
    known = getattr(model, "categories_", {}) if model is not None else {}
    return [name for name, values in known.items() if all(isinstance(value, str) for value in values.tolist())]


def _of_array(place: Place, array: npt.NDArray[Any], arguments: argparse.Namespace) -> Examples:
    _refuse(arguments, (*_OF_TABLES, "gaps", "decimal"), f"{place.path} is an array, which has no columns with names")
    X = array.reshape(len(array), -1)
    y = next((_given(arguments, name) for name in ("labels", "targets") if _given(arguments, name) is not None), None)
    values = None if y is None else _values_of(_beside(place, y), place.rows)
    weights = _given(arguments, "weights")
    of_rows = None if weights is None else _values_of(_beside(place, weights), place.rows)
    return Examples(place, X if place.rows is None else X[place.rows], values, of_rows)


def _of_table(place: Place, table: Any, arguments: argparse.Namespace, model: Any, what: str) -> Examples:
    table = table if place.rows is None else rows_of_table(table, place.rows)
    if len(table) == 0:
        raise DataError(f"{place.path} has no such rows")
    index = index_column(table)
    if index is not None:
        note(arguments, f"{place.path}: the first column has no name and counts the rows; it is left out")
        table = table[[name for name in table.columns if name != index]]
    whole, taken = table, []
    y = weights = None
    for option in (f"{what}_column", "label_column"):
        chosen = _given(arguments, option)
        for name in chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]:
            taken.append(_known(name, table, place, model is not None))
        if chosen is not None and y is None:
            y = _learned(table, [name for name in taken if name in list(table.columns)], what)
    beside = next((_given(arguments, name) for name in ("labels", "targets") if _given(arguments, name)), None)
    if beside is not None:
        y = _values_of(_beside(place, beside), place.rows)
    chosen = _given(arguments, "weight_column")
    if chosen is not None:
        taken.append(_known(chosen, table, place))
        weights = _column(table, taken[-1])
    elif _given(arguments, "weights") is not None:
        weights = _values_of(_beside(place, arguments.weights), place.rows)
    names = [name for name in table.columns if name not in taken]
    X = table[_selected(names, table, place, arguments, model)]
    return Examples(place, X, y, weights, whole)


def _selected(names: list[Any], table: Any, place: Place, arguments: argparse.Namespace, model: Any) -> list[Any]:
    """The columns that are examples: those that the model knows, or that were not left out."""
    selected, dropped = _given(arguments, "select_columns"), _given(arguments, "drop_columns") or []
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
    unknown = [name for name in names if name not in wanted]
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
    wanted: list[Any] = []
    for name in known:
        source = name
        if name not in names and isinstance(name, str):
            # A column "job=nurse" says whether the text in "job" is that.
            source = next((each for each in names if name.startswith(f"{each}=")), name)
        if source not in names:
            hint = nearest(str(name), [str(each) for each in names])
            raise DataError(f'the data lack the column "{name}", which the model learned from{hint}')
        if source not in wanted:
            wanted.append(source)
    return wanted


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
    if what == "target" or len(names) > 1:
        return np.column_stack([_numbers(table, name) for name in names]) if len(names) > 1 else _numbers(table, names[0])
    return _column(table, names[0])


def _numbers(table: Any, name: Any) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(_column(table, name, gap=np.nan), dtype=np.float64)
    except ValueError:
        raise DataError(f'the column "{name}" holds something that is no number') from None


def _column(table: Any, name: Any, gap: object = -1) -> npt.NDArray[Any]:
    """A column as an array; real numbers that are whole as integers, and ``gap`` where there is nothing."""
    column = table[name]
    if isinstance(table, NumberTable):
        missing, values = np.zeros(len(column), dtype=np.bool_), column
    else:
        missing, values = column.isna().to_numpy(), column.to_numpy()
    if gap == -1 and values.dtype.kind == "f":
        whole = values[~missing]
        if (whole == np.rint(whole)).all():
            return np.where(missing, -1, np.where(missing, 0, values)).astype(np.int64)
    if values.dtype.kind in "biuf" and not missing.any():
        return np.asarray(values)
    objects = np.array(values.tolist(), dtype=object)
    objects[missing] = gap
    return objects
