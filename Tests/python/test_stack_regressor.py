"""StackedDenoisingRegressor: what it learns, in which units, from which kinds of targets, and what it refuses."""

import pickle

import h5py
import numpy as np
import pytest
import vaelib
from estimators import Autoencoder, Classifier, Regressor
from reference import stack as oracle
from stacks import StackPair, examples, targets_of

SMALL = {"hidden": (24,), "pretrain_epochs": 2, "finetune_epochs": 80, "learning_rate": 0.01, "random_state": 0}
TINY = {"hidden": (5,), "pretrain_epochs": 1, "finetune_epochs": 2, "random_state": 0}


@pytest.fixture
def x():
    return examples(150, 6)


def several(x):
    """Three targets in units of their own, the last of them constant."""
    return np.stack([targets_of(x), 1e-3 * x[:, 2] ** 2, np.full(len(x), 7.5)], axis=1)


def r2(y, predicted):
    return 1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def test_one_target_is_learned_in_its_own_unit(x):
    y = targets_of(x)
    model = Regressor(**SMALL, dropout=0.0).fit(x, y)
    predicted = model.predict(x)
    assert (predicted.shape, predicted.dtype) == (y.shape, np.float64)
    assert r2(y, predicted) > 0.95
    assert model.score(x, y) == pytest.approx(r2(y.astype(np.float32), predicted), abs=1e-6)
    assert model.n_outputs_ == 1
    fresh = examples(80, 6, seed=11)
    assert model.score(fresh, targets_of(fresh)) > 0.9


def test_several_targets_and_one_that_is_constant(x):
    y = several(x)
    model = Regressor(**SMALL, dropout=0.0).fit(x, y)
    predicted = model.predict(x)
    assert predicted.shape == y.shape
    assert r2(y[:, 0], predicted[:, 0]) > 0.9
    assert r2(y[:, 1], predicted[:, 1]) > 0.9
    np.testing.assert_array_equal(predicted[:, 2], 7.5)
    assert model.score(x, y) > 0.93
    assert model.score(x, y, sample_weight=np.arange(len(x))) > 0.9
    assert Regressor(**TINY).fit(x, np.full(len(x), 0.1)).score(x, np.full(len(x), 0.1)) == 1


def test_units_do_not_matter(x):
    """Targets that are shifted and scaled are learned in the same way."""
    y = np.rint(64 * x[:, 0]).astype(np.float32)
    expected = Regressor(**TINY).fit(x, y)
    other = Regressor(**TINY).fit(x, 1024 * y + 4096)
    np.testing.assert_allclose(other.predict(x), 1024 * expected.predict(x) + 4096, rtol=1e-6)
    np.testing.assert_allclose(other.history_["loss"], expected.history_["loss"], rtol=1e-5)


def test_predictions_are_those_of_the_oracle():
    layers = [{"width": 5}, {"width": 4, "activation": "relu", "loss": "squared_error"}]
    pair = StackPair(6, layers, Regressor)
    pair.trainer(10, phase="supervised", outputs=3)
    pair.weights["regressor/standardization/mean"] = np.array([100.0, -3.0, 0.5])
    pair.weights["regressor/standardization/deviation"] = np.array([20.0, 0.25, 1.0])
    pair.estimator.set_weights(pair.weights)
    x = examples(40, 6)
    expected = oracle.predicted_targets(pair.weights, pair.layers, x.astype(np.float64))
    np.testing.assert_allclose(pair.estimator.predict(x), expected, rtol=2e-6, atol=1e-6)


def test_the_error_is_what_the_score_lacks_of_1(x):
    y = several(x)[:, :2]
    model = Regressor(**{**SMALL, "finetune_epochs": 5}, dropout=0.0).fit(x, y, validation=(x, y))
    assert model.history_["validation_error"][-1] == pytest.approx(1 - model.score(x, y), rel=1e-4)
    assert model.history_["validation_loss"][-1] == pytest.approx(model.history_["validation_error"][-1], rel=1e-9)


