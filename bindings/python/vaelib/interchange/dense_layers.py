"""Plain dense layers from elsewhere, x W + b, as the library's tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vaelib.models.weights import as_floats

#: A kernel and its bias, or None for no bias.
DenseWeights = tuple[Any, Any]

#: Whether a convention's kernels are [outputs, inputs].
_TRANSPOSED = {"keras": False, "pytorch": True}


class DenseLayer(NamedTuple):
    """A layer that computes x weight + bias; weight [inputs, outputs], bias [outputs]."""

    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def tensors(self, prefix: str) -> dict[str, npt.NDArray[np.float32]]:
        """The layer's tensors by their names in a model."""
        return {f"{prefix}/weight": self.weight, f"{prefix}/bias": self.bias}


class DenseReader:
    """Reads dense layers of one convention: "keras" has kernels [inputs, outputs], "pytorch" [outputs, inputs]."""

    def __init__(self, convention: str) -> None:
        if convention not in _TRANSPOSED:
            raise ValueError(f"convention must be one of {', '.join(_TRANSPOSED)}, not {convention!r}")
        self.convention = convention

    def layer(self, weights: DenseWeights, name: str, inputs: int | None = None) -> DenseLayer:
        """A layer, which must take ``inputs`` inputs if that is known.

        Raises
        ------
        ValueError
            It is not a pair of a matrix and a vector that fit; the text begins with ``name``.
        """
        try:
            kernel, bias = weights
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a pair (kernel, bias)") from None
        weight = self._array(kernel, f"{name}'s kernel", axes=2)
        if _TRANSPOSED[self.convention]:
            weight = weight.T
        outputs = weight.shape[1]
        if inputs is not None and weight.shape[0] != inputs:
            raise ValueError(
                f"{name} takes {weight.shape[0]} inputs, read by the convention {self.convention!r}; it has {inputs}"
            )
        if bias is None:
            return DenseLayer(weight, np.zeros(outputs, dtype=np.float32))
        vector = self._array(bias, f"{name}'s bias", axes=1)
        if len(vector) != outputs:
            raise ValueError(
                f"{name} has {outputs} outputs, read by the convention {self.convention!r}, but {len(vector)} biases"
            )
        return DenseLayer(weight, vector)

    def chain(self, layers: Sequence[DenseWeights], name: str, inputs: int | None = None) -> list[DenseLayer]:
        """Layers, each of which takes the outputs of the one before; ``inputs`` are those of the first."""
        chain: list[DenseLayer] = []
        for index, weights in enumerate(layers):
            layer = self.layer(weights, f"{name}[{index}]", inputs)
            chain.append(layer)
            inputs = layer.weight.shape[1]
        return chain

    def joined(self, parts: Sequence[DenseWeights], names: Sequence[str], inputs: int | None) -> DenseLayer:
        """Layers on the same input as one, their outputs side by side."""
        layers = [self.layer(part, name, inputs) for part, name in zip(parts, names, strict=True)]
        if len({layer.weight.shape for layer in layers}) > 1:
            shapes = " and ".join(str(layer.weight.shape) for layer in layers)
            raise ValueError(f"{' and '.join(names)} must be alike, but as [inputs, outputs] they are {shapes}")
        weight = np.concatenate([layer.weight for layer in layers], axis=1)
        return DenseLayer(weight, np.concatenate([layer.bias for layer in layers]))

    @staticmethod
    def _array(values: Any, name: str, axes: int) -> npt.NDArray[np.float32]:
        try:
            array = as_floats(values)
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
        if array.ndim != axes:
            raise ValueError(f"{name} must have {axes} axes, but has shape {array.shape}")
        return array
