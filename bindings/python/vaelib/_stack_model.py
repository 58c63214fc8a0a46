"""The library's stack of denoising auto-encoders as a Python object; the estimators and the trainer are built on it."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Mapping
from typing import Any

from vaelib import _stack_structures as stacks
from vaelib._checkpoint import Checkpoint, attach
from vaelib._class_names import ClassNames
from vaelib._errors import Cancelled
from vaelib._long_calls import LongCall
from vaelib._native import call, library, text
from vaelib._native_model import NativeModel
from vaelib._parameters import fill, new_training_config, values_of
from vaelib._stack_parameters import StackParameters, fill_stack_config, new_stack_config, stack_values_of
from vaelib._stack_progress import STACK_PROGRESS, StackCallback, StackRecord
from vaelib._structures import TrainingConfig, sized
from vaelib.dataset import Dataset


class Stack(NativeModel):
    """A stack of denoising auto-encoders inside the library."""

    prefix = "vaelib_stack"
    handle_type = stacks.StackHandle
    info_type = stacks.StackInfo

    @classmethod
    def create(cls, data_dim: int, seed: int, parameters: StackParameters) -> Stack:
        """A new stack with fresh weights and no classifier."""
        config = new_stack_config()
        config.data_dim, config.seed = data_dim, seed
        kept = fill_stack_config(config, parameters)
        stack = cls._made_by("create", ctypes.byref(config))
        del kept
        return stack

    @property
    def parameters(self) -> tuple[StackParameters, int]:
        """The architecture's hyper-parameters, and the seed of its weights."""
        config = sized(stacks.StackConfig)
        call("vaelib_stack_get_config", self.handle, ctypes.byref(config))
        return stack_values_of(config), int(config.seed)

    @property
    def widths(self) -> list[int]:
        """The widths of the layers' codes, bottom first."""
        return [layer["width"] for layer in self.parameters[0].layers]

    def training(self, phase: str) -> dict[str, Any] | None:
        """The hyper-parameters of the last training in a phase; None if no epoch of it is in the history."""
        if all(record.phase != phase for record in self.history):
            return None
        config = sized(TrainingConfig)
        call("vaelib_stack_training_config", self.handle, stacks.PHASES[phase], ctypes.byref(config))
        return values_of(config)

    def add_classifier(self, classes: int) -> None:
        """Puts a fresh classifier on a stack without one."""
        call("vaelib_stack_add_classifier", self.handle, classes)

    @property
    def class_names(self) -> ClassNames | None:
        """What the classes are called; None if nobody has said."""
        kind, count = ctypes.c_char_p(), ctypes.c_size_t()
        names = ctypes.POINTER(ctypes.c_char_p)()
        results = (ctypes.byref(kind), ctypes.byref(names), ctypes.byref(count))
        call("vaelib_stack_class_names", self.handle, *results)
        if count.value == 0:
            return None
        return ClassNames((kind.value or b"").decode(), [(name or b"").decode() for name in names[: count.value]])

    @class_names.setter
    def class_names(self, names: ClassNames | None) -> None:
        if names is None:
            call("vaelib_stack_set_class_names", self.handle, None, None, 0)
            return
        texts = (ctypes.c_char_p * len(names.names))(*(text(name) for name in names.names))
        call("vaelib_stack_set_class_names", self.handle, text(names.kind), texts, len(texts))

    def layer_index(self, layer: int) -> int:
        """A layer's index from 0, given as in a Python list: -1 is the topmost.

        Raises
        ------
        IndexError
            There is no such layer.
        """
        layers = int(self.info.layer_count)
        index = operator.index(layer)
        if not -layers <= index < layers:
            raise IndexError(f"layer {index} is out of range for {layers} layers")
        return index % layers

    def pretrain(
        self,
        examples: Dataset,
        training: Mapping[str, Any],
        seed: int,
        callback: StackCallback | None,
        checkpoint: Checkpoint | None = None,
    ) -> bool:
        """Pretrains all layers; whether the callback let it go on to the end."""
        return self._train("vaelib_stack_pretrain", (examples.handle,), training, seed, callback, checkpoint)

    def finetune(
        self,
        examples: Dataset,
        validation: Dataset | None,
        phase: str,
        training: Mapping[str, Any],
        seed: int,
        callback: StackCallback | None,
        checkpoint: Checkpoint | None = None,
    ) -> bool:
        """Fine-tunes all layers; whether the callback let it go on to the end."""
        held_out = None if validation is None else validation.handle
        arguments = (examples.handle, held_out, stacks.PHASES[phase])
        return self._train("vaelib_stack_finetune", arguments, training, seed, callback, checkpoint)

    def _train(
        self,
        name: str,
        arguments: tuple[Any, ...],
        training: Mapping[str, Any],
        seed: int,
        callback: StackCallback | None,
        checkpoint: Checkpoint | None,
    ) -> bool:
        config = new_training_config()
        config.seed = seed
        kept = [*fill(config, dict(training)), attach(config, checkpoint)]
        long_call = LongCall(callback, self.cancel, STACK_PROGRESS)
        try:
            long_call.run(name, self.handle, *arguments, ctypes.byref(config))
        except Cancelled:
            if not long_call.stopped_by_callback:
                raise
        del kept
        return not long_call.stopped_by_callback

    def cancel(self) -> None:
        """Stops the calls that run on this stack; safe from any thread."""
        library.vaelib_stack_cancel(self.handle)

    @property
    def history(self) -> list[StackRecord]:
        """Every epoch of training so far."""
        records = self._history("vaelib_stack_history_count", "vaelib_stack_history_get", stacks.StackRecord)
        return [StackRecord.from_native(native) for native in records]
