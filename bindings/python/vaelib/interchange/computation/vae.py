"""The parts of a variational auto-encoder as graphs; docs/file-format.md has the formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

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

#: What stands in place of the likelihood of a size factor, which no network sees.
_NOT_SEEN = {"auto": Likelihood}

#: The bounds of log-variances of q(z|x).
_LOG_VARIANCE_BOUNDS = (-20.0, 20.0)


class VAEComputation:
    """Writes parts of a VAE into a graph.

    Conditions that are columns of X are among those of ``x``, and those given beside X are ``conditions``; who decodes
    codes has no x, so there all are ``conditions``.
    """

    def __init__(self, vae: VAE) -> None:
        model = vae._fitted()
        self.graph = Graph(vae.get_weights())
        self.width = vae.n_features_in_
        self.latent = model.latent_dim
        self.given = model.condition_count
        #: How many columns follow those of X, all of them conditions.
        self.beside = model.data_dim - self.width
        self.scaling = (float(vae.scale), float(vae.shift))
        self.has_variance = model.has_variance
        self.architecture = model.resolved_architecture
        self.groups = [
            {**LIKELIHOODS, **_NOT_SEEN}[group["likelihood"]](self.graph, group, f"columns/{index}/")
            for index, group in enumerate(model.groups)
        ]
        if not self.groups:
            whole = {**self.architecture, "columns": self.width}
            self.groups = [LIKELIHOODS[whole["likelihood"]](self.graph, whole, "")]

    def encoder(self) -> None:
        """q(z|x): x to mean and log_variance."""
        mean, log_variance = self._encode(self._examples())
        self.graph.output("mean", mean)
        self.graph.output("log_variance", log_variance)

    def decoder(self) -> None:
        """p(x|z): z to mean and, where the likelihood has one beside it, variance."""
        z = self.graph.input("z", self.latent)
        given = self._given()
        heads = self._heads(z, given)
        self._output_columns("mean", [each.mean(h).single() for each, h in heads], [c for _, c in given])
        if self.has_variance:
            certain = [self.graph.constant(np.zeros(each.width)).for_rows_of(c) for each, c in given]
            self._output_columns("variance", [each.variance(h).single() for each, h in heads], certain)

    def kl(self) -> None:
        """KL(q(z|x) || p(z)) = 1/2 sum_j (mean^2 + exp(log_variance) - 1 - log_variance): x to kl."""
        mean, log_variance = (each.double() for each in self._encode(self._examples()))
        terms = mean * mean + exp(log_variance) - 1 - log_variance
        self.graph.output("kl", terms.grouped("group_sum") * 0.5)

    def reconstruction(self) -> None:
        """log p(x|z), without the columns that x lacks: x and z to reconstruction."""
        own = self.graph.input("x", self.width)
        z = self.graph.input("z", self.latent)
        columns = self._columns(self._all_columns(own))
        given = [(each, c) for each, c in zip(self.groups, columns, strict=True) if each.is_given]
        modelled = [c for each, c in zip(self.groups, columns, strict=True) if not each.is_given]
        terms = []
        for (each, h), c in zip(self._heads(z, given), modelled, strict=True):
            each.gaps = is_nan(c) if self._may_lack(each) else None
            density = each.log_density(self._filled(each, c), h)
            terms.append(density if each.gaps is None else select(each.gaps.double(), 0, density))
        self.graph.output("reconstruction", self.graph.concatenate(terms).grouped("group_sum"))

    def _examples(self) -> Value:
        return self._all_columns(self.graph.input("x", self.width))

    def _all_columns(self, x: Value) -> Value:
        """Examples as the model sees them, with the conditions that are given beside them."""
        own = scaled(x, *self.scaling)
        return self.graph.concatenate([own, self.graph.input("conditions", self.beside)]) if self.beside else own

    def _given(self) -> list[tuple[Likelihood, Value]]:
        """The groups of conditions, and these as they are given beside codes."""
        if self.given == 0:
            return []
        conditions, found, first = self.graph.input("conditions", self.given), [], 0
        conditions = conditions if self.beside else scaled(conditions, *self.scaling)
        for each in self.groups:
            if each.is_given:
                found.append((each, conditions.part(first, first + each.width)))
                first += each.width
        return found

    def _output_columns(self, name: str, modelled: list[Value], given: list[Value]) -> None:
        """Names what comes out for the columns of X, in their order."""
        of_modelled, of_given = iter(modelled), iter(given)
        columns = [next(of_given if each.is_given else of_modelled) for each in self.groups]
        self.graph.output(name, self.graph.concatenate(columns).part(0, self.width))

    def _may_lack(self, group: Likelihood) -> bool:
        """Whether columns may be missing: conditions may not."""
        return bool(self.architecture["missing"] != "refuse") and not group.is_given

    def _columns(self, x: Value) -> list[Value]:
        """The columns of each group."""
        columns, first = [], 0
        for each in self.groups:
            columns.append(x.part(first, first + each.width))
            first += each.width
        return columns

    def _filled(self, group: Likelihood, columns: Value) -> Value:
        """Columns with a number that they may hold where one is missing."""
        return select(is_nan(columns), group.substitute, columns) if self._may_lack(group) else columns

    def _encode(self, x: Value) -> tuple[Value, Value]:
        """Mean and log-variance of q(z|x)."""
        seen = []
        for each, columns in zip(self.groups, self._columns(x), strict=True):
            if not each.is_seen:
                continue
            inputs = each.seen(self._filled(each, columns))
            if self._may_lack(each):
                inputs = select(is_nan(columns).spread(inputs.width // each.width), 0, inputs)
            seen.append(inputs)
        if self.architecture["missing"] == "indicate":
            seen.append(is_nan(x))
        head = self._network("encoder", self.graph.concatenate(seen))
        raw = head.part(self.latent, 2 * self.latent)
        return head.part(0, self.latent), soft_clamp(raw, *_LOG_VARIANCE_BOUNDS)

    def _heads(self, z: Value, given: Sequence[tuple[Likelihood, Value]]) -> list[tuple[Likelihood, Value]]:
        """Each group that is modelled with the decoder's outputs for it, of a code and the groups that are given."""
        seen = [each.seen(c) for each, c in given if each.is_seen]
        conditions = self.graph.concatenate(seen) if seen else None
        size_factor = next((c for each, c in given if not each.is_seen), None)
        head, heads, first = self._network("decoder", self.graph.concatenate([z, *seen])), [], 0
        for each in self.groups:
            if each.is_given:
                continue
            each.conditions, each.size_factor = conditions, size_factor
            heads.append((each, head.part(first, first + each.outputs)))
            first += each.outputs
        return heads

    def _network(self, part: str, x: Value) -> Value:
        """The hidden layers and the linear head of encoder or decoder."""
        hidden: Any = self.architecture["hidden" if part == "encoder" else "decoder_hidden"]
        for index in range(len(hidden)):
            x = activated(self.graph.dense(x, f"{part}/{index}"), self.architecture["activation"])
        return self.graph.dense(x, f"{part}/head")
