"""JAX: a whole step is one compiled function, and its buffers are donated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from speed.measurement import Operation
from speed.networks import LOG_VARIANCE_PACE, Network
from speed.tasks import ADAM_RATE, BATCHES, SGD_RATE, FineTuning, LogLikelihood, Pretraining, Query, VAETraining

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}


def forward(layers: Any, x: Any, activation: str) -> Any:
    """The last layer's outputs, to which no activation is applied."""
    for weight, bias in layers[:-1]:
        x = ACTIVATIONS[activation](x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def bernoulli(logits: Any, x: Any) -> Any:
    """log p(x|z), summed over columns."""
    return jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)


def gaussian(mean: Any, log_variance: Any, x: Any) -> Any:
    """log p(x|z), summed over columns."""
    squares = (x - mean) ** 2 * jnp.exp(-log_variance)
    return -0.5 * jnp.sum(math.log(2 * math.pi) + log_variance + squares, axis=-1)


def bound_loss(network: Network, parameters: Any, key: Any, x: Any) -> Any:
    """Minus the evidence lower bound."""
    mean, log_variance = jnp.split(forward(parameters["encoder"], x, network.activation), 2, axis=1)
    z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
    outputs = forward(parameters["decoder"], z, network.activation)
    if network.variance is None:
        reconstruction = bernoulli(outputs, x)
    elif network.variance == "learned":
        # With Adam, a factor here is a factor of the rate.
        reconstruction = gaussian(outputs, LOG_VARIANCE_PACE * parameters["log_variance"], x)
    else:
        output_mean, output_log_variance = jnp.split(outputs, 2, axis=1)
        reconstruction = gaussian(output_mean, output_log_variance, x)
    kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance), axis=1)
    return jnp.mean(kl - reconstruction)


def train_vae(task: VAETraining) -> Operation:
    """Adam."""
    network = task.network
    parameters = dict(zip(("encoder", "decoder"), _on_device(network.weights), strict=True))
    if network.variance == "learned":
        parameters["log_variance"] = jnp.zeros(network.data)
    moments = jax.tree_util.tree_map(jnp.zeros_like, (parameters, parameters))

    def update(parameters: Any, moments: Any, count: Any, x: Any) -> Any:
        key = jax.random.fold_in(jax.random.PRNGKey(1), count)
        loss, gradients = jax.value_and_grad(lambda p: bound_loss(network, p, key, x))(parameters)
        over = jax.tree_util.tree_map
        first = over(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradients)
        second = over(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradients)
        rate = ADAM_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        moved = over(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
        return loss, moved, (first, second)

    compiled = jax.jit(update, donate_argnums=(0, 1))
    arrays = [jnp.asarray(batch) for batch in task.batches]
    state = [parameters, moments]

    def step(number: int) -> float:
        loss, *state[:] = compiled(*state, float(number + 1), arrays[number % BATCHES])
        jax.block_until_ready(state)
        return float(loss)

    return step


def pretrain(task: Pretraining) -> Operation:
    """SGD."""
    weight, bias = _on_device(task.layer)
    parameters = (weight, bias, jnp.zeros(task.data))

    def loss(parameters: Any, key: Any, x: Any) -> Any:
        weight, bias, decoder_bias = parameters
        kept = jax.random.uniform(key, x.shape) >= task.corruption
        code = jax.nn.sigmoid((x * kept) @ weight + bias)
        return -jnp.mean(bernoulli(code @ weight.T + decoder_bias, x))

    return _descent(loss, parameters, [(batch,) for batch in task.batches])


def fine_tune(task: FineTuning) -> Operation:
    """SGD."""

    def loss(parameters: Any, key: Any, x: Any, labels: Any) -> Any:
        logits = forward(parameters, x, "sigmoid")
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1))

    return _descent(loss, _on_device(task.layers), task.batches)


def _descent(loss: Callable[..., Any], parameters: Any, batches: list[Any]) -> Operation:
    def update(parameters: Any, count: Any, *batch: Any) -> Any:
        key = jax.random.fold_in(jax.random.PRNGKey(1), count)
        value, gradients = jax.value_and_grad(loss)(parameters, key, *batch)
        return value, jax.tree_util.tree_map(lambda p, g: p - SGD_RATE * g, parameters, gradients)

    compiled = jax.jit(update, donate_argnums=0)
    arrays = [tuple(jnp.asarray(each) for each in batch) for batch in batches]
    state = [parameters]

    def step(number: int) -> float:
        value, state[0] = compiled(state[0], number, *arrays[number % BATCHES])
        jax.block_until_ready(state[0])
        return float(value)

    return step


def encode(task: Query) -> Operation:
    """Means and log-variances; the means are the answer."""
    encoder = _on_device(task.network.weights.encoder)
    compiled = jax.jit(lambda x: forward(encoder, x, task.network.activation))
    return lambda number: np.asarray(compiled(task.examples))[:, : task.network.latent]


def decode(task: Query) -> Operation:
    """Probabilities."""
    decoder = _on_device(task.network.weights.decoder)
    compiled = jax.jit(lambda z: jax.nn.sigmoid(forward(decoder, z, task.network.activation)))
    return lambda number: np.asarray(compiled(task.latents))


def log_likelihood(task: LogLikelihood) -> Operation:
    """A part of the rows at a time, in a loop that is compiled."""
    network = task.network
    encoder, decoder = (_on_device(part) for part in network.weights)
    rows = task.part_rows

    def estimate(key: Any, x: Any) -> Any:
        mean, log_variance = jnp.split(forward(encoder, x, network.activation), 2, axis=1)
        noise = jax.random.normal(key, (task.samples, *mean.shape))
        z = mean + jnp.exp(0.5 * log_variance) * noise
        logits = forward(decoder, z.reshape(-1, network.latent), network.activation)
        reconstruction = bernoulli(logits.reshape(task.samples, -1, network.data), x)
        prior_over_posterior = 0.5 * jnp.sum(log_variance + noise**2 - z**2, axis=-1)
        weights = reconstruction + prior_over_posterior
        return jax.nn.logsumexp(weights, axis=0) - math.log(task.samples)

    def estimate_all(number: Any, x: Any) -> Any:
        keys = jax.random.split(jax.random.PRNGKey(number), len(x) // rows)
        parts = x.reshape(-1, rows, network.data)
        return jax.lax.map(lambda each: estimate(*each), (keys, parts)).reshape(-1)

    compiled = jax.jit(estimate_all)
    return lambda number: np.asarray(compiled(number, task.examples))


def _on_device(arrays: Any) -> Any:
    """Copies, since what is donated is lost."""
    return jax.tree_util.tree_map(lambda each: jnp.array(each, copy=True), arrays)