def test_an_array_of_one_column_gives_predictions_of_one_column(x):
    y = targets_of(x)
    flat, column = Regressor(**TINY).fit(x, y), Regressor(**TINY).fit(x, y[:, np.newaxis])
    assert column.predict(x).shape == (len(x), 1)
    np.testing.assert_array_equal(column.predict(x).ravel(), flat.predict(x))
    assert column.score(x, y[:, np.newaxis]) == column.score(x, y) == flat.score(x, y)
    assert column.fit(x, y).predict(x).shape == (len(x),)
    assert pickle.loads(pickle.dumps(Regressor(**TINY).fit(x, y[:, np.newaxis]))).predict(x).shape == (len(x), 1)


@pytest.mark.parametrize(
    "convert",
    [
        lambda y, path: y.tolist(),
        lambda y, path: vaelib.Dataset(y.reshape(len(y), -1)),
        lambda y, path: stored(y, path),
        lambda y, path: vaelib.open_dataset(stored(y, path).file.filename, "y", memory_budget=1),
        lambda y, path: pytest.importorskip("pandas").DataFrame(y.reshape(len(y), -1)),
        lambda y, path: y.astype(object),
    ],
    ids=["list", "dataset", "h5py", "streamed", "pandas", "objects"],
)
def test_kinds_of_targets(x, tmp_path, convert):
    y = several(x)[:, :2].astype(np.float32)
    expected = Regressor(**TINY).fit(x, y)
    model = Regressor(**TINY).fit(x, convert(y, tmp_path / "y.h5"))
    np.testing.assert_array_equal(model.predict(x), expected.predict(x))


def stored(y, path):
    """The targets as a dataset of h5py."""
    with h5py.File(path, "w") as file:
        file["y"] = y
    return h5py.File(path, "r")["y"]


def test_labels_of_a_dataset_are_targets(x):
    y = np.rint(targets_of(x)).astype(np.int64)
    data = vaelib.Dataset(x, y)
    model = Regressor(**TINY).fit(data, validation=data)
    assert model.score(data) == model.score(x, y)
    np.testing.assert_array_equal(model.predict(x), Regressor(**TINY).fit(x, y, validation=(x, y)).predict(x))


# ---- examples without targets ----


def test_nan_stands_for_no_target(x):
    """All rows are pretrained on; those with targets are learned, as if they had been the only ones there."""
    y = targets_of(x)
    y[::3] = np.nan
    known = ~np.isnan(y)
    options = {"hidden": (8,), "learning_rate": 0.01, "random_state": 0, "loss": "squared_error"}
    model = Regressor(pretrain_epochs=2, finetune_epochs=3, **options).fit(x, y, validation=(x, y))
    stack = Autoencoder(epochs=2, activation="relu", **options).fit(x)
    expected = Regressor(finetune_epochs=3, pretrained=stack, learning_rate=0.01, random_state=0)
    expected.fit(x[known], y[known], validation=(x[known], y[known]))
    for name, values in expected.get_weights().items():
        np.testing.assert_array_equal(model.get_weights()[name], values, err_msg=name)
    assert model.score(x, y) == model.score(x[known], y[known])
    assert model.history_["validation_loss"][-1] == expected.history_["validation_loss"][-1]


def test_rows_that_lack_some_targets(x):
    """Each output learns from the rows that have its target; scores are of those alone."""
    y = several(x)[:, :2]
    y[::3, 0] = y[1::3, 1] = np.nan
    y[5] = np.nan
    model = Regressor(**SMALL, dropout=0.0).fit(x, y, validation=(x, y))
    known, complete = ~np.isnan(y), several(x)[:, :2]
    moments = {"mean": np.nanmean(y, axis=0), "deviation": np.nanstd(y, axis=0)}
    for name, values in moments.items():
        np.testing.assert_allclose(model.get_weights()[f"regressor/standardization/{name}"], values, rtol=1e-5)
    predicted = model.predict(x)
    scores = [r2(y[rows, column].astype(np.float32), predicted[rows, column]) for column, rows in enumerate(known.T)]
    assert model.score(x, y) == pytest.approx(np.mean(scores), abs=1e-6)
    assert model.score(x, complete) > 0.9
    distances = np.where(known, (y - predicted) / moments["deviation"], np.nan)[known.any(axis=1)]
    assert model.history_["validation_error"][-1] == pytest.approx(np.nanmean(distances**2, axis=1).mean(), rel=1e-3)
    assert model.history_["validation_loss"][-1] == pytest.approx(np.nansum(distances**2, axis=1).mean() / 2, rel=1e-3)


