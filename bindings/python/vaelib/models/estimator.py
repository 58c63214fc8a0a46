"""What all estimators have: a model inside the library, data of a known width, weights, history, files, training."""

from __future__ import annotations

import numbers
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import count, seed_from
from vaelib._c.arrays import pointer
from vaelib._c.errors import Cancelled, NumericalError, VaelibError, VaelibWarning
from vaelib._c.logs import warn
from vaelib._c.long_calls import Callback, Callbacks
from vaelib.data.as_array import as_frame
from vaelib.data.batches import Collected, are_batches, collect
from vaelib.data.data_frames import check_feature_names, check_input_features
from vaelib.data.dataset import Dataset
from vaelib.data.h5py_datasets import is_h5py_dataset, opened
from vaelib.data.index_columns import warn_of_index
from vaelib.data.matrices import as_matrix
from vaelib.data.stored_columns import StoredColumns
from vaelib.models.native import NativeModel
from vaelib.models.not_fitted import not_fitted
from vaelib.models.query_input import QueryInput, plain_rows, rows_of
from vaelib.models.reporting import reporting
from vaelib.models.weights import replace_weights

ModelType = TypeVar("ModelType", bound=NativeModel)
Self = TypeVar("Self", bound="Estimator[Any]")

#: What ``save`` says of names that a file cannot keep.
NAMES_LOST = "the file does not keep the names of columns, which are other than texts or numbers, or too long"

#: The attributes that say what the columns of a data frame were.
_OF_COLUMNS = ("feature_names_in_", "_table", "_selected", "_conditions")


