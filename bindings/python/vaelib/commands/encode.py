"""Turn rows into codes.

example:
  vaelib encode people.model.h5 people.csv -o codes.csv
  vaelib encode vae.h5 digits.h5:x_train -o codes.h5:codes

Codes are the means of a VAE's latents, or what a layer of a stack puts out.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib.command_line.asking import add_layer, add_question, layer_of, load_model, open_data
from vaelib.command_line.errors import UsageError
from vaelib.command_line.parser import headed
from vaelib.command_line.results import run_query
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.data.writer import DatasetWriter
from vaelib.models.vae import VAE


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "codes", conditions=True)
    add_layer(parser)
    log_variance_help = "a VAE: the logarithms of the latents' variances, too; in HDF5 as NAME_log_variance"
    headed(parser, "options").add_argument("--log-variance", action="store_true", help=log_variance_help)


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the codes."""
    model = load_model(arguments)
    layer = layer_of(arguments, model)
    if arguments.log_variance and not isinstance(model, VAE):
        raise UsageError("--log-variance is for a VAE; codes of a stack have no variance")

    def query(X: Any, **given: Any) -> ResultTable:
        if not arguments.log_variance:
            codes = np.asarray(model.transform(X, **layer, **given))
            return ResultTable.of_matrix(codes, [f"code{number}" for number in range(codes.shape[1])])
        mean, log_variance = model.encode(X, **given)
        names = [f"code{number}" for number in range(mean.shape[1])]
        names += [f"{name}_log_variance" for name in names]
        return ResultTable.of_matrix(np.concatenate([mean, log_variance], axis=1), names)

    def to_file(X: Any, writer: DatasetWriter, name: str, callbacks: Any, **given: Any) -> None:
        if arguments.log_variance:
            model.encode_to_file(X, writer, name, f"{name}_log_variance", **given, callbacks=callbacks)
        else:
            model.transform_to_file(X, writer, name, **layer, **given, callbacks=callbacks)

    run_query(arguments, open_data(arguments, model), query, to_file)
