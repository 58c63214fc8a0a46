"""Checkpoints: the file that a training goes on from after it was killed, cancelled or cut off."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any

from vaelib._c import header
from vaelib._c.arguments import count, seed_from, text
from vaelib._c.calls import defaults, described

_DEFAULTS = defaults(header.CheckpointConfig)


def describe(path: str | os.PathLike[str]) -> header.CheckpointInfo:
    """What a checkpoint file says of its training.

    Raises
    ------
    FormatError
        The file is no checkpoint.
    """
    place = text(os.fsencode(path))
    return described(header.CheckpointInfo, "vaelib_checkpoint_describe", place, path=os.fsdecode(place))


@dataclass(frozen=True)
class Checkpoint:
    """Where and when ``fit`` keeps the state of its training, so that it goes on from there.

    The file holds the model, which ``vaelib.load`` reads as of that moment, and all that the training needs to go on to
    the same weights and history, bit for bit, as without the interruption (on the same machine). Whichever of the three
    conditions holds first, it is replaced, complete or not at all; and always when the training ends or is stopped.

    Parameters
    ----------
    path : path
        The file. Its folder must exist.
    every_seconds : float, default 600
        Write after so many seconds since the last time; 0 for not by time.
    every_epochs : int, default 0
        Write after every so many epochs; 0 for not by epochs.
    every_steps : int, default 0
        Write after every so many steps, also within an epoch; 0 for not by steps.
    resume : bool, default True
        Go on from the file if it is there; False begins anew, and the first checkpoint replaces the file.
    """

    path: str | os.PathLike[str]
    every_seconds: float = _DEFAULTS.every_seconds
    every_epochs: int = _DEFAULTS.every_epochs
    every_steps: int = _DEFAULTS.every_steps
    resume: bool = bool(_DEFAULTS.resume)

    def config(self) -> header.CheckpointConfig:
        """The checkpoint as the library takes it; the structure keeps what it points to alive."""
        config = defaults(header.CheckpointConfig)
        config.path = text(os.fsencode(self.path))
        try:
            config.every_seconds = self.every_seconds
        except TypeError:
            raise TypeError(f"every_seconds must be a number, not {self.every_seconds!r}") from None
        config.every_epochs = count(self.every_epochs, "every_epochs")
        config.every_steps = count(self.every_steps, "every_steps")
        config.resume = bool(self.resume)
        return config

    @property
    def seed(self) -> int | None:
        """The seed of the training in the file; None if this one begins anew.

        Raises
        ------
        FormatError
            The file is there, but is no checkpoint.
        """
        if not (self.resume and os.path.exists(self.path)):
            return None
        return int(describe(self.path).seed)

    @property
    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever the file is replaced; None while there is none."""
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


#: What ``fit`` takes: a path stands for a checkpoint with the defaults.
CheckpointLike = Checkpoint | str | os.PathLike[str] | None


def checkpoint_of(value: Any) -> Checkpoint | None:
    """The argument ``checkpoint`` of ``fit``.

    Raises
    ------
    TypeError
        It is neither None, a path, nor a Checkpoint.
    """
    if value is None or isinstance(value, Checkpoint):
        return value
    if isinstance(value, str | os.PathLike):
        return Checkpoint(value)
    raise TypeError(f"checkpoint must be None, a path or a vaelib.Checkpoint, not {value!r}")


def attach(config: header.TrainingConfig, checkpoint: Checkpoint | None) -> object:
    """Lets a training configuration point to a checkpoint; returns what must be kept alive with it."""
    if checkpoint is None:
        return None
    kept = checkpoint.config()
    config.checkpoint = ctypes.pointer(kept)
    return kept


def training_seed(random_state: Any, checkpoint: Checkpoint | None) -> int:
    """The seed of a training: an integer is one; else that of the checkpoint it goes on from, else a new one.

    A seed is drawn in any case, so that generators are left in the same state.
    """
    drawn = seed_from(random_state)
    if checkpoint is None or hasattr(random_state, "__index__"):
        return drawn
    saved = checkpoint.seed
    return drawn if saved is None else saved
