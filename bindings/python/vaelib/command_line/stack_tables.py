"""Tables as stacks learn from them."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.examples import Examples
from vaelib.command_line.indicators import as_numbers, texts_in
from vaelib.command_line.progress import note


def of_numbers(arguments: argparse.Namespace, examples: Examples, known: Any = None) -> Examples:
    """The examples with texts as columns of 0 and 1; these columns, if some are known."""
    if not examples.is_table:
        return examples
    made = as_numbers(examples.X, None if known is None else list(known))
    texts = texts_in(examples.X)
    if texts and known is None:
        note(arguments, f"texts become columns of 0 and 1, one for each value: {names_shown(texts)}")
    return dataclasses.replace(examples, X=made)
