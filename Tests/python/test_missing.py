"""Examples that lack numbers: what is learned from the others, and what is estimated."""

import ctypes
import math
import os

import h5py
import numpy as np
import pandas as pd
import pytest
import vaelib
from c_interface import NO_CALLBACK, OK
from reference import philox, vae
from scipy import sparse, stats
from test_columns import SETTINGS, table, with_gaps
from vaelib._c.arrays import pointer
from vaelib._c.library import library
from vaelib.models.native_vae import imputation_config

D, J = 5, 2


def correlated(rows=400, seed=0):
    """Rows of two independent normal numbers, seen through five columns."""
    random = np.random.RandomState(seed)
    return (random.normal(size=(rows, J)) @ random.normal(size=(J, D)) + 0.3 * random.normal(size=(rows, D))) * 2 + 7


class Linear:
    """A model whose p(x) is known: x = W z + b + noise e, and q(z|x) is near the posterior of complete examples."""

    def __init__(self, missing="ignore", noise=0.7):
        random = np.random.RandomState(5)
        self.W, self.b, self.noise = random.normal(size=(J, D)), random.normal(size=D), noise
        self.vae = vaelib.VAE(
            J, (), likelihood="gaussian", variance="fixed", noise_stddev=self.noise, standardize=False,
            missing=missing, random_state=0,
        ).initialize(D)  # fmt: skip
        posterior = np.linalg.inv(np.eye(J) + self.W @ self.W.T / self.noise**2)
        # Wider than the posterior, as a proposal should be: gaps make that wider, too.
        gain = np.zeros((D * (2 if missing == "indicate" else 1), 2 * J))
        gain[:D, :J] = self.W.T @ posterior / self.noise**2 * 0.7
        bias = np.concatenate([-self.b @ gain[:D, :J], np.zeros(J)])
        self.vae.set_weights(
            {
                "encoder/head/weight": gain,
                "encoder/head/bias": bias,
                "decoder/head/weight": self.W,
                "decoder/head/bias": self.b,
            }
        )
        self.covariance = self.W.T @ self.W + self.noise**2 * np.eye(D)

    def examples(self, rows, seed=1):
        random = np.random.RandomState(seed)  # without a decomposition, which LAPACKs do not agree on
        return self.b + random.normal(size=(rows, J)) @ self.W + self.noise * random.normal(size=(rows, D))

    def conditional(self, row):
        """Mean and covariance of what a row lacks given what it has."""
        lacks = np.isnan(row)
        gain = self.covariance[np.ix_(lacks, ~lacks)] @ np.linalg.inv(self.covariance[np.ix_(~lacks, ~lacks)])
        mean = self.b[lacks] + gain @ (row[~lacks] - self.b[~lacks])
        return mean, self.covariance[np.ix_(lacks, lacks)] - gain @ self.covariance[np.ix_(~lacks, lacks)]


# ---- training ------------------------------------------------------------------------------------------------------


def test_they_are_refused_unless_asked_for():
    x = correlated()
    x[17, 3] = np.nan
    with pytest.raises(vaelib.DataError, match=r"NaN at row 17, column 3 .*missing \"ignore\""):
        vaelib.VAE(likelihood="gaussian").fit(x)
    whole = vaelib.VAE(likelihood="gaussian", epochs=1).fit(correlated())
    with pytest.raises(vaelib.DataError, match="NaN at row 17, column 3"):
        whole.transform(x)
    with pytest.raises(vaelib.InvalidArgument, match="missing ignore or indicate"):
        whole.impute(x)
    with pytest.raises(vaelib.InvalidArgument, match="missing is no; allowed: refuse, ignore, indicate"):
        vaelib.VAE(missing="no").fit(x)
    with pytest.raises(vaelib.InvalidArgument, match=r"hide_fraction is 0.1, but .* lack no numbers"):
        vaelib.VAE(hide_fraction=0.1).fit(correlated())


