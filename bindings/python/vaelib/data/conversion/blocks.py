"""What the readers share: blocks of rows, and errors that name the file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import FormatError

#: What can be converted.
KNOWN_FORMATS = "IDX, CSV, .npy, .npz, MATLAB (version 5 to 7) or netCDF-3"
#: Bytes of a block of rows.
BLOCK_BYTES = 1 << 20


class Block(NamedTuple):
    """Neighbouring rows of one of the arrays in a source."""

    part: str
    """Which array, where a source has several: a name, "" for the only one."""
    rows: npt.NDArray[Any]
    dtype: np.dtype[Any] | None = None
    """How it is to be stored; None for the dtype of the rows."""


@contextmanager
def errors_of(path: str) -> Iterator[None]:
    """Turns what Python's own readers raise about damaged content into a FormatError that names the file."""
    try:
        yield
    except FormatError:
        raise
    except EOFError:
        raise FormatError(f'file "{path}" is truncated: it ends inside its compressed data') from None
    except UnicodeDecodeError as error:
        reason = f"{error.reason} at byte {error.start}"
        raise FormatError(f'file "{path}" is not {KNOWN_FORMATS}, and CSV must be UTF-8 text: {reason}') from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise FormatError(f'file "{path}" is damaged or of a kind that cannot be read: {error}') from None


def rows_of_shape(path: str, what: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """How many rows a block has, once an array's declared shape and dtype are found to be a dataset's."""
    if dtype.kind not in "biuf":
        raise FormatError(f'{what} of file "{path}" has dtype {dtype}; numbers or booleans were expected')
    if len(shape) == 0 or 0 in shape:
        raise FormatError(f'{what} of file "{path}" has shape {shape}; one axis or more, none empty, was expected')
    row_bytes = dtype.itemsize
    for length in shape[1:]:
        row_bytes *= length
    return max(1, BLOCK_BYTES // row_bytes)


def dense_blocks(
    stream: IO[bytes], path: str, what: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Iterator[npt.NDArray[Any]]:
    """The rows of a row-major array that the stream holds."""
    rows = rows_of_shape(path, what, shape, dtype)
    for first in range(0, shape[0], rows):
        block_shape = (min(rows, shape[0] - first), *shape[1:])
        expected = dtype.itemsize
        for length in block_shape:
            expected *= length
        content = _read(stream, expected)
        if len(content) < expected:
            done = first + len(content) * block_shape[0] // expected
            raise FormatError(f'{what} of file "{path}" is truncated: it has {done} of {shape[0]} rows')
        yield np.frombuffer(content, dtype=dtype).reshape(block_shape)


def _read(stream: IO[bytes], count: int) -> bytes:
    """So many bytes, fewer only at the end of the stream; never more memory than there is content for."""
    parts = []
    while count > 0:
        part = stream.read(min(count, BLOCK_BYTES))
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
