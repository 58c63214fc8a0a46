"""Say which rows are unusual, and which column is to blame.

example:
  vaelib outliers people.model.h5 new.csv --reference people.csv -o odd.csv

Rows are compared with those of --reference, usual ones such as the training's;
without it with each other. A row is an outlier if its score is 1.5
interquartile ranges below the lower quartile, or, with --contamination, if it
is among that share of the lowest. --held-out rows, which the training has not
seen, give p-values: how often a usual row has a score as low.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib.command_line.asking import add_question, column_names, load_model, open_data, seen_by
from vaelib.command_line.calibrating import add_reference, calibrate
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import Target
from vaelib.command_line.parser import headed
from vaelib.command_line.progress import CommandProgress
from vaelib.command_line.results import answers, write_tables
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.command_line.values import real
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "outliers", conditions=True)
    add_reference(parser)
    group = headed(parser, "options")
    group.add_argument("--held-out", metavar="DATA", help="usual rows that the training has not seen, for p-values")
    share_help = "the share of the reference, above 0 and at most 0.5, that would count as outliers"
    group.add_argument("--contamination", type=real, metavar="X", help=share_help)
    group.add_argument("--only", action="store_true", help="outliers alone, the most unusual first")
    group.add_argument("--explain", action="store_true", help="each column's share in the score, beyond what is usual")


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes scores, verdicts and reasons."""
    model = load_model(arguments, VAE, StackedDenoisingAutoencoder)
    all_examples = open_data(arguments, model)
    if arguments.contamination is not None:
        model.set_params(contamination=arguments.contamination)
    held_out = None
    if arguments.held_out is not None:
        held_out = seen_by(arguments, model, open_examples(arguments.held_out, arguments, model)).held_out
    calibrate(arguments, model, all_examples, held_out)
    target = Target(arguments)
    is_given = np.isin(np.arange(model.n_features_in_), getattr(model._fitted(), "condition_columns", ()))
    names = [str(name) for name in column_names(model) or range(model.n_features_in_)]

    def query(X: Any, **given: Any) -> ResultTable:
        scores = model.score_samples(X, **given)
        columns: dict[str, Any] = {"score": scores, "outlier": scores < model.offset_}
        if held_out is not None:
            columns["p_value"] = model.p_values(X, **given)
        shares = model.explain(X, **given)
        oddest = np.where(is_given, np.inf, shares).argmin(axis=1)
        columns["oddest_column"] = oddest if target.is_array else np.array(names, dtype=object)[oddest]
        if arguments.explain:
            columns |= {f"share of {name}": values for name, values in zip(names, shares.T, strict=True)}
        return ResultTable(columns)

    def summary(table: ResultTable) -> dict[str, Any]:
        return {"outliers": int(np.count_nonzero(table.columns["outlier"])), "threshold": model.offset_}

    with CommandProgress(quiet=arguments.quiet) as progress:
        table = ResultTable.joined(list(answers(all_examples, query, progress, with_files=not target.is_array)))
        table = table.beside({"row": np.concatenate([np.arange(examples.rows) for examples in all_examples])})
        if arguments.only:
            is_outlier = table.columns["outlier"] == np.True_
            table = table.chosen(is_outlier).chosen(np.argsort(table.columns["score"][is_outlier], kind="stable"))
        write_tables(arguments, target, iter([table]), table.rows, progress, summary)
