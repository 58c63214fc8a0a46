"""Conditions beside the examples: labels, columns and data frames, queries under others, files, pickles, refusals."""

import pickle

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import vaelib
from checkpoints import Interrupted, after_epochs
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

KINDS = np.array(["cat", "dog", "eel"])
SETTINGS = {"latent_dim": 2, "hidden": (8,), "epochs": 3, "random_state": 1}


def data(rows=300, seed=0):
    """Two columns that depend on kind and weight."""
    random = np.random.RandomState(seed)
    number, weight = random.randint(3, size=rows), random.normal(50, 10, size=rows)
    number[:3] = range(3)
    x = np.stack([5 * number + random.normal(size=rows), weight / 5 + random.normal(size=rows)], axis=1)
    return x.astype(np.float32), number, weight.astype(np.float32)


X, NUMBERS, WEIGHT = data()
FRAME = pd.DataFrame({"kind": KINDS[NUMBERS], "weight": WEIGHT})
#: Conditions, those of a single row, and how the library sees them.
FORMS = {
    "numbers": (NUMBERS, 1, ["categorical"]),
    "whole reals": (NUMBERS.astype(np.float64), 1.0, ["categorical"]),
    "texts": (KINDS[NUMBERS], "dog", ["categorical"]),
    "list": (KINDS[NUMBERS].tolist(), "dog", ["categorical"]),
    "truth values": (NUMBERS == 1, True, ["categorical"]),
    "reals": (WEIGHT, 60.5, ["gaussian"]),
    "columns": (np.stack([NUMBERS == 1, WEIGHT], axis=1), [[1, 60]], ["bernoulli", "gaussian"]),
    "objects": ([[kind, weight] for kind, weight in zip(KINDS[NUMBERS], WEIGHT, strict=True)], [["dog", 60]],
                ["categorical", "gaussian"]),
    "Series": (FRAME["kind"], "dog", ["categorical"]),
    "frame": (FRAME, [["dog", 60]], ["categorical", "gaussian"]),
    "Dataset": (vaelib.Dataset(WEIGHT[:, None]), 60.5, ["gaussian"]),
    "sparse": (scipy.sparse.csr_matrix(np.eye(3)[NUMBERS]), [[0, 1, 0]], ["bernoulli"] * 3),
}  # fmt: skip


@pytest.fixture(params=list(FORMS))
def form(request):
    return FORMS[request.param]


def kinds_seen(model):
    return [group["likelihood"] for group in model._model.groups if group["condition"] for _ in range(group["columns"])]


def test_forms(form, tmp_path):
    conditions, one, likelihoods = form
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=conditions)
    assert kinds_seen(model) == likelihoods
    assert (model.n_features_in_, model.likelihood_, model.likelihoods_) == (2, "gaussian", ["gaussian"] * 2)
    codes = model.transform(X, conditions=conditions)
    assert codes.shape == (300, 2)
    assert model.reconstruct(X, conditions=conditions).shape == X.shape
    for sampled in (model.sample(conditions=one), model.sample(7, conditions=one), model.sample(conditions=conditions)):
        assert sampled.shape[1] == 2
    np.testing.assert_array_equal(
        model.decode(codes, conditions=one).mean, model.inverse_transform(codes, conditions=one)
    )
    # As are rows that lie in the examples.
    again = vaelib.VAE(**SETTINGS).fit(X, conditions=conditions)
    model.save(tmp_path / "m.h5")
    for other in (again, pickle.loads(pickle.dumps(model)), vaelib.load(tmp_path / "m.h5")):
        np.testing.assert_array_equal(other.transform(X, conditions=conditions), codes)
        np.testing.assert_array_equal(
            other.sample(3, "sample", 0, conditions=one), model.sample(3, "sample", 0, conditions=one)
        )


