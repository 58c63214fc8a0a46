"""Files of weights as Keras 3 writes and reads them: ``.weights.h5``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class KerasWeights:
    """The content of a file: numbered variables in the group ``vars`` of each object that has a path in a model.

    A path is made of the names of attributes; what a list holds is named by its class, counted from the second on:
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
            The path does not end as Keras wants it.
        ImportError
            There is no h5py.
        """
        try:
            import h5py
        except ImportError:
            raise ImportError(
                "files for Keras are written with h5py, which is not installed: pip install 'vaelib[h5]'"
            ) from None
        place = os.fsdecode(path)
        if not place.endswith(".weights.h5"):
            raise ValueError(f'Keras reads weights from files whose name ends in ".weights.h5", not {place!r}')
        with tempfile.TemporaryDirectory(dir=os.path.dirname(place) or os.curdir, prefix=".vaelib-") as folder:
            unfinished = os.path.join(folder, "unfinished.h5")
            with h5py.File(unfinished, "w") as file:
                for name, variables in self._variables.items():
                    group = file.create_group(f"{name}/vars")
                    for index, values in enumerate(variables):
                        group[str(index)] = values
            os.replace(unfinished, place)
