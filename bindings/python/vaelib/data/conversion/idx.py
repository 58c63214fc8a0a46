"""IDX, the format of MNIST (Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits").

Two zero bytes, the type of the numbers, the number of axes; the length of each axis as a big-endian uint32; then the
numbers, big-endian, the last axis running fastest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np

from vaelib._c.errors import FormatError
from vaelib.data.conversion.blocks import Block, dense_blocks

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def is_idx(start: bytes) -> bool:
    """Whether a file that begins so is IDX."""
    return len(start) >= 4 and start[:2] == b"\0\0" and start[2] in _TYPES and start[3] >= 1


def read_idx(stream: IO[bytes], path: str) -> Iterator[Block]:
    """The array of an IDX file."""
    magic = stream.read(4)
    dtype = np.dtype(_TYPES[magic[2]])
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise FormatError(f'file "{path}" is truncated: it ends inside its header of {4 + 4 * magic[3]} bytes')
    shape = tuple(int(length) for length in np.frombuffer(lengths, dtype=">u4"))
    for rows in dense_blocks(stream, path, "the array", shape, dtype):
        yield Block("", rows)
    if stream.read(1):
        raise FormatError(f'file "{path}" goes on after the array of shape {shape} that its header declares')
