"""Writing HDF5 files of datasets."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c import header
from vaelib._c.arguments import Path, count, path_bytes, text
from vaelib._c.arrays import array_view, dtype_number, readable
from vaelib._c.calls import call, defaults, new_handle
from vaelib._c.errors import InvalidHandle
from vaelib._c.library import library
from vaelib.data.as_array import as_array
from vaelib.data.sparse import is_sparse


class DatasetWriter:
    """Makes an HDF5 file of one or more datasets, row by row; ``vaelib.open_dataset`` reads it.

        with vaelib.DatasetWriter("digits.h5") as file:
            for images, labels in batches:
                file.append("x_train", images)
                file.append("y_train", labels)

    The file appears, complete, at the end of the ``with`` block. If the block raises, no new file appears, and an older
    file of that name stays unchanged. Memory is bounded by one chunk of about half a mebibyte per dataset.

    Parameters
    ----------
    path : path
        The file.

    Raises
    ------
    FileError
        No file can be created there; FileNotFoundError if its folder does not exist.
    """

    _handle: Any = None

    def __init__(self, path: Path) -> None:
        place = path_bytes(path)
        folder = os.path.dirname(os.fsdecode(place)) or os.curdir
        handle = new_handle(header.Writer, "vaelib_writer_create", place, path=folder)
        self.path = os.fsdecode(place)
        self._handle = handle
        self._release = weakref.finalize(self, library.vaelib_writer_free, handle)
        self._shapes: dict[str, tuple[int, ...]] = {}

    @property
    def handle(self) -> Any:
        """The library's own handle.

        Raises
        ------
        InvalidHandle
            The file was finished or abandoned.
        """
        if self._handle is None:
            raise InvalidHandle(f'the writer of "{self.path}" was closed')
        return self._handle

    def add(
        self,
        name: str,
        shape: Sequence[int] = (),
        dtype: npt.DTypeLike = np.float32,
        *,
        compression: int | None = None,
        chunk_rows: int = 0,
    ) -> None:
        """Adds a dataset, before anything is appended to it; ``append`` adds one itself where the defaults suit.

        Parameters
        ----------
        name : str
            Its name, which may be a path such as "train/images".
        shape : sequence of int
            The shape of one row: (28, 28) for pictures, () for labels.
        dtype : dtype
            The type of the stored numbers: uint8, int8, int16, int32, int64, float32 or float64.
        compression : int, optional
            The level of gzip, 1 to 9, 0 for none; the library's default is 4.
        chunk_rows : int
            Rows of a chunk, which is compressed and read as a whole; 0 for chunks of about 512 KiB.

        Raises
        ------
        InvalidArgument
            The name is taken, or an argument is out of its range.
        """
        config = defaults(header.WriterConfig)
        lengths = [count(length, "shape") for length in shape]
        axes = (ctypes.c_size_t * len(lengths))(*lengths)
        config.shape = ctypes.cast(axes, ctypes.POINTER(ctypes.c_size_t))
        config.shape_count = len(lengths)
        config.dtype = dtype_number(np.dtype(dtype))
        config.chunk_rows = count(chunk_rows, "chunk_rows")
        if compression is not None:
            config.compression = count(compression, "compression")
        call("vaelib_writer_add", self.handle, text(name), ctypes.byref(config))
        self._shapes[name] = tuple(lengths)

    def add_like(
        self, name: str, rows: npt.ArrayLike, *, dtype: npt.DTypeLike | None = None, compression: int | None = None
    ) -> None:
        """Adds a dataset for rows like these, which are not appended yet; ``dtype`` None takes theirs.

        bool is stored as uint8, uint16 as int32, uint32 and uint64 as int64, float16 as float32, longdouble as float64.
        """
        array = _dense(rows)
        if array.ndim == 0:
            raise ValueError(f'expected rows for dataset "{name}", not a single value')
        if dtype is None:
            dtype = np.int64 if array.dtype == np.uint64 else readable(array[:0]).dtype
        self.add(name, array.shape[1:], dtype, compression=compression)

    def append(self, name: str, rows: npt.ArrayLike) -> None:
        """Appends rows to a dataset.

        Parameters
        ----------
        name : str
            The dataset. One that does not exist yet is added, with the dtype and the shape of these rows.
        rows : array of shape (n, ...)
            The rows, of any dtype; they are converted to the stored type.

        Raises
        ------
        DataError
            A number does not fit the stored type, such as 300 or 0.5 among uint8; nothing was appended.
        ValueError
            The shape is not that of the dataset.
        FileError
            The disk is full, or refuses for another reason: the file is abandoned.
        """
        writer = self.handle
        array = _writable(_dense(rows))
        if name not in self._shapes:
            self.add_like(name, array)
        shape = self._shapes[name]
        if array.shape[1:] != shape:
            raise ValueError(f'rows of dataset "{name}" have shape {shape}, these have {array.shape[1:]}')
        if len(array) > 0:
            view = array_view(array.reshape(len(array), -1))
            call("vaelib_writer_append", writer, text(name), ctypes.byref(view))

    def finish(self) -> None:
        """Completes the file and puts it in place; a ``with`` block does so at its end.

        Raises
        ------
        FileError
            The disk is full, or refuses for another reason.
        InvalidArgument
            There is no dataset, or one has no rows.
        """
        call("vaelib_writer_finish", self.handle)
        self.abandon()

    def abandon(self) -> None:
        """Abandons a file that is not finished, and removes it. Doing so again does nothing."""
        self._handle = None
        self._release()

    def __enter__(self) -> DatasetWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._handle is not None:
                self.finish()
        finally:
            self.abandon()

    def __repr__(self) -> str:
        return f"<vaelib.DatasetWriter: {self.path}{', closed' if self._handle is None else ''}>"


def write_dataset(path: Path, **datasets: npt.ArrayLike) -> None:
    """Writes arrays to an HDF5 file, each as a dataset of its name.

        vaelib.write_dataset("digits.h5", x_train=images, y_train=labels)

    Raises
    ------
    FileError
        The file cannot be written; an older one stays unchanged.
    """
    with DatasetWriter(path) as file:
        for name, values in datasets.items():
            file.append(name, values)


def _dense(rows: npt.ArrayLike) -> npt.NDArray[Any]:
    """The rows as an array.

    Raises
    ------
    TypeError
        They are sparse.
    """
    if is_sparse(rows):
        raise TypeError("datasets are written dense: X.toarray() makes a sparse matrix so, X[i:j].toarray() some rows")
    return as_array(rows, "rows")


def _writable(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array as the library reads it, whole numbers exactly."""
    if array.dtype == np.uint64 and (array.size == 0 or array.max() <= np.iinfo(np.int64).max):
        return array.astype(np.int64)
    return readable(array)
