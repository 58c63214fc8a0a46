"""Size factors that a column gives, and dispersions by condition: gradients by the oracle, means, files, refusals."""

import given_tables
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import vaelib
from checkpoints import Interrupted, after_epochs
from scipy import special
from test_column_terms import column_terms
from test_count_shares import cells

LATENT = 2
SHARE, GIVEN = {"count_mean": "share"}, {"condition": True}
BY_CONDITION = {"variance": "by_condition"}
#: Likelihood, columns, and what the estimator says of them; the size factor is among the others.
KINDS = [
    ("negative_binomial", 3, {**SHARE, **BY_CONDITION}),
    ("categorical", 1, GIVEN),
    ("gaussian", 1, {}),
    ("auto", 1, {"size_factor": True}),
    ("zero_inflated_negative_binomial", 2, {**SHARE, **BY_CONDITION}),
    ("gaussian", 1, GIVEN),
    ("beta", 1, BY_CONDITION),
    ("poisson", 2, SHARE),
    ("negative_binomial", 1, {"variance": "predicted"}),
]
COLUMNS = given_tables.columns_of(KINDS)
GIVEN_COLUMNS = [3, 5, 8]
SIZE = 5
SETTINGS = {"latent_dim": LATENT, "hidden": (3,), "random_state": 1}
#: A model of counts alone, and of what is given beside them.
CELLS = {
    "latent_dim": 2, "hidden": (16,), "likelihood": "negative_binomial", "count_mean": "share", "epochs": 3,
    "batch_size": 50, "random_state": 0, "size_factor": "size",
}  # fmt: skip


