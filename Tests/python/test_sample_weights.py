"""Weights of examples: rows that count twice or not at all, in every training and in what is reported of it."""

import numpy as np
import pytest
import vaelib
from checkpoints import streamed
from estimators import KINDS, Autoencoder, Classifier, Regressor, fit, labels_for, weights_as_bytes
from stacks import StackPair, examples, labels_of, targets_of

#: What a Bernoulli likelihood says of grey levels.
pytestmark = pytest.mark.filterwarnings("ignore:the data hold values strictly between 0 and 1")

ROWS, COLUMNS = 60, 6
#: Too small a rate to change anything: the history tells the losses of the weights at hand.
STILL = {"learning_rate": 1e-30, "schedule": "constant"}


@pytest.fixture
def x():
    return examples(ROWS, COLUMNS)


@pytest.fixture
def weights():
    random = np.random.RandomState(8)
    return np.where(random.uniform(size=ROWS) < 0.3, 0, random.exponential(size=ROWS)).astype(np.float32)


# Datasets


def test_a_dataset_carries_its_weights(x, weights):
    data = vaelib.Dataset(x, np.arange(ROWS))
    assert data.weights is None
    weighted = data.reweight(weights)
    np.testing.assert_array_equal(weighted.weights, weights)
    np.testing.assert_array_equal(weighted.labels, np.arange(ROWS))
    np.testing.assert_array_equal(weighted[5:9].weights, weights[5:9])
    np.testing.assert_array_equal(weighted[[7, 1, 1]].weights, weights[[7, 1, 1]])
    both = vaelib.concatenate([weighted, data])
    np.testing.assert_array_equal(both.weights, np.append(weights, np.ones(ROWS)))
    for part in weighted.split(0.3, 1):
        np.testing.assert_array_equal(part.weights, weights[part.labels])
    assert weighted.relabel(None).weights is not None
    assert weighted.reweight(None).weights is None
    assert data.reweight([True, *[0] * (ROWS - 1)]).weights.sum() == 1


@pytest.mark.parametrize("budget", [None, 0])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (1, -1)])
def test_weights_in_files(hdf5, x, weights, shape, budget):
    path = hdf5(x=x, w=weights.astype(">f8").reshape(shape))
    apart = hdf5("apart.h5", w=np.arange(ROWS).astype("u2"))
    with vaelib.open_dataset(path, "x", weights="w", memory_budget=budget) as data:
        np.testing.assert_array_equal(data.weights, weights)
    with vaelib.open_dataset(path, "x", weights="w", weights_path=apart, memory_budget=budget) as data:
        np.testing.assert_array_equal(data.weights, np.arange(ROWS))
    paths = [path, hdf5("other.h5", x=x)]
    with vaelib.open_dataset(paths, "x", weights="w", weights_path=[path, apart], memory_budget=budget) as data:
        np.testing.assert_array_equal(data.weights, np.append(weights, np.arange(ROWS)))
    with vaelib.open_dataset(path, "x", window=3, weights="w", weights_path=hdf5("few.h5", w=weights[:20])) as data:
        np.testing.assert_array_equal(data.weights, weights[:20])


def test_what_is_no_weights_in_files_is_refused(hdf5, x, weights, tmp_path):
    path = hdf5(x=x, short=weights[1:], negative=-weights, texts=np.array([b"a"] * ROWS), square=np.ones((2, ROWS)))
    for name in ("short", "square", "x"):
        with pytest.raises(vaelib.FormatError, match=f"need {ROWS} weights, one a row"):
            vaelib.open_dataset(path, "x", weights=name)
    with pytest.raises(vaelib.DataError, match="at least 0"):
        vaelib.open_dataset(path, "x", weights="negative")
    for name in ("texts", "nothing"):
        with pytest.raises(vaelib.FormatError, match=name):
            vaelib.open_dataset(path, "x", weights=name)
    with pytest.raises(FileNotFoundError, match=r"missing\.h5"):
        vaelib.open_dataset(path, "x", weights="w", weights_path=tmp_path / "missing.h5")
    with pytest.raises(ValueError, match="2 files of weights, or none"):
        vaelib.open_dataset([path, path], "x", weights="w", weights_path=path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1.0] * (ROWS - 1), "expected"),
        ([[1.0]] * ROWS, "1D array or scalar"),
        ([-1.0] + [1.0] * (ROWS - 1), "weights hold -1.0 at row 0"),
        ([1.0] * (ROWS - 1) + [np.nan], f"weights hold NaN at row {ROWS - 1}"),
        ([np.inf] + [1.0] * (ROWS - 1), "must be finite"),
        ([0.0] * ROWS, "all zero"),
        (["a"] * ROWS, "must be numbers"),
    ],
)
def test_bad_weights_are_refused(kind, x, wrong, message):
    model = kind.make()
    with pytest.raises(ValueError, match=message):
        fit(model, x, sample_weight=wrong)
    assert not hasattr(model, "n_features_in_")


