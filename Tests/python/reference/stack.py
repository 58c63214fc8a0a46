"""Stacked denoising auto-encoders: codes, reconstructions and every loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference import philox
from reference.activations import ACTIVATIONS, sigmoid, softplus
from reference.corruption import BLOCKS_PER_LAYER

Array = npt.NDArray[np.float64]
Weights = Mapping[str, Array]

SPARSITY_LIMIT = 1e-6
"""Mean activations are kept this far from 0 and 1."""


@dataclass(frozen=True)
class Layer:
    """One layer; the fields are the library's hyper-parameters."""

    width: int
    activation: str = "sigmoid"
    tied: bool = True
    loss: str = "cross_entropy"
    corrupted_weight: float = 1.0
    untouched_weight: float = 1.0
    weight_l1: float = 0.0
    weight_l2: float = 0.0
    sparsity_target: float = 0.05
    sparsity_weight: float = 0.0
    contraction_weight: float = 0.0


def shapes(data_dim: int, layers: Sequence[Layer], classes: int = 0) -> dict[str, tuple[int, ...]]:
    """Every tensor's name and shape, in the arena's order."""
    found: dict[str, tuple[int, ...]] = {}
    inputs = data_dim
    for index, layer in enumerate(layers):
        found[f"layers/{index}/weight"] = (inputs, layer.width)
        found[f"layers/{index}/bias"] = (layer.width,)
        if not layer.tied:
            found[f"layers/{index}/decoder/weight"] = (layer.width, inputs)
        found[f"layers/{index}/decoder/bias"] = (inputs,)
        inputs = layer.width
    if classes > 0:
        found["classifier/weight"] = (inputs, classes)
        found["classifier/bias"] = (classes,)
    return found


def encode_layer(weights: Weights, layers: Sequence[Layer], index: int, x: Array) -> Array:
    """y = A(x W + b)."""
    return ACTIVATIONS[layers[index].activation][0](before_activation(weights, index, x))


def before_activation(weights: Weights, index: int, x: Array) -> Array:
    """x W + b."""
    return x @ weights[f"layers/{index}/weight"] + weights[f"layers/{index}/bias"]


def decoder_weight(weights: Weights, layers: Sequence[Layer], index: int) -> Array:
    """The encoder's, transposed, or the decoder's own."""
    if layers[index].tied:
        return weights[f"layers/{index}/weight"].T
    return weights[f"layers/{index}/decoder/weight"]


def decode_layer(weights: Weights, layers: Sequence[Layer], index: int, y: Array) -> Array:
    """The decoder before its sigmoid, if it has one."""
    return y @ decoder_weight(weights, layers, index) + weights[f"layers/{index}/decoder/bias"]


def encode(weights: Weights, layers: Sequence[Layer], x: Array, top: int) -> Array:
    """The clean code after layer ``top``."""
    for index in range(top + 1):
        x = encode_layer(weights, layers, index, x)
    return x


def decode_to_logits(weights: Weights, layers: Sequence[Layer], code: Array, top: int) -> Array:
    """From a code of layer ``top`` down to the example, before the last sigmoid if there is one."""
    for index in range(top, -1, -1):
        code = decode_layer(weights, layers, index, code)
        if index > 0:
            code = mean(layers[index], code)
    return code


def mean(layer: Layer, logits: Array) -> Array:
    """What a layer's decoder gives."""
    return sigmoid(logits) if layer.loss == "cross_entropy" else logits


def reconstruct(weights: Weights, layers: Sequence[Layer], x: Array, top: int) -> Array:
    """Up to layer ``top`` and down again."""
    return mean(layers[0], decode_to_logits(weights, layers, encode(weights, layers, x, top), top))


def component_losses(layer: Layer, x: Array, logits: Array) -> Array:
    """Cross-entropy from logits, or half the squared error, of each component."""
    if layer.loss == "cross_entropy":
        return softplus(logits) - x * logits
    return 0.5 * (x - logits) ** 2


def reconstruction_error(weights: Weights, layers: Sequence[Layer], x: Array, top: int) -> Array:
    """The loss of each example's reconstruction."""
    logits = decode_to_logits(weights, layers, encode(weights, layers, x, top), top)
    return np.asarray(component_losses(layers[0], x, logits).sum(axis=1))


def pretraining_loss(
    weights: Weights,
    layers: Sequence[Layer],
    index: int,
    clean: Array,
    noisy: Array,
    touched: npt.NDArray[np.bool_],
    row_weights: Array | float = 1.0,
) -> float:
    """The loss of one step for layer ``index``, given its clean and its corrupted input, and the rows' weights."""
    layer = layers[index]
    code = encode_layer(weights, layers, index, noisy)
    losses = component_losses(layer, clean, decode_layer(weights, layers, index, code))
    emphasis = np.where(touched, layer.corrupted_weight, layer.untouched_weight)
    total = float((row_weights * (emphasis * losses).sum(axis=1)).mean())
    of_codes = code_penalty(weights, layer, index, noisy, code, row_weights)
    return total + weight_penalty(weights, layer, index) + of_codes


