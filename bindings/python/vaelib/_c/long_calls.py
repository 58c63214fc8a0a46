"""Calls that take long: progress, Ctrl-C, and exceptions of the user's callback."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vaelib._c.calls import call
from vaelib._c.errors import Cancelled
from vaelib._c.header import PHASE, PROGRESS_KIND, ProgressFn
from vaelib._c.interrupts import is_ours

_KIND_NAMES = {number: name for name, number in PROGRESS_KIND.items()}
#: The names of the phases by their numbers.
PHASE_NAMES = {number: name for name, number in PHASE.items()}

#: The metrics in a line about an epoch, of a VAE and of a stack.
_SHOWN = (
    ("elbo", "reconstruction", "kl", "validation_elbo"),
    ("loss", "error", "validation_loss", "validation_error"),
)


@dataclass(frozen=True)
class Progress:
    """What a callback receives.

    Attributes
    ----------
    kind : {"step", "epoch"}
        "step" about every 50 ms; "epoch" once one has ended.
    phase : {"fit", "pretraining", "supervised", "unsupervised", "query"}
        What a model is being trained for; "query" if it is not.
    layer : int
        The layer that is being pretrained, from 0; otherwise 0.
    epoch, epochs : int
        From 1 to ``epochs`` within this call, and phase or layer. A query is one epoch.
    examples, examples_per_epoch : int
        Examples done in this epoch, and how many there are in all.
    metrics : dict of str to float
        The metrics of the epoch, by their names in ``history_``: the means so far. Empty in queries.
    """

    kind: str
    phase: str
    layer: int
    epoch: int
    epochs: int
    examples: int
    examples_per_epoch: int
    metrics: dict[str, float]

    @property
    def task(self) -> str:
        """What a stack is being trained for, as in "layer 0" or "fine-tuning"; empty for a VAE and in queries."""
        if self.phase in ("fit", "query"):
            return ""
        return f"layer {self.layer}" if self.phase == "pretraining" else "fine-tuning"

    def __str__(self) -> str:
        """One line about the epoch."""
        if self.phase == "query":
            return f"{self.examples} of {self.examples_per_epoch} rows"
        task = f"{self.task:11} " if self.task else ""
        line = f"{task}epoch {self.epoch:{len(str(self.epochs))}}/{self.epochs}"
        line = "  ".join([line, *metric_texts(self, *_SHOWN, "10.4f", "7.2%")])
        return f"{line}  {self.metrics.get('seconds', 0.0):6.2f} s"


def metric_texts(
    progress: Progress, of_vae: tuple[str, ...], of_stack: tuple[str, ...], number: str = ".5g", share: str = ".2%"
) -> list[str]:
    """Those of these metrics that have a value, each as a text: of a VAE some, of a stack others."""
    values = {name: progress.metrics.get(name, math.nan) for name in (of_vae if progress.phase == "fit" else of_stack)}
    return [
        f"{name.replace('_', ' ')} {format(value, share if name.endswith('error') else number)}"
        for name, value in values.items()
        if not math.isnan(value)
    ]


#: A user's callback: anything true that it returns stops the call.
Callback = Callable[[Progress], object]


class Watcher:
    """A callback that is told when the call has ended, however that was."""

    def __call__(self, progress: Progress) -> object:
        """Sees how far the call is."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what it has begun; another call may follow."""


@contextmanager
def ended(callback: object) -> Iterator[None]:
    """Tells a Watcher when what is done within has ended."""
    try:
        yield
    finally:
        if isinstance(callback, Watcher):
            callback.close()


def _progress_of(native: Any) -> Progress:
    """Copies the library's structure."""
    metrics = {metric.name.decode(): metric.value for metric in native.metrics[: native.metric_count]}
    numbers = (native.layer, native.epoch, native.epochs, native.examples, native.examples_per_epoch)
    return Progress(_KIND_NAMES[native.kind], PHASE_NAMES[native.phase], *numbers, metrics)


class LongCall:
    """One call that reports progress and can be stopped.

    An exception of the callback, and Ctrl-C, stop the call; ``run`` raises them once the library has returned.
    ``stopped_by_callback`` tells whether the callback asked for the end.
    """

    def __init__(self, callback: Callback | None, cancel: Callable[[], None]) -> None:
        self.stopped_by_callback = False
        self._callback = callback
        self._cancel = cancel
        self._error: BaseException | None = None
        self._interrupted = False

    def run(self, name: str, *arguments: Any, after: tuple[Any, ...] = ()) -> None:
        """Calls ``name`` with ``arguments``, the progress function, its user data, and the arguments ``after``."""
        function = ProgressFn(self._progress)
        try:
            with ended(self._callback), self._ctrl_c():
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
            if self._callback is not None and self._callback(_progress_of(native.contents)):
                self.stopped_by_callback = True
            return int(self.stopped_by_callback or self._interrupted)
        except BaseException as error:  # whatever it is, it must not be lost inside ctypes
            self._error = error
            return 1

    @contextmanager
    def _ctrl_c(self) -> Iterator[None]:
        """Turns Ctrl-C into a cancel: raised inside the progress function, KeyboardInterrupt could be swallowed."""
        if not is_ours():
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
