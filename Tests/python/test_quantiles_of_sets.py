"""Normal scores (standardize_by "quantiles") of streamed and weighted sets, and with gaps; in files; refusals."""

import h5py
import numpy as np
import pytest
import vaelib
from model_files import seal
from scipy import stats
from test_quantiles import SETTINGS, awkward, scores_of, tensors
from test_quantiles import models as models
from vaelib.interchange import unstandardized_weights


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
