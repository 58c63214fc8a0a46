"""A stacked denoising classifier that learns from one part of the data after another."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from vaelib.data.as_array import as_array
from vaelib.data.dataset import Dataset
from vaelib.data.labels import Labels, as_labels, encode_as
from vaelib.data.sample_weights import class_factors, reweighted_by_class
from vaelib.data.target_arrays import as_indicators, is_matrix
from vaelib.data.unlabelled import is_labelled_for
from vaelib.models.estimator import Estimator
from vaelib.models.incremental import learning
from vaelib.models.native_stack import NativeStack
from vaelib.models.predictions import labels_of, with_labels
from vaelib.models.stack_incremental import begin_with_head, finetune_through, has_head, taken

Self = TypeVar("Self", bound="ClassifierPartialFit")


class ClassifierPartialFit(Estimator[NativeStack]):
    """``partial_fit`` of a classifier."""

    classes_: Labels
    class_weight: Any

    def partial_fit(self: Self, X: Any, y: Any = None, classes: Any = None, *, sample_weight: Any = None) -> Self:
        """Learns the labels of X in one pass, after those of the parts before; returns the estimator.

        Layers are fine-tuned, not pretrained: ``pretrained``, or ``fit`` before, begins with layers that are. The first
        call decides, from its rows, the loss and the columns' scales, so it should be like those that follow. The
        optimiser goes on from call to call, but not in a copy or a pickle; where parameters of the training changed
        since the last call, it begins anew with them. As no end is known, the schedule "cosine", the default, is
        "constant" here. ``weight_decay`` is that of a training on as many rows as the first call had. Nothing is held
        out, and ``history_`` and ``n_iter_`` are those of ``fit``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
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
        with learning(self):
            X, y, examples = taken(self, X, y, sample_weight)
            kind, known = ("sigmoid", None) if is_matrix(y) else ("softmax", _known_classes(self, classes))
            labelled = _labelled(self, X, y, examples, known)
            if not has_head(self):
                names = np.arange(as_array(y, "y").shape[1]) if known is None else known
                begin_with_head(self, examples, kind, len(names), classes_=names)
            elif self._fitted().head != kind:
                raise ValueError("y is an indicator matrix of several labels at once, or the model of such, not both")
            if labelled is not None:
                finetune_through(self, labelled)
        return self


def _known_classes(estimator: Any, classes: Any) -> Labels:
    """The classes: those of this call, or of an earlier one."""
    if has_head(estimator):
        known: Labels = estimator.classes_
        if classes is not None and not np.array_equal(np.unique(as_array(classes, "classes")), known):
            raise ValueError(f"classes={classes!r} is not the same as on the last call, {known!r}")
        return known
    if classes is None:
        raise ValueError("classes must be passed on the first call to partial_fit")
    found: Labels = np.unique(as_array(classes, "classes"))
    if len(found) < 2:
        raise ValueError(f"classes has one class only, {found.tolist()}; a classifier needs at least two classes")
    return found


def _labelled(estimator: Any, X: Any, y: Any, examples: Dataset, classes: Labels | None) -> Dataset | None:
    """Those of the examples that have labels, with them; None if none has."""
    name = type(estimator).__name__
    if classes is None:
        indicators = as_indicators(y, examples.rows)
        known = ~np.isnan(indicators).all(axis=1)
        return examples[known]._with_targets(indicators[known], "sigmoid") if known.any() else None
    if isinstance(estimator.class_weight, str):
        raise ValueError(
            f"class_weight {estimator.class_weight!r} is of all examples, which partial_fit does not know; give "
            "weights in a dictionary"
        )
    labels = as_labels(labels_of(X, y, name), examples.rows, name)
    known = is_labelled_for(classes, labels)
    if not known.any():
        return None
    numbers = encode_as(labels, classes, "y")
    factors = class_factors(estimator.class_weight, classes, numbers, None)
    return with_labels(reweighted_by_class(examples, numbers, factors).relabel(numbers))
