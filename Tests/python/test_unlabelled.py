"""Examples without a label: -1 in y, as in scikit-learn's semi-supervised estimators."""

import pickle

import numpy as np
import pytest
import vaelib
from checkpoints import Interrupted, after_epochs, assert_same
from stacks import examples, labels_of

Classifier = vaelib.StackedDenoisingClassifier
ALIKE = {"hidden": (16,), "activation": "sigmoid", "loss": "cross_entropy"}
SMALL = {
    **ALIKE,
    "pretrain_epochs": 5,
    "finetune_epochs": 80,
    "learning_rate": 0.02,
    "dropout": 0.0,
    "random_state": 0,
}
LABELLED = np.arange(300) % 3 == 0
"""A hundred of the 300 examples have a label."""


@pytest.fixture(scope="module")
def x():
    return examples(300, 6)


@pytest.fixture(scope="module")
def known(x):
    """The labels of all examples, 0 or 1."""
    return (labels_of(x) == "right").astype(np.int64)


@pytest.fixture(scope="module")
def y(known):
    """The labels of some, -1 for the others."""
    return np.where(LABELLED, known, -1)


def by_hand(x, known, **parameters):
    """Pretrained on all examples, fine-tuned on those with a label, in two calls."""
    stack = Classifier(**{**SMALL, **parameters, "finetune_epochs": 0}).fit(x, known)
    return Classifier(pretrained=stack, **{**SMALL, **parameters}).fit(x[LABELLED], known[LABELLED])


def test_all_examples_pretrain_and_those_with_a_label_fine_tune(x, y, known):
    model = Classifier(**SMALL).fit(x, y)
    assert_same(model, by_hand(x, known))
    np.testing.assert_array_equal(model.classes_, [0, 1])
    assert model.predict_proba(x).shape == (300, 2)
    assert set(model.predict(x)) == {0, 1}
    assert model.score(x, known) > 0.85
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(x), model.predict(x))


TEXTS = np.array(["left", "right"], dtype=object)
KINDS = {
    "small integers": (np.array([0, 1], dtype=np.int8), lambda y: y.astype(np.int8)),
    "whole floats": (np.array([0.0, 1.0]), lambda y: y.astype(float)),
    "objects": (np.array([0, 1], dtype=object), lambda y: y.astype(object)),
    "a list": (np.array([0, 1]), list),
    "texts": (TEXTS, lambda y: np.where(y < 0, -1, TEXTS[y])),
    "a list of texts and -1": (TEXTS, lambda y: [-1 if each < 0 else str(TEXTS[each]) for each in y]),
    "booleans": (
        np.array([False, True], dtype=object),
        lambda y: np.array([-1 if each < 0 else bool(each) for each in y], dtype=object),
    ),
    "other negative numbers": (np.array([-7, -2]), lambda y: np.where(y < 0, -1, 5 * y - 7)),
}


@pytest.mark.parametrize(("classes", "make"), KINDS.values(), ids=list(KINDS))
def test_labels_of_any_kind(x, y, known, classes, make):
    model = Classifier(**SMALL).fit(x, make(y))
    np.testing.assert_array_equal(model.classes_, classes)
    assert model.classes_.dtype == classes.dtype
    np.testing.assert_array_equal(model.predict(x), classes[by_hand(x, known).predict(x)])
    assert model.score(x, make(y)) == model.score(x[LABELLED], classes[known[LABELLED]])


def test_series_and_columns(x, y):
    expected = Classifier(**SMALL).fit(x, y).predict(x)
    pandas = pytest.importorskip("pandas")
    for series in (pandas.Series(y, index=range(300, 600)), pandas.Categorical(y), pandas.Series(y, dtype="Int64")):
        np.testing.assert_array_equal(Classifier(**SMALL).fit(x, series).predict(x), expected)
    with pytest.warns(UserWarning, match="column-vector"):
        np.testing.assert_array_equal(Classifier(**SMALL).fit(x, y[:, np.newaxis]).predict(x), expected)


def test_the_classes_minus_one_and_one(x, known):
    """Alone they are two classes, as many data sets name them, and count as such in every method."""
    signs = 2 * known - 1
    model = Classifier(**SMALL, validation_fraction=0.1).fit(x, signs)
    np.testing.assert_array_equal(model.classes_, [-1, 1])
    np.testing.assert_array_equal(model.predict(x), 2 * Classifier(**SMALL, validation_fraction=0.1).fit(x, known)
                                  .predict(x) - 1)  # fmt: skip
    assert model.score(x, signs) == np.mean(model.predict(x) == signs) > 0.9
    assert Classifier(**SMALL).fit(x, signs.astype(object), validation=(x, signs)).score(x, signs) > 0.9
    three = np.where(x[:, 2] > 0.5, 0, signs)
    np.testing.assert_array_equal(Classifier(**SMALL).fit(x, three).classes_, [0, 1])


