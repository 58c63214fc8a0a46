"""What the commands that train have in common."""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import VaelibError
from vaelib.command_line.config_files import add_config_options, save_config
from vaelib.command_line.csv_tables import NumberTable, names_shown
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.indicators import texts_in
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import check_target
from vaelib.command_line.parameters import add_parameters, chosen_parameters
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP, is_hdf5
from vaelib.command_line.progress import ProgressLine, note
from vaelib.command_line.results import print_json
from vaelib.command_line.values import real
from vaelib.data.dataset import Dataset, concatenate
from vaelib.data.opening import dataset_names
from vaelib.training.checkpoint import Checkpoint

#: The metrics of a history that are told at the end, and what they are called then.
_METRICS = {
    "elbo": "bound",
    "validation_elbo": "held_out_bound",
    "loss": "training_loss",
    "validation_loss": "held_out_loss",
    "error": "training_error",
    "validation_error": "held_out_error",
}


def add_training(parser: argparse.ArgumentParser, estimator: type[Any], *, labels: bool = False) -> None:
    """Adds the arguments of a command that trains estimators of this class."""
    parser.usage = f"{parser.prog} [options] DATA -o MODEL"
    parser.add_argument("data", nargs="*", metavar="DATA", help=f"the examples: {DATA_HELP}")
    group = headed(parser, "output")
    group.add_argument("-o", "--output", metavar="MODEL", help="the file of the model, which is written at the end")
    checkpoint_help = "the file that keeps the state of the training; if it exists, the training resumes from it"
    group.add_argument("--checkpoint", metavar="FILE", help=checkpoint_help)
    every_help = f"seconds from one checkpoint to the next, by default {Checkpoint.every_seconds:g}"
    group.add_argument("--checkpoint-seconds", type=real, metavar="X", help=every_help)
    add_data_options(parser, labels=labels, weights=True)
    held_out = headed(parser, "validation")
    validation_help = "examples that are held out; without it a part of DATA is (--validation-fraction)"
    held_out.add_argument("--validation", metavar="DATA", help=validation_help)
    add_parameters(parser, estimator)
    add_config_options(parser)
    add_general(parser, seed="weights, shuffling and noise")


def prepare(arguments: argparse.Namespace) -> None:
    """Checks what can be checked before anything is read, and writes the options to a file if that is wanted.

    Raises
    ------
    UsageError
        There are no data or no output; or the output would replace what is no model.
    """
    if not arguments.data:
        raise UsageError("DATA is missing: the file with the examples")
    if arguments.output is None:
        raise UsageError("-o MODEL is missing: the file that the model is written to")
    check_target(arguments.output, *arguments.data, *([arguments.validation] if arguments.validation else []))
    if os.path.exists(arguments.output) and os.path.getsize(arguments.output):
        is_model = is_hdf5(arguments.output) and any(
            name.startswith("weights/") for name in dataset_names(arguments.output)
        )
        if not is_model:
            raise UsageError(f"{arguments.output} exists and is no model; name another file")
    if arguments.checkpoint is not None:
        check_target(arguments.checkpoint, *arguments.data)
        if os.path.realpath(arguments.checkpoint) == os.path.realpath(arguments.output):
            raise UsageError("--checkpoint and -o name the same file; give each its own")
    if arguments.save_config is not None:
        save_config(arguments.parser, arguments, arguments.save_config)
        note(arguments, f"the options are in {arguments.save_config}")


def open_training_data(arguments: argparse.Namespace, what: str = "label", like: Any = None) -> Examples:
    """The examples of all files that were given, one after another; ``like`` those of a model, if one is given."""
    found = [open_examples(text, arguments, like, what) for text in arguments.data]
    return found[0] if len(found) == 1 else joined(found)


def open_validation(
    arguments: argparse.Namespace, examples: Examples, what: str = "label", like: Any = None
) -> Examples | None:
    """The held-out examples, if some are given; of a table the columns that the training examples have."""
    if arguments.validation is None:
        return None
    texts = texts_in(examples.X) if examples.is_table else ()
    found = open_examples(arguments.validation, arguments, like, what, texts)
    if not (found.is_table and examples.is_table):
        return found
    names = list(examples.X.columns)
    missing = [name for name in names if name not in list(found.X.columns)]
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
    kinds = {type(part.X) for part in parts}
    first = parts[0]
    if len(kinds) > 1:
        raise UsageError("the files are of different kinds; vaelib convert makes HDF5 of all of them")
    y = None if first.y is None else np.concatenate([part.y for part in parts])
    weights = None if first.weights is None else np.concatenate([part.weights for part in parts])
    if isinstance(first.X, Dataset):
        return Examples(first.place, concatenate([part.X for part in parts]), y, weights)
    if not first.is_table:
        return Examples(first.place, np.concatenate([part.X for part in parts]), y, weights)
    for part in parts[1:]:
        if list(part.X.columns) != list(first.X.columns):
            raise UsageError(f"{part.place} has other columns than {first.place}")
    if isinstance(first.X, NumberTable):
        values = np.concatenate([part.X.values for part in parts])
        return Examples(first.place, NumberTable(first.X.columns, values), y, weights, values)
    import pandas

    tables = (pandas.concat([getattr(part, name) for part in parts], ignore_index=True) for name in ("X", "whole"))
    return Examples(first.place, next(tables), y, weights, next(tables))


