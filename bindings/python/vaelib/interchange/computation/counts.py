"""Likelihoods of counts: poisson, negative_binomial, zero_inflated_negative_binomial."""

from __future__ import annotations

from vaelib.interchange.computation.functions import (
    equal,
    exp,
    expm1,
    log,
    log1p,
    log_gamma,
    maximum,
    select,
    sigmoid,
    soft_clamp,
    softplus,
)
from vaelib.interchange.computation.graph import Value
from vaelib.interchange.computation.likelihood import Likelihood

#: Outputs of means, and logarithms of dispersions, are held between these.
_MEAN_BOUNDS = (-20.0, 20.0)
_DISPERSION_BOUNDS = (-7.0, 12.0)
#: The least mean that a column begins at, and the least total of a row.
_LEAST_START = 1e-3
_LEAST_TOTAL = 1.0
#: What is taken from the logarithm of a missing column's share, of which nothing is left then.
_NO_SHARE = 1000.0


class Poisson(Likelihood):
    """x log m - m - log x!; outputs l are logarithms of means m, counted from the usual size of their column.

    With count_mean "share", the mean is exp(l) / sum exp(l) times the row's total, both sums over what is not missing;
    or times its size factor, if it has one, and then the sum is over all.
    """

    def seen(self, x: Value) -> Value:
        """log(1 + x), standardised."""
        return log1p(x) if self.scale is None else self.scale.apply(log1p(x))

    def _logits(self, h: Value) -> Value:
        """Logarithms of means, or of shares before they are divided by their sum."""
        raw = soft_clamp(self.slot(h, 0), *_MEAN_BOUNDS)
        return raw if self.scale is None else raw + log(maximum(expm1(self.scale.mean.double()), _LEAST_START)).single()

    @property
    def _is_share(self) -> bool:
        return bool(self.options["count_mean"] == "share")

    def log_mean(self, x: Value, h: Value) -> Value:
        """log m for an example, in double precision."""
        logits = self._logits(h).double()
        if not self._is_share:
            return logits
        if self.gaps is not None and self.size_factor is None:
            logits = logits - self.gaps.double() * _NO_SHARE
        highest = logits.grouped("group_maximum")
        log_sum = log(exp(logits - highest).grouped("group_sum")) + highest
        if self.size_factor is not None:
            return logits - log_sum + log(self.size_factor.double())
        return logits - log_sum + log(maximum(x.double().grouped("group_sum"), _LEAST_TOTAL))

    def count_mean(self, h: Value) -> Value:
        """m where there is no example, in double precision."""
        logits = self._logits(h).double()
        if not self._is_share:
            return exp(logits)
        shares = logits.softmax()
        if self.size_factor is not None:
            return shares * self.size_factor.double()
        return shares if self.scale is None else shares * self.tensor("standardization/total").double()

    def mean(self, h: Value) -> Value:
        """m."""
        return self.count_mean(h)

    def variance(self, h: Value) -> Value:
        """m, too."""
        return self.count_mean(h)

    def log_density(self, x: Value, h: Value) -> Value:
        """As the class has it."""
        log_mean = self.log_mean(x, h)
        counts = x.double()
        return counts * log_mean - exp(log_mean) - log_gamma(counts + 1)


class NegativeBinomial(Poisson):
    """Counts of mean m and variance m + m^2 / r; outputs are those of m, then log r where it is predicted."""

    @property
    def outputs(self) -> int:
        """Two for each column where r is predicted."""
        return self.width * (2 if self.is_predicted else 1)

    def log_dispersion(self, h: Value) -> Value:
        """log r, in double precision."""
        return soft_clamp(self.shape(h, "decoder/log_dispersion"), *_DISPERSION_BOUNDS).double()

    def variance(self, h: Value) -> Value:
        """m + m^2 / r."""
        mean = self.count_mean(h)
        return mean + mean * mean * exp(-self.log_dispersion(h))

    def log_density(self, x: Value, h: Value) -> Value:
        """log Gamma(x + r) - log Gamma(r) - log x! - r log(1 + m / r) + x log(m / (m + r))."""
        log_mean, log_dispersion, counts = self.log_mean(x, h), self.log_dispersion(h), x.double()
        r = exp(log_dispersion)
        ratio = softplus(log_mean - log_dispersion)  # log(1 + m / r)
        ways = log_gamma(counts + r) - log_gamma(r) - log_gamma(counts + 1)
        return ways - ratio * r + counts * (log_mean - log_dispersion - ratio)


class ZeroInflated(NegativeBinomial):
    """The same, with zeros added with probability p; the last outputs are its logits."""

    @property
    def outputs(self) -> int:
        """One more for each column."""
        return super().outputs + self.width

    def _logit(self, h: Value) -> Value:
        """The logit of p, in double precision."""
        return h.part(h.width - self.width, h.width).double()

    def mean(self, h: Value) -> Value:
        """(1 - p) m."""
        return self.count_mean(h) * sigmoid(-self._logit(h))

    def variance(self, h: Value) -> Value:
        """(1 - p) (m + m^2 / r + p m^2)."""
        mean, logit = self.count_mean(h), self._logit(h)
        return sigmoid(-logit) * (mean + mean * mean * (exp(-self.log_dispersion(h)) + sigmoid(logit)))

    def log_density(self, x: Value, h: Value) -> Value:
        """log((1 - p) NB(x)), of a zero log(p + (1 - p) NB(0))."""
        logit = self._logit(h)
        without = super().log_density(x, h) - softplus(logit)  # log(1 - p) + log p(x)
        added = -softplus(-logit)
        # log(exp(added) + exp(without)) of a zero.
        zero = added + softplus(without - added)
        return select(equal(x.double(), 0), zero, without)
