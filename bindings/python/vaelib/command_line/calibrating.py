"""The rows that a model's scores are compared with."""

from __future__ import annotations

import argparse
from typing import Any

from vaelib.command_line.asking import seen_by
from vaelib.command_line.examples import Examples
from vaelib.command_line.opening import open_examples
from vaelib.command_line.parser import headed
from vaelib.command_line.progress import note
from vaelib.command_line.training_data import joined


def add_reference(parser: argparse.ArgumentParser) -> None:
    """Adds the option that names these rows."""
    headed(parser, "options").add_argument("--reference", metavar="DATA", help="usual rows, to compare with")


def calibrate(arguments: argparse.Namespace, model: Any, all_examples: list[Examples], held_out: Any = None) -> None:
    """Has a model learn what is usual: of --reference, else of the rows that it is asked about."""
    if arguments.reference is not None:
        reference = seen_by(arguments, model, open_examples(arguments.reference, arguments, model))
    else:
        note(arguments, "the rows are compared with each other; --reference DATA compares with usual ones")
        reference = joined(all_examples)
    model.calibrate(reference.X, held_out, **reference.keywords())
