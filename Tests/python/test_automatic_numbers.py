"""Numbers that are left to the library: what it decides by the data, in Python and in C, and what it refuses."""

import ctypes
from ctypes import byref

import numpy as np
import pytest
import vaelib
from c_interface import (
    ARGUMENT,
    NO_CALLBACK,
    OK,
    PRETRAINING,
    SUPERVISED,
    dataset,
    handles,  # noqa: F401
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
from vaelib._c.calls import sized
from vaelib._c.library import library

VAE, Autoencoder, Classifier = vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
AUTO, AUTO_REAL = 2**64 - 1, -1.0
NUMBERS = ("epochs", "batch_size", "patience", "gradient_clip_norm", "validation_fraction")
TINY = {"hidden": (3,), "random_state": 1}


def first_epoch(progress):
    """A callback that ends a training, or its phase, once its numbers are known."""
    return progress.kind == "epoch"


# ---- what is decided ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "held_out", "batch", "epochs", "patience"),
    [
        (1, 0, 1, 6000, 0),
        (9, 0, 9, 6000, 0),
        (10, 1, 9, 6000, 1200),
        (50, 5, 45, 6000, 1200),
        (142, 14, 128, 6000, 1200),
        (143, 14, 128, 3000, 600),
        (1000, 100, 128, 750, 150),
        (45_000, 4500, 128, 20, 5),
    ],
)
def test_a_vaes_numbers(rows, held_out, batch, epochs, patience):
    """Updates count: 6000 of 128 examples, 1200 without a better bound, and at least 20 epochs and 5."""
    seen = []

    def look(progress):
        seen.append((progress.examples_per_epoch, progress.epochs))
        return first_epoch(progress)

    vae = VAE(latent_dim=1, **TINY).fit(examples(rows, 2), callbacks=look)
    assert (vae.batch_size_, vae.epochs_, vae.patience_) == (batch, epochs, patience)
    assert vae.validation_fraction_ == (0.1 if held_out else 0)
    assert set(seen) == {(rows - held_out, epochs)}
    assert ("validation_elbo" in vae.history_) == (held_out > 0)
    assert {getattr(vae, name) for name in NUMBERS} == {"auto"}


@pytest.mark.parametrize(
    ("rows", "batch", "epochs", "fine_batch", "fine_epochs", "patience"),
    [
        (8, 8, 2000, 8, 3000, 0),
        (40, 40, 2000, 36, 3000, 1000),
        (72, 64, 1000, 64, 1500, 500),
        (1000, 64, 125, 64, 200, 67),
        (13_000, 64, 10, 64, 20, 6),
    ],
)
def test_a_stacks_numbers(rows, batch, epochs, fine_batch, fine_epochs, patience):
    """2000 updates of 64 examples to pretrain a layer, 3000 to fine-tune, and patience for 1000."""
    x = examples(rows, 3)
    y = np.arange(rows) % 2
    pretrained = Classifier(**TINY).fit(x, y, callbacks=first_epoch)
    assert (pretrained.batch_size_, pretrained.pretrain_epochs_) == (batch, epochs)
    assert set(pretrained.history_["phase"]) == {"pretraining"}
    with pytest.raises(AttributeError, match="has not been trained in phase supervised"):
        _ = pretrained.finetune_epochs_
    tuned = Classifier(pretrain_epochs=0, **TINY).fit(x, y, callbacks=first_epoch)
    found = (tuned.finetune_batch_size_, tuned.finetune_epochs_, tuned.patience_)
    assert found == (fine_batch, fine_epochs, patience)
    assert tuned.validation_fraction_ == (0.1 if patience else 0)
    for name in ("batch_size_", "pretrain_epochs_"):
        with pytest.raises(AttributeError, match="has not been trained in phase pretraining"):
            getattr(tuned, name)
    unrolled = Autoencoder(epochs=0, finetune_epochs="auto", **TINY).fit(x, callbacks=first_epoch)
    assert (unrolled.finetune_batch_size_, unrolled.finetune_epochs_, unrolled.patience_) == found


