"""Optimisers, schedules, clipping, weight decay and whole fits of VAEs, step by step against the oracle."""

import itertools

import numpy as np
import pytest
import vaelib
from reference import gradients, philox, vae
from reference.initializers import NORMAL, UNIFORM, initial
from reference.optimizers import Optimizer, kl_weight, learning_rate

ARCHITECTURE = {"latent_dim": 2, "hidden": (5,), "activation": "tanh"}
#: The same rate in every epoch, and gradients as they are.
STEADY = {"schedule": "constant", "gradient_clip_norm": 0.0}
OPTIMIZERS = {
    "sgd": {"optimizer": "sgd"},
    "sgd, momentum": {"optimizer": "sgd", "momentum": 0.8},
    "sgd, nesterov": {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
    "adagrad": {"optimizer": "adagrad"},
    "rmsprop": {"optimizer": "rmsprop", "beta2": 0.95},
    "adam": {"optimizer": "adam", "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
    "adamw": {"optimizer": "adamw"},
}


def training_of(model):
    return {name: getattr(model, name) for name in model.get_params()}


def follow(model, *, steps, batch, examples):
    """Steps with made-up gradients; compares rate and parameters with the oracle after each."""
    training = training_of(model.vae)
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=examples)
    parameters = model.flat(model.weights)
    optimizer = Optimizer(training, parameters.size, examples)
    random = np.random.RandomState(9)
    x = random.uniform(size=(batch, model.oracle.data_dim)).astype(np.float32)
    for step in range(steps):
        epochs = step * batch / examples
        result = trainer.compute_gradients(x)
        rate = learning_rate(training, epochs, batch / examples)
        assert result["learning_rate"] == pytest.approx(rate, rel=1e-6)
        assert result["kl_weight"] == pytest.approx(kl_weight(training, epochs))
        gradient = random.normal(size=parameters.size).astype(np.float32)
        trainer.gradients[:] = gradient
        trainer.apply_gradients()
        parameters = optimizer.apply(parameters, gradient.astype(np.float64), rate)
        np.testing.assert_allclose(trainer.parameters, parameters, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("extra", [{}, {"weight_decay": 3.0}, {"gradient_clip_norm": 0.5, "weight_decay": 1.0}])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_optimizers(pair, optimizer, extra):
    model = pair(6, ARCHITECTURE, {**STEADY, "learning_rate": 0.05, **optimizer, **extra})
    follow(model, steps=6, batch=4, examples=40)


@pytest.mark.parametrize(
    "schedule",
    [
        {"schedule": "step", "schedule_epochs": 0.25, "schedule_factor": 0.5},
        {"schedule": "exponential", "schedule_factor": 0.7},
        {"schedule": "cosine", "schedule_factor": 0.1, "epochs": 1},
        {"warmup_epochs": 0.5},
        {"warmup_epochs": 0.5, "schedule": "exponential", "schedule_factor": 0.7, "kl_warmup_epochs": 0.6, "beta": 2.0},
    ],
)
def test_schedules(pair, schedule):
    model = pair(6, ARCHITECTURE, {**STEADY, "learning_rate": 0.1, "optimizer": "sgd", **schedule})
    follow(model, steps=14, batch=4, examples=40)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_trainer_steps_follow_the_oracle(pair, optimizer):
    """Whole steps, noise and all: each computes its gradient at the parameters that the one before left."""
    training = {**STEADY, "learning_rate": 0.01, "weight_decay": 1.0, "epsilon": 1e-4, **optimizer}
    model = pair(6, ARCHITECTURE, training)
    settings = training_of(model.vae)
    x = np.random.RandomState(2).uniform(size=(8, 6)).astype(np.float32)
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=80)
    parameters = model.flat(model.weights)
    oracle = Optimizer(settings, parameters.size, 80)
    for step in range(5):
        noise = philox.noise(model.seed, philox.TRAINING_NOISE, step, np.arange(8), 1, 2)
        gradient = gradients.backward(model.named(parameters), model.oracle, x.astype(np.float64), noise)
        trainer.step(x)
        parameters = oracle.apply(parameters, model.flat(gradient), learning_rate(settings, step * 0.1, 0.1))
        np.testing.assert_allclose(trainer.parameters, parameters, rtol=2e-4, atol=2e-5)
    np.testing.assert_array_equal(trainer.parameters, model.flat(model.vae.get_weights()))


@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
@pytest.mark.parametrize("binarization", ["none", "dynamic"])
def test_fit_with_one_batch_an_epoch_follows_the_oracle(pair, binarization):
    """A batch of all rows: the shuffle only reorders the sum, so whole fits can be compared, over two of them."""
    training = {"learning_rate": 0.05, "optimizer": "sgd", "epochs": 3, "batch_size": 10, "binarization": binarization}
    model = pair(6, ARCHITECTURE, {**STEADY, **training, "warm_start": True})
    x = np.random.RandomState(2).uniform(size=(10, 6)).astype(np.float32)
    parameters = model.flat(model.weights)
    losses = []
    for epoch in range(1, 7):
        noise = philox.noise(model.seed, philox.TRAINING_NOISE, epoch, np.arange(10), 1, 2)
        data = x.astype(np.float64)
        if binarization == "dynamic":
            data = philox.binarised(data, model.seed, philox.TRAINING_BINARISATION, epoch, np.arange(10))
        named = model.named(parameters)
        losses.append(vae.loss(named, model.oracle, data, noise))
        parameters = parameters - 0.05 * model.flat(gradients.backward(named, model.oracle, data, noise))
    model.vae.fit(x).fit(x)
    history = model.vae.history_
    np.testing.assert_array_equal(history["epoch"], np.arange(1, 7))
    np.testing.assert_array_equal(history["examples_seen"], 10 * np.arange(1, 7))
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-5)
    np.testing.assert_allclose(model.flat(model.vae.get_weights()), parameters, rtol=1e-4, atol=1e-5)


