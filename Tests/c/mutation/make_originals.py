"""Writes the files that the mutation campaign damages into a folder.

usage: make_originals.py FOLDER
"""

import sys
from pathlib import Path

import h5py
import numpy as np
import vaelib

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


def write_models(folder: Path) -> None:
    """A VAE and a stack with a classifier."""
    examples = (MATRIX[:, :3] % 2).astype(np.float32)
    vaelib.VAE(latent_dim=2, hidden=(3,), epochs=1, random_state=1).fit(examples).save(folder / "vae.h5")
    stack = vaelib.StackedDenoisingClassifier(hidden=(3,), random_state=1)
    stack.fit(examples, np.arange(40) % 2).save(folder / "stack.h5")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write_data(target / "old.h5", ("earliest", "v108"))
    write_data(target / "new.h5", ("v110", "v110"))
    write_indices(target / "indices.h5")
    write_dense(target / "dense.h5")
    write_unsuitable(target / "unsuitable.h5")
    write_models(target)
