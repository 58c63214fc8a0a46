"""NumPy's own formats: .npy, and .npz, which is a zip archive of them."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import FormatError
from vaelib.data.conversion.blocks import Block, dense_blocks, rows_of_shape

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK\x03\x04"


def read_npy(stream: IO[bytes], path: str) -> Iterator[Block]:
    """The array of a .npy file."""
    for rows in _rows(stream, path, "the array"):
        yield Block("", rows)


def read_npz(stream: IO[bytes], path: str) -> Iterator[Block]:
    """The arrays of a .npz file, one after another."""
    with zipfile.ZipFile(stream) as archive:
        members = [member for member in archive.namelist() if member.endswith(".npy")]
        if not members:
            raise FormatError(f'file "{path}" is a zip archive without arrays: .npy members were expected')
        for member in members:
            name = member.removesuffix(".npy")
            with archive.open(member) as content:
                for rows in _rows(content, path, f'array "{name}"'):
                    yield Block(name, rows)
                content.read(1)  # at the end of a member its checksum is compared


def _rows(stream: IO[bytes], path: str, what: str) -> Iterator[npt.NDArray[Any]]:
    shape, in_columns, dtype = _header(stream, path, what)
    if in_columns and len(shape) > 1:
        return _rows_of_columns(stream, path, what, shape, dtype)
    return dense_blocks(stream, path, what, shape, dtype)


def _header(stream: IO[bytes], path: str, what: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether columns come first, and dtype."""
    try:
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, in_columns, dtype = np.lib.format.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, in_columns, dtype = np.lib.format.read_array_header_2_0(stream)
        else:
            raise ValueError(f"its format version is {version[0]}.{version[1]}; 1.0 and 2.0 hold arrays of numbers")
    except (ValueError, TypeError, SyntaxError) as error:
        raise FormatError(f'{what} of file "{path}" is not a NumPy array: {error}') from None
    return tuple(int(length) for length in shape), bool(in_columns), dtype


def _rows_of_columns(
    stream: IO[bytes], path: str, what: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Iterator[npt.NDArray[Any]]:
    """Rows of an array that is stored column by column: gathered from a mapping of a temporary copy."""
    rows = rows_of_shape(path, what, shape, dtype)
    expected = dtype.itemsize
    for length in shape:
        expected *= length
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        if copy.tell() < expected:
            raise FormatError(f'{what} of file "{path}" is truncated: it has {copy.tell()} of {expected} bytes')
        for first in range(0, shape[0], rows):
            # Mapped again for each block, so that pages already read are released.
            mapped = np.memmap(copy, dtype=dtype, mode="r", shape=shape, order="F")
            yield np.ascontiguousarray(mapped[first : first + rows])
            del mapped
