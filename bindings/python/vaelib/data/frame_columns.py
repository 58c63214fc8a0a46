"""The columns of a data frame of pandas or polars: what they hold, as arrays, and frames made of such arrays."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.column_names import column_text
from vaelib._c.errors import DataError
from vaelib.data.as_array import gaps_of

#: What a column may hold: texts and other values that are names of something; True and False; whole numbers; reals.
KINDS = ("category", "boolean", "integer", "real")

_NUMBERS = (int, float, np.number, Decimal)


@dataclass(frozen=True)
class FrameColumn:
    """A column: its type in the frame, what it holds, and where it holds nothing (None, NaN, NA)."""

    dtype: Any
    kind: str
    #: float64, NaN in gaps; of categories the values themselves, as objects.
    values: npt.NDArray[Any]
    gaps: npt.NDArray[np.bool_]
    #: The categories that the type itself lists, in its order.
    listed: list[Any] | None = None

    def objects(self) -> npt.NDArray[Any]:
        """The values as objects, whole numbers as integers and truth values as such."""
        if self.kind == "category":
            return self.values
        of_kind = {"boolean": np.bool_, "integer": np.int64, "real": np.float64}[self.kind]
        objects = np.full(len(self.values), None, dtype=object)
        objects[~self.gaps] = self.values[~self.gaps].astype(of_kind)
        return objects


def library_of(X: Any) -> str | None:
    """The package whose data frame this is, "pandas" or "polars"; None for anything else."""
    for name in ("pandas", "polars"):
        package = sys.modules.get(name)
        if package is not None and isinstance(X, package.DataFrame):
            return name
    return None


def names_in(X: Any) -> list[Any]:
    """What the columns of a data frame are called, texts or not."""
    return list(X.columns)


def is_of_floats(X: Any) -> bool:
    """Whether a data frame holds floats alone, which an array can hold as they are."""
    if library_of(X) == "polars":
        return all(dtype.is_float() for dtype in X.dtypes)
    return all(isinstance(dtype, np.dtype) and dtype.kind == "f" for dtype in X.dtypes)


def read_columns(X: Any) -> list[FrameColumn]:
    """The columns of a data frame.

    Raises
    ------
    DataError
        A column holds dates, lists, or texts beside numbers; the text names it.
    """
    names = names_in(X)
    if library_of(X) == "polars":
        return [_of_polars(series, column, names) for column, series in enumerate(X.get_columns())]
    return [_of_pandas(X.iloc[:, column], column, names) for column in range(len(names))]


def _of_pandas(series: Any, column: int, names: Sequence[Any]) -> FrameColumn:
    import pandas

    types, dtype = pandas.api.types, series.dtype
    gaps = series.isna().to_numpy(dtype=np.bool_)
    if isinstance(dtype, pandas.CategoricalDtype):
        return FrameColumn(dtype, "category", _objects(series.astype(object)), gaps, list(dtype.categories))
    kinds = {"boolean": types.is_bool_dtype, "integer": types.is_integer_dtype, "real": types.is_float_dtype}
    for kind, is_of_kind in kinds.items():
        if is_of_kind(dtype):
            return FrameColumn(dtype, kind, series.to_numpy(dtype=np.float64, na_value=np.nan), gaps)
    if dtype == np.dtype(object) or isinstance(dtype, pandas.StringDtype) or types.is_string_dtype(dtype):
        return _of_objects(dtype, _objects(series.astype(object)), gaps, column, names)
    raise _unsuitable(column, names, dtype)


def _of_polars(series: Any, column: int, names: Sequence[Any]) -> FrameColumn:
    import polars

    dtype, gaps = series.dtype, series.is_null().to_numpy()
    if isinstance(dtype, polars.Enum):
        return FrameColumn(dtype, "category", _objects(series.to_list()), gaps, dtype.categories.to_list())
    kinds = {
        "category": dtype in (polars.String, polars.Categorical),
        "boolean": dtype == polars.Boolean,
        "integer": dtype.is_integer(),
        "real": dtype.is_float() or dtype.is_decimal(),
    }
    kind = next((kind for kind, is_of_kind in kinds.items() if is_of_kind), None)
    if kind == "category":
        return FrameColumn(dtype, kind, _objects(series.to_list()), gaps)
    if kind is not None:
        numbers: npt.NDArray[np.float64] = series.cast(polars.Float64).to_numpy(writable=True)
        return FrameColumn(dtype, kind, numbers, gaps | np.isnan(numbers))
    if dtype in (polars.Object, polars.Null):
        return _of_objects(dtype, _objects(series.to_list()), gaps, column, names)
    raise _unsuitable(column, names, dtype)


def column_of_array(values: npt.NDArray[Any], column: int, names: Sequence[Any]) -> FrameColumn:
    """A column of an array, by its type, or by what objects in it are.

    Raises
    ------
    DataError
        It holds other things than texts, truth values or numbers, or several of these.
    """
    kind = {"b": "boolean", "i": "integer", "u": "integer", "f": "real"}.get(values.dtype.kind)
    if kind is None:
        objects = _objects(values.tolist())
        gaps = gaps_of(objects)
        return _of_objects(values.dtype, objects, gaps, column, names)
    numbers = values.astype(np.float64)
    return FrameColumn(values.dtype, kind, numbers, np.isnan(numbers))


def _of_objects(
    dtype: Any, values: npt.NDArray[Any], gaps: npt.NDArray[np.bool_], column: int, names: Sequence[Any]
) -> FrameColumn:
    """A column of objects, by what they are."""
    kinds = np.array([_kind_of(value) for value in values], dtype=object)
    kinds[gaps] = None
    found = set(kinds[~gaps].tolist())
    if found == {"integer", "real"}:
        found = {"real"}
    if None in found or len(found) > 1:
        rows = [int(np.argmax((kinds == kind) & ~gaps)) for kind in sorted(found, key=str)[:2]]
        holds = " and ".join(f"{values[row]!r} at row {row}" for row in sorted(rows))
        raise DataError(
            f"{column_text(column, names)} holds {holds} (counted from 0); a column holds texts, truth values or "
            "numbers, and one of these alone: .astype(str) makes texts of all of them"
        )
    kind = found.pop() if found else "category"
    if kind == "category":
        return FrameColumn(dtype, kind, values, gaps)
    numbers = np.full(len(values), np.nan)
    numbers[~gaps] = [float(value) for value in values[~gaps]]
    return FrameColumn(dtype, kind, numbers, gaps)


def _kind_of(value: object) -> str | None:
    if isinstance(value, str):
        return "category"
    if isinstance(value, bool | np.bool_):
        return "boolean"
    if isinstance(value, int | np.integer):
        return "integer"
    return "real" if isinstance(value, _NUMBERS) and not isinstance(value, np.complexfloating) else None


def _unsuitable(column: int, names: Sequence[Any], dtype: Any) -> DataError:
    text = f"{column_text(column, names)} is of dtype {dtype}; expected numbers, truth values, texts or categories"
    if any(word in str(dtype).lower() for word in ("date", "time", "duration")):
        text += ". Numbers say how far dates are from one of them: (dates - dates.min()).dt.total_seconds()"
    return DataError(text)


def _objects(values: Any) -> npt.NDArray[Any]:
    objects = np.empty(len(values), dtype=object)
    objects[:] = list(values)
    return objects


def make_frame(
    library: str, names: Sequence[Any], columns: Sequence[npt.NDArray[Any]], dtypes: Sequence[Any], index: Any
) -> Any:
    """A data frame of these columns and types; pandas' index, if it has one."""
    if library == "polars":
        import polars

        series = zip(names, columns, dtypes, strict=True)
        return polars.DataFrame([_polars_series(name, values, dtype) for name, values, dtype in series])
    import pandas

    made = [pandas.Series(values, index=index).astype(dtype) for values, dtype in zip(columns, dtypes, strict=True)]
    frame = pandas.concat(made, axis=1)
    frame.columns = pandas.Index(names)
    return frame


def _polars_series(name: str, values: npt.NDArray[Any], dtype: Any) -> Any:
    import polars

    if dtype is None:
        return polars.Series(name, values.tolist())
    if dtype == polars.Object:
        return polars.Series(name, values.tolist(), dtype=dtype)
    return polars.Series(name, values.tolist() if values.dtype == object else values).cast(dtype)


def completed_frame(X: Any, columns: Sequence[npt.NDArray[Any]]) -> Any:
    """A copy of a data frame with the values of these columns where it has none."""
    library, completed = library_of(X), X.clone() if library_of(X) == "polars" else X.copy()
    for number, (column, values) in enumerate(zip(read_columns(X), columns, strict=True)):
        if not column.gaps.any():
            continue
        objects = column.objects()
        objects[column.gaps] = values[column.gaps]
        if library == "polars":
            completed.replace_column(number, _polars_series(X.columns[number], objects, column.dtype))
        else:
            import pandas

            completed.isetitem(number, pandas.Series(objects, index=X.index).astype(column.dtype))
    return completed
