"""The classifier: labels of any kind, what it is told about them, and what it starts from."""

import pickle

import numpy as np
import pytest
import vaelib
from checkpoints import assert_same
from estimators import weights_as_bytes
from stacks import examples, labels_of

Classifier = vaelib.StackedDenoisingClassifier
ALIKE = {"hidden": (16,), "activation": "sigmoid", "loss": "cross_entropy"}
SMALL = {**ALIKE, "pretrain_epochs": 5, "finetune_epochs": 80, "learning_rate": 0.02, "dropout": 0.0, "random_state": 0}
#: The stack that these pretrain, without labels.
STACK = {**ALIKE, "epochs": 5, "learning_rate": 0.02, "random_state": 0}


@pytest.fixture(scope="module")
def x():
    return examples(300, 6)


LABELS = {
    "texts": np.array(["left", "right"]),
    "objects": np.array(["left", "right"], dtype=object),
    "booleans": np.array([False, True]),
    "gaps": np.array([-7, 1000]),
    "huge": np.array([2**63, 2**64 - 1], dtype=np.uint64),
    "whole floats": np.array([1.0, 2.5e9]),
    "small integers": np.array([3, 250], dtype=np.uint8),
}


@pytest.mark.parametrize("classes", LABELS.values(), ids=list(LABELS))
def test_labels_of_any_kind(x, classes):
    y = classes[(labels_of(x) == "right").astype(int)]
    model = Classifier(**SMALL).fit(x, y)
    np.testing.assert_array_equal(model.classes_, classes)
    assert model.classes_.dtype == classes.dtype
    assert set(model.predict(x)) <= set(classes)
    assert model.predict(x).dtype == classes.dtype
    assert model.score(x, y) > 0.9
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(x), model.predict(x))


def test_lists_and_series_of_labels(x):
    y = labels_of(x)
    expected = Classifier(**SMALL).fit(x, y).predict(x)
    np.testing.assert_array_equal(Classifier(**SMALL).fit(x, list(y)).predict(x), expected)
    pandas = pytest.importorskip("pandas")
    for series in (pandas.Series(y, index=range(300, 600)), pandas.Categorical(y)):
        np.testing.assert_array_equal(Classifier(**SMALL).fit(x, series).predict(x), expected)


def test_the_probabilities_follow_classes(x):
    y = np.array(["c", "a", "b"])[np.argmax(x[:, :3], axis=1)]
    model = Classifier(**SMALL).fit(x, y)
    assert list(model.classes_) == ["a", "b", "c"]
    probabilities = model.predict_proba(x)
    assert probabilities.shape == (300, 3)
    np.testing.assert_array_equal(model.classes_[probabilities.argmax(axis=1)], model.predict(x))
    assert model.score(x, y) > 0.85


def test_weighted_score(x):
    y = labels_of(x)
    model = Classifier(**{**SMALL, "finetune_epochs": 2}).fit(x, y)
    right = model.predict(x) == y
    weights = np.arange(300)
    assert model.score(x, y) == pytest.approx(right.mean())
    assert model.score(x, y, sample_weight=weights) == pytest.approx(np.average(right, weights=weights))


@pytest.mark.parametrize(
    ("y", "error", "text"),
    [
        (None, ValueError, "requires y"),
        (np.zeros(299), ValueError, "300, 299"),
        (np.zeros(300), ValueError, "one class"),
        (["same"] * 300, ValueError, "'same'"),
        (np.linspace(0, 1, 300), ValueError, "continuous"),
        (np.where(np.arange(300) == 7, np.nan, 1.0), ValueError, "row 7"),
        (np.where(np.arange(300) == 7, np.inf, 1.0), ValueError, "row 7"),
        (np.array([None] + ["a"] * 299, dtype=object), ValueError, "row 0"),
        (np.array([float("nan")] + ["a"] * 299, dtype=object), ValueError, "row 0"),
        (np.array([1] + ["a"] * 299, dtype=object), TypeError, "int, str"),
        (np.zeros((300, 2, 2)), ValueError, "1d"),
        (np.full((300, 2), 3), ValueError, "0 or 1"),
        (np.full((300, 2), -1), ValueError, "no labels"),
        (np.zeros(300, dtype=complex), ValueError, "complex"),
        (np.zeros(300, dtype="datetime64[s]"), ValueError, "datetime"),
        (5, ValueError, "1d"),
    ],
)
def test_labels_that_are_none(x, y, error, text):
    with pytest.raises(error, match=text):
        Classifier(**SMALL).fit(x, y)


def test_a_column_of_labels_is_taken_with_a_warning(x):
    y = labels_of(x)
    with pytest.warns(UserWarning, match="column-vector"):
        model = Classifier(**{**SMALL, "finetune_epochs": 1}).fit(x, y[:, np.newaxis])
    assert model.predict(x).shape == (300,)


