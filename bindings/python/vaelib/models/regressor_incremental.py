"""A stacked denoising regressor that learns from one part of the data after another."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib.data.target_arrays import as_targets
from vaelib.models.estimator import Estimator
from vaelib.models.incremental import learning
from vaelib.models.native_stack import NativeStack
from vaelib.models.regression import targets_of
from vaelib.models.stack_incremental import begin_with_head, finetune_through, has_head, taken

Self = TypeVar("Self", bound="RegressorPartialFit")


class RegressorPartialFit(Estimator[NativeStack]):
    """``partial_fit`` of a regressor."""

    def partial_fit(self: Self, X: Any, y: Any = None, *, sample_weight: Any = None) -> Self:
        """Learns the targets of X in one pass, after those of the parts before; returns the estimator.

        Layers are fine-tuned, not pretrained: ``pretrained``, or ``fit`` before, begins with layers that are. The first
        call decides, from its rows, the loss and the scales of columns and targets, so it should be like those that
        follow. The optimiser goes on from call to call, but not in a copy or a pickle; where parameters of the training
        changed since the last call, it begins anew with them. As no end is known, the schedule "cosine", the default,
        is "constant" here. ``weight_decay`` is that of a training on as many rows as the first call had. Nothing is
        held out, and ``history_`` and ``n_iter_`` are those of ``fit``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
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
        with learning(self):
            X, y, examples = taken(self, X, y, sample_weight)
            targets = as_targets(targets_of(X, y), examples.rows, type(self).__name__)
            matrix = targets.reshape(len(targets), -1)
            if not has_head(self):
                scales = _scales_of(matrix)
                begin_with_head(self, examples, "gaussian", matrix.shape[1], _is_vector=targets.ndim == 1)
                self.set_weights(scales, strict=False)
            expected = self._fitted().info.output_count
            if matrix.shape[1] != expected:
                raise ValueError(f"y has {matrix.shape[1]} targets an example, but had {expected} in the first call")
            known = ~np.isnan(matrix).all(axis=1)
            if known.any():
                finetune_through(self, examples[known]._with_targets(targets[known], "gaussian"))
        return self


def _scales_of(targets: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The weights that bring targets to mean 0 and deviation 1."""
    if np.isnan(targets).all(axis=0).any():
        raise ValueError("the first call needs some of each target: one is NaN, which stands for none, in all rows")
    mean, deviation = (function(targets.astype(np.float64), axis=0) for function in (np.nanmean, np.nanstd))
    scales = {"mean": mean, "deviation": np.where(deviation > 0, deviation, 1)}
    return {f"regressor/standardization/{name}": values for name, values in scales.items()}
