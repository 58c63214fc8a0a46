"""Opening the data that a command is about, wherever they are."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import Any

import numpy.typing as npt

from vaelib.command_line.examples import Examples, is_table, refuse
from vaelib.command_line.file_contents import read_file, texts_known_to
from vaelib.command_line.hdf5_examples import of_hdf5
from vaelib.command_line.places import Place, is_hdf5, place_of, require_file
from vaelib.command_line.table_examples import of_table
from vaelib.command_line.values_beside import values_named

#: Options for datasets in HDF5 files, which say nothing of others.
_OF_HDF5 = ("row_axis", "window", "window_step", "no_conventions", "external_folder", "memory_budget", "check_in_child")
#: Columns of tables that hold something else than examples.
_COLUMNS = ("label_column", "weight_column", "target_column")


def open_examples(
    text: str,
    arguments: argparse.Namespace,
    model: Any = None,
    what: str = "label",
    texts: Collection[Any] = (),
) -> Examples:
    """The examples at a place; for a model those of its columns, scaled as those that it learned from.

    ``what`` are the values to learn or to compare with, "label" or "target"; ``texts`` columns that are texts, beside
    those that the model knows as such.
    """
    place = place_of(text)
    if place.path != "-":
        require_file(place.path)
        if is_hdf5(place.path):
            refuse(arguments, (*_COLUMNS, "drop_columns"), f"{place.path} is HDF5; name datasets: --labels and so on")
            refuse(arguments, ("gaps", "decimal"), f"{place.path} is no CSV")
            return of_hdf5(place, arguments, model, what)
    refuse(arguments, _OF_HDF5, f"{place.path} is no HDF5 file")
    found = read_file(place, arguments, {*texts, *texts_known_to(model)})
    if is_table(found):
        return of_table(place, found, arguments, model, what)
    return _of_array(place, found, arguments, what)


def _of_array(place: Place, array: npt.NDArray[Any], arguments: argparse.Namespace, what: str) -> Examples:
    refuse(
        arguments,
        (*_COLUMNS, "select_columns", "drop_columns", "gaps", "decimal"),
        f"{place.path} is an array, whose columns have no names",
    )
    X = array.reshape(len(array), -1)
    y = values_named(arguments, place, f"{what}s")
    weights = values_named(arguments, place, "weights")
    return Examples(place, X if place.rows is None else X[place.rows], y, weights)
