"""What every estimator does with the model that training gives it: keeps it, shows its history, weights and file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._errors import Cancelled, NumericalError, VaelibError
from vaelib._estimator import ModelType, seed_from
from vaelib._parameters import count
from vaelib._state import StateDict
from vaelib.dataset import Dataset

Self = TypeVar("Self", bound="Trained[Any]")


class Trained(StateDict[ModelType]):
    """History, weights, files; what the ``fit`` of each kind of estimator is made of."""

    seed_: int
    verbose: int
    validation_fraction: float
    validation_split: str
    random_state: Any
    _in_training: ModelType | None
    #: The dataclass of an entry of the history.
    _record_type: ClassVar[type[Any]]

    def initialize(self: Self, n_features: int) -> Self:
        """Gives the estimator fresh, untrained weights for examples of this width; returns the estimator.

        ``fit`` does this by itself. It is for programs with a training loop of their own (``vaelib.Trainer``) or with
        weights from elsewhere (``load_state_dict``).
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model to an HDF5 file: architecture, weights, training, history, data scaling.

        The file appears complete or not at all: on any error an older file of that name stays as it was.

        Raises
        ------
        FileError
            The file cannot be written; FileNotFoundError if its folder does not exist.
        """
        self._fitted().save(path)

    @property
    def history_(self) -> dict[str, npt.NDArray[Any]]:
        """The training history: an array with one entry an epoch for each field of its records."""
        records = self._fitted().history
        names = [field.name for field in fields(self._record_type)]
        return {name: np.array([getattr(record, name) for record in records]) for name in names}

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

    def _new_model(self, n_features: int, seed: int) -> ModelType:
        """A model with fresh weights for examples of this width, as the estimator's parameters say."""
        raise NotImplementedError

    def _parameters(self, names: Iterable[str]) -> dict[str, Any]:
        """The estimator's parameters of these names."""
        return {name: getattr(self, name) for name in names}

    @contextmanager
    def _training(self, model: ModelType, seed: int, **learned: Any) -> Iterator[None]:
        """Trains the model within, then keeps it, and the attributes that were learned from the data.

        It is kept too, with the weights reached, when training was stopped or diverged; not when the library refused
        to begin.
        """
        try:
            self._in_training = model
            yield
        except BaseException as error:
            if isinstance(error, Cancelled | NumericalError) or not isinstance(error, VaelibError):
                self._keep(model, seed, **learned)
            raise
        finally:
            del self._in_training
        self._keep(model, seed, **learned)

    def _keep(self, model: ModelType, seed: int, **learned: Any) -> None:
        self._model = model
        self.seed_ = seed
        vars(self).update(learned)

    def _held_out(self, examples: Dataset, validation: Any, seed: int) -> tuple[Dataset, Dataset | None]:
        """Training and validation examples: those given, or ``validation_fraction`` of the rows."""
        if validation is not None:
            return examples, self._examples(validation)
        return self._split(examples, seed)

    def _split(self, examples: Dataset, seed: int, *, stratify: bool = False) -> tuple[Dataset, Dataset | None]:
        """The examples without, and only, the ``validation_fraction`` of the rows that ``validation_split`` chooses."""
        fraction, choice = self.validation_fraction, self.validation_split
        if not 0 <= fraction < 1:
            raise ValueError(f"validation_fraction must be at least 0 and below 1, not {fraction!r}")
        if choice not in ("random", "last"):
            raise ValueError(f"validation_split must be 'random' or 'last', not {choice!r}")
        held_out = round(examples.rows * fraction)
        if held_out == 0:
            return examples, None
        if held_out == examples.rows:
            raise ValueError(
                f"validation_fraction {fraction!r} leaves none of the {examples.rows} examples to train on"
            )
        if choice == "random":
            return examples.split(fraction, seed, stratify=stratify)
        return examples[: examples.rows - held_out], examples[examples.rows - held_out :]

    def _line(self, progress: Any) -> str:
        """What ``verbose`` prints about an epoch that ended."""
        raise NotImplementedError

    def _reporting(self, callback: Callable[[Any], object] | None) -> Callable[[Any], object] | None:
        """The user's callback, and before it the printed lines that ``verbose`` asks for."""
        if not self.verbose:
            return callback

        def report(progress: Any) -> object:
            if progress.kind == "epoch":
                print(self._line(progress), flush=True)
            return callback(progress) if callback is not None else None

        return report
