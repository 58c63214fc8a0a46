"""The report on classifiers: the share of wrong labels in test rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import vaelib

from defaults.report.parts import Rows
from defaults.report.scale import Scale
from defaults.report.space import epochs, patience, weights_between
from defaults.report.task import Measures, Peer, Rank
from defaults.sets import ExampleSet


def _peer(make: Callable[[int], Any]) -> Peer:
    """A classifier of scikit-learn, on standardised columns; grey levels as they are."""

    def judge(train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
        scale = Scale.of(train.x, is_grey=is_grey)
        fitted = make(seed).fit(scale(train.x), train.classes)
        return {"error": float(np.mean(fitted.predict(scale(test.x)) != test.classes))}

    return judge


def _logistic_regression(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, random_state=seed)


def _perceptron(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(random_state=seed)


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=seed)


def _neighbours(seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier()


def _by_error(measures: Measures) -> tuple[float, ...]:
    """Where as many labels are wrong, by the cross-entropy."""
    return (-measures["error"], -measures["loss"])


class ClassifierTask:
    """Stacks with a classifier, beside scikit-learn's classifiers as they come."""

    name = "classifier"
    test = 0.25
    peers: Mapping[str, Peer] = {
        "logistic": _peer(_logistic_regression),
        "perceptron": _peer(_perceptron),
        "forest": _peer(_forest),
        "neighbours": _peer(_neighbours),
    }
    ranks: Mapping[str, Rank] = {"error": _by_error}

    def suits(self, examples: ExampleSet) -> bool:
        """Where there are labels."""
        return examples.labels is not None

    def plain(self, seed: int) -> Any:
        """A classifier as it comes."""
        return vaelib.StackedDenoisingClassifier(random_state=seed)

    def tuned(self, settings: dict[str, Any], train: Rows, seed: int, *, holds_out: bool) -> Any:
        """A classifier with these settings, which ends when the validation rows get no better."""
        settings = dict(settings)
        batch, updates, finetuning = (settings.pop(name) for name in ("batch_size", "updates", "finetune_updates"))
        weights = 2 * weights_between((train.x.shape[1], *settings["hidden"]))
        pretraining = epochs(updates, batch, weights, len(train)) if settings.pop("is_pretrained") else 0
        passes = epochs(finetuning, batch, weights, len(train))
        return vaelib.StackedDenoisingClassifier(
            **settings,
            batch_size=min(batch, len(train)),
            pretrain_epochs=pretraining,
            finetune_epochs=passes,
            patience=patience(passes),
            validation_fraction=0.1 if holds_out else 0.0,
            random_state=seed,
        )

    def fit(self, estimator: Any, train: Rows, validation: Rows | None) -> Any:
        """Trains with labels."""
        held_out = None if validation is None else (validation.x, validation.labels)
        return estimator.fit(train.x, train.labels, validation=held_out)

    def measure(self, estimator: Any, train: Rows, test: Rows, is_grey: bool) -> Measures:
        """The share of wrong labels, and the cross-entropy."""
        found = estimator.predict_proba(test.x)
        right = found[np.arange(len(test)), np.searchsorted(estimator.classes_, test.classes)]
        wrong = float(np.mean(estimator.predict(test.x) != test.classes))
        return {"error": wrong, "loss": float(-np.log(np.maximum(right, 1e-30)).mean())}
