"""What a user has called while something takes long: one callable or several, and whether they stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

Told = TypeVar("Told")


def listed(callbacks: Callable[[Told], object] | Iterable[Callable[[Told], object]] | None) -> list[Any]:
    """The callables in the argument ``callbacks``.

    Raises
    ------
    TypeError
        It holds something that cannot be called.
    """
    if callbacks is None:
        return []
    if callable(callbacks):
        return [callbacks]
    found = list(callbacks) if isinstance(callbacks, Iterable) and not isinstance(callbacks, str) else [callbacks]
    for each in found:
        if not callable(each):
            raise TypeError(f"callbacks must be a callable, or several in a list; {each!r} is none")
    return found


def want_end(callbacks: list[Callable[[Told], object]], told: Told) -> bool:
    """Calls all of them; whether one returned True. Other values, true or not, mean nothing."""
    answers = [callback(told) for callback in callbacks]
    return any(isinstance(answer, bool | np.bool_) and bool(answer) for answer in answers)