def table(rows=60, seed=0):
    random = np.random.RandomState(seed)
    size = np.exp(random.uniform(1, 4, size=rows))
    kind, age = random.randint(3, size=rows), random.normal(50, 9, size=rows)
    kind[:3] = range(3)
    counts = random.poisson(random.gamma(2, size[:, None] / 6, size=(rows, 8)))
    columns = [
        *counts[:, :3].T, kind, random.normal(size=rows), size, *counts[:, 3:5].T, age,
        random.uniform(0.1, 0.9, size=rows), *counts[:, 5:].T,
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def with_gaps(x):
    return given_tables.with_gaps(x, GIVEN_COLUMNS)


def with_weights(**settings):
    return given_tables.with_weights(vaelib.VAE(**SETTINGS, columns=COLUMNS, **settings), table())


@pytest.mark.parametrize(
    ("missing", "estimator", "samples", "is_weighted"),
    [("refuse", "analytic", 1, False), ("indicate", "monte_carlo", 2, True)],
)
def test_gradients_and_terms(missing, estimator, samples, is_weighted):
    x = table(7) if missing == "refuse" else with_gaps(table(7))
    model, weights = with_weights(missing=missing, estimator=estimator, samples=samples)
    net, groups = given_tables.oracle_of(model, KINDS, {1: 3})
    row_weights = np.array([0.5, 2, 0, 1, 3, 0.25, 1.5]) if is_weighted else None
    expected = given_tables.check_gradients(model, weights, net, groups, x, row_weights, kl_error=1e-5)
    assert expected["columns/0/decoder/log_dispersion/weight"].shape == (3 + 1, 3)
    assert expected["encoder/0/weight"].shape[0] == len(x[0]) - 1 + 2 + (len(x[0]) if missing == "indicate" else 0)


def test_means_are_shares_of_the_size_factor_which_no_network_sees():
    x = table()
    model, _ = with_weights()
    other = x.copy()
    other[:, SIZE] *= 7
    np.testing.assert_array_equal(model.transform(other), model.transform(x))
    for columns in (slice(0, 3), slice(10, 12)):
        for given in (x, other):
            np.testing.assert_allclose(model.reconstruct(given)[:, columns].sum(axis=1), given[:, SIZE], rtol=1e-4)
            decoded = model.decode(np.zeros((len(x), LATENT)), conditions=given[:, GIVEN_COLUMNS]).mean
            np.testing.assert_allclose(decoded[:, columns].sum(axis=1), given[:, SIZE], rtol=1e-4)
            np.testing.assert_array_equal(decoded[:, SIZE], given[:, SIZE])
    drawn = model.sample(20_000, "sample", random_state=3, conditions=[[1, 30, 50]])
    assert drawn[:, 10:12].sum(axis=1).mean() == pytest.approx(30, rel=0.02)
    way = model.interpolate(x, 0, 1, 3)
    np.testing.assert_allclose(way[:, 10:12].sum(axis=1), np.linspace(x[0, SIZE], x[1, SIZE], 3), rtol=1e-4)
    assert model.likelihoods_[3:6] == ["condition", "gaussian", "size_factor"]


def test_a_size_factor_that_is_the_total_changes_nothing():
    x, _ = cells(200)
    plain = vaelib.VAE(**{**CELLS, "size_factor": None}).fit(x)
    size = x.sum(axis=1, keepdims=True)
    given = vaelib.VAE(**{**CELLS, "size_factor": 0}).fit(x, conditions=size)
    np.testing.assert_allclose(given.elbo(x, conditions=size).elbo, plain.elbo(x).elbo, rtol=1e-3)
    assert "columns/0/standardization/total" not in given.get_weights()


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
def test_gaps_leave_the_means_of_other_columns_as_they_are(missing):
    """p(x_o|z, s) is p(x|z, s) without the other columns; what is missing has its share of s."""
    logits = np.random.RandomState(3).normal(size=8)
    x = cells(40, 8)[0]
    size = np.full((40, 1), 250.0, np.float32)
    gaps = np.random.RandomState(6).uniform(size=x.shape) < 0.4
    gaps[0] = True
    lacking = np.where(gaps, np.nan, x).astype(np.float32)
    model = vaelib.VAE(1, (), likelihood="poisson", count_mean="share", missing=missing, size_factor=0)
    model.initialize(np.ones((5, 8)), conditions=size[:5])
    weights = {name: np.zeros_like(values) for name, values in model.get_weights().items()}
    weights["decoder/head/bias"] = logits.astype(np.float32)
    model.set_weights(weights)
    terms = np.where(gaps, 0, column_terms(model, np.concatenate([x, size], axis=1))[:, :8])
    np.testing.assert_allclose(model.elbo(lacking, conditions=size).elbo, terms.sum(axis=1), rtol=1e-5, atol=1e-5)
    expected = np.where(gaps, 250 * special.softmax(logits), x)
    for method in ("importance", "markov_chain"):
        found = model.impute(lacking, conditions=size, method=method, samples=4, random_state=0)
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_shares_of_any_size_factor_have_a_density_and_a_gradient():
    x = np.array([[1e9, 0, 3], [0, 1e6, 0], [0, 0, 1], [0, 0, 0]], np.float32)
    size = np.array([[1e9], [1e-9], [1e-3], [1]], np.float32)
    for likelihood in ("poisson", "negative_binomial", "zero_inflated_negative_binomial"):
        model = vaelib.VAE(1, (), likelihood=likelihood, count_mean="share", size_factor=0, standardize=False)
        model.initialize(x, conditions=size)
        weights = {name: np.zeros_like(values) for name, values in model.get_weights().items()}
        weights["decoder/head/bias"][:3] = [100, -100, 0]
        model.set_weights(weights)
        assert np.isfinite(model.elbo(x, conditions=size).elbo).all()
        trainer = vaelib.Trainer(model, examples_per_epoch=4)
        trainer.compute_gradients(x, conditions=size)
        assert np.isfinite(trainer.gradients).all()


def test_beside_sparse_streamed_and_stored_counts(tmp_path):
    """All have the same bits, in files and resumed trainings, too."""
    x, _ = cells(300)
    obs = pd.DataFrame({"batch": np.repeat(["left", "right"], 150), "size": x.sum(axis=1) * 1.5})
    settings = {**CELLS, "variance": "by_condition"}
    expected = vaelib.VAE(**settings).fit(x, conditions=obs)
    codes, bounds = expected.transform(x, conditions=obs), expected.elbo(x, conditions=obs, random_state=0).elbo
    with h5py.File(tmp_path / "cells.h5", "w") as file:
        file["x"] = x
    streamed = vaelib.open_dataset(tmp_path / "cells.h5", "x", memory_budget=0)
    for examples in (scipy.sparse.csr_matrix(x), streamed):
        model = vaelib.VAE(**settings).fit(examples, conditions=obs)
        np.testing.assert_array_equal(model.transform(examples, conditions=obs), codes)
    path = tmp_path / "training.h5"
    with pytest.raises(Interrupted):
        vaelib.VAE(**settings).fit(streamed, conditions=obs, checkpoint=path, callbacks=after_epochs(2))
    resumed = vaelib.VAE(**settings).fit(streamed, conditions=obs, checkpoint=path)
    expected.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert (loaded.size_factor, loaded.variance, loaded.count_mean) == ("size", "by_condition", "share")
    with h5py.File(tmp_path / "model.h5") as file:
        assert file["column_groups/size_factor"][...].tolist() == [0, 0, 1]
    for model in (resumed, loaded):
        np.testing.assert_array_equal(model.elbo(x, conditions=obs, random_state=0).elbo, bounds)
    one = pd.DataFrame({"batch": ["right"], "size": [500.0]})
    np.testing.assert_array_equal(
        loaded.sample(5, "sample", 2, conditions=one), expected.sample(5, "sample", 2, conditions=one)
    )
    np.testing.assert_allclose(loaded.inverse_transform(codes, conditions=one).sum(axis=1), 500, rtol=1e-4)
    assert loaded.set_params(warm_start=True, epochs=1).fit(x, conditions=obs).n_iter_ == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "hold 0.0 at row 7, column 41.*a size factor must be from 1e-9 to 1e9"),
        (-2, "hold -2.0 at row 7, column 41.*leave rows out that have none"),
        (2e9, "to 1e9"),
        (np.inf, "hold inf at row 7, column 41"),
        (np.nan, "hold NaN at row 7, column 41.*since size factors are given: leave such rows out"),
    ],
)
def test_size_factors_that_cannot_be(value, text):
    x, _ = cells(60)
    obs = pd.DataFrame({"age": np.arange(60.0), "size": x.sum(axis=1)})
    model = vaelib.VAE(**CELLS).fit(x, conditions=obs)
    obs.loc[7, "size"] = value
    for call in (vaelib.VAE(**CELLS, missing="ignore").fit, model.score):
        with pytest.raises((vaelib.DataError, ValueError), match=text):
            call(x, conditions=obs)
    with pytest.raises((vaelib.DataError, ValueError), match=text.replace("column 41", "column 1")):
        model.decode(np.zeros((60, 2)), conditions=obs)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({5: ("gaussian", [5], {"size_factor": True})}, "column group 3: size_factor is 1, but likelihood is gaussian"),
        ({5: ("auto", [5], {"size_factor": True, "condition": True})}, "condition and size_factor are both 1"),
        ({4: ("auto", [4], {"size_factor": True})}, "column groups 2 and 3 both have size_factor 1"),
        ({5: ("auto", [5], {"size_factor": True, "count_mean": "share"})}, "a size factor, which has no means"),
        ({4: ("gaussian", [4], BY_CONDITION)}, "likelihood gaussian has no dispersion.*variance predicted"),
        ({3: ("categorical", [3], {}), 8: ("gaussian", [8], {})}, "no column is a condition that it could depend on"),
        ({3: ("categorical", [3], {**GIVEN, **BY_CONDITION})}, "the columns are given"),
    ],
)
def test_models_that_cannot_be(changes, text):
    columns = [changes.get(numbers[0], (kind, numbers, options)) for kind, numbers, options in COLUMNS]
    with pytest.raises(vaelib.InvalidArgument, match=text):
        vaelib.VAE(**SETTINGS, columns=columns).initialize(table())


