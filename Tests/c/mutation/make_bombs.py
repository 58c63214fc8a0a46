"""Writes files that ask for far more time or memory than their size, or the numbers in them, are worth.

All but those that `broken` writes are files that HDF5 allows; a program can be given any of them.

usage: make_bombs.py FOLDER
"""

import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

NEWER = ("v110", "v110")
MATRIX = np.arange(240, dtype="<f4").reshape(40, 6)


def zeros(count: int) -> bytes:
    """A zlib stream of this many zeros, whole mebibytes, a thousandth as long: one piece, repeated."""
    stream = zlib.compressobj(9)
    header = stream.compress(b"") + stream.flush(zlib.Z_FULL_FLUSH)
    piece = stream.compress(bytes(1 << 20)) + stream.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", count % 65521, 1)
    return header + piece * (count >> 20) + b"\x03\x00" + checksum


def broken_gzip(file: Any) -> None:
    """A chunk of 1000 bytes that inflates to 1 GiB."""
    packed = file.create_dataset("x", (100, 10), "u1", chunks=(100, 10), compression="gzip")
    packed.id.write_direct_chunk((0, 0), zeros(1 << 30))


def broken_gzip_twice(file: Any) -> None:
    """A stream of streams: the filter is applied twice."""
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk((100, 10))
    creation.set_deflate(1)
    creation.set_deflate(1)
    x = h5py.h5d.create(file.id, b"x", h5py.h5t.STD_U8LE, h5py.h5s.create_simple((100, 10)), creation)
    x.write_direct_chunk((0, 0), zlib.compress(zeros(1 << 30), 9))


def broken_checksums(file: Any) -> None:
    """Chunks that are shorter than the checksum at their end."""
    for length in range(1, 5):
        for rows in (60, 120):
            name, options = f"{length} of {rows}", {"chunks": (60, 12), "fletcher32": True}
            x = file.create_dataset(name, (rows, 12), "f4", **options)
            x.id.write_direct_chunk((0, 0), b"abcd"[:length])
            packed = file.create_dataset(f"packed {name}", (rows, 12), "f4", compression="gzip", **options)
            packed.id.write_direct_chunk((0, 0), b"abcd"[:length])


def broken_lzf(file: Any) -> None:
    """Streams of another kind, whose references reach back beyond the beginning or go on for long."""
    for name, content in (
        ("back", b"\xff\xff\xff" * 50),
        ("empty", b"\x00"),
        ("long", b"\x1f" + bytes(32) + b"\xe0\xff\x00" * 300),
    ):
        x = file.create_dataset(name, (100, 10), "u1", chunks=(100, 10), compression="lzf")
        x.id.write_direct_chunk((0, 0), content)


def grown(file: Any) -> None:
    """Far more chunks than are stored: the rest is the fill value."""
    x = file.create_dataset("x", (140, 1024), "u1", chunks=(1, 64), maxshape=(None, 1024), compression="gzip")
    x[...] = 3
    x.resize(30_000, 0)


def great_chunk(file: Any) -> None:
    """One honest chunk of 1 GiB."""
    x = file.create_dataset("x", (1 << 20, 1 << 10), "u1", chunks=(1 << 20, 1 << 10), compression="gzip")
    x.id.write_direct_chunk((0, 0), zeros(1 << 30))


def great_shapes(file: Any) -> None:
    """Sets of enormous shapes of which little or nothing was written."""
    file.create_dataset("rows", (1 << 60,), "u1", chunks=(1 << 20,))
    file.create_dataset("columns", (3, 1 << 60), "u1", chunks=(1, 1 << 20))
    file.create_dataset("axes", (1 << 10,) * 6, "u1", chunks=(8,) * 6)
    begun = file.create_dataset("begun", (1 << 40, 4), "f4", chunks=(1 << 10, 4), maxshape=(None, 4))
    begun[:1024] = 1
    file.create_dataset("small chunks", (1 << 50,), "u1", chunks=(1,), maxshape=(None,))[5] = 1
    file.create_dataset("contiguous", (1 << 50,), "u1")


