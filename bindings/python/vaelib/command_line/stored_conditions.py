"""Conditions in files, as labels or as columns."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import FormatError
from vaelib.command_line.csv_tables import index_column, rows_of_table
from vaelib.command_line.examples import is_table
from vaelib.command_line.file_contents import read_file
from vaelib.command_line.hdf5_examples import labels_in_hdf5
from vaelib.command_line.places import Place, is_hdf5, require_file
from vaelib.command_line.values_beside import values_of


def read_conditions(place: Place, examples: Place, arguments: argparse.Namespace, texts: Collection[Any] = ()) -> Any:
    """The conditions at a place, of the same rows as the examples: labels, a matrix, or a table.

    ``texts`` are columns of CSV that are texts in any case.
    """
    require_file(place.path)
    if is_hdf5(place.path):
        return _in_hdf5(place, examples, arguments)
    found = read_file(place, arguments, texts)
    rows = place.rows or (examples.rows if len(found) > 1 else None)  # one holds for all
    if not is_table(found):
        return found if rows is None else found[rows]
    index = index_column(found)
    if index is not None:
        found = found[[name for name in found.columns if name != index]]
    return found if rows is None else rows_of_table(found, rows)


def _in_hdf5(place: Place, examples: Place, arguments: argparse.Namespace) -> npt.NDArray[Any]:
    """Numbers, or labels of any kind."""
    try:
        values = values_of(place, examples.rows)
    except FormatError:  # texts and categories are no datasets of numbers
        if examples.path and is_hdf5(examples.path):
            return labels_in_hdf5(place, examples, arguments)
        raise
    is_whole = values.ndim == 1 and bool((values == np.rint(values)).all())
    return values.astype(np.int64) if is_whole else values
