"""numpy arrays as vaelib_array views, without copying."""

from __future__ import annotations

import ctypes
import reprlib
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from vaelib._c.column_names import Names, column_text
from vaelib._c.header import DTYPE, Array

_ARRAY_SIZE = ctypes.sizeof(Array)

_DTYPES: dict[np.dtype[Any], int] = {np.dtype(name): number for name, number in DTYPE.items()}

#: The place where an array begins, by the types of buffer parameters. An array of one element takes twice the time.
_STARTS: dict[np.dtype[Any], Any] = {
    np.dtype(np.float32): ctypes.c_float * 0,
    np.dtype(np.float64): ctypes.c_double * 0,
    np.dtype(np.int64): ctypes.c_int64 * 0,
}

#: Types that the library does not read, and the type that each is copied to. Wider integers lose low digits only
#: where float32, the library's own arithmetic, loses them too.
_COPIED_AS: dict[np.dtype[Any], type[np.generic]] = {
    np.dtype(np.float16): np.float32,
    np.dtype(np.uint16): np.int32,
    np.dtype(np.uint32): np.int64,
    np.dtype(np.uint64): np.float64,
    np.dtype(np.longdouble): np.float64,
}


def readable(array: npt.NDArray[Any], names: Names | None = None) -> npt.NDArray[Any]:
    """The array itself where the library can read its type in place, else a converted copy.

    bool is read as uint8 in place. float16, uint16, uint32, uint64, longdouble, foreign byte order and objects that
    are numbers are copied. ``names`` are what messages call the columns.

    Raises
    ------
    ValueError
        Complex numbers, texts, dates.
    TypeError
        Objects that are not numbers.
    """
    if array.dtype in _DTYPES:
        return array
    if array.dtype == np.bool_:
        return array.view(np.uint8)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: the array has dtype {array.dtype}")
    if array.dtype.kind in "SU" and array.size > 0:
        raise ValueError(f"{first_other(array, names)}; the array has dtype {array.dtype}")
    if array.dtype.kind not in "fiuO":
        raise ValueError(f"expected numbers, not an array of dtype {array.dtype}")
    native = array.dtype.newbyteorder("=")
    if native in _DTYPES:
        return array.astype(native)
    try:
        return array.astype(_COPIED_AS.get(native, np.float64))
    except (TypeError, ValueError) as error:
        raise type(error)(first_other(array, names)) from None


def first_other(array: npt.NDArray[Any], names: Names | None = None) -> str:
    """Which element is not a number, and where it is."""
    for place, value in np.ndenumerate(array):
        if array.dtype.kind == "O":
            try:
                float(value)
                continue
            except (TypeError, ValueError):
                pass
        return _is_other(value, place, names)
    return f"expected numbers, not an array of dtype {array.dtype}"


def _is_other(value: Any, place: tuple[int, ...], names: Names | None) -> str:
    where = f"at row {place[0] if place else 0}"
    where += f", {column_text(place[1], names)} (counted from 0)" if len(place) > 1 else " (counted from 0)"
    kind = type(value).__name__
    if kind in ("NAType", "NaTType"):
        return f"there is no value ({value}) {where}; fill such gaps, or leave out their rows"
    if isinstance(value, str | bytes):
        text = value if isinstance(value, bytes) else str(value)  # not numpy's np.str_
        return f"expected numbers, but {where} is the text {text!r}"
    # The last words are as scikit-learn expects them.
    return (
        f"expected numbers, but {where} is {reprlib.repr(value)}; an argument must be no {kind} or string, but numbers"
    )


def dtype_number(dtype: np.dtype[Any]) -> int:
    """The vaelib_dtype of a numpy dtype.

    Raises
    ------
    ValueError
        The library has no such type.
    """
    try:
        return _DTYPES[dtype]
    except KeyError:
        names = ", ".join(known.name for known in _DTYPES)
        raise ValueError(f"dtype must be one of {names}, not {dtype}") from None


def dtype_of(number: int) -> np.dtype[Any]:
    """The numpy dtype of a vaelib_dtype."""
    return next(dtype for dtype, known in _DTYPES.items() if known == number)


def address_of(array: npt.NDArray[Any]) -> int:
    """Where the array's first element is."""
    return int(array.__array_interface__["data"][0])


def byte_bounds(array: npt.NDArray[Any]) -> tuple[int, int]:
    """The addresses of the array's first byte in memory and of the byte after its last."""
    start = address_of(array)
    below = sum((n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True) if stride < 0)
    above = sum((n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True) if stride > 0)
    return start + below, start + above + array.itemsize


def array_view(array: npt.NDArray[Any], scale: float = 1.0, shift: float = 0.0) -> Array:
    """A vaelib_array of a matrix whose dtype is ``readable``. The caller keeps the array alive."""
    start = address_of(array)
    place = (start, array.nbytes, 0)
    if not array.flags.c_contiguous and array.size > 0:
        low, high = byte_bounds(array)
        place = (low, high - low, start - low)
    return Array(_ARRAY_SIZE, *place, _DTYPES[array.dtype], *array.shape, *array.strides, scale, shift)


def pointer(array: npt.NDArray[Any] | None) -> Any:
    """A dense array as a buffer parameter; None is NULL."""
    if array is None:
        return None
    start = _STARTS.get(array.dtype)
    flags = array.flags
    if start is None or not flags.c_contiguous or array.size == 0:
        return array.ctypes.data_as(ctypes.POINTER(np.ctypeslib.as_ctypes_type(array.dtype)))
    if flags.writeable:
        return start.from_buffer(array)  # a tenth of the time of what is above
    place = start.from_address(address_of(array))
    place.array = array  # which it keeps alive
    return place


def array_at(address: int, count: int, owner: object) -> npt.NDArray[np.float32]:
    """The ``count`` floats at an address as a numpy array that keeps their owner alive."""
    buffer = (ctypes.c_float * count).from_address(address)
    buffer.owner = owner  # type: ignore[attr-defined]
    return cast("npt.NDArray[np.float32]", np.frombuffer(cast("Any", buffer), dtype=np.float32))
