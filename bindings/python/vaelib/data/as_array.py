"""What holds numbers or texts as an array of numpy: lists, columns of data frames and of Arrow, tensors, masked arrays.

Packages are recognised without importing them. What is missing (NA, null, a masked entry) is NaN, or None among texts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np
import numpy.typing as npt


def as_array(values: Any, name: str) -> npt.NDArray[Any]:
    """An array of these values, without copying where that is possible; ``name`` is the argument that errors name.

    Tensors may have a gradient or be on another device. What has neither numpy's protocol nor PyTorch's methods is
    taken by DLPack.

    Raises
    ------
    TypeError
        It is nothing that has a shape: a dictionary, a generator, a text, None.
    ValueError
        It is a list of parts with different shapes.
    """
    if type(values) is np.ndarray:
        return values
    if values is None or isinstance(values, str | bytes | Mapping | Set | Iterator):
        raise TypeError(_no_array(values, name))
    if np.ma.isMaskedArray(values):
        return _with_gaps(values)
    if hasattr(values, "__dlpack__") or hasattr(values, "detach"):
        return _of_tensor(values, name)
    found = _of_nullable(values)
    if found is not None:
        return found
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(_of_different_shapes(values, name)) from None
    if array.ndim == 0 and array.dtype == np.dtype(object) and not isinstance(values, np.generic):
        raise TypeError(_no_array(values, name))
    return array


def is_gap(value: Any) -> bool:
    """Whether an object says that there is no value: None, NaN, NA, NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and value != value


def gaps_of(objects: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where an array of objects has no value."""
    flat = (is_gap(value) for value in objects.reshape(-1))
    return np.fromiter(flat, dtype=np.bool_, count=objects.size).reshape(objects.shape)


def as_frame(X: Any) -> Any:
    """A table of pyarrow as a data frame, if the program has imported pandas or polars; anything else as it is.

    Raises
    ------
    TypeError
        It is a lazy frame of polars, which has no rows yet.
    """
    if _is_one_of(X, "polars", "LazyFrame"):
        raise TypeError("X is a LazyFrame of polars, which has no rows yet: X.collect() reads them")
    if not _is_one_of(X, "pyarrow", "Table", "RecordBatch"):
        return X
    if "pandas" in sys.modules:
        return X.to_pandas()
    polars = sys.modules.get("polars")
    return X if polars is None else polars.from_arrow(X)


def _is_one_of(value: Any, package: str, *classes: str) -> bool:
    module = sys.modules.get(package)
    return module is not None and isinstance(value, tuple(getattr(module, name) for name in classes))


def _with_gaps(values: Any) -> npt.NDArray[Any]:
    """A masked array as one with NaN, or None among objects and texts, where it is masked."""
    if not np.ma.getmaskarray(values).any():
        return np.asarray(values.data)
    if values.dtype.kind in "biuf":
        return np.asarray(np.ma.filled(values.astype(np.result_type(values.dtype, np.float32)), np.nan))
    objects: npt.NDArray[Any] = values.data.astype(object)
    objects[np.ma.getmaskarray(values)] = None
    return objects


def _of_tensor(values: Any, name: str) -> npt.NDArray[Any]:
    for step in ("detach", "cpu"):
        if callable(getattr(values, step, None)):
            values = getattr(values, step)()
    try:
        return np.asarray(values) if hasattr(values, "__array__") else np.from_dlpack(values)
    except (TypeError, RuntimeError, BufferError, ValueError) as error:
        kind = f"{type(values).__name__} of dtype {getattr(values, 'dtype', 'unknown')}"
        raise TypeError(f"{name} is a {kind}, of which numpy makes no array ({error}); give it as float32") from None


def _of_nullable(values: Any) -> npt.NDArray[np.float64] | None:
    """Numbers of pandas' nullable types of which some are missing; None for anything else."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(values, pandas.DataFrame | pandas.Series):
        return None
    dtypes = list(values.dtypes) if isinstance(values, pandas.DataFrame) else [values.dtype]
    numeric = all(pandas.api.types.is_numeric_dtype(dtype) for dtype in dtypes)
    if not numeric or all(isinstance(dtype, np.dtype) for dtype in dtypes) or not np.any(values.isna().to_numpy()):
        return None
    found: npt.NDArray[np.float64] = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return found


def _no_array(values: Any, name: str) -> str:
    """What is wrong with something that is no array."""
    text = f"{name} is a {type(values).__name__}" if values is not None else f"{name} is None"
    text += "; expected an array, a list or a data frame"
    if isinstance(values, str | bytes):
        text += ". Of a file, vaelib.open_dataset makes a Dataset"
    elif isinstance(values, Mapping):
        text += ", which pandas.DataFrame and polars.DataFrame make of a dictionary of columns"
    elif isinstance(values, Iterator):
        text += ": list(...) of it, if it is not large"
    return text


def _of_different_shapes(values: Any, name: str) -> str:
    """Where the parts of a list begin to differ."""
    shapes = [_shape(part) for part in values]
    row = next((row for row, shape in enumerate(shapes) if shape != shapes[0]), None)
    if row is None:
        return f"{name} is no matrix: it holds sequences inside its rows; each row must be numbers"
    text = f"{name} is no matrix: it holds a part of shape {shapes[0]} at 0 and one of shape {shapes[row]} at {row}"
    if len(shapes) == 2 and len(shapes[0]) == 2:
        return f"{text}. A pair of examples and what belongs to them is no examples: give each as its own argument"
    return f"{text}; every row must have as many values"


def _shape(part: Any) -> tuple[int, ...]:
    if hasattr(part, "shape"):
        return tuple(part.shape)
    return (len(part),) if hasattr(part, "__len__") and not isinstance(part, str | bytes) else ()
