"""The parts of a variational auto-encoder as graphs; docs/file-format.md has the formulas."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.categories import Categorical
from vaelib.interchange.computation.counts import NegativeBinomial, Poisson, ZeroInflated
from vaelib.interchange.computation.functions import activated, exp, is_nan, scaled, select, soft_clamp
from vaelib.interchange.computation.graph import Graph, Value
from vaelib.interchange.computation.likelihood import Likelihood
from vaelib.interchange.computation.location_scale import Gaussian, Laplace, LogNormal, StudentT
from vaelib.interchange.computation.unit_interval import Bernoulli, Beta, ContinuousBernoulli
from vaelib.models.vae import VAE

#: The likelihoods by their names.
LIKELIHOODS: dict[str, type[Likelihood]] = {
    "bernoulli": Bernoulli,
    "beta": Beta,
    "categorical": Categorical,
    "continuous_bernoulli": ContinuousBernoulli,
    "gaussian": Gaussian,
    "laplace": Laplace,
    "log_normal": LogNormal,
    "negative_binomial": NegativeBinomial,
    "poisson": Poisson,
    "student_t": StudentT,
    "zero_inflated_negative_binomial": ZeroInflated,
}

#: The bounds of log-variances of q(z|x).
_LOG_VARIANCE_BOUNDS = (-20.0, 20.0)


class VAEComputation:
    """Writes parts of a VAE into a graph."""

    def __init__(self, vae: VAE) -> None:
        model = vae._fitted()
        self.graph = Graph(vae.get_weights())
        self.width = model.data_dim
        self.latent = model.latent_dim
        self.scaling = (float(vae.scale), float(vae.shift))
        self.has_variance = model.has_variance
        self.architecture = model.resolved_architecture
        self.groups = [
            LIKELIHOODS[group["likelihood"]](self.graph, group, f"columns/{index}/")
            for index, group in enumerate(model.groups)
        ]
        if not self.groups:
            whole = {**self.architecture, "columns": self.width}
            self.groups = [LIKELIHOODS[whole["likelihood"]](self.graph, whole, "")]

    def encoder(self) -> None:
        """q(z|x): x to mean and log_variance."""
        mean, log_variance = self._encode(self.graph.input("x", self.width))
        self.graph.output("mean", mean)
        self.graph.output("log_variance", log_variance)

    def decoder(self) -> None:
        """p(x|z): z to mean and, where the likelihood has one beside it, variance."""
        heads = self._heads(self.graph.input("z", self.latent))
        self.graph.output("mean", self.graph.concatenate([each.mean(h).single() for each, h in heads]))
        if self.has_variance:
            self.graph.output("variance", self.graph.concatenate([each.variance(h).single() for each, h in heads]))

    def kl(self) -> None:
        """KL(q(z|x) || p(z)) = 1/2 sum_j (mean^2 + exp(log_variance) - 1 - log_variance): x to kl."""
        mean, log_variance = (each.double() for each in self._encode(self.graph.input("x", self.width)))
        terms = mean * mean + exp(log_variance) - 1 - log_variance
        self.graph.output("kl", terms.grouped("group_sum") * 0.5)

    def reconstruction(self) -> None:
        """log p(x|z), without the columns that x lacks: x and z to reconstruction."""
        x = self._scaled(self.graph.input("x", self.width))
        heads = self._heads(self.graph.input("z", self.latent))
        terms = []
        for (each, h), columns in zip(heads, self._columns(x), strict=True):
            density = each.log_density(self._filled(each, columns), h)
            terms.append(select(is_nan(columns).double(), 0, density) if self._has_gaps else density)
        self.graph.output("reconstruction", self.graph.concatenate(terms).grouped("group_sum"))

    @property
    def _has_gaps(self) -> bool:
        return bool(self.architecture["missing"] != "refuse")

    def _scaled(self, x: Value) -> Value:
        """Examples as the model sees them."""
        return scaled(x, *self.scaling)

    def _columns(self, x: Value) -> list[Value]:
        """The columns of each group."""
        columns, first = [], 0
        for each in self.groups:
            columns.append(x.part(first, first + each.width))
            first += each.width
        return columns

    def _filled(self, group: Likelihood, columns: Value) -> Value:
        """Columns with a number that they may hold where one is missing."""
        return select(is_nan(columns), group.substitute, columns) if self._has_gaps else columns

    def _encode(self, given: Value) -> tuple[Value, Value]:
        """Mean and log-variance of q(z|x)."""
        x = self._scaled(given)
        seen = []
        for each, columns in zip(self.groups, self._columns(x), strict=True):
            inputs = each.seen(self._filled(each, columns))
            if self._has_gaps:
                inputs = select(is_nan(columns).spread(inputs.width // each.width), 0, inputs)
            seen.append(inputs)
        if self.architecture["missing"] == "indicate":
            seen.append(is_nan(x))
        head = self._network("encoder", self.graph.concatenate(seen))
        raw = head.part(self.latent, 2 * self.latent)
        return head.part(0, self.latent), soft_clamp(raw, *_LOG_VARIANCE_BOUNDS)

    def _heads(self, z: Value) -> list[tuple[Likelihood, Value]]:
        """Each group with the decoder's outputs for it."""
        head, heads, first = self._network("decoder", z), [], 0
        for each in self.groups:
            heads.append((each, head.part(first, first + each.outputs)))
            first += each.outputs
        return heads

    def _network(self, part: str, x: Value) -> Value:
        """The hidden layers and the linear head of encoder or decoder."""
        hidden: Any = self.architecture["hidden" if part == "encoder" else "decoder_hidden"]
        for index in range(len(hidden)):
            x = activated(self.graph.dense(x, f"{part}/{index}"), self.architecture["activation"])
        return self.graph.dense(x, f"{part}/head")
