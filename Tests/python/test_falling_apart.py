"""Trainings that fall apart: the best weights are kept with a warning, or those from before with an error."""

import re
import warnings
from ctypes import POINTER, byref, c_float, c_size_t, cast

import numpy as np
import pytest
import vaelib
from c_interface import NO_CALLBACK, make, training_config, vae_config
from vaelib._c import header
from vaelib._c.calls import sized
from vaelib._c.library import library

VAE, Autoencoder, Classifier = vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
X = (np.random.RandomState(0).uniform(size=(200, 12)) < 0.3).astype(np.float32)
Y = np.where(X[:, 0] + X[:, 1] > 0, 1, 0)
NUMERICAL = 9

#: Rates that grow until nothing is left of what was learned.
GROWING = {"optimizer": "sgd", "schedule": "constant", "warmup_epochs": 8.0, "gradient_clip_norm": 0.0}
LAYER = {"activation": "sigmoid", "loss": "cross_entropy", "batch_size": 20, "random_state": 0, **GROWING}


class Phase:
    """A phase of training by the estimator, its parameter of epochs, a rate that ruins it, and what fit takes."""

    def __init__(self, kind, epochs, rate, /, *arguments, **parameters):
        self.kind, self.epochs, self.rate, self.arguments = kind, epochs, rate, arguments
        self.parameters = parameters

    def make(self, **others):
        return self.kind(**{**self.parameters, **others})


PHASES = {
    "fit": Phase(VAE, "epochs", 2.0, X, latent_dim=2, hidden=(8,), activation="tanh", batch_size=20, random_state=0,
                 **GROWING),
    "pretraining": Phase(Autoencoder, "epochs", 60.0, X, hidden=(16,), **LAYER),
    "pretraining, second layer": Phase(Autoencoder, "epochs", (0.5, 60.0), X, hidden=(16, 8), **LAYER),
    "unsupervised": Phase(Autoencoder, "finetune_epochs", 60.0, X, hidden=(16,), epochs=0, **LAYER),
    "supervised": Phase(Classifier, "finetune_epochs", 60.0, X, Y, hidden=(16,), pretrain_epochs=0, **LAYER),
}  # fmt: skip


@pytest.fixture(params=PHASES.values(), ids=list(PHASES))
def phase(request):
    return request.param


