"""How the losses of a plain training went, to find what went wrong without a word."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Losses = npt.NDArray[np.float64]

WINDOWS = 20
"""Losses are noisy: means over a twentieth of the epochs are compared, too."""


@dataclass(frozen=True)
class PhaseCourse:
    """One phase of a training, of stacks one layer of it; infinite where a loss is not finite."""

    name: str
    epochs: int
    #: How far the last loss is above the best, as a share of what was gained. Of a thousand losses the best is so by
    #: chance, and the last is not.
    rise: float
    #: How far the mean of the last losses is above the best mean of as many.
    lasting_rise: float


def courses(history: dict[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    """The course of each phase in a history."""
    loss = np.asarray(history["loss"], np.float64)
    names = np.full(len(loss), "fit", dtype=object)
    if "phase" in history:
        layers = history.get("layer", np.zeros(len(loss)))
        names = np.array([f"{phase} {layer}" for phase, layer in zip(history["phase"], layers, strict=True)], object)
    return [asdict(_course(name, loss[names == name])) for name in dict.fromkeys(names)]


def validated(history: dict[str, npt.NDArray[Any]]) -> dict[str, float]:
    """The best bound of the validation rows, of VAEs."""
    bounds = history.get("validation_elbo")
    return {} if bounds is None or len(bounds) == 0 else {"validation_bound": float(np.nanmax(bounds))}


def _course(name: str, losses: Losses) -> PhaseCourse:
    if not np.isfinite(losses).all():
        return PhaseCourse(name, len(losses), float("inf"), float("inf"))
    window = max(1, len(losses) // WINDOWS)
    means = np.convolve(losses, np.full(window, 1 / window), "valid")
    return PhaseCourse(name, len(losses), _rise(losses, losses[0]), _rise(means, losses[0]))


def _rise(losses: Losses, first: float) -> float:
    above, gain = float(losses[-1] - losses.min()), float(first - losses.min())
    return above / gain if gain > 0 else float(above > 0)