def small_chunks(file: Any) -> None:
    """A number a chunk."""
    file.create_dataset("x", data=np.zeros((1 << 15, 1), "u1"), chunks=(1, 1), maxshape=(None, None))


def many_names(file: Any) -> None:
    """One set of twenty thousand long names."""
    file["x"] = MATRIX
    for index in range(20_000):
        file[f"{'a' * 100}{index}"] = file["x"]


def complete(file: Any) -> None:
    """Groups that all lead to each other: more paths than atoms."""
    groups = [file.create_group(f"group {index}") for index in range(100)]
    for group in groups:
        for index, other in enumerate(groups):
            group[f"to {index}"] = other
    groups[-1]["x"] = MATRIX


def doubling(file: Any) -> None:
    """2^60 paths to one set."""
    group = file
    for _ in range(60):
        group["a"] = group.create_group("b")
        group = group["a"]
    group["x"] = MATRIX


def deep(file: Any) -> None:
    """Groups in groups, thousands deep."""
    file["x"] = MATRIX
    child = file.create_group(None)
    child["x"] = file["x"]
    for _ in range(5000):
        parent = file.create_group(None)
        parent["g"] = child
        child = parent
    file["first"] = child


def soft_links(file: Any) -> None:
    """Links that lead in circles, and a chain of thousands."""
    file["x"] = MATRIX
    file["self"], file["a"], file["b"] = h5py.SoftLink("self"), h5py.SoftLink("b"), h5py.SoftLink("a/a")
    file["link 0"] = h5py.SoftLink("x")
    for index in range(1, 5000):
        file[f"link {index}"] = h5py.SoftLink(f"link {index - 1}")
    file["up"] = h5py.SoftLink("/".join(["."] * 20_000) + "/x")


def external_links(file: Any) -> None:
    """Links to the file itself that lead in circles, and a chain of thousands."""
    name = Path(file.filename).name
    file["x"] = MATRIX
    file["external"] = h5py.ExternalLink(name, "/loop")
    file["loop"] = h5py.ExternalLink(name, "/external")
    for index in range(3000):
        file[f"link {index}"] = h5py.ExternalLink(name, f"/link {index + 1}")


def virtual(file: Any) -> None:
    """Virtual datasets of virtual datasets, twice each; one of itself; one of thousands of pieces that overlap."""
    file["x"] = MATRIX
    for level in range(40):
        layout = h5py.VirtualLayout(MATRIX.shape, "<f4")
        for _ in range(2):
            layout[...] = h5py.VirtualSource(".", f"level {level - 1}" if level else "x", MATRIX.shape)
        file.create_virtual_dataset(f"level {level}", layout)
    itself = h5py.VirtualLayout(MATRIX.shape, "<f4")
    itself[...] = h5py.VirtualSource(".", "itself", MATRIX.shape)
    file.create_virtual_dataset("itself", itself)
    pieces = h5py.VirtualLayout((1000, 1000), "<f4")
    file.create_dataset("wide", (1000, 1000), "<f4")
    for _ in range(3000):
        pieces[...] = h5py.VirtualSource(".", "wide", (1000, 1000))
    file.create_virtual_dataset("covered", pieces)


def deep_types(file: Any) -> None:
    """Types in types, hundreds deep."""
    kind: Any = np.dtype("f4")
    for _ in range(300):
        kind = np.dtype([("a", kind)])
    file.create_dataset("compound", (3,), kind)
    array = h5py.h5t.IEEE_F32LE
    for _ in range(300):
        array = h5py.h5t.array_create(array, (1,))
    h5py.h5d.create(file.id, b"array", array, h5py.h5s.create_simple((3,)))
    ragged = h5py.h5t.IEEE_F32LE
    for _ in range(300):
        ragged = h5py.h5t.vlen_create(ragged)
    h5py.h5d.create(file.id, b"ragged", ragged, h5py.h5s.create_simple((3,)))
    file["x"] = MATRIX


