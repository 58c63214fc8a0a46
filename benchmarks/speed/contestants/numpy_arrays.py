"""numpy: queries only, products with bias and activation in place, into arrays that are there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from speed.measurement import Operation
from speed.networks import Layer, Matrix
from speed.tasks import Query


def _relu(values: Matrix) -> None:
    np.maximum(values, 0, out=values)


def _tanh(values: Matrix) -> None:
    np.tanh(values, out=values)


def _sigmoid(values: Matrix) -> None:
    np.negative(values, out=values)
    np.exp(values, out=values)
    values += 1
    np.reciprocal(values, out=values)


ACTIVATIONS: dict[str, Callable[[Matrix], None]] = {"relu": _relu, "tanh": _tanh, "sigmoid": _sigmoid}


def encode(task: Query) -> Operation:
    """Means and log-variances; the means are the answer."""
    both = _query(task.network.weights.encoder, task.network.activation, None, task.examples)
    return lambda number: both(number)[:, : task.network.latent]


def decode(task: Query) -> Operation:
    """Probabilities."""
    return _query(task.network.weights.decoder, task.network.activation, "sigmoid", task.latents)


def _query(layers: Sequence[Layer], activation: str, last: str | None, array: Matrix) -> Operation:
    outputs = [np.empty((len(array), len(bias)), dtype=np.float32) for _, bias in layers]

    def ask(number: int) -> Any:
        values = array
        for index, ((weight, bias), output) in enumerate(zip(layers, outputs, strict=True)):
            np.matmul(values, weight, out=output)
            output += bias
            applied = last if index == len(layers) - 1 else activation
            if applied is not None:
                ACTIVATIONS[applied](output)
            values = output
        return values

    return ask
