"""Make new rows.

example:
  vaelib sample people.model.h5 -n 1000 --draw -o generated.csv
  vaelib sample vae.h5 -n 16 -o digits.h5:x

A VAE draws latents from the prior. The rows are the means of p(x|z), or with
--draw samples of it, which are as varied as the data. A stack, whose codes
must be sigmoid, starts from the rows of --start, one new row from each.
"""

from __future__ import annotations

import argparse
from typing import Any

from vaelib.command_line.asking import add_model, column_names, load_model, seen_by
from vaelib.command_line.conditions import add_conditions, conditions_of_samples
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import Target, add_output
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP
from vaelib.command_line.progress import CommandProgress
from vaelib.command_line.results import run_query, write_tables
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.command_line.values import whole
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} [options] MODEL"
    add_model(parser)
    group = headed(parser, "options")
    group.add_argument(
        "-n",
        "--rows",
        type=whole,
        metavar="N",
        help="a VAE: how many rows, by default 1, or one for each of --conditions",
    )
    group.add_argument("--draw", action="store_true", help="a VAE: draw each row from p(x|z)")
    group.add_argument("--start", metavar="DATA", help=f"a stack: the rows to start from: {DATA_HELP}")
    add_output(parser, "samples")
    add_data_options(parser)
    add_conditions(parser)
    add_general(parser, seed="all draws")


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the rows."""
    model = load_model(arguments)
    if not isinstance(model, VAE):
        _from_stack(arguments, model)
        return
    if arguments.start is not None:
        raise UsageError("--start is for a stack; a VAE starts from its prior")
    if arguments.rows is not None and arguments.rows < 1:
        raise UsageError(f"-n {arguments.rows}: at least 1 row")
    target = Target(arguments)
    conditions = conditions_of_samples(arguments, model)
    found = model.sample(arguments.rows, "sample" if arguments.draw else "mean", arguments.seed, conditions=conditions)
    table = ResultTable.of_rows(found, column_names(model))
    with CommandProgress(quiet=arguments.quiet) as progress:
        write_tables(arguments, target, iter([table]), table.rows, progress)


def _from_stack(arguments: argparse.Namespace, model: Any) -> None:
    if arguments.rows is not None or arguments.draw:
        raise UsageError("-n and --draw are for a VAE; a stack makes one row from each of --start")
    if arguments.start is None:
        kind = "classifier" if isinstance(model, StackedDenoisingClassifier) else "stack"
        raise UsageError(f"a {kind} makes new rows from others: --start DATA")
    examples = seen_by(arguments, model, open_examples(arguments.start, arguments, model))

    def query(X: Any) -> ResultTable:
        return ResultTable.of_rows(model.sample(X, arguments.seed), column_names(model))

    run_query(arguments, [examples], query)
