"""Fitting: training an estimator, and what it remembers of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._errors import Cancelled, NumericalError, VaelibError
from vaelib._estimator import Estimator, seed_from
from vaelib._long_calls import Callback, HistoryRecord, Progress
from vaelib._model import Model
from vaelib._parameters import ARCHITECTURE_DEFAULTS, TRAINING_DEFAULTS, count
from vaelib.dataset import Dataset

Self = TypeVar("Self", bound="Fitting")


class Fitting(Estimator):
    """Training."""

    seed_: int
    verbose: int
    warm_start: bool
    validation_fraction: float
    random_state: Any
    _in_training: Model | None

    def fit(self: Self, X: Any, y: object = None, *, validation: Any = None, callback: Callback | None = None) -> Self:
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
            Held-out examples whose bound is computed after every epoch; ``patience`` needs them. Without it, the last
            ``validation_fraction`` of X's rows are held out.
        callback : callable, optional
            Called with a ``vaelib.Progress`` about every 50 ms and after each epoch. If it returns something true,
            training ends and ``fit`` returns as usual; if it raises, training ends and ``fit`` raises that.

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed.
        DataError
            A value is not finite or does not suit the likelihood; the text names its row and column.
        NumericalError
            Training diverged; the text names the epoch and the batch. The last good weights are kept.
        Cancelled
            ``cancel()`` was called. The weights reached so far are kept.
        """
        goes_on = bool(self.warm_start) and getattr(self, "_model", None) is not None
        examples, held_out = self._split(self._examples(X, reset=not goes_on), validation)
        seed = seed_from(self.random_state)
        model = self._same_model() if goes_on else self._new_model(examples.columns, seed)
        try:
            self._in_training = model
            model.fit(examples, held_out, self._parameters(TRAINING_DEFAULTS), seed, self._reporting(callback))
        except BaseException as error:
            if isinstance(error, Cancelled | NumericalError) or not isinstance(error, VaelibError):
                self._keep(model, seed)
            raise
        finally:
            del self._in_training
        self._keep(model, seed)
        return self

    def initialize(self: Self, n_features: int) -> Self:
        """Gives the estimator fresh, untrained weights for examples of this width; returns the estimator.

        ``fit`` does this by itself. It is for programs with a training loop of their own (``vaelib.Trainer``) or with
        weights from elsewhere (``set_weights``).
        """
        seed = seed_from(self.random_state)
        width = count(n_features, "n_features")
        self._keep(self._new_model(width, seed), seed)
        self.n_features_in_ = width
        vars(self).pop("feature_names_in_", None)
        return self

    def cancel(self) -> None:
        """Stops what this estimator is doing in another thread: that call raises ``Cancelled`` within 100 ms."""
        for model in (getattr(self, "_in_training", None), getattr(self, "_model", None)):
            if model is not None:
                model.cancel()

    @property
    def history_(self) -> dict[str, npt.NDArray[Any]]:
        """The training history: an array with one entry an epoch for each field of ``vaelib.HistoryRecord``."""
        records = self._fitted().history
        return {
            field.name: np.array([getattr(record, field.name) for record in records]) for field in fields(HistoryRecord)
        }

    def get_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of every weight matrix [inputs, outputs] and bias [1, outputs] by its name in the model file."""
        model = self._fitted()
        flat = model.get_parameters()
        return {tensor.name: tensor.of(flat) for tensor in model.tensors}

    def set_weights(self: Self, weights: Mapping[str, npt.ArrayLike]) -> Self:
        """Replaces weights and biases by name, those not given stay; returns the estimator.

        Raises
        ------
        ValueError
            A name is unknown, a shape is wrong, or a number is not finite.
        """
        model = self._fitted()
        flat = model.get_parameters()
        tensors = {tensor.name: tensor for tensor in model.tensors}
        for name, values in weights.items():
            if name not in tensors:
                raise ValueError(f"there is no tensor {name!r}; there are {', '.join(tensors)}")
            given = np.asarray(values, dtype=np.float32)
            if given.shape != tensors[name].shape:
                raise ValueError(f"{name} has shape {tensors[name].shape}, not {given.shape}")
            tensors[name].of(flat)[...] = given
        model.set_parameters(flat)
        return self

    def _parameters(self, names: Mapping[str, Any]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

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

    def _keep(self, model: Model, seed: int) -> None:
        self._model = model
        self.seed_ = seed

    def _split(self, examples: Dataset, validation: Any) -> tuple[Dataset, Dataset | None]:
        """Training and validation examples."""
        if validation is not None:
            return examples, self._examples(validation)
        fraction = self.validation_fraction
        if not 0 <= fraction < 1:
            raise ValueError(f"validation_fraction must be at least 0 and below 1, not {fraction!r}")
        held_out = round(examples.rows * fraction)
        if held_out == 0:
            return examples, None
        if held_out == examples.rows:
            raise ValueError(
                f"validation_fraction {fraction!r} leaves none of the {examples.rows} examples to train on"
            )
        return examples[: examples.rows - held_out], examples[examples.rows - held_out :]

    def _reporting(self, callback: Callback | None) -> Callback | None:
        """The user's callback, and before it the printed lines that ``verbose`` asks for."""
        if not self.verbose:
            return callback

        def report(progress: Progress) -> object:
            print_epoch(progress)
            return callback(progress) if callback is not None else None

        return report


def print_epoch(progress: Progress) -> None:
    """Prints one line for an epoch that ended."""
    if progress.kind != "epoch":
        return
    record = progress.record
    line = (
        f"epoch {progress.epoch:{len(str(progress.epochs))}}/{progress.epochs}  elbo {record.elbo:10.3f} = "
        f"reconstruction {record.reconstruction:10.3f} - kl {record.kl:8.3f}"
    )
    if not np.isnan(record.validation_elbo):
        line += f"  validation {record.validation_elbo:10.3f}"
    print(f"{line}  {record.seconds:6.2f} s", flush=True)
