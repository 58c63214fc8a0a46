"""Columns as their normal scores (standardize_by "quantiles"): densities, knots, moments, samples."""

import pickle

import numpy as np
import pytest
import vaelib
from reference.quantiles import KNOTS, normal_scores, numbers
from reference.vae import bounded
from scipy import stats
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

N = 3000
SETTINGS = {
    "latent_dim": 1, "hidden": (8,), "likelihood": "gaussian", "standardize_by": "quantiles", "epochs": 2,
    "batch_size": 100, "random_state": 0,
}  # fmt: skip


def awkward(rows=N, seed=0):
    """Heavy tails on one side and on both, a frequent value, two modes, whole numbers, and a constant."""
    random = np.random.RandomState(seed)
    z = random.normal(size=rows)
    columns = [
        np.exp(2 * z), random.standard_cauchy(size=rows) + z, np.where(random.uniform(size=rows) < 0.6, 0, np.exp(z)),
        np.where(z > 0, 5, -5) + 0.3 * random.normal(size=rows), np.round(40 + 10 * z), np.full(rows, 3.0),
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def models():
    """A model of each likelihood that may be of normal scores, by its name."""
    options = {"gaussian": {"variance": "predicted"}, "student_t": {}, "laplace": {"variance": "predicted"}}
    return {name: vaelib.VAE(**{**SETTINGS, "likelihood": name, **own}).fit(awkward()) for name, own in options.items()}


def tensors(model):
    """The tensors of the columns' scales, in float64."""
    return {name: values.astype(float) for name, values in model.get_weights().items() if "standardization" in name}


def scores_of(model, x):
    """Normal scores by the model's tensors, and t' in the unit of the data."""
    weights = tensors(model)
    center, unit = weights["standardization/mean"], weights["standardization/deviation"]
    found, slopes = normal_scores(weights, (x.astype(float) - center) / unit)
    return found, slopes / unit


def raw(model, score):
    """The numbers that have these scores."""
    weights = tensors(model)
    return numbers(weights, score) * weights["standardization/deviation"] + weights["standardization/mean"]


def alone(column, **options):
    """A model of one column, whose latent says nothing, and the density that follows from its decoder."""
    settings = {**SETTINGS, **options, "hidden": ()}
    model = vaelib.VAE(**settings).initialize(awkward()[:, [column]])
    weights = {name: np.zeros_like(w) if "coder" in name else w for name, w in model.get_weights().items()}
    if "decoder/log_variance" in weights:
        weights["decoder/log_variance"][:] = np.log(0.3)
    weights["decoder/head/bias"][0] = 0.4
    return model.set_weights(weights)


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "laplace"])
@pytest.mark.parametrize("column", range(6))
def test_densities_integrate_to_one_in_the_unit_of_the_data(column, likelihood):
    """Whatever the column: by the midpoint rule between numbers whose scores lie close together, knots among them."""
    model = alone(column, likelihood=likelihood)
    knots = tensors(model)["standardization/scores"]
    scores = np.sort(np.concatenate([np.linspace(-14, 14, 30_001), knots[np.abs(knots) < 14]]))
    edges = np.unique(raw(model, scores[:, None]).astype(np.float32)).astype(float)
    middle = (edges[1:] + edges[:-1]) / 2
    density = np.exp(model.elbo(middle[:, None].astype(np.float32)).reconstruction)
    assert (density * np.diff(edges)).sum() == pytest.approx(1, abs=1e-3)


def test_knots_are_quantiles(models):
    """Ranks by counting, in one place for each number that occurs often; scores come back as numbers."""
    x, model = awkward(), models["gaussian"]
    found, _ = scores_of(model, x)
    for column in (0, 1, 3):
        ranks = (stats.rankdata(x[:, column]) - 0.5) / N
        inside = (ranks > 0.01) & (ranks < 0.99)
        # Between knots there are about 54 numbers.
        np.testing.assert_allclose(stats.norm.cdf(found[inside, column]), ranks[inside], atol=0.01)
    for column in (2, 4):
        ranks = (stats.rankdata(x[:, column]) - 0.5) / N
        often = np.isin(x[:, column], [0.0, 38.0, 40.0, 45.0])
        np.testing.assert_allclose(stats.norm.cdf(found[often, column]), ranks[often], atol=1e-5)
    np.testing.assert_array_equal(found[:, 5], 0)  # the constant
    np.testing.assert_allclose(raw(model, found), x, rtol=1e-5, atol=1e-5)


def test_the_scores_of_few_numbers_are_those_of_each_place():
    """Of four numbers the first, the median and the last are knots: ranks 1/8, 3/8, 7/8; the ends are not steep."""
    x = np.array([[1.0], [2.0], [4.0], [10.0]], np.float32)
    model = vaelib.VAE(**SETTINGS).fit(x)
    found, slopes = scores_of(model, np.array([[-100.0], [1], [2], [4], [10], [100]]))
    np.testing.assert_allclose(found[[1, 2, 4], 0], stats.norm.ppf([0.125, 0.375, 0.875]), rtol=1e-6)
    unit = model.get_weights()["standardization/deviation"][0]
    assert unit == pytest.approx((4 - 1) / (2 * stats.norm.ppf(0.75)), rel=1e-6)
    assert (slopes[[0, 5]] <= 1 / unit * (1 + 1e-6)).all()