def test_validation_examples(x):
    y = labels_of(x)
    split = Classifier(**SMALL, batch_size=50, validation_fraction=0.2, validation_split="last").fit(x, y)
    assert_same(split, fine_tuned(x, x[:240], y[:240], validation=(x[240:], y[240:])))
    data = vaelib.Dataset(x[240:], (y[240:] == "right").astype(int))
    with pytest.raises(ValueError, match="not among those of training: 0, 1"):
        Classifier(**SMALL).fit(x, y, validation=data)
    with pytest.raises(ValueError, match="'neither'"):
        Classifier(**SMALL).fit(x, y, validation=(x[:1], ["neither"]))
    with pytest.raises(ValueError, match="pair"):
        Classifier(**SMALL).fit(x, y, validation=x[:1])
    with pytest.raises(ValueError, match=r"\[2, 1\]"):
        Classifier(**SMALL).fit(x, y, validation=(x[:2], y[:1]))
    with pytest.raises(vaelib.InvalidArgument, match="patience"):
        Classifier(**SMALL, patience=3, validation_fraction=0).fit(x, y)


def test_a_class_that_only_the_last_rows_have_is_named(x):
    with pytest.raises(ValueError, match=r"all of class 1.*shuffle"):
        Classifier(**SMALL, validation_fraction=0.7, validation_split="last").fit(x, np.sort(labels_of(x)))


def fine_tuned(x, *arguments, validation, **parameters):
    """A classifier that was pretrained on ``x``, and learned labels from other examples."""
    parameters = {**SMALL, "batch_size": 50, **parameters}
    stack = vaelib.StackedDenoisingAutoencoder(**{**STACK, "random_state": parameters["random_state"]})
    stack.set_params(batch_size=50).fit(x)
    return Classifier(**parameters, pretrained=stack).fit(*arguments, validation=validation)


def test_datasets_with_labels(x):
    y = (labels_of(x) == "right").astype(np.int64)
    expected = Classifier(**SMALL).fit(x, y)
    data = vaelib.Dataset(x, y)
    model = Classifier(**SMALL).fit(data)
    np.testing.assert_array_equal(model.predict(data), expected.predict(x))
    assert model.score(data) == expected.score(x, y)
    gaps = Classifier(**SMALL).fit(vaelib.Dataset(x, y * 10 - 3))
    np.testing.assert_array_equal(gaps.predict(x), expected.predict(x) * 10 - 3)
    texts = Classifier(**SMALL).fit(vaelib.Dataset(x), labels_of(x))
    np.testing.assert_array_equal(texts.predict(x) == "right", expected.predict(x) == 1)
    with pytest.raises(ValueError, match="requires y"):
        Classifier(**SMALL).fit(vaelib.Dataset(x))
    with pytest.raises(ValueError, match="requires y"):
        model.score(vaelib.Dataset(x))


def test_predicting_too_early(x):
    with pytest.raises(vaelib.NotFittedError):
        Classifier().predict(x)
    only_pretrained = Classifier(**{**SMALL, "finetune_epochs": 0}).fit(x, labels_of(x))
    for query in (only_pretrained.predict, only_pretrained.predict_proba):
        with pytest.raises(vaelib.InvalidArgument, match="fine-tune"):
            query(x)


def test_starting_from_a_pretrained_stack(x):
    y = labels_of(x)
    stack = vaelib.StackedDenoisingAutoencoder(**ALIKE, epochs=5, learning_rate=0.02, random_state=0).fit(x)
    before = stack.transform(x)
    from_stack = Classifier(pretrained=stack, **{**SMALL, "hidden": (3, 3)}).fit(x, y)
    at_once = Classifier(**SMALL).fit(x, y)
    for name, values in at_once.get_weights().items():
        np.testing.assert_array_equal(from_stack.get_weights()[name], values)
    np.testing.assert_array_equal(stack.transform(x), before)
    going_on = Classifier(pretrained=from_stack, finetune_epochs=2).fit(x, y)
    assert list(going_on.history_["epoch"][-2:]) == [1, 2]
    assert going_on.score(x, y) > 0.9


def test_a_pretrained_stack_may_be_a_file(x, tmp_path):
    y = labels_of(x)
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(9,), epochs=2, random_state=1).fit(x)
    stack.save(tmp_path / "stack.h5")
    weights = []
    for pretrained in (stack, tmp_path / "stack.h5", str(tmp_path / "stack.h5")):
        model = Classifier(pretrained=pretrained, finetune_epochs=2, random_state=2).fit(x, y)
        assert list(model.history_["phase"]) == ["pretraining"] * 2 + ["supervised"] * 2
        weights.append(weights_as_bytes(model))
    assert weights[0] == weights[1] == weights[2]
    assert set(stack.history_["phase"]) == {"pretraining"}


def test_a_clone_keeps_what_it_starts_from(x):
    sklearn_base = pytest.importorskip("sklearn.base")
    from sklearn.model_selection import cross_val_score

    y = labels_of(x)
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(8,), epochs=3, random_state=0).fit(x)
    model = Classifier(pretrained=stack, finetune_epochs=3, random_state=0)
    copied = sklearn_base.clone(model)
    assert copied.pretrained is stack
    assert copied.get_params() == model.get_params()
    np.testing.assert_array_equal(copied.fit(x, y).predict(x), model.fit(x, y).predict(x))
    assert len(cross_val_score(model, x, y, cv=2)) == 2