def weight_penalty(weights: Weights, layer: Layer, index: int) -> float:
    """weight_l1 * sum |W| + weight_l2 / 2 * sum W^2, over the encoder's weights and the decoder's own."""
    names = [f"layers/{index}/weight"] + ([] if layer.tied else [f"layers/{index}/decoder/weight"])
    return float(
        sum(layer.weight_l1 * np.abs(weights[n]).sum() + layer.weight_l2 / 2 * (weights[n] ** 2).sum() for n in names)
    )


def code_penalty(
    weights: Weights, layer: Layer, index: int, noisy: Array, code: Array, row_weights: Array | float = 1.0
) -> float:
    """The sparsity penalty, of the weighted mean activations, and the contraction penalty."""
    rho = layer.sparsity_target
    average = np.average(code, axis=0, weights=np.broadcast_to(row_weights, len(code)))
    average = np.clip(average, SPARSITY_LIMIT, 1 - SPARSITY_LIMIT)
    divergence = rho * np.log(rho / average) + (1 - rho) * np.log((1 - rho) / (1 - average))
    derivative = ACTIVATIONS[layer.activation][1](before_activation(weights, index, noisy))
    jacobian = derivative[:, np.newaxis, :] * weights[f"layers/{index}/weight"][np.newaxis, :, :]
    contraction = (row_weights * (jacobian**2).sum(axis=(1, 2))).mean()
    sparsity = layer.sparsity_weight * divergence.sum() if layer.sparsity_weight > 0 else 0.0
    return float(sparsity + layer.contraction_weight * contraction)


def head_outputs(
    weights: Weights,
    layers: Sequence[Layer],
    x: Array,
    factors: Sequence[Array] | None = None,
    head: str = "classifier",
) -> Array:
    """What the layer on top puts out; ``factors`` are dropout's."""
    for index in range(len(layers)):
        x = encode_layer(weights, layers, index, x)
        if factors is not None:
            x = x * factors[index]
    return x @ weights[f"{head}/weight"] + weights[f"{head}/bias"]


def probabilities(weights: Weights, layers: Sequence[Layer], x: Array) -> Array:
    """Softmax of the logits."""
    logits = head_outputs(weights, layers, x)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def supervised_loss(
    weights: Weights,
    layers: Sequence[Layer],
    x: Array,
    labels: npt.NDArray[np.int64],
    factors: Sequence[Array] | None = None,
    row_weights: Array | float = 1.0,
) -> float:
    """The mean cross-entropy of the labels."""
    logits = head_outputs(weights, layers, x, factors)
    return float((row_weights * (np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(x)), labels])).mean())


def regression_loss(
    weights: Weights,
    layers: Sequence[Layer],
    x: Array,
    targets: Array,
    factors: Sequence[Array] | None = None,
    row_weights: Array | float = 1.0,
) -> float:
    """Half the squared error of standardised targets, summed over those of a row that are not NaN."""
    outputs = head_outputs(weights, layers, x, factors, "regressor")
    mean, deviation = weights["regressor/standardization/mean"], weights["regressor/standardization/deviation"]
    return float((row_weights * np.nansum(0.5 * ((targets - mean) / deviation - outputs) ** 2, axis=1)).mean())


def predicted_targets(weights: Weights, layers: Sequence[Layer], x: Array) -> Array:
    """Targets in their own unit."""
    outputs = head_outputs(weights, layers, x, head="regressor")
    return np.asarray(
        outputs * weights["regressor/standardization/deviation"] + weights["regressor/standardization/mean"]
    )


def multilabel_loss(
    weights: Weights,
    layers: Sequence[Layer],
    x: Array,
    indicators: Array,
    factors: Sequence[Array] | None = None,
    row_weights: Array | float = 1.0,
) -> float:
    """The cross-entropies of all labels of a row that are not NaN."""
    logits = head_outputs(weights, layers, x, factors, "multilabel")
    return float((row_weights * np.nansum(softplus(logits) - indicators * logits, axis=1)).mean())


def unsupervised_loss(weights: Weights, layers: Sequence[Layer], x: Array, row_weights: Array | float = 1.0) -> float:
    """The mean reconstruction error through the whole stack."""
    return float((row_weights * reconstruction_error(weights, layers, x, len(layers) - 1)).mean())


def filters(weights: Weights, top: int) -> Array:
    """The product of the weights up to layer ``top``, a unit a row."""
    product = weights["layers/0/weight"]
    for index in range(1, top + 1):
        product = product @ weights[f"layers/{index}/weight"]
    return product.T


def sample(weights: Weights, layers: Sequence[Layer], x: Array, seed: int) -> Array:
    """Top down: the units of each code switched on with their activation as probability, then the example's mean."""
    top = len(layers) - 1
    activation = encode(weights, layers, x, top)
    for index in range(top, -1, -1):
        streams = ((seed, philox.TOP_DOWN, 0, row, layers[index].width, index * BLOCKS_PER_LAYER)
                   for row in range(len(x)))  # fmt: skip
        units = (np.stack([philox.uniforms(*stream) for stream in streams]) < activation).astype(np.float64)
        activation = mean(layers[index], decode_layer(weights, layers, index, units))
    return activation
