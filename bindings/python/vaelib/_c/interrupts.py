"""Ctrl-C in calls that report no progress, so that Python runs nothing until they return."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

#: No other descriptor is told of signals.
_NOBODY = -1
#: What ends the watch: the number of no signal.
_END = b"\0"


def is_ours() -> bool:
    """Whether Ctrl-C means KeyboardInterrupt in this thread: the main one, where no program handles it otherwise."""
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@contextmanager
def cancelled_by_ctrl_c(cancel: Callable[[], None]) -> Iterator[None]:
    """Calls ``cancel`` on Ctrl-C, which stops the call within; then Python raises KeyboardInterrupt as usual.

    Python's signal handler writes each signal to a descriptor at once, whatever the main thread does, and a thread
    waits for it there.
    """
    if not is_ours():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reading, before, cancel), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        try:
            signal.set_wakeup_fd(before)
        finally:
            _end(writing)
            watcher.join()


def _end(writing: int) -> None:
    """Has the watcher end: by a word, since a process that was forked meanwhile has the descriptor too."""
    try:
        with suppress(BlockingIOError):
            os.write(writing, _END)
    finally:
        os.close(writing)


def _watch(reading: int, before: int, cancel: Callable[[], None]) -> None:
    try:
        while (signals := os.read(reading, 64)) and not signals.endswith(_END):
            if signal.SIGINT in signals:
                cancel()
            if before != _NOBODY:
                os.write(before, signals)  # an event loop waits for them
    finally:
        os.close(reading)
