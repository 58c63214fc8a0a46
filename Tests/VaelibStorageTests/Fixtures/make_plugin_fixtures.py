"""Writes plugins.h5, chunks of filters that libhdf5 does not bring, with hdf5plugin: python make_plugin_fixtures.py

The file is committed, so that the tests need no hdf5plugin, which takes 190 MB. Tests/python/plugin_files.py says which
numbers each dataset holds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import hdf5plugin

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "python"))
from plugin_files import KINDS, numbers  # noqa: E402


def filters() -> Iterator[tuple[str, Any]]:
    """What the datasets of a group are written with, by the group's name."""
    for byte_count in (0, 100):
        yield f"lz4 {byte_count}", hdf5plugin.LZ4(nbytes=byte_count)
    for compression in ("none", "lz4", "zstd"):
        for elements in (0, 64) if compression != "none" else (0,):
            yield f"bitshuffle {compression} {elements}", hdf5plugin.Bitshuffle(nelems=elements, cname=compression)
    for codec, shuffle in (("blosclz", 1), ("lz4", 2), ("lz4hc", 0), ("zlib", 1), ("zstd", 1)):
        yield f"blosc {codec} {shuffle}", hdf5plugin.Blosc(cname=codec, clevel=9, shuffle=shuffle)
    yield "zstd", hdf5plugin.Zstd(clevel=9)


def write_plugins() -> None:
    """A group for each filter, in it numbers of each type; 'long' has more of them than a block."""
    with h5py.File(FOLDER / "plugins.h5", "w", libver=("v110", "v110")) as file:
        for name, chosen in filters():
            for kind in KINDS:
                file.create_dataset(f"{name}/{kind}", data=numbers(kind), chunks=(20, 9), compression=chosen)
            values = numbers("long")
            file.create_dataset(f"{name}/long", data=values, chunks=values.shape, compression=chosen)


if __name__ == "__main__":
    write_plugins()
