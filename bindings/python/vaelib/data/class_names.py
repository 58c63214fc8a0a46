"""The classes of a classifier as the names that a model file keeps, and back."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vaelib._c.calls import call
from vaelib.data.labels import Labels
from vaelib.data.unlabelled import UNLABELLED


class ClassNames(NamedTuple):
    """What the classes are called, in the order of their numbers."""

    #: What the names stand for: "text", "integer", "real" or "boolean".
    kind: str
    names: list[str]


def stored_names(function: str, handle: Any) -> ClassNames | None:
    """The names that a function of the library gives of the classes of a handle; None if they have none."""
    kind, count = ctypes.c_char_p(), ctypes.c_size_t()
    names = ctypes.POINTER(ctypes.c_char_p)()
    call(function, handle, ctypes.byref(kind), ctypes.byref(names), ctypes.byref(count))
    if count.value == 0:
        return None
    return ClassNames((kind.value or b"").decode(), [(name or b"").decode() for name in names[: count.value]])


def names_of(classes: Labels) -> ClassNames | None:
    """The names that keep these classes; None if they are of a type that a file cannot keep: bytes, other objects.

    Integers of any size come back as 64-bit integers, real numbers as float64.
    """
    values = classes.tolist()
    for kind, types in (("boolean", bool), ("integer", int), ("real", float), ("text", str)):
        if all(type(value) is types for value in values):
            return ClassNames(kind, [_name(value) for value in values])
    return None


def classes_of(names: ClassNames) -> Labels:
    """The classes that such names stand for."""
    if names.kind == "boolean":
        return np.array([name == "true" for name in names.names])
    if names.kind == "text":
        return np.array(names.names, dtype=np.str_)
    if names.kind == "real":
        return np.array([float(name) for name in names.names])
    numbers = [int(name) for name in names.names]
    fitting = (each for each in (np.int64, np.uint64) if np.iinfo(each).min <= min(numbers))
    return np.array(numbers, dtype=next((each for each in fitting if max(numbers) <= np.iinfo(each).max), object))


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
