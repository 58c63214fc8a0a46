"""What training a stack reports: its history, epoch by epoch, and its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from vaelib import _stack_structures as stacks
from vaelib import _structures as structures
from vaelib._long_calls import ProgressKind

_PHASE_NAMES = {number: name for name, number in stacks.PHASES.items()}


@dataclass(frozen=True)
class StackRecord:
    """One epoch of training a stack. Losses are means per example; what does not apply is NaN.

    ``phase`` is "pretraining" (then ``layer`` is the one pretrained, from 0), "supervised" or "unsupervised";
    ``epoch`` counts from 1 within the phase. ``loss`` is the reconstruction's cross-entropy in nats, or half its
    squared error, with the layer's penalties; of labels, their cross-entropy in nats. ``error`` is the share of
    examples given a wrong label.
    """

    phase: str
    layer: int
    epoch: int
    loss: float
    validation_loss: float
    error: float
    validation_error: float
    learning_rate: float
    seconds: float

    @classmethod
    def from_native(cls, native: stacks.StackRecord) -> StackRecord:
        """Copies the library's structure."""
        numbers = {field.name: getattr(native, field.name) for field in fields(cls) if field.name != "phase"}
        return cls(phase=_PHASE_NAMES[native.phase], **numbers)


@dataclass(frozen=True)
class StackProgress:
    """What a callback is told while a stack is trained. ``kind`` is "step" (about every 50 ms) or "epoch" (one ended).

    ``epochs`` is how many this phase, or this layer, has at most; ``examples`` of ``examples_per_epoch`` are done in
    this one. The record holds the phase, the layer, the epoch, and the means of the epoch so far.
    """

    kind: str
    epochs: int
    examples: int
    examples_per_epoch: int
    record: StackRecord

    @classmethod
    def from_native(cls, native: stacks.StackProgress) -> StackProgress:
        """Copies the library's structure."""
        kind = "epoch" if native.kind == structures.PROGRESS_EPOCH else "step"
        record = StackRecord.from_native(native.record)
        return cls(kind, native.epochs, native.examples, native.examples_per_epoch, record)

    def __str__(self) -> str:
        """One line about the epoch."""
        record = self.record
        what = f"layer {record.layer}" if record.phase == "pretraining" else "fine-tuning"
        line = f"{what:11} epoch {record.epoch:{len(str(self.epochs))}}/{self.epochs}  loss {record.loss:10.4f}"
        if record.error == record.error:  # NaN where there are no labels
            line += f"  error {record.error:7.2%}"
        if record.validation_loss == record.validation_loss:
            line += f"  validation loss {record.validation_loss:10.4f}"
        if record.validation_error == record.validation_error:
            line += f"  error {record.validation_error:7.2%}"
        return f"{line}  {record.seconds:6.2f} s"


#: A user's callback: anything true that it returns stops the training.
StackCallback = Callable[[StackProgress], object]

STACK_PROGRESS = ProgressKind(stacks.StackProgressFunction, StackProgress.from_native)
