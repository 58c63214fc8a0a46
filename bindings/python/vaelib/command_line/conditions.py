"""What queries of a conditional VAE are told beside the rows: conditions of each row, or values that hold for all."""

from __future__ import annotations

import argparse
import dataclasses
import os
from typing import Any

import numpy as np

from vaelib._c.errors import DataError
from vaelib._c.names import nearest
from vaelib.command_line.condition_values import condition_row
from vaelib.command_line.csv_tables import NumberTable, names_shown
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, given, is_table, names_known_to
from vaelib.command_line.parser import headed
from vaelib.command_line.places import Place, is_hdf5, place_of
from vaelib.command_line.stored_conditions import read_conditions
from vaelib.data.categories import Categories
from vaelib.data.conditions import Conditions, made_up_names
from vaelib.data.opening import dataset_names
from vaelib.models.vae import VAE


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says what a conditional VAE is told beside the rows."""
    conditions_help = (
        "a conditional VAE: values that hold for all rows, as in sex=f,age=40; or FILE, FILE:NAME or a dataset beside "
        "the rows, with a row for each"
    )
    headed(parser, "data").add_argument("--conditions", metavar="CONDITIONS", help=conditions_help)


def with_conditions(arguments: argparse.Namespace, examples: Examples, model: Any) -> Examples:
    """Rows with their conditions, if a model was trained with such beside its examples.

    Raises
    ------
    UsageError, DataError
        They are missing, or given to a model that knows none; or they are not one for each row, or one for all.
    """
    known = known_conditions(model)
    if known is not None and has_conditions_beside(model):
        return _told(arguments, examples, known, are_named=_have_names(known, model))
    if given(arguments, "conditions") is not None:
        if known is None:
            raise UsageError("--conditions is for a VAE that was trained with some: vaelib train --condition-columns")
        raise UsageError(f"--conditions has no meaning here: the data have them as columns, {names_shown(known.names)}")
    return examples


def with_conditions_of_latents(arguments: argparse.Namespace, codes: Examples, model: Any) -> Examples:
    """The same for codes, where a model wants its conditions in any case."""
    known = known_conditions(model)
    if known is None:
        return with_conditions(arguments, codes, model)
    return _told(arguments, codes, known, are_named=_have_names(known, model))


def conditions_of_samples(arguments: argparse.Namespace, model: Any) -> Any:
    """The conditions of new rows; None for a model without."""
    nothing = Examples(Place("", "", None), np.empty((0, 0)))
    return with_conditions_of_latents(arguments, nothing, model).conditions


def known_conditions(model: Any) -> Conditions | None:
    """The conditions that a model was trained with, in its examples or beside them; None without."""
    return model._known_conditions() if isinstance(model, VAE) else None


def has_conditions_beside(model: Any) -> bool:
    """Whether a model was trained with conditions that are no columns of its examples."""
    return getattr(model, "_conditions", None) is not None


def _have_names(known: Conditions, model: Any) -> bool:
    """Whether somebody gave the conditions their names."""
    if not has_conditions_beside(model):
        return names_known_to(model) is not None
    return known.names != made_up_names(len(known.names))


def _told(arguments: argparse.Namespace, examples: Examples, known: Conditions, *, are_named: bool) -> Examples:
    text = given(arguments, "conditions")
    if text is None:
        raise UsageError(_missing(arguments, known))
    place = _place(text, examples.place)
    if place is None:
        return dataclasses.replace(examples, conditions=condition_row(text, known))
    texts = {name for name, values in zip(known.names, known.categories, strict=True) if _are_texts(values)}
    found = read_conditions(place, examples.place, arguments, texts)
    if is_table(found) and are_named:
        found = _selected(found, known.names, place)
    if is_table(found) and (isinstance(found, NumberTable) or not are_named):
        found = np.asarray(found)  # whose columns are told by their places
    if examples.rows and len(found) not in (1, examples.rows):
        raise DataError(f"{place} has {len(found)} rows of conditions; {examples.source} has {examples.rows} rows")
    return dataclasses.replace(examples, conditions=found)


def _missing(arguments: argparse.Namespace, known: Conditions) -> str:
    """What is said where conditions are needed, with an example of them."""
    names = names_shown(known.names)
    if "conditions" not in vars(arguments):
        return f"{arguments.parser.prog} is not for a model that has conditions beside its rows: {names}"
    values = ["0" if each is None else str(each.values[0]) for each in known.categories]
    if known.size_factor is not None:
        values[known.size_factor] = "1000"
    named = ",".join(f"{name}={value}" for name, value in zip(known.names, values, strict=True))
    example = values[0] if known.names == made_up_names(1) else named
    return (
        f"the model has conditions, {names}: --conditions names a file with a row for each row, or is {example} for all"
    )


def _place(text: str, rows: Place) -> Place | None:
    """The file or dataset that a text names; None where it is values."""
    place = place_of(text)
    if os.path.exists(place.path):
        return place
    is_beside = os.path.exists(rows.path) and is_hdf5(rows.path) and text in dataset_names(rows.path)
    return Place(rows.path, text, None) if is_beside else None


def _selected(table: Any, names: list[Any], place: Place) -> Any:
    """The columns of a table that are the conditions."""
    for name in names:
        if name not in list(table.columns):
            hint = nearest(str(name), map(str, table.columns))
            raise DataError(f'{place} lacks the column "{name}", a condition that the model learned from{hint}')
    return table[names]


def _are_texts(categories: Categories | None) -> bool:
    return categories is not None and all(isinstance(value, str) for value in categories.values.tolist())