def test_the_same_as_conditions_among_the_columns():
    columns = [("gaussian", [0, 1]), ("categorical", [2], {"condition": True}), ("gaussian", [3], {"condition": True})]
    rows = np.concatenate([X, NUMBERS[:, None], WEIGHT[:, None]], axis=1).astype(np.float32)
    inside = vaelib.VAE(**SETTINGS, columns=columns).fit(rows)
    beside = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    for name, values in inside.get_weights().items():
        np.testing.assert_array_equal(beside.get_weights()[name], values, err_msg=name)
    for name in ("transform", "score", "log_likelihood", "score_samples", "predict", "decision_function"):
        found, expected = getattr(beside, name)(X, conditions=FRAME), getattr(inside, name)(rows)
        np.testing.assert_array_equal(found, expected, err_msg=name)
    for name in ("reconstruct", "explain"):
        found, expected = getattr(beside, name)(X, conditions=FRAME), getattr(inside, name)(rows)
        np.testing.assert_array_equal(found, expected[:, :2], err_msg=name)
    np.testing.assert_array_equal(beside.elbo(X, conditions=FRAME).elbo, inside.elbo(rows).elbo)
    np.testing.assert_array_equal(beside.sample_latent(X, 1, conditions=FRAME), inside.sample_latent(rows, 1))
    np.testing.assert_array_equal(beside.interpolate(X, conditions=FRAME), inside.interpolate(rows)[:, :2])
    np.testing.assert_array_equal(
        beside.manifold(3, conditions=[["cat", 40]]), inside.manifold(3, conditions=[[0, 40]])[:, :2]
    )
    codes = inside.transform(rows)
    np.testing.assert_array_equal(
        beside.decode_sample(codes, 2, conditions=FRAME), inside.decode_sample(codes, 2, conditions=rows[:, 2:])[:, :2]
    )
    reference = rows[:50]
    np.testing.assert_array_equal(
        beside.p_values(X, (X[:50], FRAME[:50]), conditions=FRAME), inside.p_values(rows, reference)
    )


def test_transform_under_one_and_decode_under_another():
    """A row's code keeps what the condition does not say: 5 more for the next kind."""
    model = vaelib.VAE(2, (16,), epochs=60, random_state=0).fit(X, conditions=KINDS[NUMBERS])
    codes = model.transform(X[:40], conditions=KINDS[NUMBERS[:40]])
    for number, kind in enumerate(KINDS):
        moved = model.inverse_transform(codes, conditions=kind)
        expected = X[:40, 0] + 5 * (number - NUMBERS[:40])
        assert np.abs(moved[:, 0] - expected).mean() < 1


def test_one_row_for_all():
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    repeated = pd.concat([FRAME[4:5]] * 300)
    np.testing.assert_array_equal(model.transform(X, conditions=FRAME[4:5]), model.transform(X, conditions=repeated))
    assert model.score(X, conditions=FRAME[4:5]) == model.score(X, conditions=repeated)


def test_data_frames_with_conditions_beside_and_within(tmp_path):
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "smokes": NUMBERS > 1, "kind": KINDS[NUMBERS]})
    beside = vaelib.VAE(**SETTINGS).fit(frame[["a", "b", "smokes"]], conditions=frame["kind"])
    beside.save(tmp_path / "beside.h5")
    within = vaelib.VAE(**SETTINGS, columns=[("auto", ["kind"], {"condition": True})]).fit(frame)
    within.save(tmp_path / "within.h5")
    for model in (beside, vaelib.load(tmp_path / "beside.h5")):
        assert list(model.feature_names_in_) == ["a", "b", "smokes"]
        rows = model.sample(4, "sample", 1, conditions="eel")
        assert list(rows.columns) == ["a", "b", "smokes"]
        assert rows["smokes"].dtype == bool
        assert model.likelihoods_ == {"a": "gaussian", "b": "gaussian", "smokes": "bernoulli"}
        again = vaelib.VAE(**model.get_params()).fit(frame[["a", "b", "smokes"]], conditions=frame["kind"])
        np.testing.assert_array_equal(
            again.transform(frame[["a", "b", "smokes"]], conditions="cat"),
            beside.transform(frame[["a", "b", "smokes"]], conditions="cat"),
        )
    for model in (within, vaelib.load(tmp_path / "within.h5")):
        rows = model.sample(4, "sample", 1, conditions="eel")
        assert rows["kind"].tolist() == ["eel"] * 4
        assert model.likelihoods_["kind"] == "condition"
        given = model.sample(conditions=frame[["kind"]][:5])
        assert given["kind"].tolist() == frame["kind"][:5].tolist()
        assert model.reconstruct(frame)["kind"].tolist() == frame["kind"].tolist()
    plain = pd.DataFrame(X.astype(np.float64), columns=["a", "b"])
    named = vaelib.VAE(**SETTINGS).fit(plain, conditions=FRAME)
    named.save(tmp_path / "named.h5")
    loaded = vaelib.load(tmp_path / "named.h5")
    assert list(loaded.feature_names_in_) == ["a", "b"]
    np.testing.assert_array_equal(
        loaded.reconstruct(plain, conditions=FRAME), named.reconstruct(plain, conditions=FRAME)
    )


