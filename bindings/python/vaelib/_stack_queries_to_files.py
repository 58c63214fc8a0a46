"""Queries of a fitted stack whose results go to a file."""

from __future__ import annotations

from typing import Any

from vaelib._estimator import Estimator
from vaelib._long_calls import Callback
from vaelib._native import text
from vaelib._stack_model import Stack
from vaelib._targets import Target, query_to_file


class StackQueriesToFiles(Estimator[Stack]):
    """Results of any size, computed piece by piece; ``vaelib.open_dataset`` reads them.

    ``target`` is the path of a new file, which appears complete or not at all, or an open ``DatasetWriter``, where
    results of several calls may be joined. ``callback`` is told a ``vaelib.Progress`` of one epoch; if it returns
    something true, ``Cancelled`` is raised. After an error or a Ctrl-C no file appears.
    """

    def transform_to_file(
        self, X: Any, target: Target, name: str = "codes", layer: int = -1, *, callback: Callback | None = None
    ) -> None:
        """Writes the codes of X after ``layer``: dataset ``name`` of shape (n_samples, width of the layer)."""
        model = self._fitted()
        layers = (model.layer_index(layer),)
        query_to_file("vaelib_stack_encode_to", model, self._examples(X), layers, target, (text(name),), callback)

    def reconstruct_to_file(
        self,
        X: Any,
        target: Target,
        name: str = "reconstructions",
        layer: int = -1,
        *,
        callback: Callback | None = None,
    ) -> None:
        """Writes what ``reconstruct``, or ``denoise``, gives: dataset ``name`` of shape (n_samples, n_features)."""
        model = self._fitted()
        layers = (model.layer_index(layer),)
        query_to_file("vaelib_stack_reconstruct_to", model, self._examples(X), layers, target, (text(name),), callback)
