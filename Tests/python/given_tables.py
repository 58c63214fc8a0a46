"""Tables of which some columns are given: models of them, far from 0, and their gradients beside the oracle's."""

from dataclasses import fields

import numpy as np
import pytest
import vaelib
from reference import gradients, mixed, philox, vae


def columns_of(kinds):
    """The parameter ``columns`` of likelihoods, how many columns they have, and what is said of them."""
    columns, first = [], 0
    for likelihood, count, options in kinds:
        columns.append((likelihood, list(range(first, first + count)), options))
        first += count
    return columns


def with_gaps(x, given, share=0.3, seed=4):
    """A table that lacks this share of the numbers that are modelled, not ``given``."""
    gaps = np.random.RandomState(seed).uniform(size=x.shape) < share
    gaps[:, given] = False
    return np.where(gaps, np.nan, x).astype(np.float32)


def with_weights(estimator, x):
    """The estimator with weights that are far from 0, made for a table, and these in float64."""
    estimator.initialize(x)
    random = np.random.RandomState(2)
    estimator.set_weights(
        {
            name: values if "standardization" in name else random.normal(scale=0.4, size=values.shape)
            for name, values in estimator.get_weights().items()
        }
    )
    return estimator, {name: values.astype(np.float64) for name, values in estimator.get_weights().items()}


def oracle_of(estimator, kinds, classes):
    """The network, and the groups, as the oracle takes them; ``classes`` are those of groups of categories."""
    names = {field.name for field in fields(vae.Architecture)} - {"data_dim"}
    whole = {name: getattr(estimator, name) for name in names}
    groups = []
    for index, (likelihood, count, options) in enumerate(kinds):
        own = {name: value for name, value in options.items() if name not in ("condition", "size_factor")}
        if "size_factor" in options:
            groups.append(mixed.SizeFactor())
            continue
        kind = (
            mixed.Categories(count, classes[index])
            if likelihood == "categorical"
            else vae.Architecture(data_dim=count, **{**whole, "likelihood": likelihood, **own})
        )
        groups.append(mixed.Given(kind) if options.get("condition") else kind)
    return vae.Architecture(data_dim=0, **whole), groups


def check_gradients(model, weights, net, groups, x, row_weights=None, kl_error=None):
    """Compares both terms and all gradients of a step with the oracle's; returns the latter, by differences.

    ``kl_error`` is how much a KL term near 0, the mean of drawn numbers, may be off.
    """
    factors = np.ones(len(x)) if row_weights is None else row_weights
    trainer = vaelib.Trainer(model, examples_per_epoch=len(x))
    result = trainer.compute_gradients(x if row_weights is None else vaelib.Dataset(x).reweight(row_weights))
    noise = philox.noise(1, philox.TRAINING_NOISE, 0, np.arange(len(x)), model.samples, model.latent_dim)
    data = x.astype(np.float64)

    def terms(moved):
        return [factors * term for term in mixed.terms(moved, net, groups, data, noise, model.estimator)]

    reconstruction, kl = terms(weights)
    assert result["reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-5)
    assert result["kl"] == pytest.approx(kl.mean(), rel=1e-5, abs=kl_error)

    def loss(moved):
        reconstruction, kl = terms(moved)
        return float((kl - reconstruction).mean())

    expected = gradients.central_differences(loss, weights)
    norm = np.sqrt(sum((values**2).sum() for values in expected.values()))
    assert result["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    for name, values in expected.items():
        np.testing.assert_allclose(trainer.named_gradients[name], values, rtol=1e-4, atol=2e-6 * norm, err_msg=name)
    return expected
