"""Stacks of real values: the loss that the data decides, and columns that are brought to one scale inside."""

import h5py
import numpy as np
import pytest
import vaelib
from model_files import seal
from vaelib import StackedDenoisingAutoencoder as Autoencoder
from vaelib import StackedDenoisingClassifier as Classifier

UNITS = np.array([1, 1000, 1e-4, 3, 0.5, 70], dtype=np.float32)
ZEROS = np.array([0, 5e4, 1e-3, -2, 100, 7], dtype=np.float32)
#: Of powers of two alone scaling is exact.
POWERS = np.float32(2.0) ** np.array([0, 9, -13, 2, -1, 6], dtype=np.float32)
SETTINGS = {"hidden": (7,), "loss": "squared_error", "batch_size": 16, "random_state": 3}
CORRUPTIONS = {
    "masking": {"corruption_level": 0.4},
    "gaussian": {"corruption": "gaussian", "corruption_level": 0.5},
    "salt and pepper": {"corruption": "salt_and_pepper", "corruption_level": 0.5, "corruption_range": "data"},
    "contraction": {"contraction_weight": 0.3, "corruption_level": 0.2},
    "own decoder": {"tied": False, "corruption_level": 0.2},
    "two layers": {"hidden": (7, 4), "loss": ("squared_error", "cross_entropy"), "corruption_level": 0.3},
}


def table(rows=90, seed=0):
    """Columns of deviation about 1 that depend on each other."""
    random = np.random.RandomState(seed)
    return (random.normal(size=(rows, 2)) @ random.normal(size=(2, 6)) + 0.3 * random.normal(size=(rows, 6))).astype(
        np.float32
    )


def standardised(x, of):
    """Columns of mean 0 and deviation 1, by the numbers that a stack has found."""
    weights = of.get_weights()
    return (x - weights["standardization/mean"]) / weights["standardization/deviation"]


def copied_without(stack, **options):
    """The stack with the same weights, of standardised values."""
    plain = type(stack)(**{**stack.get_params(), "standardize": False, **options}).initialize(stack.n_features_in_)
    weights = {name: values for name, values in stack.get_weights().items() if not name.startswith("standardization")}
    return plain.set_weights(weights)