def test_size_factors_without_counts_that_are_shares():
    x = table()[:, [0, 5]]
    columns = [("poisson", [0]), ("auto", [1], {"size_factor": True})]
    with pytest.raises(
        vaelib.InvalidArgument, match="column group 1: size_factor is 1, but no column group has counts"
    ):
        vaelib.VAE(**SETTINGS, columns=columns).initialize(x)
    columns = [("auto", slice(0, 2), {"size_factor": True})]
    with pytest.raises(vaelib.InvalidArgument, match="nothing is modelled"):
        vaelib.VAE(**SETTINGS, columns=columns).initialize(x)
    with pytest.raises(vaelib.InvalidArgument, match=r"variance is by_condition, but no column is a condition.*fit\(X"):
        vaelib.VAE(likelihood="negative_binomial", variance="by_condition").initialize(5)


def test_the_size_factor_that_conditions_lack():
    x, _ = cells(60)
    obs = pd.DataFrame({"batch": ["a", "b"] * 30, "size": x.sum(axis=1)})
    for name, text in (("depth", "none of the conditions"), (2, "none of the conditions"), ("batch", "no numbers")):
        with pytest.raises(ValueError, match=f"size_factor is {name!r}.*{text}"):
            vaelib.VAE(**{**CELLS, "size_factor": name}).fit(x, conditions=obs)
    with pytest.raises(
        ValueError, match="size_factor is 'size', a column of conditions beside X, but fit was given none"
    ):
        vaelib.VAE(**CELLS).fit(x)


