"""What the columns of a data frame were, as a model inside the library keeps it, with its file."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vaelib._c.calls import call
from vaelib.data.class_names import ClassNames, names_of, store_names, stored_names, text_array

#: The bytes of a name in UTF-8, at most.
LONGEST_NAME = 4096


@dataclass(frozen=True)
class StoredColumns:
    """Names of columns, and what else is known of them: their types as texts, the names of categories by column."""

    names: ClassNames
    types: list[str] | None = None
    categories: dict[int, ClassNames] = field(default_factory=dict)

    @classmethod
    def of(
        cls, names: Sequence[Any], types: list[str] | None = None, categories: Mapping[int, Sequence[Any]] | None = None
    ) -> StoredColumns | None:
        """What a file can keep of them: no names that are neither texts nor numbers, and nothing without names."""
        kept = _kept(names)
        if kept is None:
            return None
        named = {column: _kept(values) for column, values in (categories or {}).items()}
        return cls(kept, types, {column: values for column, values in named.items() if values is not None})


def _kept(values: Sequence[Any]) -> ClassNames | None:
    """The names that keep such values; None if a file does not keep one of them."""
    return names_of(values) if all(_is_kept(value) for value in values) else None


def _is_kept(value: Any) -> bool:
    """Whether the library takes the name of a value: no number beyond 64 bits, no text that is too long or has NUL."""
    if isinstance(value, str):
        try:
            encoded = value.encode()
        except UnicodeEncodeError:
            return False
        return len(encoded) <= LONGEST_NAME and b"\0" not in encoded
    if isinstance(value, int):
        return -(2**63) <= value < 2**64
    return not isinstance(value, float) or math.isfinite(value)


def read_columns_of(handle: Any, with_categories: Callable[[], Iterable[int]]) -> StoredColumns | None:
    """What a model knows of its columns, some of which may have categories; None if it knows no names."""
    names = stored_names("vaelib_model_get_column_names", handle)
    if names is None:
        return None
    texts, count = ctypes.POINTER(ctypes.c_char_p)(), ctypes.c_size_t()
    call("vaelib_model_get_column_types", handle, ctypes.byref(texts), ctypes.byref(count))
    types = [(text or b"").decode() for text in texts[: count.value]] if count.value else None
    categories = {column: stored_names("vaelib_vae_get_category_names", handle, column) for column in with_categories()}
    return StoredColumns(names, types, {column: found for column, found in categories.items() if found is not None})


def write_columns_of(handle: Any, before: StoredColumns | None, columns: StoredColumns | None) -> None:
    """Gives a model the names of its columns and categories, instead of those that it had before."""
    store_names("vaelib_model_set_column_names", handle, names=None if columns is None else columns.names)
    types = None if columns is None else columns.types
    call("vaelib_model_set_column_types", handle, None if types is None else text_array(types), len(types or ()))
    categories = {} if columns is None else columns.categories
    for column in sorted({*categories, *(() if before is None else before.categories)}):
        store_names("vaelib_vae_set_category_names", handle, column, names=categories.get(column))
