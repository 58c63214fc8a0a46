"""Show what a file holds: a model, a checkpoint, data.

example:
  vaelib info people.model.h5
  vaelib info digits.h5

Of a model it shows its parameters, the names, likelihoods and categories of
its columns, and how far it is trained; of datasets how vaelib reads them; of a
table its columns.
"""

from __future__ import annotations

import argparse
import os
import warnings
from typing import Any

import vaelib
from vaelib.command_line.conditions import known_conditions
from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.examples import is_table, names_known_to
from vaelib.command_line.file_contents import read_file
from vaelib.command_line.places import Place, is_hdf5
from vaelib.command_line.results import print_json
from vaelib.data.class_names import values_of
from vaelib.data.frame_columns import FrameColumn, library_of, read_columns
from vaelib.data.opening import dataset_names, open_dataset
from vaelib.data.stored_columns import StoredColumns
from vaelib.training.checkpoint import describe

#: How many names of columns, or of the categories of one, are shown.
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("file", metavar="FILE", help="an HDF5 file, or CSV or Parquet")
    parser.add_argument("--json", action="store_true", help="print the same as one JSON object")
    parser.add_argument(
        "--check-in-child",
        action="store_true",
        help="for files of unknown origin: a child process reads everything first",
    )


def run(arguments: argparse.Namespace) -> None:
    """Prints a line a dataset or column, or the model."""
    path, in_child = arguments.file, arguments.check_in_child
    if os.path.isfile(path) and not is_hdf5(path):
        table = read_file(Place(path, "", None))
        if is_table(table):
            _show(arguments, _columns_of(table))
            return
    names = dataset_names(path, check_in_child=in_child)
    try:
        model = vaelib.load(path, check_in_child=in_child)
    except vaelib.FormatError as error:
        if any(name.startswith("weights/") for name in names):
            print(f"no model that can be loaded: {error}")
        _show(arguments, {name: _described(path, name, in_child) for name in names})
        return
    if arguments.json:
        print_json(_facts(model) | {"checkpoint": _checkpoint(path, in_child) or None})
        return
    _print_model(model)
    checkpoint = _checkpoint(path, in_child)
    if checkpoint:
        print(f"a checkpoint: {checkpoint}")


def _show(arguments: argparse.Namespace, lines: dict[str, str]) -> None:
    """A line for each dataset or column."""
    if arguments.json:
        print_json(lines)
        return
    for name, text in lines.items():
        print(f"{name}: {text}")


def _columns_of(table: Any) -> dict[str, str]:
    """What the columns of a table hold."""
    if library_of(table) is None:
        return {str(name): "numbers" for name in table.columns}
    return {str(name): _kind(column) for name, column in zip(table.columns, read_columns(table), strict=True)}


def _kind(column: FrameColumn) -> str:
    kind = {"category": "texts", "boolean": "truth values", "integer": "whole numbers", "real": "numbers"}[column.kind]
    values = len(set(column.values[~column.gaps].tolist()))
    gaps = f", {int(column.gaps.sum())} gaps" if column.gaps.any() else ""
    return f"{kind}, {values} different in {len(column.values)} rows{gaps}"


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


def _facts(model: Any) -> dict[str, Any]:
    """The model, for programs."""
    columns: StoredColumns | None = model._fitted().columns
    facts = {"kind": type(model).__name__, "columns": model.n_features_in_, "epochs": model.n_iter_}
    facts |= {"scale": model.scale, "shift": model.shift, "seed": model.seed_}
    if isinstance(model, vaelib.VAE):
        likelihoods = model.likelihoods_
        facts["likelihoods"] = list(likelihoods.values()) if isinstance(likelihoods, dict) else likelihoods
    if columns is not None:
        names = values_of(columns.names)
        if names_known_to(model) is not None:
            facts["names"] = names[: model.n_features_in_]
        facts["categories"] = {str(names[number]): values_of(each) for number, each in columns.categories.items()}
    conditions = known_conditions(model)
    if conditions is not None:
        facts["conditions"] = conditions.names
    return facts


def _print_model(model: Any) -> None:
    """The architecture, and how far it was trained."""
    if isinstance(model, vaelib.VAE) and model.columns is not None:
        # What "columns" says of each is shown by name.
        print(vaelib.VAE(**{**model.get_params(), "columns": None}))
    else:
        print(model)
    print(f"{model.n_features_in_} columns, seen as number * {model.scale:g} + {model.shift:g}")
    _print_likelihoods(model)
    _print_names(model)
    epochs = len(model.history_.get("epoch", ()))
    print(f"{epochs} {'epoch' if epochs == 1 else 'epochs'} of training" if epochs else "not trained")


def _print_likelihoods(model: Any) -> None:
    """The likelihood of each column, where they differ."""
    if not isinstance(model, vaelib.VAE) or model.likelihood_ != "mixed":
        return
    found = model.likelihoods_
    likelihoods = dict(enumerate(found)) if isinstance(found, list) else found
    for kind in sorted(set(likelihoods.values()) - {"condition", "size_factor"}):
        names = [str(name) for name, likelihood in likelihoods.items() if likelihood == kind]
        print(f"{kind}: {names_shown(names, _SHOWN)}")


def _print_names(model: Any) -> None:
    """What columns, conditions and categories are called, where they have names."""
    names, conditions = names_known_to(model), known_conditions(model)
    if names is not None:
        print(f"columns: {names_shown(names, _SHOWN)}")
    if conditions is not None:
        print(f"conditions: {names_shown(conditions.names, _SHOWN)}")
    columns: StoredColumns | None = model._fitted().columns
    if columns is None:
        return
    for column, categories in columns.categories.items():
        print(f"categories of {columns.names.names[column]}: {names_shown(categories.names, _SHOWN)}")


def _checkpoint(path: str, in_child: bool) -> str:
    """The progress of the training, if the file is a checkpoint."""
    try:
        info = describe(path, in_child)
    except vaelib.FormatError:
        return ""
    phase = info.phase.decode() + (f" of layer {info.layer}" if info.phase == b"pretraining" else "")
    return f"{phase}, {'complete' if info.complete else f'in epoch {info.epoch} of {info.epochs}'}"
