"""The library's stack of denoising auto-encoders as a Python object; the estimators are built on it."""

from __future__ import annotations

import ctypes
import operator
from functools import cached_property

import numpy as np
import numpy.typing as npt

from vaelib._c import header
from vaelib._c.arguments import text
from vaelib._c.arrays import pointer
from vaelib._c.calls import call, defaults, described, new_handle
from vaelib.data.class_names import ClassNames, store_names, stored_names
from vaelib.data.dataset import Dataset
from vaelib.models.layers import StackParameters, fill_stack_config, stack_values_of
from vaelib.models.native import NativeModel
from vaelib.models.query_input import QueryInput


class NativeStack(NativeModel):
    """A stack of denoising auto-encoders inside the library."""

    kind = "stack"

    @classmethod
    def create(
        cls, data_dim: int, seed: int, parameters: StackParameters, examples: Dataset | None = None
    ) -> NativeStack:
        """A new stack with fresh weights and no head; the examples decide what its parameters leave to them."""
        config = defaults(header.StackConfig)
        config.data_dim, config.seed = data_dim, seed
        kept = fill_stack_config(config, parameters)
        if examples is not None:
            call("vaelib_layer_config_resolve", config.layers, examples.handle)
        stack = cls(new_handle(header.Model, "vaelib_stack_create", ctypes.byref(config)))
        del kept
        return stack

    @property
    def parameters(self) -> tuple[StackParameters, int]:
        """The architecture's hyper-parameters, and the seed of its weights."""
        config = described(header.StackConfig, "vaelib_stack_get_config", self.handle)
        return stack_values_of(config), int(config.seed)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """The widths of the layers' codes, bottom first."""
        return tuple(layer["width"] for layer in self.parameters[0].layers)

    def was_trained(self, phase: str) -> bool:
        """Whether an epoch of this phase is in the history."""
        return phase in self.history.get("phase", ())

    def add_head(self, kind: str, outputs: int) -> None:
        """Puts a fresh head on a stack without one."""
        call("vaelib_stack_add_head", self.handle, text(kind), outputs)

    def get_codes(self, examples: QueryInput, layer: int) -> npt.NDArray[np.float32]:
        """The clean codes of examples after a layer."""
        codes = np.empty((examples.rows, self.widths[layer]), dtype=np.float32)
        name = "vaelib_stack_encode" + examples.suffix
        self.query(examples.rows, name, *examples.arguments, layer, pointer(codes), codes.size)
        return codes

    def get_probabilities(self, examples: QueryInput) -> npt.NDArray[np.float32]:
        """The probability of each class or label."""
        probabilities = np.empty((examples.rows, self.info.output_count), dtype=np.float32)
        name = "vaelib_stack_predict_probabilities" + examples.suffix
        self.query(examples.rows, name, *examples.arguments, pointer(probabilities), probabilities.size)
        return probabilities

    @property
    def class_names(self) -> ClassNames | None:
        """The names of the classes; None if they have none."""
        return stored_names("vaelib_stack_get_class_names", self.handle)

    @class_names.setter
    def class_names(self, names: ClassNames | None) -> None:
        store_names("vaelib_stack_set_class_names", self.handle, names=names)

    def layer_index(self, layer: int) -> int:
        """A layer's index from 0, given as in a Python list: -1 is the topmost.

        Raises
        ------
        IndexError
            There is no such layer.
        """
        layers = len(self.widths)
        index = operator.index(layer)
        if not -layers <= index < layers:
            raise IndexError(f"layer {index} is out of range for {layers} layers")
        return index % layers
