"""Files of weights as Keras 3 writes and reads them: ``.weights.h5``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.interchange.files import replacing
from vaelib.interchange.unstandardized import unstandardized_weights
from vaelib.models.estimator import Estimator
from vaelib.models.stack import Stack
from vaelib.training.heads import HEADS

Array = npt.NDArray[np.float32]


def export_keras_weights(model: Estimator[Any], path: str | os.PathLike[str]) -> None:
    """Writes weights to a file that Keras 3 loads into a model with the attributes ``encoder`` and ``decoder``.

    Both are ``keras.Sequential`` models of Dense layers. What a VAE's likelihood learns beside the network, a variance
    for example, are weights of the model itself. A stack's layer on top is a Dense layer, the attribute ``classifier``,
    of several labels at once ``multilabel``, of a regressor ``regressor``. Standardisation is in the layers next to the
    data and the targets (``unstandardized_weights``). docs/interchange.md has the program that builds them.

    Parameters
    ----------
    model : VAE, StackedDenoisingAutoencoder, StackedDenoisingClassifier or StackedDenoisingRegressor
        Fitted.
    path : path
        Ends in ".weights.h5", as Keras requires. An older file of that name is replaced.

    Raises
    ------
    ImportError
        h5py is not installed (``pip install h5py``).
    """
    content = KerasWeights()
    weights = unstandardized_weights(model)
    if isinstance(model, Stack):
        _add_stack(content, weights)
    else:
        _add_vae(content, weights)
    content.write(path)


def _add_vae(content: KerasWeights, weights: Mapping[str, Array]) -> None:
    for part in ("encoder", "decoder"):
        names = [name.removesuffix("/weight") for name in weights if name.startswith(part) and name.endswith("/weight")]
        content.add_sequential(part, [(weights[f"{name}/weight"], weights[f"{name}/bias"]) for name in names])
    content.add_variables("", [weights[name] for name in weights if not name.endswith(("/weight", "/bias"))])


def _add_stack(content: KerasWeights, weights: Mapping[str, Array]) -> None:
    layers = range(sum(name.endswith("/decoder/bias") for name in weights))
    content.add_sequential("encoder", [(weights[f"layers/{i}/weight"], weights[f"layers/{i}/bias"]) for i in layers])
    transposed = {i: weights[f"layers/{i}/weight"].T for i in layers}  # what a tied decoder has
    kernels = [weights.get(f"layers/{i}/decoder/weight", transposed[i]) for i in layers]
    biases = [weights[f"layers/{i}/decoder/bias"] for i in layers]
    content.add_sequential("decoder", list(zip(kernels, biases, strict=True))[::-1])
    for name in HEADS.values():
        if f"{name}/weight" in weights:
            content.add_variables(name, [weights[f"{name}/weight"], weights[f"{name}/bias"]])
    content.add_variables("", [])


class KerasWeights:
    """The content of a file: numbered variables in the group ``vars`` of each object that has a path in a model.

    A path is made of the names of attributes; objects in a list are named by their class, numbered from the second on:
    ``encoder/layers/dense``, ``encoder/layers/dense_1``.
    """

    def __init__(self) -> None:
        self._variables: dict[str, Sequence[Array]] = {}

    def add_variables(self, path: str, variables: Sequence[Array]) -> None:
        """The variables of the object at ``path``; "" is the model itself."""
        self._variables[path] = variables

    def add_sequential(self, path: str, layers: Sequence[tuple[Array, Array]]) -> None:
        """A ``keras.Sequential`` of Dense layers, each a kernel [inputs, outputs] and a bias."""
        self.add_variables(path, [])
        for index, layer in enumerate(layers):
            self.add_variables(f"{path}/layers/dense" + (f"_{index}" if index else ""), layer)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes the file, complete or not at all.

        Raises
        ------
        ValueError
            The path does not end as Keras requires.
        ImportError
            h5py is not installed.
        """
        try:
            import h5py
        except ImportError:
            raise ImportError(
                "files for Keras are written with h5py, which is not installed: pip install h5py"
            ) from None
        place = os.fsdecode(path)
        if not place.endswith(".weights.h5"):
            raise ValueError(f'Keras reads weights from files whose name ends in ".weights.h5", not {place!r}')
        with replacing(place) as unfinished, h5py.File(unfinished, "w") as file:
            for name, variables in self._variables.items():
                group = file.create_group(f"{name}/vars")
                for index, values in enumerate(variables):
                    group[str(index)] = values
