"""Say how well a model explains each row, and all of them.

example:
  vaelib score people.model.h5 new.csv -o scores.csv
  vaelib score vae.h5 digits.h5:x_test --method log_likelihood

Of a VAE the evidence lower bound and its two terms, or log p(x) by importance
sampling with its standard error, in nats; higher is more usual. Of a stack
the loss of the reconstruction; lower is more usual. The mean over all rows is
said at the end.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib.command_line.asking import add_question, load_model, open_data
from vaelib.command_line.errors import UsageError
from vaelib.command_line.parser import headed
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.command_line.values import OneOf, whole
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "scores", conditions=True, seed="the latent noise, by default that of the training")
    group = headed(parser, "options")
    methods, method_help = ("bound", "log_likelihood"), "a VAE: bound, the default, or log_likelihood"
    group.add_argument("--method", type=OneOf(methods), metavar="NAME", default="bound", help=method_help)
    group.add_argument(
        "--samples", type=whole, metavar="N", help="latent samples for each row, by default 1, for log_likelihood 100"
    )


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the scores."""
    model = load_model(arguments)
    if not isinstance(model, VAE):
        if arguments.method != "bound" or arguments.samples is not None:
            raise UsageError("--method and --samples are for a VAE; a stack has reconstruction errors")
        run_query(
            arguments,
            open_data(arguments, model),
            lambda X: ResultTable({"reconstruction_error": model.reconstruction_error(X)}),
            summary=_mean_of("reconstruction_error"),
        )
        return
    options: dict[str, Any] = {} if arguments.samples is None else {"samples": arguments.samples}
    options["random_state"] = arguments.seed

    def bound(X: Any, **given: Any) -> ResultTable:
        found = model.elbo(X, **options, **given)
        return ResultTable({"bound": found.elbo, "reconstruction": found.reconstruction, "kl": found.kl})

    def likelihood(X: Any, **given: Any) -> ResultTable:
        values, errors = model.log_likelihood(X, return_standard_error=True, **options, **given)
        return ResultTable({"log_likelihood": values, "standard_error": errors})

    is_bound = arguments.method == "bound"
    query, name = (bound, "bound") if is_bound else (likelihood, "log_likelihood")
    run_query(arguments, open_data(arguments, model), query, summary=_mean_of(name), reports=True)


def _mean_of(name: str) -> Any:
    """The mean of a column over all rows, and the standard error of that mean."""

    def summary(table: ResultTable) -> dict[str, Any]:
        values = table.columns[name]
        values = values[~np.isnan(values)]
        found = {f"mean_{name}": float(values.mean())}
        if len(values) > 1:
            found["standard_error_of_mean"] = float(values.std(ddof=1) / np.sqrt(len(values)))
        return found

    return summary
