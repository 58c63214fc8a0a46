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
FILTERS = {getattr(h5py.h5z, f"FILTER_{name}") for name in ("DEFLATE", "SHUFFLE", "FLETCHER32", "LZF", "SCALEOFFSET")}
#: Booleans, integers, reals, as numpy calls them.
NUMBERS = "biuf"
#: h5py keeps decompressed chunks, so that reading block by block decompresses each once.
CACHE = 256 << 20
#: Sets with larger rows are not compared.
LARGEST_ROW = 1 << 26
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


def blocks(path: str, entry: Entry) -> Iterator[tuple[int, Any]]:
    """The first values of a dataset as vaelib shows them, and the row that each block begins at."""
    with h5py.File(path, "r", rdcc_nbytes=CACHE) as file:
        dataset = file[os.fsencode(entry.name)]
        rows = max(entry.band, (8 << 20) // max(1, entry.row_bytes) // entry.band * entry.band)
        last = min(entry.shape[0], MOST_COMPARED // entry.row_bytes)
        for first in range(0, last, rows):
            yield first, as_seen(dataset[first : min(first + rows, last)])


def as_seen(values: Any) -> Any:
    """Stored values as a float32 matrix: axes but the first are flattened; unsigned 64-bit integers pass by float64."""
    if values.dtype.kind == "u" and values.dtype.itemsize == 8:
        values = values.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(values).reshape(len(values), -1).astype(np.float32)


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
    return type(dataset.id.get_type()).__name__.removeprefix("Type").removesuffix("ID").lower()


def _unread(dataset: Any, kind: str) -> str | None:
    """Why vaelib does not read a dataset; the reasons are those that docs/file-format.md names."""
    creation = dataset.id.get_create_plist()
    filters = [creation.get_filter(index)[0] for index in range(creation.get_nfilters())]
    if dataset.shape is None or dataset.shape == ():
        return "scalar or null"
    if 0 in dataset.shape:
        return "empty"
    if dataset.is_virtual:
        return "virtual"
    if creation.get_layout() == h5py.h5d.CONTIGUOUS and creation.get_external_count():
        return "external storage"
    if not set(filters) <= FILTERS:
        return "filters " + ", ".join(str(number) for number in filters)
    return None if kind in NUMBERS else kind