@pytest.mark.parametrize(("column", "value"), [(0, np.inf), (2, 4.0), (2, 0.5), (4, -1.0), (5, 0.0), (11, 1.0)])
def test_other_values_are_checked_as_ever(column, value):
    x = with_gaps(table())
    x[31, column] = value
    with pytest.raises(vaelib.DataError, match=f"row 31, column {column} "):
        vaelib.VAE(**{**SETTINGS, "missing": "ignore", "epochs": 1}).initialize(table()).transform(x)


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "bernoulli"])
def test_without_gaps_nothing_changes(likelihood):
    x = correlated() if likelihood != "bernoulli" else (correlated() > 7).astype(float)
    settings = {"likelihood": likelihood, "hidden": (8,), "latent_dim": 2, "epochs": 5, "random_state": 0}
    refused = vaelib.VAE(**settings).fit(x)
    ignored = vaelib.VAE(**settings, missing="ignore").fit(x)
    for name, values in refused.get_weights().items():
        np.testing.assert_array_equal(ignored.get_weights()[name], values)
    np.testing.assert_array_equal(ignored.elbo(x).elbo, refused.elbo(x).elbo)


def test_means_and_deviations_are_of_the_numbers_that_are_there():
    x = with_gaps(correlated(), 0.4)
    x[0, 0] = np.nan  # where the first number of a column is missing
    weights = vaelib.VAE(likelihood="gaussian", missing="ignore", epochs=1).initialize(x).get_weights()
    np.testing.assert_allclose(weights["standardization/mean"], np.nanmean(x.astype(float), axis=0), rtol=1e-6)
    np.testing.assert_allclose(weights["standardization/deviation"], np.nanstd(x.astype(float), axis=0), rtol=1e-6)
    x[:, 2] = np.nan
    with pytest.raises(vaelib.DataError, match=r"column 2 \(counted from 0\) is missing in all"):
        vaelib.VAE(likelihood="gaussian", missing="ignore").fit(x)


def test_gaps_do_not_decide_on_the_likelihood():
    x = (correlated() > 7).astype(np.float32)
    x[::3, 1] = np.nan
    assert vaelib.VAE(missing="ignore", epochs=1).fit(x).likelihood_ == "bernoulli"
    mixed = vaelib.VAE(missing="ignore", epochs=1, columns=[("categorical", [0]), ("auto", [1, 2, 3, 4])]).fit(x)
    assert mixed.likelihoods_ == ["categorical"] + ["bernoulli"] * 4


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
def test_what_is_learned_from_gaps(missing):
    """Better than columns by themselves, on examples that lack none; the more so the fewer gaps there are."""
    x, new = correlated(2000), correlated(2000)[:0:-1]
    settings = {"latent_dim": 2, "hidden": (32,), "likelihood": "gaussian", "random_state": 0, "epochs": 120}
    alone = stats.norm(x.mean(axis=0), x.std(axis=0)).logpdf(new).sum(axis=1).mean()
    scores = [vaelib.VAE(**settings, missing=missing).fit(with_gaps(x, share)).score(new) for share in (0.1, 0.4)]
    assert scores[0] > alone + 2
    assert scores[1] > alone + 1
    assert scores[0] > scores[1]


