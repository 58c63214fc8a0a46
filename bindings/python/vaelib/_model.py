"""The library's variational auto-encoder as a Python object; the estimator and the trainer are built on it."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

from vaelib import _structures as structures
from vaelib._checkpoint import Checkpoint, attach
from vaelib._errors import Cancelled
from vaelib._long_calls import Callback, HistoryRecord, LongCall
from vaelib._native import call, library
from vaelib._native_model import NativeModel
from vaelib._parameters import fill, new_training_config, new_vae_config, values_of
from vaelib.dataset import Dataset


class Model(NativeModel):
    """A variational auto-encoder inside the library."""

    prefix = "vaelib_model"
    handle_type = structures.ModelHandle
    info_type = structures.ModelInfo

    @classmethod
    def create(cls, data_dim: int, seed: int, architecture: Mapping[str, Any]) -> Model:
        """A new model with fresh weights."""
        config = new_vae_config()
        config.data_dim, config.seed = data_dim, seed
        kept = fill(config, dict(architecture))
        model = cls._made_by("create", ctypes.byref(config))
        del kept
        return model

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

    def fit(
        self,
        examples: Dataset,
        validation: Dataset | None,
        training: Mapping[str, Any],
        seed: int,
        callback: Callback | None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """Trains. An early end that the callback asked for is a success; see ``LongCall`` for the other kinds."""
        config = new_training_config()
        config.seed = seed
        kept = [*fill(config, dict(training)), attach(config, checkpoint)]
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
        records = self._history("vaelib_history_count", "vaelib_history_get", structures.HistoryRecord)
        return [HistoryRecord.from_native(native) for native in records]
