"""What h5py says is in a file, and which of it vaelib must be able to read."""

import contextlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

#: Filters that vaelib reads, by their registered numbers.
FILTERS = {
    *(
        getattr(h5py.h5z, f"FILTER_{name}")
        for name in ("DEFLATE", "SHUFFLE", "FLETCHER32", "SZIP", "NBIT", "SCALEOFFSET")
    ),
    *(32000, 32001, 32004, 32008, 32015),
}
#: Codecs inside blosc that it does not read, by their numbers among the filter's parameters: snappy.
UNREAD_CODECS = {3}
#: Booleans, integers, reals, as numpy calls them; a table has a column of them.
NUMBERS = ("b", "i", "u", "f", "table")
#: h5py keeps decompressed chunks, so that reading block by block decompresses each once.
CACHE = 256 << 20
#: Sets with larger rows are not compared.
LARGEST_ROW = 1 << 26
#: The datasets that a sparse matrix consists of.
SPARSE_PARTS = ("data", "indices", "indptr")
#: No more bytes of a set are compared than this, its first ones.
MOST_COMPARED = 1 << 30


@dataclass(frozen=True)
class Entry:
    """A dataset as h5py sees it."""

    #: Bytes that are not UTF-8 are as in file names: surrogates stand for them.
    name: str
    #: Where its header is in the file: the same for all its names.
    address: int
    shape: tuple[int, ...]
    #: How many bytes the numbers of a row take.
    row_bytes: int
    #: How many neighbouring rows are stored together.
    band: int
    #: Why vaelib need not read it; None if it must.
    unread: str | None
    #: Whether h5py reads numbers that can be compared, should vaelib read it.
    comparable: bool
    #: Whether anything of it is stored; if not, there is nothing to verify.
    written: bool

    @property
    def byte_count(self) -> int:
        """How many bytes its numbers take."""
        return self.shape[0] * self.row_bytes if self.shape else 0