def test_a_warm_start_keeps_the_size_factor():
    x, _ = cells(60)
    obs = pd.DataFrame({"age": x[:, 0], "size": x.sum(axis=1)})
    model = vaelib.VAE(**CELLS, warm_start=True).fit(x, conditions=obs)
    assert model.set_params(size_factor=1).fit(x, conditions=obs).n_iter_ == 6
    for changed in (None, "age", 0):
        with pytest.raises(ValueError, match="size_factor changed since"):
            model.set_params(size_factor=changed).fit(x, conditions=obs)
    plain = vaelib.VAE(**{**CELLS, "size_factor": None}, warm_start=True).fit(x)
    with pytest.raises(ValueError, match="size_factor changed since"):
        plain.set_params(size_factor="size").fit(x)


def test_size_factors_in_another_unit_are_warned_of():
    x, _ = cells(300)
    size = x.sum(axis=1, keepdims=True)
    with pytest.warns(UserWarning, match="size factors are 1.0.* multiply size factors by"):
        vaelib.VAE(**{**CELLS, "size_factor": 0}).fit(x, conditions=size / size.mean())


# ---- dispersions -----------------------------------------------------------------------------------------------------


def test_dispersions_begin_alike_under_all_conditions():
    x, _ = cells(100)
    kinds = np.arange(100) % 3
    settings = {name: value for name, value in CELLS.items() if name != "size_factor"}
    learned = vaelib.VAE(**settings).initialize(x, conditions=kinds)
    other = vaelib.VAE(**settings, variance="by_condition").initialize(x, conditions=kinds)
    assert not other.get_weights()["columns/0/decoder/log_dispersion/weight"].any()
    np.testing.assert_array_equal(other.elbo(x, conditions=kinds).elbo, learned.elbo(x, conditions=kinds).elbo)


def test_dispersions_of_batches_are_found():
    """Those that counts were drawn with, in batches of one mean, and the variances that follow."""
    random = np.random.RandomState(0)
    batch = np.arange(6000) % 2
    dispersion = np.array([[0.5, 2, 8, 2, 1], [4, 0.5, 2, 1, 8]])
    mean = np.array([30, 60, 40, 80, 20])
    x = random.poisson(random.gamma(dispersion[batch], mean / dispersion[batch])).astype(np.float32)
    model = vaelib.VAE(
        1, (), likelihood="negative_binomial", variance="by_condition", epochs=8, batch_size=100, random_state=0
    ).fit(x, conditions=batch)
    decoded = model.decode(np.zeros((2, 1)), conditions=[0, 1])
    found = decoded.mean**2 / (decoded.variance - decoded.mean)
    np.testing.assert_allclose(found, dispersion, rtol=0.2)
    for kind in (0, 1):
        drawn = model.decode_sample(np.zeros((20_000, 1)), random_state=kind, conditions=kind)
        np.testing.assert_allclose(drawn.var(axis=0), decoded.variance[kind], rtol=0.1)
