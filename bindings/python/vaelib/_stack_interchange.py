"""Exchange of a stack's weights with other frameworks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from vaelib._dense_layers import DenseReader, DenseWeights
from vaelib._keras_weights import KerasWeights
from vaelib._stack_fitting import StackFitting

Self = TypeVar("Self", bound="StackInterchange")


class StackInterchange(StackFitting):
    """Dense layers in, Keras's weights out."""

    @classmethod
    def from_dense_layers(
        cls: type[Self],
        layers: Sequence[DenseWeights],
        decoder: Sequence[DenseWeights] | None = None,
        *,
        convention: str,
        classifier: DenseWeights | None = None,
        **parameters: Any,
    ) -> Self:
        """An estimator with the weights of a network from elsewhere, given as dense layers (kernel, bias).

        A bias of None is zero. The widths are those of the layers; ``activation``, ``loss`` and so on are the caller's
        to say, in ``parameters``.

        Parameters
        ----------
        layers : sequence of (kernel, bias)
            The layers of the stack, bottom first.
        decoder : sequence of (kernel, bias), optional
            The layers of the decoder in the order in which they are applied, top first, as many as ``layers``: the
            stack is not tied then. Without it, the decoder has the layers' weights, transposed, and biases of 0.
        convention : {"keras", "pytorch"}
            How kernels lie: [inputs, outputs] as in Keras, or [outputs, inputs] as in PyTorch.
        classifier : (kernel, bias), optional
            The softmax layer of a StackedDenoisingClassifier, on top of the last layer.
        **parameters
            Parameters of the constructor, except ``hidden`` and ``tied``.

        Raises
        ------
        ValueError
            Layers do not fit each other, or the parameters; numbers are not finite.
        """
        reader = DenseReader(convention)
        encoding = reader.chain(layers, "layers")
        if not encoding:
            raise ValueError("layers is empty; at least one is needed")
        width = encoding[-1].weight.shape[1]
        state: dict[str, Any] = {}
        for index, layer in enumerate(encoding):
            state |= layer.tensors(f"layers/{index}")
            state[f"layers/{index}/decoder/bias"] = np.zeros(layer.weight.shape[0], dtype=np.float32)
        if decoder is not None:
            decoding = reader.chain(decoder, "decoder", width)
            if len(decoding) != len(encoding):
                raise ValueError(f"decoder has {len(decoding)} layers; the stack has {len(encoding)}")
            for index, layer in enumerate(reversed(decoding)):
                state |= layer.tensors(f"layers/{index}/decoder")
        if classifier is not None:
            state |= reader.layer(classifier, "classifier", width).tensors("classifier")
        shape = {"hidden": tuple(layer.weight.shape[1] for layer in encoding), "tied": decoder is None}
        stack = cls(**shape, **parameters)
        return stack.initialize(encoding[0].weight.shape[0]).load_state_dict(state)

    def export_keras_weights(self, path: str | os.PathLike[str]) -> None:
        """Writes the weights to a file that Keras 3 loads into a model with the attributes ``encoder`` and ``decoder``.

        Both are ``keras.Sequential`` models of Dense layers; a classifier is a Dense layer, the attribute
        ``classifier``. docs/interchange.md has the program that builds them.

        Parameters
        ----------
        path : path
            Ends in ".weights.h5", as Keras wants it. An older file of that name is replaced.

        Raises
        ------
        ImportError
            There is no h5py; the extra ``vaelib[h5]`` installs it.
        """
        state = self.state_dict()
        weights = KerasWeights()
        indices = range(self._fitted().info.layer_count)
        weights.add_sequential("encoder", [(state[f"layers/{i}/weight"], state[f"layers/{i}/bias"]) for i in indices])
        decoder = [
            (state.get(f"layers/{i}/decoder/weight", state[f"layers/{i}/weight"].T), state[f"layers/{i}/decoder/bias"])
            for i in reversed(indices)
        ]
        weights.add_sequential("decoder", decoder)
        if "classifier/weight" in state:
            weights.add_variables("classifier", [state["classifier/weight"], state["classifier/bias"]])
        weights.add_variables("", [])
        weights.write(path)
