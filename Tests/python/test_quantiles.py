"""Columns as their normal scores (standardize_by "quantiles"): densities, knots, moments, samples, sources, files."""

import pickle

import h5py
import numpy as np
import pytest
import vaelib
from model_files import seal
from reference.quantiles import KNOTS, normal_scores, numbers
from reference.vae import bounded
from scipy import stats
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from vaelib.interchange import unstandardized_weights

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
    u = np.sinh(np.linspace(-12, 12, 200_001))
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


@pytest.mark.parametrize("threads", [1, 2])
def test_streamed_sets_give_the_same_bits(tmp_path, threads):
    """More rows than the sample has: some of each part, the same wherever they lie."""
    x = awkward(70_000)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(1000, 6), compression=1)
    vaelib.set_threads(threads)
    streamed = vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0)
    scales = []
    for data in (x, streamed):
        model = vaelib.VAE(**SETTINGS).initialize(data)
        scales.append(b"".join(values.tobytes() for values in tensors(model).values()))
    assert scales[0] == scales[1]
    ranks = (stats.rankdata(x[:, 0]) - 0.5) / len(x)
    np.testing.assert_allclose(stats.norm.cdf(scores_of(model, x)[0][:, 0]), ranks, atol=0.008)


def test_rows_count_by_their_weights():
    """A row of weight 2 is the row twice, where all rows are looked at; one of weight 0 is not there."""
    x, w = awkward(400), np.random.RandomState(0).randint(0, 3, size=400)
    weighted = vaelib.VAE(**SETTINGS).fit(x, sample_weight=w)
    found, _ = scores_of(weighted, x)
    repeated = np.repeat(x, w, axis=0)
    for column in (0, 2, 4):
        below = (repeated[:, column] < x[:, [column]]).mean(axis=1)
        ranks = below + (repeated[:, column] == x[:, [column]]).mean(axis=1) / 2
        there = (w > 0) & (ranks > 0.05) & (ranks < 0.95)
        np.testing.assert_allclose(stats.norm.cdf(found[there, column]), ranks[there], atol=0.04)


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
def test_gaps_have_no_part_in_quantiles(missing):
    """A column's knots are those of the numbers that are there; an imputation is the mean of what is not."""
    x = awkward(1500)[:, :5]
    gaps = np.random.RandomState(1).uniform(size=x.shape) < 0.3
    gaps[:, 0] = False
    model = vaelib.VAE(**{**SETTINGS, "epochs": 30, "missing": missing}).fit(np.where(gaps, np.nan, x))
    there = x[~gaps[:, 3], 3]
    alone = tensors(vaelib.VAE(**SETTINGS).fit(there[:, None]))["standardization/knots"]
    np.testing.assert_array_equal(tensors(model)["standardization/knots"][3], alone)
    x, gaps = x[:300], gaps[:300]
    completed = model.impute(np.where(gaps, np.nan, x), samples=50, random_state=0)
    np.testing.assert_array_equal(completed[~gaps], x[~gaps])
    lacks = gaps[:, 3]
    # The two modes follow from the first column.
    assert np.corrcoef(completed[lacks, 3], x[lacks, 3])[0, 1] > 0.9


def test_a_column_of_which_the_sample_has_nothing_is_standardised_by_its_moments():
    x = np.full((70_000, 2), np.nan, np.float32)
    x[:, 0] = np.random.RandomState(0).normal(size=70_000)
    seen = []
    for first in range(0, 200, 2):  # two neighbours, of which the sample has one at most
        x[:, 1] = np.nan
        x[first : first + 2, 1] = 3, 5
        model = vaelib.VAE(**SETTINGS, missing="ignore").initialize(x)
        seen.append(tensors(model)["standardization/mean"][1])
        if seen[-1] == 4:
            break
    assert seen[-1] == 4


