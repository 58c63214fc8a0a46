"""The activations and their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def sigmoid(a: Array) -> Array:
    return np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), 1 - 1 / (1 + np.exp(-np.abs(a))))


def softplus(a: Array) -> Array:
    return np.logaddexp(0, a)


def _normal_cdf(a: Array) -> Array:
    return np.asarray(0.5 * (1 + _erf(a / math.sqrt(2))))


def _normal_density(a: Array) -> Array:
    return np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)


#: name: (value, derivative), both of the pre-activation.
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (sigmoid, lambda a: sigmoid(a) * sigmoid(-a)),
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
    "relu": (lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(np.float64)),
    "leaky_relu": (lambda a: np.where(a > 0, a, 0.01 * a), lambda a: np.where(a > 0, 1.0, 0.01)),
    "elu": (lambda a: np.where(a > 0, a, np.expm1(np.minimum(a, 0))), lambda a: np.exp(np.minimum(a, 0))),
    "softplus": (softplus, sigmoid),
    "silu": (lambda a: a * sigmoid(a), lambda a: sigmoid(a) * (1 + a * sigmoid(-a))),
    "gelu": (lambda a: a * _normal_cdf(a), lambda a: _normal_cdf(a) + a * _normal_density(a)),
    "identity": (lambda a: a, np.ones_like),
}