def test_frames_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"kind": KINDS[NUMBERS].tolist(), "weight": WEIGHT})
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=frame)
    np.testing.assert_array_equal(
        model.transform(X, conditions=frame), vaelib.VAE(**SETTINGS).fit_transform(X, conditions=FRAME)
    )
    one = polars.DataFrame({"kind": ["dog"], "weight": [60.0]})
    assert model.sample(conditions=one).shape == (1, 2)


def test_imputation():
    x = np.where(np.random.RandomState(0).uniform(size=X.shape) < 0.3, np.nan, X).astype(np.float32)
    model = vaelib.VAE(**{**SETTINGS, "epochs": 60}, missing="ignore").fit(x, conditions=KINDS[NUMBERS])
    for method in ("importance", "markov_chain"):
        completed = model.impute(x, conditions=KINDS[NUMBERS], method=method, samples=30)
        assert completed.shape == X.shape
        np.testing.assert_array_equal(completed[~np.isnan(x)], x[~np.isnan(x)])
        gaps = np.isnan(x[:, 0])
        assert np.abs(completed[gaps, 0] - X[gaps, 0]).mean() < 1.5
    copies = model.impute(x, conditions=KINDS[NUMBERS], estimate="sample", imputations=3, samples=30)
    assert copies.shape == (3, *X.shape)


def test_validation_weights_warm_start_and_steps():
    x, numbers, weight = data(100, 5)
    other = pd.DataFrame({"kind": KINDS[numbers], "weight": weight})
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME, sample_weight=np.arange(300), validation=(x, other))
    assert np.isfinite(model.history_["validation_elbo"]).all()
    model.set_params(warm_start=True).fit(X, conditions=FRAME)
    assert model.n_iter_ == 6
    held = vaelib.VAE(**SETTINGS, validation_fraction=0.2).fit(X, conditions=FRAME)
    assert held.p_values(X, conditions=FRAME).shape == (300,)
    held.calibrate(X, (x, other), conditions=FRAME)
    fresh = vaelib.VAE(**SETTINGS).initialize(X, conditions=FRAME)
    trainer = vaelib.Trainer(fresh, examples_per_epoch=300)
    first = trainer.step(X[:50], conditions=FRAME[:50])
    assert first["loss"] > trainer.step(X[:50], conditions=FRAME[:50])["loss"]
    with pytest.raises(ValueError, match=r"validation must be a pair \(X, conditions\)"):
        vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME, validation=x)


def test_streams_sparse_examples_and_checkpoints(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = X
    stream = vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0)
    expected = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    sparse = vaelib.VAE(**SETTINGS).fit(scipy.sparse.csr_matrix(X), conditions=FRAME)
    np.testing.assert_array_equal(sparse.transform(X, conditions=FRAME), expected.transform(X, conditions=FRAME))
    for examples in (stream, h5py.File(tmp_path / "x.h5")["x"]):
        model = vaelib.VAE(**SETTINGS).fit(examples, conditions=FRAME)
        np.testing.assert_array_equal(
            model.transform(stream, conditions=FRAME), expected.transform(X, conditions=FRAME)
        )
        model.transform_to_file(stream, tmp_path / "codes.h5", conditions=FRAME)
        np.testing.assert_array_equal(
            vaelib.open_dataset(tmp_path / "codes.h5", "codes").numpy(), model.transform(X, conditions=FRAME)
        )
    path = tmp_path / "training.h5"
    with pytest.raises(Interrupted):
        vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME, checkpoint=path, callbacks=after_epochs(2))
    resumed = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME, checkpoint=path)
    np.testing.assert_array_equal(resumed.transform(X, conditions=FRAME), expected.transform(X, conditions=FRAME))
    with pytest.raises(vaelib.InvalidArgument, match=r"values of .* are not those of the checkpoint"):
        vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME[::-1], checkpoint=path)


