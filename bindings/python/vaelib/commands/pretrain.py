"""Train a stack of denoising auto-encoders without labels.

example:
  vaelib pretrain digits.h5:x_train --scale 1/255 --hidden 500,500 -o stack.h5
  vaelib pretrain people.csv --label-column income -o stack.h5

Layers are trained one after another, then, with --finetune-epochs, together.
vaelib finetune --pretrained stack.h5 goes on with labels or targets. Texts in
a table become columns of 0 and 1, one for each value.
"""

from __future__ import annotations

import argparse

from vaelib.command_line.stack_tables import of_numbers
from vaelib.command_line.training import add_training, fit_and_save, new_estimator, prepare
from vaelib.command_line.training_data import open_training_data, open_validation
from vaelib.models.autoencoder import StackedDenoisingAutoencoder


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_training(parser, StackedDenoisingAutoencoder)


def run(arguments: argparse.Namespace) -> int:
    """Trains and writes the stack."""
    prepare(arguments)
    examples = open_training_data(arguments)
    held_out = open_validation(arguments, examples)
    learned = of_numbers(arguments, examples)
    validation = None
    if held_out is not None:
        validation = of_numbers(arguments, held_out, getattr(learned.X, "columns", None)).X
    stack = new_estimator(StackedDenoisingAutoencoder, arguments)
    return fit_and_save(arguments, stack, learned.X, sample_weight=learned.weights, validation=validation)
