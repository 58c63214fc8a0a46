"""What shows how far some work is: a bar in a terminal or a notebook, lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
import warnings
from dataclasses import dataclass
from typing import Any

#: Seconds between two drawings of a bar.
_REDRAWN = 0.1
#: Seconds that a query takes before a bar is drawn: most are done by then.
_DELAY = 0.5
#: Seconds between two lines at ends of epochs and in queries, and within long epochs.
_PRINTED, _PRINTED_WITHIN = 5.0, 60.0
#: The share of the work between two lines.
_STEP = 0.01

_FORMAT = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}, {rate_fmt}{postfix}"
_FORMAT_OF_ROWS = "{desc}{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_fmt}]"
_FORMAT_OF_SHARES = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


@dataclass(frozen=True)
class State:
    """How far some work is: ``done`` of ``total``.

    ``work`` is what a bar is of, so that another one begins with the next; ``label`` stands before the bar, ``remark``
    behind it, and ``line`` where there is no bar. ``begun`` was done before. ``is_whole`` says that an epoch has ended.
    """

    work: str
    done: float
    total: float
    unit: str
    label: str
    remark: str
    line: str
    begun: float = 0
    is_whole: bool = False

    @property
    def share(self) -> float:
        """The share that is done."""
        return self.done / self.total if self.total > 0 else 1.0

    @property
    def is_training(self) -> bool:
        """Whether epochs are counted."""
        return self.unit == "epoch"


def new_display(state: State, leave: bool) -> Bar | Lines:
    """A bar for some work, which stays at the end if it is to be left, or lines where there can be no bar."""
    tqdm = _tqdm()
    return Lines(state) if tqdm is None else Bar(tqdm, state, leave)


class Bar:
    """A bar of tqdm."""

    def __init__(self, tqdm: Any, state: State, leave: bool) -> None:
        form = {"epoch": _FORMAT, "row": _FORMAT_OF_ROWS}.get(state.unit, _FORMAT_OF_SHARES)
        self._bar = tqdm(
            total=state.total,
            initial=state.begun,
            desc=state.label,
            unit=state.unit,
            unit_scale=state.unit == "row",
            leave=leave,
            file=sys.stderr,
            miniters=0,
            mininterval=_REDRAWN,
            delay=0 if state.is_training else _DELAY,
            **_size(),
            bar_format=form,
        )

    def show(self, state: State) -> None:
        self._bar.set_description_str(state.label, refresh=False)
        self._bar.set_postfix_str(state.remark, refresh=False)
        self._bar.update(state.done - self._bar.n)

    def clear(self) -> None:
        self._bar.clear()

    def close(self) -> None:
        self._bar.close()


class Lines:
    """A line now and then."""

    def __init__(self, state: State) -> None:
        self._began = self._printed = time.monotonic()
        self._begun = self._share = state.begun / state.total if state.total > 0 else 0.0
        self._is_begun = False

    def show(self, state: State) -> None:
        now = time.monotonic()
        wait = _PRINTED if state.is_whole or not state.is_training else _PRINTED_WITHIN
        is_due = now - self._printed >= wait and state.share - self._share >= _STEP
        is_end = state.is_training and state.is_whole and (not self._is_begun or state.done >= state.total)
        if is_due or is_end:
            self._printed, self._share, self._is_begun = now, state.share, True
            print(f"{state.line}{self._left(state, now)}", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Lines stay."""

    def close(self) -> None:
        """Lines stay."""

    def _left(self, state: State, now: float) -> str:
        """How long the rest will take, if it will be seconds."""
        done = state.share - self._begun
        seconds = (now - self._began) * (1 - state.share) / done if done > 0 else 0.0
        return f", {_duration(seconds)} left" if seconds >= 1 else ""


def _duration(seconds: float) -> str:
    """As in 0:07 or 1:02:07."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _tqdm() -> Any:
    """The class of bars for where the program runs; None where there are none."""
    in_notebook = _is_notebook()
    if not in_notebook and (sys.stderr is None or not sys.stderr.isatty()):
        return None
    with warnings.catch_warnings():
        # That the choice of the notebook's bar is new, or that it lacks ipywidgets and is a text.
        warnings.filterwarnings("ignore", module="tqdm")
        warnings.filterwarnings("ignore", message=".*(IProgress|autonotebook)")
        try:
            if in_notebook:
                from tqdm.autonotebook import tqdm
            else:
                from tqdm import tqdm
        except ImportError:
            return None
    return tqdm


def _size() -> dict[str, Any]:
    """How wide a bar is: as its window, but 80 letters in a terminal that does not know its own size."""
    try:
        is_known = min(os.get_terminal_size(sys.stderr.fileno())) > 0
    except (OSError, ValueError):
        is_known = True
    return {"dynamic_ncols": True} if is_known else {"ncols": 80, "nrows": 24}


def _is_notebook() -> bool:
    """Whether the program runs in a notebook, whose streams are no terminals."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config
