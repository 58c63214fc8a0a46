"""Turn codes back into rows.

example:
  vaelib decode people.model.h5 codes.csv -o people.csv
  vaelib decode vae.h5 codes.h5:codes -o digits.h5:x

DATA are codes as vaelib encode wrote them. The rows are the means of p(x|z),
or with --draw samples of it; of a table they have its columns, texts again as
texts.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib.command_line.asking import add_layer, add_question, column_names, layer_of, load_model
from vaelib.command_line.conditions import has_conditions_beside, with_conditions_of_latents
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.opening import open_examples
from vaelib.command_line.parser import headed
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.data.dataset import Dataset
from vaelib.data.writer import DatasetWriter
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "decoded", conditions=True, seed="what --draw draws")
    add_layer(parser)
    headed(parser, "options").add_argument("--draw", action="store_true", help="a VAE: draw each row from p(x|z)")


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the rows."""
    model = load_model(arguments)
    layer = layer_of(arguments, model)
    if arguments.draw and not isinstance(model, VAE):
        raise UsageError("--draw is for a VAE; a stack decodes codes in one way")
    codes = [
        with_conditions_of_latents(arguments, _plain(open_examples(text, arguments)), model) for text in arguments.data
    ]

    def query(Z: Any, **given: Any) -> ResultTable:
        if arguments.draw:
            rows = model.decode_sample(Z, arguments.seed, **given)
        else:
            rows = model.inverse_transform(Z, **layer, **given)
        return ResultTable.of_rows(rows, column_names(model))

    def to_file(Z: Any, writer: DatasetWriter, name: str, callbacks: Any, **given: Any) -> None:
        model.inverse_transform_to_file(Z, writer, name, **given, callbacks=callbacks)

    # The library would write conditions beside the rows, too.
    is_streamed = isinstance(model, VAE) and not arguments.draw and not has_conditions_beside(model)
    run_query(arguments, codes, query, to_file if is_streamed else None)


def _plain(examples: Examples) -> Examples:
    """Codes as an array, without names of columns."""
    X = examples.X if isinstance(examples.X, Dataset) else np.asarray(examples.X)
    return Examples(examples.place, X)