def test_no_density_is_infinite():
    """Numbers that nearly coincide, spikes of all heights, and numbers of all sizes have knots in order."""
    random = np.random.RandomState(0)
    columns = [
        np.where(random.uniform(size=N) < 0.5, 1, 1 + 1e-6 * random.uniform(size=N)) + (random.uniform(size=N) < 0.3),
        np.where(random.uniform(size=N) < 0.999, 0, random.normal(size=N)),
        np.exp(20 * random.normal(size=N)), random.standard_cauchy(size=N) ** 5,
        1e9 + np.floor(3 * random.uniform(size=N)) * 64, np.where(np.arange(N) == 7, 1, 0),
        random.uniform(size=N) < 0.3,
    ]  # fmt: skip
    x = np.clip(np.stack(columns, axis=1), -1e30, 1e30).astype(np.float32)
    model = vaelib.VAE(**SETTINGS).fit(x)
    weights = tensors(model)
    for name in ("knots", "scores"):
        values = weights[f"standardization/{name}"]
        assert values.shape == (x.shape[1], KNOTS)
        assert np.isfinite(values).all()
        assert (np.diff(values, axis=1) > 0).all()
    steepest = (np.diff(weights["standardization/scores"]) / np.diff(weights["standardization/knots"])).max()
    assert steepest < 14 / 1e-3  # of all scores together, beside the least width
    assert np.isfinite(model.elbo(x).elbo).all()


DENSITIES = {
    "gaussian": stats.norm(), "laplace": stats.laplace(scale=np.sqrt(0.5)), "student_t": stats.t(4.975124),
    "fixed": stats.t(2.5),
}  # fmt: skip


@pytest.mark.parametrize("likelihood", DENSITIES)
@pytest.mark.parametrize("column", range(6))
def test_means_and_variances_are_those_of_the_numbers(column, likelihood):
    """By the trapezoidal rule over many scores, the farthest 1e5 deviations away."""
    options = {"likelihood": likelihood}
    if likelihood == "fixed":
        options = {"likelihood": "student_t", "degrees_of_freedom": 2.5}
    model = alone(column, **options)
    u = np.sinh(np.linspace(-12, 12, 40_001))
    for log_variance in (-6.0, -1.0, 1.0):
        weights = {**model.get_weights(), "decoder/log_variance": np.array([log_variance], np.float32)}
        decoded = model.set_weights(weights).decode(np.zeros((1, 1)))
        mean, variance = float(decoded.mean[0, 0]), float(decoded.variance[0, 0])
        floor = weights["standardization/floor"].astype(float)
        scale = np.exp(bounded(np.array([log_variance]), (2 * np.log(floor), 20.0)) / 2)
        x, mass = raw(model, 0.4 + scale * u[:, None])[:, 0], DENSITIES[likelihood].pdf(u)
        expected = np.trapezoid(mass * x, u)
        spread = np.trapezoid(mass * (x - expected) ** 2, u)
        assert mean == pytest.approx(expected, abs=2e-3 * np.sqrt(spread))
        assert variance == pytest.approx(spread, rel=0.1 if likelihood == "fixed" else 0.015)


def test_without_moments_there_is_the_median_and_no_variance():
    model = alone(1, likelihood="student_t", degrees_of_freedom=1.0)
    decoded = model.decode(np.zeros((1, 1)))
    assert decoded.mean[0, 0] == pytest.approx(raw(model, np.array([[0.4]]))[0, 0], rel=1e-5)
    assert np.isinf(decoded.variance).all()


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "laplace"])
def test_samples_have_the_density(likelihood):
    """Through t they are location + scale u."""
    for column in (0, 1, 3):
        model = alone(column, likelihood=likelihood)
        drawn = model.decode_sample(np.zeros((4000, 1), np.float32), random_state=3)
        u = (scores_of(model, drawn)[0][:, 0] - 0.4) / np.sqrt(0.3)
        assert stats.kstest(u, DENSITIES[likelihood].cdf).pvalue > 1e-3


def test_what_lies_beyond_all_examples_is_finite(models):
    x = np.array([[1e30] * 6, [-1e30] * 6, [0] * 6], np.float32)
    for model in models.values():
        assert np.isfinite(model.transform(x)).all()
        assert np.isfinite(model.elbo(x[2:]).elbo).all()
        assert (model.log_likelihood(x[:2], samples=3) < -100).all()
    near = awkward()[:50] * np.float32(1.5)
    assert np.isfinite(models["gaussian"].elbo(near).elbo).all()


def test_estimators_of_scores_are_used_as_others():
    """Copies, searches, outliers and explanations; in a table beside a condition, too."""
    x = awkward(300)
    plain = vaelib.VAE(**SETTINGS)
    given = vaelib.VAE(**{**SETTINGS, "likelihood": "auto", "standardize_by": "moments"}, columns=[
        ("gaussian", [0, 1], {"standardize_by": "quantiles"}),
        ("gaussian", [2], {"condition": True, "standardize_by": "quantiles"}),
    ])  # fmt: skip
    for model in (plain, given):
        search = GridSearchCV(model, {"latent_dim": [1, 2]}, cv=2).fit(x)
        best = search.best_estimator_
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(best)).explain(x), best.explain(x))
        assert clone(best).get_params().keys() == best.get_params().keys()
        assert best.explain(x).shape == x.shape
        scores = best.score_samples(x)
        best.calibrate(x, x[:50])
        np.testing.assert_array_equal(best.predict(x) == -1, scores < best.offset_)
        assert ((best.p_values(x) > 0) & (best.p_values(x) <= 1)).all()
