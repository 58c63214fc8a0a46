"""Examples that a training holds out for validation, inside the library: which, of which phases, and what cannot be."""

import ctypes
from ctypes import byref

import h5py
import numpy as np
import pytest
import vaelib
from c_interface import (
    ARGUMENT,
    DATA,
    NO_CALLBACK,
    SUPERVISED,
    labelled,
    layer_configs,
    make,
    refused,
    stack_config,
    training_config,
)
from checkpoints import assert_same
from stacks import examples, labels_of
from vaelib._c import header
from vaelib._c.library import library

VAE, Autoencoder, Classifier = vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
SMALL = {"hidden": (4,), "batch_size": 10, "random_state": 3}
#: What autoencoders and classifiers have different defaults of.
ALIKE = {"activation": "sigmoid"}
FRACTION = {"validation_fraction": 0.25}
ROWS = 60


@pytest.fixture(params=["array", "streamed"])
def source(request, tmp_path):
    """Makes a dataset of rows in memory, or of rows that are read from a file."""

    def made(x, y=None):
        if request.param == "array":
            return vaelib.Dataset(x, y)
        with h5py.File(tmp_path / "data.h5", "w") as file:
            file.create_dataset("x", data=x, chunks=(7, x.shape[1]))
            if y is not None:
                file["y"] = y
        labels = None if y is None else "y"
        return vaelib.open_dataset(tmp_path / "data.h5", "x", labels=labels, memory_budget=0)

    return made


