"""Read files to the end and say whether they are intact.

example:
  vaelib verify people.model.h5 digits.h5

Of a model everything is checked, of any other HDF5 file every dataset is read.
The exit status is 1 if one is not intact.
"""

from __future__ import annotations

import argparse
import sys

from vaelib._c.errors import FileError, FormatError
from vaelib.data.verification import FileReport, verify


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a model file, or any HDF5 file")
    parser.add_argument(
        "--in-process",
        action="store_true",
        help="read them in this process, not in a child that may crash",
    )


def run(arguments: argparse.Namespace) -> int:
    """One line per file; 0 if all are intact, else 1."""
    failures = 0
    for path in arguments.files:
        try:
            print(f"{path}: {_sentence(verify(path, check_in_child=not arguments.in_process))}")
        except (FileError, FormatError) as error:
            failures += 1
            print(f"{path}: FAILED: {error}", file=sys.stderr)
    return 1 if failures else 0


def _sentence(report: FileReport) -> str:
    if report.kind == "data":
        unread = f", {report.datasets_unread} not read" if report.datasets_unread else ""
        return f"intact: data, {report.datasets_read} datasets read{unread}, {report.byte_count} bytes"
    return (
        f"intact: {report.kind}, format {report.format_version}, written by vaelib {report.vaelib_version}, "
        f"{report.byte_count} bytes"
    )
