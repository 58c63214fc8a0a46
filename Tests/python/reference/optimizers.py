"""The optimisers as PyTorch defines them, the schedules, and gradient clipping."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def clipped(gradient: Array, norm: float) -> Array:
    """The gradient scaled down to this Euclidean norm; 0 for no limit."""
    length = float(np.linalg.norm(gradient))
    return gradient * (norm / length) if norm > 0 and length > norm else gradient


def kl_weight(training: Mapping[str, Any], epochs: float) -> float:
    """beta, growing linearly from 0 over the first kl_warmup_epochs."""
    warmup = training["kl_warmup_epochs"]
    return float(training["beta"] * (min(1.0, epochs / warmup) if warmup > 0 else 1.0))


def learning_rate(training: Mapping[str, Any], epochs: float, batch_fraction: float) -> float:
    """The rate of a step: ``epochs`` elapsed before it, itself ``batch_fraction`` of an epoch."""
    warmup_rate = training["learning_rate"] * _growth(training["warmup_epochs"], epochs + batch_fraction)
    return float(warmup_rate * _schedule(training, epochs))


def _growth(warmup: float, epochs: float) -> float:
    return min(1.0, epochs / warmup) if warmup > 0 else 1.0


def _schedule(training: Mapping[str, Any], epochs: float) -> float:
    factor = float(training["schedule_factor"])
    if training["schedule"] == "step":
        return float(factor ** math.floor(epochs / training["schedule_epochs"]))
    if training["schedule"] == "exponential":
        return float(factor**epochs)
    if training["schedule"] == "cosine":
        return factor + (1 - factor) * (1 + math.cos(math.pi * min(1.0, epochs / training["epochs"]))) / 2
    return 1.0


class Optimizer:
    """One of the five optimisers, with its moments."""

    def __init__(self, training: Mapping[str, Any], size: int, examples: int) -> None:
        self.training, self.examples = training, examples
        self.first, self.second, self.steps = np.zeros(size), np.zeros(size), 0

    def apply(self, parameters: Array, gradient: Array, rate: float) -> Array:
        """The parameters after one step; ``gradient`` is that of the loss without the prior."""
        name = self.training["optimizer"]
        decay = self.training["weight_decay"] / self.examples
        gradient = clipped(gradient, self.training["gradient_clip_norm"])
        self.steps += 1
        if name == "adamw":
            parameters = parameters * (1 - rate * decay)
        else:
            gradient = gradient + decay * parameters
        return np.asarray(parameters - rate * getattr(self, f"_{name}")(gradient))

    def _sgd(self, g: Array) -> Array:
        momentum = self.training["momentum"]
        self.first = momentum * self.first + g
        return g + momentum * self.first if self.training["nesterov"] else self.first

    def _adagrad(self, g: Array) -> Array:
        self.second = self.second + g**2
        return np.asarray(g / (np.sqrt(self.second) + self.training["epsilon"]))

    def _rmsprop(self, g: Array) -> Array:
        beta2 = self.training["beta2"]
        self.second = beta2 * self.second + (1 - beta2) * g**2
        return np.asarray(g / (np.sqrt(self.second) + self.training["epsilon"]))

    def _adam(self, g: Array) -> Array:
        beta1, beta2 = self.training["beta1"], self.training["beta2"]
        self.first = beta1 * self.first + (1 - beta1) * g
        self.second = beta2 * self.second + (1 - beta2) * g**2
        mean = self.first / (1 - beta1**self.steps)
        square = self.second / (1 - beta2**self.steps)
        return np.asarray(mean / (np.sqrt(square) + self.training["epsilon"]))

    _adamw = _adam