def test_layers_may_have_epochs_of_their_own():
    x = examples(30, 4)
    stack = Autoencoder(hidden=(3, 2), epochs=(2, "auto"), batch_size=4, learning_rate=0.01, random_state=1).fit(x)
    assert stack.pretrain_epochs_ == (2, 250)
    assert np.bincount(stack.history_["layer"].astype(int)).tolist() == [2, 250]
    assert Autoencoder(hidden=(3, 2), epochs=("auto", "auto"), batch_size=400, random_state=1).fit(
        x, callbacks=first_epoch
    ).pretrain_epochs_ == 2000  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "decided"),
    [
        ({"epochs": 7}, (7, 60, 0, 0.0)),
        ({"patience": 0}, (6000, 60, 0, 0.0)),
        ({"validation_fraction": 0}, (6000, 60, 0, 0.0)),
        ({"epochs": 7, "patience": 3}, (7, 54, 3, 0.1)),
        ({"patience": 3}, (6000, 54, 3, 0.1)),
        ({"epochs": 7, "validation_fraction": 0.5}, (7, 30, 0, 0.5)),
        ({"validation_fraction": 0.5}, (6000, 30, 1200, 0.5)),
        ({"batch_size": 6}, (667, 6, 134, 0.1)),
        ({"batch_size": 10**6}, (6000, 10**6, 1200, 0.1)),
    ],
)
def test_what_is_given_decides_the_rest(parameters, decided):
    vae = VAE(latent_dim=1, **TINY, **parameters).fit(examples(60, 2), callbacks=first_epoch)
    assert (vae.epochs_, vae.batch_size_, vae.patience_, vae.validation_fraction_) == decided
    given = VAE(latent_dim=1, **TINY, **parameters)
    given.fit(examples(60, 2), validation=examples(5, 2), callbacks=first_epoch)
    assert given.validation_fraction_ == 0
    stops = {"epochs", "patience"}.isdisjoint(parameters)
    assert (given.patience_ > 0) == (stops or parameters.get("patience", 0) > 0)


def test_the_limit_of_gradients_is_never_decided(tmp_path):
    vae = VAE(latent_dim=1, epochs=1, **TINY).fit(examples(60, 2))
    vae.save(tmp_path / "model.h5")
    assert vaelib.load(tmp_path / "model.h5").gradient_clip_norm == "auto"
    other = VAE(latent_dim=1, epochs=1, gradient_clip_norm=0, **TINY).fit(examples(60, 2))
    other.save(tmp_path / "model.h5")
    assert vaelib.load(tmp_path / "model.h5").gradient_clip_norm == 0


def test_a_model_that_was_never_trained_has_decided_nothing(tmp_path):
    vae = VAE(latent_dim=1, **TINY).initialize(examples(60, 2))
    vae.save(tmp_path / "model.h5")
    for model in (vae, vaelib.load(tmp_path / "model.h5")):
        assert {getattr(model, name) for name in NUMBERS} == {"auto"}
        for name in ("epochs_", "batch_size_", "patience_", "validation_fraction_"):
            with pytest.raises(AttributeError, match="has not been trained in phase fit"):
                getattr(model, name)
    trainer = vaelib.Trainer(vae, examples_per_epoch=60)
    trainer.step(examples(60, 2))
    with pytest.raises(AttributeError, match="has not been trained"):
        _ = vae.epochs_