def test_bounds_are_of_what_is_there():
    """log p(x_o) of a model whose p(x) is known."""
    linear = Linear()
    x = with_gaps(linear.examples(40), 0.4)
    x[0] = np.nan
    found, error = linear.vae.log_likelihood(x, 4000, return_standard_error=True)
    for row, value, its_error in zip(x.astype(float), found, error, strict=True):
        has = ~np.isnan(row)
        exact = 0.0
        if has.any():
            exact = stats.multivariate_normal(linear.b[has], linear.covariance[np.ix_(has, has)]).logpdf(row[has])
        assert abs(value - exact) < 5 * its_error + 1e-4


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
def test_same_bits_streamed_resumed_and_on_any_number_of_threads(missing, tmp_path):
    x = with_gaps(table(300))
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=x, chunks=(16, x.shape[1]))
    settings = {**SETTINGS, "missing": missing, "hide_fraction": 0.2, "epochs": 4, "batch_size": 32}
    settings["schedule"] = "constant"
    whole = vaelib.VAE(**settings).fit(x)
    streamed = vaelib.VAE(**settings).fit(vaelib.open_dataset(path, "x", memory_budget=0))
    vaelib.set_threads(1)
    alone = vaelib.VAE(**settings).fit(x)
    vaelib.set_threads(0)
    part = vaelib.VAE(**{**settings, "epochs": 2}).fit(x, checkpoint=tmp_path / "checkpoint.h5")
    assert part.n_iter_ == 2
    resumed = vaelib.VAE(**settings).fit(x, checkpoint=tmp_path / "checkpoint.h5")
    whole.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert (loaded.missing, loaded.hide_fraction) == (missing, 0.2)
    for other in (streamed, alone, resumed, loaded):
        for name, values in whole.get_weights().items():
            np.testing.assert_array_equal(other.get_weights()[name], values, err_msg=name)
    np.testing.assert_array_equal(loaded.impute(x), whole.impute(x))
    vaelib.set_threads(1)
    np.testing.assert_array_equal(alone.impute(x), whole.impute(x))


def test_fill_values_of_a_file_are_gaps(tmp_path):
    x = correlated().astype(np.float32)
    stored = x.copy()
    stored[5:9, 1] = -999
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = stored
        file["x"].attrs["_FillValue"] = np.float32(-999)
    model = vaelib.VAE(likelihood="gaussian", missing="ignore", epochs=2, random_state=0)
    from_file = model.fit(vaelib.open_dataset(tmp_path / "x.h5", "x")).get_weights()
    x[5:9, 1] = np.nan
    for name, values in model.fit(x).get_weights().items():
        np.testing.assert_array_equal(from_file[name], values)


# ---- imputation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
@pytest.mark.parametrize(("method", "chains", "samples"), [("importance", 1, 20_000), ("markov_chain", 50, 2000)])
def test_means_are_those_of_the_distribution_given_the_rest(method, chains, samples, missing):
    linear = Linear(missing)
    x = with_gaps(linear.examples(20), 0.4).astype(float)
    repeated = np.repeat(x, chains, axis=0)  # each has random numbers of its own
    completed = linear.vae.impute(repeated, method=method, samples=samples)
    assert completed.dtype == np.float64
    np.testing.assert_array_equal(completed[~np.isnan(repeated)], repeated[~np.isnan(repeated)])
    for row, found in zip(x, completed.reshape(len(x), chains, D).mean(axis=1), strict=True):
        lacks = np.isnan(row)
        if lacks.any():
            mean, covariance = linear.conditional(row)
            assert (np.abs(found[lacks] - mean) < 0.12 * np.sqrt(np.diag(covariance))).all()


@pytest.mark.parametrize("method", ["importance", "markov_chain"])
def test_samples_have_the_distribution_given_the_rest(method):
    linear = Linear()
    row = linear.examples(1, seed=8)
    row[0, [1, 4]] = np.nan
    x = np.repeat(row, 1500, axis=0)  # each has random numbers of its own
    drawn = linear.vae.impute(x, method=method, estimate="sample", samples=400)[:, [1, 4]]
    mean, covariance = linear.conditional(row[0])
    standard = np.linalg.solve(np.linalg.cholesky(covariance), (drawn - mean).T)
    for values in standard:
        assert stats.kstest(values, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(standard)[0, 1]) < 4 / math.sqrt(len(x))


