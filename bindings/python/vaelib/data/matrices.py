"""Arrays, what numpy makes arrays of, and sparse matrices, as matrices of examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arrays import readable
from vaelib.data.annotated_matrices import refuse_annotated_matrix
from vaelib.data.as_array import as_array
from vaelib.data.data_frames import names_of
from vaelib.data.sparse import as_csr, is_sparse


def as_matrix(X: Any, name: str) -> Any:
    """Data as a matrix, an array or a sparse one, that the library can read, without copying where that is possible.

    Masked entries are NaN.

    Raises
    ------
    TypeError, ValueError
        They are not a matrix of numbers; the text is scikit-learn's, and ``name`` is the estimator in it.
    """
    if type(X) is np.ndarray and X.ndim == 2 and X.size > 0:
        return readable_of(X, "X")
    if is_sparse(X):
        csr = as_csr(X)
        _check_shape(csr.shape, name)
        return csr
    matrix = readable_of(X, "X")
    if matrix.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {matrix.ndim}D array instead (shape {matrix.shape}). Reshape your data: "
            "array.reshape(len(array), -1) makes each example a row, array.reshape(1, -1) a single example."
        )
    _check_shape(matrix.shape, name)
    return matrix


def readable_of(X: Any, argument: str) -> npt.NDArray[Any]:
    """Data, given as this argument, as an array that the library can read; errors name the columns of a data frame."""
    refuse_annotated_matrix(X)
    array = as_array(X, argument)
    try:
        return readable(array, names_of(X))
    except (TypeError, ValueError) as error:
        text = str(error)
        if array.dtype.kind in "OSU" and "text" in text:
            text += ". A vaelib.VAE takes texts in a data frame; else make numbers of them, as pandas.get_dummies does"
        raise type(error)(text) from None


def _check_shape(shape: tuple[int, int], name: str) -> None:
    for axis, what in ((0, "sample"), (1, "feature")):
        if shape[axis] == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={shape}) while a minimum of 1 is required by {name}."
            )