def test_gaps_and_weights(x):
    """A row of weight 2 counts as two, whatever it lacks; one of weight 0 is not there."""
    y = several(x)[:, :2]
    y[::3, 0] = y[1::3, 1] = np.nan
    weights = np.arange(len(x)) % 3
    known = ~np.isnan(y)
    model = Regressor(**TINY).fit(x, y)
    predicted = model.predict(x)
    means = [np.average(y[rows, k], weights=weights[rows]) for k, rows in enumerate(known.T)]
    errors = np.nansum(weights[:, None] * (y - predicted) ** 2, axis=0)
    expected = (1 - errors / np.nansum(weights[:, None] * (y - means) ** 2, axis=0)).mean()
    assert model.score(x, y, sample_weight=weights) == pytest.approx(expected, abs=1e-6)
    left = weights > 0
    weighted = Regressor(**TINY).fit(x, y, sample_weight=weights)
    same = Regressor(**TINY).fit(x[left], y[left], sample_weight=weights[left])
    np.testing.assert_array_equal(weighted.predict(x), same.predict(x))


def test_a_target_that_all_rows_lack(x):
    y = several(x)
    y[:, 1] = np.nan
    with pytest.raises(vaelib.DataError, match=r"lack target 1 \(counted from 0\) in each row"):
        Regressor(**TINY).fit(x, y)
    # It may be missing where something is only measured.
    model = Regressor(**TINY).fit(x, several(x), validation=(x, y))
    predicted = model.predict(x)
    expected = np.mean([r2(y[:, 0].astype(np.float32), predicted[:, 0]), 1])
    assert model.score(x, y) == pytest.approx(expected, abs=1e-6)
    with pytest.raises(ValueError, match="weight"):
        model.score(x, y, sample_weight=np.zeros(len(x)))


@pytest.mark.parametrize(
    ("y", "text"),
    [
        (None, "requires y"),
        (np.full(150, np.nan), "NaN alone"),
        (np.full(150, np.inf), "infinity"),
        (np.full(150, 1e39), "too large"),
        (np.zeros(149), "inconsistent"),
        (np.zeros((150, 2, 2)), "1d or 2d"),
        (np.zeros((150, 0)), "1d or 2d"),
        (np.array(["a"] * 150), "real numbers"),
        (np.array([None, "a"] * 75, dtype=object), "real numbers"),
        (np.zeros(150, dtype=complex), "real numbers"),
        (np.zeros(150, dtype="datetime64[s]"), "real numbers"),
    ],
)
def test_targets_that_are_none(x, y, text):
    model = Regressor(**TINY).fit(x, targets_of(x))
    before = model.predict(x)
    with pytest.raises(ValueError, match=text):
        model.fit(x, y)
    np.testing.assert_array_equal(model.predict(x), before)


def test_scores_of_other_shapes(x):
    model = Regressor(**TINY).fit(x, several(x))
    with pytest.raises(ValueError, match="shape"):
        model.score(x, targets_of(x))
    with pytest.raises(ValueError, match="pair"):
        Regressor(**TINY).fit(x, targets_of(x), validation=x)
    with pytest.raises(vaelib.DataError, match="targets a row"):
        Regressor(**TINY).fit(x, several(x), validation=(x, targets_of(x)))


# ---- files, checkpoints, other estimators ----


