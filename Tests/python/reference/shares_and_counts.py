"""Likelihoods of counts and of numbers between 0 and 1: log p(x|z) from the decoder's outputs, as published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln, log_expit, logsumexp

from reference.activations import sigmoid, softplus

Array = npt.NDArray[np.float64]

COUNTS = ("poisson", "negative_binomial", "zero_inflated_negative_binomial")
SHARES = ("continuous_bernoulli", "beta")
#: The tensor of the second number of each column, and the limits of its logarithm.
SHAPES = {
    "negative_binomial": ("decoder/log_dispersion", (-7.0, 12.0)),
    "zero_inflated_negative_binomial": ("decoder/log_dispersion", (-7.0, 12.0)),
    "beta": ("decoder/log_concentration", (-5.0, 12.0)),
}


def bounded(raw: Any, limits: tuple[float, float]) -> Array:
    """A number kept softly between limits."""
    lower, upper = limits
    raised = lower + softplus(raw - lower)
    return np.asarray(upper - softplus(upper - raised))


def outputs_per_column(likelihood: str, *, predicts: bool) -> int:
    """How many numbers the decoder gives for each column."""
    added_zeros = likelihood == "zero_inflated_negative_binomial"
    return 1 + (1 if predicts and likelihood in SHAPES else 0) + (1 if added_zeros else 0)


def log_density(
    likelihood: str,
    weights: Mapping[str, Array],
    x: Array,
    head: Array,
    *,
    predicts: bool,
    shares: bool = False,
    observed: npt.NDArray[np.bool_] | None = None,
    sizes: Array | None = None,
) -> Array:
    """log p(x|z) of each number; shares are of the total of what is observed, or of the row's size factor."""
    outputs = np.split(head, head.shape[-1] // x.shape[-1], axis=-1)
    if likelihood == "continuous_bernoulli":
        return np.asarray(x * outputs[0] - log_integral(outputs[0]))
    shape: Any = 0.0
    if likelihood in SHAPES:
        tensor, limits = SHAPES[likelihood]
        shape = np.exp(bounded(outputs[1] if predicts else weights[tensor], limits))
    if likelihood == "beta":
        mean = sigmoid(bounded(outputs[0], (-15.0, 15.0)))
        a, b = shape * mean, shape * (1 - mean)
        return np.asarray((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b))
    log_mean = count_log_means(weights, outputs[0])
    if shares and sizes is not None:
        log_mean = np.log(sizes) + log_mean - logsumexp(log_mean, axis=-1, keepdims=True)
    elif shares:
        log_mean = share_log_means(log_mean, x, np.full(x.shape, True) if observed is None else observed)
    if likelihood == "poisson":
        return np.asarray(x * log_mean - np.exp(log_mean) - gammaln(x + 1))
    counted = gammaln(x + shape) - gammaln(shape) - gammaln(x + 1)
    mean = np.exp(log_mean)
    value = counted + shape * np.log(shape / (shape + mean)) + x * (log_mean - np.log(shape + mean))
    if likelihood == "negative_binomial":
        return np.asarray(value)
    logit = outputs[-1]
    with_zero = logsumexp([log_expit(logit), log_expit(-logit) + value], axis=0)
    return np.where(x == 0, with_zero, log_expit(-logit) + value)


def count_log_means(weights: Mapping[str, Array], output: Array) -> Array:
    """log m: outputs are counted from the usual size of each column."""
    offset: Any = 0.0
    if "standardization/mean" in weights and weights["standardization/deviation"].max() > 0:
        offset = np.log(np.maximum(np.expm1(weights["standardization/mean"]), 1e-3))
    return bounded(output, (-20.0, 20.0)) + offset


def share_log_means(log_mean: Array, x: Array, observed: npt.NDArray[np.bool_]) -> Array:
    """log m, of which the observed ones of a row add up to the total of the observed counts, as they are to each other.

    Of a row without any, nothing follows.
    """
    total = np.maximum(np.where(observed, x, 0).sum(axis=-1, keepdims=True), 1.0)
    counted = observed | ~observed.any(axis=-1, keepdims=True)
    sums = logsumexp(log_mean, axis=-1, b=np.broadcast_to(counted, log_mean.shape).astype(float), keepdims=True)
    return np.asarray(np.log(total) + log_mean - sums)


def log_integral(logit: Array) -> Array:
    """log of the integral of exp(l x) from 0 to 1."""
    safe = np.where(np.abs(logit) < 1e-4, 1.0, logit)
    closed = np.maximum(safe, 0) + np.log(-np.expm1(-np.abs(safe)) / np.abs(safe))
    return np.where(np.abs(logit) < 1e-4, logit / 2 + logit**2 / 24, closed)
