"""The variational auto-encoder's bound, term by term."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.activations import ACTIVATIONS, sigmoid, softplus
from reference.densities import DEGREES_TENSOR, LOCATION_SCALE, Density, degrees_of_freedom, density
from reference.quantiles import KNOTS, normal_scores
from reference.shares_and_counts import COUNTS, SHAPES, SHARES, log_density, outputs_per_column

Array = npt.NDArray[np.float64]
Weights = Mapping[str, Array]

ENCODER_LOG_VARIANCE_LIMITS = (-20.0, 20.0)


@dataclass(frozen=True)
class Architecture:
    """The network; the fields are the library's hyper-parameters."""

    data_dim: int
    latent_dim: int
    hidden: tuple[int, ...]
    decoder_hidden: tuple[int, ...] | None
    activation: str
    likelihood: str
    variance: str
    mean_activation: str
    noise_stddev: float
    stddev_floor: float
    standardize: bool
    degrees_of_freedom: float | str
    missing: str
    count_mean: str
    standardize_by: str

    @property
    def decoder_widths(self) -> tuple[int, ...]:
        return self.hidden[::-1] if self.decoder_hidden is None else self.decoder_hidden

    @property
    def predicts_variance(self) -> bool:
        return self.likelihood in (*LOCATION_SCALE, *SHAPES) and self.variance == "predicted"

    @property
    def learns_variance(self) -> bool:
        return self.likelihood in LOCATION_SCALE and self.variance == "learned"

    @property
    def inputs(self) -> int:
        """What the encoder sees of an example."""
        return self.data_dim * (2 if self.missing == "indicate" else 1)

    @property
    def outputs(self) -> int:
        """The width of the decoder's head."""
        if self.likelihood in LOCATION_SCALE:
            return self.data_dim * (2 if self.predicts_variance else 1)
        return self.data_dim * outputs_per_column(self.likelihood, predicts=self.predicts_variance)

    @property
    def learns_degrees(self) -> bool:
        return self.likelihood == "student_t" and self.degrees_of_freedom == "auto"

    @property
    def standardizes(self) -> bool:
        real = self.likelihood in LOCATION_SCALE and self.mean_activation == "identity"
        return (real or self.likelihood in COUNTS) and self.standardize

    @property
    def has_scores(self) -> bool:
        """Whether columns become their normal scores."""
        return self.standardizes and self.standardize_by == "quantiles"

    @property
    def has_shares(self) -> bool:
        """Whether counts are shares of the row's total."""
        return self.likelihood in COUNTS and self.count_mean == "share"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor's name and shape, in the arena's order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for part, width, widths, head in (
            ("encoder", self.inputs, self.hidden, 2 * self.latent_dim),
            ("decoder", self.latent_dim, self.decoder_widths, self.outputs),
        ):
            for index, (name, columns) in enumerate([*((str(i), w) for i, w in enumerate(widths)), ("head", head)]):
                inputs = width if index == 0 else widths[index - 1]
                shapes[f"{part}/{name}/weight"] = (inputs, columns)
                shapes[f"{part}/{name}/bias"] = (columns,)
        if self.learns_variance:
            shapes["decoder/log_variance"] = (self.data_dim,)
        if self.standardizes:
            names = ("mean", "deviation") if self.likelihood in COUNTS else ("mean", "deviation", "floor")
            shapes |= {f"standardization/{name}": (self.data_dim,) for name in names}
        if self.standardizes and self.has_shares:
            shapes["standardization/total"] = (1,)
        if self.has_scores:
            shape = (self.data_dim, KNOTS) if self.data_dim > 1 else (KNOTS,)
            shapes |= {f"standardization/{name}": shape for name in ("knots", "scores")}
        if self.likelihood in SHAPES and not self.predicts_variance:
            shapes[SHAPES[self.likelihood][0]] = (self.data_dim,)
        if self.learns_degrees:
            shapes[DEGREES_TENSOR] = (self.data_dim,)
        return shapes


def is_learned(name: str) -> bool:
    """Whether training changes a tensor step by step."""
    return "standardization/" not in name


def units(weights: Weights, architecture: Architecture) -> tuple[Any, Any]:
    """The mean and the deviation of each column that the networks see as 0 and 1."""
    if not architecture.standardizes:
        return 0.0, 1.0
    return weights["standardization/mean"], weights["standardization/deviation"]


