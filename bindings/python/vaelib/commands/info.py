"""Show what is in an HDF5 file: its datasets as vaelib reads them, or the model or checkpoint in it.

example:
  vaelib info people.model.h5
  vaelib info digits.h5
"""

from __future__ import annotations

import argparse
import warnings
from typing import Any

import vaelib
from vaelib.data.class_names import ClassNames
from vaelib.data.opening import dataset_names, open_dataset
from vaelib.data.stored_columns import StoredColumns
from vaelib.training.checkpoint import describe

#: How many names of columns, or of the categories of one, are shown.
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("file", metavar="FILE", help="an HDF5 file")
    parser.add_argument(
        "--check-in-child",
        action="store_true",
        help="for files of unknown origin: a child process reads everything first",
    )


def run(arguments: argparse.Namespace) -> None:
    """Prints a line a dataset, or the model."""
    in_child = arguments.check_in_child
    names = dataset_names(arguments.file, check_in_child=in_child)
    try:
        model = vaelib.load(arguments.file, check_in_child=in_child)
    except vaelib.FormatError as error:
        if any(name.startswith("weights/") for name in names):
            print(f"no model that can be loaded: {error}")
        for name in names:
            print(f"{name}: {_described(arguments.file, name, in_child)}")
        return
    _print_model(model)
    _print_checkpoint(arguments.file, in_child)


def _described(path: str, name: str, in_child: bool) -> str:
    """How vaelib reads a dataset, or why it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", vaelib.VaelibWarning)  # how to read it otherwise is said when it is used
            dataset = open_dataset(path, name, memory_budget=0, check_in_child=in_child)
        with dataset:
            remark = f" ({dataset.conventions})" if dataset.conventions else ""
            if dataset.sparse:
                remark = f", sparse: {dataset.nnz / (dataset.rows * dataset.columns):.2%} are stored"
            return f"{dataset.rows} rows of {dataset.columns}, {dataset.dtype.name}{remark}"
    except vaelib.FormatError as error:
        return f"cannot be read: {error}"


def _print_model(model: Any) -> None:
    """The architecture, and how far it was trained."""
    print(model)
    print(f"{model.n_features_in_} columns, seen as number * {model.scale:g} + {model.shift:g}")
    _print_names(model._fitted().columns)
    epochs = len(model.history_.get("epoch", ()))
    print(f"{epochs} {'epoch' if epochs == 1 else 'epochs'} of training" if epochs else "not trained")


def _print_names(columns: StoredColumns | None) -> None:
    """What columns and categories are called, where they have names."""
    if columns is None:
        return
    print(f"columns: {_listed(columns.names)}")
    for column, names in columns.categories.items():
        print(f"categories of {columns.names.names[column]}: {_listed(names)}")


def _listed(names: ClassNames) -> str:
    """The first names, and how many there are if these are not all."""
    shown = ", ".join(names.names[:_SHOWN])
    return shown if len(names.names) <= _SHOWN else f"{shown}, ... ({len(names.names)} in all)"


def _print_checkpoint(path: str, in_child: bool) -> None:
    """The progress of the training, if the file is a checkpoint."""
    try:
        info = describe(path, in_child)
    except vaelib.FormatError:
        return
    phase = info.phase.decode() + (f" of layer {info.layer}" if info.phase == b"pretraining" else "")
    place = "complete" if info.complete else f"in epoch {info.epoch} of {info.epochs}"
    print(f"a checkpoint: {phase}, {place}")
