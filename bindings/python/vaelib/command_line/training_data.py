"""The examples that trainings learn from, and those that they hold out."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

import numpy as np

from vaelib.command_line.csv_tables import NumberTable
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.indicators import texts_in
from vaelib.command_line.opening import open_examples
from vaelib.command_line.training_conditions import joined_conditions, with_training_conditions
from vaelib.data.dataset import Dataset, concatenate


def open_training_data(arguments: argparse.Namespace, what: str = "label", like: Any = None) -> Examples:
    """The examples of all files that were given, one after another; ``like`` those of a model, if one is given."""
    found = [open_examples(text, arguments, like, what) for text in arguments.data]
    return joined([with_training_conditions(arguments, each) for each in found])


def open_validation(
    arguments: argparse.Namespace, examples: Examples, what: str = "label", like: Any = None
) -> Examples | None:
    """The held-out examples, if some are given; of a table the columns that the training examples have."""
    if arguments.validation is None:
        return None
    texts = texts_in(examples.X) if examples.is_table else ()
    found = open_examples(arguments.validation, arguments, like, what, texts)
    found = with_training_conditions(arguments, found, examples.conditions)
    if not (found.is_table and examples.is_table):
        return found
    names = list(examples.X.columns)
    present = set(found.X.columns)
    missing = [name for name in names if name not in present]
    if missing:
        raise UsageError(f"{found.place} lacks the column {missing[0]}, which the training examples have")
    return dataclasses.replace(found, X=found.X[names])


def joined(parts: list[Examples]) -> Examples:
    """The examples of several places as those of one.

    Raises
    ------
    UsageError
        They are of different kinds, or have different columns.
    """
    if len(parts) == 1:
        return parts[0]
    kinds = {type(part.X) for part in parts}
    first = parts[0]
    if len(kinds) > 1:
        raise UsageError("the files are of different kinds; vaelib convert makes HDF5 of all of them")
    y = None if first.y is None else np.concatenate([part.y for part in parts])
    weights = None if first.weights is None else np.concatenate([part.weights for part in parts])
    conditions = joined_conditions(parts)
    if isinstance(first.X, Dataset):
        return Examples(first.place, concatenate([part.X for part in parts]), y, weights, conditions=conditions)
    if not first.is_table:
        return Examples(first.place, np.concatenate([part.X for part in parts]), y, weights, conditions=conditions)
    for part in parts[1:]:
        if list(part.X.columns) != list(first.X.columns):
            raise UsageError(f"{part.place} has other columns than {first.place}")
    if isinstance(first.X, NumberTable):
        values = np.concatenate([part.X.values for part in parts])
        return Examples(first.place, NumberTable(first.X.columns, values), y, weights, values, conditions=conditions)
    import pandas

    tables = (pandas.concat([getattr(part, name) for part in parts], ignore_index=True) for name in ("X", "whole"))
    return Examples(first.place, next(tables), y, weights, next(tables), conditions=conditions)
