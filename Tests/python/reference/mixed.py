"""The bound of a variational auto-encoder whose columns are of several kinds: groups, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.vae import (
    ENCODER_LOG_VARIANCE_LIMITS,
    Architecture,
    bounded,
    decoder_head,
    filled,
    log_px_of_head,
    network,
    seen_by_encoder,
    standardized,
)

Array = npt.NDArray[np.float64]
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class Categories:
    """Columns of so many categories each."""

    data_dim: int
    classes: int

    @property
    def outputs(self) -> int:
        """The width of their part of the decoder's head."""
        return self.data_dim * self.classes

    def one_hot(self, x: Array) -> Array:
        """A number for each category, 1 for the one that is there; all 0 where none is."""
        indicators = np.eye(self.classes)[np.nan_to_num(x).astype(int)] * ~np.isnan(x)[..., None]
        return np.asarray(indicators.reshape(*x.shape[:-1], -1))

    def log_px(self, x: Array, head: Array) -> Array:
        """Of each row."""
        logits = head.reshape(*head.shape[:-1], self.data_dim, self.classes)
        normal = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return np.asarray((normal * self.one_hot(x).reshape(*x.shape, self.classes)).sum(axis=(-1, -2)))


Group = Architecture | Categories


def own(weights: Weights, index: int) -> Weights:
    """The tensors of a group, by the names that they have where there is one kind."""
    prefix = f"columns/{index}/"
    return {name.removeprefix(prefix): values for name, values in weights.items() if name.startswith(prefix)}


def _columns(groups: Sequence[Group], x: Array) -> list[Array]:
    return np.split(x, np.cumsum([group.data_dim for group in groups])[:-1], axis=-1)


def inputs(weights: Weights, groups: Sequence[Group], x: Array, missing: str) -> Array:
    """What the encoder sees."""
    seen = []
    for index, (group, columns) in enumerate(zip(groups, _columns(groups, x), strict=True)):
        if isinstance(group, Categories):
            seen.append(group.one_hot(columns))
            continue
        values = seen_by_encoder(filled(columns, group.likelihood), group.likelihood)
        seen.append(np.where(np.isnan(columns), 0, standardized(own(weights, index), group, values)))
    if missing == "indicate":
        seen.append(np.isnan(x).astype(float))
    return np.concatenate(seen, axis=-1)


def log_px(weights: Weights, net: Architecture, groups: Sequence[Group], x: Array, z: Array) -> Array:
    """log p(x|z) of each row."""
    head = decoder_head(weights, net, z)
    heads = np.split(head, np.cumsum([group.outputs for group in groups])[:-1], axis=-1)
    total = np.zeros(head.shape[:-1])
    for index, (group, columns, part) in enumerate(zip(groups, _columns(groups, x), heads, strict=True)):
        if isinstance(group, Categories):
            total += group.log_px(columns, part)
        else:
            total += log_px_of_head(own(weights, index), group, columns, part)
    return total


def terms(weights: Weights, net: Architecture, groups: Sequence[Group], x: Array, noise: Array) -> tuple[Array, Array]:
    """Reconstruction and KL of each example; noise has shape (samples, examples, latent_dim)."""
    head = network(weights, "encoder", net.hidden, net.activation, inputs(weights, groups, x, net.missing))
    mean, raw = head[..., : net.latent_dim], head[..., net.latent_dim :]
    log_variance = bounded(raw, ENCODER_LOG_VARIANCE_LIMITS)
    z = mean + np.exp(log_variance / 2) * noise
    reconstruction = log_px(weights, net, groups, x, z).mean(axis=0)
    return reconstruction, 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=-1)