def test_importance_weights_by_the_oracle(pair):
    """The mean of 300 draws, of rows and samples in more than one piece, to rounding."""
    model = pair(6, {"latent_dim": 3, "hidden": (5,), "likelihood": "gaussian", "missing": "ignore"}, scale=0.3)
    x = with_gaps(np.random.RandomState(2).normal(size=(9, 6)), 0.4)
    data, count = x.astype(np.float64), 300
    noise = philox.noise(model.seed, philox.EVALUATION_NOISE, 0, np.arange(9), count, 3)
    logs = vae.log_weights(model.weights, model.oracle, data, noise)
    weights = np.exp(logs - logs.max(axis=0))
    mean, log_variance = vae.encode(model.weights, model.oracle, data)
    means, _ = vae.decode(model.weights, model.oracle, mean + np.exp(log_variance / 2) * noise)
    expected = (weights[..., None] * means).sum(axis=0) / weights.sum(axis=0)[:, None]
    found = model.vae.impute(x, samples=count)
    np.testing.assert_allclose(found[np.isnan(x)], expected[np.isnan(x)], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["importance", "markov_chain"])
@pytest.mark.parametrize("estimate", ["mean", "mode", "sample"])
def test_columns_of_every_kind(estimate, method):
    """What comes is what the columns may hold: the model takes it."""
    x = with_gaps(table(200))
    model = vaelib.VAE(**{**SETTINGS, "missing": "ignore", "epochs": 20}).fit(x)
    found = model.impute(x, estimate=estimate, method=method, samples=60)
    gaps = np.isnan(x)
    assert not np.isnan(found).any()
    np.testing.assert_array_equal(found[~gaps], x[~gaps])
    whole = [2, 3, 7] if estimate == "mean" else [2, 3, 4, 6, 7, 9, 10]
    assert (found[:, whole] == np.round(found[:, whole])).all()
    assert ((found[:, 6] >= 0) & (found[:, 6] <= 1)).all()
    assert ((found[:, [2, 3]] >= 0) & (found[:, [2, 3]] < 4)).all()
    assert (found[:, 5] > 0).all()
    np.testing.assert_array_equal(found, model.impute(x, estimate=estimate, method=method, samples=60))
    other = model.impute(x, estimate=estimate, method=method, samples=60, random_state=5)
    assert (other[gaps] != found[gaps]).any()


def test_a_table_is_completed_better_than_by_means():
    complete = table(1500)
    x = with_gaps(complete)
    model = vaelib.VAE(**{**SETTINGS, "hidden": (32,), "missing": "indicate", "epochs": 60, "batch_size": 50}).fit(x)
    found, gaps = model.impute(x), np.isnan(x)
    for column in (0, 10):
        lost = gaps[:, column]
        error = ((found[lost, column] - complete[lost, column]) ** 2).mean()
        assert error < 0.85 * ((np.nanmean(x[:, column]) - complete[lost, column]) ** 2).mean()
    lost = gaps[:, 2]
    most = np.bincount(x[~lost, 2].astype(int)).argmax()
    assert (found[lost, 2] == complete[lost, 2]).mean() > (complete[lost, 2] == most).mean() + 0.1


def test_several_imputations():
    linear = Linear()
    x = with_gaps(linear.examples(7), 0.4)
    for method in ("importance", "markov_chain"):
        several = linear.vae.impute(x, method=method, estimate="sample", samples=100, imputations=5)
        assert several.shape == (5, 7, D)
        gaps = np.isnan(x)
        assert all((each[~gaps] == x[~gaps]).all() for each in several)
        assert len({each[gaps].tobytes() for each in several}) == 5
    one = linear.vae.impute(x, estimate="sample", samples=100)
    np.testing.assert_array_equal(one, linear.vae.impute(x, estimate="sample", samples=100, imputations=5)[0])
    with pytest.raises(vaelib.InvalidArgument, match="imputations is 2, but estimate mean"):
        linear.vae.impute(x, imputations=2)
    with pytest.raises(vaelib.InvalidArgument, match="imputations is 51, but of 100 steps"):
        linear.vae.impute(x, method="markov_chain", estimate="sample", samples=100, imputations=51)
    with pytest.raises(vaelib.InvalidArgument, match="method is guess; allowed: importance, markov_chain"):
        linear.vae.impute(x, method="guess")
    for samples in (0, 1, 1_000_001):
        with pytest.raises(vaelib.InvalidArgument, match="samples"):
            linear.vae.impute(x, samples=samples)


