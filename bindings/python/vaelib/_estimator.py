"""What the parts of the estimator share: its model, its data, its seeds."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._arrays import pointer, readable
from vaelib._base import EstimatorBase
from vaelib._checkpoint import Checkpoint
from vaelib._data_frames import check_feature_names, check_input_features
from vaelib._native import call
from vaelib._native_model import NativeModel
from vaelib._not_fitted import not_fitted
from vaelib._seeds import seed_from as seed_from
from vaelib.dataset import Dataset

ModelType = TypeVar("ModelType", bound=NativeModel)


def training_seed(random_state: Any, checkpoint: Checkpoint | None) -> int:
    """The seed of a training: an integer is one; else that of the checkpoint it goes on from, else a new one.

    A seed is drawn in any case, so that generators are left in the same state.
    """
    drawn = seed_from(random_state)
    if checkpoint is None or hasattr(random_state, "__index__"):
        return drawn
    saved = checkpoint.seed
    return drawn if saved is None else saved


def as_matrix(X: Any, name: str) -> npt.NDArray[Any]:
    """Data as a matrix that the library can read, without copying where that is possible."""
    if hasattr(X, "nnz") and hasattr(X, "toarray"):
        raise TypeError("Sparse data was passed, but dense data is required. Use '.toarray()' to convert it.")
    if np.ma.isMaskedArray(X):
        raise ValueError("masked arrays are not supported: fill the masked entries first")
    matrix = readable(np.asarray(X))
    if matrix.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {matrix.ndim}D array instead (shape {matrix.shape}). Reshape your data: "
            "array.reshape(len(array), -1) makes each example a row, array.reshape(1, -1) a single example."
        )
    for axis, what in ((0, "sample"), (1, "feature")):
        if matrix.shape[axis] == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={matrix.shape}) while a minimum of 1 is required by {name}."
            )
    return matrix


class Estimator(EstimatorBase, Generic[ModelType]):
    """The estimator's inner workings."""

    scale: float
    shift: float
    n_features_in_: int
    _model: ModelType | None

    def _fitted(self) -> ModelType:
        """The model, which only a fitted estimator has."""
        model: ModelType | None = getattr(self, "_model", None)
        if model is None:
            name = type(self).__name__
            raise not_fitted(
                f"This {name} instance is not fitted yet. Call 'fit' with appropriate arguments before using this "
                "estimator."
            )
        return model

    def _examples(self, X: Any, labels: npt.NDArray[Any] | None = None, *, reset: bool = False) -> Dataset:
        """Examples as a dataset whose width is checked; ``reset`` learns the width and the column names instead.

        ``labels`` are for an array; a Dataset brings its own.
        """
        if isinstance(X, Dataset):
            dataset = X
            width = X.columns
            if reset:
                vars(self).pop("feature_names_in_", None)
        else:
            matrix = as_matrix(X, type(self).__name__)
            check_feature_names(self, X, reset)
            dataset = Dataset(matrix, labels, scale=self.scale, shift=self.shift)
            width = matrix.shape[1]
        if reset:
            self.n_features_in_ = width
        elif width != self.n_features_in_:
            raise ValueError(
                f"X has {width} features, but {type(self).__name__} is expecting {self.n_features_in_} features "
                "as input"
            )
        return dataset

    def _codes(self, Z: Any) -> Dataset:
        """Codes as a dataset; they are never scaled."""
        if isinstance(Z, Dataset):
            return Z
        return Dataset(as_matrix(Z, type(self).__name__))

    def _matrix_query(
        self, name: str, rows: int, columns: int, *arguments: Any, after: tuple[Any, ...] = ()
    ) -> npt.NDArray[np.float32]:
        """Calls a query that fills a [rows, columns] matrix, then takes the arguments ``after`` and the size."""
        values = np.empty((rows, columns), dtype=np.float32)
        call(name, self._fitted().handle, *arguments, pointer(values), *after, values.size)
        return values

    def _names_of_codes(self, width: int, input_features: Any) -> npt.NDArray[Any]:
        """The class's name with a number behind it for each of ``width`` codes, once input_features is checked."""
        check_input_features(self, input_features)
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{index}" for index in range(width)], dtype=object)
