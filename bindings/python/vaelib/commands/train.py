"""Train a variational auto-encoder.

example:
  vaelib train people.csv -o people.model.h5
  vaelib train digits.h5:x_train --scale 1/255 --binarization dynamic -o vae.h5
  vaelib train people.csv --condition-columns sex,age -o by-sex-and-age.h5

Nothing needs to be chosen; most often of use are --latent-dim, --hidden,
--missing ignore, for tables with gaps, and --seed, for the same bits again.
A table may have columns of numbers, texts and truth values. What each is
taken for follows from its values, unless --column-likelihood says so. The
model keeps names and categories: vaelib score people.model.h5 new.csv

With --condition-columns or --conditions the model is of the other columns,
given these: vaelib sample by-sex-and-age.h5 --conditions sex=f,age=40
"""

from __future__ import annotations

import argparse

from vaelib._c.names import nearest
from vaelib._c.parameters import allowed
from vaelib.command_line.errors import UsageError
from vaelib.command_line.parser import headed
from vaelib.command_line.training import add_training, fit_and_save, new_estimator, prepare
from vaelib.command_line.training_conditions import add_training_conditions, size_factor_of
from vaelib.command_line.training_data import open_training_data, open_validation
from vaelib.command_line.values import OneOf
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_training(parser, VAE)
    add_training_conditions(parser)
    headed(parser, "model").add_argument(
        "--column-likelihood",
        action="append",
        metavar="COLUMN=NAME",
        help="what one column is, as in income=log_normal; may be given several times",
    )


def run(arguments: argparse.Namespace) -> int:
    """Trains and writes the model."""
    prepare(arguments)
    if arguments.condition_columns and arguments.conditions is not None:
        raise UsageError("give conditions as --condition-columns or beside the examples as --conditions, not both")
    examples = open_training_data(arguments)
    columns, size_factor = _columns(arguments, examples.X), size_factor_of(arguments)
    vae = new_estimator(VAE, arguments, columns=columns, size_factor=size_factor)
    held_out = open_validation(arguments, examples)
    validation = None if held_out is None else held_out.held_out
    options = {"sample_weight": examples.weights, "validation": validation, **examples.keywords()}
    return fit_and_save(arguments, vae, examples.X, **options)


def _columns(arguments: argparse.Namespace, X: object) -> list[tuple[str, list[str | int], dict[str, bool]]] | None:
    """The parameter ``columns``."""
    likelihoods = _likelihoods(arguments, X)
    conditions = [_column(name, X, "--condition-columns") for name in arguments.condition_columns or ()]
    columns = {**dict.fromkeys(conditions, "auto"), **likelihoods}
    return [(likelihood, [name], {"condition": name in conditions}) for name, likelihood in columns.items()] or None


def _likelihoods(arguments: argparse.Namespace, X: object) -> dict[str | int, str]:
    """What each column is said to be."""
    likelihood_of = OneOf(allowed("column_group", "likelihood").split(", "))
    found: dict[str | int, str] = {}
    for text in arguments.column_likelihood or ():
        column, equals, likelihood = text.rpartition("=")
        if not equals or not column or not (_have_names(X) or column.isdigit()):
            raise UsageError(f"--column-likelihood {text}: expected COLUMN=NAME, as in income=log_normal")
        name = _column(column, X, "--column-likelihood")
        if name in found:
            raise UsageError(f"--column-likelihood says twice what {name} is")
        try:
            found[name] = likelihood_of(likelihood)
        except argparse.ArgumentTypeError as error:
            raise UsageError(f"--column-likelihood {text}: {error}") from None
    return found


def _column(name: str, X: object, option: str) -> str | int:
    """A column of the examples by its name, or by its number where there are no names."""
    names = [str(each) for each in getattr(X, "columns", ())] if _have_names(X) else []
    if not names and not name.isdigit():
        raise UsageError(f"{option}: columns have no names here, but numbers from 0, not {name}")
    if names and name not in names:
        raise UsageError(f'{option}: there is no column "{name}"{nearest(name, names)}')
    return name if names else int(name)


def _have_names(X: object) -> bool:
    columns = getattr(X, "columns", ())  # a Dataset has a number of columns
    return not isinstance(columns, int) and any(isinstance(name, str) for name in columns)