def test_where_rows_come_from_and_go_to(tmp_path):
    """Frames stay frames, numbers keep type and unit, masks are gaps; slices, files and Datasets give the same."""
    linear = Linear()
    x = with_gaps(linear.examples(50), 0.4)
    expected = linear.vae.impute(x)
    assert expected.dtype == np.float32
    data = vaelib.Dataset(x)
    np.testing.assert_array_equal(linear.vae.impute(data), expected)
    np.testing.assert_array_equal(linear.vae.impute(data[20:30]), expected[20:30])
    masked = np.ma.array(np.nan_to_num(x), mask=np.isnan(x))
    np.testing.assert_array_equal(linear.vae.impute(masked), expected)
    np.testing.assert_array_equal(linear.vae.impute(sparse.csr_matrix(x)), expected)
    linear.vae.impute_to_file(data, tmp_path / "completed.h5")
    with h5py.File(tmp_path / "completed.h5") as file:
        np.testing.assert_array_equal(file["completed"][...], expected)
    frame = pd.DataFrame(x, columns=list("abcde"), index=np.arange(50) + 100)
    found = vaelib.VAE(likelihood="gaussian", missing="ignore", epochs=1).fit(frame).impute(frame)
    assert list(found.columns) == list("abcde")
    assert list(found.index) == list(frame.index)
    assert not found.isna().any().any()
    scaled = vaelib.VAE(likelihood="gaussian", missing="ignore", epochs=30, scale=0.01, shift=3, random_state=0)
    thousands = scaled.fit(1000 * x).impute(1000 * x)
    np.testing.assert_allclose(thousands[~np.isnan(x)], 1000 * x[~np.isnan(x)])
    assert np.abs(thousands).max() < 20_000
    assert linear.vae.impute(np.ones((3, D), dtype=np.int64)).dtype == np.int64


@pytest.mark.parametrize("method", ["importance", "markov_chain"])
def test_results_may_take_the_place_of_the_rows(method):
    linear = Linear()
    x = with_gaps(linear.examples(700), 0.4)
    expected = linear.vae.impute(x, method=method, samples=20)
    data = vaelib.Dataset(x)
    config, kept = imputation_config({"method": method, "samples": 20}, linear.vae.seed_)
    arguments = [linear.vae._model.handle, data.handle, ctypes.byref(config), NO_CALLBACK, None, pointer(x), x.size]
    assert library.vaelib_vae_impute(*arguments) == OK
    np.testing.assert_array_equal(x, expected)
    del kept


def test_it_can_be_stopped(tmp_path):
    linear = Linear()
    x = with_gaps(linear.examples(3000), 0.4)
    for method in ("importance", "markov_chain"):
        with pytest.raises(vaelib.Cancelled):
            linear.vae.impute(x, method=method, samples=2000, callbacks=lambda _: True)
    with pytest.raises(vaelib.Cancelled):
        linear.vae.impute_to_file(x, tmp_path / "never.h5", samples=2000, callbacks=lambda _: True)
    assert not os.path.exists(tmp_path / "never.h5")


def test_scikit_learn_is_told():
    assert vaelib.VAE(missing="ignore").__sklearn_tags__().input_tags.allow_nan
    assert not vaelib.VAE().__sklearn_tags__().input_tags.allow_nan


def test_outliers_among_gaps():
    x = with_gaps(correlated(500), 0.2)
    x[7, :] = (40, np.nan, 40, np.nan, -40)
    model = vaelib.VAE(likelihood="gaussian", missing="ignore", latent_dim=2, hidden=(16,), random_state=0).fit(x)
    assert model.score_samples(x).argmin() == 7
    assert model.predict(x)[7] == -1
    shares = model.explain(x)
    assert np.isfinite(shares).all()
