"""MATLAB files of versions 5 to 7, read by scipy; version 7.3 is HDF5, which the library reads itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

import numpy as np

from vaelib._c.errors import FormatError
from vaelib.data.conversion.blocks import Block
from vaelib.data.conversion.scientific import blocks_of, report_left_out, scipy_errors, scipy_io

MATLAB_MAGIC = b"MATLAB 5.0"
_WHAT = "a MATLAB file"
_NUMBERS = {"double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}


def read_matlab(stream: IO[bytes], path: str) -> Iterator[Block]:
    """The arrays of numbers in a MATLAB file, one after another, each read as a whole.

    MATLAB has no vectors: an array of one row or one column is one here.
    """
    reader = scipy_io(path, _WHAT)
    content = io.BytesIO(stream.read())
    left_out = {}
    taken = False
    with scipy_errors(path, _WHAT):
        for name, shape, kind in reader.whosmat(content):
            content.seek(0)
            if kind not in _NUMBERS:
                left_out[name] = kind
                continue
            array = reader.loadmat(content, variable_names=[name], squeeze_me=False)[name]
            content.seek(0)
            if array.dtype.kind == "c" or 0 in array.shape:
                left_out[name] = "complex" if array.dtype.kind == "c" else "empty"
                continue
            if tuple(array.shape) != tuple(shape):
                raise FormatError(f'array "{name}" of file "{path}" is damaged: its shape changes')
            taken = True
            vector = array.ndim == 2 and 1 in array.shape
            for rows in blocks_of(array.reshape(-1) if vector else np.asarray(array), path, name):
                yield Block(name, rows)
    report_left_out(path, _WHAT, left_out, taken)
