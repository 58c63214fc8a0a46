"""A stacked denoising classifier that learns from one part of the data after another."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from vaelib.data.as_array import as_array
from vaelib.data.dataset import Dataset
from vaelib.data.labels import Labels, as_labels, encode_as
from vaelib.data.sample_weights import class_factors, reweighted_by_class, weighted
from vaelib.data.target_arrays import as_indicators, is_matrix
from vaelib.models.predictions import Predictions, with_labels
from vaelib.models.stack_incremental import StackPartialFit

Self = TypeVar("Self", bound="ClassifierPartialFit")


class ClassifierPartialFit(StackPartialFit, Predictions):
    """``partial_fit`` of a classifier."""

    def partial_fit(self: Self, X: Any, y: Any = None, classes: Any = None, *, sample_weight: Any = None) -> Self:
        """Learns the labels of X in one pass, after those of the parts before; returns the estimator.

        Layers are fine-tuned, not pretrained: ``pretrained``, or ``fit`` before, begins with layers that are. The first
        call decides, from its rows, the loss and the columns' scales, so it should be like those that follow. The
        optimiser goes on from call to call, but not in a copy or a pickle. As no end is known, the schedule "cosine",
        the default, is "constant" here. Nothing is held out, and ``history_`` and ``n_iter_`` are those of ``fit``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset or h5py.Dataset
            The examples, as in ``fit``, in steps of ``finetune_batch_size`` rows, or else of ``batch_size``, or of 128
            if that is "auto".
        y : array of shape (n_samples,) or (n_samples, n_labels)
            Their labels, as in ``fit``.
        classes : array of shape (n_classes,), optional
            All classes that there are. The first call needs them, unless y is an indicator matrix; in later ones they
            may be left out.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts, compared with one of weight 1 in any call.

        Raises
        ------
        ValueError
            The classes are missing, or others than in the first call, or y has a label that is none of them; or X has
            other columns.
        DataError
            A value is not finite or does not suit the loss; the steps before it were made.
        """
        with self._learning():
            is_new = self._is_new()
            examples = weighted(self._examples(X, reset=is_new), sample_weight)
            kind, known = ("sigmoid", None) if is_matrix(y) else ("softmax", self._classes_of_stream(classes))
            learned = self._with_numbers(X, y, examples, known)
            outputs = as_array(y, "y").shape[1] if known is None else len(known)
            if is_new:
                self._start_with_head(examples, kind, outputs, classes_=np.arange(outputs) if known is None else known)
            elif not self._fitted().head:
                self._fitted().add_head(kind, outputs)
                self._keep(self._fitted(), self.seed_, classes_=np.arange(outputs) if known is None else known)
            elif self._fitted().head != kind:
                raise ValueError("y is an indicator matrix of several labels at once, or the model of such, not both")
            if learned.rows > 0:
                self._step_through(learned, [("supervised", 0)], self._finetuning_rows())
        return self

    def _classes_of_stream(self, classes: Any) -> Labels:
        """The classes: those of this call, or of an earlier one."""
        known: Labels | None = getattr(self, "classes_", None) if not self._is_new() else None
        if known is not None and self._fitted().head:
            if classes is not None and not np.array_equal(np.unique(as_array(classes, "classes")), known):
                raise ValueError(f"classes={classes!r} is not the same as on the last call, {known!r}")
            return known
        if classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit")
        found: Labels = np.unique(as_array(classes, "classes"))
        if len(found) < 2:
            raise ValueError(f"classes has one class only, {found.tolist()}; a classifier needs at least two classes")
        return found

    def _with_numbers(self, X: Any, y: Any, examples: Dataset, classes: Labels | None) -> Dataset:
        """Those of the examples that have labels, with them."""
        if classes is None:
            indicators = as_indicators(y, examples.rows)
            known = ~np.isnan(indicators).all(axis=1)
            return examples[known]._with_targets(indicators[known], "sigmoid") if known.any() else examples[:0]
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"class_weight {self.class_weight!r} is of all examples, which partial_fit does not know; give weights "
                "in a dictionary"
            )
        labels = as_labels(self._labels_of(X, y), examples.rows, type(self).__name__)
        numbers = encode_as(labels, classes, "y")
        factors = class_factors(self.class_weight, classes, numbers, None)
        return with_labels(reweighted_by_class(examples, numbers, factors).relabel(numbers))