# Rows that count twice


@pytest.mark.parametrize(
    ("phase", "layer"),
    [
        ("pretraining", {"corruption_level": 0.0}),
        ("pretraining", {"corruption_level": 0.0, "sparsity_weight": 0.3, "contraction_weight": 0.2, "weight_l2": 0.1}),
        ("supervised", {}),
        ("unsupervised", {}),
    ],
)
def test_weights_are_repeated_rows(phase, layer):
    """Where noise does not tell rows apart, gradients of a full batch are the same."""
    counts = np.array([1, 3, 0, 2, 1, 0, 4])
    x = examples(len(counts), COLUMNS)
    labels = np.arange(len(counts)) % 3
    kind = Classifier if phase == "supervised" else Autoencoder
    pair = StackPair(COLUMNS, [{"width": 5, **layer}], kind, **({"dropout": 0.0} if phase == "supervised" else {}))
    trainer = pair.trainer(len(x), phase=phase, **({"classes": 3} if phase == "supervised" else {}))
    repeated = trainer.compute_gradients(vaelib.Dataset(np.repeat(x, counts, axis=0), np.repeat(labels, counts)))
    wanted = trainer.gradients.copy()
    weighted = trainer.compute_gradients(vaelib.Dataset(x, labels).reweight(counts / counts.mean()))
    np.testing.assert_allclose(trainer.gradients, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())
    assert weighted["loss"] == pytest.approx(repeated["loss"], rel=1e-6)
    # Without the rows that do not count, their share apart.
    if "sparsity_weight" not in layer:
        counting = counts > 0
        found = trainer.gradients * (len(counts) / counting.sum())
        trainer.compute_gradients(
            vaelib.Dataset(x[counting], labels[counting]).reweight((counts / counts.mean())[counting])
        )
        np.testing.assert_allclose(trainer.gradients, found, rtol=1e-4, atol=1e-6 * np.abs(found).max())


@pytest.mark.parametrize("estimator", ["analytic", "monte_carlo"])
def test_the_gradient_of_a_batch_is_that_of_its_rows(pair, estimator):
    """A row of weight w counts as w rows with the same noise."""
    counts = np.array([1, 3, 0, 2, 1, 0, 4], dtype=np.float32)
    x = examples(len(counts), COLUMNS)
    model = pair(COLUMNS, {"latent_dim": 2, "hidden": (5,)}, {"estimator": estimator, "samples": 2})
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=len(x))
    total = np.zeros_like(trainer.gradients)
    for row, count in enumerate(counts):
        trainer.compute_gradients(x[row : row + 1], global_rows=len(x), first_row=row)
        total += count * trainer.gradients
    trainer.compute_gradients(vaelib.Dataset(x).reweight(counts))
    np.testing.assert_allclose(trainer.gradients, total, rtol=1e-4, atol=1e-6 * np.abs(total).max())


def moments(model):
    return {name: values for name, values in model.get_weights().items() if "standardization" in name}