def standardized(weights: Weights, architecture: Architecture, x: Array) -> Array:
    """Columns as the networks see them, and the density of those that become normal scores."""
    center, unit = units(weights, architecture)
    inner = (x - center) / unit
    return normal_scores(weights, inner)[0] if architecture.has_scores else np.asarray(inner)


def decoder_limits(weights: Weights, architecture: Architecture) -> tuple[Any, float]:
    """Of log-variances in these units."""
    floor = weights["standardization/floor"] if architecture.standardizes else architecture.stddev_floor
    return 2 * np.log(floor), 20.0


def bounded(raw: Array, limits: tuple[Any, float]) -> Array:
    """A log-variance kept softly between its limits."""
    lower, upper = limits
    raised = lower + softplus(raw - lower)
    return upper - softplus(upper - raised)


def network(weights: Weights, part: str, widths: tuple[int, ...], activation: str, x: Array) -> Array:
    """The hidden layers and the linear head of the encoder or decoder."""
    for index in range(len(widths)):
        x = ACTIVATIONS[activation][0](x @ weights[f"{part}/{index}/weight"] + weights[f"{part}/{index}/bias"])
    return x @ weights[f"{part}/head/weight"] + weights[f"{part}/head/bias"]


def seen_by_encoder(x: Array, likelihood: str) -> Array:
    """What the encoder sees of columns, before it is standardised."""
    if likelihood == "log_normal":
        return np.log(x)
    return np.log1p(x) if likelihood in COUNTS else x


def filled(x: Array, likelihood: str) -> Array:
    """Columns with a number that they may hold in place of those that are missing, which are NaN."""
    substitute = {"log_normal": 1.0, "beta": 0.5}.get(likelihood, 0.0)
    return np.where(np.isnan(x), substitute, x)


def hide(seen: Array, hidden: Array, missing: str) -> Array:
    """What the encoder sees of numbers, some of them hidden from it; each has ``seen.shape / hidden.shape`` inputs."""
    each = seen.shape[-1] // hidden.shape[-1]
    seen = np.where(np.repeat(hidden, each, axis=-1), 0, seen)
    return np.concatenate([seen, hidden.astype(float)], axis=-1) if missing == "indicate" else seen


def encode(weights: Weights, architecture: Architecture, x: Array, hidden: Array | None = None) -> tuple[Array, Array]:
    """q(z|x): mean and log-variance; of ``hidden`` numbers, by default the missing ones, the encoder sees nothing."""
    columns = seen_by_encoder(filled(x, architecture.likelihood), architecture.likelihood)
    seen = standardized(weights, architecture, columns)
    seen = hide(seen, np.isnan(x) if hidden is None else hidden, architecture.missing)
    head = network(weights, "encoder", architecture.hidden, architecture.activation, seen)
    mean, raw = head[..., : architecture.latent_dim], head[..., architecture.latent_dim :]
    return mean, bounded(raw, ENCODER_LOG_VARIANCE_LIMITS)


def decoder_head(weights: Weights, architecture: Architecture, z: Array) -> Array:
    """What the decoder's last layer gives: logits, or raw means and raw log-variances."""
    return network(weights, "decoder", architecture.decoder_widths, architecture.activation, z)


def decode(weights: Weights, architecture: Architecture, z: Array) -> tuple[Array, Array | None]:
    """p(x|z): mean or location, and the logarithm of the squared scale, which is a Gaussian's log-variance.

    Where columns become normal scores, of these.
    """
    return decode_head(weights, architecture, decoder_head(weights, architecture, z))


def decode_head(weights: Weights, architecture: Architecture, head: Array) -> tuple[Array, Array | None]:
    """The same, from what the decoder's last layer gives."""
    if architecture.likelihood == "bernoulli":
        return sigmoid(head), None
    raw_mean = head[..., : architecture.data_dim]
    center, unit = (0.0, 1.0) if architecture.has_scores else units(weights, architecture)
    mean = sigmoid(raw_mean) if architecture.mean_activation == "sigmoid" else raw_mean * unit + center
    if architecture.variance == "fixed":
        return mean, np.full_like(mean, 2 * math.log(architecture.noise_stddev))
    raw = head[..., architecture.data_dim :] if architecture.predicts_variance else weights["decoder/log_variance"]
    log_variance = bounded(raw, decoder_limits(weights, architecture)) + 2 * np.log(unit)
    return mean, np.broadcast_to(log_variance, mean.shape)


