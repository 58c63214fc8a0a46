"""scikit-learn: its multi-layer perceptron, where that is the same network."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from speed.measurement import Operation
from speed.tasks import BATCHES, SGD_RATE, FineTuning, Query

ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


def encode(task: Query) -> Operation:
    """MLPRegressor.predict with the encoder's weights: means and log-variances; the means are the answer."""
    network = task.network
    regressor = MLPRegressor(hidden_layer_sizes=network.hidden, activation=ACTIVATIONS[network.activation])
    _give_weights(regressor, task.examples, np.zeros((task.rows, 2 * network.latent)), network.weights.encoder)
    return lambda number: regressor.predict(task.examples)[:, : network.latent]


def fine_tune(task: FineTuning) -> Operation:
    """MLPClassifier.partial_fit, which takes one step for a batch."""
    classifier = MLPClassifier(
        hidden_layer_sizes=task.widths[1:-1],
        activation="logistic",
        solver="sgd",
        momentum=0,
        nesterovs_momentum=False,
        alpha=0,
        learning_rate_init=SGD_RATE,
        shuffle=False,
    )
    examples, labels = task.batches[0]
    classifier.partial_fit(examples, labels, classes=np.arange(task.classes))
    for (weight, bias), coefficients, intercepts in zip(
        task.layers, classifier.coefs_, classifier.intercepts_, strict=True
    ):
        coefficients[...], intercepts[...] = weight, bias

    def step(number: int) -> float:
        classifier.partial_fit(*task.batches[number % BATCHES])
        return float(classifier.loss_)

    return step


def _give_weights(model: Any, examples: Any, targets: Any, layers: Any) -> None:
    """One row is enough to make the arrays."""
    model.partial_fit(examples[:1], targets[:1].astype(np.float32))
    for (weight, bias), coefficients, intercepts in zip(layers, model.coefs_, model.intercepts_, strict=True):
        coefficients[...], intercepts[...] = weight, bias
