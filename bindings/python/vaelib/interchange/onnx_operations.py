"""Each operation of a graph as nodes of ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.interchange.computation.graph import Graph, Operation

#: Functions that ONNX has under another name.
_NODES = {
    "absolute": "Abs", "add": "Add", "divide": "Div", "exp": "Exp", "log": "Log", "maximum": "Max", "multiply": "Mul",
    "relu": "Relu", "sigmoid": "Sigmoid", "subtract": "Sub", "tanh": "Tanh",
}  # fmt: skip

#: log Gamma(x) = log(2 pi) / 2 + (x - 1/2) log t - t + log(c_0 + sum_k c_k / (x - 1 + k)), t = x + 6.5, by Lanczos; the
#: coefficients are Godfrey's for g = 7, whose error is of the order of 1e-15.
_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip


class NodeWriter:
    """Writes a graph's operations as nodes and initializers, values by names."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Any] = []
        self.initializers: dict[str, npt.NDArray[Any]] = {}
        self._names: list[str] = []
        self._count = 0

    def write(self) -> None:
        """All operations, then the outputs under their names."""
        for operation in self.graph.operations:
            self._names.append(self._written(operation))
        self._rename({self._names[index]: name for name, index in self.graph.outputs.items()})

    def _rename(self, names: dict[str, str]) -> None:
        """Gives values other names."""
        for node in self.nodes:
            for places in (node.input, node.output):
                places[:] = [names.get(each, each) for each in places]

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node; the name of what it gives."""
        from onnx import helper

        self._count += 1
        output = f"{kind}_{self._count}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def array(self, values: npt.ArrayLike, dtype: npt.DTypeLike, name: str = "") -> str:
        """Adds an initializer; its name."""
        if not name:
            self._count += 1
            name = f"constant_{self._count}"
        self.initializers[name] = np.asarray(values, dtype=dtype)
        return name

    def _written(self, operation: Operation) -> str:
        operands = [self._names[index] for index in operation.operands]
        if operation.kind in _NODES:
            return self.node(_NODES[operation.kind], *operands)
        write: Callable[..., str] = getattr(self, f"_{operation.kind}")
        return write(operation, *operands)

    def _input(self, operation: Operation) -> str:
        return str(operation.settings["name"])

    def _constant(self, operation: Operation) -> str:
        return self.array(operation.settings["values"][np.newaxis], _dtype(operation))

    def _dense(self, operation: Operation, x: str) -> str:
        names = operation.settings["weight"], operation.settings["bias"]
        for name in names:
            self.array(self.graph.tensors[name], np.float32, name)
        return self.node("Gemm", x, *names, transB=int(operation.settings["transposed"]))

    def _slice(self, operation: Operation, x: str) -> str:
        start = operation.settings["start"]
        limits = [self.array([each], np.int64) for each in (start, start + operation.width, 1)]
        return self.node("Slice", x, *limits)

    def _concatenate(self, operation: Operation, *values: str) -> str:
        return self.node("Concat", *values, axis=1)

    def _cast(self, operation: Operation, x: str) -> str:
        return self._cast_to(x, _dtype(operation))

    def _cast_to(self, x: str, dtype: type) -> str:
        from onnx import helper

        return self.node("Cast", x, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def _shaped(self, x: str, *shape: int) -> str:
        return self.node("Reshape", x, self.array((-1, *shape), np.int64))

    def _spread(self, operation: Operation, x: str) -> str:
        size = operation.settings["size"]
        repeated = self.node("Expand", self._shaped(x, operation.width // size, 1), self.array((1, 1, size), np.int64))
        return self._shaped(repeated, operation.width)

    def _groups(self, operation: Operation, x: str) -> str:
        size = operation.settings["size"]
        return self._shaped(x, self._width(operation) // size, size)

    def _width(self, operation: Operation) -> int:
        """How many numbers its first operand has."""
        return self.graph.operations[operation.operands[0]].width

    def _group_sum(self, operation: Operation, x: str) -> str:
        return self.node("ReduceSum", self._groups(operation, x), self.array([2], np.int64), keepdims=0)

    def _group_maximum(self, operation: Operation, x: str) -> str:
        return self.node("ReduceMax", self._groups(operation, x), axes=[2], keepdims=0)

    def _group_argmax(self, operation: Operation, x: str) -> str:
        return self._cast_to(self.node("ArgMax", self._groups(operation, x), axis=2, keepdims=0), _dtype(operation))

    def _softmax(self, operation: Operation, x: str) -> str:
        if operation.settings["size"] == operation.width:
            return self.node("Softmax", x, axis=1)
        return self._shaped(self.node("Softmax", self._groups(operation, x), axis=2), operation.width)

    def _for_rows(self, operation: Operation, x: str, rows: str) -> str:
        count = self.node("Shape", rows, start=0, end=1)
        shape = self.node("Concat", count, self.array([operation.width], np.int64), axis=0)
        return self.node("Expand", x, shape)

    def _interval(self, operation: Operation, x: str) -> str:
        """By halves: the numbers of each column are twice as many as the first step."""
        size, name = operation.settings["size"], operation.settings["tensor"]
        numbers = self.array(self.graph.tensors[name].reshape(-1), np.float32, f"{name}/flat")
        first = self.array(np.arange(operation.width)[np.newaxis] * size, np.int64)
        last = self.array(np.arange(operation.width)[np.newaxis] * size + size - 2, np.int64)
        found, step = first, size // 2
        while step > 0:
            further = self.node("Min", self.node("Add", found, self.array(step, np.int64)), last)
            is_there = self.node("LessOrEqual", self.node("Gather", numbers, further), x)
            found, step = self.node("Where", is_there, further, found), step // 2
        return self._cast_to(found, np.float64)

    def _entry(self, operation: Operation, place: str) -> str:
        name = operation.settings["tensor"]
        numbers = self.array(self.graph.tensors[name].reshape(-1), np.float32, f"{name}/flat")
        return self._cast_to(self.node("Gather", numbers, self._cast_to(place, np.int64)), np.float64)

    def _is_nan(self, operation: Operation, x: str) -> str:
        return self._cast_to(self.node("IsNaN", x), _dtype(operation))

    def _equal(self, operation: Operation, x: str, y: str) -> str:
        return self._cast_to(self.node("Equal", x, y), _dtype(operation))

    def _less(self, operation: Operation, x: str, y: str) -> str:
        return self._cast_to(self.node("Less", x, y), _dtype(operation))

    def _select(self, operation: Operation, condition: str, x: str, y: str) -> str:
        return self.node("Where", self._cast_to(condition, np.bool_), x, y)

    def _scalar(self, operation: Operation, value: float) -> str:
        return self.array(value, _dtype(operation))

    def _expm1(self, operation: Operation, x: str) -> str:
        """By the exponential, in double precision: nothing needs it where it would be less than 1e-9."""
        assert operation.is_double
        return self.node("Sub", self.node("Exp", x), self._scalar(operation, 1))

    def _log1p(self, operation: Operation, x: str) -> str:
        return self.node("Log", self.node("Add", x, self._scalar(operation, 1)))

    def _softplus(self, operation: Operation, x: str) -> str:
        """max(x, 0) + log(1 + exp(-|x|)), for any x, and for either precision."""
        power = self.node("Exp", self.node("Neg", self.node("Abs", x)))
        rest = self.node("Log", self.node("Add", power, self._scalar(operation, 1)))
        return self.node("Add", self.node("Max", x, self._scalar(operation, 0)), rest)

    def _leaky_relu(self, operation: Operation, x: str) -> str:
        return self.node("LeakyRelu", x, alpha=0.01)

    def _elu(self, operation: Operation, x: str) -> str:
        return self.node("Elu", x, alpha=1.0)

    def _silu(self, operation: Operation, x: str) -> str:
        return self.node("Mul", x, self.node("Sigmoid", x))

    def _gelu(self, operation: Operation, x: str) -> str:
        error = self.node("Erf", self.node("Mul", x, self._scalar(operation, math.sqrt(0.5))))
        twice = self.node("Mul", x, self.node("Add", error, self._scalar(operation, 1)))
        return self.node("Mul", twice, self._scalar(operation, 0.5))

    def _log_gamma(self, operation: Operation, x: str) -> str:
        first, *coefficients = _LANCZOS
        series = self._scalar(operation, first)
        for k, coefficient in enumerate(coefficients):
            term = self.node(
                "Div", self._scalar(operation, coefficient), self.node("Add", x, self._scalar(operation, k))
            )
            series = self.node("Add", series, term)
        t = self.node("Add", x, self._scalar(operation, 6.5))
        power = self.node("Mul", self.node("Sub", x, self._scalar(operation, 0.5)), self.node("Log", t))
        constant = self._scalar(operation, math.log(2 * math.pi) / 2)
        return self.node("Add", self.node("Sub", power, t), self.node("Add", self.node("Log", series), constant))


def _dtype(operation: Operation) -> type:
    return np.float64 if operation.is_double else np.float32
