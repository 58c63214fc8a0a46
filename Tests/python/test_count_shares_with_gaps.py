"""Rows that lack counts, of which those that are there are shares of their total: bounds, estimates, draws."""

import numpy as np
import pytest
import vaelib
from scipy import special
from test_column_terms import column_terms
from test_count_shares import COUNTED, SETTINGS, cells, without_latents


def lacking(x, share=0.4, seed=6):
    """Rows that lack this share of their counts, the first all of them, the second all but one, the third none."""
    gaps = np.random.RandomState(seed).uniform(size=x.shape) < share
    gaps[0], gaps[1], gaps[2] = True, np.arange(x.shape[1]) > 0, False
    return np.where(gaps, np.nan, x).astype(np.float32)


@pytest.mark.parametrize("likelihood", COUNTED)
def test_a_row_with_gaps_is_that_of_a_table_without_these_columns(likelihood):
    """log p(x_o|z), where latents say nothing, is that of a model of the columns that are there."""
    x = lacking(cells(40, 8)[0])
    logits = np.random.RandomState(3).normal(size=8)
    whole = without_latents(likelihood, logits, missing="ignore")
    found = whole.elbo(x).elbo
    assert found[0] == 0
    for row in range(1, len(x)):
        there = ~np.isnan(x[row])
        if there.sum() == 1:  # its share is all of it
            part = without_latents(likelihood, np.append(logits[there], -40.0))
            expected = column_terms(part, np.append(x[row, there], 0.0)[np.newaxis])
            assert found[row] == pytest.approx(expected[0, 0], rel=1e-5)
            continue
        part = without_latents(likelihood, logits[there])
        assert found[row] == pytest.approx(part.elbo(x[row][None, there]).elbo[0], rel=1e-5)
    np.testing.assert_allclose(column_terms(whole, x).sum(axis=1), found, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("likelihood", COUNTED)
def test_missing_counts_are_in_proportion_to_those_that_are_there(likelihood):
    """total_observed * share_d / (sum of observed shares); without any count, of the usual total."""
    x = lacking(cells(30, 8)[0])
    logits = np.random.RandomState(3).normal(size=8)
    model = without_latents(likelihood, logits, missing="ignore")
    weights = model.get_weights()
    shares = special.softmax(logits)
    added = special.expit(-1.0) if likelihood == "zero_inflated_negative_binomial" else 0
    there = ~np.isnan(x)
    total = np.maximum(np.nansum(x, axis=1, keepdims=True), 1)
    observed = np.where(there.any(axis=1, keepdims=True), (shares * there).sum(axis=1, keepdims=True), 1)
    total = np.where(there.any(axis=1, keepdims=True), total, weights["standardization/total"].sum() or 1)
    mean = total * shares / observed
    expected = np.where(there, x, (1 - added) * mean)
    found = model.impute(x, samples=3, random_state=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    np.testing.assert_allclose(model.reconstruct(x), (1 - added) * mean, rtol=1e-4)
    chain = model.impute(x, method="markov_chain", samples=4, random_state=0)
    np.testing.assert_allclose(chain, expected, rtol=1e-4)
    most_probable = model.impute(x, estimate="mode", samples=3, random_state=0)
    assert (most_probable == np.where(there, x, np.rint(expected))).mean() > 0.99


@pytest.mark.parametrize("method", ["importance", "markov_chain"])
def test_imputed_samples_are_in_proportion_too(method):
    logits = np.log([0.5, 0.3, 0.1, 0.1])
    model = without_latents("poisson", logits, missing="indicate")
    row = np.array([[50.0, np.nan, 10.0, np.nan]], np.float32)
    options = {"method": method, "estimate": "sample", "samples": 400, "imputations": 100}
    drawn = model.impute(np.repeat(row, 20, axis=0), **options, random_state=1)
    drawn = np.asarray(drawn).reshape(-1, 4)
    for column, mean in ((1, 60 / 0.6 * 0.3), (3, 60 / 0.6 * 0.1)):
        values = drawn[:, column]
        assert values.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / len(values)) + 0.02 * mean)
        assert values.var() == pytest.approx(mean, rel=0.15)


def test_means_of_missing_counts_stay_counts():
    """What is there may have next to no share."""
    model = without_latents("poisson", np.array([-15.0, -15.0, 15.0]), missing="ignore")
    found = model.impute(np.array([[900.0, 800.0, np.nan]], np.float32), samples=3, random_state=0)
    assert found[0, 2] == pytest.approx(1e9, rel=1e-5)


def test_imputation_of_counts_whose_truth_is_known():
    """Nearer to the means that made the counts than column means, and than counts that are not taken for shares."""
    x, mean = cells(1000)
    gaps = np.random.RandomState(7).uniform(size=x.shape) < 0.2
    lacks = np.where(gaps, np.nan, x).astype(np.float32)
    settings = {
        "latent_dim": 2,
        "hidden": (32,),
        "epochs": 50,
        "batch_size": 50,
        "random_state": 0,
        "missing": "ignore",
    }
    errors = {}
    for count_mean in ("share", "column"):
        model = vaelib.VAE(likelihood="negative_binomial", count_mean=count_mean, **settings).fit(lacks)
        found = model.impute(lacks[:100], samples=20, random_state=0)
        errors[count_mean] = np.abs(np.log(found[gaps[:100]] / mean[:100][gaps[:100]])).mean()
        if count_mean == "share":
            weights = model.get_weights()
            assert weights["standardization/total"][0] == pytest.approx(x.sum(axis=1).mean(), rel=0.03)
    columns = np.broadcast_to(np.nanmean(lacks, axis=0), mean.shape)
    errors["means"] = np.abs(np.log(columns / mean)[:100][gaps[:100]]).mean()
    assert errors["share"] < 0.4 * errors["means"]
    assert errors["share"] < errors["column"]


def test_the_mean_total_is_that_of_rows_without_gaps():
    """The sum of columns' means over what is there."""
    x = lacking(cells(600, 10)[0], 0.3)
    vae = vaelib.VAE(likelihood="poisson", missing="ignore", **SETTINGS).initialize(x)
    expected = np.nanmean(x.astype(float), axis=0).sum()
    assert vae.get_weights()["standardization/total"][0] == pytest.approx(expected, rel=1e-6)
