"""What a fitted classifier can tell, and examples with labels of any kind as datasets with numbered ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import text
from vaelib._c.arrays import pointer
from vaelib._c.calls import call
from vaelib._c.long_calls import Callback
from vaelib.data.dataset import Dataset
from vaelib.data.labels import Labels, as_labels, encode, encode_as
from vaelib.data.unlabelled import UNLABELLED, is_labelled_for
from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack
from vaelib.models.targets import Target, query_to_file


class Predictions(Estimator[NativeStack]):
    """Predictions."""

    classes_: Labels

    def predict(self, X: Any) -> Labels:
        """The most probable class of each example, shape (n_samples,), as one of ``classes_``."""
        model = self._fitted()
        examples = self._examples(X)
        numbers = np.empty(examples.rows, dtype=np.int64)
        call("vaelib_stack_predict", model.handle, examples.handle, pointer(numbers), numbers.size)
        classes = getattr(self, "classes_", None)  # a Trainer knows numbers only
        return numbers if classes is None else np.asarray(classes[numbers])

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:
        """The probability of each class, shape (n_samples, n_classes), columns in the order of ``classes_``."""
        model = self._fitted()
        classes = model.info.class_count
        examples = self._examples_for(model, X)
        probabilities = np.empty((examples.rows, classes), dtype=np.float32)
        name = "vaelib_stack_predict_probabilities" + examples.suffix
        call(name, model.handle, *examples.arguments, pointer(probabilities), probabilities.size)
        return probabilities

    def predict_proba_to_file(
        self, X: Any, target: Target, name: str = "probabilities", *, callback: Callback | None = None
    ) -> None:
        """Writes what ``predict_proba`` gives: dataset ``name`` of shape (n_samples, n_classes).

        ``target`` and ``callback`` are as for ``transform_to_file``.
        """
        function = "vaelib_stack_predict_probabilities_to"
        query_to_file(function, self._fitted(), self._examples(X), (), target, (text(name),), callback)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The share of examples whose predicted label is y, or that of the Dataset X; weighted if asked for.

        Examples without a label, which -1 stands for, do not count; in a classifier of the classes -1 and 1, they do.
        """
        predicted = self.predict(X)
        labels = as_labels(self._labels_of(X, y), len(predicted), type(self).__name__)
        labelled = is_labelled_for(getattr(self, "classes_", predicted), labels)
        if not labelled.any():
            raise ValueError("every label in y is -1, which stands for no label: there is nothing to compare with")
        if not labelled.all():
            predicted, labels = predicted[labelled], labels[labelled]
            sample_weight = None if sample_weight is None else np.asarray(sample_weight)[labelled]
        return float(np.average(predicted == labels, weights=sample_weight))

    def _labelled(self, X: Any, y: Any) -> tuple[Dataset, Labels]:
        """Training examples with numbered labels, -1 for none, and the classes in the order of the numbers."""
        examples = self._examples(X, reset=True)
        classes, numbers = encode(as_labels(self._labels_of(X, y), examples.rows, type(self).__name__))
        return examples.relabel(numbers), classes

    def _labelled_as(self, validation: Any, classes: Labels) -> Dataset:
        """Validation examples, a Dataset or a pair (X, y), with the numbers of their labels; others are left out."""
        if isinstance(validation, Dataset):
            X, y = validation, None
        else:
            try:
                X, y = validation
            except (TypeError, ValueError):
                raise ValueError("validation must be a pair (X, y), or a Dataset with labels") from None
        examples = self._examples(X)
        labels = as_labels(self._labels_of(X, y), examples.rows, type(self).__name__)
        return with_labels(examples.relabel(encode_as(labels, classes, "validation")))

    def _labels_of(self, X: Any, y: Any) -> Any:
        """The labels given, or else those of a Dataset."""
        if y is not None or not isinstance(X, Dataset):
            return y
        labels = X.labels
        if labels is None:
            name = type(self).__name__
            raise ValueError(f"{name} requires y to be passed, or a Dataset with labels: open_dataset(..., labels=...)")
        return labels


def with_labels(examples: Dataset) -> Dataset:
    """Those of the examples that have a label; the dataset itself if all have one."""
    labels = examples.labels
    labelled = np.ones(examples.rows, dtype=np.bool_) if labels is None else labels != UNLABELLED
    return examples if labelled.all() else examples[labelled]
