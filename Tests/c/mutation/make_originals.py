"""Writes the files that the mutation campaign damages into a folder.

usage: make_originals.py FOLDER
"""

import shutil
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import vaelib
from h5py.h5s import UNLIMITED

FIXTURES = Path(__file__).resolve().parents[2] / "VaelibStorageTests/Fixtures"
MATRIX = np.arange(240, dtype="<f4").reshape(40, 6)


def write_data(path: Path, versions: tuple[str, str]) -> None:
    """Every type and the common layouts."""
    with h5py.File(path, "w", libver=versions) as file:
        file["plain"] = MATRIX
        file.create_dataset("chunked", data=MATRIX, chunks=(8, 6))
        file.create_dataset("packed", data=MATRIX, chunks=(8, 4), compression="gzip", shuffle=True, fletcher32=True)
        file["booleans"] = MATRIX > 100
        file["group/inner/bytes"] = MATRIX.astype("u1")
        file["noted"] = MATRIX.astype(">i2")
        file["noted"].attrs["note"] = "hello"


def write_indices(path: Path) -> None:
    """Every way in which newer files find chunks."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        file.create_dataset("fixed", data=MATRIX, chunks=(8, 3))
        file.create_dataset("growing", data=MATRIX, chunks=(8, 3), maxshape=(None, 6), compression="gzip")
        file.create_dataset("tree", data=MATRIX, chunks=(8, 3), maxshape=(None, None))
        file.create_dataset("single", data=MATRIX, chunks=(40, 6), compression="gzip")


def write_dense(path: Path) -> None:
    """A group whose links stand in a heap."""
    with h5py.File(path, "w", libver=("v110", "v110"), track_order=True) as file:
        for index in range(20):
            file[f"set{index:02}"] = np.zeros((3, 2), "u1")


def write_unsuitable(path: Path) -> None:
    """What vaelib refuses, damaged or not."""
    with h5py.File(path, "w") as file:
        colours = h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="u1")
        file.create_dataset("enumeration", data=[0, 1], dtype=colours)
        file["booleans"] = np.array([True, False])
        file["compound"] = np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4", (3,))])
        layout = h5py.VirtualLayout(shape=(2,), dtype="u1")
        layout[:] = h5py.VirtualSource(".", "booleans", shape=(2,))
        file.create_virtual_dataset("virtual", layout)


def write_tables(path: Path, versions: tuple[str, str]) -> None:
    """Compound types, one in another, with arrays, enumerations, bit fields and texts as members; attributes."""
    colour = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 2}, basetype="<i2")
    inner = np.dtype([("x", "<f8"), ("y", ">i4")])
    row = np.dtype([("a", "<f4"), ("b", "u1", (3,)), ("colour", colour), ("inner", inner), ("text", "S5"), ("on", "?")])
    rows = np.zeros(40, row)
    rows["a"], rows["inner"]["y"] = np.arange(40), np.arange(40)
    with h5py.File(path, "w", libver=versions) as file:
        file["table"] = rows
        file.create_dataset("packed", data=rows, chunks=(8,), maxshape=(None,), compression="gzip", shuffle=True)
        file.create_dataset("colours", data=np.arange(40) % 3, dtype=colour)
        file["type"] = row
        file.create_dataset("committed", data=rows, dtype=file["type"])
        h5py.h5d.create(file.id, b"bits", h5py.h5t.STD_B8LE, h5py.h5s.create_simple((40, 2))).write(
            h5py.h5s.ALL, h5py.h5s.ALL, np.zeros((40, 2), "u1"), mtype=h5py.h5t.STD_B8LE
        )
        file["labels"] = [b"cat", b"dog"] * 20
        stored = file.create_dataset("stored", data=np.arange(240, dtype="<i2").reshape(40, 6))
        stored.attrs["_FillValue"] = np.array([-1], "<i2")
        stored.attrs["scale_factor"], stored.attrs["add_offset"] = 0.5, np.float32(3)
        stored.attrs["_Unsigned"] = "true"
        stored.attrs.create("names", ["a", "bc"], dtype=h5py.string_dtype())


def write_filters(path: Path) -> None:
    """Filters beyond gzip, and chunks that skip them."""
    with h5py.File(path, "w") as file:
        file.create_dataset("lzf", data=MATRIX, chunks=(8, 6), compression="lzf", shuffle=True)
        file.create_dataset("scaled", data=MATRIX.astype("i4"), chunks=(8, 6), scaleoffset=0)
        skipped = file.create_dataset("skipped", shape=(16, 6), dtype="f4", chunks=(8, 6), compression="gzip")
        skipped.id.write_direct_chunk((0, 0), MATRIX[:8].tobytes(), filter_mask=1)
        narrow, bits = h5py.h5t.STD_I32BE.copy(), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        narrow.set_precision(18)
        bits.set_chunk((8, 6))
        bits.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL, ())
        h5py.h5d.create(file.id, b"bits", narrow, h5py.h5s.create_simple(MATRIX.shape), bits)
        file["bits"][...] = MATRIX
        if "szip" in h5py.filters.encode:
            options = {"compression": "szip", "compression_opts": ("nn", 8)}
            file.create_dataset("szip", data=MATRIX.astype("<i2"), chunks=(8, 6), **options)
        file.create_dataset("wide", data=np.zeros((64, 512), "u1"), chunks=(16, 512), compression="gzip")


def write_partly(path: Path) -> None:
    """Chunks that were never written, and fill values."""
    with h5py.File(path, "w") as file:
        file.create_dataset("plain", (40, 6), "f4", chunks=(8, 3), fillvalue=7)[10:20] = 1
        file.create_dataset("packed", (40, 6), "i2", chunks=(8, 3), maxshape=(None, 6), compression="gzip")[:5] = 1
        file.create_dataset("never", (40, 6), "f8", fillvalue=2)
        file.create_dataset("grown", (10, 6), "f4", chunks=(4, 3), maxshape=(None, None))[...] = 1
        file["grown"].resize((40, 6))


def write_groups(path: Path, versions: tuple[str, str]) -> None:
    """Trees of groups of more than one level, links of every kind, attributes in a heap of their own."""
    with h5py.File(path, "w", libver=versions) as file:
        for index in range(120):
            file.create_group(f"many/group {index}")
        file["many/group 7/x"] = MATRIX
        file["soft"], file["chain"] = h5py.SoftLink("/many/group 7/x"), h5py.SoftLink("soft")
        file["external"] = h5py.ExternalLink("nowhere.h5", "/x")
        file["again"] = file["many"]
        for index in range(30):
            file["many/group 7/x"].attrs[f"attribute {index}"] = np.arange(index)


def write_elsewhere(path: Path, versions: tuple[str, str]) -> None:
    """Sets whose values are in other sets and files, and links to other files."""
    with h5py.File(path, "w", libver=versions) as file:
        file["x"] = MATRIX
        own, other = h5py.VirtualLayout((80, 6), "<f4"), h5py.VirtualLayout((80, 6), "<f4")
        own[:40] = h5py.VirtualSource(".", "x", MATRIX.shape)
        own[40:80:2] = h5py.VirtualSource(".", "x", MATRIX.shape)[::2]
        other[:40] = h5py.VirtualSource("old.h5", "plain", MATRIX.shape)
        other[40:] = h5py.VirtualSource(".", "x", MATRIX.shape)
        file.create_virtual_dataset("own", own, fillvalue=5)
        file.create_virtual_dataset("other", other)
        file.create_dataset("outside", MATRIX.shape, "<f4", external=[("old.h5", 2048, MATRIX.nbytes)])
        file["external"] = h5py.ExternalLink("old.h5", "/plain")
        file["soft"] = h5py.SoftLink("/external")


def write_virtual(path: Path, versions: tuple[str, str]) -> None:
    """Virtual sets of every kind of selection, of sets stored in every way, of other types and numbered names."""
    matrix = MATRIX.astype("<i4")
    with h5py.File(path, "w", libver=versions) as file:
        file.create_dataset("x", data=matrix, chunks=(7, 4), compression="gzip", maxshape=(None, 6))
        file["part 0"], file["part 1"] = matrix[:5], matrix[5:10]
        shape = matrix.shape
        pieces = h5py.VirtualLayout((90, 8), "<f8")
        pieces[2:42, 1:7] = h5py.VirtualSource(".", "x", shape)
        pieces[[43, 44, 50, 51, 52, 60], :6] = h5py.VirtualSource(".", "x", shape)[[1, 2, 5, 6, 7, 9]]
        file.create_virtual_dataset("pieces", pieces, fillvalue=5)
        turns = h5py.VirtualLayout((6, 40), "<i2")
        for column in range(6):
            turns[column] = h5py.VirtualSource(".", "x", shape)[:, column]
        file.create_virtual_dataset("turned", turns)
        every = h5py.VirtualLayout((40, 6), "<i4")
        for row in range(40):
            every[row] = h5py.VirtualSource(".", "x", shape)[(row * 7) % 40]
        file.create_virtual_dataset("every", every)
        form = h5py.VirtualLayout((30, 8), "<i4")
        form[...] = h5py.VirtualSource(".", "x", shape)
        file.create_virtual_dataset("form", form)
        whole, numbered = h5py.h5s.create_simple((40, 6), (UNLIMITED, 6)), h5py.h5s.create_simple((5, 6))
        whole.select_hyperslab((0, 0), (UNLIMITED, 1), (1, 1), (1, 6))
        blocks = h5py.h5s.create_simple((40, 6), (UNLIMITED, 6))
        blocks.select_hyperslab((0, 0), (UNLIMITED, 1), (6, 1), (5, 6))
        for name, target, source, origin in (("grows", whole, b"x", whole), ("parts", blocks, b"part %b", numbered)):
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            creation.set_virtual(target, b".", source, origin)
            space = h5py.h5s.create_simple((40, 6), (UNLIMITED, 6))
            h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_I32LE, space, creation)


def write_sparse(path: Path, versions: tuple[str, str]) -> None:
    """Sparse matrices as AnnData and 10x Genomics write them, and a column of categories."""
    data, indices, indptr = np.arange(1, 81, dtype="<f4"), np.tile([0, 3], 40), 2 * np.arange(41)
    with h5py.File(path, "w", libver=versions) as file:
        for name, options in (("X", {"chunks": (16,), "compression": "gzip"}), ("layers/raw", {}), ("matrix", {})):
            group = file.create_group(name)
            group.create_dataset("data", data=data, **options)
            group.create_dataset("indices", data=indices.astype("<i4" if name == "X" else "<i8"), **options)
            group["indptr"] = indptr.astype("<i4")
            if name == "matrix":
                group["shape"] = np.array([6, 40], "<i4")
            else:
                group.attrs["encoding-type"], group.attrs["shape"] = "csr_matrix", (40, 6)
        file["obs/kind/codes"] = (np.arange(40) % 3 - 1).astype("i1")
        file.create_dataset("obs/kind/categories", data=["cat", "dog"], dtype=h5py.string_dtype())


def write_models(folder: Path) -> None:
    """A VAE, one of a table, whose columns and categories have names, and stacks that classify and regress."""
    examples = (MATRIX[:, :3] % 2).astype(np.float32)
    vaelib.VAE(latent_dim=2, hidden=(3,), epochs=1, random_state=1).fit(examples).save(folder / "vae.h5")
    table = pd.DataFrame({"a": examples[:, 0], "b": np.resize(["no", "yes"], 40), "c": np.resize(["x", "y", "z"], 40)})
    vaelib.VAE(latent_dim=2, hidden=(3,), epochs=1, random_state=1).fit(table).save(folder / "table.h5")
    stack = vaelib.StackedDenoisingClassifier(hidden=(3,), random_state=1)
    stack.fit(examples, np.arange(40) % 2).save(folder / "stack.h5")
    regressor = vaelib.StackedDenoisingRegressor(hidden=(3,), pretrain_epochs=0, finetune_epochs=1, random_state=1)
    regressor.fit(examples, MATRIX[:, 3:]).save(folder / "regressor.h5")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    oldest, newer = ("earliest", "v108"), ("v110", "v110")
    write_data(target / "old.h5", oldest)
    write_data(target / "new.h5", newer)
    write_data(target / "newest.h5", ("latest", "latest"))
    write_indices(target / "indices.h5")
    write_dense(target / "dense.h5")
    write_unsuitable(target / "unsuitable.h5")
    write_tables(target / "tables.h5", oldest)
    write_tables(target / "new_tables.h5", newer)
    write_filters(target / "filters.h5")
    shutil.copy(FIXTURES / "plugins.h5", target)
    write_partly(target / "partly.h5")
    write_groups(target / "groups.h5", oldest)
    write_groups(target / "new_groups.h5", newer)
    write_elsewhere(target / "elsewhere.h5", newer)
    write_virtual(target / "virtual.h5", newer)
    write_virtual(target / "new_virtual.h5", ("latest", "latest"))
    write_sparse(target / "sparse.h5", oldest)
    write_sparse(target / "new_sparse.h5", newer)
    write_models(target)
