"""Calls that take long: progress, Ctrl-C, and exceptions of the user's callback."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from vaelib import _structures as structures
from vaelib._errors import Cancelled
from vaelib._native import call


@dataclass(frozen=True)
class HistoryRecord:
    """One epoch of training, terms in nats per example; validation terms are NaN without a validation set.

    ``loss`` is what was minimised, kl_weight * kl - reconstruction; ``elbo`` is reconstruction - kl whatever the KL
    weight. ``kl_weight`` and ``learning_rate`` are those of the epoch's last step. ``epoch`` counts from 1 over all
    fits.
    """

    epoch: int
    examples_seen: int
    loss: float
    elbo: float
    reconstruction: float
    kl: float
    validation_elbo: float
    validation_reconstruction: float
    validation_kl: float
    kl_weight: float
    learning_rate: float
    seconds: float

    @classmethod
    def from_native(cls, native: structures.HistoryRecord) -> HistoryRecord:
        """Copies the library's structure."""
        return cls(**{field.name: getattr(native, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Progress:
    """What a callback is told. ``kind`` is "step" (about every 50 ms) or "epoch" (one has ended).

    ``epoch`` goes from 1 to ``epochs`` within this call; ``examples`` of ``examples_per_epoch`` are done in it. The
    record holds the means of the epoch so far.
    """

    kind: str
    epoch: int
    epochs: int
    examples: int
    examples_per_epoch: int
    record: HistoryRecord

    @classmethod
    def from_native(cls, native: structures.Progress) -> Progress:
        """Copies the library's structure."""
        kind = "epoch" if native.kind == structures.PROGRESS_EPOCH else "step"
        record = HistoryRecord.from_native(native.record)
        return cls(kind, native.epoch, native.epochs, native.examples, native.examples_per_epoch, record)


#: A user's callback: anything true that it returns stops the call.
Callback = Callable[[Progress], object]


class ProgressKind(NamedTuple):
    """How a family of functions reports: the type of their callback, and how its structure becomes Python's."""

    function_type: Any
    from_native: Callable[[Any], Any]


MODEL_PROGRESS = ProgressKind(structures.ProgressFunction, Progress.from_native)


class LongCall:
    """One call that reports progress and can be stopped.

    An exception of the callback, and Ctrl-C, stop the call; ``run`` raises them once the library has returned.
    ``stopped_by_callback`` tells whether the callback asked for the end.
    """

    def __init__(
        self,
        callback: Callable[[Any], object] | None,
        cancel: Callable[[], None],
        progress_kind: ProgressKind = MODEL_PROGRESS,
    ) -> None:
        self.stopped_by_callback = False
        self._callback = callback
        self._cancel = cancel
        self._progress_kind = progress_kind
        self._error: BaseException | None = None
        self._interrupted = False

    def run(self, name: str, *arguments: Any, after: tuple[Any, ...] = ()) -> None:
        """Calls ``name`` with ``arguments``, the progress function, its user data, and the arguments ``after``."""
        function = self._progress_kind.function_type(self._progress)
        try:
            with self._ctrl_c():
                call(name, *arguments, function, None, *after)
        except Cancelled as cancelled:
            self._raise_reason(cancelled)
            raise
        self._raise_reason(None)

    def _raise_reason(self, cause: Cancelled | None) -> None:
        if self._error is not None:
            raise self._error from cause
        if self._interrupted:
            raise KeyboardInterrupt from cause

    def _progress(self, native: Any, _user_data: Any) -> int:
        try:
            if self._callback is not None and self._callback(self._progress_kind.from_native(native.contents)):
                self.stopped_by_callback = True
            return int(self.stopped_by_callback or self._interrupted)
        except BaseException as error:  # whatever it is, it must not be lost inside ctypes
            self._error = error
            return 1

    @contextmanager
    def _ctrl_c(self) -> Iterator[None]:
        """Turns Ctrl-C into a cancel: raised inside the progress function, KeyboardInterrupt could be swallowed."""
        ours = threading.current_thread() is threading.main_thread()
        if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _on_interrupt(self, _signal: int, _frame: object) -> None:
        self._interrupted = True
        self._cancel()
