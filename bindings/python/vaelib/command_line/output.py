"""The file that a result goes to, and what must not be lost by writing it."""

from __future__ import annotations

import argparse
import os

from vaelib._c.errors import FormatError
from vaelib.command_line.errors import UsageError
from vaelib.command_line.parser import headed
from vaelib.command_line.places import Place, is_hdf5, place_of
from vaelib.data.opening import dataset_names

#: The options that name files which are read.
_READ = (
    "model",
    "data",
    "reference",
    "held_out",
    "start",
    "validation",
    "pretrained",
    "labels",
    "targets",
    "weights",
    "conditions",
    "config",
)
_HDF5_ENDINGS = (".h5", ".hdf5", ".hdf", ".he5")


def add_output(parser: argparse.ArgumentParser, name: str) -> None:
    """Adds the option that says where results go; ``name`` is what a dataset is called if nothing is said."""
    headed(parser, "output").add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=f"a .csv, .npy or .h5 file; FILE.h5:NAME names the dataset, else {name}; - is CSV to the standard output, "
        "which is also the default",
    )
    parser.set_defaults(dataset=name)


class Target:
    """Where the result of a command goes, once it is checked that nothing else is lost there."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        place = Place("-", "", None) if arguments.output is None else place_of(arguments.output)
        if place.rows is not None:
            raise UsageError(f"-o {arguments.output}: results are written as a whole, not to some rows")
        self.path = place.path
        self.is_stdout = place.path == "-"
        self.is_default = arguments.output is None
        ending = os.path.splitext(place.path)[1].lower()
        self.is_hdf5 = ending in _HDF5_ENDINGS or bool(place.name)
        self.is_npy = ending == ".npy"
        self.is_array = self.is_hdf5 or self.is_npy
        self.dataset = place.name or arguments.dataset
        if not self.is_stdout and not self.is_hdf5 and not self.is_npy and ending != ".csv":
            raise UsageError(f"{self.path}: results go to .csv, .npy or .h5 files, or to - for the standard output")
        if not self.is_stdout:
            check_target(self.path, arguments)
            if self.is_hdf5:
                _check_datasets(self.path, self.dataset)

    def __str__(self) -> str:
        return f"{self.path}:{self.dataset}" if self.is_hdf5 else self.path


def check_target(path: str, arguments: argparse.Namespace) -> None:
    """Whether a file can be written there without losing what a command reads.

    Raises
    ------
    UsageError
        It is read from, or a folder.
    FileNotFoundError, PermissionError
        Its folder does not exist, or may not be written to.
    """
    folder = os.path.dirname(path) or os.curdir
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder; the output is a file")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f'the folder "{folder}" of the output "{path}" does not exist')
    if not os.access(folder, os.W_OK):
        raise PermissionError(f'no file can be written to the folder "{folder}"')
    for source in _sources(arguments):
        read = place_of(source).path
        if os.path.exists(path) and os.path.exists(read) and os.path.samefile(read, path):
            raise UsageError(f"the output {path} is read from; a result needs a file of its own")


def _sources(arguments: argparse.Namespace) -> list[str]:
    """What a command reads, as far as its options name files."""
    values = [vars(arguments).get(name) for name in _READ]
    return [each for value in values if value is not None for each in (value if isinstance(value, list) else [value])]


def _check_datasets(path: str, dataset: str) -> None:
    """Whether an HDF5 file that is replaced holds nothing but an earlier result."""
    if not os.path.exists(path):
        return
    if os.path.getsize(path) and not is_hdf5(path):
        raise UsageError(f"{path} exists and is no HDF5 file; name another")
    try:
        others = [name for name in dataset_names(path) if name.partition("/")[0] != dataset.partition("/")[0]]
    except FormatError:
        others = []
    others = [name for name in others if name not in (f"{dataset}_log_variance", f"{dataset}_variance")]
    if others:
        raise UsageError(f"{path} holds {others[0]}, which would be lost; write to another file")
