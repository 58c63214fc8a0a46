"""StackedDenoisingClassifier with several labels at once: an indicator matrix y, a sigmoid for each column."""

import pickle

import h5py
import numpy as np
import pytest
import vaelib
from estimators import Autoencoder, Classifier
from reference import stack as oracle
from reference.activations import sigmoid
from scipy import sparse
from stacks import StackPair, examples, labels_of

SMALL = {"hidden": (24,), "pretrain_epochs": 2, "finetune_epochs": 100, "learning_rate": 0.01, "random_state": 0}
TINY = {"hidden": (5,), "pretrain_epochs": 1, "finetune_epochs": 2, "random_state": 0}


@pytest.fixture
def x():
    return examples(150, 6)


def indicators(x):
    """Three labels that can be learned, of which an example may have any."""
    return np.stack([x[:, 0] > x[:, 1], x[:, 2] > 0.7, x[:, 3] + x[:, 4] > 1], axis=1).astype(int)


def test_labels_are_learned(x):
    y = indicators(x)
    model = Classifier(**SMALL, dropout=0.0).fit(x, y)
    predicted, probabilities = model.predict(x), model.predict_proba(x)
    assert predicted.shape == probabilities.shape == y.shape
    assert predicted.dtype == np.int64
    np.testing.assert_array_equal(predicted, probabilities > 0.5)
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    assert model.score(x, y) == (predicted == y).all(axis=1).mean()
    assert model.score(x, y) > 0.85
    weights = np.arange(len(x))
    expected = np.average((predicted == y).all(axis=1), weights=weights)
    assert model.score(x, y, sample_weight=weights) == pytest.approx(expected)


def test_a_one_hot_matrix_is_an_indicator_matrix(x):
    number = (labels_of(x) == "right").astype(int)
    model = Classifier(**TINY).fit(x, np.eye(2)[number])
    assert "multilabel/weight" in model.get_weights()
    assert model.predict(x).shape == (len(x), 2)
    assert "classifier/weight" in Classifier(**TINY).fit(x, number).get_weights()
    assert "classifier/weight" in model.fit(x, number).get_weights()


def test_probabilities_are_those_of_the_oracle():
    pair = StackPair(6, [{"width": 5}, {"width": 4}], Classifier)
    pair.trainer(10, phase="supervised", outputs=3)
    x = examples(40, 6)
    expected = sigmoid(oracle.head_outputs(pair.weights, pair.layers, x.astype(np.float64), head="multilabel"))
    np.testing.assert_allclose(pair.estimator.predict_proba(x), expected, rtol=2e-6, atol=1e-7)


def test_loss_and_error_of_validation(x):
    y = indicators(x)
    model = Classifier(**{**TINY, "finetune_epochs": 8}).fit(x, y, validation=(x, y))
    p = model.predict_proba(x).astype(np.float64)
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(axis=1).mean()
    assert model.history_["validation_loss"][-1] == pytest.approx(loss, rel=1e-5)
    assert model.history_["validation_error"][-1] == pytest.approx(1 - model.score(x, y))


@pytest.mark.parametrize(
    "convert",
    [
        lambda y, path: y.tolist(),
        lambda y, path: y.astype(bool),
        lambda y, path: y.astype(np.float32),
        lambda y, path: vaelib.Dataset(y),
        lambda y, path: stored(y, path),
        lambda y, path: pytest.importorskip("pandas").DataFrame(y),
        lambda y, path: sparse.csc_matrix(y),
    ],
    ids=["list", "bool", "float", "dataset", "h5py", "pandas", "sparse"],
)
def test_kinds_of_matrices(x, tmp_path, convert):
    y = indicators(x)
    model = Classifier(**TINY).fit(x, convert(y, tmp_path / "y.h5"))
    np.testing.assert_array_equal(model.predict_proba(x), Classifier(**TINY).fit(x, y).predict_proba(x))


def stored(y, path):
    """The matrix as a dataset of h5py."""
    with h5py.File(path, "w") as file:
        file["y"] = y
    return h5py.File(path, "r")["y"]


def test_rows_of_minus_one_have_no_labels(x):
    y = indicators(x)
    y[::3] = -1
    known = y[:, 0] != -1
    options = {"hidden": (8,), "learning_rate": 0.01, "random_state": 0, "loss": "squared_error"}
    model = Classifier(pretrain_epochs=2, finetune_epochs=3, **options).fit(x, y, validation=(x, y))
    stack = Autoencoder(epochs=2, activation="relu", **options).fit(x)
    expected = Classifier(finetune_epochs=3, pretrained=stack, learning_rate=0.01, random_state=0)
    expected.fit(x[known], y[known], validation=(x[known], y[known]))
    for name, values in expected.get_weights().items():
        np.testing.assert_array_equal(model.get_weights()[name], values, err_msg=name)
    assert model.score(x, y) == model.score(x[known], y[known])


