"""What a training or a query says while it goes on: what ``verbose`` asks for, and what the logger is told."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from vaelib._c.callbacks import listed
from vaelib._c.errors import InvalidArgument
from vaelib._c.logs import logger
from vaelib._c.long_calls import Callback, Callbacks, Progress
from vaelib._c.progress_bars import ProgressBar

#: How many epochs are shown, beside the first and the last: small sets are passed over thousands of times.
_SHOWN_EPOCHS = 100
#: The level of logging that these lines have; others are for debugging.
_INFO, _DEBUG = 20, 10


def reporting(verbose: Any, callbacks: Callbacks) -> list[Callback]:
    """The user's callbacks, and before them what ``verbose`` asks for and the logger is told.

    Raises
    ------
    InvalidArgument
        ``verbose`` is something unknown.
    """
    reports: list[Callback] = []
    if isinstance(verbose, str):
        if verbose != "bar":
            raise InvalidArgument(f'verbose must be 0, 1 or "bar", not {verbose!r}')
        reports.append(ProgressBar())
    elif not isinstance(verbose, (numbers.Integral, np.bool_)):  # bool is such
        raise InvalidArgument(f'verbose must be 0, 1 or "bar", not {verbose!r}')
    elif verbose:
        reports.append(_print)
    log = logger()
    if log is not None and log.isEnabledFor(_INFO):
        reports.append(_log)
    return [*reports, *listed(callbacks)]


def _print(progress: Progress) -> None:
    """A line about an epoch that is shown."""
    if progress.kind == "epoch" and progress.phase != "query" and _is_shown(progress):
        print(progress, flush=True)


def _log(progress: Progress) -> None:
    """The same line to the logger; about other epochs one for debugging."""
    log = logger()
    if log is not None and progress.kind == "epoch" and progress.phase != "query":
        log.log(_INFO if _is_shown(progress) else _DEBUG, "%s", progress)


def _is_shown(progress: Progress) -> bool:
    """Whether an epoch is the first, the last, or one of about a hundred in between."""
    step = -(-progress.epochs // _SHOWN_EPOCHS)
    return progress.epoch in (1, progress.epochs) or progress.epoch % step == 0
