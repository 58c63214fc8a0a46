"""Whether contestants do the same work: from the same weights, the same losses and the same answers."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from speed.processes import Apart

#: Steps of training, and how many of the first and of the last are compared: their means, since noise differs.
STEPS = 20
COMPARED = 8


class DisagreementError(Exception):
    """Two contestants did not do the same work."""


def check_losses(contestants: Sequence[Apart], tolerance: float) -> None:
    """Lets each take the first steps; the losses of the first and of the last must agree within this part of them."""
    ends = {}
    for contestant in contestants:
        losses = contestant.outcomes(STEPS)
        if losses[0] is not None:
            ends[contestant.name] = [statistics.fmean(part) for part in (losses[:COMPARED], losses[-COMPARED:])]
    compare(ends, tolerance, "the losses of the first and of the last steps")


def check_answers(contestants: Sequence[Apart], tolerance: float) -> None:
    """Asks each once; answers must agree within this part of the largest number in them."""
    answers = {contestant.name: contestant.outcomes(1)[0] for contestant in contestants}
    compare({name: each for name, each in answers.items() if each is not None}, tolerance, "the answers")


def compare(found: dict[str, Any], tolerance: float, what: str) -> None:
    """Compares everything with the first.

    Raises
    ------
    DisagreementError
        One differs by more than this part of the first's largest number.
    """
    if not found:
        return
    first, *others = found
    expected = np.asarray(found[first], dtype=np.float64)
    for name in others:
        actual = np.asarray(found[name], dtype=np.float64)
        if actual.shape != expected.shape:
            raise DisagreementError(f"{what}: {first} has the shape {expected.shape}, {name} {actual.shape}")
        distance = float(np.abs(actual - expected).max() / np.abs(expected).max())
        if not distance <= tolerance:
            raise DisagreementError(
                f"{what} of {first} and {name} differ by {distance:.2%}; at most {tolerance:.2%} was expected: "
                f"{expected.ravel()[:4]}, {actual.ravel()[:4]}"
            )
