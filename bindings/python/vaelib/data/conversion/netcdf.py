"""netCDF-3, the classic format, read by scipy; netCDF-4 is HDF5, which the library reads itself."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vaelib.data.conversion.blocks import Block
from vaelib.data.conversion.scientific import blocks_of, report_left_out, scipy_errors, scipy_io

NETCDF_MAGIC = (b"CDF\x01", b"CDF\x02")
_WHAT = "a netCDF-3 file"


def read_netcdf(stream: IO[bytes], path: str) -> Iterator[Block]:
    """The variables of numbers in a netCDF-3 file, one after another.

    What the attributes say of the numbers is done to them: ``_Unsigned``; ``_FillValue`` and ``missing_value``, which
    become NaN; ``scale_factor`` and ``add_offset`` (netCDF Users Guide, "Attribute Conventions").
    """
    reader = scipy_io(path, _WHAT)
    left_out = {}
    taken = False
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        with scipy_errors(path, _WHAT):
            file = reader.netcdf_file(copy, "r", mmap=True, maskandscale=False)
            try:
                for name in list(file.variables):
                    variable = file.variables[name]
                    if variable.data.dtype.kind not in "iuf" or variable.data.ndim == 0 or 0 in variable.data.shape:
                        left_out[name] = "text" if variable.data.dtype.kind == "S" else "one value or none"
                        continue
                    taken = True
                    meaning = _Meaning(dict(variable._attributes))
                    for rows in blocks_of(variable.data, path, name):
                        yield Block(name, meaning.of(rows))
                    del variable
            finally:
                _close(file)
    report_left_out(path, _WHAT, left_out, taken)


class _Meaning:
    """What the attributes of a variable say of its numbers."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        unsigned = attributes.get("_Unsigned", b"false")
        self._is_unsigned = (unsigned if isinstance(unsigned, bytes) else str(unsigned).encode()).lower() == b"true"
        missing = [attributes[name] for name in ("_FillValue", "missing_value") if name in attributes]
        self._missing = [value for each in missing for value in np.atleast_1d(each).tolist()]
        self._scale = _number(attributes, "scale_factor", 1.0)
        self._offset = _number(attributes, "add_offset", 0.0)
        self._changes = bool(missing) or "scale_factor" in attributes or "add_offset" in attributes

    def of(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The numbers that these stored ones mean."""
        if self._is_unsigned and stored.dtype.kind == "i":
            stored = stored.view(stored.dtype.str.replace("i", "u"))
        if not self._changes:
            return stored
        # float32 holds every 16-bit integer.
        narrow = stored.dtype.itemsize <= 2 or stored.dtype == ">f4"
        numbers: npt.NDArray[Any] = stored.astype(np.float32 if narrow else np.float64)
        missing = np.zeros(stored.shape, dtype=bool)
        for value in self._missing:
            missing |= stored == np.array(value).astype(stored.dtype)
        numbers *= self._scale
        numbers += self._offset
        numbers[missing] = np.nan
        return numbers


def _number(attributes: dict[str, Any], name: str, default: float) -> float:
    return float(np.atleast_1d(attributes[name])[0]) if name in attributes else default


def _close(file: Any) -> None:
    """Closes a file of scipy, which warns of arrays that still refer to its mapping; they go with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        file.close()