def test_a_slice_draws_as_its_rows_of_the_whole_dataset_do(pair):
    training = {"learning_rate": 0.05, "optimizer": "sgd", "epochs": 1, "batch_size": 10, **STEADY}
    x = (np.random.RandomState(2).uniform(size=(17, 6)) < 0.5).astype(np.float32)
    model = pair(6, ARCHITECTURE, {**training, "warm_start": True})
    noise = philox.noise(model.seed, philox.TRAINING_NOISE, 1, np.arange(7, 17), 1, 2)
    expected = vae.loss(model.weights, model.oracle, x[7:].astype(np.float64), noise)
    model.vae.fit(vaelib.Dataset(x)[7:17])
    assert model.vae.history_["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_validation_terms_are_those_of_elbo(binary):
    training = {"samples": 2, "estimator": "monte_carlo", "binarization": "dynamic"}
    model = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=3, batch_size=8, random_state=11, **training)
    model.fit(binary[:30], validation=binary[30:])
    bound = model.elbo(binary[30:], samples=2)
    history = model.history_
    assert history["validation_elbo"][-1] == pytest.approx(bound.elbo.mean(), rel=1e-12)
    assert history["validation_reconstruction"][-1] == pytest.approx(bound.reconstruction.mean(), rel=1e-12)
    assert history["validation_kl"][-1] == pytest.approx(bound.kl.mean(), rel=1e-12)


def test_patience_returns_to_the_best_weights(binary):
    model = vaelib.VAE(
        latent_dim=2, hidden=(16,), epochs=200, batch_size=4, learning_rate=0.02, patience=3, random_state=0
    )
    model.fit(binary[:24], validation=binary[24:])
    validation = model.history_["validation_elbo"]
    assert len(validation) < 200
    assert validation.argmax() == len(validation) - 4
    assert model.elbo(binary[24:]).elbo.mean() == pytest.approx(validation.max(), rel=1e-12)


@pytest.mark.parametrize("initializer", ["normal", *UNIFORM, *NORMAL])
def test_initializers(initializer):
    model = vaelib.VAE(
        latent_dim=3,
        hidden=(7, 5),
        initializer=initializer,
        initializer_stddev=0.02,
        random_state=2**40 + 3,
        likelihood="gaussian",
        variance="learned",
    ).initialize(9)
    for index, (name, values) in enumerate(model.get_weights().items()):
        expected = initial(initializer, 0.02, 2**40 + 3, index, name, values.shape)
        np.testing.assert_allclose(values, expected, rtol=2e-6, atol=1e-7, err_msg=name)


def test_training_finds_the_data_again():
    """Two prototypes with noise: the bound ends near the entropy of the source, far above that of the start."""
    random = np.random.RandomState(0)
    prototypes = random.uniform(size=(2, 20)) < 0.5
    x = (prototypes[random.randint(2, size=600)] ^ (random.uniform(size=(600, 20)) < 0.05)).astype(np.float32)
    model = vaelib.VAE(latent_dim=2, hidden=(32,), epochs=60, batch_size=50, learning_rate=3e-3, random_state=1).fit(x)
    flips = 20 * -(0.05 * np.log(0.05) + 0.95 * np.log(0.95))
    entropy = flips + np.log(2)
    assert -entropy - 1.5 < model.score(x) < -entropy + 0.5
    assert model.history_["elbo"][0] < -11


def test_every_epoch_uses_every_example_once(binary):
    seen = []
    model = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, batch_size=7, random_state=0)
    model.fit(
        binary, callbacks=lambda progress: seen.append((progress.kind, progress.examples, progress.epoch)) or None
    )
    ends = [entry for entry in seen if entry[0] == "epoch"]
    assert ends == [("epoch", 40, 1), ("epoch", 40, 2)]


def test_oracle_covers_every_optimizer_and_schedule_of_the_library():
    from vaelib._c.parameters import PARAMETERS

    allowed = {description.name: description.allowed for description in PARAMETERS}
    for name, known in itertools.chain(
        [("optimizer", {o["optimizer"] for o in OPTIMIZERS.values()})],
        [("schedule", {"constant", "step", "exponential", "cosine"})],
        [("initializer", {"normal", *UNIFORM, *NORMAL})],
    ):
        assert {word.strip() for word in allowed[name].split(",")} == known
