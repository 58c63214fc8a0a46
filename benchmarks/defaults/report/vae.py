"""The report on VAEs: the lower bound of test rows in nats of the raw data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import vaelib

from defaults import sets
from defaults.report.density_peers import Vector, factor_analysis, independent, of_rows, principal_components
from defaults.report.parts import Rows
from defaults.report.scale import Scale, explained
from defaults.report.space import epochs, patience, weights_between
from defaults.report.task import Measures, Peer, Rank
from defaults.sets import ExampleSet

DRAWS = 1000
"""Latent samples over all rows, at least; at most 20 for one."""


def _by_bound(measures: Measures) -> tuple[float, ...]:
    """One that is not a number is worse than any."""
    return (-np.inf if np.isnan(measures["bound"]) else measures["bound"],)


class VAETask:
    """VAEs, beside models of the density that have a formula."""

    name = "vae"
    test = 0.2
    peers: Mapping[str, Peer] = {
        "independent": independent,
        "PCA": principal_components,
        "FactorAnalysis": factor_analysis,
    }
    ranks: Mapping[str, Rank] = {"bound": _by_bound}

    def suits(self, examples: ExampleSet) -> bool:
        """Always."""
        return True

    def plain(self, seed: int) -> Any:
        """A VAE as it comes."""
        return vaelib.VAE(random_state=seed)

    def tuned(self, settings: dict[str, Any], train: Rows, seed: int, *, holds_out: bool) -> Any:
        """A VAE with these settings, which ends when the validation rows get no better bound."""
        settings = dict(settings)
        warmup, batch, updates = settings.pop("kl_warmup"), settings.pop("batch_size"), settings.pop("updates")
        widths = (train.x.shape[1], *settings["hidden"], settings["latent_dim"])
        of_real_values = "student_t" if settings.pop("has_heavy_tails") else "gaussian"
        passes = epochs(updates, batch, 2 * weights_between(widths), len(train))
        return vaelib.VAE(
            **settings,
            likelihood="bernoulli" if sets.is_grey(train.x) else of_real_values,
            batch_size=min(batch, len(train)),
            epochs=passes,
            patience=patience(passes),
            kl_warmup_epochs=warmup * passes,
            validation_fraction=0.1 if holds_out else 0.0,
            random_state=seed,
        )

    def fit(self, estimator: Any, train: Rows, validation: Rows | None) -> Any:
        """Trains without labels."""
        return estimator.fit(train.x, validation=None if validation is None else validation.x)

    def bounds(self, estimator: Any, test: Rows) -> Vector:
        """The bound of each row."""
        samples = int(np.clip(DRAWS // len(test), 1, 20))
        return np.asarray(estimator.elbo(test.x, samples=samples).elbo, np.float64)

    def measure(self, estimator: Any, train: Rows, test: Rows, is_grey: bool) -> Measures:
        """The bound, also of the median row, R2, and how many latents are active."""
        scale = Scale.of(train.x, is_grey=is_grey)
        return {
            **of_rows(self.bounds(estimator, test)),
            "r2": explained(test.x, estimator.reconstruct(test.x), scale, train.x.mean(0)),
            "active": int((estimator.transform(test.x).var(0) > 0.01).sum()),
        }
