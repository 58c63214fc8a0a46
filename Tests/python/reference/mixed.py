"""The bound of a variational auto-encoder whose columns are of several kinds: groups, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.shares_and_counts import SHAPES
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


@dataclass(frozen=True)
class Given:
    """Columns that are conditions, seen as those of a kind; the decoder sees them behind z."""

    kind: Architecture | Categories

    @property
    def data_dim(self) -> int:
        """How many columns there are."""
        return self.kind.data_dim

    @property
    def outputs(self) -> int:
        """Nothing of them is decoded."""
        return 0


@dataclass(frozen=True)
class SizeFactor:
    """A column that is the size factor of each row, which no network sees."""

    data_dim: int = 1
    outputs: int = 0


Group = Architecture | Categories | Given | SizeFactor


def own(weights: Weights, index: int) -> Weights:
    """The tensors of a group, by the names that they have where there is one kind."""
    prefix = f"columns/{index}/"
    return {name.removeprefix(prefix): values for name, values in weights.items() if name.startswith(prefix)}


def _columns(groups: Sequence[Group], x: Array) -> list[Array]:
    return np.split(x, np.cumsum([group.data_dim for group in groups])[:-1], axis=-1)


def inputs(weights: Weights, groups: Sequence[Group], x: Array, missing: str) -> Array:
    """What the encoder sees."""
    seen = [
        _seen(own(weights, index), group.kind if isinstance(group, Given) else group, columns)
        for index, (group, columns) in enumerate(zip(groups, _columns(groups, x), strict=True))
        if not isinstance(group, SizeFactor)
    ]
    if missing == "indicate":
        seen.append(np.isnan(x).astype(float))
    return np.concatenate(seen, axis=-1)


def _seen(weights: Weights, kind: Architecture | Categories, columns: Array) -> Array:
    """What networks see of the columns of a group."""
    if isinstance(kind, Categories):
        return kind.one_hot(columns)
    values = seen_by_encoder(filled(columns, kind.likelihood), kind.likelihood)
    return np.asarray(np.where(np.isnan(columns), 0, standardized(weights, kind, values)))


def conditions(weights: Weights, groups: Sequence[Group], x: Array) -> Array:
    """What the decoder sees of an example, behind z."""
    given = [
        _seen(own(weights, index), group.kind, columns)
        for index, (group, columns) in enumerate(zip(groups, _columns(groups, x), strict=True))
        if isinstance(group, Given)
    ]
    return np.concatenate([np.empty((len(x), 0)), *given], axis=-1)


def log_px(weights: Weights, net: Architecture, groups: Sequence[Group], x: Array, z: Array) -> Array:
    """log p(x|z), or log p(x|z, c), of each row."""
    c = conditions(weights, groups, x)
    head = decoder_head(weights, net, np.concatenate([z, np.broadcast_to(c, (*z.shape[:-1], c.shape[-1]))], axis=-1))
    heads = np.split(head, np.cumsum([group.outputs for group in groups])[:-1], axis=-1)
    sizes = next(
        (x for group, x in zip(groups, _columns(groups, x), strict=True) if isinstance(group, SizeFactor)), None
    )
    total = np.zeros(head.shape[:-1])
    for index, (group, columns, part) in enumerate(zip(groups, _columns(groups, x), heads, strict=True)):
        if isinstance(group, Categories):
            total += group.log_px(columns, part)
        elif isinstance(group, Architecture):
            total += log_px_of_head(_under(c, own(weights, index), group), group, columns, part, sizes)
    return total


def _under(c: Array, weights: Weights, group: Architecture) -> Weights:
    """The tensors of a group under conditions: where its shape depends on these, it has one of each row."""
    if group.variance != "by_condition":
        return weights
    name, _ = SHAPES[group.likelihood]
    return {**weights, name: c @ weights[f"{name}/weight"] + weights[f"{name}/bias"]}


def encode(weights: Weights, net: Architecture, groups: Sequence[Group], x: Array) -> tuple[Array, Array]:
    """q(z|x), or q(z|x, c): mean and log-variance."""
    head = network(weights, "encoder", net.hidden, net.activation, inputs(weights, groups, x, net.missing))
    return head[..., : net.latent_dim], bounded(head[..., net.latent_dim :], ENCODER_LOG_VARIANCE_LIMITS)


def terms(
    weights: Weights,
    net: Architecture,
    groups: Sequence[Group],
    x: Array,
    noise: Array,
    estimator: str = "analytic",
) -> tuple[Array, Array]:
    """Reconstruction and KL of each example; noise has shape (samples, examples, latent_dim)."""
    mean, log_variance = encode(weights, net, groups, x)
    z = mean + np.exp(log_variance / 2) * noise
    reconstruction = log_px(weights, net, groups, x, z).mean(axis=0)
    if estimator == "analytic":
        return reconstruction, 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=-1)
    return reconstruction, 0.5 * (z**2 - noise**2 - log_variance).sum(axis=-1).mean(axis=0)


def log_weights(weights: Weights, net: Architecture, groups: Sequence[Group], x: Array, noise: Array) -> Array:
    """log p(x|z) p(z) / q(z|x) of each sample, shape (samples, examples)."""
    mean, log_variance = encode(weights, net, groups, x)
    z = mean + np.exp(log_variance / 2) * noise
    log_ratio = -0.5 * (z**2 - noise**2 - log_variance).sum(axis=-1)
    return np.asarray(log_px(weights, net, groups, x, z) + log_ratio)
