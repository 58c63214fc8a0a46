"""Datasets of h5py, recognised without importing it, and read from their files by the library itself."""

from __future__ import annotations

import os
import sys
from typing import Any

from vaelib._c.errors import FileError
from vaelib.data.dataset import Dataset
from vaelib.data.opening import open_dataset


def is_h5py_dataset(X: Any) -> bool:
    """Whether this is an ``h5py.Dataset``."""
    h5py = sys.modules.get("h5py")
    return h5py is not None and isinstance(X, h5py.Dataset)


def opened(X: Any, scale: float, shift: float) -> Dataset:
    """An ``h5py.Dataset`` as the library reads it: a small one at once, a larger one from its file as it is used.

    Raises
    ------
    ValueError
        It is not in a file on disk, or does not have two axes.
    FileError
        Its file is open for writing.
    """
    path, name = X.file.filename, X.name
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got the {X.ndim}D dataset {name!r} of h5py instead (shape {X.shape}). "
            f"vaelib.open_dataset({path!r}, {name!r}) makes one example of whatever follows the first axis."
        )
    if name is None or X.file.driver == "core" or not os.path.exists(path):
        raise ValueError(f"the dataset {name!r} of h5py is in no file on disk; dataset[:] reads it into an array")
    if X.file.mode != "r":
        X.file.flush()
    try:
        return open_dataset(path, name, scale=scale, shift=shift)
    except FileError as error:
        if X.file.mode == "r":
            raise
        raise FileError(
            f"{path!r} is open for writing in h5py, so that vaelib cannot read the dataset {name!r} from it ({error}); "
            "open it with mode 'r', or read the dataset into an array: dataset[:]"
        ) from None
