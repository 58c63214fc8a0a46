"""Densities of a location m and a scale exp(v / 2), column by column: the logarithm, and its slopes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from reference.activations import sigmoid, softplus

Array = npt.NDArray[np.float64]

DEGREES_TENSOR = "decoder/degrees_of_freedom"
#: Of the logarithm of learned degrees of freedom.
DEGREES_LIMITS = (0.0, math.log(1000))


class Density(Protocol):
    """log p(x), its derivatives at location and v, and what makes variances of exp(v)."""

    def log(self, x: Array, m: Array, v: Array) -> Array:
        """Of each value."""

    def slopes(self, x: Array, m: Array, v: Array) -> tuple[Array, Array]:
        """At m and at v."""

    def variance(self, v: Array) -> Array:
        """Of each column."""


@dataclass(frozen=True)
class Gaussian:
    """N(m, exp v)."""

    def log(self, x: Array, m: Array, v: Array) -> Array:
        return np.asarray(-0.5 * (math.log(2 * math.pi) + v + (x - m) ** 2 * np.exp(-v)))

    def slopes(self, x: Array, m: Array, v: Array) -> tuple[Array, Array]:
        return (x - m) * np.exp(-v), 0.5 * ((x - m) ** 2 * np.exp(-v) - 1)

    def variance(self, v: Array) -> Array:
        return np.exp(v)


@dataclass(frozen=True)
class Laplace:
    """exp(-|x - m| / b) / 2b, with 2 b^2 = exp v."""

    def log(self, x: Array, m: Array, v: Array) -> Array:
        scale = np.exp(v / 2) / math.sqrt(2)
        return np.asarray(-np.log(2 * scale) - np.abs(x - m) / scale)

    def slopes(self, x: Array, m: Array, v: Array) -> tuple[Array, Array]:
        scale = np.exp(v / 2) / math.sqrt(2)
        return np.sign(x - m) / scale, 0.5 * (np.abs(x - m) / scale - 1)

    def variance(self, v: Array) -> Array:
        return np.exp(v)


@dataclass(frozen=True)
class StudentT:
    """t with n degrees of freedom."""

    degrees: Array

    def log(self, x: Array, m: Array, v: Array) -> Array:
        n = self.degrees
        constant = gammaln((n + 1) / 2) - gammaln(n / 2) - 0.5 * np.log(n * math.pi)
        return np.asarray(constant - 0.5 * v - (n + 1) / 2 * np.log1p((x - m) ** 2 * np.exp(-v) / n))

    def slopes(self, x: Array, m: Array, v: Array) -> tuple[Array, Array]:
        n, q = self.degrees, (x - m) ** 2 * np.exp(-v)
        return (n + 1) / (n + q) * (x - m) * np.exp(-v), 0.5 * ((n + 1) * q / (n + q) - 1)

    def slope_at_degrees(self, x: Array, m: Array, v: Array) -> Array:
        """At n."""
        n, q = self.degrees, (x - m) ** 2 * np.exp(-v)
        own = digamma((n + 1) / 2) - digamma(n / 2) - 1 / n
        return np.asarray(0.5 * (own - np.log1p(q / n) + (n + 1) / n * q / (n + q)))

    def variance(self, v: Array) -> Array:
        n = self.degrees
        return np.asarray(np.exp(v) * np.where(n > 2, n / np.where(n > 2, n - 2, 1), np.inf))


LOCATION_SCALE = ("gaussian", "laplace", "student_t", "log_normal")


def density(likelihood: str, degrees: Any) -> Density:
    """The density that a likelihood has around its location."""
    if likelihood == "student_t":
        return StudentT(np.asarray(degrees, dtype=np.float64))
    return {"gaussian": Gaussian(), "laplace": Laplace(), "log_normal": Gaussian()}[likelihood]


def degrees_of_freedom(weights: Mapping[str, Array], fixed: float) -> Any:
    """What is fixed, or what follows from the learned tensor."""
    if DEGREES_TENSOR not in weights:
        return fixed
    lower, upper = DEGREES_LIMITS
    raised = lower + softplus(weights[DEGREES_TENSOR] + math.log(4) - lower)
    return np.exp(upper - softplus(upper - raised))


def degrees_derivative(weights: Mapping[str, Array]) -> Array:
    """The derivative of learned degrees of freedom at what is learned."""
    lower, upper = DEGREES_LIMITS
    raw = weights[DEGREES_TENSOR] + math.log(4)
    raised = lower + softplus(raw - lower)
    return np.asarray(degrees_of_freedom(weights, 0) * sigmoid(upper - raised) * sigmoid(raw - lower))