@pytest.mark.parametrize("missing", ["refuse", "ignore"])
def test_moments_are_weighted(missing):
    counts = np.array([0, 1, 3, 0, 2, 1, 0, 4])
    x = examples(len(counts), COLUMNS, real=True) * 1000
    x[counts == 0] = 1e30 if missing == "refuse" else np.nan
    model = vaelib.VAE(likelihood="gaussian", missing=missing)
    found = moments(model.initialize(vaelib.Dataset(x).reweight(counts)))
    repeated = moments(model.initialize(vaelib.Dataset(np.repeat(x, counts, axis=0))))
    rest = moments(model.initialize(vaelib.Dataset(x[counts > 0]).reweight(counts[counts > 0])))
    for name, values in found.items():
        np.testing.assert_allclose(values, repeated[name], rtol=1e-6)
        np.testing.assert_array_equal(values, rest[name])


def test_moments_of_targets_are_weighted(x):
    counts = np.arange(ROWS) % 4
    y = targets_of(x)
    model = Regressor(hidden=(4,), pretrain_epochs=0, finetune_epochs=1, validation_fraction=0)
    found = moments(model.fit(x, y, sample_weight=counts))
    for name, value in (("mean", y), ("deviation", (y - np.average(y, weights=counts)) ** 2)):
        mean = np.average(value, weights=counts)
        expected = mean if name == "mean" else np.sqrt(mean)
        np.testing.assert_allclose(found[f"regressor/standardization/{name}"], expected, rtol=1e-5)


# Rows that are not there


@pytest.mark.parametrize("validation_fraction", [0.0, 0.3])
@pytest.mark.parametrize("streams", [False, True], ids=["memory", "streamed"])
@pytest.mark.parametrize("name", KINDS)
def test_rows_of_weight_0_are_not_there(tmp_path, name, x, weights, streams, validation_fraction):
    """The same bits as without them, for any number of threads."""
    model = KINDS[name].make(validation_fraction=validation_fraction)
    labels = labels_for(model, x)
    data = streamed(tmp_path / "x.h5", x) if streams else vaelib.Dataset(x)
    counting = weights > 0
    model.fit(data, *labels, sample_weight=weights)
    found = weights_as_bytes(model), {name: values.tobytes() for name, values in model.history_.items()}
    vaelib.set_threads(3)
    rest = model.fit(data[counting], *(y[counting] for y in labels), sample_weight=weights[counting])
    assert weights_as_bytes(rest) == found[0]
    for column, values in rest.history_.items():
        assert column == "seconds" or values.tobytes() == found[1][column]
    # And others than without weights.
    assert weights_as_bytes(model.fit(data[counting], *(y[counting] for y in labels))) != found[0]


@pytest.mark.parametrize("name", KINDS)
def test_equal_weights_are_none_and_their_unit_is_of_no_matter(name, x, weights):
    model = KINDS[name].make()
    expected = weights_as_bytes(fit(model, x))
    assert weights_as_bytes(fit(model, x, sample_weight=np.full(ROWS, 0.3))) == expected
    assert weights_as_bytes(fit(model, x, sample_weight=3)) == expected
    weighted = weights_as_bytes(fit(model, x, sample_weight=weights))
    assert weighted != expected
    assert weights_as_bytes(fit(model, x, sample_weight=weights * 1024)) == weighted
    given = vaelib.Dataset(x).reweight(weights)
    assert weights_as_bytes(model.fit(given, *labels_for(model, x))) == weighted
    assert weights_as_bytes(model.fit(given, *labels_for(model, x), sample_weight=1)) == expected


def test_a_row_that_is_left_out_may_hold_anything(x):
    holed = np.vstack([x, np.full((1, COLUMNS), np.nan, np.float32)])
    weights = np.append(np.ones(ROWS), 0)
    model = KINDS["vae"].make()
    assert weights_as_bytes(model.fit(holed, sample_weight=weights)) == weights_as_bytes(KINDS["vae"].make().fit(x))
    with pytest.raises(vaelib.DataError, match=f"row {ROWS}"):
        model.fit(holed, sample_weight=1)


