"""Writes the HDF5 files that VaelibStorageTests reads, with numpy and h5py: python make_fixtures.py

The files are committed, so that the tests need neither Python nor h5py.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).resolve().parent


def write_numbers() -> None:
    """Datasets that can be read, one of each type; element (r, c) of a matrix is 3 r + c."""
    matrix = np.arange(12).reshape(4, 3)
    with h5py.File(FOLDER / "numbers.h5", "w") as file:
        for name in ["u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"]:
            file[name] = matrix.astype("<" + name)
        for name in ["i2", "i4", "u2", "f2", "f4", "f8"]:
            file["big/" + name] = matrix.astype(">" + name)
        file["bool"] = matrix % 2 == 0
        file["vector"] = np.arange(5, dtype="<f4")
        file["images"] = np.arange(24, dtype="u1").reshape(2, 3, 4)
        file["extremes"] = np.array([[0, 2**16 - 1]], "<u2")
        file["large"] = np.array([[0, 2**63 + 2**40]], "<u8")
        file["labels"] = np.array([7, -1, 0, 9], "<i2")
        file["column_labels"] = np.array([[1], [2], [3], [4]], "u1")
        file["huge_labels"] = np.array([0, 1, 2, 2**63], "<u8")
        file["large_labels"] = np.array([0, 1, 2, 2**63 - 1], "<u8")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((4, 3))
        dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, matrix.astype("<f4"))


def write_chunks() -> None:
    """Chunked and filtered datasets of 50 x 8; element (r, c) is 8 r + c."""
    matrix = np.arange(400, dtype="<f4").reshape(50, 8)
    with h5py.File(FOLDER / "chunks.h5", "w") as file:
        file.create_dataset("plain", data=matrix, chunks=(16, 8))
        file.create_dataset("growing", data=matrix, chunks=(16, 8), maxshape=(None, 8))
        file.create_dataset("sparse", shape=(10**12, 8), chunks=(16, 8), dtype="<f4")[:16] = 1
    with h5py.File(FOLDER / "filters.h5", "w") as file:
        file.create_dataset("gzip", data=matrix, chunks=(32, 5), compression="gzip", shuffle=True, fletcher32=True)
        file.create_dataset("scaleoffset", data=matrix.astype("<i4"), chunks=(10, 8), scaleoffset=0)
        file.create_dataset("zeros", data=np.zeros((100_000, 8), "u1"), chunks=True, compression="gzip")
        file.create_dataset("lzf", data=matrix, chunks=(16, 8), compression="lzf")
    with h5py.File(FOLDER / "latest.h5", "w", libver=("v110", "v110")) as file:
        file.create_dataset("plain", data=matrix)
        file.create_dataset("gzip", data=matrix, chunks=(16, 8), compression="gzip")
    with h5py.File(FOLDER / "userblock.h5", "w", userblock_size=512) as file:
        file["plain"] = matrix


def write_tall() -> None:
    """Chunks of many rows: 9001 x 4 x 5; row r holds r, then (r + c) % 256 in column c = 1, 2, ..."""
    rows, columns = np.arange(9_001)[:, np.newaxis], np.arange(20)
    values = np.where(columns == 0, rows, (rows + columns) % 256).astype("<i4").reshape(9_001, 4, 5)
    shapes = {"columns": (9_001, 1, 1), "boxes": (2_000, 3, 2), "rows": (3_500, 4, 5), "short": (64, 4, 3)}
    with h5py.File(FOLDER / "tall.h5", "w") as file:
        for name, chunks in shapes.items():
            file.create_dataset(name, data=values, chunks=chunks, compression="gzip", shuffle=True)


def write_unsuitable() -> None:
    """Datasets that vaelib refuses, one for each reason."""
    with h5py.File(FOLDER / "unsuitable.h5", "w") as file:
        file["strings"] = np.array([b"one", b"two"])
        file.create_dataset("texts", data=["one", "two"], dtype=h5py.string_dtype())
        file["compound"] = np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")])
        file.create_dataset("lists", shape=(2,), dtype=h5py.vlen_dtype("<f4"))
        file.create_dataset("references", data=[file.ref, file.ref], dtype=h5py.ref_dtype)
        colours = h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="u1")
        file.create_dataset("enumeration", data=[0, 1], dtype=colours)
        file.create_dataset("arrays", shape=(2,), dtype=np.dtype("(3,)<f4"))
        file["complex"] = np.zeros((2, 2), "<c8")
        file["long_double"] = np.zeros((2, 2), np.longdouble)
        file["opaque"] = np.zeros(2, "V5")
        file["no_rows"] = np.zeros((0, 784), "<f4")
        file["no_columns"] = np.zeros((10, 0), "<f4")
        file["scalar"] = np.float32(1)
        file["null"] = h5py.Empty("<f4")
        file.create_dataset("unwritten", shape=(10, 2), dtype="<f4")
        file["group/inner/data"] = np.zeros((3, 2), "<f4")
        file["soft"] = h5py.SoftLink("/group/inner/data")
        file["external_link"] = h5py.ExternalLink("numbers.h5", "/f4")
        file["type"] = np.dtype("<f4")
        file.create_dataset("external_storage", shape=(2, 2), dtype="<f4", external=[("numbers.h5", 0, 16)])
        layout = h5py.VirtualLayout(shape=(4, 3), dtype="<f4")
        layout[:] = h5py.VirtualSource("numbers.h5", "f4", shape=(4, 3))
        file.create_virtual_dataset("virtual", layout)
    with h5py.File(FOLDER / "many.h5", "w") as file:
        for index in range(25):
            file[f"set{index:02}"] = np.zeros((index + 1, 2), "u1")
        file["zz/loop"] = file["/"]
    with h5py.File(FOLDER / "nothing.h5", "w"):
        pass


if __name__ == "__main__":
    write_numbers()
    write_chunks()
    write_tall()
    write_unsuitable()
