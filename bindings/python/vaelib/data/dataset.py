"""Datasets: where examples come from."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from vaelib._c import header
from vaelib._c.arguments import seed_from
from vaelib._c.arrays import array_view, dtype_of, pointer, readable
from vaelib._c.calls import call, described, new_handle
from vaelib._c.errors import InvalidHandle
from vaelib._c.library import library
from vaelib.data.as_array import as_array
from vaelib.data.class_names import classes_of, named_labels, stored_names
from vaelib.data.matrices import readable_of
from vaelib.data.rows import row_number, row_numbers
from vaelib.data.sparse import as_csr, csr_view, is_sparse

#: Kept here, since an interpreter that ends may have cleared what it would be looked up in.
_free = library.vaelib_dataset_free

#: How much is read at a time where examples are wanted one by one.
_ITERATION_BYTES = 1 << 20


class Dataset:
    """Examples, one per row, in an array or a sparse matrix; ``vaelib.open_dataset`` makes one from an HDF5 file.

    Every method of the estimators that takes an array takes a Dataset as well. The array is read in place as it is
    used, whatever its strides, so it must not change in the meantime; a few dtypes are copied first (float16, uint16,
    uint32, uint64, longdouble, foreign byte order).

    Rows of a sparse matrix become dense only in the batches in which they are used. One in compressed sparse row
    format (csr) is read in place; others are converted to it (``tocsr``) first, and so is one with unsorted rows or
    several numbers at one place, which add up, as everywhere in scipy. Results are those of ``array.toarray()``.

    Parameters
    ----------
    array : array or scipy.sparse matrix or array, of shape (rows, columns)
        Real numbers.
    labels : array of integers of shape (rows,), optional
        What a classifier learns, -1 where an example has no label; the other models do not use them.
    scale, shift : float
        The library sees ``number * scale + shift``.
    """

    _handle: Any = None
    _rows: int
    _columns: int

    def __init__(
        self, array: Any, labels: npt.ArrayLike | None = None, *, scale: float = 1.0, shift: float = 0.0
    ) -> None:
        examples: Any
        view: header.Array | header.Csr
        if is_sparse(array):
            examples, make = as_csr(array), "vaelib_dataset_from_csr"
            view = csr_view(examples, scale, shift)
        else:
            examples, make = readable_of(array, "array"), "vaelib_dataset_from_array"
            if examples.ndim != 2:
                raise ValueError(f"expected a matrix, one example per row, not an array of shape {examples.shape}")
            view = array_view(examples, scale, shift)
        column = None if labels is None else _label_column(labels)
        label_view = None if column is None else ctypes.byref(array_view(column))
        self._handle = new_handle(header.Dataset, make, ctypes.byref(view), label_view)
        self._memory: object = (examples, column)
        self._rows, self._columns = examples.shape

    @classmethod
    def _from_handle(cls, handle: Any, memory: object) -> Dataset:
        """Takes over a handle, and keeps alive the memory that it reads."""
        dataset = cls.__new__(cls)
        dataset._handle = handle
        dataset._memory = memory
        dataset._rows, dataset._columns = int(dataset._info.rows), int(dataset._info.columns)
        return dataset

    @cached_property
    def _info(self) -> header.DatasetInfo:
        return described(header.DatasetInfo, "vaelib_dataset_describe", self.handle)

    @property
    def handle(self) -> Any:
        """The library's own handle.

        Raises
        ------
        InvalidHandle
            The dataset was closed.
        """
        if self._handle is None:
            raise InvalidHandle("this dataset was closed")
        return self._handle

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return self._rows

    @property
    def columns(self) -> int:
        """How many numbers an example has."""
        return self._columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def scale(self) -> float:
        """The library sees ``number * scale + shift``."""
        return float(self._info.scale)

    @property
    def shift(self) -> float:
        """The library sees ``number * scale + shift``."""
        return float(self._info.shift)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers as they are read, before scaling."""
        return dtype_of(self._info.dtype)

    @property
    def in_memory(self) -> bool:
        """Whether the examples are held in memory; otherwise they are read from their file as they are used."""
        return bool(self._info.in_memory)

    @property
    def sparse(self) -> bool:
        """Whether numbers are stored beside their columns, in memory or in the file, and zeros are left out."""
        return bool(self._info.sparse)

    @property
    def nnz(self) -> int:
        """How many numbers are stored: of a sparse set the entries, else rows times columns."""
        return int(self._info.stored_numbers)

    @property
    def conventions(self) -> str:
        """What of a file's conventions was followed, such as "_FillValue -999 as NaN, number * 0.1 + 5"; or ""."""
        return (self._info.conventions or b"").decode() if self._handle is not None else ""

    @property
    def labels(self) -> npt.NDArray[Any] | None:
        """The labels, shape (rows,), or None: whole numbers as int64; from a file also texts or booleans.

        Where a file has categories, and some rows have none, -1 stands for no label; texts and -1 are an array of
        objects.
        """
        if not self._info.has_labels:
            return None
        labels = np.empty(self.rows, dtype=np.int64)
        call("vaelib_dataset_read_labels", self.handle, pointer(labels), labels.size)
        names = stored_names("vaelib_dataset_get_class_names", self.handle)
        return labels if names is None else named_labels(classes_of(names), labels)

    @property
    def weights(self) -> npt.NDArray[np.float32] | None:
        """How much each example counts in training, shape (rows,), or None."""
        if not self._info.has_weights:
            return None
        weights = np.empty(self.rows, dtype=np.float32)
        call("vaelib_dataset_read_weights", self.handle, pointer(weights), weights.size)
        return weights

    def numpy(self) -> npt.NDArray[np.float32]:
        """All examples as the library sees them, scaled, shape (rows, columns)."""
        values = np.empty(self.shape, dtype=np.float32)
        call("vaelib_dataset_read", self.handle, pointer(values), values.size)
        return values

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """``np.asarray(dataset)`` is ``dataset.numpy()``, always a copy."""
        if copy is False:
            raise ValueError("a vaelib.Dataset becomes an array only by a copy; use np.asarray(dataset)")
        return self.numpy().astype(np.float32 if dtype is None else dtype, copy=False)

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[npt.NDArray[np.float32]]:
        """The examples one by one, as ``numpy`` gives them; a block of them is in memory at a time."""
        step = max(1, _ITERATION_BYTES // (4 * self.columns))
        for first in range(0, self.rows, step):
            with self[first : first + step] as block:
                yield from block.numpy()

    @overload  # from Python 3.12 on numpy's integers are buffers, too, and so perhaps arrays
    def __getitem__(self, rows: int | np.integer[Any]) -> npt.NDArray[np.float32]: ...  # type: ignore[overload-overlap, unused-ignore]

    @overload
    def __getitem__(self, rows: slice | npt.ArrayLike) -> Dataset: ...

    def __getitem__(self, rows: int | np.integer[Any] | slice | npt.ArrayLike) -> Dataset | npt.NDArray[np.float32]:
        """One example as an array, or some of the rows as a dataset of its own.

        ``dataset[i]`` is the example in row i as ``numpy`` gives it, shape (columns,). Of the others no example is
        copied: ``dataset[a:b]`` are neighbouring rows, ``dataset[indices]`` the rows with these numbers in this order,
        some perhaps several times, ``dataset[mask]`` those where an array of booleans of shape (rows,) is true.

        Noise is drawn for a row of ``dataset[a:b]`` by its number in the whole dataset; rows of the others are numbered
        from 0.

        Raises
        ------
        IndexError
            The dataset has no such row.
        """
        number = row_number(rows, self.rows)
        if number is not None:
            with self[number : number + 1] as row:
                return row.numpy().reshape(-1)
        if not isinstance(rows, slice):
            return self._select(row_numbers(rows, self.rows))
        first, last, step = rows.indices(self.rows)
        if step != 1:
            return self._select(np.arange(first, last, step, dtype=np.uintp))
        return self._derived("vaelib_dataset_slice", first, max(last - first, 0))

    def _select(self, numbers: npt.NDArray[np.uintp]) -> Dataset:
        place = numbers.ctypes.data_as(ctypes.POINTER(ctypes.c_size_t))
        return self._derived("vaelib_dataset_select", place, numbers.size)

    def _derived(self, name: str, *arguments: Any, memory: object = None) -> Dataset:
        """The dataset that a function makes of this one; it reads what this one reads, and perhaps more memory."""
        handle = new_handle(header.Dataset, name, self.handle, *arguments)
        return Dataset._from_handle(handle, (self._memory, memory))

    def split(
        self, fraction: float = 0.1, random_state: Any = None, *, stratify: bool = False
    ) -> tuple[Dataset, Dataset]:
        """Divides the rows at random into a dataset for training and one for validation, both in their old order.

        Parameters
        ----------
        fraction : float
            How much is for validation: ``round(fraction * rows)`` rows, but at least one and not all.
        random_state : None, int, RandomState or Generator
            The same number gives the same rows. None takes a seed from numpy's global generator.
        stratify : bool
            Whether the rows of each label are divided in this proportion, as nearly as whole rows allow. Every label
            keeps a row for training.

        Returns
        -------
        training, validation : Dataset
        """
        training, validation = ctypes.POINTER(header.Dataset)(), ctypes.POINTER(header.Dataset)()
        outputs = (ctypes.byref(training), ctypes.byref(validation))
        seed = seed_from(random_state)
        call("vaelib_dataset_split", self.handle, float(fraction), seed, int(bool(stratify)), *outputs)
        return Dataset._from_handle(training, self._memory), Dataset._from_handle(validation, self._memory)

    def relabel(self, labels: npt.ArrayLike | None) -> Dataset:
        """A dataset of the same rows with other labels, integers of shape (rows,), or none; no example is copied."""
        column = None if labels is None else _label_column(labels)
        view = None if column is None else ctypes.byref(array_view(column))
        return self._derived("vaelib_dataset_relabel", view, memory=column)

    def reweight(self, weights: npt.ArrayLike | None) -> Dataset:
        """A dataset of the same rows with other weights, numbers of shape (rows,), or none; no example is copied.

        A row of weight 2 counts in training as if it were there twice, one of weight 0 as if it were not there. As a
        training's validation examples, rows have these weights in the means of their losses. Queries do not look at
        them.

        Raises
        ------
        DataError
            A weight is negative or not finite, or all are 0.
        """
        if weights is None:
            return self._derived("vaelib_dataset_with_weights", None)
        column = readable(as_array(weights, "weights"))
        if column.ndim != 1:
            raise ValueError(f"weights must have one axis, not shape {column.shape}")
        return self._derived("vaelib_dataset_with_weights", ctypes.byref(array_view(column[:, np.newaxis])))

    def _with_targets(self, targets: npt.NDArray[np.float32], head: str) -> Dataset:
        """A dataset of the same rows with targets for this head, shape (rows,) or (rows, outputs)."""
        values = Dataset(targets.reshape(self.rows, -1))
        return self._derived("vaelib_dataset_with_targets", values.handle, head.encode(), memory=values)

    def _with_columns(self, more: Dataset) -> Dataset:
        """A dataset of the same rows with the columns of another one behind their own."""
        return self._derived("vaelib_dataset_with_columns", more.handle)

    def close(self) -> None:
        """Releases the data; slices of this dataset stay usable. Closing again does nothing."""
        if self._handle is not None:
            self._info  # noqa: B018 - what is known of the data stays known
            self.__del__()

    def __del__(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            _free(handle)
        self._memory = None

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        place = "memory" if self.in_memory else "file"
        place += f", sparse with {self.nnz} entries" if self.sparse else ""
        state = "" if self._handle is not None else ", closed"
        return f"<vaelib.Dataset: {self.rows} examples of {self.columns} numbers, in {place}{state}>"


def concatenate(datasets: Sequence[Dataset]) -> Dataset:
    """The rows of several datasets, one dataset after another, as one dataset; no example is copied.

    All must have the same number of columns, and either all or none must have labels. Each keeps its dtype and its
    scaling; where they differ, the whole has scale 1 and shift 0, which is what models see. If some have weights, the
    rows of the others get weight 1.
    """
    handles = [dataset.handle for dataset in datasets]
    array = (ctypes.POINTER(header.Dataset) * max(1, len(handles)))(*handles)
    handle = new_handle(header.Dataset, "vaelib_dataset_concatenate", array, len(handles))
    return Dataset._from_handle(handle, tuple(dataset._memory for dataset in datasets))


def _label_column(labels: npt.ArrayLike) -> npt.NDArray[Any]:
    """One label per row, as the library reads them: a matrix of one column."""
    column = readable(as_array(labels, "labels"))
    if column.ndim != 1:
        raise ValueError(f"labels must have one axis, not shape {column.shape}")
    return column[:, np.newaxis]