def test_a_class_of_which_no_row_counts_is_none(x):
    y = np.where(np.arange(ROWS) < 5, "rare", labels_of(x))
    model = KINDS["classifier"].make().fit(x, y, sample_weight=y != "rare")
    assert list(model.classes_) == ["left", "right"]
    with pytest.raises(ValueError, match="one class only"):
        model.fit(x, y, sample_weight=y == "rare")


# What is reported


@pytest.mark.parametrize("streams", [False, True], ids=["memory", "streamed"])
def test_losses_are_weighted_means(tmp_path, x, weights, streams):
    data = streamed(tmp_path / "x.h5", x) if streams else vaelib.Dataset(x)
    model = Autoencoder(
        hidden=(4,), loss="cross_entropy", epochs=0, finetune_epochs=2, batch_size=7, validation_fraction=0, **STILL
    )
    validation = weights[::-1].copy()
    model.fit(data, sample_weight=weights, validation=vaelib.Dataset(x).reweight(validation))
    errors = model.reconstruction_error(x)
    np.testing.assert_allclose(model.history_["loss"], np.average(errors, weights=weights), rtol=1e-5)
    np.testing.assert_allclose(model.history_["validation_loss"], np.average(errors, weights=validation), rtol=1e-5)


def test_bounds_are_weighted_means(x, weights):
    model = KINDS["vae"].make(**STILL, epochs=1, estimator="analytic")
    model.fit(x, sample_weight=weights, validation=vaelib.Dataset(x).reweight(weights))
    kl = model.elbo(x).kl
    np.testing.assert_allclose(model.history_["kl"], np.average(kl, weights=weights), rtol=1e-4)
    np.testing.assert_allclose(model.history_["validation_kl"], np.average(kl, weights=weights), rtol=1e-4)
    assert model.score(x, sample_weight=weights) == pytest.approx(np.average(model.elbo(x).elbo, weights=weights))


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_errors_are_weighted_means(name, x, weights):
    model = KINDS[name].make(**STILL, pretrain_epochs=0, dropout=0.0, finetune_epochs=1, validation_fraction=0)
    y = labels_for(model, x)[0]
    held = vaelib.Dataset(x).reweight(weights)
    model.fit(x, y, sample_weight=weights, validation=(held, y))
    if name == "classifier":
        expected = np.average(model.predict(x) != y, weights=weights)
    else:
        expected = 1 - model.score(x, y, sample_weight=weights)
    np.testing.assert_allclose(model.history_["error"], expected, rtol=1e-4)
    np.testing.assert_allclose(model.history_["validation_error"], expected, rtol=1e-4)


def test_rows_that_are_held_out_take_their_weights_with_them(x, weights):
    parameters = {"hidden": (4,), "loss": "cross_entropy", "epochs": 0, "finetune_epochs": 1, "random_state": 4}
    model = Autoencoder(validation_fraction=0.4, validation_split="last", **parameters, **STILL)
    model.fit(x, sample_weight=weights)
    counting = np.flatnonzero(weights)
    held = counting[-round(0.4 * len(counting)) :]
    expected = np.average(model.reconstruction_error(x[held]), weights=weights[held])
    np.testing.assert_allclose(model.history_["validation_loss"], expected, rtol=1e-5)


def test_scores_take_weights(x, weights):
    y = labels_of(x)
    model = KINDS["classifier"].make().fit(x, y)
    assert model.score(x, y, sample_weight=weights) == pytest.approx(np.average(model.predict(x) == y, weights=weights))
    with pytest.raises(ValueError, match="expected"):
        model.score(x, y, sample_weight=weights[1:])
    stack = KINDS["autoencoder"].make().fit(x)
    errors = stack.reconstruction_error(x)
    assert stack.score(x, sample_weight=weights) == pytest.approx(-np.average(errors, weights=weights))


# Learning


def test_what_counts_more_is_learned_better():
    x = np.vstack([examples(100, COLUMNS, seed=1) < 0.2, examples(100, COLUMNS, seed=2) < 0.8]).astype(np.float32)
    model = vaelib.VAE(latent_dim=1, hidden=(), epochs=150, learning_rate=0.02, random_state=0)
    first = np.arange(200) < 100
    gain = [model.fit(x, sample_weight=np.where(first == one, 50, 1)).elbo(x).elbo[first].mean() for one in (1, 0)]
    assert gain[0] > gain[1] + 0.5