def sides(data, split, stratify=False):
    """The rows that a training with the seed 3 learns from, and those that it holds out."""
    if split == "last":
        return data[: ROWS * 3 // 4], data[ROWS * 3 // 4 :]
    return data.split(0.25, 3, stratify=stratify)


# ---- which rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["random", "last"])
def test_a_vae_learns_from_the_others(source, split):
    data = source(examples(ROWS, 5))
    training, held_out = sides(data, split)
    options = {"latent_dim": 2, "epochs": 3, "binarization": "dynamic", **SMALL}
    expected = VAE(**options).fit(training, validation=held_out)
    assert_same(VAE(**options, **FRACTION, validation_split=split).fit(data), expected)


@pytest.mark.parametrize("split", ["random", "last"])
def test_a_classifier_holds_out_of_each_class_in_proportion(source, split):
    x = examples(ROWS, 5)
    y = (np.arange(ROWS) % 3 == 0).astype(np.int64)
    data = source(x, y)
    training, held_out = sides(data, split, stratify=True)
    if split == "random":
        assert np.bincount(held_out.labels).tolist() == [10, 5]
    options = {"pretrain_epochs": 0, "finetune_epochs": 3, "dropout": 0.2, **SMALL}
    expected = Classifier(**options).fit(training, validation=held_out)
    assert_same(Classifier(**options, **FRACTION, validation_split=split).fit(data), expected)


def test_pretraining_of_a_classifier_has_all_rows(source):
    x, y = examples(ROWS, 5), np.arange(ROWS) % 2
    seen = {}

    def look(progress):
        seen.setdefault(progress.phase, set()).add(progress.examples_per_epoch)

    model = Classifier(pretrain_epochs=2, finetune_epochs=2, **FRACTION, **SMALL, **ALIKE)
    model.fit(source(x, y), callbacks=look)
    assert seen == {"pretraining": {60}, "supervised": {45}}
    stack = Autoencoder(epochs=2, **SMALL, **ALIKE).fit(x)
    assert_same(Classifier(pretrained=stack, finetune_epochs=2, **FRACTION, **SMALL).fit(x, y), model)


@pytest.mark.parametrize("split", ["random", "last"])
def test_an_autoencoder_validates_on_rows_that_are_new_to_it(source, split):
    data = source(examples(ROWS, 5))
    training, held_out = sides(data, split)
    options = {"epochs": 2, "finetune_epochs": 3, **SMALL}
    expected = Autoencoder(**options).fit(training, validation=held_out)
    model = Autoencoder(**options, **FRACTION, validation_split=split).fit(data)
    assert_same(model, expected)
    assert set(np.diff(model.history_["examples_seen"])) == {45}


def test_an_autoencoder_pretrains_on_all_rows_by_default():
    seen = {}

    def look(progress):
        seen.setdefault(progress.phase, set()).add(progress.examples_per_epoch)

    Autoencoder(epochs=2, finetune_epochs=2, patience=1, **SMALL).fit(examples(ROWS, 5), callbacks=look)
    assert seen == {"pretraining": {60}, "unsupervised": {54}}


def test_labels_do_not_matter_where_they_are_not_learned():
    x = examples(ROWS, 5)
    options = {"epochs": 2, **FRACTION, **SMALL}
    for make_one in (lambda: VAE(latent_dim=2, **options), lambda: Autoencoder(finetune_epochs=2, **options)):
        # All of one class each, which a classifier could hold none out of.
        assert_same(make_one().fit(vaelib.Dataset(x, np.arange(ROWS))), make_one().fit(x))


@pytest.mark.parametrize("kind", [VAE, Autoencoder, Classifier])
def test_none_is_held_out_beside_those_that_are_given(kind):
    x, y = examples(ROWS, 5), np.arange(ROWS) % 2
    options = {**SMALL, "finetune_epochs": 2, "epochs": 0} if kind is Autoencoder else {**SMALL, "epochs": 2}
    if kind is Classifier:
        options = {**SMALL, "finetune_epochs": 2, "pretrain_epochs": 0}
    data = (x, y) if kind is Classifier else (x,)
    validation = (x[:9], y[:9]) if kind is Classifier else x[:9]
    model = kind(**options, **FRACTION).fit(*data, validation=validation)
    assert_same(model, kind(**options).fit(*data, validation=validation))
    assert model.validation_fraction_ == 0
    assert model.history_["examples_seen"].tolist() == [60, 120]


def test_the_seed_chooses_the_rows():
    bounds = [
        VAE(latent_dim=2, epochs=1, **FRACTION, **{**SMALL, "random_state": seed})
        .fit(examples(ROWS, 5))
        .history_["validation_elbo"][0]
        for seed in (3, 3, 4)
    ]
    assert bounds[0] == bounds[1] != bounds[2]


# ---- what cannot be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["random", "last"])
def test_a_single_row(split):
    x = examples(1, 5)
    text = r"validation_fraction 0\.25 leaves none of the 1 examples to train on; set it to 0"
    options = {**FRACTION, "validation_split": split, **SMALL}
    for estimator in (VAE(latent_dim=2, **options), Autoencoder(**options), Autoencoder(epochs=0, finetune_epochs=1)):
        with pytest.raises(vaelib.InvalidArgument, match=text):
            estimator.set_params(**options).fit(x)
    # Left to the library, none is held out of so few.
    assert VAE(latent_dim=2, **SMALL).fit(x, callbacks=lambda p: p.kind == "epoch").validation_fraction_ == 0


def test_a_class_to_each_row():
    x, y = examples(20, 5), np.arange(20)
    options = {"pretrain_epochs": 0, **SMALL}
    with pytest.raises(vaelib.InvalidArgument, match="can hold out no example: every class has one"):
        Classifier(**options, **FRACTION).fit(x, y)
    model = Classifier(**options).fit(x, y, callbacks=lambda p: p.kind == "epoch")
    assert (model.validation_fraction_, model.patience_) == (0, 0)
    with pytest.raises(vaelib.InvalidArgument, match="patience is 2 but there is no validation set"):
        Classifier(**options, patience=2).fit(x, y)


def test_a_class_that_the_last_rows_take_away():
    x, y = examples(20, 5), np.array([0, 1] * 8 + [0, 1, 0, 2])
    options = {"pretrain_epochs": 0, "finetune_epochs": 1, "validation_split": "last", **SMALL}
    text = "holds out the last rows, and with them all of class 2: use validation_split random, or shuffle"
    for fraction in (0.05, 0.25, 0.9):
        with pytest.raises(vaelib.InvalidArgument, match=text):
            Classifier(**options, validation_fraction=fraction).fit(x, y)
    for given in ({"patience": 1}, {"finetune_epochs": "auto"}):
        with pytest.raises(vaelib.InvalidArgument, match=text):
            Classifier(**{**options, **given}).fit(x, y)
    Classifier(**{**options, "validation_split": "random"}, **FRACTION).fit(x, y)
    Classifier(**options).fit(x, y)
    Classifier(**options, **FRACTION).fit(x, y[::-1])


def test_names_of_classes_from_a_file(tmp_path):
    x, y = examples(20, 5), np.array([b"a"] * 15 + [b"the last"] * 5)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = x, y
    data = vaelib.open_dataset(tmp_path / "data.h5", "x", labels="y")
    stack = make(header.Model, "vaelib_stack_create", byref(stack_config(layer_configs(), data_dim=5)))
    config = training_config(validation_fraction=0.25, validation_split=b"last")
    arguments = [stack, data.handle, None, SUPERVISED, byref(config), NO_CALLBACK, None]
    refused("vaelib_stack_finetune", arguments, ARGUMENT, 'all of class "the last"')
    library.vaelib_model_free(stack)


def test_a_refused_division_leaves_the_model_as_it_was():
    x = examples(ROWS, 5)
    vae = VAE(latent_dim=2, epochs=1, warm_start=True, **SMALL).fit(x)
    before = vae.get_weights()
    with pytest.raises(vaelib.InvalidArgument, match="leaves none"):
        vae.set_params(**FRACTION).fit(x[:1])
    for name, values in before.items():
        np.testing.assert_array_equal(vae.get_weights()[name], values)
    assert vae.epochs_ == 1


# ---- errors name the rows of those who gave them --------------------------------------------------------------------


@pytest.mark.parametrize("row", [0, 20, 41, 59])
@pytest.mark.parametrize("split", ["random", "last"])
@pytest.mark.parametrize("kind", [VAE, Autoencoder, Classifier])
def test_a_bad_value(source, kind, split, row):
    x, y = examples(ROWS, 5), np.arange(ROWS) % 2
    x[row, 3] = np.nan
    x[59, 4] = np.nan
    options = {**SMALL, "validation_split": split, "epochs": "auto"}
    if kind is not VAE:
        del options["epochs"]
        options |= {"finetune_epochs": "auto", "epochs" if kind is Autoencoder else "pretrain_epochs": 0}
    column = 3 if row < 59 else "[34]"
    with pytest.raises(vaelib.DataError, match=rf"NaN at row {row}, column {column}"):
        kind(**options).fit(source(x, y if kind is Classifier else None))


def test_a_bad_value_of_validation_examples_is_named_by_its_own_row(source):
    x = examples(ROWS, 5)
    held_out = x[:9].copy()
    held_out[4, 2] = np.inf
    with pytest.raises(vaelib.DataError, match="row 4, column 2"):
        VAE(latent_dim=2, **SMALL).fit(source(x), validation=held_out)


@pytest.mark.parametrize("split", [b"random", b"last"])
@pytest.mark.parametrize("row", [0, 7, 19])
def test_a_bad_label(split, row):
    labels = np.arange(20) % 2
    labels[row] = -4
    data, column = labelled(labels, examples(20, 4))
    assert column.size == 20
    stack = make(header.Model, "vaelib_stack_create", byref(stack_config()))
    config = training_config(validation_fraction=0.5, validation_split=split)
    arguments = [stack, data, None, SUPERVISED, byref(config), NO_CALLBACK, None]
    refused("vaelib_stack_finetune", arguments, DATA, f"have label -4 at row {row}; ")
    # To a classifier that is there already, further classes are unknown.
    assert library.vaelib_stack_add_head(stack, b"softmax", 2) == 0
    refused("vaelib_stack_finetune", arguments, DATA, f"have label -4 at row {row}; the classifier knows 0 to 1")
    library.vaelib_model_free(stack)
    library.vaelib_dataset_free(data)


def test_examples_of_another_width_are_named_as_such():
    x = np.full((ROWS, 4), np.nan, dtype=np.float32)
    data = vaelib.Dataset(x)
    stack = make(header.Model, "vaelib_stack_create", byref(stack_config(data_dim=5)))
    config = training_config(validation_fraction=0.5)
    arguments = [stack, data.handle, None, header.PHASE["unsupervised"], byref(config), NO_CALLBACK, None]
    refused("vaelib_stack_finetune", arguments, DATA, "have 4 columns; the model was made for 5")
    library.vaelib_model_free(stack)
    assert ctypes.sizeof(config) == config.struct_size


def test_labels_of_rows_that_are_held_out_count_as_classes():
    """A class of one row is not held out, so that it is learned."""
    y = (labels_of(examples(40, 5)) == "right").astype(int)
    y[17] = 2
    model = Classifier(pretrain_epochs=0, finetune_epochs=1, **FRACTION, **SMALL).fit(examples(40, 5), y)
    assert model.classes_.tolist() == [0, 1, 2]
