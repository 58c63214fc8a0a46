"""Restore noisy rows with a stack of denoising auto-encoders.

example:
  vaelib denoise stack.h5 noisy.h5:x -o clean.h5:x

The result is the rows' reconstruction. vaelib reconstruct is for a VAE.
"""

from __future__ import annotations

import argparse

from vaelib.command_line.asking import add_layer, add_question, load_model
from vaelib.command_line.restoring import restore
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.regressor import StackedDenoisingRegressor


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_question(parser, "denoised")
    add_layer(parser)
    parser.set_defaults(latent=None, seed=None)


def run(arguments: argparse.Namespace) -> None:
    """Prints or writes the restored rows."""
    kinds = (StackedDenoisingAutoencoder, StackedDenoisingClassifier, StackedDenoisingRegressor)
    restore(arguments, load_model(arguments, *kinds))