def noise_density(weights: Weights, architecture: Architecture) -> Density:
    """The density around the location of a likelihood that has one."""
    fixed = 0.0 if isinstance(architecture.degrees_of_freedom, str) else architecture.degrees_of_freedom
    return density(architecture.likelihood, degrees_of_freedom(weights, fixed))


def log_px(weights: Weights, architecture: Architecture, x: Array, z: Array) -> Array:
    """log p(x|z), summed over the data's dimensions."""
    return log_px_of_head(weights, architecture, x, decoder_head(weights, architecture, z))


def log_px_of_head(
    weights: Weights, architecture: Architecture, x: Array, head: Array, sizes: Array | None = None
) -> Array:
    """The same, from what the decoder's last layer gives, and size factors if there are some, [rows, 1]."""
    terms = log_px_of_columns(weights, architecture, x, head, sizes)
    return np.asarray(np.where(np.isnan(x), 0, terms).sum(axis=-1))


def log_px_of_columns(
    weights: Weights, architecture: Architecture, x: Array, head: Array, sizes: Array | None = None
) -> Array:
    """log p(x_d|z) of each column; what is found where a number is missing means nothing."""
    observed, x = ~np.isnan(x), filled(x, architecture.likelihood)
    if architecture.likelihood == "bernoulli":
        return np.asarray(x * head - softplus(head))
    if architecture.likelihood in (*COUNTS, *SHARES):
        predicts, shares = architecture.predicts_variance, architecture.has_shares
        kind = architecture.likelihood
        options = {"predicts": predicts, "shares": shares, "observed": observed, "sizes": sizes}
        return np.asarray(log_density(kind, weights, x, head, **options))
    mean, log_variance = decode_head(weights, architecture, head)
    assert log_variance is not None
    if architecture.likelihood == "log_normal":
        x = np.log(x)
        return np.asarray(noise_density(weights, architecture).log(x, mean, log_variance) - x)
    if architecture.has_scores:
        center, unit = units(weights, architecture)
        score, slope = normal_scores(weights, (x - center) / unit)
        return np.asarray(noise_density(weights, architecture).log(score, mean, log_variance) + np.log(slope / unit))
    return np.asarray(noise_density(weights, architecture).log(x, mean, log_variance))


def terms(
    weights: Weights,
    architecture: Architecture,
    x: Array,
    noise: Array,
    estimator: str = "analytic",
    hidden: Array | None = None,
) -> tuple[Array, Array]:
    """Reconstruction and KL of each example; noise has shape (samples, examples, latent_dim)."""
    mean, log_variance = encode(weights, architecture, x, hidden)
    z = mean + np.exp(log_variance / 2) * noise
    reconstruction = log_px(weights, architecture, x, z).mean(axis=0)
    if estimator == "analytic":
        kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=-1)
    else:
        kl = 0.5 * (z**2 - noise**2 - log_variance).sum(axis=-1).mean(axis=0)
    return reconstruction, kl


def loss(
    weights: Weights,
    architecture: Architecture,
    x: Array,
    noise: Array,
    estimator: str = "analytic",
    kl_weight: float = 1.0,
    hidden: Array | None = None,
    row_weights: Array | float = 1.0,
) -> float:
    """What training minimises: the mean over the batch of a row's weight times kl_weight * kl - reconstruction."""
    reconstruction, kl = terms(weights, architecture, x, noise, estimator, hidden)
    return float((row_weights * (kl_weight * kl - reconstruction)).mean())


def log_weights(weights: Weights, architecture: Architecture, x: Array, noise: Array) -> Array:
    """log p(x|z) p(z) / q(z|x) of each sample, shape (samples, examples)."""
    mean, log_variance = encode(weights, architecture, x)
    z = mean + np.exp(log_variance / 2) * noise
    log_ratio = -0.5 * (z**2 - noise**2 - log_variance).sum(axis=-1)
    return np.asarray(log_px(weights, architecture, x, z) + log_ratio)
