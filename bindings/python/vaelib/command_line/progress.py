"""What is said on the standard error stream while a command works: progress and notes."""

from __future__ import annotations

import sys
from typing import Any

from vaelib._c.progress_bars import ProgressBar, rows_state
from vaelib._c.progress_displays import State


class CommandProgress(ProgressBar):
    """The progress of a command, of which nothing is left on a terminal at the end, whatever happens; ``with`` it.

    Queries that are asked block by block are one work: ``advance`` says where the next block begins.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(leave=False)
        self._is_quiet = quiet
        self._before, self._rows = 0, 0

    def __enter__(self) -> CommandProgress:
        return self

    def __exit__(self, *_: object) -> None:
        super().close()

    def advance(self, done: int, rows: int) -> None:
        """Shows how many of how many rows are answered; the next query is about those that follow."""
        self._before, self._rows = done, rows
        self.show(rows_state(0, rows))

    def show(self, state: State) -> None:
        """Shows how far the work is, unless nothing is to be said."""
        if self._is_quiet:
            return
        if state.unit == "row" and self._rows:
            state = rows_state(self._before + int(state.done), self._rows)
        super().show(state)

    def close(self) -> None:
        """A query has ended, but perhaps not the last one of the command."""
        if not self._rows:
            super().close()


def note(arguments: Any, text: str) -> None:
    """Says something that a user should know, unless nothing is to be said."""
    if not arguments.quiet:
        print(f"vaelib: {text}", file=sys.stderr, flush=True)
