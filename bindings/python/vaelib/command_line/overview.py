"""What ``vaelib --help`` prints: lines of at most 80 characters, as the summaries of commands make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vaelib.command_line.parser import EXIT_CODES, command_parser

BEGIN = """\
usage: vaelib COMMAND [options] FILES

Variational and stacked denoising auto-encoders: train one on your data, ask it
for scores, outliers, codes, samples, labels or numbers, and keep it in a file.

example: learn what the rows of a table are like, then score new ones
  vaelib train people.csv -o people.model.h5
  vaelib score people.model.h5 new.csv
  vaelib outliers people.model.h5 new.csv --reference people.csv -o odd.csv"""

END = """\
Data are CSV, Parquet, HDF5, .npy, .npz or IDX files. FILE.h5:NAME is a dataset
in an HDF5 file; a Python slice takes some rows: people.csv[0:1000],
digits.h5:x_train[:500].

'vaelib COMMAND --help' describes a command with all its options.
docs/command-line.md is a tour."""


def overview(commands: Mapping[str, Sequence[str]]) -> str:
    """The list of commands, under headings, and how to begin."""
    parts = [BEGIN]
    for heading, names in commands.items():
        lines = [f"  {name:12} {command_parser(name).summary}" for name in names]
        parts.append("\n".join([f"{heading}:", *lines]))
    parts += [f"options:\n  {'--help':12} show this\n  {'--version':12} show the version", END, EXIT_CODES]
    return "\n\n".join(parts)
