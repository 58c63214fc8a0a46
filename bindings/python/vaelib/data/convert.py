"""Data of other formats to HDF5."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vaelib._c.callbacks import listed, want_end
from vaelib._c.errors import Cancelled, DataError
from vaelib._c.long_calls import ended
from vaelib.data.writer import DatasetWriter

Path: TypeAlias = "str | os.PathLike[str]"
Sources: TypeAlias = "Path | Iterable[Path] | Mapping[str, Path | Iterable[Path]]"


@dataclass(frozen=True)
class ConversionProgress:
    """What the callbacks of ``convert`` receive, after every block of rows.

    ``rows`` rows of ``dataset``, from the file ``source``, are done; ``fraction``, from 0 to 1, of all sources' bytes.
    """

    source: str
    dataset: str
    rows: int
    fraction: float


def convert(
    sources: Sources,
    target: Path,
    *,
    label_column: str | int | None = None,
    dtype: npt.DTypeLike | None = None,
    compression: int | None = None,
    callbacks: Callable[[ConversionProgress], object] | Iterable[Callable[[ConversionProgress], object]] | None = None,
) -> dict[str, int]:
    """Writes an HDF5 file from files of other formats; returns the rows of each dataset.

    Memory is bounded, whatever the size of the files: they are read a mebibyte at a time (a MATLAB file as a whole).
    The target appears complete or not at all.

    Parameters
    ----------
    sources : path, several of them, or a mapping from names to them
        IDX, the format of MNIST; CSV of numbers, with or without a header; .npy; .npz; MATLAB files of versions 5 to 7
        and netCDF-3, if scipy is installed. Each may be compressed with gzip. The format is recognised by the content.
        A dataset has the name of its file or, where a file has several arrays, of its array; MNIST's own files become
        x_train, y_train, x_test and y_test. A mapping gives other names; the files of one name are joined, and the
        arrays of one file become name/array. Where netCDF's attributes say so, numbers are scaled, and missing ones
        become NaN.
    target : path
        The HDF5 file.
    label_column : str or int, optional
        The column of a CSV file that holds labels, whole numbers: its name or its number, from 0, or -1 for the last.
        It becomes a dataset of its own: y_train beside x_train, otherwise name_labels.
    dtype : dtype, optional
        How numbers that are not labels are stored. By default as they are; those of CSV files as float32.
    compression : int, optional
        The level of gzip, 1 to 9, 0 for none; the library's default is 4.
    callbacks : callable or sequence of callables, optional
        Called with a ``ConversionProgress``. If one returns True, ``Cancelled`` is raised.

    Raises
    ------
    FormatError
        A file is damaged, of another format, or holds something that is not a number; the text says where.
    DataError
        A number does not fit ``dtype``.
    OSError
        A source cannot be read, or the target not be written (``FileError``).
    """
    named = _named(sources)
    for _, path in named:
        if os.path.exists(target) and os.path.exists(path) and os.path.samefile(path, target):
            raise ValueError(f'the target "{path}" is one of the sources')
    chosen = None if dtype is None else np.dtype(dtype)
    watching = listed(callbacks)
    with DatasetWriter(target) as writer, ended(watching):
        byte_count = sum(os.path.getsize(path) for _, path in named)
        conversion = _Conversion(writer, chosen, compression, byte_count, watching)
        for name, path in named:
            with open(path, "rb") as raw:
                conversion.add(raw, path, name, label_column)
    return conversion.rows


class _Conversion:
    """One file being written."""

    def __init__(
        self,
        writer: DatasetWriter,
        dtype: np.dtype[Any] | None,
        compression: int | None,
        byte_count: int,
        callbacks: list[Callable[[ConversionProgress], object]],
    ) -> None:
        self.rows: dict[str, int] = {}
        self._writer = writer
        self._dtype = dtype
        self._compression = compression
        self._byte_count = max(byte_count, 1)
        self._bytes_done = 0
        self._callbacks = callbacks

    def add(self, raw: IO[bytes], path: str, name: str | None, label_column: str | int | None) -> None:
        """Appends the rows of a file to its datasets."""
        from vaelib.data.conversion.reading import dataset_name, read_blocks  # here: zipfile takes long to import

        before = set(self.rows)
        with closing(read_blocks(raw, path, label_column)) as blocks:
            for block in blocks:
                dataset = _dataset_of(name or dataset_name(path), block.part, label_column is not None, name is None)
                if name is None and dataset in before:
                    raise ValueError(f'file "{path}" would become dataset "{dataset}", like another file; name them')
                is_label = label_column is not None and block.part != ""
                dtype = block.dtype if is_label or self._dtype is None else self._dtype
                self._append(path, dataset, block.rows, dtype)
                self._report(path, dataset, raw.tell())
        self._bytes_done += os.path.getsize(path)

    def _append(self, path: str, dataset: str, rows: npt.NDArray[Any], dtype: np.dtype[Any] | None) -> None:
        first = self.rows.get(dataset, 0)
        try:
            if dataset not in self.rows:
                self._writer.add_like(dataset, rows, dtype=dtype, compression=self._compression)
            self._writer.append(dataset, rows)
        except (DataError, ValueError) as error:
            kind = DataError if isinstance(error, DataError) else ValueError
            raise kind(f'file "{path}", from row {first} of dataset "{dataset}" on: {error}') from error
        self.rows[dataset] = first + len(rows)

    def _report(self, path: str, dataset: str, position: int) -> None:
        fraction = min(1.0, (self._bytes_done + position) / self._byte_count)
        if want_end(self._callbacks, ConversionProgress(path, dataset, self.rows[dataset], fraction)):
            raise Cancelled("the conversion was stopped by its callback")


def _named(sources: Sources) -> list[tuple[str | None, str]]:
    """The sources, each with the name that was given to it, if one was."""
    if isinstance(sources, Mapping):
        named = [(name, path) for name, paths in sources.items() for path in _listed(paths)]
    else:
        named = [(None, path) for path in _listed(sources)]
    if not named:
        raise ValueError("there are no sources")
    return named


def _listed(paths: Path | Iterable[Path]) -> list[str]:
    if isinstance(paths, str | os.PathLike):
        return [os.fspath(paths)]
    return [os.fspath(path) for path in paths]


def _dataset_of(name: str, part: str, has_labels: bool, is_implied: bool) -> str:
    """The dataset of a part of a source."""
    if part == "":
        return name
    if has_labels:
        return "y_" + name[2:] if name.startswith("x_") else f"{name}_labels"
    return part if is_implied else f"{name}/{part}"
