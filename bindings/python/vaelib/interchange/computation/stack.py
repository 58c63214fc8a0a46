"""The parts of a stack of denoising auto-encoders as graphs; docs/file-format.md has the formulas."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.functions import activated, scaled, sigmoid
from vaelib.interchange.computation.graph import Graph, Value
from vaelib.interchange.computation.likelihood import Scale
from vaelib.models.stack import Stack
from vaelib.training.heads import HEADS


class StackComputation:
    """Writes parts of a stack into a graph."""

    def __init__(self, stack: Stack) -> None:
        model = stack._fitted()
        self.graph = Graph(stack.get_weights())
        self.width = model.data_dim
        self.scaling = (float(stack.scale), float(stack.shift))
        self.layers: list[dict[str, Any]] = model.parameters[0].layers
        self.scale = Scale.of(self.graph)
        self.head = model.head

    def encoder(self) -> None:
        """The clean code of the topmost layer: x to code."""
        self.graph.output("code", self._code())

    def decoder(self) -> None:
        """From a code of the topmost layer down to an example: code to mean."""
        value = self.graph.input("code", self.layers[-1]["width"])
        for index in reversed(range(len(self.layers))):
            layer, name = self.layers[index], f"layers/{index}"
            if layer["tied"]:
                value = self.graph.dense(value, name, bias=f"{name}/decoder/bias", transposed=True)
            else:
                value = self.graph.dense(value, f"{name}/decoder")
            value = sigmoid(value) if layer["loss"] == "cross_entropy" else value
        self.graph.output("mean", value if self.scale is None else self.scale.restore(value))

    def classifier(self) -> None:
        """Probabilities of the classes, or of each label: x to probabilities."""
        outputs = self._outputs()
        self.graph.output("probabilities", outputs.softmax() if self.head == "softmax" else sigmoid(outputs))

    def regressor(self) -> None:
        """The targets in their own unit: x to prediction."""
        scale, outputs = Scale.of(self.graph, "regressor/"), self._outputs()
        self.graph.output("prediction", outputs if scale is None else scale.restore(outputs))

    def _outputs(self) -> Value:
        return self.graph.dense(self._code(), HEADS[self.head])

    def _code(self) -> Value:
        value = scaled(self.graph.input("x", self.width), *self.scaling)
        value = value if self.scale is None else self.scale.apply(value)
        for index, layer in enumerate(self.layers):
            value = activated(self.graph.dense(value, f"layers/{index}"), layer["activation"])
        return value
