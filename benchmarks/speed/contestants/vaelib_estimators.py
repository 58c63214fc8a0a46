"""vaelib, by its Python package: its trainer on datasets made beforehand, its estimators' queries on arrays."""

from __future__ import annotations

from typing import Any

import vaelib
from vaelib.interchange import stack_from_dense_layers, vae_from_dense_layers

from speed.measurement import Operation
from speed.networks import Network
from speed.tasks import ADAM_RATE, BATCHES, SGD_RATE, FineTuning, LogLikelihood, Pretraining, Query, VAETraining

#: A constant rate, and no limit to gradients.
PLAIN: dict[str, Any] = {"schedule": "constant", "gradient_clip_norm": 0, "random_state": 0}


def estimator(network: Network) -> vaelib.VAE:
    """The network with its weights."""
    likelihood: dict[str, Any] = {"likelihood": "bernoulli"}
    if network.variance is not None:
        likelihood = {"likelihood": "gaussian", "variance": network.variance}
    return vae_from_dense_layers(
        network.weights.encoder,
        network.weights.decoder,
        convention="keras",
        activation=network.activation,
        learning_rate=ADAM_RATE,
        **likelihood,
        **PLAIN,
    )


def train_vae(task: VAETraining) -> Operation:
    """Trainer.step."""
    trainer = vaelib.Trainer(estimator(task.network), examples_per_epoch=BATCHES * task.batch)
    datasets = [vaelib.Dataset(batch) for batch in task.batches]
    return lambda number: trainer.step(datasets[number % BATCHES])["loss"]


def pretrain(task: Pretraining) -> Operation:
    """Trainer.step of the phase "pretraining"."""
    stack = stack_from_dense_layers(
        [task.layer],
        convention="keras",
        activation="sigmoid",
        loss="cross_entropy",
        corruption="independent_masking",
        corruption_level=task.corruption,
        optimizer="sgd",
        learning_rate=SGD_RATE,
        **PLAIN,
    )
    trainer = vaelib.Trainer(stack, examples_per_epoch=BATCHES * task.batch, phase="pretraining")
    datasets = [vaelib.Dataset(batch) for batch in task.batches]
    return lambda number: trainer.step(datasets[number % BATCHES])["loss"]


def fine_tune(task: FineTuning) -> Operation:
    """Trainer.step of the phase "supervised", without dropout."""
    *hidden, classifier = task.layers
    stack = stack_from_dense_layers(
        hidden,
        convention="keras",
        classifier=classifier,
        activation="sigmoid",
        loss="cross_entropy",
        dropout=0,
        optimizer="sgd",
        learning_rate=SGD_RATE,
        **PLAIN,
    )
    trainer = vaelib.Trainer(stack, examples_per_epoch=BATCHES * task.batch, phase="supervised")
    datasets = [vaelib.Dataset(*batch) for batch in task.batches]
    return lambda number: trainer.step(datasets[number % BATCHES])["loss"]


def encode(task: Query) -> Operation:
    """VAE.transform, which computes log-variances too."""
    vae = estimator(task.network)
    return lambda number: vae.transform(task.examples)


def decode(task: Query) -> Operation:
    """VAE.inverse_transform."""
    vae = estimator(task.network)
    return lambda number: vae.inverse_transform(task.latents)


def log_likelihood(task: LogLikelihood) -> Operation:
    """VAE.log_likelihood."""
    vae = estimator(task.network)
    return lambda number: vae.log_likelihood(task.examples, task.samples)
