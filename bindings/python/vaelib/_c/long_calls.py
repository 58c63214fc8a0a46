"""Calls that take long: progress, Ctrl-C, and exceptions of the user's callbacks."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from vaelib._c.callbacks import listed, want_end
from vaelib._c.calls import call
from vaelib._c.errors import Cancelled
from vaelib._c.header import PHASE, PROGRESS_KIND, ProgressFn, StopFn
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
    """What a callback receives; ``get_weights()`` gives it the weights reached so far.

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
    _weights: Callable[[], dict[str, npt.NDArray[np.float32]]] | None = field(default=None, repr=False, compare=False)

    def get_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of all weights as they are during the call, as ``get_weights`` of the estimator gives them."""
        if self._weights is None:
            raise ValueError("this Progress is of no call of a model, so there are no weights")
        return self._weights()

    def __getstate__(self) -> dict[str, Any]:
        """What another process can be told: all but the weights."""
        return {**vars(self), "_weights": None}

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


#: A user's callback: the call ends if it returns True.
Callback: TypeAlias = Callable[[Progress], object]
#: One, several or none.
Callbacks: TypeAlias = "Callback | Iterable[Callback] | None"


class Watcher:
    """A callback that is told when the call has ended, however that was."""

    def __call__(self, progress: Progress) -> object:
        """Sees how far the call is."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what it has begun; another call may follow."""


@contextmanager
def ended(callbacks: Iterable[object]) -> Iterator[None]:
    """Tells those that are a Watcher when what is done within has ended."""
    try:
        yield
    finally:
        for callback in callbacks:
            if isinstance(callback, Watcher):
                callback.close()


class LongCall:
    """One call of a model that reports progress and can be stopped.

    An exception of a callback, and Ctrl-C, stop the call; ``run`` raises them once the library has returned.
    ``stopped_by_callback`` tells whether a callback asked for the end, ``callback_failed`` whether one raised.
    """

    def __init__(self, callbacks: Callbacks = None, model: Any = None) -> None:
        self.stopped_by_callback = False
        self._callbacks = listed(callbacks)
        self._model = model
        self._error: BaseException | None = None
        self._interrupted = False

    @property
    def callback_failed(self) -> bool:
        """Whether a callback raised, or a signal handler of the program's own."""
        return self._error is not None

    def run(self, name: str, *arguments: Any, after: tuple[Any, ...] = ()) -> None:
        """Calls ``name`` with ``arguments``, the progress function, its user data, and the arguments ``after``."""
        with self._stoppable():
            call(name, *arguments, ProgressFn(self._progress), None, *after)

    @contextmanager
    def asked(self) -> Iterator[Any]:
        """The function that a call within, which reports no progress, is to ask whether it should stop."""
        function = StopFn(self._should_stop)
        with self._stoppable():
            yield function

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Raises what stopped the call within once it has returned."""
        try:
            with ended(self._callbacks), self._ctrl_c():
                yield
        except Cancelled as cancelled:
            self._raise_reason(cancelled)
            raise
        self._raise_reason(None)

    def _raise_reason(self, cause: Cancelled | None) -> None:
        if self._error is not None:
            raise self._error from cause
        if self._interrupted:
            raise KeyboardInterrupt from cause

    def _progress(self, native: Any, user_data: Any) -> int:
        try:
            if self._callbacks and want_end(self._callbacks, self._progress_of(native.contents)):
                self.stopped_by_callback = True
            return self._should_stop(user_data)
        except BaseException as error:  # whatever it is, it must not be lost inside ctypes
            self._error = error
            return 1

    def _should_stop(self, _user_data: Any) -> int:
        try:
            return int(self.stopped_by_callback or self._interrupted)
        except BaseException as error:  # of a signal handler of the program's own
            self._error = error
            return 1

    def _progress_of(self, native: Any) -> Progress:
        """Copies the library's structure."""
        metrics = {metric.name.decode(): metric.value for metric in native.metrics[: native.metric_count]}
        numbers = (native.layer, native.epoch, native.epochs, native.examples, native.examples_per_epoch)
        kind, phase = _KIND_NAMES[native.kind], PHASE_NAMES[native.phase]
        return Progress(kind, phase, *numbers, metrics, self._model.get_weights)

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
        if self._model is not None:
            self._model.cancel()
