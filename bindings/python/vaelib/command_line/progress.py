"""What is said on the standard error stream while a command works: progress, notes, warnings."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

from vaelib._c.long_calls import Progress

#: Seconds between two drawings of the line on a terminal, and between two lines elsewhere.
_REDRAWN, _PRINTED = 0.1, 5.0


class ProgressLine:
    """One line at the bottom of a terminal that is drawn again and again; elsewhere a line every few seconds.

    ``with`` it a line that was drawn is taken away at the end, whatever happens. It is a callback of trainings and
    queries: calling it with their Progress shows that.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._is_quiet = quiet
        self._is_terminal = sys.stderr.isatty()
        self._shown = 0.0 if self._is_terminal else time.monotonic()
        self._is_drawn = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, progress: Progress) -> None:
        """Shows how far a training or a query is."""
        share = progress.examples / max(progress.examples_per_epoch, 1)
        if progress.phase == "query":
            self.show(f"{share:4.0%}  {progress.examples} of {progress.examples_per_epoch} rows")
        elif self._is_terminal:
            self.show(f"{share:4.0%} of {progress}")
        elif progress.kind == "epoch":
            self.show(str(progress), is_due=progress.epoch == 1)

    def show(self, text: str, *, is_due: bool = False) -> None:
        """Shows a text, if it is time for one, or if it is due in any case."""
        now = time.monotonic()
        wait = _REDRAWN if self._is_terminal else _PRINTED
        if self._is_quiet or (now - self._shown < wait and not is_due):
            return
        self._shown = now
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)
            self._is_drawn = True
        else:
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the line away."""
        if self._is_drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._is_drawn = False


def note(arguments: Any, text: str) -> None:
    """Says something that a user should know, unless nothing is to be said."""
    if not arguments.quiet:
        print(f"vaelib: {text}", file=sys.stderr, flush=True)