def told(estimator, *arguments, **options):
    """The warnings of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(*arguments, **options)
    return [str(each.message) for each in caught if issubclass(each.category, vaelib.VaelibWarning)]


def last_losses(model):
    """The losses of the last phase, or layer."""
    history = model.history_
    if "layer" not in history:
        return history["loss"]
    return history["loss"][history["layer"] == history["layer"][-1]]


def weights_of(model):
    return {name: values.copy() for name, values in model.get_weights().items()}


def assert_weights(model, expected):
    for name, values in expected.items():
        np.testing.assert_array_equal(model.get_weights()[name], values, err_msg=name)


def test_the_best_weights_are_kept(phase):
    model = phase.make(**{phase.epochs: 8, "learning_rate": phase.rate})
    seen = []

    def look(progress):
        if progress.kind == "epoch":
            seen.append(weights_of(model))

    found = [text for text in told(model, *phase.arguments, callbacks=look) if "ended worse" in text]
    losses = last_losses(model)
    best = int(np.argmin(losses))
    assert len(losses) == 8
    assert best < 7
    numbers = re.search(
        r"the loss of epoch (\d+) was (\S+), that of the last one, (\d+), is (\S+); the weights after epoch (\d+) were",
        found[0],
    )
    expected = [best + 1, losses[best], 8, losses[7], best + 1]
    np.testing.assert_allclose([float(number) for number in numbers.groups()], expected, rtol=1e-6)
    assert found[0].startswith("layer 1: ") == (len(model.hidden) > 1)
    assert_weights(model, seen[len(seen) - 8 + best])
    assert not all(np.array_equal(seen[-1][name], values) for name, values in model.get_weights().items())


def test_a_training_that_goes_well_keeps_its_last_weights(phase):
    rate = 0.05 if not isinstance(phase.rate, tuple) else (0.05, 0.05)
    model = phase.make(**{phase.epochs: 8, "learning_rate": rate, "warmup_epochs": 0.0})
    seen = []

    def look(progress):
        if progress.kind == "epoch":
            seen.append(weights_of(model))

    assert [text for text in told(model, *phase.arguments, callbacks=look) if "ended worse" in text] == []
    assert_weights(model, seen[-1])


def test_a_warning_does_not_end_what_follows():
    """A layer that fell apart goes back to its best weights before the next one is pretrained on its codes."""
    model = Autoencoder(hidden=(16, 8), epochs=(8, 3), learning_rate=(60.0, 0.05), **LAYER)
    lower = Autoencoder(hidden=(16,), epochs=8, learning_rate=60.0, **LAYER)
    assert [text[:9] for text in told(model, X) if "ended worse" in text] == ["layer 0: "]
    told(lower, X)
    assert np.argmin(lower.history_["loss"]) < 7
    assert_weights(model, lower.get_weights())
    assert len(model.history_["loss"]) == 11


#: What leaves every epoch worse than the beginning, by phase. Rates of 10 are what a wrong unit gives.
RUINED = {
    "fit": Phase(VAE, "epochs", 10.0, X, latent_dim=2, hidden=(16,), random_state=0),
    "fit of real numbers": Phase(VAE, "epochs", 10.0, np.random.RandomState(0).normal(size=(300, 5)).astype("f4"),
                                 latent_dim=2, hidden=(16,), random_state=0),
    "pretraining": Phase(Autoencoder, "epochs", 10.0, X, hidden=(16,), activation="identity", loss="squared_error",
                         random_state=0, optimizer="rmsprop"),
    "unsupervised": Phase(Autoencoder, "finetune_epochs", 10.0, X, hidden=(16,), epochs=0, activation="identity",
                          loss="squared_error", random_state=0, optimizer="rmsprop"),
    "supervised": Phase(Classifier, "finetune_epochs", 100.0, X, Y, hidden=(16,), pretrain_epochs=0,
                        activation="sigmoid", loss="cross_entropy", random_state=0, optimizer="rmsprop"),
}  # fmt: skip
COLLAPSE = (
    r"the training fell apart: before its first step the loss was [-0-9.e+]+, and no epoch's was below [0-9.e+]+; {}"
)


@pytest.mark.parametrize("name", RUINED)
@pytest.mark.parametrize("limit", ["auto", 0.0])
def test_a_training_that_only_lost(name, limit):
    phase = RUINED[name]
    settings = {"learning_rate": phase.rate, phase.epochs: 60, "gradient_clip_norm": limit, "schedule": "constant"}
    model = phase.make(**settings)
    before = phase.make(**settings).initialize(phase.arguments[0])
    text = COLLAPSE.format("the weights from before the training were kept") + r"\. learning_rate is 100?\.0: a lower"
    with pytest.raises(vaelib.NumericalError, match=text):
        model.fit(*phase.arguments)
    assert_weights(model, {name: values for name, values in before.get_weights().items() if "standard" not in name})
    # The model answers, tells of the epochs that were in vain, and can be trained again.
    assert np.isfinite(model.transform(phase.arguments[0])).all()
    assert len(last_losses(model)) == 60
    assert np.isfinite(model.set_params(learning_rate=0.001).fit(*phase.arguments).score(*phase.arguments))


@pytest.mark.parametrize("name", [name for name in RUINED if name.startswith("fit")])
@pytest.mark.parametrize("parameters", [{}, {"epochs": 600, "patience": 60}])
def test_one_with_patience_that_only_lost(name, parameters):
    phase = RUINED[name]
    model = phase.make(learning_rate=10.0, **parameters)
    before = phase.make().initialize(phase.arguments[0])
    text = r"the loss of the validation examples was [-0-9.e+]+, and no epoch did better.*; the weights from before the"
    with pytest.raises(vaelib.NumericalError, match=text):
        model.fit(*phase.arguments)
    assert_weights(model, {name: values for name, values in before.get_weights().items() if "standard" not in name})


def test_a_second_training_goes_back_to_what_the_first_one_left():
    options = {"latent_dim": 2, "hidden": (16,), "random_state": 0, "warm_start": True}
    model = VAE(**options, epochs=5).fit(X)
    before = weights_of(model)
    with pytest.raises(vaelib.NumericalError, match="the weights from before the training"):
        model.set_params(learning_rate=10.0, epochs=60).fit(X)
    assert_weights(model, before)
    assert len(model.history_["loss"]) == 65


def test_a_good_model_is_not_thrown_away_by_a_warm_start():
    """The first loss of a second training is that of a trained model; what is near it is no loss."""
    model = VAE(latent_dim=2, hidden=(16,), random_state=0, warm_start=True, epochs=200).fit(X)
    for _ in range(3):
        assert not any("fell apart" in text for text in told(model.set_params(epochs=2), X))


def test_a_kl_warm_up_is_no_collapse():
    """The loss rises with the weight of the KL term, by more than that of the first batch."""
    model = VAE(latent_dim=8, hidden=(16,), random_state=0, epochs=6, kl_warmup_epochs=6.0, beta=1000.0)
    assert not any("worse" in text for text in told(model, X))


def test_losses_below_zero_have_a_scale_too():
    """Densities above 1 have losses below 0, and a model that learns them well is no collapse."""
    x = np.random.RandomState(0).normal(scale=1e-4, size=(300, 5)).astype(np.float32)
    model = VAE(latent_dim=2, hidden=(16,), random_state=0, epochs=30)
    assert not any("worse" in text for text in told(model, x))
    assert model.history_["loss"][0] < -30


@pytest.mark.parametrize("epochs", [60, 100])
def test_in_c(epochs):
    """The status is that of numbers that are not finite, and the weights those from before."""
    width = (c_size_t * 1)(16)
    fields = {
        "data_dim": 12,
        "latent_dim": 2,
        "hidden": cast(width, POINTER(c_size_t)),
        "activation": b"relu",
        "seed": 0,
    }
    model = make(header.Model, "vaelib_vae_create", byref(vae_config(**fields)))
    before = parameters_of(model)
    data = vaelib.Dataset(X)
    config = training_config(epochs=epochs, learning_rate=10.0, seed=0)
    assert library.vaelib_vae_fit(model, data.handle, None, byref(config), NO_CALLBACK, None) == NUMERICAL
    assert b"the training fell apart" in library.vaelib_last_error()
    np.testing.assert_array_equal(parameters_of(model), before)
    config = training_config(epochs=2, seed=0)
    assert library.vaelib_vae_fit(model, data.handle, None, byref(config), NO_CALLBACK, None) == 0
    assert not np.array_equal(parameters_of(model), before)
    info = sized(header.ModelInfo)
    assert library.vaelib_model_describe(model, byref(info)) == 0
    assert info.history_epochs == epochs + 2
    library.vaelib_model_free(model)


def parameters_of(model):
    info = sized(header.ModelInfo)
    assert library.vaelib_model_describe(model, byref(info)) == 0
    values = np.empty(info.parameter_count, dtype=np.float32)
    assert library.vaelib_model_get_parameters(model, values.ctypes.data_as(POINTER(c_float)), values.size) == 0
    return values


@pytest.mark.parametrize("rate", [1e-4, 3e-3, 0.03])
@pytest.mark.parametrize("rows", [20, 200])
def test_ordinary_trainings_are_left_alone(rate, rows):
    for model, arguments in (
        (VAE(latent_dim=2, hidden=(16,), epochs=20, learning_rate=rate, random_state=1), (X[:rows],)),
        (Classifier(hidden=(16,), pretrain_epochs=5, finetune_epochs=20, learning_rate=rate, random_state=1),
         (X[:rows], Y[:rows])),
    ):  # fmt: skip
        assert not any("worse" in text for text in told(model, *arguments))


@pytest.mark.parametrize("rate", [1e-6, 1e-3])
@pytest.mark.parametrize("row", [17, 200, 399])
def test_an_outlier_is_no_collapse(rate, row):
    """The first batch says little of the others where few rows have most of the loss: nothing fell apart here."""
    x = np.random.RandomState(0).normal(size=(400, 6)).astype(np.float32)
    x[row] *= 60
    stack = Autoencoder(hidden=(8,), activation="tanh", loss="squared_error", epochs=3, random_state=0)
    assert not any("worse" in text or "better" in text for text in told(stack.set_params(learning_rate=rate), x))
    vae = VAE(latent_dim=2, hidden=(8,), likelihood="gaussian", standardize=False, epochs=3, random_state=0)
    assert not any("worse" in text for text in told(vae.set_params(learning_rate=rate), x))


def test_what_only_validation_loses_is_no_collapse():
    """All that is learned makes the validation examples worse: that is told, with the weights from before."""
    x = np.random.RandomState(0).normal(size=(60, 20)).astype(np.float32)
    y = np.random.RandomState(1).randint(2, size=60)
    model = Classifier(hidden=(64,), pretrain_epochs=0, dropout=0.0, patience=200, finetune_epochs=300, random_state=0)
    before = Classifier(**model.get_params()).initialize(x).get_weights()
    found = told(model, x, y, validation=(x, 1 - y))
    assert model.history_["validation_loss"][-1] > model.history_["validation_loss"][0] + 2
    assert model.history_["loss"][-1] < 0.1
    assert any("no epoch was better than the weights from before" in text for text in found)
    assert_weights(model, {name: values for name, values in before.items() if not name.startswith("classifier")})