def test_files_keep_normal_scores(tmp_path, models):
    x = awkward()[:50]
    for name, model in models.items():
        model.save(tmp_path / f"{name}.h5")
        loaded = vaelib.load(tmp_path / f"{name}.h5")
        assert loaded.standardize_by == "quantiles"
        for method in ("transform", "score_samples", "reconstruct"):
            np.testing.assert_array_equal(getattr(loaded, method)(x), getattr(model, method)(x))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("knots", lambda values: values[:, ::-1], "knots holds .* of column 0; the numbers of a column must ascend"),
        ("scores", lambda values: values * (np.arange(6)[:, None] != 4), "scores holds -?0.* at place 1 of column 4"),
    ],
)  # fmt: skip
def test_files_with_knots_out_of_order_are_refused(tmp_path, models, name, change, message):
    path = tmp_path / "model.h5"
    models["gaussian"].save(path)
    with h5py.File(path, "r+") as file:
        tensor = file[f"weights/standardization/{name}"]
        tensor[...] = change(tensor[...])
    seal(path)
    with pytest.raises(vaelib.FormatError, match=message):
        vaelib.load(path)


def test_a_model_that_has_seen_nothing_leaves_columns_as_they_are():
    model = vaelib.VAE(**SETTINGS).initialize(6)
    plain = vaelib.VAE(**{**SETTINGS, "standardize_by": "moments"}).initialize(6)
    z = np.linspace(-2, 2, 5, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(model.decode(z).mean, plain.decode(z).mean)
    np.testing.assert_array_equal(model.decode(z).variance, plain.decode(z).variance)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"standardize_by": "ranks"}, "standardize_by is ranks; allowed: moments, quantiles"),
        ({"likelihood": "log_normal"}, "likelihood log_normal is not one of normal scores; use gaussian or"),
        ({"likelihood": "poisson"}, "likelihood poisson is not one of normal scores"),
        ({"standardize": False}, "standardize is 0"),
        ({"mean_activation": "sigmoid"}, "mean_activation is sigmoid"),
        ({"variance": "fixed"}, "variance is fixed"),
    ],
)  # fmt: skip
def test_refusals(options, message):
    with pytest.raises(vaelib.InvalidArgument, match=message):
        vaelib.VAE(**{**SETTINGS, **options}).initialize(3)
    if options.get("standardize_by") == "ranks":
        return
    likelihood = options.get("likelihood", "gaussian")
    own = {"standardize_by": "quantiles", **{name: value for name, value in options.items() if name != "likelihood"}}
    with pytest.raises(vaelib.InvalidArgument, match=f"column group 1: standardize_by is quantiles, .*{message}"):
        vaelib.VAE(columns=[("gaussian", [0]), (likelihood, [1, 2], own)]).initialize(3)


def test_weights_for_other_frameworks_are_refused(models):
    with pytest.raises(ValueError, match="become normal scores"):
        unstandardized_weights(models["gaussian"])


def test_data_frames():
    """Of columns that are left to the data, real ones become normal scores, others do not."""
    pd = pytest.importorskip("pandas")
    x = awkward(500)
    frame = pd.DataFrame(
        {
            "amount": x[:, 0].astype(float), "kind": np.resize(["a", "b", "c"], 500), "yes": x[:, 3] > 0,
            "visits": np.random.RandomState(0).negative_binomial(1, 0.3, size=500), "rain": x[:, 2].astype(float),
        }
    )  # fmt: skip
    options = {name: value for name, value in SETTINGS.items() if name != "likelihood"}
    frame["grey"] = np.resize(np.arange(256) / 255, 500)  # which may be left to the data, too
    model = vaelib.VAE(**options).fit(frame)
    assert model.likelihoods_["grey"] == "bernoulli"
    assert set(model.likelihoods_.values()) == {"gaussian", "categorical", "bernoulli", "negative_binomial"}
    assert sorted(name for name in model.get_weights() if name.endswith("knots")) == [
        "columns/0/standardization/knots", "columns/4/standardization/knots",
    ]  # fmt: skip
    assert model.sample(5, "sample", random_state=0).dtypes.to_dict() == frame.dtypes.to_dict()


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