@pytest.mark.parametrize("options", CORRUPTIONS.values(), ids=list(CORRUPTIONS))
def test_it_is_the_stack_of_standardised_values(options):
    x = table() * UNITS + ZEROS
    stack = Autoencoder(**{**SETTINGS, "epochs": 3, **options}).fit(x)
    plain, scaled = copied_without(stack), standardised(x, stack)
    deviation, mean = (stack.get_weights()[f"standardization/{name}"] for name in ("deviation", "mean"))
    np.testing.assert_allclose(mean, x.mean(axis=0, dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(deviation, x.std(axis=0, dtype=np.float64), rtol=1e-5)
    np.testing.assert_allclose(stack.transform(x), plain.transform(scaled), atol=1e-5)
    for layer in range(len(stack.hidden)):
        found = stack.reconstruct(x, layer)
        np.testing.assert_allclose((found - mean) / deviation, plain.reconstruct(scaled, layer), atol=5e-3)
    np.testing.assert_allclose(stack.reconstruction_error(x), plain.reconstruction_error(scaled), rtol=1e-3, atol=1e-5)
    found = (stack.corrupt(x, random_state=5) - mean) / deviation
    np.testing.assert_allclose(found, plain.corrupt(scaled, random_state=5), atol=5e-3)
    np.testing.assert_array_equal(stack.filters(), plain.filters())


@pytest.mark.parametrize("options", CORRUPTIONS.values(), ids=list(CORRUPTIONS))
def test_it_learns_as_the_stack_of_standardised_values(options):
    x = table() * UNITS + ZEROS
    settings = {**SETTINGS, "epochs": 2, "finetune_epochs": 2, **options}
    stack = Autoencoder(**settings).fit(x)
    plain = Autoencoder(**settings, standardize=False).fit(standardised(x, stack))
    for name, values in plain.get_weights().items():
        np.testing.assert_allclose(stack.get_weights()[name], values, atol=2e-4, err_msg=name)
    np.testing.assert_allclose(stack.history_["loss"], plain.history_["loss"], rtol=1e-4)


def test_labels_are_learned_as_from_standardised_values():
    x = table() * UNITS + ZEROS
    y = np.where(table()[:, 0] > 0, "left", "right")
    stack = Classifier(**SETTINGS, pretrain_epochs=2, finetune_epochs=3, dropout=0.2).fit(x, y)
    plain, scaled, labels = copied_without(stack), standardised(x, stack), np.where(y == "left", 0, 1)
    np.testing.assert_allclose(stack.predict_proba(x), plain.predict_proba(scaled), atol=1e-5)
    trainers = [vaelib.Trainer(model, 90, phase="supervised") for model in (stack, plain)]
    results = [
        trainer.compute_gradients(vaelib.Dataset(data, labels))
        for trainer, data in zip(trainers, (x, scaled), strict=True)
    ]
    assert results[0]["loss"] == pytest.approx(results[1]["loss"], rel=1e-4)
    for name, values in trainers[1].named_gradients.items():
        np.testing.assert_allclose(trainers[0].named_gradients[name], values, atol=1e-5, err_msg=name)
    assert not trainers[0].named_gradients["standardization/deviation"].any()


def test_units_do_not_matter():
    x, y = table(200), np.where(table(200)[:, 0] > 0, 1, 0)
    models = [Classifier(random_state=0, pretrain_epochs=3, finetune_epochs=5).fit(data, y) for data in (x, x * POWERS)]
    np.testing.assert_array_equal(models[0].predict_proba(x), models[1].predict_proba(x * POWERS))


@pytest.mark.parametrize(
    ("values", "options", "loss"),
    [
        ([0, 1], {}, "cross_entropy"),
        ([0, 17, 255], {"scale": 1 / 255}, "cross_entropy"),
        ([0, 17, 255], {}, "squared_error"),
        ([0.2, 0.123, 0.9], {}, "squared_error"),
        ([0, 1], {"loss": "squared_error"}, "squared_error"),
        ([0, 1], {"hidden": (3, 2)}, "cross_entropy"),
        ([0, 1], {"hidden": (3, 2), "activation": "relu"}, ("cross_entropy", "squared_error")),
        ([-1, 1], {"hidden": (3, 2)}, ("squared_error", "cross_entropy")),
        ([-1, 1], {"hidden": (3, 2), "loss": ("auto", "squared_error")}, "squared_error"),
    ],
)
def test_the_loss_follows_from_the_data(values, options, loss):
    x = np.random.RandomState(0).choice(values, size=(60, 5)).astype(np.float32)
    stack = Autoencoder(**{"hidden": (3,), "epochs": 1, "random_state": 0, **options}).fit(x)
    assert stack.loss_ == loss
    assert stack.loss == options.get("loss", "auto")
    has_scales = "standardization/mean" in stack.get_weights()
    assert has_scales == (loss[0] == "squared_error" if isinstance(loss, tuple) else loss == "squared_error")


def test_a_stack_that_has_seen_nothing_cannot_decide():
    with pytest.raises(vaelib.InvalidArgument, match=r"loss of layer 0 is auto.*initialize\(X\)"):
        Autoencoder().initialize(4)
    assert Autoencoder(hidden=(3,)).initialize(table()).loss_ == "squared_error"


def test_a_loss_that_was_chosen_stays():
    with pytest.raises(vaelib.DataError, match="cross_entropy"):
        Autoencoder(hidden=(3,), loss="cross_entropy").fit(table())


def test_a_loop_of_ones_own_needs_the_scales():
    x = table() * UNITS
    stack = Autoencoder(**SETTINGS).initialize(6)
    with pytest.raises(vaelib.InvalidArgument, match="has seen no examples"):
        vaelib.Trainer(stack, examples_per_epoch=90)
    stack.initialize(x)
    trainer = vaelib.Trainer(stack, examples_per_epoch=90)
    before = stack.get_weights()["standardization/deviation"]
    losses = [trainer.step(x)["loss"] for _ in range(30)]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(stack.get_weights()["standardization/deviation"], before)


def test_constant_columns_lead_nowhere():
    x = table() * UNITS
    x[:, 2] = 12
    stack = Autoencoder(hidden=(7,), epochs=20, random_state=0).fit(x)
    other = x.copy()
    other[:, 2] = -500
    np.testing.assert_array_equal(stack.transform(other), stack.transform(x))
    np.testing.assert_allclose(stack.reconstruct(other)[:, 2], 12, rtol=1e-5)
    median = np.sort(np.delete(x, 2, 1).std(axis=0, dtype=np.float64))[2]
    assert stack.get_weights()["standardization/deviation"][2] == pytest.approx(median, rel=1e-6)


def test_later_trainings_keep_the_scales():
    x, y = table() * UNITS, np.where(table()[:, 0] > 0, 1, 0)
    first = Autoencoder(**SETTINGS, epochs=2).fit(x)
    stack = Classifier(pretrained=first, finetune_epochs=2, random_state=0).fit(x[:30], y[:30])
    for name in ("standardization/mean", "standardization/deviation"):
        np.testing.assert_array_equal(stack.get_weights()[name], first.get_weights()[name])


def test_files_keep_the_scales(tmp_path):
    x = table() * UNITS
    stack, path = Autoencoder(**SETTINGS, epochs=2).fit(x), tmp_path / "stack.h5"
    stack.save(path)
    again = vaelib.load(path)
    np.testing.assert_array_equal(again.reconstruct(x), stack.reconstruct(x))
    assert again.standardize is True
    assert again.loss == "squared_error"
    with h5py.File(path) as file:
        assert file.attrs["format_version"] == 2
        assert file["architecture"].attrs["standardize"] == 1
    Autoencoder(**SETTINGS, epochs=1, standardize=False).fit(x / UNITS).save(path)
    with h5py.File(path) as file:
        assert file.attrs["format_version"] == 1
        assert "standardize" not in file["architecture"].attrs


@pytest.mark.parametrize("numbers", [[0, 1, 1, 1, 1, 1], [1, 1, -2, 1, 1, 1], [1, 1, np.nan, 1, 1, 1]])
def test_scales_that_cannot_be_are_refused(tmp_path, numbers):
    path = tmp_path / "stack.h5"
    Autoencoder(**SETTINGS, epochs=1).fit(table()).save(path)
    with h5py.File(path, "r+") as file:
        file["weights/standardization/deviation"][:] = numbers
    seal(path)
    with pytest.raises(vaelib.FormatError, match="standardization"):
        vaelib.load(path)


@pytest.mark.parametrize("options", [{}, {"patience": 3, "validation_fraction": 0.2}])
def test_interrupted_trainings_end_with_the_same_bits(tmp_path, options):
    x, y = table() * UNITS + ZEROS, np.where(table()[:, 0] > 0, 1, 0)
    settings = {**SETTINGS, "pretrain_epochs": 3, "finetune_epochs": 4, **options}
    whole = Classifier(**settings).fit(x, y)
    for stop in range(1, 7):
        path, seen = tmp_path / f"{stop}.h5", []

        def watch(progress, seen=seen, stop=stop):
            seen.append(progress.kind == "epoch")
            return sum(seen) >= stop

        Classifier(**settings).fit(x, y, callbacks=watch, checkpoint=path)
        again = Classifier(**settings).fit(x, y, checkpoint=path)
        for name, values in whole.get_weights().items():
            np.testing.assert_array_equal(again.get_weights()[name], values, err_msg=name)
