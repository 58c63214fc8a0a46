"""Datasets inside HDF5 files."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any

from vaelib._c import header
from vaelib._c.arguments import Path, count, name_bytes, path_bytes
from vaelib._c.calls import call, defaults, new_handle
from vaelib._c.long_calls import LongCall
from vaelib.data.dataset import Dataset, concatenate
from vaelib.data.several_files import budgets, one_for_each


def open_dataset(
    path: Path | Sequence[Path],
    name: str | bytes,
    labels: str | bytes | None = None,
    *,
    labels_path: Path | Sequence[Path] | None = None,
    scale: float = 1.0,
    shift: float = 0.0,
    memory_budget: int | None = None,
    check_in_child: bool = False,
    columns: Sequence[str] | None = None,
    row_axis: int | None = None,
    conventions: bool = True,
    window: int | None = None,
    window_step: int | None = None,
    external_folders: Sequence[Path] | None = None,
    weights: str | bytes | None = None,
    weights_path: Path | Sequence[Path] | None = None,
) -> Dataset:
    """Opens a dataset inside an HDF5 file.

    Parameters
    ----------
    path : path or sequence of paths
        The file. Several files, each with such a dataset, make one dataset, in this order.
    name : str
        The dataset, for example "x_train". Its first axis counts examples, the others are flattened to columns. Or a
        group that holds a sparse matrix: "X", "layers/counts" or "raw/X" of an AnnData file, "matrix" of a file of 10x
        Genomics, whose cells are the examples. It stays sparse but for the batches in which its rows are used. One that
        is stored column by column is turned, in a temporary file if it is large.
    labels : str, optional
        The name of a dataset with one label per row: whole numbers of any type, booleans, texts, or enumerated
        values, whose names become the labels. Or a column of an AnnData file, "obs/cell_type", also of categories or
        with missing values; rows without get -1, which stands for no label.
    labels_path : path or sequence of paths, optional
        The file of the labels, one for each path; the default is the file of the examples.
    scale, shift : float
        The library sees ``stored number * scale + shift``: ``scale=1 / 255`` turns grey levels into [0, 1].
    memory_budget : int, optional
        A set, of one file or several, of at most this many bytes is read into memory once. A larger one is read block
        by block, ahead of its use. Two windows of blocks are then in memory, together of at most this and usually of
        64 MiB. If the rows that chunks of the file store together take more than a 64th of this, training first copies
        the rows to a temporary file in the folder that the environment variable TMPDIR names, by default /var/tmp.
        The library's default is 256 MiB.
    check_in_child : bool
        Whether a child process reads everything first, so that a file damaged on purpose can do no harm in this one.
    columns : sequence of str, optional
        The columns of a table, in the order in which they are wanted, by their names: pandas, PyTables and numpy's
        structured arrays write tables. A table inside a table has names such as "outer/inner"; a column of arrays
        becomes as many columns as an array has numbers. By default all that hold numbers, bit fields, booleans or
        enumerated values.
    row_axis : int, optional
        The axis that counts examples, from 0; the others are flattened to columns in their order. By default the first,
        with a warning where the file says that another is meant: MATLAB writes the axes in the opposite order, and in
        loom files the second axis counts cells.
    conventions : bool
        Whether netCDF's attributes of the dataset are followed: values that are ``_FillValue`` or ``missing_value``
        become NaN, others ``number * scale_factor + add_offset``, before ``scale`` and ``shift``; ``_Unsigned`` says
        whether integers have a sign. ``Dataset.conventions`` tells what was found.
    window : int, optional
        Cuts a signal, or rows of several channels, into examples of so many neighbouring rows, flattened; rows behind
        the last whole window are left out. Labels are one for each example. By default each row is an example; of a
        signal with one axis that is a single number, which gives a warning.
    window_step : int, optional
        Rows from the begin of a window to the next, less than ``window`` where they overlap; by default ``window``.
    external_folders : sequence of paths, optional
        Folders. External links, which lead to objects in other files, and virtual datasets, whose values are there, are
        followed where the other file is in one of them or below. By default none leads to another file, so that a file
        does not decide which others are read.
    weights : str, optional
        The name of a dataset with one weight per row, or per window: how much it counts in training, as
        ``Dataset.reweight`` has it. Or of a column of an AnnData file that may have missing values, but has none.
    weights_path : path or sequence of paths, optional
        The file of the weights, one for each path; the default is the file of the examples.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it does not exist.
    FormatError
        It is not HDF5, or has no such dataset, or the dataset is empty or not numeric; or it has no such columns or
        axis, or fewer rows than a window.
    """
    options = defaults(header.DatasetOptions)
    options.scale, options.shift = scale, shift
    options.labels = None if labels is None else name_bytes(labels)
    options.weights = None if weights is None else name_bytes(weights)
    if memory_budget is not None:
        options.memory_budget = count(memory_budget, "memory_budget")
    options.check_in_child = bool(check_in_child)
    if columns is not None:
        names = _column_names(columns)
        options.columns, options.column_count = names, len(names)
    if external_folders is not None:
        folders = _folders(external_folders)
        options.external_folders, options.external_folder_count = folders or None, len(folders)
    if row_axis is not None:
        options.row_axis = count(row_axis, "row_axis")
    options.ignore_conventions = not conventions
    for option, value in (("window", window), ("window_step", window_step)):
        if value is not None:
            setattr(options, option, count(value, option))
            if value == 0:
                raise ValueError(f"{option} must be at least 1")
    if isinstance(path, str | bytes | os.PathLike):
        return _open(path, name, options, labels_path, weights_path)
    paths = list(path)
    label_paths = one_for_each(labels_path, len(paths), "labels")
    weight_paths = one_for_each(weights_path, len(paths), "weights")

    def open_one(index: int, budget: int) -> Dataset:
        options.memory_budget = budget
        return _open(paths[index], name, options, label_paths[index], weight_paths[index])

    whole_budget = options.memory_budget
    sizes = []
    for index in range(len(paths)):
        with open_one(index, 0) as stream:
            sizes.append(int(stream._info.memory_bytes))
    return concatenate([open_one(index, budget) for index, budget in enumerate(budgets(sizes, whole_budget))])


def _column_names(columns: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    """The names as the library takes them."""
    if isinstance(columns, str | bytes):
        raise TypeError(f"columns must be a sequence of names, not {columns!r}; one column is [{columns!r}]")
    names = [name_bytes(name) for name in columns]
    if not names:
        raise ValueError("columns names no column; leave it out for all that hold numbers")
    return (ctypes.c_char_p * len(names))(*names)


def _folders(folders: Sequence[Path]) -> ctypes.Array[ctypes.c_char_p]:
    """The paths as the library takes them."""
    if isinstance(folders, str | bytes | os.PathLike):
        raise TypeError(f"external_folders must be a sequence of folders, not {folders!r}; one folder is [{folders!r}]")
    return (ctypes.c_char_p * len(folders))(*[path_bytes(folder) for folder in folders])


def _open(path: Any, name: str | bytes, options: header.DatasetOptions, labels_path: Any, weights_path: Any) -> Dataset:
    options.labels_path = None if labels_path is None else path_bytes(labels_path)
    options.weights_path = None if weights_path is None else path_bytes(weights_path)
    place = path_bytes(path)
    # An error is about the first file that is not there.
    files = [file for file in (place, options.labels_path, options.weights_path) if file is not None]
    missing = next((file for file in files if not os.path.exists(file)), place)
    arguments = (place, name_bytes(name), ctypes.byref(options))
    with LongCall().asked() as options.should_stop:
        handle = new_handle(header.Dataset, "vaelib_dataset_open", *arguments, path=os.fsdecode(missing))
        return Dataset._from_handle(handle, None)


def dataset_names(path: Path, *, check_in_child: bool = False) -> list[str]:
    """The names of the datasets in an HDF5 file, in order, of any type; if one has several names, the first.

    A group that holds a sparse matrix is named in place of its data, indices and indptr.

    Bytes of a name that are not UTF-8 become lone surrogates, as ``os.fsdecode`` makes them of paths; ``open_dataset``
    takes such names.

    Parameters
    ----------
    path : path
        The file.
    check_in_child : bool
        Whether a child process looks for them, so that a file damaged on purpose can do no harm in this one.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it does not exist.
    FormatError
        It is not HDF5, or its groups are damaged.
    """
    place = path_bytes(path)
    needed = ctypes.c_size_t()
    arguments = (place, bool(check_in_child))
    call("vaelib_dataset_list", *arguments, None, 0, ctypes.byref(needed), path=os.fsdecode(place))
    while True:
        size = needed.value
        names = ctypes.create_string_buffer(size + 1)
        call("vaelib_dataset_list", *arguments, names, size, ctypes.byref(needed), path=os.fsdecode(place))
        if needed.value <= size:  # else the file changed in between
            return names.raw[: needed.value].decode(errors="surrogateescape").split("\0")[:-1]
