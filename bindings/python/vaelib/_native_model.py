"""What the library's models have in common as Python objects: handles, files, copies, weights."""

from __future__ import annotations

import ctypes
import os
import tempfile
import weakref
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib import _structures as structures
from vaelib._arrays import pointer
from vaelib._native import call, library, text

Self = TypeVar("Self", bound="NativeModel")


class TensorLayout(NamedTuple):
    """Where a named tensor lies in the flat parameters."""

    name: str
    shape: tuple[int, int]
    offset: int

    def of(self, flat: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The tensor's part of a flat array, as a view."""
        rows, columns = self.shape
        return flat[self.offset : self.offset + rows * columns].reshape(self.shape)


class NativeModel:
    """A model inside the library. Owns its handle; a subclass says which functions take it."""

    #: What the functions of this kind of model begin with: "vaelib_model" or "vaelib_stack".
    prefix: ClassVar[str]
    handle_type: ClassVar[type[ctypes.Structure]]
    info_type: ClassVar[type[ctypes.Structure]]

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self._release = weakref.finalize(self, getattr(library, f"{self.prefix}_free"), handle)

    @classmethod
    def _made_by(cls: type[Self], function: str, *arguments: Any, path: str | None = None) -> Self:
        """A model from a function whose last argument receives the handle."""
        handle = ctypes.POINTER(cls.handle_type)()
        call(f"{cls.prefix}_{function}", *arguments, ctypes.byref(handle), path=path)
        return cls(handle)

    @classmethod
    def load(cls: type[Self], path: str | os.PathLike[str]) -> Self:
        """Reads a model file."""
        place = text(os.fsencode(path))
        return cls._made_by("load", place, path=os.fsdecode(place))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, complete or not at all."""
        place = text(os.fsencode(path))
        folder = os.path.dirname(os.fsdecode(place)) or os.curdir
        call(f"{self.prefix}_save", self.handle, place, path=folder)

    def copy(self: Self) -> Self:
        """A model of its own with the same architecture, weights and history."""
        return self._made_by("copy", self.handle)

    def __deepcopy__(self: Self, _memo: object) -> Self:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_file_bytes, (type(self), self._file_bytes())

    def _file_bytes(self) -> bytes:
        """The model file's content, which is also how a model is pickled."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.h5")
            self.save(path)
            with open(path, "rb") as file:
                return file.read()

    @property
    def info(self) -> Any:
        """Sizes and what the model has seen."""
        info = structures.sized(self.info_type)
        call(f"{self.prefix}_describe", self.handle, ctypes.byref(info))
        return info

    @property
    def tensors(self) -> list[TensorLayout]:
        """The layout of the flat parameters."""
        tensors = []
        for index in range(self.info.tensor_count):
            native = structures.sized(structures.Tensor)
            call(f"{self.prefix}_tensor", self.handle, index, ctypes.byref(native))
            tensors.append(TensorLayout(native.name.decode(), (native.rows, native.columns), native.offset))
        return tensors

    def get_parameters(self) -> npt.NDArray[np.float32]:
        """A copy of all parameters."""
        values = np.empty(self.info.parameter_count, dtype=np.float32)
        call(f"{self.prefix}_get_parameters", self.handle, pointer(values), values.size)
        return values

    def set_parameters(self, values: npt.ArrayLike) -> None:
        """Replaces all parameters."""
        flat = np.ascontiguousarray(values, dtype=np.float32)
        call(f"{self.prefix}_set_parameters", self.handle, pointer(flat), flat.size)

    def cancel(self) -> None:
        """Stops the calls that run on this model; safe from any thread."""
        raise NotImplementedError

    @property
    def history(self) -> list[Any]:
        """Every epoch of training so far."""
        raise NotImplementedError

    def _history(self, count_name: str, get_name: str, record: type[ctypes.Structure]) -> list[Any]:
        """The history as the library's structures."""
        count = ctypes.c_size_t()
        call(count_name, self.handle, ctypes.byref(count))
        records = []
        for index in range(count.value):
            native = structures.sized(record)
            call(get_name, self.handle, index, ctypes.byref(native))
            records.append(native)
        return records


def _from_file_bytes(kind: type[NativeModel], content: bytes) -> NativeModel:
    """Restores a pickled model."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.h5")
        with open(path, "wb") as file:
            file.write(content)
        return kind.load(path)