def test_labels_that_are_not_known(x):
    """Each label is learned from the rows in which it is known; scores are of those alone."""
    y = indicators(x).astype(np.float32)
    y[::3, 0] = y[1::3, 1] = np.nan
    y[5] = np.nan
    model = Classifier(**{**SMALL, "finetune_epochs": 40}, dropout=0.0).fit(x, y, validation=(x, y))
    known, right = ~np.isnan(y), model.predict(x) == y
    rows = known.any(axis=1)
    assert model.score(x, y) == (right | ~known).all(axis=1)[rows].mean()
    weights = np.arange(len(x))
    expected = np.average((right | ~known).all(axis=1)[rows], weights=weights[rows])
    assert model.score(x, y, sample_weight=weights) == pytest.approx(expected)
    assert model.score(x, indicators(x)) > 0.75
    p = np.clip(model.predict_proba(x).astype(np.float64), 1e-9, 1 - 1e-9)
    losses = -np.nansum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1)[rows]
    assert model.history_["validation_loss"][-1] == pytest.approx(losses.mean(), rel=1e-4)
    assert model.history_["validation_error"][-1] == pytest.approx(1 - model.score(x, y))
    with pytest.raises(vaelib.DataError, match=r"lack target 2 \(counted from 0\)"):
        Classifier(**TINY).fit(x, np.where([True, True, False], y, np.nan))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda y: y + 1, "0 or 1"),
        (lambda y: np.where(np.arange(150)[:, None] == 7, [[-1, 0, 1]], y), "row 7"),
        (lambda y: y * 0.5, "0 or 1"),
        (lambda y: np.where(y, np.inf, 0.0), "0 or 1"),
        (lambda y: np.full(y.shape, np.nan), "no labels"),
        (lambda y: np.full_like(y, -1), "no labels"),
        (lambda y: y[1:], "inconsistent"),
        (lambda y: y.astype(str), "dtype"),
        (lambda y: y.astype(complex), "dtype"),
    ],
)
def test_matrices_that_are_refused(x, change, text):
    with pytest.raises(ValueError, match=text):
        Classifier(**TINY).fit(x, change(indicators(x)))


def test_scores_and_validation_need_such_matrices(x):
    y = indicators(x)
    model = Classifier(**TINY).fit(x, y)
    for other in (y[:, 0], y[:, :2], y[:, :1]):
        with pytest.raises(ValueError, match="indicator matrix"):
            model.score(x, other)
    with pytest.raises(ValueError, match="indicator matrix"):
        Classifier(**TINY).fit(x, y, validation=(x, y[:, 0]))
    with pytest.raises(vaelib.DataError, match="targets a row"):
        Classifier(**TINY).fit(x, y, validation=(x, y[:, :2]))
    with pytest.raises(ValueError, match="1d"):
        Classifier(**TINY).fit(x, y[:, 0], validation=(x, y))


def test_files(x, tmp_path):
    model = Classifier(**TINY).fit(x, indicators(x))
    model.save(tmp_path / "model.h5")  # without a warning: there are no names to lose
    back = vaelib.load(tmp_path / "model.h5")
    assert type(back) is Classifier
    np.testing.assert_array_equal(back.classes_, [0, 1, 2])
    for same in (back, pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(same.predict_proba(x), model.predict_proba(x))
        np.testing.assert_array_equal(same.predict(x), model.predict(x))
    model.predict_proba_to_file(x, tmp_path / "probabilities.h5")
    with h5py.File(tmp_path / "probabilities.h5") as file:
        np.testing.assert_array_equal(file["probabilities"][...], model.predict_proba(x))
    again = Classifier(**TINY).initialize(x).set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_resumed_from_a_checkpoint(x, tmp_path):
    y = indicators(x)
    options = {**TINY, "finetune_epochs": 6}
    expected = Classifier(**options).fit(x, y)

    def stop(progress):
        return progress.phase == "supervised" and progress.kind == "epoch" and progress.epoch == 3

    Classifier(**options).fit(x, y, callbacks=stop, checkpoint=tmp_path / "run.h5")
    model = Classifier(**options).fit(x, y, checkpoint=tmp_path / "run.h5")
    np.testing.assert_array_equal(model.predict_proba(x), expected.predict_proba(x))
    with pytest.raises(vaelib.InvalidArgument, match="labels or targets"):
        Classifier(**options).fit(x, 1 - y, checkpoint=tmp_path / "run.h5")


def test_a_trainer(x):
    y = indicators(x)
    model = Classifier(hidden=(16,), dropout=0.0, learning_rate=0.01, schedule="constant", random_state=0).initialize(x)
    trainer = vaelib.Trainer(model, len(x), phase="supervised", outputs=3)
    results = [trainer.step(x, y) for _ in range(200)]
    assert results[-1]["loss"] < 0.5 * results[0]["loss"]
    assert results[-1]["error"] == pytest.approx(1 - model.score(x, y), abs=0.03)
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])


def test_beside_scikit_learn(x):
    """What its own multi-label classifier gives has the same shapes, types and meaning."""
    neural_network = pytest.importorskip("sklearn.neural_network")
    model_selection = pytest.importorskip("sklearn.model_selection")
    y = indicators(x)
    theirs = neural_network.MLPClassifier((24,), max_iter=2000, random_state=0).fit(x, y)
    model = Classifier(**SMALL, dropout=0.0).fit(x, y)
    np.testing.assert_array_equal(model.classes_, theirs.classes_)
    assert model.predict(x).dtype == theirs.predict(x).dtype
    assert model.predict_proba(x).shape == theirs.predict_proba(x).shape
    assert (model.predict(x) == theirs.predict(x)).mean() > 0.9
    scores = model_selection.cross_val_score(model, x, y, cv=3)
    assert scores.min() > 0.6
