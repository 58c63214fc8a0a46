"""Classes, columns and categories by the names that a model file keeps, and back."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import text
from vaelib._c.calls import call
from vaelib.data.labels import Labels
from vaelib.data.unlabelled import UNLABELLED


class ClassNames(NamedTuple):
    """What the classes are called, in the order of their numbers."""

    #: What the names stand for: "text", "integer", "real" or "boolean".
    kind: str
    names: list[str]


def stored_names(function: str, handle: Any, *arguments: Any) -> ClassNames | None:
    """The names that a function of the library gives of the classes of a handle; None if they have none."""
    kind, count = ctypes.c_char_p(), ctypes.c_size_t()
    names = ctypes.POINTER(ctypes.c_char_p)()
    call(function, handle, *arguments, ctypes.byref(kind), ctypes.byref(names), ctypes.byref(count))
    if count.value == 0:
        return None
    return ClassNames((kind.value or b"").decode(), [(name or b"").decode() for name in names[: count.value]])


def store_names(function: str, handle: Any, *arguments: Any, names: ClassNames | None) -> None:
    """Has a function of the library take names; None removes those that it has."""
    if names is None:
        call(function, handle, *arguments, None, None, 0)
    else:
        call(function, handle, *arguments, text(names.kind), text_array(names.names), len(names.names))


def text_array(texts: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    """Texts as an array of C strings."""
    return (ctypes.c_char_p * len(texts))(*(text(each) for each in texts))


def names_of(values: Sequence[Any] | Labels) -> ClassNames | None:
    """The names that keep such values; None if they are of a type that a file cannot keep: bytes, other objects.

    Integers of any size come back as 64-bit integers, real numbers as float64.
    """
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    for kind, types in (("boolean", bool), ("integer", int), ("real", float), ("text", str)):
        if all(type(value) is types for value in values):
            return ClassNames(kind, [_name(value) for value in values])
    return None


def values_of(names: ClassNames) -> list[Any]:
    """The values that such names stand for."""
    reads: dict[str, Callable[[str], Any]] = {
        "boolean": lambda name: name == "true",
        "integer": int,
        "real": float,
        "text": str,
    }
    read = reads[names.kind]
    return [read(name) for name in names.names]


def classes_of(names: ClassNames) -> Labels:
    """The classes that such names stand for."""
    values = values_of(names)
    if names.kind != "integer":
        return np.array(values, dtype={"boolean": np.bool_, "real": np.float64, "text": np.str_}[names.kind])
    fitting = (each for each in (np.int64, np.uint64) if np.iinfo(each).min <= min(values))
    return np.array(values, dtype=next((each for each in fitting if max(values) <= np.iinfo(each).max), object))


def named_labels(classes: Labels, numbers: npt.NDArray[np.int64]) -> Labels:
    """The classes with these numbers; where a number is -1, -1 stands for no label."""
    labelled = numbers >= 0
    if labelled.all():
        return np.asarray(classes[numbers])
    labels = np.full(len(numbers), UNLABELLED, dtype=np.int64 if classes.dtype == np.int64 else object)
    labels[labelled] = classes[numbers[labelled]]
    return labels


def _name(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
