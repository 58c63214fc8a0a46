"""Conditions that a VAE is trained with, beside its examples."""

from __future__ import annotations

import argparse
import dataclasses
import os
from typing import Any

import numpy as np

from vaelib._c.errors import DataError
from vaelib.command_line.csv_tables import NumberTable
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, given, is_table
from vaelib.command_line.indicators import texts_in
from vaelib.command_line.parser import headed
from vaelib.command_line.places import is_hdf5, place_of
from vaelib.command_line.stored_conditions import read_conditions
from vaelib.command_line.values import listed
from vaelib.command_line.values_beside import beside


def add_training_conditions(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say what is given, not modelled."""
    group = headed(parser, "conditions")
    columns_help = (
        "columns that are given, not modelled, by their names, or by their numbers from 0 where they have none"
    )
    group.add_argument("--condition-columns", type=listed, metavar="A,B", help=columns_help)
    beside_help = (
        "what is given beside the examples: a dataset, or FILE or FILE:NAME; a single column of texts or whole numbers "
        "is labels"
    )
    group.add_argument("--conditions", metavar="NAME", help=beside_help)
    size_help = (
        "which column of --conditions is the size factor of each row, which counts with --count-mean share are shares "
        "of: its name, or its number from 0"
    )
    group.add_argument("--size-factor", metavar="COLUMN", help=size_help)


def size_factor_of(arguments: argparse.Namespace) -> str | int | None:
    """The parameter ``size_factor``.

    Raises
    ------
    UsageError
        It is given without conditions that it could be one of.
    """
    text: str | None = arguments.size_factor
    if text is not None and arguments.conditions is None:
        raise UsageError(f"--size-factor {text} is a column of --conditions, which are missing")
    return int(text) if text is not None and text.isdigit() else text


def with_training_conditions(arguments: argparse.Namespace, examples: Examples, like: Any = None) -> Examples:
    """Examples with the conditions beside them, if there are some; ``like`` are those of the training's, if known.

    Raises
    ------
    UsageError, DataError
        There is no such file, or it has other rows.
    """
    text = given(arguments, "conditions")
    if text is None:
        return examples
    path = examples.place.path
    if not os.path.exists(place_of(text).path) and (path == "-" or not is_hdf5(path)):
        hint = f"; columns of {examples.place} are --condition-columns" if examples.is_table else ""
        raise UsageError(f"--conditions: there is no file {text}{hint}")
    table = like.to_frame() if hasattr(like, "to_frame") else like
    texts = texts_in(table) if is_table(table) else ()
    found = read_conditions(beside(examples.place, text), examples.place, arguments, texts)
    if len(found) != examples.rows:
        raise DataError(f"{text} has {len(found)} rows of conditions; {examples.source} has {examples.rows} rows")
    if is_table(found) and found.shape[1] == 1:
        found = found[found.columns[0]]  # labels
    elif isinstance(found, NumberTable):
        found = found.values
    return dataclasses.replace(examples, conditions=found)


def joined_conditions(parts: list[Examples]) -> Any:
    """The conditions of several places, one after another."""
    if all(part.conditions is None for part in parts):
        return None
    found = [_of_each_row(part) for part in parts]
    if hasattr(found[0], "iloc"):
        import pandas

        return pandas.concat(found, ignore_index=True)
    return np.concatenate(found)


def _of_each_row(part: Examples) -> Any:
    """The conditions of each row, where one holds for all, too."""
    given, rows = part.conditions, len(part.X)
    if len(given) == rows:
        return given
    return getattr(given, "iloc", given)[[0] * rows]
