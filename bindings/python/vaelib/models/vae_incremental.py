"""A variational auto-encoder that learns from one part of the data after another."""

from __future__ import annotations

from typing import Any, TypeVar

from vaelib.data.sample_weights import weighted
from vaelib.models.estimator import Estimator
from vaelib.models.incremental import is_new, learning, start, step_through
from vaelib.models.native_vae import NativeVAE

Self = TypeVar("Self", bound="VAEPartialFit")


class VAEPartialFit(Estimator[NativeVAE]):
    """``partial_fit`` of a VAE."""

    batch_size: Any

    def partial_fit(self: Self, X: Any, y: object = None, *, conditions: Any = None, sample_weight: Any = None) -> Self:
        """Trains on X in one pass, after what was learned from the parts before; returns the estimator.

        The first call decides, from its rows, what the parameters leave to the data: the likelihood, the columns'
        scales, the categories. It should be like those that follow. After a ``fit`` the fitted model is trained on. The
        optimiser goes on from call to call, but not in a copy or a pickle; where parameters of the training changed
        since the last call, it begins anew with them. As no end is known, the schedule "cosine", the default, is
        "constant" here; others count epochs of as many rows as the first call had, and ``weight_decay`` is that of a
        training on so many. Nothing is held out, and ``history_`` and ``n_iter_`` are those of ``fit``. ``predict``,
        ``decision_function``, ``p_values`` and ``explain`` need ``calibrate`` with usual rows afterwards.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
            The examples, as in ``fit``, in steps of ``batch_size`` rows, of 128 if that is "auto".
        y : ignored
            Present for scikit-learn.
        conditions : as in ``fit``, optional
            What is given beside X, in each call or in none.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts, compared with one of weight 1 in any call.

        Raises
        ------
        ValueError
            X has other columns than in the first call.
        DataError
            A value is not finite or does not suit the likelihood; the steps before it were made.
        NumericalError
            A gradient is not finite; the steps before it were made.
        """
        with learning(self):
            begins = is_new(self)
            examples = weighted(self._examples(X, reset=begins, conditions=conditions), sample_weight)
            if begins:
                start(self, examples)
            step_through(self, examples, [("fit", 0)], self.batch_size)
        return self
