"""Which reader a file needs: its first bytes say so, not its name."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Generator, Iterator
from typing import IO, cast

from vaelib._c.errors import FormatError
from vaelib.data.conversion.blocks import KNOWN_FORMATS, Block, errors_of
from vaelib.data.conversion.csv_text import read_csv
from vaelib.data.conversion.idx import is_idx, read_idx
from vaelib.data.conversion.matlab import MATLAB_MAGIC, read_matlab
from vaelib.data.conversion.netcdf import NETCDF_MAGIC, read_netcdf
from vaelib.data.conversion.npy import NPY_MAGIC, ZIP_MAGIC, read_npy, read_npz
from vaelib.data.opening import dataset_names

_GZIP_MAGIC = b"\x1f\x8b"
HDF5_MAGIC = b"\x89HDF"
#: Bytes that tell a format.
_START = 16
#: train-images-idx3-ubyte.gz and so on, as MNIST and its relatives are published.
_MNIST = re.compile(r"(train|t10k|test)-(images|labels)[-.]idx")


def read_blocks(raw: IO[bytes], path: str, label_column: str | int | None) -> Generator[Block, None, None]:
    """The rows of a file, whatever its format."""
    with errors_of(path):
        start = raw.read(_START)
        raw.seek(0)
        if not start.startswith(_GZIP_MAGIC):
            yield from _reader(raw, path, start, label_column)
            return
        with gzip.open(raw) as content:
            start = content.read(_START)
            content.seek(0)
            yield from _reader(cast("IO[bytes]", content), path, start, label_column)


def _reader(stream: IO[bytes], path: str, start: bytes, label_column: str | int | None) -> Iterator[Block]:
    readers = [
        (start.startswith(NPY_MAGIC), read_npy),
        (start.startswith(ZIP_MAGIC), read_npz),
        (is_idx(start), read_idx),
        (start.startswith(MATLAB_MAGIC), read_matlab),
        (start.startswith(NETCDF_MAGIC), read_netcdf),
    ]
    for suits, reader in readers:
        if suits:
            if label_column is not None:
                raise ValueError(f'file "{path}" has no label column: only CSV has')
            return reader(stream, path)
    if not start:
        raise FormatError(f'file "{path}" is empty')
    if start.startswith(HDF5_MAGIC):
        raise FormatError(f'file "{path}" is HDF5 already; vaelib.open_dataset reads it as it is')
    # Of compressed content the library sees the compression only.
    remark = "" if isinstance(stream, gzip.GzipFile) else _remark(path)
    if b"\0" in start[:8] or (remark and "; it is text" not in remark):
        raise FormatError(f'file "{path}" is in none of the known formats: {KNOWN_FORMATS}{remark}')
    return read_csv(stream, path, label_column, without_index=True)


def _remark(path: str) -> str:
    """What the library says that a file is, which knows more formats by their first bytes; perhaps nothing."""
    try:
        dataset_names(path)
    except FormatError as error:
        return "".join(str(error).partition("is not an HDF5 file")[2:])
    return ""


def dataset_name(path: str) -> str:
    """What the dataset of a file is called: as is usual for MNIST, else as the file, without its extensions."""
    name = os.path.basename(path)
    found = _MNIST.search(name)
    if found:
        return ("x_" if found[2] == "images" else "y_") + ("train" if found[1] == "train" else "test")
    # A dataset's name is UTF-8; bytes of the path that are not become \xe9 and so on.
    stem = os.fsencode(name).decode(errors="backslashreplace").removesuffix(".gz")
    return os.path.splitext(stem)[0] or stem
