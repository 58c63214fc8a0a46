"""Conditions among the columns: gradients and bounds by the oracle, distributions, files, what is given and refused."""

import given_tables
import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import Interrupted, after_epochs
from model_files import seal
from reference import mixed, philox
from scipy import stats

LATENT = 2
#: Likelihood, columns, and what the estimator says of them; conditions are before, between and behind the others.
KINDS = [
    ("categorical", 1, {"condition": True}),
    ("gaussian", 2, {}),
    ("negative_binomial", 2, {"condition": True}),
    ("categorical", 1, {}),
    ("log_normal", 1, {"condition": True}),
    ("bernoulli", 1, {}),
    ("gaussian", 1, {"condition": True}),
    ("bernoulli", 1, {"condition": True}),
    ("gaussian", 1, {"condition": True, "standardize": False}),
]
CLASSES = {0: 3, 3: 2}
COLUMNS = given_tables.columns_of(KINDS)
GIVEN = [column for _, columns, options in COLUMNS if options.get("condition") for column in columns]
WIDTH = sum(count for _, count, _ in KINDS)
MODELLED = [column for column in range(WIDTH) if column not in GIVEN]
SETTINGS = {"latent_dim": LATENT, "hidden": (5,), "columns": COLUMNS, "random_state": 1}


def table(rows=60, seed=0):
    """Rows whose modelled columns depend on those that are given."""
    random = np.random.RandomState(seed)
    kind, weight, size = random.randint(3, size=rows), random.normal(70, 12, size=rows), random.normal(size=rows)
    kind[:3] = range(3)
    counts = random.poisson(4, size=(rows, 2))
    columns = [
        kind,
        10 * kind + random.normal(size=rows),
        weight / 2 + random.normal(size=rows),
        *counts.T,
        random.uniform(size=rows) < 0.2 + 0.3 * kind,
        np.exp(6 + size),
        random.uniform(size=rows) < 1 / (1 + np.exp(-size)),
        weight,
        random.uniform(size=rows) < 0.5,
        random.normal(size=rows),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def with_gaps(x):
    return given_tables.with_gaps(x, GIVEN)


def oracle_of(estimator):
    return given_tables.oracle_of(estimator, KINDS, CLASSES)


def with_weights(**settings):
    return given_tables.with_weights(vaelib.VAE(**SETTINGS, **settings), table())


@pytest.mark.parametrize(
    ("missing", "estimator", "samples", "is_weighted"),
    [
        ("refuse", "analytic", 1, False),
        ("refuse", "monte_carlo", 3, True),
        ("ignore", "monte_carlo", 2, False),
        ("indicate", "analytic", 1, True),
    ],
)
def test_gradients_and_terms(missing, estimator, samples, is_weighted):
    x = table(7) if missing == "refuse" else with_gaps(table(7))
    model, weights = with_weights(missing=missing, estimator=estimator, samples=samples)
    net, groups = oracle_of(model)
    row_weights = np.array([0.5, 2, 0, 1, 3, 0.25, 1.5]) if is_weighted else None
    expected = given_tables.check_gradients(model, weights, net, groups, x, row_weights)
    assert expected["decoder/0/weight"].shape == (LATENT + 3 + 2 + 1 + 1 + 1 + 1, 5)


def test_bounds_and_likelihoods():
    x = table(9)
    model, weights = with_weights()
    net, groups = oracle_of(model)
    noise = philox.noise(1, philox.EVALUATION_NOISE, 0, np.arange(len(x)), 5, LATENT)
    for estimator in ("analytic", "monte_carlo"):
        bound = model.elbo(x, samples=5, estimator=estimator)
        reconstruction, kl = mixed.terms(weights, net, groups, x.astype(np.float64), noise, estimator)
        np.testing.assert_allclose(bound.reconstruction, reconstruction, rtol=1e-5)
        np.testing.assert_allclose(bound.kl, kl, rtol=1e-5, atol=1e-5)
    logarithms = mixed.log_weights(weights, net, groups, x.astype(np.float64), noise)
    expected = np.log(np.exp(logarithms - logarithms.max(axis=0)).mean(axis=0)) + logarithms.max(axis=0)
    np.testing.assert_allclose(model.log_likelihood(x, samples=5), expected, rtol=1e-5)
    np.testing.assert_array_equal(model.fit(x).explain(x)[:, GIVEN], 0)


def test_given_columns_stay_what_they_are():
    x = table(50)
    model, _ = with_weights()
    mean, _log_variance = model.encode(x)
    decoded = model.decode(mean, conditions=x[:, GIVEN])
    for found in (model.reconstruct(x), decoded.mean, model.decode_sample(mean, 1, conditions=x[:, GIVEN])):
        np.testing.assert_array_equal(found[:, GIVEN], x[:, GIVEN])
    np.testing.assert_array_equal(decoded.variance[:, GIVEN], 0)
    np.testing.assert_array_equal(decoded.mean, model.reconstruct(x))
    assert model.likelihoods_ == [
        "condition" if column in GIVEN else likelihood for likelihood, columns, _ in COLUMNS for column in columns
    ]
    # Of a row by itself, of all together, and of one row that holds for all.
    one = model.decode(mean[7:8], conditions=x[7:8, GIVEN]).mean
    np.testing.assert_array_equal(one, decoded.mean[7:8])
    np.testing.assert_array_equal(
        model.decode(mean, conditions=x[7:8, GIVEN]).mean,
        model.decode(mean, conditions=np.repeat(x[7:8, GIVEN], 50, axis=0)).mean,
    )
    sampled = model.sample(50, "sample", 3, conditions=x[:, GIVEN])
    np.testing.assert_array_equal(sampled[:, GIVEN], x[:, GIVEN])
    np.testing.assert_array_equal(model.sample(4, "sample", 3, conditions=x[:4, GIVEN]), sampled[:4])
    grid = model.manifold(2, conditions=x[:1, GIVEN])
    np.testing.assert_array_equal(grid[:, GIVEN], np.repeat(x[:1, GIVEN], 4, axis=0))


def test_the_conditional_law_is_learned():
    """x | c = N(3 c, 1 + c in deviations): bounds come near log p(x|c), and samples under c have its moments."""
    random = np.random.RandomState(0)
    kind, size = random.randint(2, size=4000), random.normal(size=4000)
    x = np.stack([kind, size, 5 * kind + 2 * size + random.normal(size=4000)], axis=1).astype(np.float32)
    columns = [("categorical", [0], {"condition": True}), ("gaussian", [1], {"condition": True}), ("gaussian", [2])]
    model = vaelib.VAE(1, (16,), columns=columns, epochs=30, random_state=0).fit(x[:3000])
    truth = stats.norm(5 * kind[3000:] + 2 * size[3000:], 1).logpdf(x[3000:, 2]).mean()
    found = model.log_likelihood(x[3000:], 50).mean()
    assert truth - 0.03 < found < truth + 0.01
    for c, s in ((0, -1.0), (1, 0.5)):
        drawn = model.sample(4000, "sample", 1, conditions=[[c, s]])[:, 2]
        assert drawn.mean() == pytest.approx(5 * c + 2 * s, abs=0.15)
        assert drawn.std() == pytest.approx(1, abs=0.1)
    unconditional = vaelib.VAE(1, (16,), epochs=30, random_state=0).fit(x[:3000, 2:])
    assert unconditional.log_likelihood(x[3000:, 2:], 50).mean() < found - 0.5


def test_conditions_of_decoding_are_scaled_as_examples_are():
    x = np.random.RandomState(0).normal(size=(40, 3)).astype(np.float32)
    columns = [("gaussian", [2], {"condition": True})]
    plain = vaelib.VAE(2, (5,), columns=columns, epochs=2, random_state=0).fit(x)
    scaled = vaelib.VAE(2, (5,), columns=columns, epochs=2, random_state=0, scale=1 / 4, shift=-1).fit(4 * (x + 1))
    codes = plain.transform(x)
    expected = plain.decode(codes, conditions=x[:, 2:]).mean
    for given in (4 * (x[:, 2:] + 1), vaelib.Dataset(4 * (x[:, 2:] + 1), scale=1 / 4, shift=-1)):
        np.testing.assert_allclose(scaled.decode(codes, conditions=given).mean, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(scaled.reconstruct(4 * (x + 1))[:, 2], (4 * (x + 1))[:, 2] / 4 - 1)


def test_paths_between_conditions():
    x = table(30)
    model, _ = with_weights()
    path = model.interpolate(x, 1, 2, steps=5)
    ends = model.reconstruct(x[1:3])
    np.testing.assert_array_equal(path[[0, -1]], ends)
    shares = np.linspace(0, 1, 5)[:, None]
    even = (1 - shares) * x[1] + shares * x[2]
    for column, expected in ((0, [1, 1, 2, 2, 2]), (6, even[:, 6]), (8, even[:, 8]), (3, np.rint(even[:, 3]))):
        np.testing.assert_allclose(path[:, column], expected, rtol=1e-6, err_msg=str(column))


def test_nothing_of_conditions_is_missing_or_imputed():
    x = with_gaps(table(200))
    model = vaelib.VAE(**SETTINGS, missing="indicate", hide_fraction=0.3, epochs=3).fit(x)
    for method in ("importance", "markov_chain"):
        completed = model.impute(x, method=method, samples=10)
        assert np.isfinite(completed).all()
        np.testing.assert_array_equal(completed[:, GIVEN], x[:, GIVEN])
    x[5, 8] = np.nan
    for call in (model.transform, model.impute, model.fit):
        with pytest.raises(vaelib.DataError, match=r"NaN at row 5, column 8.*since conditions are given"):
            call(x)


def test_what_is_hidden_from_the_encoder():
    """Never a condition, though one has its random number, as every column."""
    x = table(6)
    model, weights = with_weights(missing="ignore", hide_fraction=0.6)
    net, groups = oracle_of(model)
    result = vaelib.Trainer(model, examples_per_epoch=6).compute_gradients(x)
    uniforms = np.array([philox.uniforms(1, philox.TRAINING_HIDING, 0, row, WIDTH) for row in range(6)])
    hidden = np.where((uniforms < 0.6) & np.isin(np.arange(WIDTH), MODELLED), np.nan, x.astype(np.float64))
    noise = philox.noise(1, philox.TRAINING_NOISE, 0, np.arange(6), 1, LATENT)
    _, kl = mixed.terms(weights, net, groups, hidden, noise)
    assert result["kl"] == pytest.approx(kl.mean(), rel=1e-5)


def test_binarised_columns_beside_conditions():
    """Values of a condition are not drawn; those of the others as the documents say."""
    random = np.random.RandomState(0)
    x = np.concatenate([random.uniform(size=(8, 3)), random.randint(4, size=(8, 1)), random.uniform(size=(8, 2))], 1)
    x = x.astype(np.float32)
    columns = [("categorical", [3], {"condition": True, "classes": 4}), ("bernoulli", [0, 1, 2, 4, 5])]
    model = vaelib.VAE(2, (5,), columns=columns, binarization="dynamic", random_state=1).initialize(x)
    result = vaelib.Trainer(model, examples_per_epoch=8).compute_gradients(x)
    drawn = x.copy()
    for row in range(8):
        uniforms = philox.uniforms(1, philox.TRAINING_BINARISATION, 0, row, 6)
        drawn[row, :3] = uniforms[:3] < x[row, :3]
        drawn[row, 4:] = uniforms[4:] < x[row, 4:]
    other = vaelib.VAE(2, (5,), columns=columns, random_state=1).initialize(x).set_weights(model.get_weights())
    assert vaelib.Trainer(other, examples_per_epoch=8).compute_gradients(drawn)["loss"] == result["loss"]


def test_constant_conditions_have_no_weights():
    x = table(100)
    x[:, 8] = 70
    model = vaelib.VAE(**SETTINGS, epochs=2).fit(x)
    place = 3 + 2 + 4 + 1  # after the categories, the numbers and counts, the others' categories and logarithm
    assert (model.get_weights()["encoder/0/weight"][place + 1] == 0).all()
    assert (model.get_weights()["decoder/0/weight"][LATENT + 3 + 2 + 1] == 0).all()
    moved = x.copy()
    moved[:, 8] = 90
    np.testing.assert_array_equal(model.transform(moved), model.transform(x))


def test_files_checkpoints_and_streams(tmp_path):
    x = table(200)
    settings = {**SETTINGS, "epochs": 3}
    expected = vaelib.VAE(**settings).fit(x)
    expected.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    np.testing.assert_array_equal(loaded.transform(x), expected.transform(x))
    sampled = [each.sample(5, "sample", 1, conditions=x[:5, GIVEN]) for each in (expected, loaded)]
    np.testing.assert_array_equal(*sampled)
    again = vaelib.VAE(**loaded.get_params()).fit(x)
    np.testing.assert_array_equal(again.transform(x), expected.transform(x))
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = x
    stream = vaelib.open_dataset(tmp_path / "data.h5", "x", memory_budget=0)
    np.testing.assert_array_equal(vaelib.VAE(**settings).fit(stream).transform(x), expected.transform(x))
    with pytest.raises(Interrupted):
        vaelib.VAE(**settings).fit(x, checkpoint=tmp_path / "training.h5", callbacks=after_epochs(2))
    resumed = vaelib.VAE(**settings).fit(x, checkpoint=tmp_path / "training.h5")
    np.testing.assert_array_equal(resumed.transform(x), expected.transform(x))
    with h5py.File(tmp_path / "model.h5") as file:
        assert file["column_groups/condition"][...].tolist() == [1, 0, 1, 0, 1, 0, 1, 1, 1]


def test_files_without_the_flag_are_of_models_without_conditions(tmp_path):
    x = table(50)
    columns = [("gaussian", slice(0, 3)), ("bernoulli", [5])]
    model = vaelib.VAE(**{**SETTINGS, "columns": columns}, epochs=1).fit(x[:, [1, 2, 6, 3, 4, 5]] > 3)
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        del file["column_groups/condition"]
    seal(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert "condition" not in loaded.likelihoods_
    assert loaded.sample(3).shape == (3, 6)


def test_queries_to_files(tmp_path):
    x = table(1500)
    model, _ = with_weights()
    codes = model.transform(x)
    model.inverse_transform_to_file(codes, tmp_path / "all.h5", conditions=x[:, GIVEN])
    written = vaelib.open_dataset(tmp_path / "all.h5", "mean").numpy()
    np.testing.assert_array_equal(written, model.inverse_transform(codes, conditions=x[:, GIVEN]))
    model.inverse_transform_to_file(codes, tmp_path / "one.h5", conditions=x[:1, GIVEN])
    written = vaelib.open_dataset(tmp_path / "one.h5", "mean").numpy()
    np.testing.assert_array_equal(written, model.inverse_transform(codes, conditions=x[:1, GIVEN]))
    with pytest.raises(vaelib.DataError, match="conditions have 3 rows; expected 1500"):
        model.inverse_transform_to_file(codes, tmp_path / "none.h5", conditions=x[:3, GIVEN])
    assert not (tmp_path / "none.h5").exists()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (None, ValueError, r"has conditions .*: give conditions="),
        (lambda c: c[:, :3], vaelib.DataError, "conditions have 3 columns; the model has 7"),
        (lambda c: c[:3], vaelib.DataError, "conditions have 3 rows; expected 5, one for each row, or 1"),
        (lambda c: np.where(np.arange(7) == 0, 3, c), vaelib.DataError, "hold 3.0 at row 0, column 0.*whole numbers"),
        (lambda c: np.where(np.arange(7) == 2, 1.5, c), vaelib.DataError, "hold 1.5 at row 0, column 2.*counts"),
        (lambda c: np.where(np.arange(7) == 3, -1, c), vaelib.DataError, "hold -1.0 at row 0, column 3.*above 0"),
        (lambda c: np.where(np.arange(7) == 4, np.inf, c), vaelib.DataError, "hold inf at row 0, column 4"),
        (lambda c: np.where(np.arange(7) == 4, np.nan, c), vaelib.DataError, "hold NaN at row 0, column 4.*are given"),
    ],
)
def test_conditions_that_cannot_be(change, error, text):
    model, _ = with_weights()
    conditions = None if change is None else change(table(5)[:, GIVEN])
    for call in (
        lambda: model.decode(np.zeros((5, LATENT), np.float32), conditions=conditions),
        lambda: model.decode_sample(np.zeros((5, LATENT), np.float32), 1, conditions=conditions),
        lambda: model.sample(5, conditions=conditions),
    ):
        with pytest.raises(error, match=text):
            call()


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ([("gaussian", slice(0, 3), {"condition": True})], "all column groups are given"),
        (
            [("gaussian", [0]), ("poisson", [1, 2], {"condition": True, "count_mean": "share"})],
            "count_mean is share, but the columns are conditions",
        ),
    ],
)
def test_models_that_cannot_be(columns, text):
    with pytest.raises(vaelib.InvalidArgument, match=text):
        vaelib.VAE(columns=columns).initialize(np.ones((4, 3), dtype=np.float32))


def test_conditions_for_a_model_without():
    model = vaelib.VAE(2, (4,)).initialize(np.random.RandomState(0).normal(size=(9, 3)))
    with pytest.raises(ValueError, match="fitted without any"):
        model.sample(3, conditions=[[1.0]])
    with pytest.raises(ValueError, match="fitted without them"):
        model.transform(np.zeros((2, 3), np.float32), conditions=[[1.0], [2.0]])
