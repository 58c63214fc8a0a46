"""Queries: what a fitted stack can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import count, seed_from, text
from vaelib._c.arrays import pointer
from vaelib._c.long_calls import Callbacks
from vaelib.data.data_frames import in_container
from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack
from vaelib.models.targets import Target, query_to_file

Matrix = npt.NDArray[np.float32]


class StackQueries(Estimator[NativeStack]):
    """Codes, reconstructions, filters, samples. Layers count from 0; -1 is the topmost, as in a Python list."""

    def transform(self, X: Any, layer: int = -1) -> Any:
        """The clean codes of X after ``layer``, shape (n_samples, width of the layer).

        Codes of the topmost layer are an array or the data frame that ``set_output`` chose; others are an array.
        """
        model = self._fitted()
        index = model.layer_index(layer)
        codes = model.get_codes(self._examples_for(model, X), index)
        return in_container(self, codes, X) if index == model.layer_index(-1) else codes

    def inverse_transform(self, X: Any, layer: int = -1) -> Matrix:
        """Codes X of ``layer``, decoded to examples: shape (n_samples, n_features)."""
        index = self._layer(layer)
        codes = self._codes(X)
        return self._matrix_query("vaelib_stack_decode", codes.rows, self._n_features(), codes.handle, index)

    def reconstruct(self, X: Any, layer: int = -1) -> Matrix:
        """X, encoded up to ``layer`` and decoded again, shape (n_samples, n_features)."""
        index = self._layer(layer)
        examples = self._examples(X)
        return self._matrix_query("vaelib_stack_reconstruct", examples.rows, self._n_features(), examples.handle, index)

    def denoise(self, X_noisy: Any, layer: int = -1) -> Matrix:
        """The examples that noisy ones came from, shape (n_samples, n_features): their reconstruction."""
        return self.reconstruct(X_noisy, layer)

    def corrupt(self, X: Any, layer: int = 0, random_state: Any = None, epoch: int = 0) -> Matrix:
        """What ``layer`` sees of X while it is pretrained: the code of the layers below, corrupted.

        Shape (n_samples, inputs of the layer). ``random_state`` and ``epoch`` choose the noise: with the ``seed_`` of a
        fit, the noise is that of the fit's epoch, counted from 1.
        """
        index = self._layer(layer)
        examples = self._examples(X)
        inputs = self._n_features() if index == 0 else self._width(index - 1)
        noise = (seed_from(random_state), count(epoch, "epoch"))
        return self._matrix_query("vaelib_stack_corrupt", examples.rows, inputs, examples.handle, index, *noise)

    def reconstruction_error(self, X: Any, layer: int = -1) -> npt.NDArray[np.float64]:
        """The loss of each example's reconstruction through ``layer``, shape (n_samples,): large for unusual examples.

        Cross-entropy in nats or half the squared error, as the first layer's loss.
        """
        index = self._layer(layer)
        examples = self._examples(X)
        errors = np.empty(examples.rows)
        name, outputs = "vaelib_stack_compute_reconstruction_error", (pointer(errors), errors.size)
        self._fitted().query(examples.rows, name, examples.handle, index, *outputs)
        return errors

    def filters(self, layer: int = 0) -> Matrix:
        """What each unit of ``layer`` looks for in an example, shape (width of the layer, n_features).

        The product of the weights up to the layer.
        """
        index = self._layer(layer)
        return self._matrix_query("vaelib_stack_get_filters", self._width(index), self._n_features(), index)

    def sample(self, X: Any, random_state: Any = None) -> Matrix:
        """New examples, one for each example of X that it starts from, shape (n_samples, n_features).

        Top down (Vincent et al. 2010, section 7): from the topmost code of X, units are switched on or off with their
        activation as probability, layer by layer, down to the mean of an example. Needs sigmoid codes.
        """
        self._fitted()
        examples = self._examples(X)
        seed = seed_from(random_state)
        return self._matrix_query("vaelib_stack_sample", examples.rows, self._n_features(), examples.handle, seed)

    def transform_to_file(
        self, X: Any, target: Target, name: str = "codes", layer: int = -1, *, callbacks: Callbacks = None
    ) -> None:
        """Writes the codes of X after ``layer``: dataset ``name`` of shape (n_samples, width of the layer).

        ``target`` is the path of a new file, which appears complete or not at all, or an open ``DatasetWriter``, where
        results of several calls may be joined. ``callbacks`` are as in ``fit``; if one returns True,
        ``Cancelled`` is raised. After an error or a Ctrl-C no file appears.
        """
        self._write("vaelib_stack_encode_to", X, layer, target, name, callbacks)

    def reconstruct_to_file(
        self,
        X: Any,
        target: Target,
        name: str = "reconstructions",
        layer: int = -1,
        *,
        callbacks: Callbacks = None,
    ) -> None:
        """Writes what ``reconstruct``, or ``denoise``, gives: dataset ``name`` of shape (n_samples, n_features).

        ``target`` and ``callbacks`` are as for ``transform_to_file``.
        """
        self._write("vaelib_stack_reconstruct_to", X, layer, target, name, callbacks)

    def _write(self, function: str, X: Any, layer: int, target: Target, name: str, callbacks: Callbacks) -> None:
        """Writes what a query says of X and a layer."""
        model = self._fitted()
        layers, report = (model.layer_index(layer),), self._reporting(callbacks)
        query_to_file(function, model, self._examples(X), layers, target, (text(name),), report)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The names of the topmost codes, the class's name and a number; ``input_features`` is for scikit-learn.

        Raises
        ------
        ValueError
            ``input_features`` are given, and are not those of ``fit``.
        """
        return self._names_of_codes(self._width(self._layer(-1)), input_features)

    def _n_features(self) -> int:
        return self._fitted().data_dim

    def _width(self, layer: int) -> int:
        return self._fitted().widths[layer]

    def _layer(self, layer: int) -> int:
        """A layer's index from 0."""
        return self._fitted().layer_index(layer)
