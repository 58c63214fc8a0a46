"""Examples in HDF5 files."""

from __future__ import annotations

import argparse
from typing import Any

import numpy.typing as npt

from vaelib._c.errors import FormatError
from vaelib._c.names import nearest
from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, given
from vaelib.command_line.places import Place, is_hdf5
from vaelib.command_line.values_beside import beside, open_beside, values_named, values_of
from vaelib.data.dataset import Dataset
from vaelib.data.opening import dataset_names, open_dataset


def of_hdf5(place: Place, arguments: argparse.Namespace, model: Any, what: str) -> Examples:
    """The rows of a dataset, which are streamed if they are many; scaled as those that a model learned from.

    ``what`` are the values to learn or to compare with, "label" or "target".
    """
    place = place if place.name else place._replace(name=_only_dataset(place.path, arguments))
    if model is not None:
        scaling = {"scale": model.scale, "shift": model.shift}
    else:
        scaling = {name: given(arguments, name) for name in ("scale", "shift") if given(arguments, name) is not None}
    dataset = _opened(place, arguments, **scaling)
    y: npt.NDArray[Any] | None
    if what == "label" and given(arguments, "labels") is not None:
        y = labels_in_hdf5(beside(place, arguments.labels), place, arguments)
    else:
        y = values_named(arguments, place, f"{what}s")
    weights = values_named(arguments, place, "weights")
    return Examples(place, dataset if place.rows is None else dataset[place.rows], y, weights)


def _opened(place: Place, arguments: argparse.Namespace, **options: Any) -> Dataset:
    budget = given(arguments, "memory_budget")
    try:
        return open_dataset(
            place.path,
            place.name,
            memory_budget=None if budget is None else int(budget * 2**20),
            check_in_child=bool(given(arguments, "check_in_child")),
            columns=given(arguments, "select_columns"),
            row_axis=given(arguments, "row_axis"),
            conventions=not given(arguments, "no_conventions"),
            window=given(arguments, "window"),
            window_step=given(arguments, "window_step"),
            external_folders=given(arguments, "external_folder"),
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
    names = dataset_names(path, check_in_child=bool(given(arguments, "check_in_child")))
    if any(name.startswith("weights/") for name in names):
        raise UsageError(f"{path} holds a model, not data; a model comes before the data: vaelib COMMAND MODEL DATA")
    if "X" in names and any(name.startswith("obs/") for name in names):
        return "X"
    if len(names) == 1:
        return names[0]
    shown = ", ".join(f"{path}:{name}" for name in names[:6]) + (", ..." if len(names) > 6 else "")
    raise UsageError(f"say which dataset of {path}: {shown}" if names else f"{path} has no datasets")


def labels_in_hdf5(labels: Place, place: Place, arguments: argparse.Namespace) -> npt.NDArray[Any]:
    """Labels of any kind: numbers, texts, categories, or a matrix of several labels at once."""
    if not is_hdf5(labels.path):
        return values_of(labels, place.rows)
    try:
        with open_beside(labels, memory_budget=0) as values:
            is_matrix = values.columns > 1
    except FormatError:  # texts and categories are no datasets of numbers
        is_matrix = False
    if is_matrix:
        return values_of(labels, place.rows)
    dataset = _opened(place, arguments, labels=labels.name, labels_path=labels.path)
    rows = labels.rows or place.rows
    found = (dataset if rows is None else dataset[rows]).labels
    assert found is not None
    return found
