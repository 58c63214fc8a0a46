"""Train a variational auto-encoder.

example:
  vaelib train people.csv -o people.model.h5
  vaelib train digits.h5:x_train --scale 1/255 --binarization dynamic -o vae.h5

Nothing needs to be chosen; most often of use are --latent-dim, --hidden,
--missing ignore, for tables with gaps, and --seed, for the same bits again.
A table may have columns of numbers, texts and truth values. What each is
taken for follows from its values, unless --column-likelihood says so. The
model keeps names and categories: vaelib score people.model.h5 new.csv
"""

from __future__ import annotations

import argparse

from vaelib._c.parameters import allowed
from vaelib.command_line.errors import UsageError, nearest
from vaelib.command_line.parser import headed
from vaelib.command_line.training import add_training, fit_and_save, new_estimator, prepare
from vaelib.command_line.training_data import open_training_data, open_validation
from vaelib.command_line.values import OneOf
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_training(parser, VAE)
    headed(parser, "model").add_argument(
        "--column-likelihood",
        action="append",
        metavar="COLUMN=NAME",
        help="what one column is, as in income=log_normal; may be given several times",
    )


def run(arguments: argparse.Namespace) -> int:
    """Trains and writes the model."""
    prepare(arguments)
    examples = open_training_data(arguments)
    vae = new_estimator(VAE, arguments, columns=_columns(arguments, examples.X))
    held_out = open_validation(arguments, examples)
    validation = None if held_out is None else held_out.X
    return fit_and_save(arguments, vae, examples.X, sample_weight=examples.weights, validation=validation)


def _columns(arguments: argparse.Namespace, X: object) -> list[tuple[str, list[str | int]]] | None:
    """The parameter ``columns``."""
    if not arguments.column_likelihood:
        return None
    names = [str(name) for name in getattr(X, "columns", ())]
    has_names = any(isinstance(name, str) for name in getattr(X, "columns", ()))
    likelihood_of = OneOf(allowed("column_group", "likelihood").split(", "))
    columns: list[tuple[str, list[str | int]]] = []
    for text in arguments.column_likelihood:
        column, equals, likelihood = text.rpartition("=")
        if not equals or not column or not (has_names or column.isdigit()):
            raise UsageError(f"--column-likelihood {text}: expected COLUMN=NAME, as in income=log_normal")
        if has_names and column not in names:
            raise UsageError(f'--column-likelihood: there is no column "{column}"{nearest(column, names)}')
        try:
            columns.append((likelihood_of(likelihood), [column if has_names else int(column)]))
        except argparse.ArgumentTypeError as error:
            raise UsageError(f"--column-likelihood {text}: {error}") from None
    return columns