def new_estimator(estimator: type[Any], arguments: argparse.Namespace, **others: Any) -> Any:
    """An estimator with the parameters that were given."""
    scaling = {name: getattr(arguments, name) for name in ("scale", "shift") if getattr(arguments, name) is not None}
    parameters = {**chosen_parameters(arguments, estimator), **others, **scaling}
    return estimator(**parameters, random_state=arguments.seed)


def fit_and_save(arguments: argparse.Namespace, estimator: Any, X: Any, *learned: Any, **options: Any) -> int:
    """Trains, writes the model, and says how it went; the exit status."""
    began = time.monotonic()
    place = arguments.checkpoint
    if place is not None:
        seconds = {} if arguments.checkpoint_seconds is None else {"every_seconds": arguments.checkpoint_seconds}
        options["checkpoint"] = Checkpoint(place, **seconds)
        if os.path.exists(place):
            note(arguments, f"resuming from {place}")
    with ProgressLine(quiet=arguments.quiet) as progress:
        try:
            estimator.fit(X, *learned, callback=progress, **options)
        except KeyboardInterrupt:
            progress.clear()
            _save_stopped(arguments, estimator)
            return 130
    estimator.save(arguments.output)
    _say_likelihoods(arguments, estimator)
    facts = {"model": arguments.output, **_facts(estimator), "seconds": round(time.monotonic() - began, 2)}
    if arguments.json:
        print_json(facts)
    else:
        _print_facts(facts)
    return 0


def _say_likelihoods(arguments: argparse.Namespace, estimator: Any) -> None:
    """Says what the columns of a table were taken for."""
    likelihoods = getattr(estimator, "likelihoods_", None)
    if isinstance(likelihoods, dict):
        kinds = sorted(set(likelihoods.values()))
        named = [f"{kind}: {names_shown(name for name, each in likelihoods.items() if each == kind)}" for kind in kinds]
        note(arguments, f"columns are taken for {'; '.join(named)}")


def _save_stopped(arguments: argparse.Namespace, estimator: Any) -> None:
    """Keeps what a training had reached when Ctrl-C stopped it, and says so."""
    kept = []
    try:
        estimator.save(arguments.output)
        kept.append(f"{arguments.output} has the weights reached after {estimator.n_iter_} whole epochs")
    except VaelibError as error:
        kept.append(f"nothing was learned yet ({error})")
    if arguments.checkpoint is not None and os.path.exists(arguments.checkpoint):
        kept.append(f"the same command resumes from {arguments.checkpoint}")
    note(argparse.Namespace(quiet=False), f"stopped; {'; '.join(kept)}")


def _facts(estimator: Any) -> dict[str, Any]:
    """What a training has come to, by name; metrics are those of the epoch whose weights were kept."""
    facts: dict[str, Any] = {"kind": type(estimator).__name__, "columns": estimator.n_features_in_}
    for name in ("likelihood_", "loss_"):
        value = getattr(estimator, name, None)
        if value is not None:
            facts[name.rstrip("_")] = value
    facts |= {"epochs": estimator.n_iter_, "seed": estimator.seed_}
    found = estimator.history_
    told = [name for name in _METRICS if name in found and not (name == "loss" and "elbo" in found)]
    history = {name: found[name] for name in told}
    epoch = _kept_epoch(estimator, history)
    for name, values in history.items():
        if math.isfinite(values[epoch]):
            facts[_METRICS[name]] = float(values[epoch])
    return facts


def _kept_epoch(estimator: Any, history: dict[str, npt.NDArray[Any]]) -> int:
    """The epoch whose weights the model has, as an index: with patience that which was best on held-out examples."""
    try:
        if not estimator.patience_:
            return -1
    except AttributeError:  # there was no training that has patience
        return -1
    if "validation_elbo" in history:
        return int(np.nanargmax(history["validation_elbo"]))
    watched = history.get("validation_error" if getattr(estimator, "monitor", "loss") == "error" else "validation_loss")
    return -1 if watched is None or np.isnan(watched).all() else int(np.nanargmin(watched))


def _print_facts(facts: dict[str, Any]) -> None:
    told = dict(facts)
    head = f"{told.pop('model')}: {told.pop('kind')} of {told.pop('columns')} columns"
    shown = [f"{name.replace('_', ' ')} {value:.5g}" if isinstance(value, float) else f"{name} {value}"
             for name, value in told.items()]  # fmt: skip
    print(f"{head}, {', '.join(shown)}")
