"""How far a training, a query or a conversion is, as a callback that shows it."""

from __future__ import annotations

from typing import Protocol

from vaelib._c.long_calls import Progress, Watcher, metric_texts
from vaelib._c.progress_displays import Bar, Lines, State, new_display

#: The metrics behind a bar, of a VAE and of a stack.
_IN_BAR = (("elbo", "validation_elbo"), ("loss", "error", "validation_error"))


class _OfConversion(Protocol):
    """What the callbacks of ``vaelib.convert`` receive."""

    @property
    def dataset(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def fraction(self) -> float: ...


class ProgressBar(Watcher):
    """A callback that shows how far a training, a query or a conversion is, how fast, and how long it will take.

    It is for whatever has ``callbacks``; estimators with ``verbose="bar"`` have one of their own. In a terminal and in
    a notebook it is a bar of tqdm, if that is installed; elsewhere lines, at most one for each hundredth of the work.
    Both go to the standard error stream. Of queries there is nothing to see before half a second.

    Parameters
    ----------
    leave : bool, default True
        Whether the bar stays there when the work is done.

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = np.random.RandomState(0).normal(size=(500, 8))
    >>> vae = vaelib.VAE(epochs=5).fit(X, callbacks=vaelib.ProgressBar(leave=False))
    """

    def __init__(self, *, leave: bool = True) -> None:
        self._leave = leave
        self._display: Bar | Lines | None = None
        self._last: State | None = None

    def __call__(self, progress: Progress | _OfConversion) -> None:
        """Shows how far a call is."""
        if isinstance(progress, Progress):
            self.show(_of_query(progress) if progress.phase == "query" else _of_training(progress))
        else:
            remark = f"{progress.dataset}: {progress.rows} rows"
            line = f"{progress.fraction:4.0%}  {remark}"
            self.show(State("", progress.fraction, 1, "", "", remark, line))

    def show(self, state: State) -> None:
        """Shows how far some work is."""
        last = self._last
        if self._display is None or last is None or last.work != state.work or last.done > state.done:
            self.close()
            self._display = new_display(state, self._leave)
        self._last = state
        self._display.show(state)
        if state.is_whole and state.done >= state.total:
            self.close()  # here already, so that nothing else is written into the bar

    def clear(self) -> None:
        """Takes the bar away until the next drawing, so that something else can be printed."""
        if self._display is not None:
            self._display.clear()

    def close(self) -> None:
        """Ends what is shown."""
        display, self._display, self._last = self._display, None, None
        if display is not None:
            display.close()


def rows_state(done: int, total: int) -> State:
    """How many rows a query has answered."""
    return State("", done, total, "row", "", "", f"{done / max(total, 1):4.0%}  {done} of {total} rows")


def _of_query(progress: Progress) -> State:
    state = rows_state(progress.examples, progress.examples_per_epoch)
    return State(**{**vars(state), "is_whole": progress.kind == "epoch"})


def _of_training(progress: Progress) -> State:
    share = progress.examples / max(progress.examples_per_epoch, 1)
    is_whole = progress.kind == "epoch"
    return State(
        progress.task,
        progress.epoch if is_whole else progress.epoch - 1 + min(share, 1.0),
        progress.epochs,
        "epoch",
        f"{progress.task} epoch {progress.epoch}/{progress.epochs}: ".lstrip(),
        ", ".join(metric_texts(progress, *_IN_BAR)),
        str(progress) if is_whole else f"{share:4.0%} of {progress}",
        progress.epoch - 1,
        is_whole,
    )
