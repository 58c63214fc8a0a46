"""Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) and the library's streams."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_INCREMENTS = (0x9E3779B9, 0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)

INITIALISATION, SHUFFLING, TRAINING_NOISE, TRAINING_BINARISATION = 1, 2, 3, 4
EVALUATION_NOISE, EVALUATION_BINARISATION = 5, 6
LATENT_SAMPLE, OUTPUT_SAMPLE, PRIOR_SAMPLE = 7, 8, 9
CORRUPTION, DROPOUT, TOP_DOWN = 10, 11, 12
IMPUTATION_CHOICE, IMPUTATION_SAMPLE, IMPUTATION_LATENT, TRAINING_HIDING = 14, 15, 16, 17

Words = npt.NDArray[np.uint64]


def philox(counter: npt.ArrayLike, key: tuple[int, int]) -> Words:
    """Ten rounds on counters of shape (..., 4), words of 32 bits each; the result has the counters' shape."""
    words = np.asarray(counter, dtype=np.uint64)
    c0, c1, c2, c3 = (words[..., index] for index in range(4))
    k0, k1 = key
    for _ in range(10):
        product0 = c0 * np.uint64(MULTIPLIERS[0])
        product1 = c2 * np.uint64(MULTIPLIERS[1])
        c0, c2 = (product1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), (product0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1)
        c1, c3 = product1 & LOW, product0 & LOW
        k0, k1 = (k0 + KEY_INCREMENTS[0]) % 2**32, (k1 + KEY_INCREMENTS[1]) % 2**32
    return np.stack([c0, c1, c2, c3], axis=-1)


def blocks(seed: int, purpose: int, epoch: int, example: int, count: int, first_block: int = 0) -> Words:
    """The blocks that hold at least ``count`` values of a stream from a block on, shape (blocks, 4)."""
    number = -(-count // 4)
    counter = np.empty((number, 4), dtype=np.uint64)
    counter[:, 0] = first_block + np.arange(number)
    counter[:, 1] = example % 2**32
    counter[:, 2] = epoch
    counter[:, 3] = purpose << 24 | (example >> 32) & 0xFFFFFF
    return philox(counter, (seed % 2**32, seed >> 32))


def uniforms(
    seed: int, purpose: int, epoch: int, example: int, count: int, first_block: int = 0
) -> npt.NDArray[np.float64]:
    """The first ``count`` uniform numbers of a stream from a block on, multiples of 2^-24 in [0, 1)."""
    words = blocks(seed, purpose, epoch, example, count, first_block).reshape(-1)[:count]
    return np.asarray((words >> np.uint64(8)) * 2.0**-24, dtype=np.float64)


def normals(
    seed: int, purpose: int, epoch: int, example: int, count: int, first_block: int = 0
) -> npt.NDArray[np.float64]:
    """The first ``count`` standard normal numbers of a stream from a block on, by Box and Muller's transform."""
    pairs = blocks(seed, purpose, epoch, example, count, first_block).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log((pairs[:, 0] + 0.5) * 2.0**-32))
    angle = 2 * np.pi * pairs[:, 1] / 2.0**32
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1)[:count]


def noise(
    seed: int, purpose: int, epoch: int, examples: npt.ArrayLike, samples: int, latent_dim: int
) -> npt.NDArray[np.float64]:
    """Latent noise of some examples, shape (samples, examples, latent_dim)."""
    rows = [normals(seed, purpose, epoch, int(row), samples * latent_dim) for row in np.asarray(examples)]
    return np.stack(rows).reshape(len(rows), samples, latent_dim).transpose(1, 0, 2)


def binarised(
    x: npt.NDArray[np.float64], seed: int, purpose: int, epoch: int, examples: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Each value drawn as 1 with its own probability."""
    rows = [uniforms(seed, purpose, epoch, int(row), x.shape[1]) for row in np.asarray(examples)]
    return (np.stack(rows) < x).astype(np.float64)


def shuffled(rows: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The order in which an epoch takes the rows of a small set: Fisher and Yates's, two words a draw."""
    halves = blocks(seed, SHUFFLING, epoch, 0, 2 * rows).reshape(-1, 2)
    draws = halves[:, 0] | halves[:, 1] << np.uint64(32)
    order = np.arange(rows)
    for draw, remaining in zip(draws, range(rows, 1, -1), strict=False):
        chosen = int(draw) * remaining >> 64
        order[[chosen, remaining - 1]] = order[[remaining - 1, chosen]]
    return order
