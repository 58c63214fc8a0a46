"""The library's models as Python objects: handles, files, copies, weights, history."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._c import header
from vaelib._c.arguments import Path, path_bytes
from vaelib._c.arrays import pointer
from vaelib._c.calls import call, defaults, described, new_handle
from vaelib._c.configurations import fill, values_of
from vaelib._c.errors import Cancelled
from vaelib._c.interrupts import cancelled_by_ctrl_c
from vaelib._c.library import library
from vaelib._c.long_calls import PHASE_NAMES, Callbacks, LongCall
from vaelib.data.dataset import Dataset
from vaelib.data.stored_columns import StoredColumns, read_columns_of, write_columns_of
from vaelib.training.checkpoint import Checkpoint, attach

Self = TypeVar("Self", bound="NativeModel")

#: Rows, and numbers in them, from which a query takes milliseconds at least; waiting for Ctrl-C costs less than 0.1 ms.
_MANY_ROWS, _MANY_NUMBERS = 1 << 14, 1 << 19


class Tensor(NamedTuple):
    """A weight matrix or a bias: its name in the model file, its shape there, and its place in the flat parameters."""

    name: str
    shape: tuple[int, ...]
    offset: int

    def of(self, flat: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The tensor's part of a flat array, as a view."""
        return flat[self.offset : self.offset + int(np.prod(self.shape))].reshape(self.shape)