def survey(path: str) -> list[Entry]:
    """All datasets that hard links lead to, each once."""
    entries = []

    def visit(name: str | bytes, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            entries.append(_entry(os.fsdecode(name), thing))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return entries


def address(path: str, name: str) -> int | None:
    """Where the header of a dataset is; None if there is none of this name."""
    with h5py.File(path, "r") as file:
        thing = file.get(os.fsencode(name))
        return h5py.h5o.get_info(thing.id).addr if isinstance(thing, h5py.Dataset) else None


@dataclass(frozen=True)
class Sparse:
    """A group that holds a sparse matrix, as vaelib lists it in place of its parts."""

    #: Where the headers of the parts are.
    parts: tuple[int, ...]
    #: The rows that are examples, as float32.
    rows: Any


def sparse_matrices(path: str) -> dict[str, Sparse]:
    """Those of a file by their names, in the layouts of AnnData and 10x Genomics."""
    found = {}

    def visit(name: str | bytes, thing: Any) -> None:
        if isinstance(thing, h5py.Group) and all(isinstance(thing.get(part), h5py.Dataset) for part in SPARSE_PARTS):
            encoding = _text(thing.attrs.get("encoding-type")) or ""
            if encoding in ("csr_matrix", "csc_matrix") or "shape" in thing:
                found[os.fsdecode(name)] = _sparse(thing, encoding)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def _sparse(group: Any, encoding: str) -> Sparse:
    from scipy.sparse import csc_matrix, csr_matrix

    parts = tuple(h5py.h5o.get_info(group[part].id).addr for part in SPARSE_PARTS)
    shape = group.attrs["shape"] if encoding else group["shape"][()][::-1]
    of_parts = csc_matrix if encoding == "csc_matrix" else csr_matrix
    matrix = of_parts(tuple(group[part][...] for part in SPARSE_PARTS), shape=tuple(int(length) for length in shape))
    return Sparse(parts, matrix.toarray().astype(np.float32))


def blocks(path: str, entry: Entry) -> Iterator[tuple[int, Any]]:
    """The first values of a dataset as vaelib shows them, and the row that each block begins at."""
    with h5py.File(path, "r", rdcc_nbytes=CACHE) as file:
        dataset = file[os.fsencode(entry.name)]
        rows = max(entry.band, (8 << 20) // max(1, entry.row_bytes) // entry.band * entry.band)
        last = min(entry.shape[0], MOST_COMPARED // entry.row_bytes)
        for first in range(0, last, rows):
            yield first, as_seen(dataset[first : min(first + rows, last)], dataset.attrs)


def rearranged(path: str, entry: Entry, row_axis: int = 0, window: int = 0, step: int = 0) -> Any:
    """All values of a dataset with another axis of rows, or cut into windows."""
    with h5py.File(path, "r") as file:
        dataset = file[os.fsencode(entry.name)]
        values = as_seen(np.moveaxis(dataset[...], row_axis, 0), dataset.attrs)
    if window:
        first = range(0, len(values) - window + 1, step)
        values = np.stack([values[row : row + window].reshape(-1) for row in first])
    return values


def as_seen(values: Any, attributes: Any) -> Any:
    """Stored values as a float32 matrix: axes but the first are flattened, tables are their columns of numbers."""
    columns = [_flat(column) for column in _columns(values)]
    if len(columns) == 1 and values.dtype.names is None:
        columns = [_by_conventions(columns[0], attributes)]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.concatenate([column.astype(np.float32) for column in columns], axis=1)


def _flat(values: Any) -> Any:
    """A row for each element of the first axis. Unsigned integers of 64 bits are rounded to float64 first."""
    values = np.asarray(values).reshape(len(values), -1)
    return values.astype(np.float64) if values.dtype == np.uint64 else values


def _columns(values: Any) -> list[Any]:
    """The columns of numbers of a table and of the tables in it; else the values themselves."""
    if values.dtype.names is None:
        return [values] if values.dtype.kind in NUMBERS else []
    return [column for name in values.dtype.names for column in _columns(values[name])]


def _by_conventions(values: Any, attributes: Any) -> Any:
    """What netCDF's attributes say of the numbers."""
    if _text(attributes.get("_Unsigned")) == "true" and values.dtype.kind == "i":
        values = values.view(values.dtype.str.replace("i", "u"))
    missing = np.zeros(values.shape, bool)
    for name in ("_FillValue", "missing_value"):
        for number in np.ravel(attributes.get(name, [])):
            missing |= values == np.asarray(number).astype(values.dtype)
    factor, offset = attributes.get("scale_factor"), attributes.get("add_offset")
    if factor is None and offset is None and not missing.any():
        return values
    numbers = values.astype(np.float64)
    numbers = numbers * (1.0 if factor is None else np.ravel(factor)[0]) + (
        0.0 if offset is None else np.ravel(offset)[0]
    )
    numbers[missing] = np.nan
    return numbers


def _text(value: Any) -> Any:
    """An attribute's text."""
    return value.decode() if isinstance(value, bytes) else value


def _entry(name: str, dataset: Any) -> Entry:
    shape = dataset.shape or ()
    row = math.prod(shape[1:]) * dataset.id.get_type().get_size()
    band = dataset.chunks[0] if dataset.chunks else 1
    kind = _kind(dataset)
    comparable = kind in NUMBERS and len(shape) > 0 and 0 < row <= LARGEST_ROW and 0 not in shape
    written = dataset.id.get_storage_size() > 0
    place = h5py.h5o.get_info(dataset.id).addr
    return Entry(name, place, shape, row, band, _unread(dataset, kind), comparable, written)


def _kind(dataset: Any) -> str:
    """What numpy calls the type of the numbers that h5py reads; else what HDF5 calls it."""
    with contextlib.suppress(TypeError):  # a type that numpy does not have
        if dataset.dtype.kind in NUMBERS and dataset.dtype.itemsize <= 8:
            return str(dataset.dtype.kind)
        if dataset.dtype.names and _columns(np.zeros(1, dataset.dtype)):
            return "table"
    return type(dataset.id.get_type()).__name__.removeprefix("Type").removesuffix("ID").lower()


def _codecs(creation: Any) -> Iterator[int]:
    """The codecs that blosc was given, if it is among the filters."""
    for index in range(creation.get_nfilters()):
        number, _, parameters, _ = creation.get_filter(index)
        if number == 32001 and len(parameters) > 6:
            yield parameters[6]


def _unread_source(dataset: Any) -> str | None:
    """Why vaelib does not read a virtual dataset, if nobody names folders of other files."""
    for source in dataset.virtual_sources():
        if source.file_name != ".":
            return "values in other files"
        found = dataset.file.get(source.dset_name)
        if not isinstance(found, h5py.Dataset):
            return "values that are missing"
        if found.is_virtual:
            return "values in another virtual dataset"
        kind = _kind(found)
        if found.dtype != dataset.dtype and not {kind, _kind(dataset)} <= {"i", "u", "f"}:
            return "values of another kind"
        reason = _unread(found, kind)
        if reason is not None:
            return reason
    return None


def _unread(dataset: Any, kind: str) -> str | None:
    """Why vaelib does not read a dataset; the reasons are those that docs/file-format.md names."""
    creation = dataset.id.get_create_plist()
    filters = [creation.get_filter(index)[0] for index in range(creation.get_nfilters())]
    if dataset.shape is None or dataset.shape == ():
        return "scalar or null"
    if 0 in dataset.shape:
        return "empty"
    if dataset.is_virtual:
        return _unread_source(dataset)
    if creation.get_layout() == h5py.h5d.CONTIGUOUS and creation.get_external_count():
        return "external storage"
    if not set(filters) <= FILTERS or set(_codecs(creation)) & UNREAD_CODECS:
        return "filters " + ", ".join(str(number) for number in filters)
    return None if kind in NUMBERS else kind
