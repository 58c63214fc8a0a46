"""What a fitted classifier can tell, and examples with labels of any kind as datasets with numbered ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import text
from vaelib._c.arrays import pointer
from vaelib._c.long_calls import Callbacks
from vaelib.data.dataset import Dataset
from vaelib.data.labels import Labels, as_labels, encode, encode_as
from vaelib.data.sample_weights import Weights, as_weights, class_factors, counting, mean, reweighted_by_class
from vaelib.data.target_arrays import as_indicators, has_labels, is_matrix
from vaelib.data.unlabelled import UNLABELLED, is_labelled_for
from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack
from vaelib.models.targets import Target, query_to_file
from vaelib.training.heads import HEADS


class Predictions(Estimator[NativeStack]):
    """Predictions."""

    classes_: Labels
    class_weight: Any

    def predict(self, X: Any) -> Labels:
        """The most probable class of each example, shape (n_samples,), as one of ``classes_``.

        If fitted to several labels at once, 1 for each label that is more probable than not, else 0, shape
        (n_samples, n_labels).
        """
        model = self._fitted()
        if model.head == "sigmoid":
            return (self.predict_proba(X) > 0.5).astype(np.int64)
        examples = self._examples(X)
        numbers = np.empty(examples.rows, dtype=np.int64)
        model.query(examples.rows, "vaelib_stack_predict", examples.handle, pointer(numbers), numbers.size)
        classes = getattr(self, "classes_", None)  # a Trainer knows numbers only
        return numbers if classes is None else np.asarray(classes[numbers])

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:
        """The probability of each class, shape (n_samples, n_classes), columns in the order of ``classes_``.

        If fitted to several labels at once, the probability of each label; they do not sum to 1.
        """
        model = self._fitted()
        return model.get_probabilities(self._examples_for(model, X))

    def predict_log_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The logarithms of what ``predict_proba`` gives; finite also where that is 0 in float32."""
        with np.errstate(divide="ignore"):
            logarithms = np.log(self.predict_proba(X).astype(np.float64))
        rounded = np.isneginf(logarithms)
        if not rounded.any():
            return logarithms
        scores = self._scores_of_outputs(X)
        exact = (
            -np.logaddexp(0, -scores)
            if self._fitted().head == "sigmoid"
            else scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        )
        return np.where(rounded, exact, logarithms)

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """What softmax or sigmoids make probabilities of, shape (n_samples, n_classes).

        Of two classes, as in scikit-learn, shape (n_samples,): the logarithm of p(classes_[1]) / p(classes_[0]), above
        0 where ``predict`` says ``classes_[1]``.
        """
        scores = self._scores_of_outputs(X)
        if self._fitted().head == "softmax" and scores.shape[1] == 2:
            return np.asarray(scores[:, 1] - scores[:, 0])
        return scores

    def _scores_of_outputs(self, X: Any) -> npt.NDArray[np.float64]:
        """The outputs of the layer on top, shape (n_samples, outputs)."""
        model = self._fitted()
        examples = self._examples_for(model, X)
        if not model.head:
            model.get_probabilities(examples)  # which says what is missing
        codes = model.get_codes(examples, len(model.widths) - 1)
        weights, name = model.get_weights(), HEADS[model.head]
        return np.asarray(codes.astype(np.float64) @ weights[f"{name}/weight"] + weights[f"{name}/bias"])

    def predict_proba_to_file(
        self, X: Any, target: Target, name: str = "probabilities", *, callbacks: Callbacks = None
    ) -> None:
        """Writes what ``predict_proba`` gives: dataset ``name`` of shape (n_samples, n_classes).

        ``target`` and ``callbacks`` are as for ``transform_to_file``.
        """
        function = "vaelib_stack_predict_probabilities_to"
        report = self._reporting(callbacks)
        query_to_file(function, self._fitted(), self._examples(X), (), target, (text(name),), report)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The share of examples whose predicted label is y, or that of the Dataset X; weighted if asked for.

        Of several labels at once, all of an example must be right, but for those that are NaN: not known. Examples
        without a label, which -1 stands for, do not count; in a classifier of the classes -1 and 1, they do.
        """
        predicted = self.predict(X)
        if predicted.ndim == 2:
            indicators = as_indicators(y, len(predicted)) if is_matrix(y) else None
            if indicators is None or indicators.shape != predicted.shape:
                raise ValueError(f"y should be an indicator matrix of shape {predicted.shape}, as in fit")
            labelled, right = has_labels(indicators, "y"), (predicted == indicators) | np.isnan(indicators)
            right = right.all(axis=1)
        else:
            labels = self._labels(X, y, len(predicted))
            labelled, right = is_labelled_for(getattr(self, "classes_", predicted), labels), predicted == labels
            if not labelled.any():
                raise ValueError("every label in y is -1, which stands for no label: there is nothing to compare with")
        weights = None if sample_weight is None else as_weights(sample_weight, len(predicted))[labelled]
        return mean(right[labelled], weights)

    def _labelled(self, X: Any, y: Any, examples: Dataset) -> tuple[Dataset, Dataset, Labels, Weights | None]:
        """The training examples with the weights of their classes; those that have labels, numbered or as targets.

        Then the classes in order, and the factors by which they were weighted. Examples of weight 0 have no labels.
        """
        if is_matrix(y):
            if self.class_weight is not None:
                raise ValueError("class_weight is for one class an example, but y has several labels at once")
            indicators = as_indicators(y, examples.rows)
            labelled = has_labels(indicators, "y")
            known = examples if labelled.all() else examples[labelled]
            classes = np.arange(indicators.shape[1])
            return examples, known._with_targets(indicators[labelled], "sigmoid"), classes, None
        labels, counts = (
            self._labels(X, y, examples.rows),
            counting(examples),
        )
        numbers = np.full(examples.rows, UNLABELLED, dtype=np.int64)
        classes, numbers[counts] = encode(labels[counts])
        weights = examples.weights
        own = None if weights is None else weights.astype(np.float64)
        factors = class_factors(self.class_weight, classes, numbers, own)
        examples = reweighted_by_class(examples, numbers, factors)
        return examples, with_labels(examples.relabel(numbers)), classes, factors

    def _labels(self, X: Any, y: Any, rows: int) -> Labels:
        """The labels given for so many rows, or else those of a Dataset."""
        name = type(self).__name__
        return as_labels(labels_of(X, y, name), rows, name)

    def _labelled_as(self, validation: Any, classes: Labels | None, factors: Weights | None) -> Dataset:
        """Validation examples, a Dataset or a pair (X, y), with their labels; those without are left out.

        Their numbers are those of ``classes``; None if there are several labels at once. ``factors`` weight classes.
        """
        X, y = self._pair_of_validation(validation)
        examples = self._examples(X)
        if classes is None:
            if not is_matrix(y):
                raise ValueError("validation must be a pair (X, y) whose y is an indicator matrix, as that of fit")
            indicators = as_indicators(y, examples.rows)
            labelled = has_labels(indicators, "validation's y")
            return examples[labelled]._with_targets(indicators[labelled], "sigmoid")
        labels = self._labels(X, y, examples.rows)
        numbers = encode_as(labels, classes, "validation")
        return with_labels(reweighted_by_class(examples, numbers, factors).relabel(numbers))


def labels_of(X: Any, y: Any, estimator: str) -> Any:
    """The labels given, or else those of a Dataset; ``estimator`` is what errors call it."""
    if y is not None or not isinstance(X, Dataset):
        return y
    labels = X.labels
    if labels is None:
        raise ValueError(
            f"{estimator} requires y to be passed, or a Dataset with labels: open_dataset(..., labels=...)"
        )
    return labels


def with_labels(examples: Dataset) -> Dataset:
    """Those of the examples that have a label; the dataset itself if all have one."""
    labels = examples.labels
    labelled = np.ones(examples.rows, dtype=np.bool_) if labels is None else labels != UNLABELLED
    return examples if labelled.all() else examples[labelled]
