"""Labels, targets and weights beside examples: in a dataset of the same file, or in a file of their own."""

from __future__ import annotations

import argparse
import os
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import VaelibWarning
from vaelib.command_line.csv_tables import NumberTable
from vaelib.command_line.examples import given, is_table
from vaelib.command_line.file_contents import read_file
from vaelib.command_line.places import Place, is_hdf5, place_of
from vaelib.data.dataset import Dataset
from vaelib.data.opening import open_dataset


def beside(place: Place, text: str) -> Place:
    """Where labels are: in a file of their own if there is one of this name, else in that of the examples."""
    found = place_of(text)
    return found if os.path.exists(found.path) else Place(place.path, text, None)


def values_named(arguments: argparse.Namespace, place: Place, option: str) -> npt.NDArray[Any] | None:
    """The values that an option names, of the rows of a place; None if it was not given."""
    name = given(arguments, option)
    return None if name is None else values_of(beside(place, name), place.rows)


def values_of(place: Place, rows: slice | None) -> npt.NDArray[Any]:
    """Numbers or texts beside examples, which are those of the same rows."""
    if is_hdf5(place.path):
        with open_beside(place) as dataset:
            values: npt.NDArray[Any] = dataset.numpy()
    else:
        found = read_file(place._replace(rows=None))
        values = (
            column_values(found, found.columns[0]) if is_table(found) and found.shape[1] == 1 else np.asarray(found)
        )
    values = values.reshape(-1) if values.ndim == 2 and values.shape[1] == 1 else values
    chosen = place.rows or rows
    return values if chosen is None else values[chosen]


def open_beside(place: Place, memory_budget: int | None = None) -> Dataset:
    """A dataset that may have one axis, which holds a number for each example."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VaelibWarning)  # that each number would be an example
        return open_dataset(place.path, place.name, memory_budget=memory_budget)


def column_values(table: Any, name: Any, gap: object = -1) -> npt.NDArray[Any]:
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
