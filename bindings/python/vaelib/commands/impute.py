"""Fill gaps with a model's estimates.

example:
  vaelib train survey.csv --missing ignore -o survey.model.h5
  vaelib impute survey.model.h5 survey.csv -o completed.csv

What is there stays as it is, also columns that the model does not know. The
model is a VAE that was trained with --missing ignore or indicate.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib._c.parameters import names_of
from vaelib.command_line.asking import add_question, column_names, load_model, open_data
from vaelib.command_line.conditions import has_conditions_beside
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.parameters import add_group
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.data.writer import DatasetWriter
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "completed", conditions=True, seed="all draws, by default that of the training")
    add_group(parser, "imputation")


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the completed rows."""
    model = load_model(arguments, VAE)
    if arguments.unknown == "skip":
        raise UsageError("--unknown skip would lose rows; --unknown gap estimates what such texts should be")
    chosen = {name: getattr(arguments, name) for name in names_of("imputation")}
    options: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    options["random_state"] = arguments.seed
    copies: int = options.get("imputations", 1)
    all_examples = open_data(arguments, model)
    wholes = {id(examples.X): examples for examples in all_examples}

    def query(X: Any, **given: Any) -> ResultTable:
        found = model.impute(X, **options, **given)
        completed = [found] if copies == 1 else list(found)
        tables = [_completed(rows, wholes.get(id(X)), model) for rows in completed]
        if len(tables) == 1:
            return tables[0]
        numbered = [table.beside({"imputation": np.full(table.rows, number)}) for number, table in enumerate(tables)]
        return ResultTable.joined(numbered)

    def to_file(X: Any, writer: DatasetWriter, name: str, callbacks: Any, **given: Any) -> None:
        model.impute_to_file(X, writer, name, **options, **given, callbacks=callbacks)

    # The library would write conditions beside the rows, too.
    write = None if has_conditions_beside(model) else to_file
    run_query(arguments, all_examples, query, write, copies=copies, reports=True)


def _completed(rows: Any, examples: Examples | None, model: VAE) -> ResultTable:
    """The completed rows, with the columns of the file that the model does not know."""
    table = ResultTable.of_rows(rows, column_names(model))
    if examples is None or not examples.is_table:
        return table
    whole = ResultTable.of_rows(examples.whole, list(examples.whole.columns))
    return ResultTable({**whole.columns, **table.columns})