def test_pipelines_and_clones():
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    other = clone(model)
    assert not hasattr(other, "n_features_in_")
    np.testing.assert_array_equal(other.fit_transform(X, conditions=FRAME), model.transform(X, conditions=FRAME))
    np.testing.assert_array_equal(clone(model).fit_predict(X, conditions=FRAME), model.predict(X, conditions=FRAME))
    pipeline = make_pipeline(vaelib.VAE(**SETTINGS)).fit(X, vae__conditions=FRAME)
    np.testing.assert_array_equal(pipeline[-1].transform(X, conditions=FRAME), model.transform(X, conditions=FRAME))
    # Fitted without, an estimator has no conditions.
    np.testing.assert_array_equal(model.fit(X).transform(X), vaelib.VAE(**SETTINGS).fit_transform(X))


def test_names_that_a_file_does_not_keep(tmp_path):
    frame = FRAME.rename(columns={"kind": ("a", "tuple")})
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=frame)
    with pytest.warns(vaelib.VaelibWarning, match="does not keep the names"):
        model.save(tmp_path / "m.h5")
    assert vaelib.load(tmp_path / "m.h5").sample(conditions=[[0, 50]]).shape == (1, 4)


@pytest.mark.parametrize(
    ("conditions", "error", "text"),
    [
        (None, ValueError, r"fitted with conditions \['kind', 'weight'\] beside X: give conditions="),
        (FRAME[:7], ValueError, "conditions have 7 rows; expected 300"),
        (FRAME[["weight", "kind"]], vaelib.DataError, "columns .*'weight', 'kind'.*; the model has"),
        (WEIGHT, vaelib.DataError, "conditions have 1 columns; the model has 2 of conditions"),
        (FRAME.replace("dog", "doge"), vaelib.DataError, r"conditions hold 'doge' at row 1.*\(near is 'dog'\)"),
        (FRAME.assign(weight=FRAME["kind"]), vaelib.DataError, "conditions hold 'cat' at row 0, column 1"),
        (FRAME.assign(weight=np.nan), vaelib.DataError, r"NaN at row 0, column 3 \(\"weight\"\).*conditions are given"),
        (FRAME.assign(kind=None), vaelib.DataError, r"NaN at row 0, column 2 \(\"kind\"\).*conditions are given"),
        (np.zeros((2, 2, 2)), ValueError, "not of shape"),
    ],
)
def test_conditions_that_are_refused(conditions, error, text):
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    with pytest.raises(error, match=text):
        model.transform(X, conditions=conditions)


def test_other_refusals():
    frame = pd.DataFrame(X, columns=["kind", "b"])
    with pytest.raises(ValueError, match="both have a column of the name 'kind'"):
        vaelib.VAE(**SETTINGS).fit(frame, conditions=FRAME)
    with pytest.raises(ValueError, match="was fitted without them"):
        vaelib.VAE(**SETTINGS).fit(X).score(X, conditions=FRAME)
    with pytest.raises(ValueError, match="must be these, not their width"):
        vaelib.VAE(**SETTINGS).initialize(3, conditions=FRAME)
    stack = vaelib.StackedDenoisingAutoencoder((4,), epochs=1).fit(X)
    with pytest.raises(ValueError, match="conditions are for a VAE"):
        stack.predict(X, conditions=FRAME)
    with pytest.raises(vaelib.DataError, match=r"column 0 .* holds"):
        vaelib.VAE(**SETTINGS).fit(X, conditions=[["a"], [1.0]] * 150)


