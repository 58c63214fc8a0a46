"""What the commands that train have in common."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from vaelib.command_line.config_files import add_config_options, save_config
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.output import check_target
from vaelib.command_line.parameters import add_parameters, chosen_parameters
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP, is_hdf5
from vaelib.command_line.progress import CommandProgress, note
from vaelib.command_line.results import print_json
from vaelib.command_line.training_summary import facts_of, print_facts, say_likelihoods
from vaelib.command_line.values import real
from vaelib.data.opening import dataset_names
from vaelib.models.not_fitted import NotFittedError
from vaelib.training.checkpoint import Checkpoint


def add_training(parser: argparse.ArgumentParser, estimator: type[Any], *, labels: bool = False) -> None:
    """Adds the arguments of a command that trains estimators of this class."""
    parser.usage = f"{parser.prog} [options] DATA -o MODEL"
    parser.add_argument("data", nargs="*", metavar="DATA", help=f"the examples: {DATA_HELP}")
    group = headed(parser, "output")
    group.add_argument("-o", "--output", metavar="MODEL", help="the file of the model, which is written at the end")
    group.add_argument(
        "--force", action="store_true", help="replace MODEL if it exists; a resumed training does so, too"
    )
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
    check_target(arguments.output, arguments)
    if os.path.exists(arguments.output) and os.path.getsize(arguments.output):
        is_model = is_hdf5(arguments.output) and any(
            name.startswith("weights/") for name in dataset_names(arguments.output)
        )
        if not is_model:
            raise UsageError(f"{arguments.output} exists and is no model; name another file")
        is_resumed = arguments.checkpoint is not None and os.path.exists(arguments.checkpoint)
        if not arguments.force and not is_resumed:
            raise UsageError(f"{arguments.output} exists, a model that would be lost; --force replaces it")
    if arguments.checkpoint is not None:
        check_target(arguments.checkpoint, arguments)
        if os.path.realpath(arguments.checkpoint) == os.path.realpath(arguments.output):
            raise UsageError("--checkpoint and -o name the same file; give each its own")
    if arguments.save_config is not None:
        _check_config_target(arguments)
        save_config(arguments.parser, arguments, arguments.save_config)
        note(arguments, f"the options are in {arguments.save_config}")


def _check_config_target(arguments: argparse.Namespace) -> None:
    """Whether the options can be written without losing anything but options."""
    path = arguments.save_config
    check_target(path, arguments)
    for other in (arguments.output, arguments.checkpoint):
        if other is not None and os.path.realpath(path) == os.path.realpath(other):
            raise UsageError(f"--save-config and another option name {path}; give it a file of its own")
    if os.path.exists(path) and os.path.splitext(path)[1].lower() != ".toml":
        raise UsageError(f"--save-config {path}: the file exists, and its name does not end in .toml; name another")


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
    with CommandProgress(quiet=arguments.quiet) as progress:
        try:
            estimator.fit(X, *learned, callbacks=progress, **options)
        except KeyboardInterrupt:
            progress.clear()
            _save_stopped(arguments, estimator)
            return 130
    estimator.save(arguments.output)
    say_likelihoods(arguments, estimator)
    facts = {"model": arguments.output, **facts_of(estimator), "seconds": round(time.monotonic() - began, 2)}
    if arguments.json:
        print_json(facts)
    else:
        print_facts(facts)
    return 0


def _save_stopped(arguments: argparse.Namespace, estimator: Any) -> None:
    """Keeps what a training had reached when Ctrl-C stopped it, and says so."""
    kept = []
    try:
        estimator.save(arguments.output)
        kept.append(f"{arguments.output} has the weights reached after {estimator.n_iter_} whole epochs")
    except NotFittedError:
        kept.append("nothing was learned yet")
    if arguments.checkpoint is not None and os.path.exists(arguments.checkpoint):
        kept.append(f"the same command resumes from {arguments.checkpoint}")
    note(argparse.Namespace(quiet=False), f"stopped; {'; '.join(kept)}")
