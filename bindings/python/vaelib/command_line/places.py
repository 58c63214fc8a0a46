"""Where data are, as the command line says it: FILE, FILE:NAME, FILE:NAME[ROWS]."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from vaelib._c.names import nearest
from vaelib.command_line.errors import UsageError

_ROWS = re.compile(r"(.*?)\[([^\[\]]*)\]", re.DOTALL)
#: What the first bytes of an HDF5 file are, behind a user block of one of these sizes.
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_USER_BLOCKS = (0, 512, 1024, 2048, 4096)

#: How places are described in help pages.
DATA_HELP = (
    "CSV, Parquet, HDF5, .npy, .npz or IDX; FILE:NAME is a dataset in an HDF5 file, as in digits.h5:x_train; "
    "a Python slice takes some rows, as in people.csv[0:1000]; - is CSV from the standard input"
)


class Place(NamedTuple):
    """A file, the dataset in it, if one is named, and which of its rows; None for all."""

    path: str
    name: str
    rows: slice | None

    def __str__(self) -> str:
        return f"{self.path}:{self.name}" if self.name else self.path


def place_of(text: str) -> Place:
    """What a text on the command line means; a file that has this name is that file.

    Raises
    ------
    UsageError
        The rows are no slice.
    """
    if text == "-" or os.path.exists(text):
        return Place(text, "", None)
    found = _ROWS.fullmatch(text)
    rest, rows = (text, None) if found is None else (found[1], _slice(found[2], text))
    path, colon, name = rest.rpartition(":")
    if os.path.exists(rest) or not colon or rest == "-":
        return Place(rest, "", rows)
    while ":" in path and not os.path.exists(path):
        path, _, before = path.rpartition(":")
        name = f"{before}:{name}"
    return Place(path, name, rows)


def require_file(path: str) -> None:
    """Whether there is such a file.

    Raises
    ------
    FileNotFoundError
        There is none; the text says which one was perhaps meant.
    IsADirectoryError
        It is a folder.
    """
    if os.path.isdir(path):
        raise IsADirectoryError(f'"{path}" is a folder')
    if not os.path.exists(path):
        folder, name = os.path.split(path)
        beside = os.listdir(folder or os.curdir) if os.path.isdir(folder or os.curdir) else []
        raise FileNotFoundError(f'there is no file "{path}"{nearest(name, beside)}')


def is_hdf5(path: str) -> bool:
    """Whether a file begins as HDF5 files do."""
    with open(path, "rb") as file:
        for begin in _USER_BLOCKS:
            file.seek(begin)
            if file.read(len(_HDF5_MAGIC)) == _HDF5_MAGIC:
                return True
    return False


def _slice(text: str, whole: str) -> slice:
    """Rows as a Python slice, or one row."""
    parts = text.split(":")
    try:
        numbers = [int(part) if part.strip() else None for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or (len(numbers) == 1 and numbers[0] is None) or numbers[2:] == [0]:
        raise UsageError(f"{whole}: the rows [{text}] are not a Python slice, such as [0:1000]")
    if len(numbers) == 1:
        row = numbers[0]
        assert row is not None
        return slice(row, row + 1 if row != -1 else None)
    return slice(*numbers)
