"""Likelihoods of a location and a scale in each column: gaussian, laplace, student_t, log_normal."""

from __future__ import annotations

import math

from vaelib.interchange.computation.functions import (
    absolute,
    exp,
    expm1,
    less,
    log,
    log1p,
    log_gamma,
    select,
    sigmoid,
    soft_clamp,
)
from vaelib.interchange.computation.graph import Value
from vaelib.interchange.computation.likelihood import Likelihood

#: Above it no log-variance of p(x|z) comes.
_UPPER = 20.0
#: log n of learned degrees of freedom is held between these; a raw value of 0 stands for n = 4 before that.
_LOG_DEGREES = (0.0, math.log(1000))


class LocationScale(Likelihood):
    """Outputs are locations, of standardised columns where the model standardises, then raw log-variances v."""

    @property
    def outputs(self) -> int:
        """Two for each column where v is predicted."""
        return self.width * (2 if self.is_predicted else 1)

    def transformed(self, x: Value) -> Value:
        """The numbers whose location and scale these are."""
        return x

    def seen(self, x: Value) -> Value:
        """Standardised."""
        transformed = self.transformed(x)
        return transformed if self.scale is None else self.scale.apply(transformed)

    def location(self, h: Value) -> Value:
        """Of what the encoder sees."""
        outputs = self.slot(h, 0)
        return sigmoid(outputs) if self.options["mean_activation"] == "sigmoid" else outputs

    def log_variance(self, h: Value) -> Value:
        """v of what the encoder sees, in double precision."""
        if self.options["variance"] == "fixed":
            fixed = self.graph.constant(2 * math.log(self.options["noise_stddev"]), True)
            return fixed if self.scale is None else fixed - self.scale.log_deviation() * 2
        raw = self.slot(h, 1) if self.is_predicted else self.tensor("decoder/log_variance")
        floor = self.graph.constant(self.options["stddev_floor"], True)
        if self.scale is not None:
            floor = self.tensor("standardization/floor").double()
        return soft_clamp(raw, (log(floor) * 2).single(), _UPPER).double()

    def mean(self, h: Value) -> Value:
        """The location in the data's unit."""
        location = self.location(h)
        return location if self.scale is None else self.scale.restore(location)

    def variance(self, h: Value) -> Value:
        """exp(v) in the data's unit."""
        log_variance = self.log_variance(h)
        if self.scale is not None:
            log_variance = log_variance + self.scale.log_deviation() * 2
        return exp(log_variance).for_rows_of(self.slot(h, 0))

    def log_density(self, x: Value, h: Value) -> Value:
        """The density of what the encoder sees, times its slope, by the change of variables."""
        seen = self.seen(x)
        density = self.density(seen.double() - self.location(h).double(), self.log_variance(h))
        return density if self.scale is None else density + self.scale.log_slope(seen)

    def density(self, d: Value, v: Value) -> Value:
        """The logarithm of the density at a distance d from the location."""
        raise NotImplementedError


class Gaussian(LocationScale):
    """-1/2 (log 2 pi + v + d^2 exp(-v))."""

    def density(self, d: Value, v: Value) -> Value:
        """As the class has it."""
        return (d * d * exp(-v) + v + math.log(2 * math.pi)) * -0.5


class Laplace(LocationScale):
    """-sqrt(2) |d| exp(-v / 2) - 1/2 (log 2 + v): v is the logarithm of the variance here, too."""

    def density(self, d: Value, v: Value) -> Value:
        """As the class has it."""
        return absolute(d) * exp(v * -0.5) * -math.sqrt(2) - (v + math.log(2)) * 0.5


class StudentT(LocationScale):
    """log Gamma((n + 1) / 2) - log Gamma(n / 2) - 1/2 (log(n pi) + v) - (n + 1) / 2 log(1 + d^2 exp(-v) / n)."""

    def degrees(self) -> Value:
        """n of each column, in double precision."""
        if self.options["degrees_of_freedom"] != "auto":
            return self.graph.constant(self.options["degrees_of_freedom"], True)
        return exp(soft_clamp(self.tensor("decoder/degrees_of_freedom") + math.log(4), *_LOG_DEGREES).double())

    def variance(self, h: Value) -> Value:
        """exp(v) n / (n - 2), infinite up to n = 2."""
        n = self.degrees()
        return super().variance(h) * select(less(self.graph.constant(2, True), n), n / (n - 2), math.inf)

    def density(self, d: Value, v: Value) -> Value:
        """As the class has it."""
        n = self.degrees()
        constant = log_gamma((n + 1) * 0.5) - log_gamma(n * 0.5) - log(n * math.pi) * 0.5
        return constant - v * 0.5 - log1p(d * d * exp(-v) / n) * (n + 1) * 0.5


class LogNormal(Gaussian):
    """The Gaussian density of log x, divided by x."""

    substitute = 1.0

    def transformed(self, x: Value) -> Value:
        """log x."""
        return log(x)

    def mean(self, h: Value) -> Value:
        """exp(m + s^2 / 2)."""
        return exp(super().mean(h).double() + super().variance(h) * 0.5)

    def variance(self, h: Value) -> Value:
        """(exp(s^2) - 1) exp(2 m + s^2)."""
        square = super().variance(h)
        return expm1(square) * exp(super().mean(h).double() * 2 + square)

    def log_density(self, x: Value, h: Value) -> Value:
        """That of log x, less log x."""
        return super().log_density(x, h) - log(x).double()