class Estimator(Generic[ModelType]):
    """History, weights, files; what queries and the ``fit`` of each kind of estimator are made of."""

    n_features_in_: int
    seed_: int
    scale: float
    shift: float
    warm_start: bool
    random_state: Any
    verbose: int | str
    _model: ModelType | None
    #: The models that ``fit`` trains, by the threads it does so on.
    _in_training: dict[int, ModelType]
    #: What ``partial_fit`` goes on with; copies and pickles begin with an optimiser that remembers nothing.
    _steps: Any

    def initialize(self: Self, X: Any, *, conditions: Any = None) -> Self:
        """Gives the estimator fresh, untrained weights; returns the estimator.

        ``fit`` does this itself. It is for programs with their own training loop (``vaelib.Trainer``) or with weights
        from elsewhere (``set_weights``).

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset or int
            Examples, which decide what the parameters leave to the data: a likelihood "auto", the columns' scales. Or
            the width of an example, where nothing is left to decide.
        conditions : as in ``VAE.fit``, optional
            What is given beside the examples, for a VAE.
        """
        seed = seed_from(self.random_state)
        if isinstance(X, numbers.Integral):
            width = count(X, "n_features")
            if conditions is not None:
                raise ValueError("conditions are given beside examples: X must be these, not their width")
            model = self._new_model(width, seed)
            self.n_features_in_ = width
            self._forget_columns()
            self._begin(model, None, seed)
        else:
            examples = self._examples(X, reset=True, conditions=conditions)
            self._begin(self._new_model_for(examples, seed), examples, seed)
        return self

    def cancel(self) -> None:
        """Stops what this estimator is doing in another thread: that call raises ``Cancelled`` within 100 ms."""
        for model in (*getattr(self, "_in_training", {}).values(), getattr(self, "_model", None)):
            if model is not None:
                model.cancel()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model to an HDF5 file: architecture, weights, training, history, data scaling.

        With it what is known of a data frame's columns: ``feature_names_in_`` and, of a VAE, ``categories_`` and the
        columns' types. What a file cannot keep of these, a warning names. The file appears complete or not at all: on
        any error an older file of that name stays unchanged.

        Raises
        ------
        FileError
            The file cannot be written; FileNotFoundError if its folder does not exist.
        """
        model = self._fitted()
        model.columns = self._columns_for(model)
        lost = self._lost_columns(model)
        if lost:
            warn(f"{lost}; pickle does", VaelibWarning)
        model.save(path)

    @property
    def history_(self) -> dict[str, npt.NDArray[Any]]:
        """The training history: an array for each metric that some epoch has, one entry per epoch; NaN for no value."""
        return self._fitted().history

    @property
    def n_iter_(self) -> int:
        """How many epochs the model was trained, those of all phases and fits."""
        return int(self._fitted().info.history_epochs)

    def _trained(self, phase: str, name: str) -> Any:
        """A hyper-parameter of the last training in a phase, as it was decided where it was "auto"."""
        model = self._fitted()
        if not model.was_trained(phase):
            raise AttributeError(f"the {type(self).__name__} has not been trained in phase {phase}")
        return model.training(phase)[0][name]

    def get_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of every weight matrix [inputs, outputs] and bias [outputs] by its name in the model file."""
        return self._fitted().get_weights()

    def set_weights(self: Self, weights: Mapping[str, Any], *, strict: bool = True) -> Self:
        """Replaces weights and biases by name; returns the estimator.

        An estimator that was never fitted needs ``initialize(n_features)`` first. A StackedDenoisingClassifier without
        a classifier is given one if ``weights`` have it.

        Parameters
        ----------
        weights : mapping of str to array
            Arrays, or what numpy makes arrays of: also PyTorch's tensors, and mappings from ``torch.load`` or
            ``numpy.load``.
        strict : bool, default True
            All weights, and no others, must be given. False leaves those that are missing as they are, and ignores
            names that the model lacks.

        Raises
        ------
        ValueError
            Names are missing or unknown, shapes are wrong, numbers are not finite: the text lists all that is wrong,
            and nothing is changed.
        """
        model = self._model_for_weights(weights)
        replace_weights(model, weights, strict, type(self).__name__)
        self._adopt(model)
        return self

    def __copy__(self: Self) -> Self:
        """An estimator with the same parameters and a model of its own."""
        copy = type(self).__new__(type(self))
        vars(copy).update(self.__getstate__())
        model = self._present_model()
        if model is not None:
            copy._model = model.copy()
        return copy

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in vars(self).items() if name not in ("_in_training", "_steps")}
        model = self._present_model()
        return state if model is None else {**state, "_model": model}

    def _new_model(self, n_features: int, seed: int) -> ModelType:
        """A model with fresh weights for examples of this width, as the estimator's parameters say."""
        raise NotImplementedError

    def _new_model_for(self, examples: Dataset, seed: int) -> ModelType:
        """The same for these examples, where they decide something."""
        return self._new_model(examples.columns, seed)

    def _begin(self, model: ModelType, examples: Dataset | None, seed: int) -> None:
        """Keeps a model that is not trained yet, once it has seen its examples, if there are some."""
        model.columns = self._columns_for(model)
        if examples is not None:
            self._see(model, examples)
        self._keep(model, seed)

    def _see(self, model: ModelType, examples: Dataset) -> None:
        """Shows a new model what its examples are like."""

    def _model_for_weights(self, weights: Mapping[str, Any]) -> ModelType:
        """The model that takes the weights: the estimator's own, or a copy of it with what they have in addition."""
        return self._fitted()

    def _adopt(self, model: ModelType) -> None:
        """Goes on with the model that has taken weights."""
        self._model = model

    def _parameters(self, names: Iterable[str]) -> dict[str, Any]:
        """The estimator's parameters of these names."""
        return {name: getattr(self, name) for name in names}

    def _step_training(self, phase: str | None, layer: int, head: Any) -> tuple[str, int, dict[str, Any]]:
        """A phase, by default the first, the layer's index, and the training parameters, for a Trainer.

        ``head`` is what a stack without one is to have; None for nothing.
        """
        raise NotImplementedError

    def _present_model(self) -> ModelType | None:
        """The model that was fitted last; for the callbacks of ``fit``, the one that is being trained."""
        last: ModelType | None = getattr(self, "_model", None)
        in_training = getattr(self, "_in_training", None)
        return in_training.get(threading.get_ident(), last) if in_training else last

    def _fitted(self) -> ModelType:
        """The model, which only a fitted estimator has."""
        model = self._present_model()
        if model is None:
            name = type(self).__name__
            raise not_fitted(
                f"This {name} instance is not fitted yet. Call 'fit' with appropriate arguments before using this "
                "estimator."
            )
        return model

    @contextmanager
    def _learning(self) -> Iterator[None]:
        """Forgets the width and the column names that were learned within, unless a model of them was kept."""
        names = ("n_features_in_", *_OF_COLUMNS)
        before = {name: vars(self)[name] for name in names if name in vars(self)}
        model = getattr(self, "_model", None)
        try:
            yield
        except BaseException:
            if getattr(self, "_model", None) is model:
                for name in names:
                    vars(self).pop(name, None)
                vars(self).update(before)
            raise

    @contextmanager
    def _training(self, model: ModelType, seed: int, **learned: Any) -> Iterator[None]:
        """Trains the model within, then keeps it, and the attributes that were learned from the data.

        It is kept too, with the weights reached, when training was stopped, by whatever a callback raised too, or
        diverged; not when the library refused to begin.
        """
        model.columns = self._columns_for(model)
        in_training = vars(self).setdefault("_in_training", {})
        try:
            in_training[threading.get_ident()] = model
            yield
        except BaseException as error:
            has_begun = isinstance(error, Cancelled | NumericalError) or model.callback_failed
            if has_begun or not isinstance(error, VaelibError):
                self._keep(model, seed, **learned)
            raise
        finally:
            del in_training[threading.get_ident()]
        self._keep(model, seed, **learned)

    def _keep(self, model: ModelType, seed: int, **learned: Any) -> None:
        vars(self).pop("_steps", None)  # which were those before this training
        self._model = model
        self.seed_ = seed
        vars(self).update(learned)

    def _forget_scores(self) -> None:
        """Forgets what was learned from answers of the weights that there were."""

    def _validation(self, validation: Any) -> Dataset | None:
        """The validation examples that were given."""
        if isinstance(validation, tuple) or (isinstance(validation, list) and _begins_with_matrix(validation)):
            raise ValueError(
                f"validation must be an array or a Dataset: a {type(self).__name__} learns no labels, which in a pair "
                "(X, y) stand beside X"
            )
        return None if validation is None else self._examples(validation)

    def _pair_of_validation(self, validation: Any) -> tuple[Any, Any]:
        """Validation examples, and the labels or targets given with them; None for those of a Dataset."""
        if isinstance(validation, Dataset):
            return validation, None
        if are_batches(validation):
            return self._collected(validation, None, reset=False)
        try:
            X, y = validation
        except (TypeError, ValueError):
            raise ValueError("validation must be a pair (X, y), or a Dataset with labels") from None
        return X, y

    def _reporting(self, callbacks: Callbacks) -> list[Callback]:
        """The user's callbacks, and before them what ``verbose`` asks for and the logger is told."""
        return reporting(self.verbose, callbacks)

    def _examples(
        self, X: Any, labels: npt.NDArray[Any] | None = None, *, reset: bool = False, conditions: Any = None
    ) -> Dataset:
        """Examples as a dataset whose width is checked; ``reset`` learns the width and the column names instead.

        ``labels`` are for an array; a Dataset brings its own. ``conditions`` are given beside them.
        """
        dataset = self._as_dataset(X, labels, reset)
        if reset:
            self.n_features_in_ = dataset.columns
        elif dataset.columns != self.n_features_in_:
            raise ValueError(
                f"X has {dataset.columns} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input"
            )
        return self._with_conditions(dataset, conditions, reset)

    def _with_conditions(self, examples: Dataset, conditions: Any, reset: bool) -> Dataset:
        """Examples with conditions behind them, as the model has them; ``reset`` learns what conditions there are."""
        if conditions is not None:
            raise ValueError(f"conditions are for a VAE, not for a {type(self).__name__}")
        return examples

    def _examples_for(self, model: ModelType, X: Any, conditions: Any = None) -> QueryInput:
        """Examples for a query of the model, in place where nothing has to be done to them or said about them."""
        width = model.data_dim
        if (
            conditions is None
            and self.scale == 1
            and self.shift == 0
            and self.n_features_in_ == width
            and getattr(self, "feature_names_in_", None) is None
        ):
            rows = plain_rows(X, width)
            if rows is not None:
                return rows
        return rows_of(self._examples(X, conditions=conditions))

    def _as_dataset(self, X: Any, labels: npt.NDArray[Any] | None, reset: bool) -> Dataset:
        if isinstance(X, Collected) or are_batches(X):
            examples: Dataset = self._collected(X, None, reset)[0].dataset
            return examples if labels is None else examples.relabel(labels)
        if isinstance(X, Dataset) or is_h5py_dataset(X):
            if reset:
                self._forget_columns()
            if isinstance(X, Dataset):
                return X
            dataset = opened(X, self.scale, self.shift)
            return dataset if labels is None else dataset.relabel(labels)
        return Dataset(self._matrix(as_frame(X), reset), labels, scale=self.scale, shift=self.shift)

    def _goes_on(self) -> bool:
        """Whether ``fit`` continues from the weights of the previous one."""
        return bool(self.warm_start) and getattr(self, "_model", None) is not None

    def _fit_to(self, X: Any, y: Any, **parameters: Any) -> Any:
        """Fits to X, and returns it for what follows: batches, which may come but once, as what they hold."""
        with self._learning():
            X, y = self._collected(X, y, reset=not self._goes_on())
            self.fit(X, y, **parameters)  # type: ignore[attr-defined]
        return X

    def _collected(self, X: Any, y: Any, reset: bool) -> tuple[Any, Any]:
        """X and y; if X comes in batches, what was collected of them, and the labels or targets in them.

        ``reset`` learns the columns of the first batch. ``y`` is taken if it is given.
        """
        if not are_batches(X):
            return X, y
        if reset:
            self._forget_columns()

        def matrix_of(batch: Any, is_first: bool) -> Any:
            return self._matrix(as_frame(batch), reset and is_first)

        collected = collect(X, matrix_of, self.scale, self.shift)
        return collected, collected.y if y is None else y

    def _matrix(self, X: Any, reset: bool) -> Any:
        """Examples that are no dataset as a matrix; ``reset`` learns the column names, which else are compared."""
        matrix = as_matrix(X, type(self).__name__)
        check_feature_names(self, X, reset)
        if reset:
            warn_of_index(X)
        return matrix

    def _rows(self, values: npt.NDArray[np.float32], X: Any = None) -> Any:
        """Rows that a query has found, perhaps of X, as ``fit`` had them."""
        return values

    def _pair(self, given: Any, name: str) -> Dataset:
        """Examples of the parameter ``name``, which with conditions beside them are a pair."""
        return self._examples(given)

    def _own_columns(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The columns of X, of rows that may have conditions behind them."""
        return values

    def _given(self, conditions: Any) -> Dataset | None:
        """Conditions of rows that are decoded; None for a model without."""
        return None

    def _columns_for(self, model: ModelType) -> StoredColumns | None:
        """What the model is to know of the columns of the data frame that ``fit`` had; None without one."""
        names = getattr(self, "feature_names_in_", None)
        return None if names is None else StoredColumns.of(names.tolist())

    def _recall_columns(self, model: ModelType, columns: StoredColumns | None) -> None:
        """Takes what a model from a file knows of the columns of examples."""
        if columns is not None and columns.names.kind == "text":
            self.feature_names_in_ = np.array(columns.names.names, dtype=object)

    def _lost_columns(self, model: ModelType) -> str:
        """What the file of the model will not keep of the columns; empty if it keeps all."""
        lost = getattr(self, "feature_names_in_", None) is not None and model.columns is None
        return NAMES_LOST if lost else ""

    def _forget_columns(self) -> None:
        """Forgets what the columns of a data frame were."""
        for name in _OF_COLUMNS:
            vars(self).pop(name, None)

    def _codes(self, Z: Any) -> Dataset:
        """Codes as a dataset; they are never scaled."""
        if isinstance(Z, Dataset):
            return Z
        if is_h5py_dataset(Z):
            return opened(Z, 1, 0)
        return Dataset(as_matrix(Z, type(self).__name__))

    def _codes_for(self, width: int, Z: Any) -> QueryInput:
        """Codes of this width for a query, likewise."""
        return plain_rows(Z, width) or rows_of(self._codes(Z))

    def _matrix_query(
        self, name: str, rows: int, columns: int, *arguments: Any, after: tuple[Any, ...] = ()
    ) -> npt.NDArray[np.float32]:
        """Calls a query that fills a [rows, columns] matrix, then takes the arguments ``after`` and the size."""
        values = np.empty((rows, columns), dtype=np.float32)
        self._fitted().query(rows, name, *arguments, pointer(values), *after, values.size)
        return values

    def _names_of_codes(self, width: int, input_features: Any) -> npt.NDArray[Any]:
        """The class's name with a number behind it for each of ``width`` codes, once input_features is checked."""
        check_input_features(self, input_features)
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{index}" for index in range(width)], dtype=object)


def _begins_with_matrix(parts: list[Any]) -> bool:
    """Whether a list is not one of rows."""
    return bool(parts) and getattr(parts[0], "ndim", 0) == 2
