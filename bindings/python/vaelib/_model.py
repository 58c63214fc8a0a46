"""The library's model handle as a Python object; the estimator and the trainer are built on it."""

from __future__ import annotations

import ctypes
import os
import tempfile
import weakref
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vaelib import _structures as structures
from vaelib._arrays import pointer
from vaelib._errors import Cancelled
from vaelib._long_calls import Callback, HistoryRecord, LongCall
from vaelib._native import call, library, text
from vaelib._parameters import fill, new_training_config, new_vae_config, values_of
from vaelib.dataset import Dataset


class TensorLayout(NamedTuple):
    """Where a named tensor lies in the flat parameters."""

    name: str
    shape: tuple[int, int]
    offset: int

    def of(self, flat: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The tensor's part of a flat array, as a view."""
        rows, columns = self.shape
        return flat[self.offset : self.offset + rows * columns].reshape(self.shape)


class Model:
    """A variational auto-encoder inside the library. Owns its handle."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self._release = weakref.finalize(self, library.vaelib_model_free, handle)

    @classmethod
    def create(cls, data_dim: int, seed: int, architecture: Mapping[str, Any]) -> Model:
        """A new model with fresh weights."""
        config = new_vae_config()
        config.data_dim, config.seed = data_dim, seed
        kept = fill(config, dict(architecture))
        handle = ctypes.POINTER(structures.ModelHandle)()
        call("vaelib_model_create", ctypes.byref(config), ctypes.byref(handle))
        del kept
        return cls(handle)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Reads a model file."""
        handle = ctypes.POINTER(structures.ModelHandle)()
        place = text(os.fsencode(path))
        call("vaelib_model_load", place, ctypes.byref(handle), path=os.fsdecode(place))
        return cls(handle)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, complete or not at all."""
        place = text(os.fsencode(path))
        folder = os.path.dirname(os.fsdecode(place)) or os.curdir
        call("vaelib_model_save", self.handle, place, path=folder)

    def copy(self) -> Model:
        """A model of its own with the same architecture, weights and history."""
        handle = ctypes.POINTER(structures.ModelHandle)()
        call("vaelib_model_copy", self.handle, ctypes.byref(handle))
        return Model(handle)

    def __deepcopy__(self, _memo: object) -> Model:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_file_bytes, (self._file_bytes(),)

    def _file_bytes(self) -> bytes:
        """The model file's content, which is also how a model is pickled."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.h5")
            self.save(path)
            with open(path, "rb") as file:
                return file.read()

    @property
    def info(self) -> structures.ModelInfo:
        """Sizes and what the model has seen."""
        info = structures.sized(structures.ModelInfo)
        call("vaelib_model_describe", self.handle, ctypes.byref(info))
        return info

    @property
    def architecture(self) -> dict[str, Any]:
        """The architecture's hyper-parameters."""
        config = structures.sized(structures.VAEConfig)
        call("vaelib_model_config", self.handle, ctypes.byref(config))
        return values_of(config)

    @property
    def training(self) -> tuple[dict[str, Any], int]:
        """The hyper-parameters of the last training, and its seed."""
        config = structures.sized(structures.TrainingConfig)
        call("vaelib_model_training_config", self.handle, ctypes.byref(config))
        return values_of(config), int(config.seed)

    @property
    def tensors(self) -> list[TensorLayout]:
        """The layout of the flat parameters."""
        tensors = []
        for index in range(self.info.tensor_count):
            native = structures.sized(structures.Tensor)
            call("vaelib_model_tensor", self.handle, index, ctypes.byref(native))
            tensors.append(TensorLayout(native.name.decode(), (native.rows, native.columns), native.offset))
        return tensors

    def get_parameters(self) -> npt.NDArray[np.float32]:
        """A copy of all parameters."""
        values = np.empty(self.info.parameter_count, dtype=np.float32)
        call("vaelib_model_get_parameters", self.handle, pointer(values), values.size)
        return values

    def set_parameters(self, values: npt.ArrayLike) -> None:
        """Replaces all parameters."""
        flat = np.ascontiguousarray(values, dtype=np.float32)
        call("vaelib_model_set_parameters", self.handle, pointer(flat), flat.size)

    def fit(
        self,
        examples: Dataset,
        validation: Dataset | None,
        training: Mapping[str, Any],
        seed: int,
        callback: Callback | None,
    ) -> None:
        """Trains. An early end that the callback asked for is a success; see ``LongCall`` for the other kinds."""
        config = new_training_config()
        config.seed = seed
        kept = fill(config, dict(training))
        validation_handle = None if validation is None else validation.handle
        arguments = (self.handle, examples.handle, validation_handle, ctypes.byref(config))
        long_call = LongCall(callback, self.cancel)
        try:
            long_call.run("vaelib_fit", *arguments)
        except Cancelled:
            if not long_call.stopped_by_callback:
                raise
        del kept

    def cancel(self) -> None:
        """Stops the calls that run on this model; safe from any thread."""
        library.vaelib_cancel(self.handle)

    @property
    def history(self) -> list[HistoryRecord]:
        """Every epoch of training so far."""
        count = ctypes.c_size_t()
        call("vaelib_history_count", self.handle, ctypes.byref(count))
        records = []
        for index in range(count.value):
            native = structures.sized(structures.HistoryRecord)
            call("vaelib_history_get", self.handle, index, ctypes.byref(native))
            records.append(HistoryRecord.from_native(native))
        return records


def _from_file_bytes(content: bytes) -> Model:
    """Restores a pickled model."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.h5")
        with open(path, "wb") as file:
            file.write(content)
        return Model.load(path)