def imbalanced(rows=1000, seed=0):
    """Two classes that overlap, one of them rare."""
    random = np.random.RandomState(seed)
    y = np.where(random.uniform(size=rows) < 0.05, "rare", "usual")
    return random.normal(size=(rows, 4)) + 1.2 * (y == "rare")[:, np.newaxis], y


def recall(model, seed=1):
    x, y = imbalanced(4000, seed)
    return (model.predict(x[y == "rare"]) == "rare").mean()


def test_balanced_classes_find_the_rare_one():
    x, y = imbalanced()
    parameters = {"hidden": (16,), "pretrain_epochs": 2, "finetune_epochs": 30, "random_state": 0}
    plain = recall(Classifier(**parameters).fit(x, y))
    balanced = Classifier(class_weight="balanced", **parameters).fit(x, y)
    assert plain < 0.6
    assert recall(balanced) > plain + 0.2
    # They are n / (k count), whoever multiplies by them.
    counts = {name: (y == name).sum() for name in ("rare", "usual")}
    factors = {name: len(y) / (2 * count) for name, count in counts.items()}
    given = Classifier(class_weight=factors, **parameters).fit(x, y)
    assert weights_as_bytes(given) == weights_as_bytes(balanced)
    by_hand = Classifier(**parameters).fit(x, y, sample_weight=[factors[name] for name in y])
    assert weights_as_bytes(by_hand) == weights_as_bytes(balanced)


def test_weights_of_classes_multiply_those_of_examples(x, weights):
    y = np.where(np.arange(ROWS) % 5 == 0, -1, np.arange(ROWS) % 2)
    held = (x, np.arange(ROWS) % 2)
    found = KINDS["classifier"].make(class_weight={0: 3.0}).fit(x, y, sample_weight=weights, validation=held)
    factors = np.where(y == 0, 3.0, 1.0)  # -1 keeps its own in pretraining
    weighted = (vaelib.Dataset(x).reweight(np.where(held[1] == 0, 3.0, 1.0)), held[1])
    expected = KINDS["classifier"].make().fit(x, y, sample_weight=weights * factors, validation=weighted)
    assert weights_as_bytes(found) == weights_as_bytes(expected)
    np.testing.assert_array_equal(found.history_["validation_loss"], expected.history_["validation_loss"])
    # Balanced counts are sums of weights.
    sums = [weights[y == one].sum(dtype=np.float64) for one in (0, 1)]
    balanced = KINDS["classifier"].make(class_weight="balanced").fit(x, y, sample_weight=weights)
    factors = {one: sum(sums) / (2 * sums[one]) for one in (0, 1)}
    given = KINDS["classifier"].make(class_weight=factors).fit(x, y, sample_weight=weights)
    for name, values in balanced.get_weights().items():
        np.testing.assert_allclose(given.get_weights()[name], values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("equal", "class_weight must be"),
        ([1, 2], "class_weight must be"),
        ({"left": -1, "right": 1}, "-1 for 'left'"),
        ({"left": np.nan, "right": 1}, "must be finite"),
        ({"left": 1, "up": 1}, "no weight for \\['right'\\]"),
    ],
)
def test_bad_weights_of_classes_are_refused(x, wrong, message):
    with pytest.raises(ValueError, match=message):
        KINDS["classifier"].make(class_weight=wrong).fit(x, labels_of(x))


def test_several_labels_at_once_have_no_weights_of_classes(x):
    indicators = (x[:, :2] > 0.5).astype(int)
    with pytest.raises(ValueError, match="several labels"):
        KINDS["classifier"].make(class_weight="balanced").fit(x, indicators)
    model = KINDS["classifier"].make().fit(x, indicators, sample_weight=np.arange(ROWS))
    assert weights_as_bytes(model) != weights_as_bytes(KINDS["classifier"].make().fit(x, indicators))