def test_what_scikit_learn_hands_on():
    """Conditions reach fit, transform and score in pipelines and searches, if they are requested."""
    import sklearn
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.preprocessing import StandardScaler

    plain = vaelib.VAE(**{**SETTINGS, "epochs": 1})
    with sklearn.config_context(enable_metadata_routing=True):
        with pytest.raises(TypeError, match=r"Unexpected args: {'weight'} in transform.*conditions"):
            plain.set_transform_request(weight=True)
        model = clone(plain).set_fit_request(conditions=True).set_score_request(conditions=True)
        model.set_transform_request(conditions="given")
    given = {"conditions": KINDS[NUMBERS]}
    with sklearn.config_context(enable_metadata_routing=True):
        scores = cross_val_score(model, X, cv=2, params=given)
        halves = [clone(plain).fit(X[rows], conditions=KINDS[NUMBERS[rows]]) for rows in (slice(150, 300), slice(150))]
        expected = [
            half.score(X[rows], conditions=KINDS[NUMBERS[rows]])
            for half, rows in zip(halves, (slice(150), slice(150, 300)), strict=True)
        ]
        np.testing.assert_allclose(scores, expected)
        search = GridSearchCV(model, {"latent_dim": [1, 2]}, cv=2).fit(X, **given)
        assert search.best_estimator_.n_features_in_ == 2
        pipeline = make_pipeline(StandardScaler(), clone(model)).fit(X, **given)
        scaled = StandardScaler().fit_transform(X)
        np.testing.assert_allclose(
            pipeline.transform(X, given=KINDS[NUMBERS]),
            clone(plain).fit(scaled, conditions=KINDS[NUMBERS]).transform(scaled, conditions=KINDS[NUMBERS]),
        )
        with pytest.raises(ValueError, match="conditions"):
            cross_val_score(plain, X, cv=2, params=given)
    copied = pickle.loads(pickle.dumps(model))
    assert str(copied.get_metadata_routing()) == str(model.get_metadata_routing())
    assert not hasattr(plain, "_metadata_request")


def test_a_dataset_that_has_conditions_behind_its_columns():
    """As reports ask; the numbers are those of the model."""
    model = vaelib.VAE(**SETTINGS).fit(X, conditions=FRAME)
    both = vaelib.Dataset(np.concatenate([X, NUMBERS[:, None], WEIGHT[:, None]], axis=1))
    for name in ("transform", "reconstruct", "score_samples", "explain", "predict"):
        np.testing.assert_array_equal(getattr(model, name)(both), getattr(model, name)(X, conditions=FRAME))
    with pytest.raises(ValueError, match="X has 4 features"):
        model.transform(np.concatenate([X, X], axis=1))
    with pytest.raises(ValueError, match="give conditions"):
        model.transform(vaelib.Dataset(X))


def test_a_training_goes_on_with_its_conditions_alone(tmp_path):
    """All conditions are compared, not only those of the rows that are looked at."""
    path, settings = tmp_path / "run.h5", {**SETTINGS, "schedule": "constant"}
    x, number, _ = data(1000)
    vaelib.VAE(**settings).fit(x, conditions=number, checkpoint=path)
    other = number.copy()
    other[17] = (number[17] + 1) % 3  # none of 64 rows that are evenly spread
    longer = vaelib.VAE(**{**settings, "epochs": 4})
    with pytest.raises(vaelib.InvalidArgument, match="checkpoint"):
        longer.fit(x, conditions=other, checkpoint=path)
    assert longer.fit(x, conditions=number, checkpoint=path).n_iter_ == 4


def test_conditions_are_read_before_anything_is_written(tmp_path):
    """A bad one in a later piece of a large result is named by its row, and costs nothing of what the file has."""
    x = np.random.RandomState(0).normal(size=(20, 3000)).astype(np.float32)
    vae = vaelib.VAE(1, (2,), epochs=1, standardize=False, random_state=0).fit(x, conditions=np.arange(20.0)[:, None])
    codes, conditions = np.zeros((700, 1)), np.zeros((700, 1))
    conditions[650] = np.nan
    with vaelib.DatasetWriter(tmp_path / "means.h5") as writer:
        vae.inverse_transform_to_file(codes[:5], writer, conditions=[[1.0]])
        with pytest.raises((vaelib.DataError, ValueError), match="row 650"):
            vae.inverse_transform_to_file(codes, writer, conditions=conditions)
        vae.inverse_transform_to_file(codes[:5], writer, conditions=[[1.0]])
    assert len(vaelib.open_dataset(tmp_path / "means.h5", "mean")) == 10
