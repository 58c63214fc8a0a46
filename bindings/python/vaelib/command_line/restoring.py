"""Rows that a model encodes and decodes again."""

from __future__ import annotations

import argparse
from typing import Any

from vaelib.command_line.asking import column_names, layer_of, open_data
from vaelib.command_line.conditions import has_conditions_beside
from vaelib.command_line.errors import UsageError
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.data.writer import DatasetWriter
from vaelib.models.vae import VAE


def restore(arguments: argparse.Namespace, model: Any) -> None:
    """Prints or writes the reconstructions of rows."""
    options: dict[str, Any] = dict(layer_of(arguments, model))
    if arguments.latent is not None:
        if not isinstance(model, VAE):
            raise UsageError("--latent is for a VAE")
        options = {"latent": arguments.latent, "random_state": arguments.seed}

    def query(X: Any, **given: Any) -> ResultTable:
        return ResultTable.of_rows(model.reconstruct(X, **options, **given), column_names(model))

    def to_file(X: Any, writer: DatasetWriter, name: str, callbacks: Any, **given: Any) -> None:
        model.reconstruct_to_file(X, writer, name, **options, **given, callbacks=callbacks)

    # The library would write conditions beside the rows, too.
    run_query(arguments, open_data(arguments, model), query, None if has_conditions_beside(model) else to_file)
