"""Whether a file is intact."""

from __future__ import annotations

import os
from dataclasses import dataclass

from vaelib._c import header
from vaelib._c.arguments import Path, path_bytes
from vaelib._c.calls import described


@dataclass(frozen=True)
class FileReport:
    """What an intact file holds."""

    #: The kind of model in it, "vae" or "stack"; "data" for any other HDF5 file.
    kind: str
    #: The version of the file format; 0 for data.
    format_version: int
    #: The version of the library that wrote it; empty for data.
    vaelib_version: str
    byte_count: int
    #: Data: how many datasets were read to the end.
    datasets_read: int
    #: Data: how many others there are, which vaelib does not read: texts, other filters, values in other files, never
    #: written.
    datasets_unread: int


def verify(path: Path, *, check_in_child: bool = False) -> FileReport:
    """Reads the whole of a file and says what it is.

    Of a model file everything is checked; of any other HDF5 file every dataset is read through its filters and
    checksums.

    Parameters
    ----------
    path : path
        The file.
    check_in_child : bool
        Whether a child process reads it, so that a file damaged on purpose can do no harm in this one.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it does not exist.
    FormatError
        It is damaged, was written by a newer vaelib, or is not an HDF5 file; the text says what is wrong.
    """
    place = path_bytes(path)
    arguments = (place, bool(check_in_child))
    report = described(header.FileReport, "vaelib_file_verify", *arguments, path=os.fsdecode(place))
    return FileReport(
        kind=report.kind.decode(),
        format_version=report.format_version,
        vaelib_version=report.vaelib_version.decode(errors="replace"),
        byte_count=report.byte_count,
        datasets_read=report.datasets_read,
        datasets_unread=report.datasets_unread,
    )
