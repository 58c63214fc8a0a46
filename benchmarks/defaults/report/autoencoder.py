"""The report on auto-encoders: R2 of the reconstruction of clean test rows, and what neighbours among codes tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import vaelib

from defaults.report.parts import Rows
from defaults.report.scale import Scale, explained
from defaults.report.space import epochs, patience, weights_between
from defaults.report.task import Measures, Peer, Rank
from defaults.sets import ExampleSet, Matrix

NEIGHBOURS = 5


def wrong_by_neighbours(codes: Matrix, tested: Matrix, train: Rows, test: Rows) -> Measures:
    """The share of test rows whose nearest training rows, among codes, tell a wrong label."""
    from sklearn.neighbors import KNeighborsClassifier

    if train.labels is None:
        return {}
    neighbours = KNeighborsClassifier(min(NEIGHBOURS, len(train))).fit(codes, train.labels)
    return {"error": float(np.mean(neighbours.predict(tested) != test.classes))}


def _raw(train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
    """The columns themselves; those of tables standardised."""
    scale = Scale.of(train.x, is_grey=is_grey)
    return {"r2": 1.0, **wrong_by_neighbours(scale(train.x), scale(test.x), train, test)}


def _components(train: Rows, test: Rows, is_grey: bool, seed: int, components: int) -> Measures:
    """Principal components; those of tables of standardised columns. Nothing where there are not so many."""
    from sklearn.decomposition import PCA

    if components > min(train.x.shape):
        return {}
    scale = Scale.of(train.x, is_grey=is_grey)
    x, tested = scale(train.x), scale(test.x)
    fitted = PCA(components, random_state=seed).fit(x)
    back = fitted.inverse_transform(fitted.transform(tested)) * scale.deviation + scale.mean
    r2 = explained(test.x, back, scale, train.x.mean(0))
    return {"r2": r2, **wrong_by_neighbours(fitted.transform(x), fitted.transform(tested), train, test)}


def _by_neighbours(measures: Measures) -> tuple[float, ...]:
    return (-measures["error"], measures["r2"])


def _by_reconstruction(measures: Measures) -> tuple[float, ...]:
    return (measures["r2"],)


class AutoencoderTask:
    """Stacks without labels, beside principal components."""

    name = "autoencoder"
    test = 0.2
    peers: Mapping[str, Peer] = {
        "raw": _raw,
        "PCA 10": partial(_components, components=10),
        "PCA 20": partial(_components, components=20),
    }
    ranks: Mapping[str, Rank] = {"error": _by_neighbours, "r2": _by_reconstruction}

    def suits(self, examples: ExampleSet) -> bool:
        """Always."""
        return True

    def plain(self, seed: int) -> Any:
        """A stack as it comes."""
        return vaelib.StackedDenoisingAutoencoder(random_state=seed)

    def tuned(self, settings: dict[str, Any], train: Rows, seed: int, *, holds_out: bool) -> Any:
        """A stack with these settings."""
        settings = dict(settings)
        batch, updates, finetuning = (settings.pop(name) for name in ("batch_size", "updates", "finetune_updates"))
        weights = 2 * weights_between((train.x.shape[1], *settings["hidden"]))
        passes = epochs(finetuning, batch, weights, len(train)) if finetuning else 0
        # Where all layers learn together, rows that pretraining has not seen tell them when to end.
        holds_out = holds_out and passes > 0
        return vaelib.StackedDenoisingAutoencoder(
            **settings,
            batch_size=min(batch, len(train)),
            epochs=epochs(updates, batch, weights, len(train)),
            finetune_epochs=passes,
            patience=patience(passes) if passes > 0 else 0,
            validation_fraction=0.1 if holds_out else 0.0,
            random_state=seed,
        )

    def fit(self, estimator: Any, train: Rows, validation: Rows | None) -> Any:
        """Trains without labels; validation rows end fine-tuning."""
        given = validation is not None and estimator.finetune_epochs > 0
        return estimator.fit(train.x, validation=validation.x if validation is not None and given else None)

    def measure(self, estimator: Any, train: Rows, test: Rows, is_grey: bool) -> Measures:
        """R2, and the neighbours' wrong labels."""
        scale = Scale.of(train.x, is_grey=is_grey)
        r2 = explained(test.x, estimator.reconstruct(test.x), scale, train.x.mean(0))
        return {"r2": r2, **wrong_by_neighbours(estimator.transform(train.x), estimator.transform(test.x), train, test)}
