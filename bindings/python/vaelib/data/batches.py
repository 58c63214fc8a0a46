"""Examples that come in batches, from a generator, a DataLoader of PyTorch, a CSV file in chunks.

They are read once and written to a temporary file, from which a training takes them in any order and any number of
times; memory is bounded, however many there are. The file is in the folder that TMPDIR names, by default in /var/tmp,
and is removed from there as soon as it is open, so that it outlasts neither the examples nor the process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.data.as_array import as_array
from vaelib.data.dataset import Dataset
from vaelib.data.opening import open_dataset
from vaelib.data.sparse import is_sparse
from vaelib.data.writer import DatasetWriter

#: What has a shape, or rows by their numbers, is no stream of batches.
_OF_ARRAYS = ("__array__", "__array_interface__", "__dlpack__", "__getitem__", "shape")
_NAME = "examples"


@dataclass(frozen=True)
class Collected:
    """Examples that came in batches, and the labels or targets that came with them; None if none did."""

    dataset: Dataset
    y: npt.NDArray[Any] | None


def are_batches(X: Any) -> bool:
    """Whether this is an iterator or another iterable of batches, and no array, list or data frame."""
    if isinstance(X, str | bytes | list | tuple | Mapping | Set):
        return False
    if isinstance(X, Iterator):
        return True
    return isinstance(X, Iterable) and not any(hasattr(X, name) for name in _OF_ARRAYS)


def collect(batches: Iterable[Any], to_matrix: Callable[[Any, bool], Any], scale: float, shift: float) -> Collected:
    """All batches as one dataset of ``number * scale + shift``, float32 in the file.

    A batch is a matrix or a pair (matrix, y), whose y may be None. ``to_matrix`` makes an array of the matrix; it is
    told whether the batch is the first.

    Raises
    ------
    ValueError
        There is no batch, or one has another width; or only some have labels.
    FileError
        The temporary file cannot be written.
    """
    import tempfile  # here: with what it imports it takes as long as much of vaelib

    folder = os.environ.get("TMPDIR") or "/var/tmp"
    labels: list[npt.NDArray[Any]] = []
    with tempfile.TemporaryDirectory(prefix="vaelib-", dir=folder) as place:
        path = os.path.join(place, "batches.h5")
        with DatasetWriter(path) as file:
            number, width = 0, 0
            for number, batch in enumerate(batches, start=1):
                X, y = _parts(batch, number)
                matrix = to_matrix(X, number == 1)
                if number == 1:
                    width = matrix.shape[1]
                    file.add(_NAME, (width,), np.float32, compression=0)
                if matrix.shape[1] != width:
                    raise ValueError(f"batch {number} has {matrix.shape[1]} features, but the first has {width}")
                if number > 1 and (y is not None) != bool(labels):
                    raise ValueError(f"batch {number} {_differs(y is not None)}")
                labels += [] if y is None else [y]
                file.append(_NAME, matrix.toarray() if is_sparse(matrix) else matrix)
            if number == 0:
                raise ValueError("X has no batches; a generator that was used before has none left: make a new one")
        dataset = open_dataset(path, _NAME, scale=scale, shift=shift)
    return Collected(dataset, np.concatenate(labels) if labels else None)


def _parts(batch: Any, number: int) -> tuple[Any, npt.NDArray[Any] | None]:
    """The matrix of a batch, and its labels or targets."""
    # In a list of rows the first has one axis. Of pictures a part has more than two, which is for the caller to hear.
    if not (isinstance(batch, tuple) or (isinstance(batch, list) and bool(batch) and np.ndim(batch[0]) > 1)):
        return batch, None
    if len(batch) == 1 or (len(batch) == 2 and batch[1] is None):
        return batch[0], None
    if len(batch) != 2:
        raise ValueError(f"batch {number} has {len(batch)} parts; expected a matrix, or a pair (matrix, y)")
    y = as_array(batch[1], "y")
    return batch[0], y.reshape(1) if y.ndim == 0 else y


def _differs(has_labels: bool) -> str:
    return "has labels, but those before have none" if has_labels else "has no labels, but those before have some"