class NativeModel:
    """A model inside the library, which is freed with this object; a subclass for each kind."""

    #: What vaelib_model_kind() says of it.
    kind: ClassVar[str]

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        #: Whether a callback's exception ended the last training: then it had begun, whatever was raised.
        self.callback_failed = False
        self._release = weakref.finalize(self, library.vaelib_model_free, handle)

    def save(self, path: Path) -> None:
        """Writes a model file, complete or not at all."""
        place = path_bytes(path)
        folder = os.path.dirname(os.fsdecode(place)) or os.curdir
        call("vaelib_model_save", self.handle, place, path=folder)

    def to_bytes(self) -> bytes:
        """The bytes that ``save`` would write."""
        memory, count = ctypes.c_void_p(), ctypes.c_size_t()
        call("vaelib_model_save_to_memory", self.handle, ctypes.byref(memory), ctypes.byref(count))
        try:
            return ctypes.string_at(memory, count.value)
        finally:
            library.vaelib_memory_free(memory)

    def copy(self: Self) -> Self:
        """An independent model with the same architecture, weights and history."""
        return type(self)(new_handle(header.Model, "vaelib_model_copy", self.handle))

    def __deepcopy__(self: Self, _memo: object) -> Self:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_bytes, (type(self), self.to_bytes())

    @cached_property
    def data_dim(self) -> int:
        """How many numbers an example has."""
        return int(self.info.data_dim)

    @cached_property
    def latent_dim(self) -> int:
        """How many numbers a latent has; 0 for a stack."""
        return int(self.info.latent_dim)

    @property
    def category_counts(self) -> dict[int, int]:
        """How many categories there are in the columns that have such, by their numbers."""
        return {}

    @property
    def columns(self) -> StoredColumns | None:
        """What the columns of the examples are called; None if they have no names."""
        return read_columns_of(self.handle, lambda: self.category_counts)

    @columns.setter
    def columns(self, columns: StoredColumns | None) -> None:
        before = self.columns
        if before != columns:
            write_columns_of(self.handle, before, columns)

    @property
    def info(self) -> header.ModelInfo:
        """Sizes, and what the model was trained on."""
        return described(header.ModelInfo, "vaelib_model_describe", self.handle)

    @property
    def head(self) -> str:
        """What a stack has on top: "softmax", "gaussian" or "sigmoid"; "" for nothing, and for a VAE."""
        return str(self.info.head.decode())

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The layout of the flat parameters, by name; biases and other single rows have one axis."""
        tensors = []
        for index in range(self.info.tensor_count):
            native = described(header.Tensor, "vaelib_model_describe_tensor", self.handle, index)
            name = native.name.decode()
            is_matrix = name.endswith("weight") or native.rows > 1
            shape = (native.rows, native.columns) if is_matrix else (native.columns,)
            tensors.append(Tensor(name, shape, native.offset))
        return {tensor.name: tensor for tensor in tensors}

    def get_parameters(self) -> npt.NDArray[np.float32]:
        """A copy of all parameters."""
        values = np.empty(self.info.parameter_count, dtype=np.float32)
        call("vaelib_model_get_parameters", self.handle, pointer(values), values.size)
        return values

    def get_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of every weight matrix and bias, by its name in the model file."""
        flat = self.get_parameters()
        return {name: tensor.of(flat).copy() for name, tensor in self.tensors.items()}

    def set_parameters(self, values: npt.ArrayLike) -> None:
        """Replaces all parameters."""
        flat = np.ascontiguousarray(values, dtype=np.float32)
        call("vaelib_model_set_parameters", self.handle, pointer(flat), flat.size)

    @property
    def history(self) -> dict[str, npt.NDArray[Any]]:
        """All epochs of training so far, one column for each metric that some epoch has; "epoch" in any case."""
        info = self.info
        columns: dict[str, npt.NDArray[Any]] = {}
        for index in range(info.history_columns):
            column = described(header.HistoryColumn, "vaelib_model_describe_history", self.handle, index)
            values = np.empty(info.history_epochs)
            call("vaelib_model_get_history", self.handle, column.name, pointer(values), values.size)
            columns[column.name.decode()] = _typed(column.type.decode(), values)
        return columns or {"epoch": np.empty(0, dtype=np.int64)}

    def training(self, phase: str) -> tuple[dict[str, Any], int]:
        """The hyper-parameters of a phase that the model was last trained with in it, or the defaults, and the seed."""
        name = "vaelib_model_get_training_config"
        config = described(header.TrainingConfig, name, self.handle, header.PHASE[phase])
        return values_of(config, phase), int(config.seed)

    def standardize(self, examples: Dataset) -> None:
        """Takes the columns' means and deviations, if the model standardises."""
        names = [name for name in self.tensors if not name.startswith("regressor/")]
        if any(name.endswith("standardization/mean") for name in names):
            call("vaelib_model_standardize", self.handle, examples.handle)

    def was_trained(self, phase: str) -> bool:
        """Whether the history has an epoch of this phase."""
        return bool(self.info.history_epochs)

    def train(
        self,
        function: str,
        arguments: tuple[Any, ...],
        training: Mapping[str, Any],
        seed: int,
        callbacks: Callbacks,
        checkpoint: Checkpoint | None,
    ) -> bool:
        """Calls ``function(model, *arguments, training, callback)``; whether the callbacks let it go on to the end.

        An early end that one asked for is a success; see ``LongCall`` for the other kinds.
        """
        self.callback_failed = False
        config = defaults(header.TrainingConfig)
        config.seed = seed
        kept = [*fill(config, training), attach(config, checkpoint)]
        long_call = LongCall(callbacks, self)
        try:
            long_call.run(function, self.handle, *arguments, ctypes.byref(config))
        except Cancelled:
            if not long_call.stopped_by_callback:
                raise
        finally:
            self.callback_failed = long_call.callback_failed
        del kept
        return not long_call.stopped_by_callback

    def query(self, rows: int, name: str, *arguments: Any) -> None:
        """Calls ``name(model, *arguments)``, a query about so many rows; Ctrl-C stops one that may take long."""
        if rows < _MANY_ROWS and rows * self.data_dim < _MANY_NUMBERS:
            call(name, self.handle, *arguments)
            return
        with cancelled_by_ctrl_c(self.cancel):
            call(name, self.handle, *arguments)

    def cancel(self) -> None:
        """Stops the calls that run on this model; safe from any thread."""
        library.vaelib_model_cancel(self.handle)


def _typed(kind: str, values: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """A column of the history in its natural type; ``kind`` is "real", "count" or "phase"."""
    if kind == "phase":
        return np.array([PHASE_NAMES[int(value)] for value in values], dtype=np.str_)
    whole = kind == "count" and not np.isnan(values).any()
    return values.astype(np.int64) if whole else values


def _from_bytes(kind: type[Self], content: bytes) -> Self:
    """Restores a pickled model."""
    return kind(new_handle(header.Model, "vaelib_model_load_from_memory", content, len(content)))
