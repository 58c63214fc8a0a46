"""Variational auto-encoders made of the weights of other frameworks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vaelib.interchange.dense_layers import DenseLayer, DenseReader, DenseWeights
from vaelib.models.native_vae import NativeVAE
from vaelib.models.vae import VAE


def vae_from_dense_layers(
    encoder: Sequence[DenseWeights],
    decoder: Sequence[DenseWeights],
    *,
    convention: str,
    mean: DenseWeights | None = None,
    log_variance: DenseWeights | None = None,
    decoder_mean: DenseWeights | None = None,
    decoder_log_variance: Any = None,
    **parameters: Any,
) -> VAE:
    """A VAE with the weights of a network from elsewhere, given as dense layers (kernel, bias).

    A bias of None is zero. The widths are those of the layers; ``likelihood``, which must be given, ``activation`` and
    so on are given in ``parameters``. Columns are not standardised.

    A conditional VAE is made with ``VAE(...).initialize(X, conditions=...)`` and ``set_weights``: its encoder has
    inputs for conditions behind those for columns, its decoder behind z.

    Parameters
    ----------
    encoder : sequence of (kernel, bias)
        The layers in the order in which they are applied. Without ``mean`` and ``log_variance``, the last one has
        2 latent_dim outputs: means, then log-variances.
    decoder : sequence of (kernel, bias)
        As the encoder; without ``decoder_mean``, the last one gives the logits or means of the data, followed by the
        log-variances of a predicted variance.
    convention : {"keras", "pytorch"}
        The layout of kernels: [inputs, outputs] as in Keras, or [outputs, inputs] as in PyTorch.
    mean, log_variance : (kernel, bias), optional
        The encoder's two heads, both on the output of its last layer.
    decoder_mean : (kernel, bias), optional
        The decoder's head, where ``decoder`` holds the hidden layers alone.
    decoder_log_variance : (kernel, bias) or array of shape (n_features,), optional
        The second head of a predicted variance, or the log-variances of a learned one, 0 by default.
    **parameters
        Parameters of the constructor, except the widths.

    Raises
    ------
    ValueError
        Layers do not fit each other or the parameters, or numbers are not finite.
    """
    if parameters.get("columns") is not None:
        raise ValueError(
            "columns of several kinds, and conditions, are not read from layers: make such a VAE, and give it "
            "set_weights"
        )
    reader = DenseReader(convention)
    parameters = {"standardize": False, **parameters}  # the weights are for columns as they are
    encoding = _encoding(reader, encoder, mean, log_variance)
    latent = encoding[-1].weight.shape[1] // 2
    variance = _variance(parameters)
    decoding = _decoding(reader, decoder, latent, variance, decoder_mean, decoder_log_variance)
    widths = {"latent_dim": latent, "hidden": _hidden(encoding), "decoder_hidden": _hidden(decoding)}
    vae = VAE(**widths, **parameters).initialize(encoding[0].weight.shape[0])
    weights = {**_tensors("encoder", encoding), **_tensors("decoder", decoding)}
    own = [name for name in vae.get_weights() if name.startswith("decoder/") and name.count("/") == 1]
    for name in own:  # what a likelihood learns beside the network
        weights[name] = np.zeros(vae.n_features_in_, dtype=np.float32)
    if variance == "learned" and decoder_log_variance is not None:
        # Of beta and negative binomials it is another number, by another name.
        weights[next(name for name in own if name != "decoder/degrees_of_freedom")] = decoder_log_variance
    return vae.set_weights(weights)


def _variance(parameters: Mapping[str, Any]) -> str | None:
    """Where the variance of p(x|z) comes from; None for a likelihood without one."""
    likelihood = {name: parameters[name] for name in ("likelihood", "variance", "standardize") if name in parameters}
    smallest = NativeVAE.create(1, 0, {"latent_dim": 1, "hidden": (), **likelihood})
    return smallest.architecture["variance"] if smallest.info.has_variance else None


def _encoding(
    reader: DenseReader, layers: Sequence[DenseWeights], mean: DenseWeights | None, log_variance: DenseWeights | None
) -> list[DenseLayer]:
    """The encoder's layers, its two heads as one."""
    encoding = reader.chain(layers, "encoder")
    if (mean is None) != (log_variance is None):
        raise ValueError("mean and log_variance are the encoder's two heads: give both, or neither")
    if mean is not None and log_variance is not None:
        width = encoding[-1].weight.shape[1] if encoding else None
        encoding.append(reader.joined([mean, log_variance], ["mean", "log_variance"], width))
    if not encoding:
        raise ValueError("encoder is empty; at least one layer is needed")
    outputs = encoding[-1].weight.shape[1]
    if outputs % 2 != 0:
        raise ValueError(f"the encoder has {outputs} outputs; expected an even number, means and as many log-variances")
    return encoding


def _decoding(
    reader: DenseReader,
    layers: Sequence[DenseWeights],
    latent: int,
    variance: str | None,
    mean: DenseWeights | None,
    log_variance: Any,
) -> list[DenseLayer]:
    """The decoder's layers, the heads of mean and predicted variance as one."""
    decoding = reader.chain(layers, "decoder", latent)
    width = decoding[-1].weight.shape[1] if decoding else latent
    if mean is not None and variance == "predicted":
        names = ["decoder_mean", "decoder_log_variance"]
        decoding.append(reader.joined([mean, log_variance], names, width))
    elif mean is not None:
        decoding.append(reader.layer(mean, "decoder_mean", width))
    elif log_variance is not None and variance != "learned":
        raise ValueError("decoder_log_variance comes with decoder_mean, or with a learned variance")
    if not decoding:
        raise ValueError("decoder is empty; at least one layer is needed")
    return decoding


def _hidden(layers: list[DenseLayer]) -> tuple[int, ...]:
    """The widths of all layers but the last."""
    return tuple(layer.weight.shape[1] for layer in layers[:-1])


def _tensors(part: str, layers: list[DenseLayer]) -> dict[str, Any]:
    tensors = layers[-1].tensors(f"{part}/head")
    for index, layer in enumerate(layers[:-1]):
        tensors |= layer.tensors(f"{part}/{index}")
    return tensors
