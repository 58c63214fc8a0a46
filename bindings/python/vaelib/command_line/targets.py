"""Options for what is learned of examples beside labels."""

from __future__ import annotations

import argparse

from vaelib.command_line.parser import headed
from vaelib.command_line.values import listed


def add_targets(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name real targets."""
    group = headed(parser, "data")
    targets_help = "the numbers to predict: a dataset beside the examples, or FILE or FILE:NAME"
    group.add_argument("--targets", metavar="NAME", help=targets_help)
    column_help = "tables: the column, or columns, with the numbers to predict"
    group.add_argument("--target-column", type=listed, metavar="A,B", help=column_help)
