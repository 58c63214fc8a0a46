"""Checkpoints: the file that a training resumes from after it was killed, cancelled or interrupted."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any

from vaelib._c import header
from vaelib._c.arguments import Path, count, path_bytes, seed_from
from vaelib._c.calls import defaults, described

_DEFAULTS = defaults(header.CheckpointConfig)


def describe(path: Path, check_in_child: bool = False) -> header.CheckpointInfo:
    """The state of the training in a checkpoint file, which a child process reads first if asked to.

    Raises
    ------
    FormatError
        The file is not a checkpoint.
    """
    place = path_bytes(path)
    arguments = (place, bool(check_in_child))
    return described(header.CheckpointInfo, "vaelib_checkpoint_describe", *arguments, path=os.fsdecode(place))


@dataclass(frozen=True)
class Checkpoint:
    """Where and when ``fit`` saves the state of its training, so that it can resume from there.

    The file holds the model at that moment, which ``vaelib.load`` reads, and all that the training needs to end with
    the same weights and history, bit for bit, as without the interruption (on the same machine). It is replaced,
    complete or not at all, when the first of the three conditions holds, and always when the training ends or is
    stopped.

    Parameters
    ----------
    path : path
        The file. Its folder must exist.
    every_seconds : float, default 600
        Write a checkpoint whenever so many seconds have passed since the last; 0: not by time.
    every_epochs : int, default 0
        Write a checkpoint after every so many epochs; 0: not by epochs.
    every_steps : int, default 0
        Write a checkpoint after every so many steps, also within an epoch; 0: not by steps.
    resume : bool, default True
        Resume from the file if it exists; False starts from the beginning, and the first checkpoint replaces the file.
    check_in_child : bool, default False
        Whether a child process reads the file first, so that one damaged on purpose can do no harm in this one.
    """

    path: Path
    every_seconds: float = _DEFAULTS.every_seconds
    every_epochs: int = _DEFAULTS.every_epochs
    every_steps: int = _DEFAULTS.every_steps
    resume: bool = bool(_DEFAULTS.resume)
    check_in_child: bool = bool(_DEFAULTS.check_in_child)

    def config(self) -> header.CheckpointConfig:
        """The checkpoint as the library takes it; the structure keeps what it points to alive."""
        config = defaults(header.CheckpointConfig)
        config.path = path_bytes(self.path)
        try:
            config.every_seconds = self.every_seconds
        except TypeError:
            raise TypeError(f"every_seconds must be a number, not {self.every_seconds!r}") from None
        config.every_epochs = count(self.every_epochs, "every_epochs")
        config.every_steps = count(self.every_steps, "every_steps")
        config.resume = bool(self.resume)
        config.check_in_child = bool(self.check_in_child)
        return config

    @property
    def seed(self) -> int | None:
        """The seed of the training in the file; None if this one starts from the beginning.

        Raises
        ------
        FormatError
            The file exists, but is not a checkpoint.
        """
        if not (self.resume and os.path.exists(self.path)):
            return None
        return int(describe(self.path, self.check_in_child).seed)

    @property
    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever the file is replaced; None if there is no file."""
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
    """The seed of a training: an integer is one; else that of the checkpoint it resumes from, else a new one.

    A seed is drawn in any case, so that generators are left in the same state.
    """
    drawn = seed_from(random_state)
    if checkpoint is None or hasattr(random_state, "__index__"):
        return drawn
    saved = checkpoint.seed
    return drawn if saved is None else saved