def wide_types(file: Any) -> None:
    """As many members as a type can have, each a large array."""
    members = [(f"member {index}", "f4", (500, 500)) for index in range(700)]
    file.create_dataset("table", (2,), np.dtype(members))
    names = {f"value {index}": index for index in range(1500)}
    file.create_dataset("enumeration", (5,), h5py.enum_dtype(names, basetype="i4"))
    file["x"] = MATRIX


def attributes(file: Any) -> None:
    """Thousands of attributes, and large ones."""
    file["x"] = MATRIX
    for index in range(3000):
        file["x"].attrs[f"attribute {index}"] = index
    for index in range(20):
        file["x"].attrs[f"large {index}"] = (
            np.zeros(1 << 20, "u1") if file.libver[0] != "earliest" else np.zeros(60_000, "u1")
        )


def repeated_address(content: bytes, count: int) -> bytes:
    """The same file with all but the first of the addresses in its tree of chunks those of the first chunk."""
    changed = bytearray(content)
    place = content.index(b"TREE\x01\x00")
    first = content[place + 24 + 32 : place + 24 + 40]
    for index in range(count):
        begin = place + 24 + 40 * index + 32
        changed[begin : begin + 8] = first
    return bytes(changed)


def write_shared_chunks(path: Path) -> None:
    """Chunks that share their bytes, each of which inflates to a mebibyte."""
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", (50 << 4, 1 << 16), "u1", chunks=(16, 1 << 16), compression="gzip")
        for index in range(50):
            x.id.write_direct_chunk((16 * index, 0), zeros(1 << 20))
    path.write_bytes(repeated_address(path.read_bytes(), 50))


def write_great_heap(path: Path) -> None:
    """A heap of names that says it is as large as the address space, and one that overlaps the whole file."""
    with h5py.File(path, "w") as file:
        file["x"] = MATRIX
    content = bytearray(path.read_bytes())
    place = content.index(b"HEAP")
    content[place + 8 : place + 16] = struct.pack("<Q", len(content) - 8)
    content[place + 24 : place + 32] = struct.pack("<Q", 0)
    path.write_bytes(content)


#: The options of each file, and what writes it.
FILES: dict[str, tuple[dict[str, Any], Callable[[Any], None]]] = {
    "gzip": ({}, broken_gzip),
    "gzip_twice": ({}, broken_gzip_twice),
    "new_gzip": ({"libver": NEWER}, broken_gzip),
    "checksums": ({}, broken_checksums),
    "new_checksums": ({"libver": NEWER}, broken_checksums),
    "lzf": ({}, broken_lzf),
    "grown": ({}, grown),
    "new_grown": ({"libver": NEWER}, grown),
    "great_chunk": ({}, great_chunk),
    "new_great_chunk": ({"libver": NEWER}, great_chunk),
    "great_shapes": ({}, great_shapes),
    "new_great_shapes": ({"libver": NEWER}, great_shapes),
    "small_chunks": ({}, small_chunks),
    "new_small_chunks": ({"libver": NEWER}, small_chunks),
    "many_names": ({}, many_names),
    "new_many_names": ({"libver": NEWER}, many_names),
    "complete": ({}, complete),
    "doubling": ({}, doubling),
    "new_doubling": ({"libver": NEWER}, doubling),
    "deep": ({}, deep),
    "new_deep": ({"libver": NEWER}, deep),
    "soft_links": ({}, soft_links),
    "external_links": ({}, external_links),
    "virtual": ({"libver": NEWER}, virtual),
    "deep_types": ({"libver": NEWER}, deep_types),
    "wide_types": ({"libver": NEWER}, wide_types),
    "attributes": ({}, attributes),
    "new_attributes": ({"libver": NEWER}, attributes),
}
HANDMADE: dict[str, Callable[[Path], None]] = {
    "shared_chunks": write_shared_chunks,
    "great_heap": write_great_heap,
}


def write_bomb(name: str, path: Path) -> None:
    """Writes one of them."""
    if name in HANDMADE:
        HANDMADE[name](path)
        return
    options, write = FILES[name]
    with h5py.File(path, "w", **options) as file:
        write(file)


if __name__ == "__main__":
    for each in (*FILES, *HANDMADE):
        write_bomb(each, Path(sys.argv[1]) / f"{each}.h5")
