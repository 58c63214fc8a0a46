"""Fitting: training a variational auto-encoder."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from vaelib._checkpoint import CheckpointLike, checkpoint_of
from vaelib._estimator import training_seed
from vaelib._long_calls import Callback, HistoryRecord, Progress
from vaelib._model import Model
from vaelib._parameters import ARCHITECTURE_DEFAULTS, TRAINING_DEFAULTS
from vaelib._trained import Trained

Self = TypeVar("Self", bound="Fitting")


class Fitting(Trained[Model]):
    """Training."""

    warm_start: bool
    _record_type = HistoryRecord

    def fit(
        self: Self,
        X: Any,
        y: object = None,
        *,
        validation: Any = None,
        callback: Callback | None = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Trains on X; returns the estimator.

        Ctrl-C stops the training within a moment, leaves a usable estimator with the weights reached so far, and
        raises KeyboardInterrupt.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The examples. An array is scaled by the parameters ``scale`` and ``shift``, a Dataset by its own.
        y : ignored
            There for scikit-learn's sake.
        validation : array or Dataset, optional
            Held-out examples whose bound is computed after every epoch; ``patience`` needs them. Without it,
            ``validation_fraction`` of X's rows are held out.
        callback : callable, optional
            Called with a ``vaelib.Progress`` about every 50 ms and after each epoch. If it returns something true,
            training ends and ``fit`` returns as usual; if it raises, training ends and ``fit`` raises that.
        checkpoint : path or Checkpoint, optional
            The file that keeps the state of the training: if it is there, training goes on from it, to the same bits as
            without the interruption. The parameters and the data must be the same as before, and the error names the
            difference if not; only ``epochs`` may grow. With a ``random_state`` that is not an integer, the seed is
            taken from the file.

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed. Or the checkpoint belongs to another
            training.
        DataError
            A value is not finite or does not suit the likelihood; the text names its row and column.
        NumericalError
            Training diverged; the text names the epoch and the batch. The last good weights are kept.
        Cancelled
            ``cancel()`` was called. The weights reached so far are kept.
        """
        goes_on = bool(self.warm_start) and getattr(self, "_model", None) is not None
        keeper = checkpoint_of(checkpoint)
        seed = training_seed(self.random_state, keeper)
        examples, held_out = self._held_out(self._examples(X, reset=not goes_on), validation, seed)
        model = self._same_model() if goes_on else self._new_model(examples.columns, seed)
        with self._training(model, seed):
            training = self._parameters(TRAINING_DEFAULTS)
            model.fit(examples, held_out, training, seed, self._reporting(callback), keeper)
        return self

    def _new_model(self, n_features: int, seed: int) -> Model:
        return Model.create(n_features, seed, self._parameters(ARCHITECTURE_DEFAULTS))

    def _same_model(self) -> Model:
        """The model that a warm start goes on with, once its architecture is known to be what the parameters say."""
        model = self._fitted()
        wanted = self._new_model(self.n_features_in_, 0).architecture
        found = model.architecture
        changed = [name for name in wanted if wanted[name] != found[name]]
        if changed:
            raise ValueError(
                f"warm_start goes on with the fitted model, but {', '.join(changed)} changed since; "
                "set warm_start=False to begin anew"
            )
        return model

    def _line(self, progress: Progress) -> str:
        record = progress.record
        line = (
            f"epoch {progress.epoch:{len(str(progress.epochs))}}/{progress.epochs}  elbo {record.elbo:10.3f} = "
            f"reconstruction {record.reconstruction:10.3f} - kl {record.kl:8.3f}"
        )
        if not np.isnan(record.validation_elbo):
            line += f"  validation {record.validation_elbo:10.3f}"
        return f"{line}  {record.seconds:6.2f} s"
