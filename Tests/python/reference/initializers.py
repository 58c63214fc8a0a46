"""The initial weights."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reference import philox

#: Squared limits of the uniform initialisers and variances of the normal ones, as functions of inputs and outputs.
UNIFORM = {
    "glorot_uniform": lambda i, o: 6 / (i + o),
    "he_uniform": lambda i, o: 6 / i,
    "lecun_uniform": lambda i, o: 3 / i,
}
NORMAL = {
    "glorot_normal": lambda i, o: 2 / (i + o),
    "he_normal": lambda i, o: 2 / i,
    "lecun_normal": lambda i, o: 1 / i,
}


def initial(
    name: str, stddev: float, seed: int, tensor: int, tensor_name: str, shape: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """The initial values of tensor number ``tensor``."""
    if not tensor_name.endswith("/weight"):
        return np.zeros(shape)
    size = shape[0] * shape[1]
    stream = (seed, philox.INITIALISATION, 0, tensor, size)
    if name in UNIFORM:
        return ((2 * philox.uniforms(*stream) - 1) * math.sqrt(UNIFORM[name](*shape))).reshape(shape)
    scale = stddev if name == "normal" else math.sqrt(NORMAL[name](*shape))
    return (philox.normals(*stream) * scale).reshape(shape)
