"""Predict labels or numbers with a model of vaelib finetune.

example:
  vaelib predict wines.model.h5 new.csv -o predictions.csv
  vaelib predict digits.model.h5 digits.h5:x_test --labels y_test

With the true labels, --labels or --label-column, it also says how often the
predictions are right; with targets their R2.
"""

from __future__ import annotations

import argparse
from typing import Any

from vaelib.command_line.asking import add_question, load_model, open_data
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.parser import headed
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.command_line.targets import add_targets
from vaelib.command_line.training_data import joined
from vaelib.data.writer import DatasetWriter
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.regressor import StackedDenoisingRegressor


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "predictions", labels=True)
    add_targets(parser)
    probabilities_help = "a classifier: the probability of each class, too; HDF5 files have these alone"
    headed(parser, "options").add_argument("--probabilities", action="store_true", help=probabilities_help)


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the predictions."""
    model = load_model(arguments, StackedDenoisingClassifier, StackedDenoisingRegressor)
    is_classifier = isinstance(model, StackedDenoisingClassifier)
    if arguments.probabilities and not is_classifier:
        raise UsageError("--probabilities is for a classifier")
    all_examples = open_data(arguments, model, "label" if is_classifier else "target")

    def query(X: Any) -> ResultTable:
        columns = _columns("predicted", model.predict(X))
        if arguments.probabilities:
            named = zip(model.classes_.tolist(), model.predict_proba(X).T, strict=True)
            columns |= {f"p({name})": values for name, values in named}
        return ResultTable(columns)

    def to_file(X: Any, writer: DatasetWriter, name: str, callbacks: Any) -> None:
        write = model.predict_proba_to_file if is_classifier else model.predict_to_file
        write(X, writer, name, callbacks=callbacks)

    def summary(_: ResultTable) -> dict[str, Any]:
        return _scores(model, all_examples, "accuracy" if is_classifier else "R2")

    run_query(arguments, all_examples, query, to_file, summary)


def _columns(name: str, values: Any) -> dict[str, Any]:
    """Predictions as columns; of several targets or labels, one for each."""
    if values.ndim == 1:
        return {name: values}
    return {f"{name}{number}": column for number, column in enumerate(values.T)}


def _scores(model: Any, all_examples: list[Examples], name: str) -> dict[str, Any]:
    """How good the predictions of all rows together are, where the true labels or targets are known."""
    known = [examples for examples in all_examples if examples.y is not None]
    if not known:
        return {}
    whole = joined(known)
    return {name: float(model.score(whole.X, whole.y))}
