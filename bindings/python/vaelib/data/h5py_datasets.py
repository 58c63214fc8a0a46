"""Datasets of h5py, recognised without importing it, and read from their files by the library itself."""

from __future__ import annotations

import os
import sys
from typing import Any

from vaelib._c.errors import FileError, FormatError
from vaelib.data.dataset import Dataset
from vaelib.data.opening import open_dataset

_REMEDY = "dataset[:] reads it into an array"


def is_h5py_dataset(X: Any) -> bool:
    """Whether this is an ``h5py.Dataset``."""
    h5py = sys.modules.get("h5py")
    return h5py is not None and isinstance(X, h5py.Dataset)


def opened(X: Any, scale: float, shift: float) -> Dataset:
    """An ``h5py.Dataset`` as the library reads it: a small one at once, a larger one from its file as it is used.

    No child process checks the file: h5py has opened it in this process already.

    Raises
    ------
    ValueError
        It is closed, not in a file on disk, or does not have two axes.
    FileError
        Its file is open for writing.
    FormatError
        It is of a kind that vaelib does not read, although h5py may.
    """
    if not X:
        raise ValueError("the dataset of h5py is closed")
    name, path = X.name, _path(X)
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got the {X.ndim}D dataset {name!r} of h5py instead (shape {X.shape}). "
            f"vaelib.open_dataset({path!r}, {name!r}) makes one example of whatever follows the first axis."
        )
    try:
        return open_dataset(path, name, scale=scale, shift=shift)
    except FormatError as error:
        raise FormatError(f"{error}; where h5py can read it, {_REMEDY}") from None
    except FileError as error:
        if X.file.mode == "r":
            raise
        raise FileError(
            f"{path!r} is open for writing in h5py, so that vaelib cannot read the dataset {name!r} from it ({error}); "
            f"open it with mode 'r', or pass an array: {_REMEDY}"
        ) from None


def _path(X: Any) -> str:
    """Where the file that is open is now; its name may be relative to a folder that has changed since.

    Raises
    ------
    ValueError
        There is no such file on disk.
    """
    if X.name is None or X.file.driver != "sec2":
        raise ValueError(f"the dataset {X.name!r} of h5py is in no file on disk that vaelib could open; {_REMEDY}")
    descriptor = X.file.id.get_vfd_handle()
    path = os.readlink(f"/proc/self/fd/{descriptor}")
    if not (os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(descriptor))):
        raise ValueError(f"the file of the dataset {X.name!r} of h5py was removed or replaced since; {_REMEDY}")
    return path