NO_CLASSES = {
    "none": (np.full(300, -1), "every label in y is -1.*at least two classes.*StackedDenoisingAutoencoder"),
    "no objects": (np.full(300, -1, dtype=object), "every label in y is -1"),
    "one": (np.where(LABELLED, 4, -1), r"one class only, 4, in its 100 examples that have a label \(-1 stands"),
    "one text": (np.where(LABELLED, np.array("a", dtype=object), -1), "one class only, 'a'"),
    "one boolean": (np.array([True, -1] * 150, dtype=object), "one class only, True"),
    "texts alone": (np.array(["cat", "dog", "-1"] * 100), r"the text '-1' among others.*np\.where"),
    "bytes alone": (np.array([b"cat", b"dog", b"-1"] * 100), "the text '-1' among others"),
    "mixed": (np.array(["cat", 3, -1] * 100, dtype=object), "int, str"),
    "missing": (np.array([None, "a", "b"] * 100, dtype=object), "row 0 has no label; -1 says so"),
}


@pytest.mark.parametrize(("labels", "text"), NO_CLASSES.values(), ids=list(NO_CLASSES))
def test_labels_of_no_two_classes(x, labels, text):
    with pytest.raises((ValueError, TypeError), match=text):
        Classifier(**SMALL).fit(x, labels)


def test_what_the_message_about_texts_proposes(x):
    y = np.array(["cat", "dog", "-1"] * 100)
    model = Classifier(**SMALL).fit(x, np.where(y == "-1", -1, y.astype(object)))
    assert list(model.classes_) == ["cat", "dog"]


def test_texts_that_are_all_numbers_are_classes(x):
    model = Classifier(**{**SMALL, "finetune_epochs": 1}).fit(x, np.array(["-1", "0", "1"] * 100))
    assert list(model.classes_) == ["-1", "0", "1"]


@pytest.mark.parametrize("split", ["random", "last"])
def test_the_validation_part_is_of_those_with_a_label(x, y, known, split):
    options = {**SMALL, "validation_fraction": 0.2, "validation_split": split}
    model = Classifier(**options).fit(x, y)
    stack = vaelib.StackedDenoisingAutoencoder(**ALIKE, epochs=5, learning_rate=0.02, random_state=0).fit(x)
    expected = Classifier(**{**options, "pretrained": stack}).fit(x[LABELLED], known[LABELLED])
    assert_same(model, expected)
    assert "validation_error" in model.history_


def test_a_validation_part_that_cannot_be(x, y):
    two = np.full(300, -1)
    two[[5, 9]] = 0, 1
    for fraction in (0.1, 0.5):
        with pytest.raises(ValueError, match=r"validation_fraction .* every class has one"):
            Classifier(**SMALL, validation_fraction=fraction).fit(x, two)
    assert Classifier(**{**SMALL, "finetune_epochs": 1}).fit(x, two).predict(x).shape == (300,)
    order = np.argsort(np.where(y < 0, 2, y), kind="stable")
    with pytest.raises(ValueError, match="with them all of class 1"):
        Classifier(**SMALL, validation_fraction=0.7, validation_split="last").fit(x[order], y[order])


def test_validation_examples_without_a_label_are_left_out(x, y):
    held_out = x[200:], y[200:]
    model = Classifier(**SMALL, patience=30).fit(x[:200], y[:200], validation=held_out)
    labelled = held_out[1] != -1
    expected = Classifier(**SMALL, patience=30).fit(x[:200], y[:200], validation=[part[labelled] for part in held_out])
    assert_same(model, expected)
    assert_same(Classifier(**SMALL, patience=30).fit(x[:200], y[:200], validation=vaelib.Dataset(*held_out)), expected)
    with pytest.raises(ValueError, match="validation has no example with a label"):
        Classifier(**SMALL).fit(x, y, validation=(x[:2], [-1, -1]))


def test_the_score_is_of_those_with_a_label(x, y, known):
    model = Classifier(**{**SMALL, "finetune_epochs": 2}).fit(x, y)
    right = model.predict(x) == known
    assert 0 < right.mean() < 1
    assert model.score(x, y) == right[LABELLED].mean()
    assert model.score(vaelib.Dataset(x, y)) == right[LABELLED].mean()
    weights = np.arange(300)
    assert model.score(x, y, weights) == pytest.approx(np.average(right[LABELLED], weights=weights[LABELLED]))
    with pytest.raises(ValueError, match="every label in y is -1"):
        model.score(x[:3], [-1] * 3)


