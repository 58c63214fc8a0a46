"""The work that contestants do: what goes in, and how many multiplications and additions its products are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from speed.networks import Layer, Matrix, Network, chain, layers

#: Different batches that training goes through, again and again.
BATCHES = 16
ADAM_RATE = 1e-3
SGD_RATE = 0.1


@dataclass(frozen=True)
class VAETraining:
    """Steps of Adam on the evidence lower bound, one latent sample for each example, analytic KL term."""

    network: Network
    batch: int

    @cached_property
    def batches(self) -> list[Matrix]:
        """What the steps learn from."""
        examples = self.network.examples(BATCHES * self.batch, 0)
        return [np.ascontiguousarray(part) for part in np.split(examples, BATCHES)]

    @property
    def operations(self) -> float:
        """Forward, gradients of weights, and gradients of inputs but for the first layer's."""
        every = [*self.network.encoder_shapes, *self.network.decoder_shapes]
        return 3 * _product(self.batch, every) - _product(self.batch, every[:1])


@dataclass(frozen=True)
class Pretraining:
    """Steps of SGD of a denoising auto-encoder with tied weights: sigmoid codes, cross-entropy, masked inputs.

    Each input becomes 0 with probability ``corruption``.
    """

    data: int
    width: int
    batch: int
    corruption: float = 0.3

    @cached_property
    def layer(self) -> Layer:
        """The same weights for every contestant; the decoder's are these, transposed, and its biases 0."""
        return layers([(self.data, self.width)], np.random.RandomState(1))[0]

    @cached_property
    def batches(self) -> list[Matrix]:
        """What the steps learn from."""
        random = np.random.RandomState(0)
        return [_pixels(self.batch, self.data, random) for _ in range(BATCHES)]

    @property
    def operations(self) -> float:
        """Code and reconstruction, the gradient at the code, and two products for the gradient of the weights."""
        return 5 * _product(self.batch, [(self.data, self.width)])


@dataclass(frozen=True)
class FineTuning:
    """Steps of SGD of a classifier: sigmoid layers and a softmax."""

    widths: tuple[int, ...]
    batch: int

    @property
    def classes(self) -> int:
        """How many labels there are."""
        return self.widths[-1]

    @cached_property
    def layers(self) -> list[Layer]:
        """The same weights for every contestant, those of the softmax last."""
        return layers(chain(*self.widths), np.random.RandomState(1))

    @cached_property
    def batches(self) -> list[tuple[Matrix, npt.NDArray[np.int64]]]:
        """Examples and labels that the steps learn from."""
        random = np.random.RandomState(0)
        return [
            (_pixels(self.batch, self.widths[0], random), random.randint(self.classes, size=self.batch))
            for _ in range(BATCHES)
        ]

    @property
    def operations(self) -> float:
        """Forward, gradients of weights, and gradients of inputs but for the first layer's."""
        every = chain(*self.widths)
        return 3 * _product(self.batch, every) - _product(self.batch, every[:1])


@dataclass(frozen=True)
class Query:
    """Rows of numpy arrays that go in; the answer is a numpy array."""

    network: Network
    rows: int

    @cached_property
    def examples(self) -> Matrix:
        """What is encoded."""
        return self.network.examples(self.rows, 0)

    @cached_property
    def latents(self) -> Matrix:
        """What is decoded."""
        return np.random.RandomState(0).normal(size=(self.rows, self.network.latent)).astype(np.float32)

    @property
    def encoding_operations(self) -> float:
        """Those of means and log-variances."""
        return _product(self.rows, self.network.encoder_shapes)

    @property
    def decoding_operations(self) -> float:
        """Those of the decoder."""
        return _product(self.rows, self.network.decoder_shapes)


@dataclass(frozen=True)
class LogLikelihood(Query):
    """log p(x) of each row by importance sampling, a part of the rows at a time.

    The logits of all samples of all rows would be a matrix larger than any cache; of parts from 1000 to 50,000 latents
    the smallest were the fastest, with JAX and with PyTorch.
    """

    samples: int = 100
    part_rows: int = 10

    @property
    def operations(self) -> float:
        """Each row is encoded once and decoded for each sample."""
        return self.encoding_operations + self.samples * self.decoding_operations


def _product(rows: int, shapes: list[tuple[int, int]]) -> float:
    return float(sum(2 * rows * inputs * outputs for inputs, outputs in shapes))


def _pixels(rows: int, columns: int, random: np.random.RandomState) -> Matrix:
    return (random.uniform(size=(rows, columns)) < 0.13).astype(np.float32)
