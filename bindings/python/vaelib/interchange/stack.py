"""Stacks made of the weights of other frameworks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vaelib.interchange.dense_layers import DenseReader, DenseWeights
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.regressor import StackedDenoisingRegressor

#: The estimator of a stack with this layer on top.
_KINDS: dict[
    str | None,
    type[StackedDenoisingAutoencoder] | type[StackedDenoisingClassifier] | type[StackedDenoisingRegressor],
] = {
    None: StackedDenoisingAutoencoder,
    "classifier": StackedDenoisingClassifier,
    "multilabel": StackedDenoisingClassifier,
    "regressor": StackedDenoisingRegressor,
}


def stack_from_dense_layers(
    layers: Sequence[DenseWeights],
    decoder: Sequence[DenseWeights] | None = None,
    *,
    convention: str,
    classifier: DenseWeights | None = None,
    multilabel: DenseWeights | None = None,
    regressor: DenseWeights | None = None,
    **parameters: Any,
) -> StackedDenoisingAutoencoder | StackedDenoisingClassifier | StackedDenoisingRegressor:
    """A stack with the weights of a network from elsewhere, given as dense layers (kernel, bias).

    A bias of None is zero. The widths are those of the layers; ``loss``, which must be given, ``activation`` and so on
    are given in ``parameters``. Columns are not standardised.

    Parameters
    ----------
    layers : sequence of (kernel, bias)
        The layers of the stack, bottom first.
    decoder : sequence of (kernel, bias), optional
        The layers of the decoder in the order in which they are applied, top first, as many as ``layers``: the
        stack is not tied then. Without it, the decoder has the layers' weights, transposed, and biases of 0.
    convention : {"keras", "pytorch"}
        The layout of kernels: [inputs, outputs] as in Keras, or [outputs, inputs] as in PyTorch.
    classifier : (kernel, bias), optional
        The softmax layer on top of the last layer. With it the stack is a StackedDenoisingClassifier, and its
        ``classes_`` are 0, 1, ...; without a layer on top it is a StackedDenoisingAutoencoder.
    multilabel, regressor : (kernel, bias), optional
        In its place, a layer of sigmoids, one for each of several labels at once, of a StackedDenoisingClassifier; or a
        linear layer, of a StackedDenoisingRegressor, whose outputs are the targets as they are.
    **parameters
        Parameters of the constructor, except ``hidden`` and ``tied``.

    Raises
    ------
    ValueError
        Layers do not fit each other or the parameters, or numbers are not finite.
    """
    reader = DenseReader(convention)
    parameters = {"standardize": False, **parameters}  # the weights are for columns as they are
    encoding = reader.chain(layers, "layers")
    if not encoding:
        raise ValueError("layers is empty; at least one is needed")
    width = encoding[-1].weight.shape[1]
    weights: dict[str, Any] = {}
    for index, layer in enumerate(encoding):
        weights |= layer.tensors(f"layers/{index}")
        weights[f"layers/{index}/decoder/bias"] = np.zeros(layer.weight.shape[0], dtype=np.float32)
    if decoder is not None:
        decoding = reader.chain(decoder, "decoder", width)
        if len(decoding) != len(encoding):
            raise ValueError(f"decoder has {len(decoding)} layers; the stack has {len(encoding)}")
        for index, layer in enumerate(reversed(decoding)):
            weights |= layer.tensors(f"layers/{index}/decoder")
    heads = {"classifier": classifier, "multilabel": multilabel, "regressor": regressor}
    given = {name: head for name, head in heads.items() if head is not None}
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} are all given; a stack has one layer on top")
    for name, head in given.items():
        weights |= reader.layer(head, name, width).tensors(name)
    if regressor is not None:
        zeros = np.zeros_like(weights["regressor/bias"])  # targets as they are
        weights |= {f"regressor/standardization/{name}": zeros for name in ("mean", "deviation")}
    shape: dict[str, Any] = {"hidden": tuple(layer.weight.shape[1] for layer in encoding), "tied": decoder is None}
    kind = _KINDS[next(iter(given), None)]
    stack = kind(**shape, **parameters)
    return stack.initialize(encoding[0].weight.shape[0]).set_weights(weights)
