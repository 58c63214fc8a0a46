"""Likelihoods of what lies between 0 and 1: bernoulli, continuous_bernoulli, beta."""

from __future__ import annotations

from vaelib.interchange.computation.functions import (
    absolute,
    exp,
    expm1,
    less,
    log,
    log_gamma,
    maximum,
    select,
    sigmoid,
    soft_clamp,
    softplus,
)
from vaelib.interchange.computation.graph import Value
from vaelib.interchange.computation.likelihood import Likelihood

#: Logits of the means of beta distributions, and logarithms of their concentrations, are held between these.
_LOGIT_BOUNDS = (-15.0, 15.0)
_CONCENTRATION_BOUNDS = (-5.0, 12.0)
#: Below it a logit's functions are computed by powers: their closed forms are 0 / 0 at 0.
_SMALL = 0.02


class Bernoulli(Likelihood):
    """x l - log(1 + exp(l)); outputs l are logits."""

    def mean(self, h: Value) -> Value:
        """sigmoid(l)."""
        return sigmoid(h)

    def variance(self, h: Value) -> Value:
        """y (1 - y), y the mean."""
        return sigmoid(h) * sigmoid(-h)

    def log_density(self, x: Value, h: Value) -> Value:
        """As the class has it."""
        return x.double() * h.double() - softplus(h.double())


class ContinuousBernoulli(Likelihood):
    """x l - log((exp(l) - 1) / l); outputs are l."""

    def _closed(self, h: Value) -> tuple[Value, Value, Value]:
        """l, whether it is small, and |l|, or 1 where it is."""
        logit = h.double()
        size = absolute(logit)
        is_small = less(size, _SMALL)
        return logit, is_small, select(is_small, 1, size)

    def mean(self, h: Value) -> Value:
        """1 / (1 - exp(-l)) - 1 / l."""
        logit, is_small, size = self._closed(h)
        upper = -1 / expm1(-size) - 1 / size  # of |l|; the others are its mirror images
        closed = select(less(logit, 0), 1 - upper, upper)
        return select(is_small, logit / 12 - logit * logit * logit / 720 + 0.5, closed)

    def variance(self, h: Value) -> Value:
        """1 / l^2 - exp(l) / (exp(l) - 1)^2."""
        logit, is_small, size = self._closed(h)
        rest = -expm1(-size)
        closed = 1 / (size * size) - exp(-size) / (rest * rest)
        return select(is_small, 1 / 12 - logit * logit / 240, closed)

    def log_density(self, x: Value, h: Value) -> Value:
        """As the class has it."""
        logit, is_small, size = self._closed(h)
        closed = maximum(logit, 0) + log(-expm1(-size)) - log(size)
        return x.double() * logit - select(is_small, logit * 0.5 + logit * logit / 24, closed)


class Beta(Likelihood):
    """Beta(x; k m, k (1 - m)); outputs are logits of means m, then log k where it is predicted."""

    substitute = 0.5

    @property
    def outputs(self) -> int:
        """Two for each column where k is predicted."""
        return self.width * (2 if self.is_predicted else 1)

    def _logit(self, h: Value) -> Value:
        return soft_clamp(self.slot(h, 0), *_LOGIT_BOUNDS).double()

    def _concentration(self, h: Value) -> Value:
        return exp(soft_clamp(self.shape(h, "decoder/log_concentration"), *_CONCENTRATION_BOUNDS).double())

    def mean(self, h: Value) -> Value:
        """m = sigmoid(l)."""
        return sigmoid(self._logit(h))

    def variance(self, h: Value) -> Value:
        """m (1 - m) / (k + 1)."""
        logit = self._logit(h)
        return sigmoid(logit) * sigmoid(-logit) / (self._concentration(h) + 1)

    def log_density(self, x: Value, h: Value) -> Value:
        """(a - 1) log x + (b - 1) log(1 - x) - log B(a, b), a = k m, b = k (1 - m)."""
        logit, k, share = self._logit(h), self._concentration(h), x.double()
        a, b = k * sigmoid(logit), k * sigmoid(-logit)
        normalizer = log_gamma(a + b) - log_gamma(a) - log_gamma(b)
        return (a - 1) * log(share) + (b - 1) * log(1 - share) + normalizer
