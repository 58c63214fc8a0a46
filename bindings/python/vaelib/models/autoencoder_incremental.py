"""A stacked denoising auto-encoder that learns from one part of the data after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from vaelib.data.sample_weights import weighted
from vaelib.models.estimator import Estimator
from vaelib.models.fine_tuning import has_epochs
from vaelib.models.incremental import Phase, is_new, learning, start, step_through
from vaelib.models.native_stack import NativeStack

Self = TypeVar("Self", bound="AutoencoderPartialFit")


class AutoencoderPartialFit(Estimator[NativeStack]):
    """``partial_fit`` of an auto-encoder."""

    batch_size: Any

    def partial_fit(self: Self, X: Any, y: object = None, *, sample_weight: Any = None) -> Self:
        """Trains on X in one pass, after what was learned from the parts before; returns the estimator.

        Each batch is a step of pretraining of every layer, bottom first, and then, if ``finetune_epochs`` is above 0,
        of fine-tuning; with ``epochs=0`` of fine-tuning alone. The first call decides, from its rows, the loss and the
        columns' scales, so it should be like those that follow. After a ``fit`` the fitted stack is trained on. The
        optimiser goes on from call to call, but not in a copy or a pickle; where parameters of the training changed
        since the last call, it begins anew with them, and where those of layers did, ``history_`` does, too. As no end
        is known, the schedule "cosine", the default, is "constant" here. ``weight_decay`` is that of a training on as
        many rows as the first call had. Nothing is held out, and ``history_`` and ``n_iter_`` are those of ``fit``.
        ``predict``, ``decision_function``, ``p_values`` and ``explain`` need ``calibrate`` with usual rows afterwards.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
            The examples, as in ``fit``, in steps of ``batch_size`` rows, of 128 if that is "auto".
        y : ignored
            Present for scikit-learn.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts, compared with one of weight 1 in any call.

        Raises
        ------
        ValueError
            X has other columns than in the first call.
        DataError
            A value is not finite or does not suit the loss; the steps before it were made.
        """
        with learning(self):
            begins = is_new(self)
            examples = weighted(self._examples(X, reset=begins), sample_weight)
            if begins:
                start(self, examples)
            step_through(self, examples, _phases(self), self.batch_size)
        return self


def _phases(estimator: Any) -> Sequence[Phase]:
    """The phases that have epochs: pretraining, layer by layer, and fine-tuning."""
    layers = range(len(estimator._fitted().widths)) if estimator._has_pretraining() else ()
    phases = [("pretraining", layer) for layer in layers]
    if has_epochs(estimator.finetune_epochs, "finetune_epochs"):
        phases.append(("unsupervised", 0))
    if not phases:
        raise ValueError("epochs and finetune_epochs are both 0: there is nothing to train")
    return phases
