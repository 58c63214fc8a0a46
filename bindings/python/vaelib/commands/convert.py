"""Write an HDF5 file from files of other formats.

example:
  vaelib convert *-ubyte.gz mnist.h5
  vaelib convert --label-column 0 x_train=train.csv x_test=test.csv digits.h5

IDX (MNIST), CSV of numbers, .npy, .npz, MATLAB (version 5 to 7) and netCDF-3
files of any size, each of which may be compressed with gzip. A dataset has the
name of its file, of its array where a file has several, or NAME; the files of
one NAME are joined. MNIST's own files become x_train, y_train, x_test and
y_test.
"""

from __future__ import annotations

import argparse
import os

from vaelib.command_line.places import is_hdf5
from vaelib.command_line.progress import CommandProgress
from vaelib.data.convert import convert as convert_files


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} [options] [NAME=]SOURCE [[NAME=]SOURCE ...] TARGET"
    parser.add_argument("sources", nargs="+", metavar="[NAME=]SOURCE", help="a file to convert")
    parser.add_argument("target", metavar="TARGET", help="the HDF5 file to write")
    label_help = "the column of CSV files that holds labels: its name, or its number from 0"
    parser.add_argument("--label-column", metavar="COLUMN", help=label_help)
    parser.add_argument(
        "--dtype", help="how numbers are stored, for example uint8 (default: as they are, CSV as float32)"
    )
    parser.add_argument("--compression", type=int, metavar="LEVEL", help="gzip, 1 to 9, or 0 for none (default 4)")
    parser.add_argument("--quiet", action="store_true", help="no progress, only errors")


def run(arguments: argparse.Namespace) -> None:
    """Converts, and prints what was written."""
    _check_target(arguments.target)
    with CommandProgress(quiet=arguments.quiet) as progress:
        rows = convert_files(
            _named(arguments.sources),
            arguments.target,
            label_column=arguments.label_column,
            dtype=_dtype(arguments.dtype),
            compression=arguments.compression,
            callbacks=progress,
        )
    for name, count in rows.items():
        print(f"{name}: {count} rows")


def _check_target(path: str) -> None:
    """Whether an existing target may be replaced: a user who forgets the target names a source as the last file."""
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        return
    if not is_hdf5(path):
        raise ValueError(f'the target "{path}" is not an HDF5 file of data; the file to write comes last')


def _dtype(name: str | None) -> str | None:
    """A dtype that numpy knows."""
    import numpy as np

    try:
        np.dtype(name)
    except TypeError:
        raise ValueError(f"{name} is not a dtype; use uint8, float32 and so on") from None
    return name


def _named(sources: list[str]) -> list[str] | dict[str, list[str]]:
    """The sources, by name if they have one; an existing file may have an equals sign in its own."""
    named: dict[str, list[str]] = {}
    for source in sources:
        name, equals, path = source.partition("=")
        if equals and not os.path.exists(source):
            named.setdefault(name, []).append(path)
    if not named:
        return sources
    if sum(len(paths) for paths in named.values()) < len(sources):
        raise ValueError("give either all sources a NAME=, or none")
    return named
