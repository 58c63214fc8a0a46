"""How examples are corrupted, and what dropout leaves: noise drawn from the library's streams."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reference import philox

Array = npt.NDArray[np.float64]

BLOCKS_PER_LAYER = 2**23


def chosen(uniforms: Array, wanted: int) -> npt.NDArray[np.bool_]:
    """Which components are chosen, exactly ``wanted`` of them, every set equally likely: selection sampling."""
    taken = np.zeros(len(uniforms), dtype=bool)
    for index, uniform in enumerate(uniforms):
        if uniform * (len(uniforms) - index) < wanted - taken.sum():
            taken[index] = True
    return taken


def corrupted(
    x: Array,
    kind: str,
    level: float,
    seed: int,
    epoch: int,
    *,
    layer: int = 0,
    low: float = 0.0,
    high: float = 1.0,
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Examples corrupted, row r with the noise of example r, and which components were."""
    rows = [_corrupted_row(row, kind, level, (seed, philox.CORRUPTION, epoch, r), layer, low, high)
            for r, row in enumerate(x)]  # fmt: skip
    return np.stack([row for row, _ in rows]), np.stack([touched for _, touched in rows])


def _corrupted_row(
    x: Array, kind: str, level: float, stream: tuple[int, int, int, int], layer: int, low: float, high: float
) -> tuple[Array, npt.NDArray[np.bool_]]:
    size, first_block = len(x), layer * BLOCKS_PER_LAYER
    if kind == "gaussian":
        return x + level * philox.normals(*stream, size, first_block), np.ones(size, dtype=bool)
    uniforms = philox.uniforms(*stream, size, first_block)
    least = 1 if level > 0 and size > 1 else 0
    wanted = max(least, math.floor(level * size + 0.5))
    touched = uniforms < level if kind == "independent_masking" else chosen(uniforms, wanted)
    if kind == "salt_and_pepper":
        coins = philox.uniforms(*stream, size, first_block + math.ceil(size / 4))
        return np.where(touched, np.where(coins < 0.5, low, high), x), touched
    return np.where(touched, 0.0, x), touched


def dropout_factors(seed: int, epoch: int, rows: int, widths: list[int], dropout: float) -> list[Array]:
    """What each unit of each layer's code is multiplied by: 0, or 1 / (1 - dropout) where it is kept."""
    factors = []
    for layer, width in enumerate(widths):
        streams = ((seed, philox.DROPOUT, epoch, row, width, layer * BLOCKS_PER_LAYER) for row in range(rows))
        kept = np.stack([philox.uniforms(*stream) >= dropout for stream in streams])
        factors.append(kept / (1 - dropout))
    return factors
