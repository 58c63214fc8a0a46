"""The gradient of the loss: by back-propagation written out, and by central differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.activations import ACTIVATIONS, sigmoid, softplus
from reference.densities import DEGREES_TENSOR, StudentT, degrees_derivative
from reference.vae import (
    ENCODER_LOG_VARIANCE_LIMITS,
    Architecture,
    bounded,
    decode,
    decoder_limits,
    is_learned,
    noise_density,
    units,
)

Array = npt.NDArray[np.float64]
Weights = Mapping[str, Array]


def central_differences(function: Callable[[Weights], float], weights: Weights, step: float = 1e-5) -> dict[str, Array]:
    """(f(w + h) - f(w - h)) / 2h for every weight that is learned; 0 for others."""
    moved = {name: values.copy() for name, values in weights.items()}
    gradients = {}
    for name, values in moved.items():
        gradient = np.zeros_like(values)
        gradients[name] = gradient
        if not is_learned(name):
            continue
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + step
            above = function(moved)
            values[index] = kept - step
            below = function(moved)
            values[index] = kept
            gradient[index] = (above - below) / (2 * step)
    return gradients


def bounded_derivative(raw: Array, limits: tuple[Any, float]) -> Array:
    """The derivative of the soft bounds on a log-variance."""
    lower, upper = limits
    raised = lower + softplus(raw - lower)
    return sigmoid(upper - raised) * sigmoid(raw - lower)


class _Layers:
    """A network's forward pass, kept for the way back."""

    def __init__(self, weights: Weights, part: str, depth: int, activation: str, x: Array) -> None:
        self.weights, self.part, self.depth = weights, part, depth
        self.value, self.derivative = ACTIVATIONS[activation]
        self.inputs, self.before = [x], []
        for index in range(depth):
            self.before.append(self.inputs[-1] @ weights[f"{part}/{index}/weight"] + weights[f"{part}/{index}/bias"])
            self.inputs.append(self.value(self.before[-1]))
        self.head = self.inputs[-1] @ weights[f"{part}/head/weight"] + weights[f"{part}/head/bias"]

    def backward(self, upstream: Array, gradients: dict[str, Array]) -> Array:
        """Adds the gradients of the weights, given that of the head's output; returns that of the input."""
        for index in range(self.depth, -1, -1):
            name = f"{self.part}/head" if index == self.depth else f"{self.part}/{index}"
            if index < self.depth:
                upstream = upstream * self.derivative(self.before[index])
            gradients[f"{name}/weight"] += self.inputs[index].T @ upstream
            gradients[f"{name}/bias"] += upstream.sum(axis=0)
            upstream = upstream @ self.weights[f"{name}/weight"].T
        return upstream


def backward(
    weights: Weights,
    architecture: Architecture,
    x: Array,
    noise: Array,
    estimator: str = "analytic",
    kl_weight: float = 1.0,
) -> dict[str, Array]:
    """The gradient of ``reference.vae.loss`` with respect to every weight."""
    gradients = {name: np.zeros_like(values) for name, values in weights.items()}
    samples, batch, latent_dim = noise.shape
    center, unit = units(weights, architecture)
    encoder = _Layers(weights, "encoder", len(architecture.hidden), architecture.activation, (x - center) / unit)
    mean, raw = encoder.head[:, :latent_dim], encoder.head[:, latent_dim:]
    log_variance = bounded(raw, ENCODER_LOG_VARIANCE_LIMITS)
    stddev = np.exp(log_variance / 2)
    d_mean, d_log_variance = np.zeros_like(mean), np.zeros_like(mean)
    for epsilon in noise:
        z = mean + stddev * epsilon
        d_z = _decoder_backward(weights, architecture, x, z, 1 / (samples * batch), gradients)
        if estimator == "monte_carlo":
            d_z += kl_weight / (samples * batch) * z
        d_mean += d_z
        d_log_variance += d_z * epsilon * stddev / 2
    if estimator == "monte_carlo":
        d_log_variance -= kl_weight / (2 * batch)
    else:
        d_mean += kl_weight / batch * mean
        d_log_variance += kl_weight / (2 * batch) * (np.exp(log_variance) - 1)
    d_raw = d_log_variance * bounded_derivative(raw, ENCODER_LOG_VARIANCE_LIMITS)
    encoder.backward(np.concatenate([d_mean, d_raw], axis=1), gradients)
    return gradients


def _decoder_backward(
    weights: Weights, architecture: Architecture, x: Array, z: Array, factor: float, gradients: dict[str, Array]
) -> Array:
    """The gradient of -factor * sum log p(x|z): adds that of the decoder's weights, returns that of z."""
    depth = len(architecture.decoder_widths)
    decoder = _Layers(weights, "decoder", depth, architecture.activation, z)
    if architecture.likelihood == "bernoulli":
        return decoder.backward(factor * (sigmoid(decoder.head) - x), gradients)
    mean, log_variance = decode(weights, architecture, z)
    assert log_variance is not None
    squashed = architecture.mean_activation == "sigmoid"
    density = noise_density(weights, architecture)
    at_location, at_log_variance = density.slopes(x, mean, log_variance)
    d_mean = -factor * at_location * (mean * (1 - mean) if squashed else units(weights, architecture)[1])
    if architecture.learns_degrees:
        assert isinstance(density, StudentT)
        at_degrees = density.slope_at_degrees(x, mean, log_variance).sum(axis=0)
        gradients[DEGREES_TENSOR] -= factor * at_degrees * degrees_derivative(weights)
    raw = _raw_log_variance(weights, architecture, decoder.head)
    if raw is None:
        return decoder.backward(d_mean, gradients)
    limits = decoder_limits(weights, architecture)
    d_raw = -factor * at_log_variance * bounded_derivative(raw, limits)
    if architecture.learns_variance:
        gradients["decoder/log_variance"] += d_raw.sum(axis=0)
        return decoder.backward(d_mean, gradients)
    return decoder.backward(np.concatenate([d_mean, d_raw], axis=1), gradients)


def _raw_log_variance(weights: Weights, architecture: Architecture, head: Array) -> Array | None:
    if architecture.predicts_variance:
        return head[:, architecture.data_dim :]
    return weights["decoder/log_variance"] if architecture.learns_variance else None