@pytest.mark.parametrize("targets", [targets_of, several], ids=["one", "several"])
def test_files(x, tmp_path, targets):
    model = Regressor(**TINY, dropout=0.25).fit(x, targets(x))
    model.save(tmp_path / "model.h5")
    back = vaelib.load(tmp_path / "model.h5")
    assert type(back) is Regressor
    assert (back.dropout, back.finetune_epochs, back.n_outputs_) == (0.25, 2, model.n_outputs_)
    np.testing.assert_array_equal(back.predict(x), model.predict(x))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(x), model.predict(x))
    model.predict_to_file(x, tmp_path / "targets.h5")
    with h5py.File(tmp_path / "targets.h5") as file:
        np.testing.assert_array_equal(file["targets"][...], model.predict(x).reshape(len(x), -1))
    again = Regressor(**TINY).initialize(x).set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_a_pretrained_stack_of_another_kind(x, tmp_path):
    y = targets_of(x)
    stack = Autoencoder(hidden=(5,), epochs=1, random_state=0).fit(x)
    stack.save(tmp_path / "stack.h5")
    model = Regressor(pretrained=tmp_path / "stack.h5", finetune_epochs=2, random_state=0).fit(x, y)
    same = Regressor(pretrained=stack, finetune_epochs=2, random_state=0).fit(x, y)
    np.testing.assert_array_equal(model.predict(x), same.predict(x))
    # one that is a regressor goes on, with its scale of targets
    more = Regressor(pretrained=model, finetune_epochs=2, random_state=0).fit(x, 2 * y)
    name = "regressor/standardization/mean"
    np.testing.assert_array_equal(more.get_weights()[name], model.get_weights()[name])
    classifier = Classifier(hidden=(5,), pretrain_epochs=1, finetune_epochs=1).fit(x, y > y.mean())
    with pytest.raises(vaelib.InvalidArgument, match="softmax head"):
        Regressor(pretrained=classifier, finetune_epochs=1).fit(x, y)


def test_resumed_from_a_checkpoint(x, tmp_path):
    y = several(x)
    options = {**TINY, "finetune_epochs": 6}
    expected = Regressor(**options).fit(x, y)

    def stop(progress):
        return progress.phase == "supervised" and progress.kind == "epoch" and progress.epoch == 3

    Regressor(**options).fit(x, y, callbacks=stop, checkpoint=tmp_path / "run.h5")
    model = Regressor(**options).fit(x, y, checkpoint=tmp_path / "run.h5")
    for name, values in expected.get_weights().items():
        np.testing.assert_array_equal(model.get_weights()[name], values, err_msg=name)
    with pytest.raises(vaelib.InvalidArgument, match="labels or targets"):
        Regressor(**options).fit(x, y + 1, checkpoint=tmp_path / "run.h5")


def test_a_trainer(x):
    y = several(x)[:, :2]
    y = ((y - y.mean(axis=0)) / y.std(axis=0)).astype(np.float32)
    model = Regressor(hidden=(16,), dropout=0.0, learning_rate=0.01, schedule="constant", random_state=0).initialize(x)
    with pytest.raises(ValueError, match="outputs="):
        vaelib.Trainer(model, len(x), phase="supervised")
    with pytest.raises(ValueError, match="learns no classes"):
        vaelib.Trainer(model, len(x), phase="supervised", classes=2)
    with pytest.raises(ValueError, match="one head"):
        vaelib.Trainer(model, len(x), phase="supervised", classes=2, outputs=2)
    trainer = vaelib.Trainer(model, len(x), phase="supervised", outputs=2)
    losses = [trainer.step(x, y)["loss"] for _ in range(200)]
    assert losses[-1] < 0.1 * losses[0]
    assert model.score(x, y) == pytest.approx(1 - losses[-1], abs=0.02)
    with pytest.raises(ValueError, match="gaussian head of 2"):
        vaelib.Trainer(model, len(x), phase="supervised", outputs=3)
    with pytest.raises(vaelib.InvalidArgument, match="no targets"):
        trainer.step(x)
    y[4] = np.nan
    with pytest.raises(vaelib.DataError, match=r"no targets at row 4: they are NaN"):
        trainer.step(x, y)


def test_early_stopping_returns_to_the_best_epoch(x):
    y = targets_of(x) + np.random.RandomState(0).normal(size=len(x))
    model = Regressor(hidden=(64,), pretrain_epochs=0, finetune_epochs=400, patience=10, random_state=0)
    model.set_params(learning_rate=0.02, dropout=0.0, validation_fraction=0.3).fit(x, y)
    errors = model.history_["validation_error"]
    assert len(errors) < 400
    assert errors.argmin() < len(errors) - 1
    assert model.validation_fraction_ == 0.3


def test_without_fine_tuning_there_is_nothing_to_predict(x):
    model = Regressor(**{**TINY, "finetune_epochs": 0}).fit(x, targets_of(x))
    assert model.transform(x).shape == (len(x), 5)
    with pytest.raises(vaelib.InvalidArgument, match="fine-tune"):
        model.predict(x)
