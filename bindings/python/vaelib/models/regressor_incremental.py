"""A stacked denoising regressor that learns from one part of the data after another."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import weighted
from vaelib.data.target_arrays import as_targets
from vaelib.models.regression import targets_of
from vaelib.models.stack_incremental import StackPartialFit

Self = TypeVar("Self", bound="RegressorPartialFit")


class RegressorPartialFit(StackPartialFit):
    """``partial_fit`` of a regressor."""

    def partial_fit(self: Self, X: Any, y: Any = None, *, sample_weight: Any = None) -> Self:
        """Learns the targets of X in one pass, after those of the parts before; returns the estimator.

        Layers are fine-tuned, not pretrained: ``pretrained``, or ``fit`` before, begins with layers that are. The first
        call decides, from its rows, the loss and the scales of columns and targets, so it should be like those that
        follow. The optimiser goes on from call to call, but not in a copy or a pickle. As no end is known, the schedule
        "cosine", the default, is "constant" here. Nothing is held out, and ``history_`` and ``n_iter_`` are those of
        ``fit``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset or h5py.Dataset
            The examples, as in ``fit``, in steps of ``finetune_batch_size`` rows, or else of ``batch_size``, or of 128
            if that is "auto".
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their targets, as in ``fit``, and as many in each call.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts, compared with one of weight 1 in any call.

        Raises
        ------
        ValueError
            y does not hold a real number, or as many, for each example; or X has other columns than in the first call.
        DataError
            A value is not finite or does not suit the loss; the steps before it were made.
        """
        with self._learning():
            is_new = self._is_new()
            examples = weighted(self._examples(X, reset=is_new), sample_weight)
            targets = as_targets(targets_of(X, y), examples.rows, type(self).__name__)
            matrix = targets.reshape(len(targets), -1)
            known = ~np.isnan(matrix).all(axis=1)
            if is_new or not self._fitted().head:
                self._start_regressor(examples, matrix, is_new=is_new, _is_vector=targets.ndim == 1)
            if matrix.shape[1] != self._fitted().info.output_count:
                expected = self._fitted().info.output_count
                raise ValueError(f"y has {matrix.shape[1]} targets an example, but had {expected} in the first call")
            if known.any():
                measured = examples[known]._with_targets(targets[known], "gaussian")
                self._step_through(measured, [("supervised", 0)], self._finetuning_rows())
        return self

    def _start_regressor(self, examples: Dataset, targets: Any, *, is_new: bool, **learned: Any) -> None:
        """A stack with a head whose scale is that of these targets."""
        if np.isnan(targets).all(axis=0).any():
            raise ValueError("the first call needs some of each target: one is NaN, which stands for none, in all rows")
        if is_new:
            self._start_with_head(examples, "gaussian", targets.shape[1], **learned)
        else:
            self._fitted().add_head("gaussian", targets.shape[1])
            self._keep(self._fitted(), self.seed_, **learned)
        deviation = np.nanstd(targets.astype(np.float64), axis=0)
        scales = {
            "mean": np.nanmean(targets.astype(np.float64), axis=0),
            "deviation": np.where(deviation > 0, deviation, 1),
        }
        self.set_weights({f"regressor/standardization/{name}": each for name, each in scales.items()}, strict=False)
