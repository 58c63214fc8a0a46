"""Exactly the products of matrices that the work needs, by numpy's OpenBLAS, into arrays that are there already.

Nothing can be faster that takes its products from OpenBLAS. There is no result to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from speed.measurement import Operation
from speed.networks import Layer, Matrix
from speed.tasks import FineTuning, LogLikelihood, Pretraining, Query, VAETraining

#: Does some products.
Products = Callable[[], None]


def train_vae(task: VAETraining) -> Operation:
    """Encoder and decoder, forward and backward."""
    encoder, decoder = task.network.weights
    latents = np.random.RandomState(0).normal(size=(task.batch, task.network.latent)).astype(np.float32)
    first = _Passes(encoder, task.batches[0], input_gradient=False)
    second = _Passes(decoder, latents, input_gradient=True)
    return _operation([first.forward, second.forward, second.backward, first.backward])


def pretrain(task: Pretraining) -> Operation:
    """The five products of tied weights."""
    weight, _ = task.layer
    x = task.batches[0]
    code, code_gradient = (np.empty((task.batch, task.width), dtype=np.float32) for _ in range(2))
    output = np.empty_like(x)
    gradient, transposed_gradient = np.empty_like(weight), np.empty_like(weight)

    def products() -> None:
        np.matmul(x, weight, out=code)
        np.matmul(code, weight.T, out=output)
        np.matmul(output, weight, out=code_gradient)
        np.matmul(output.T, code, out=gradient)
        np.matmul(x.T, code_gradient, out=transposed_gradient)

    return _operation([products])


def fine_tune(task: FineTuning) -> Operation:
    """All layers, forward and backward."""
    passes = _Passes(task.layers, task.batches[0][0], input_gradient=False)
    return _operation([passes.forward, passes.backward])


def encode(task: Query) -> Operation:
    """The encoder, forward."""
    return _operation([_Passes(task.network.weights.encoder, task.examples, input_gradient=False).forward])


def decode(task: Query) -> Operation:
    """The decoder, forward."""
    return _operation([_Passes(task.network.weights.decoder, task.latents, input_gradient=False).forward])


def log_likelihood(task: LogLikelihood) -> Operation:
    """The encoder, then the decoder for a part of the latents at a time."""
    encoder, decoder = task.network.weights
    latents = np.random.RandomState(0).normal(size=(task.part_rows * task.samples, task.network.latent))
    once = _Passes(encoder, task.examples, input_gradient=False)
    part = _Passes(decoder, latents.astype(np.float32), input_gradient=False)
    return _operation([once.forward, *[part.forward] * (task.rows // task.part_rows)])


class _Passes:
    """The products of a network on a batch."""

    def __init__(self, layers: Sequence[Layer], batch: Matrix, input_gradient: bool) -> None:
        self._weights = [weight for weight, _ in layers]
        shapes = [batch.shape, *((len(batch), len(bias)) for _, bias in layers)]
        self._values = [batch, *(np.empty(shape, dtype=np.float32) for shape in shapes[1:])]
        self._gradients = [np.full(shape, 1e-3, dtype=np.float32) for shape in shapes]
        self._weight_gradients = [np.empty_like(weight) for weight in self._weights]
        self._input_gradient = input_gradient

    def forward(self) -> None:
        for index, weight in enumerate(self._weights):
            np.matmul(self._values[index], weight, out=self._values[index + 1])

    def backward(self) -> None:
        for index in reversed(range(len(self._weights))):
            gradient = self._gradients[index + 1]
            np.matmul(self._values[index].T, gradient, out=self._weight_gradients[index])
            if index > 0 or self._input_gradient:
                np.matmul(gradient, self._weights[index].T, out=self._gradients[index])


def _operation(parts: Sequence[Products]) -> Operation:
    def run(number: int) -> None:
        for part in parts:
            part()

    return run