def test_pretrained_stacks_that_do_not_fit(x, tmp_path):
    y = labels_of(x)
    vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="bernoulli").initialize(6).save(tmp_path / "vae.h5")
    with pytest.raises(vaelib.FormatError, match="vae"):
        Classifier(pretrained=tmp_path / "vae.h5").fit(x, y)
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(4,), epochs=1, random_state=0).fit(x)
    with pytest.raises(ValueError, match="5 features"):
        Classifier(pretrained=stack).fit(x[:, 1:], y)
    with pytest.raises(vaelib.NotFittedError):
        Classifier(pretrained=vaelib.StackedDenoisingAutoencoder()).fit(x, y)
    with pytest.raises(FileNotFoundError):
        Classifier(pretrained=tmp_path / "nowhere.h5").fit(x, y)
    with pytest.raises(TypeError, match="pretrained"):
        Classifier(pretrained=3).fit(x, y)
    two = Classifier(**{**SMALL, "finetune_epochs": 1}).fit(x, y)
    with pytest.raises(vaelib.DataError, match="knows 0 to 1"):
        Classifier(pretrained=two).fit(x, np.arange(300) % 3)


def test_dropout_leaves_predictions_as_they_are(x):
    model = Classifier(**{**SMALL, "dropout": 0.5}).fit(x, labels_of(x))
    np.testing.assert_array_equal(model.predict_proba(x), model.predict_proba(x))
    assert model.score(x, labels_of(x)) > 0.85


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"corruption_level": 1.5}, "corruption_level"), ({"corruption_level": (0.1, 0.2)}, "corruption_level has 2"),
        ({"corruption_level": -0.1}, "corruption_level"), ({"hidden": ()}, "layer"), ({"hidden": (0,)}, "width"),
        ({"pretrain_epochs": (0,)}, "pretrain_epochs"), ({"pretrain_epochs": -1}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate"), ({"learning_rate": (0.0,)}, "learning_rate"),
        ({"learning_rate": (0.1,)}, "finetune_learning_rate"), ({"finetune_epochs": -1}, "finetune_epochs"),
        ({"finetune_momentum": 1.0}, "momentum"), ({"finetune_optimizer": "newton"}, "newton"),
        ({"dropout": 1.0}, "dropout"), ({"batch_size": 0}, "batch_size"), ({"activation": "maxout"}, "maxout"),
        ({"validation_fraction": 1.0}, "validation_fraction"), ({"tied": 2}, "tied"),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be(x, parameters, text):
    with pytest.raises(ValueError, match=text):
        Classifier(**{**SMALL, **parameters}).fit(x, labels_of(x))


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"hidden": ("a",)}, "width"), ({"hidden": (2.5,)}, "width"), ({"corruption": 3}, "corruption"),
        ({"corruption_level": "much"}, "corruption_level"), ({"pretrain_epochs": 2.5}, "epochs"),
        ({"finetune_epochs": 1.5}, "finetune_epochs"), ({"dropout": None}, "dropout"),
    ],
)  # fmt: skip
def test_parameters_of_the_wrong_type(x, parameters, text):
    with pytest.raises(TypeError, match=text):
        Classifier(**{**SMALL, **parameters}).fit(x, labels_of(x))


def test_a_sorted_set_is_held_out_in_proportion(x):
    """The last rows of a sorted set are of one class; chosen at random, in proportion, every class is on both sides."""
    y = np.sort(labels_of(x))
    training, held_out = vaelib.Dataset(x, (y == y[-1]).astype(int)).split(0.2, 4, stratify=True)
    share = np.mean(y == y[-1])
    assert abs(held_out.labels.mean() - share) < 1 / len(held_out.labels)
    assert abs(training.labels.mean() - share) < 1 / len(training.labels)
    split = Classifier(**{**SMALL, "random_state": 4}, batch_size=50, validation_fraction=0.2).fit(x, y)
    assert_same(split, fine_tuned(x, training, validation=held_out, random_state=4))


def test_relabelled_rows_are_not_copied(x, tmp_path):
    """Labels that count from 1 in a file become class numbers without a copy of the examples."""
    path = tmp_path / "data.h5"
    y = (labels_of(x) == "right").astype(np.int64)
    vaelib.write_dataset(path, x=x, y=y + 1)
    streamed = vaelib.open_dataset(path, "x", labels="y", memory_budget=0)
    renamed = streamed.relabel(y)
    assert not renamed.in_memory
    np.testing.assert_array_equal(renamed.labels, y)
    assert streamed.relabel(None).labels is None
    from_file = Classifier(**SMALL).fit(streamed)
    np.testing.assert_array_equal(from_file.classes_, [1, 2])
    with pytest.raises(vaelib.InvalidArgument, match="expected 300 x 1 integers"):
        streamed.relabel(y[1:])
