"""Estimates of what examples lack."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import count, seed_from, text
from vaelib._c.arrays import pointer
from vaelib._c.long_calls import Callbacks, LongCall
from vaelib._c.parameters import allowed
from vaelib.data.as_array import as_frame
from vaelib.data.dataset import Dataset
from vaelib.data.frame_columns import completed_frame, library_of
from vaelib.data.h5py_datasets import is_h5py_dataset
from vaelib.data.matrices import as_matrix
from vaelib.data.sparse import is_sparse
from vaelib.data.tables import Table
from vaelib.models.documentation import fill_in
from vaelib.models.estimator import Estimator
from vaelib.models.native_vae import NativeVAE, imputation_config
from vaelib.models.targets import Target, query_to_file


class VAEImputation(Estimator[NativeVAE]):
    """Imputation, for estimators with ``missing="ignore"`` or ``"indicate"``."""

    seed_: int
    scale: float
    shift: float
    _table: Table | None

    def impute(
        self,
        X: Any,
        *,
        # from the library: imputation.*
        method: str = "importance",
        estimate: str = "mean",
        samples: int = 200,
        imputations: int = 1,
        # end
        conditions: Any = None,
        random_state: Any = None,
        callbacks: Callbacks = None,
    ) -> Any:
        """X with estimates in the place of what is missing; the numbers that are there stay as they are.

        With z_k drawn from q(z|x_o), where x_o is what an example has, and w_k proportional to
        p(x_o|z_k) p(z_k) / q(z_k|x_o), the mean is sum_k w_k E[x_m|z_k], and a sample is drawn from p(x_m|z_k) of a z_k
        that is chosen with probability w_k (Mattei & Frellsen 2019).

        Parameters
        ----------
        X : array of shape (n_samples, n_features), data frame or Dataset
            The examples. NaN, the masked entries of a masked array, and what pandas takes for missing, are missing.
        method : {method}
            importance, as above; markov_chain draws z given the completed example, and what was missing given z, in
            turn (Rezende et al. 2014; Mattei & Frellsen 2018), which is slower.
        estimate : {estimate}
            mean has the least squared error; mode is the most probable value of columns with two values or categories,
            and counts as whole numbers; sample is drawn given what the example has. Of categories the mean is the mode,
            too.
        samples : {samples}
            importance: draws of z for each example; markov_chain: steps, of which the first half is not used.
        imputations : {imputations}
            With ``estimate="sample"``: how many completed copies there are (multiple imputation).
        conditions : optional
            What is given beside X, if ``fit`` had it; of these nothing may be missing.
        random_state : optional
            By default the training's seed, so that equal calls give equal results.
        callbacks : callable or sequence of callables, optional
            As in ``fit``; if one returns True, ``Cancelled`` is raised.

        Returns
        -------
        array of the shape of X, or a data frame as X; with ``imputations`` above 1 an array of shape (imputations,
        n_samples, n_features), or a list of data frames. Of a sparse matrix it is dense. Of a Dataset the numbers are
        as it scales them, else as they were.
        """
        model = self._fitted()
        X = as_frame(X)
        examples = self._examples(X, conditions=conditions)
        copies = count(imputations, "imputations")
        values = np.empty((examples.rows, copies, model.data_dim), dtype=np.float32)
        config, kept = self._imputation_config(random_state, method, estimate, samples, copies)
        arguments = (model.handle, examples.handle, ctypes.byref(config))
        LongCall(self._reporting(callbacks), model).run(
            "vaelib_vae_impute", *arguments, after=(pointer(values), values.size)
        )
        del kept
        own = self._own_columns(values)
        all_completed = [self._completed(X, own[:, index]) for index in range(copies)]
        if copies == 1:
            return all_completed[0]
        return all_completed if library_of(X) else np.stack(all_completed)

    def impute_to_file(
        self,
        X: Any,
        target: Target,
        name: str = "completed",
        *,
        method: str = "importance",
        estimate: str = "mean",
        samples: int = 200,
        imputations: int = 1,
        conditions: Any = None,
        random_state: Any = None,
        callbacks: Callbacks = None,
    ) -> None:
        """Writes what ``impute`` gives: dataset ``name`` of shape (n_samples, imputations * n_features)."""
        model = self._fitted()
        config, kept = self._imputation_config(random_state, method, estimate, samples, imputations)
        arguments = (ctypes.byref(config),)
        examples = self._examples(X, conditions=conditions)
        names, report = (text(name),), self._reporting(callbacks)
        query_to_file("vaelib_vae_impute_to", model, examples, arguments, target, names, report)
        del kept

    def _imputation_config(
        self, random_state: Any, method: str, estimate: str, samples: int, imputations: int
    ) -> tuple[Any, list[Any]]:
        seed = self.seed_ if random_state is None else seed_from(random_state)
        settings = {"method": method, "estimate": estimate, "samples": samples, "imputations": imputations}
        return imputation_config(settings, seed)

    def _completed(self, X: Any, values: npt.NDArray[np.float32]) -> Any:
        """X with these values, which are scaled, in the place of what is missing."""
        if isinstance(X, Dataset) or is_h5py_dataset(X):
            return values
        unscaled = (values - self.shift) / self.scale
        if library_of(X):
            return completed_frame(X, [self._column(number, each) for number, each in enumerate(unscaled.T)])
        matrix = as_matrix(X, type(self).__name__)
        completed: npt.NDArray[Any] = matrix.toarray() if is_sparse(matrix) else np.array(matrix)
        if completed.dtype.kind == "f":
            missing = np.isnan(completed)
            completed[missing] = unscaled[missing]
        return completed

    def _column(self, number: int, numbers: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
        """What numbers of a column of a data frame stand for."""
        return numbers if self._table is None else self._table.column(number, numbers)


fill_in(
    VAEImputation.impute,
    **{name: allowed("imputation", name) for name in ("method", "estimate", "samples", "imputations")},
)
