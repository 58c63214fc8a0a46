"""What a fitted regressor can tell, and examples with real targets as datasets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import text
from vaelib._c.arrays import pointer
from vaelib._c.long_calls import Callbacks
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import as_weights
from vaelib.data.target_arrays import as_targets, has_targets
from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack
from vaelib.models.targets import Target, query_to_file


class RegressionPredictions(Estimator[NativeStack]):
    """Predictions of real targets."""

    #: Whether y had one axis, as predictions have then.
    _is_vector: bool

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """The targets of each example in their own unit, shape (n_samples,) or (n_samples, n_outputs) as y had it."""
        model = self._fitted()
        examples = self._examples_for(model, X)
        outputs = model.info.output_count
        values = np.empty((examples.rows, outputs), dtype=np.float32)
        name = "vaelib_stack_predict_targets" + examples.suffix
        model.query(examples.rows, name, *examples.arguments, pointer(values), values.size)
        is_vector = outputs == 1 and getattr(self, "_is_vector", True)
        return (values.reshape(-1) if is_vector else values).astype(np.float64)

    def predict_to_file(self, X: Any, target: Target, name: str = "targets", *, callbacks: Callbacks = None) -> None:
        """Writes the predicted targets: dataset ``name`` of shape (n_samples, n_outputs).

        ``target`` and ``callbacks`` are as for ``transform_to_file``.
        """
        function = "vaelib_stack_predict_targets_to"
        report = self._reporting(callbacks)
        query_to_file(function, self._fitted(), self._examples(X), (), target, (text(name),), report)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The coefficient of determination R2 of the predictions of y, or of the labels of the Dataset X.

        1 - the sum of squared errors / the sum of squared distances from the mean, weighted if asked for, the mean over
        all outputs; 1 is the best. A target that is constant in y counts 1 if it is predicted exactly, else 0. Targets
        that examples lack, which are NaN, do not count, nor does an output of which y lacks all.
        """
        predicted = self.predict(X)
        targets = as_targets(targets_of(X, y), len(predicted), type(self).__name__)
        if targets.reshape(len(predicted), -1).shape != predicted.reshape(len(predicted), -1).shape:
            raise ValueError(f"y has shape {targets.shape}, but the predictions have {predicted.shape}")
        rows = has_targets(targets)
        weights = as_weights(1 if sample_weight is None else sample_weight, len(predicted))
        return r2(targets[rows], predicted[rows], weights[rows])

    def _measured(self, X: Any, y: Any, examples: Dataset) -> tuple[Dataset, tuple[int, ...]]:
        """Those of the examples that have targets, with them; and the shape of y."""
        targets = as_targets(targets_of(X, y), examples.rows, type(self).__name__)
        rows = has_targets(targets)
        known = examples if rows.all() else examples[rows]
        return known._with_targets(targets[rows], "gaussian"), targets.shape

    def _measured_validation(self, validation: Any) -> Dataset:
        """Validation examples with their targets; those without are left out."""
        X, y = self._pair_of_validation(validation)
        return self._measured(X, y, self._examples(X))[0]


def targets_of(X: Any, y: Any) -> Any:
    """The targets given, or else the labels of a Dataset."""
    return X.labels if y is None and isinstance(X, Dataset) else y


def r2(targets: npt.NDArray[Any], predicted: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """The mean of R2 over the outputs that have targets, of those that are not NaN."""
    y = targets.reshape(len(targets), -1).astype(np.float64)
    present = ~np.isnan(y)
    counted = weights[:, np.newaxis] * present
    y, sums = np.where(present, y, 0), counted.sum(axis=0)
    known = sums > 0
    if not known.any():
        raise ValueError("every example of y that has a target has weight 0: there is nothing to compare with")
    means = (counted * y).sum(axis=0)[known] / sums[known]
    errors = (counted * (y - predicted.reshape(y.shape)) ** 2).sum(axis=0)[known]
    distances = (counted[:, known] * (y[:, known] - means) ** 2).sum(axis=0)
    varies = distances > 0
    scores = np.where(errors == 0, 1.0, 0.0)
    scores[varies] = 1 - errors[varies] / distances[varies]
    return float(scores.mean())