@pytest.mark.parametrize(("rows", "batch", "last"), [(10, 1, 600), (128, 128, 6000), (1280, "auto", 600)])
def test_a_trainers_schedule_is_that_of_a_training(rows, batch, last):
    """The rate of a cosine reaches its end with the epochs that a fit on so many rows would have."""
    vae = VAE(latent_dim=1, likelihood="bernoulli", batch_size=batch, **TINY).initialize(2)
    trainer = vaelib.Trainer(vae, examples_per_epoch=rows)
    x = examples(1, 2)
    assert trainer.compute_gradients(x, global_rows=rows)["learning_rate"] == pytest.approx(0.003, rel=1e-3)
    # To the middle, and to the end.
    for rate in (0.00165, 0.0003):
        trainer.compute_gradients(x, global_rows=rows * last // 2)
        trainer.apply_gradients()
        assert trainer.compute_gradients(x, global_rows=rows)["learning_rate"] == pytest.approx(rate, rel=3e-3)


def test_trainers_for_no_examples_are_refused_as_ever():
    vae = VAE(latent_dim=1, likelihood="bernoulli", **TINY).initialize(2)
    for batch in ("auto", 1):
        vae.set_params(batch_size=batch)
        for rows in (0, 2**63, 2**64 - 1):
            with pytest.raises(vaelib.InvalidArgument, match="examples_per_epoch"):
                vaelib.Trainer(vae, examples_per_epoch=rows)
        vaelib.Trainer(vae, examples_per_epoch=2**63 - 1)


# ---- when a training ends -------------------------------------------------------------------------------------------


def noise(rows=60):
    """Examples without any pattern: what is learned of them is of no use for others."""
    return (np.random.RandomState(5).uniform(size=(rows, 8)) < 0.5).astype(np.float32)


def test_a_vae_stops_when_it_learns_no_more():
    x = noise()
    vae = VAE(latent_dim=4, hidden=(32,), random_state=1).fit(x)
    bounds = vae.history_["validation_elbo"]
    assert len(bounds) == np.argmax(bounds) + 1 + vae.patience_ < vae.epochs_
    training, held_out = vaelib.Dataset(x).split(0.1, vae.seed_)
    assert vae.elbo(held_out, random_state=vae.seed_).elbo.mean() == pytest.approx(bounds.max(), rel=1e-12)
    assert vae.history_["examples_seen"][0] == training.rows == 54


def test_a_classifier_stops_when_it_learns_no_more():
    x, y = noise(), np.arange(60) % 2
    model = Classifier(hidden=(16,), pretrain_epochs=1, random_state=1).fit(x, y)
    losses = model.history_["validation_loss"][1:]
    assert len(losses) == np.argmin(losses) + 1 + model.patience_ < model.finetune_epochs_
    _, held_out = vaelib.Dataset(x, y).split(0.1, model.seed_, stratify=True)
    chosen = model.predict_proba(held_out)[np.arange(held_out.rows), held_out.labels]
    assert -np.log(chosen).mean() == pytest.approx(losses.min(), rel=1e-5)


@pytest.mark.parametrize("parameters", [{"epochs": 1500}, {"patience": 0, "batch_size": 8}])
def test_and_does_not_where_it_is_told_how_long(parameters):
    vae = VAE(latent_dim=4, hidden=(32,), random_state=1, **parameters).fit(noise())
    assert vae.n_iter_ == vae.epochs_ == {1500: 1500, 0: 750}[next(iter(parameters.values()))]
    assert vae.history_["examples_seen"][-1] == 60 * vae.n_iter_
    assert "validation_elbo" not in vae.history_


# ---- the same in C --------------------------------------------------------------------------------------------------


def parameters_of(model):
    info = sized(header.ModelInfo)
    assert library.vaelib_model_describe(model, byref(info)) == OK
    values = np.empty(info.parameter_count, dtype=np.float32)
    pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    assert library.vaelib_model_get_parameters(model, pointer, values.size) == OK
    return values


def initialised(config_type, name, **fields):
    """A configuration as its init function leaves it, but for these fields."""
    config = sized(config_type)
    assert getattr(library, name)(byref(config)) == OK
    for field, value in fields.items():
        setattr(config, field, value)
    return config


def training(**fields):
    return initialised(header.TrainingConfig, "vaelib_training_config_init", **fields)


def ok(status):
    assert status == OK, library.vaelib_last_error()


def flat(model):
    return np.concatenate([values.reshape(-1) for values in model.get_weights().values()])


def test_the_structure_says_what_is_automatic():
    config = training()
    assert {name: getattr(config, name) for name in NUMBERS} == {
        "epochs": AUTO, "batch_size": AUTO, "patience": AUTO, "gradient_clip_norm": AUTO_REAL,
        "validation_fraction": AUTO_REAL,
    }  # fmt: skip
    assert config.validation_split == b"random"


def test_a_vae_from_cs_defaults_is_pythons():
    x = noise()
    config = initialised(header.VAEConfig, "vaelib_vae_config_init", data_dim=8, latent_dim=2, seed=7)
    data = dataset(x)
    ok(library.vaelib_vae_config_resolve(byref(config), data))
    model = make(header.Model, "vaelib_vae_create", byref(config))
    ok(library.vaelib_vae_fit(model, data, None, byref(training(seed=7)), NO_CALLBACK, None))
    expected = VAE(latent_dim=2, random_state=7).fit(x)
    np.testing.assert_array_equal(parameters_of(model), flat(expected))
    decided = sized(header.TrainingConfig)
    ok(library.vaelib_model_get_training_config(model, header.PHASE["fit"], byref(decided)))
    assert (decided.epochs, decided.batch_size, decided.patience) == (6000, 54, 1200)
    assert (decided.validation_fraction, decided.gradient_clip_norm) == (0.1, AUTO_REAL)
    # What was decided is allowed for another training, which is the same.
    twin = make(header.Model, "vaelib_vae_create", byref(config))
    ok(library.vaelib_vae_fit(twin, data, None, byref(decided), NO_CALLBACK, None))
    np.testing.assert_array_equal(parameters_of(twin), flat(expected))
    for each in (model, twin):
        library.vaelib_model_free(each)
    library.vaelib_dataset_free(data)


def test_a_stack_from_cs_defaults_is_pythons():
    x = examples(60, 4)
    y = (labels_of(x) == "right").astype(np.int64)
    layers = layer_configs(2)
    layers[0].width, layers[1].width = 6, 5
    config = stack_config(layers, seed=7)
    data, column = labelled(y, x)
    assert len(column) == 60
    models = []
    for settings in (None, "decided"):
        model = make(header.Model, "vaelib_stack_create", byref(config))
        for phase in (PRETRAINING, SUPERVISED):
            fields = training(seed=7)
            if settings:
                ok(library.vaelib_model_get_training_config(models[0], phase, byref(fields)))
                assert fields.epochs in (2000, 3000)
            if phase == PRETRAINING:
                ok(library.vaelib_stack_pretrain(model, data, byref(fields), NO_CALLBACK, None))
            else:
                ok(library.vaelib_stack_finetune(model, data, None, phase, byref(fields), NO_CALLBACK, None))
        models.append(model)
    expected = Classifier(hidden=(6, 5), activation="sigmoid", loss="cross_entropy", random_state=7).fit(x, y)
    for model in models:
        np.testing.assert_array_equal(parameters_of(model), flat(expected))
        library.vaelib_model_free(model)
    library.vaelib_dataset_free(data)


def test_pretraining_takes_a_patience_of_none(handles):  # noqa: F811
    """0 is what it has anyway; another patience means nothing there."""
    arguments = [handles["bare stack"], handles["dataset"], None, NO_CALLBACK, None]
    for patience in (0, AUTO):
        arguments[2] = byref(training_config(patience=patience))
        ok(library.vaelib_stack_pretrain(*arguments))
    arguments[2] = byref(training_config(patience=3))
    refused("vaelib_stack_pretrain", arguments, ARGUMENT, "patience is 3")


# ---- models that come back ------------------------------------------------------------------------------------------

#: What the fit of each estimator takes.
TAKEN = {VAE: (noise(),), Autoencoder: (noise(),), Classifier: (noise(), np.arange(60) % 2)}
#: Estimators whose numbers are left to the library, as far as they can be, and what their fit takes.
LEFT = {
    "vae": (VAE, {"latent_dim": 1}),
    "vae, given patience": (VAE, {"latent_dim": 1, "epochs": 40, "patience": 2}),
    "vae, given fraction": (VAE, {"latent_dim": 1, "epochs": 4, "validation_fraction": 0.3}),
    "classifier": (Classifier, {}),
    "classifier without pretraining": (Classifier, {"pretrain_epochs": 0}),
    "classifier with layers": (Classifier, {"hidden": (3, 2), "pretrain_epochs": ("auto", 2)}),
    "classifier with a fraction": (Classifier, {"validation_fraction": 0.3}),
    "autoencoder": (Autoencoder, {}),
    "autoencoder, fine-tuned": (Autoencoder, {"finetune_epochs": "auto"}),
    "autoencoder, fine-tuned only": (Autoencoder, {"epochs": 0, "finetune_epochs": "auto"}),
    "autoencoder with a fraction": (Autoencoder, {"finetune_epochs": "auto", "validation_fraction": 0.3}),
    "autoencoder, given epochs": (Autoencoder, {"epochs": 2, "finetune_epochs": 2}),
    "autoencoder, given patience": (Autoencoder, {"epochs": 2, "finetune_epochs": 20, "patience": 2}),
}


@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
@pytest.mark.parametrize("name", LEFT)
def test_a_model_that_was_loaded_trains_to_the_same_bits(name, tmp_path):
    """Its parameters are the numbers that were decided: on the same data they decide the same again."""
    base = pytest.importorskip("sklearn.base")
    kind, parameters = LEFT[name]
    arguments = TAKEN[kind]
    fitted = kind(**{**TINY, **parameters}).fit(*arguments)
    fitted.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert_same(loaded, fitted)
    for attribute in ("epochs_", "patience_", "batch_size_", "finetune_epochs_", "validation_fraction_"):
        assert getattr(loaded, attribute, None) == getattr(fitted, attribute, None)
    if isinstance(loaded, VAE):
        assert (loaded.epochs, loaded.patience) == (fitted.epochs_, fitted.patience_)
    assert_same(base.clone(loaded).fit(*arguments), fitted)
    # A clone of the fitted one decides anew.
    assert base.clone(fitted).get_params() == kind(**{**TINY, **parameters}).get_params()
    if "given" not in name:
        other = base.clone(fitted).fit(*(values[:40] for values in arguments), callbacks=first_epoch)
        assert getattr(other, "batch_size_", 0) != getattr(fitted, "batch_size_", 1)


@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
@pytest.mark.parametrize("kind", TAKEN)
def test_one_that_was_given_validation_examples_trains_with_and_without(kind, tmp_path):
    base = pytest.importorskip("sklearn.base")
    arguments = TAKEN[kind]
    parameters = {} if kind is VAE else {"finetune_epochs": "auto"}
    validation = arguments[0][:9] if kind is not Classifier else tuple(values[:9] for values in arguments)
    fitted = kind(**TINY, **parameters).fit(*arguments, validation=validation)
    assert fitted.patience_ > 0
    fitted.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert_same(base.clone(loaded).fit(*arguments, validation=validation), fitted)
    without = base.clone(loaded).fit(*arguments)
    assert (without.validation_fraction_, without.patience_) == (0.1, fitted.patience_)