@pytest.mark.parametrize("budget", [None, 0])
@pytest.mark.parametrize("chunks", [None, (7, 6), (300, 2)])
def test_datasets(x, y, known, tmp_path, budget, chunks):
    """The examples with a label are a selection of the rows of a file, which are read as they are used."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=chunks)
        file["y"] = y.astype(np.int16)
    with vaelib.open_dataset(tmp_path / "data.h5", "x", labels="y", memory_budget=budget) as data:
        assert data.in_memory == (budget is None)
        model = Classifier(**SMALL).fit(data)
        stack = vaelib.StackedDenoisingAutoencoder(**ALIKE, epochs=5, learning_rate=0.02, random_state=0)
        expected = Classifier(**SMALL, pretrained=stack.fit(data)).fit(data[LABELLED])
        assert_same(model, expected)
        assert model.score(data) == model.score(x[LABELLED], known[LABELLED])
        np.testing.assert_array_equal(data.labels, y)
        assert_same(Classifier(**SMALL).fit(data, np.where(y < 0, -1, TEXTS[y])), expected)


def test_saved_models_know_the_classes_alone(x, y, tmp_path):
    model = Classifier(**SMALL).fit(x, np.where(y < 0, -1, TEXTS[y]))
    model.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert list(loaded.classes_) == ["left", "right"]
    assert loaded.score(x, np.where(y < 0, -1, TEXTS[y])) == model.score(x, np.where(y < 0, -1, TEXTS[y]))


def test_a_pretrained_stack_learns_from_those_with_a_label(x, y, known):
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(9,), epochs=2, random_state=1).fit(x)
    parameters = {"pretrained": stack, "finetune_epochs": 3, "random_state": 2}
    assert_same(Classifier(**parameters).fit(x, y), Classifier(**parameters).fit(x[LABELLED], known[LABELLED]))


def test_without_fine_tuning_labels_are_checked_all_the_same(x, y):
    parameters = {**SMALL, "finetune_epochs": 0}
    model = Classifier(**parameters).fit(x, y)
    np.testing.assert_array_equal(model.classes_, [0, 1])
    assert set(model.history_["phase"]) == {"pretraining"}
    with pytest.raises(ValueError, match="every label in y is -1"):
        Classifier(**parameters).fit(x, np.full(300, -1))


@pytest.mark.parametrize("streams", [False, True])
def test_checkpoints(x, y, tmp_path, streams):
    """Training resumes to the same bits in each phase, although the phases have different examples."""
    if streams:
        vaelib.write_dataset(tmp_path / "data.h5", x=x, y=y)
        data = (vaelib.open_dataset(tmp_path / "data.h5", "x", labels="y", memory_budget=0),)
    else:
        data = (x, y)
    parameters = {**SMALL, "pretrain_epochs": 2, "finetune_epochs": 3, "validation_fraction": 0.2, "dropout": 0.3}
    parameters["schedule"] = "constant"  # else more epochs change the rates from the first on
    expected = Classifier(**parameters).fit(*data)
    path = tmp_path / "run.h5"
    for epochs in range(1, 5):
        with pytest.raises(Interrupted):
            Classifier(**parameters).fit(*data, checkpoint=path, callbacks=after_epochs(epochs))
        assert_same(Classifier(**parameters).fit(*data, checkpoint=path), expected)
        longer = {**parameters, "finetune_epochs": 5}
        assert_same(Classifier(**longer).fit(*data, checkpoint=path), Classifier(**longer).fit(*data))
        path.unlink()


def test_a_checkpoint_belongs_to_its_labels(x, y, known, tmp_path):
    parameters = {**SMALL, "pretrain_epochs": 1, "finetune_epochs": 2, "batch_size": 32}
    Classifier(**parameters).fit(x, y, checkpoint=tmp_path / "run.h5")
    fewer = np.where(np.arange(300) < 150, y, -1)
    with pytest.raises(vaelib.InvalidArgument, match="100 rows in the checkpoint, have 50 rows now"):
        Classifier(**parameters).fit(x, fewer, checkpoint=tmp_path / "run.h5")


def test_a_trainer_takes_labels_alone(x, known):
    """Its batches are given by the caller, who chooses the rows that have a label."""
    model = Classifier(hidden=(4,), loss="cross_entropy", random_state=0).initialize(6)
    trainer = vaelib.Trainer(model, 300, phase="supervised", classes=2)
    with pytest.raises(vaelib.DataError, match="-1"):
        trainer.step(x[:3], [0, 1, -1])
    assert trainer.step(x, known)["error"] <= 1


def test_scikit_learns_own_convention(x, y, known):
    """Where scikit-learn's semi-supervised estimators take y, so does the classifier."""
    pytest.importorskip("sklearn")
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

    texts = np.where(y < 0, -1, TEXTS[y])
    for labels, theirs in ((y, LabelSpreading()), (texts, SelfTrainingClassifier(LogisticRegression()))):
        model = Classifier(**SMALL).fit(x, labels)
        np.testing.assert_array_equal(model.classes_, theirs.fit(x, labels).classes_)
    assert np.isfinite(cross_val_score(Classifier(**SMALL), x, y, cv=3)).all()
    inside = SelfTrainingClassifier(Classifier(**SMALL)).fit(x, y)
    assert inside.score(x, known) > 0.85
