"""Reading files that are not HDF5: tables and arrays."""

from __future__ import annotations

import argparse
import gzip
import io
import os
import sys
from collections.abc import Collection
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import FormatError
from vaelib._c.names import nearest
from vaelib.command_line.csv_tables import GZIP_MAGIC, read_csv_table, read_parquet_table
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import given
from vaelib.command_line.places import Place

_PARQUET_MAGIC = b"PAR1"


def read_file(place: Place, arguments: argparse.Namespace | None = None, texts: Collection[Any] = ()) -> Any:
    """The table or the array in a file that is not HDF5; ``texts`` are columns of CSV that are texts in any case."""
    from vaelib.data.conversion.reading import read_blocks  # here: zipfile takes long to import

    if place.path == "-":
        return _csv(io.BytesIO(sys.stdin.buffer.read()), "standard input", arguments, texts)
    with open(place.path, "rb") as file:
        start = _start(file)
        _refuse_spreadsheets(place.path, start)
        if start.startswith(_PARQUET_MAGIC):
            return read_parquet_table(place.path)
        if not _is_of_arrays(start):
            return _csv(file, place.path, arguments, texts)
        parts: dict[str, list[Any]] = {}
        for block in read_blocks(file, place.path, None):
            parts.setdefault(block.part, []).append(block.rows)
    return _part(place, {name: np.concatenate(blocks) for name, blocks in parts.items()})


def _csv(stream: IO[bytes], path: str, arguments: argparse.Namespace | None, texts: Collection[Any]) -> Any:
    options = argparse.Namespace() if arguments is None else arguments
    return read_csv_table(stream, path, texts, given(options, "gaps") or (), given(options, "decimal") or ".")


def _start(file: IO[bytes]) -> bytes:
    """The first bytes of a file, of what is compressed in it if it is; the file is at its begin again."""
    start = file.read(16)
    file.seek(0)
    if start.startswith(GZIP_MAGIC):
        with gzip.open(file) as content:
            start = content.read(16)
        file.seek(0)
    return start


def _refuse_spreadsheets(path: str, start: bytes) -> None:
    """Whether a file is not what spreadsheets save unless they are asked for CSV.

    Raises
    ------
    FormatError
        It is; the text says what to do.
    """
    if os.path.splitext(path)[1].lower() in (".xlsx", ".xls", ".ods"):
        raise FormatError(f'file "{path}" is a workbook; save the sheet as CSV')
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(f'file "{path}" is UTF-16 text, not UTF-8: iconv -f UTF-16 -t UTF-8 "{path}" converts it')


def _is_of_arrays(start: bytes) -> bool:
    """Whether a file that begins so is in one of the formats that hold arrays; text is not."""
    from vaelib.data.conversion.idx import is_idx
    from vaelib.data.conversion.matlab import MATLAB_MAGIC
    from vaelib.data.conversion.netcdf import NETCDF_MAGIC
    from vaelib.data.conversion.npy import NPY_MAGIC, ZIP_MAGIC

    known = any(start.startswith(magic) for magic in (NPY_MAGIC, ZIP_MAGIC, MATLAB_MAGIC, NETCDF_MAGIC))
    return known or is_idx(start) or b"\0" in start


def _part(place: Place, arrays: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One of the arrays in a file."""
    if not place.name and len(arrays) == 1:
        return next(iter(arrays.values()))
    if place.name not in arrays:
        known = ", ".join(f"{place.path}:{name}" for name in arrays)
        raise UsageError(f"{place} is not there{nearest(place.name, arrays)}: there are {known}")
    return arrays[place.name]


def texts_known_to(model: Any) -> set[Any]:
    """The columns in which a model knows texts, whatever they look like.

    A VAE has categories; of stacks, which have columns such as "job=nurse", any begin may be a name.
    """
    categories = getattr(model, "categories_", None)
    if categories is not None:
        return {name for name, values in categories.items() if all(isinstance(each, str) for each in values.tolist())}
    names = [str(name) for name in getattr(model, "feature_names_in_", ())]
    return {name[:end] for name in names for end, letter in enumerate(name) if letter == "="} - set(names)
