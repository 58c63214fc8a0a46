"""Variational auto-encoders as every contestant builds them: widths, weights, products of matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
#: A weight matrix [inputs, outputs] and a bias [outputs].
Layer = tuple[Matrix, Matrix]

#: How many times as fast as the networks vaelib's learned log-variances learn.
LOG_VARIANCE_PACE = 10.0
#: Far enough from vaelib's bound of -20.
QUIET_LOG_VARIANCE = -12.0


class Weights(NamedTuple):
    """The layers in the order in which they are applied; the last of the encoder gives means and log-variances."""

    encoder: list[Layer]
    decoder: list[Layer]


@dataclass(frozen=True)
class Network:
    """A VAE: data - hidden - latent - hidden reversed - data.

    ``variance`` is None for a Bernoulli likelihood; "learned" for a Gaussian one with a log-variance for each column,
    "predicted" for one whose decoder gives them. ``quiet``: the encoder begins with log-variances so small that samples
    of q(z|x) are nearly its means, so that the losses of contestants with other random numbers can be compared.
    """

    data: int
    hidden: tuple[int, ...]
    latent: int
    activation: str
    variance: str | None = None
    quiet: bool = False

    def __str__(self) -> str:
        return "-".join(str(width) for width in (self.data, *self.hidden, self.latent))

    @property
    def outputs(self) -> int:
        """The decoder's outputs: logits, means, or means and log-variances."""
        return 2 * self.data if self.variance == "predicted" else self.data

    @property
    def encoder_shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each layer."""
        return chain(self.data, *self.hidden, 2 * self.latent)

    @property
    def decoder_shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each layer."""
        return chain(self.latent, *self.hidden[::-1], self.outputs)

    @cached_property
    def weights(self) -> Weights:
        """The same weights for every contestant."""
        random = np.random.RandomState(1)
        weights = Weights(layers(self.encoder_shapes, random), layers(self.decoder_shapes, random))
        if self.quiet:
            weights.encoder[-1][1][self.latent :] = QUIET_LOG_VARIANCE
        return weights

    def examples(self, rows: int, seed: int) -> Matrix:
        """Random data: pixels of 0 and 1 for a Bernoulli likelihood, else standard normal columns."""
        random = np.random.RandomState(seed)
        if self.variance is None:
            return (random.uniform(size=(rows, self.data)) < 0.13).astype(np.float32)
        return random.normal(size=(rows, self.data)).astype(np.float32)


def chain(*widths: int) -> list[tuple[int, int]]:
    """Inputs and outputs of the layers between these widths."""
    return list(pairwise(widths))


def layers(shapes: list[tuple[int, int]], random: np.random.RandomState) -> list[Layer]:
    """Fresh layers, uniform as Glorot and Bengio have it; with small biases, so that it is seen who forgets them."""
    fresh = []
    for inputs, outputs in shapes:
        limit = (6 / (inputs + outputs)) ** 0.5
        weight = random.uniform(-limit, limit, size=(inputs, outputs)).astype(np.float32)
        fresh.append((weight, random.uniform(-0.1, 0.1, size=outputs).astype(np.float32)))
    return fresh
