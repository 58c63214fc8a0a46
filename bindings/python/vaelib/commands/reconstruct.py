"""Encode rows and decode them again.

example:
  vaelib reconstruct people.model.h5 people.csv -o restored.csv
  vaelib reconstruct vae.h5 digits.h5:x_test -o restored.h5

Of a table the result has the same columns, texts again as texts; in HDF5,
categories are their numbers.
"""

from __future__ import annotations

import argparse

from vaelib.command_line.asking import add_layer, add_question, load_model
from vaelib.command_line.parser import headed
from vaelib.command_line.restoring import restore
from vaelib.command_line.values import OneOf


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "reconstructions", conditions=True, seed="the latents that --latent sample draws")
    add_layer(parser)
    latent_help = "a VAE: decode the mean of each row's latents, the default, or a sample of them"
    headed(parser, "options").add_argument("--latent", type=OneOf(("mean", "sample")), metavar="NAME", help=latent_help)


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the reconstructions."""
    restore(arguments, load_model(arguments))
