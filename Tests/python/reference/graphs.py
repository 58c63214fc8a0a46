"""What a graph of operations gives, in numpy, operation by operation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from vaelib.interchange.computation.graph import Graph, Operation

Array = npt.NDArray[Any]

_log_gamma = np.vectorize(math.lgamma, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])

FUNCTIONS: dict[str, Callable[..., Array]] = {
    "absolute": np.abs,
    "add": np.add,
    "divide": np.divide,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "equal": np.equal,
    "exp": np.exp,
    "expm1": np.expm1,
    "for_rows": lambda x, rows: np.broadcast_to(x, rows.shape),
    "gelu": lambda x: 0.5 * x * _erfc(-x / math.sqrt(2)),
    "is_nan": np.isnan,
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "less": np.less,
    "log": np.log,
    "log1p": np.log1p,
    "log_gamma": _log_gamma,
    "maximum": np.maximum,
    "multiply": np.multiply,
    "relu": lambda x: np.maximum(x, 0),
    "select": lambda condition, x, y: np.where(condition != 0, x, y),
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "silu": lambda x: x * np.exp(-np.logaddexp(0, -x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "subtract": np.subtract,
    "tanh": np.tanh,
}
_OF_GROUPS: dict[str, Callable[..., Array]] = {
    "group_sum": np.sum,
    "group_maximum": np.max,
    "group_argmax": np.argmax,
}


def evaluate(graph: Graph, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs of a graph by their names, for rows of inputs."""
    assert list(inputs) == list(graph.inputs)
    values: list[Array] = []
    with np.errstate(all="ignore"):
        for operation in graph.operations:
            found = _value(graph, operation, [values[place] for place in operation.operands], inputs)
            assert found.shape[1] == operation.width, operation
            values.append(found.astype(np.float64 if operation.is_double else np.float32))
    return {name: values[place] for name, place in graph.outputs.items()}


def _value(graph: Graph, operation: Operation, operands: list[Array], inputs: Mapping[str, Array]) -> Array:
    kind, settings, tensors = operation.kind, operation.settings, graph.tensors
    if kind in FUNCTIONS:
        return np.atleast_2d(FUNCTIONS[kind](*operands))
    if kind == "input":
        return np.asarray(inputs[settings["name"]])
    if kind == "constant":
        return np.asarray(settings["values"])[np.newaxis]
    if kind == "tensor":
        return tensors[settings["name"]][np.newaxis]
    if kind == "concatenate":
        return np.concatenate(operands, axis=1)
    if kind == "cast":
        return operands[0]
    x = operands[0]
    if kind == "dense":
        weight = tensors[settings["weight"]]
        return np.asarray(x @ (weight.T if settings["transposed"] else weight) + tensors[settings["bias"]])
    if kind == "slice":
        return x[:, settings["start"] : settings["start"] + operation.width]
    if kind == "spread":
        return np.repeat(x, settings["size"], axis=1)
    if kind == "interval":
        numbers = tensors[settings["tensor"]].reshape(operation.width, -1)
        places = [np.searchsorted(row[1:-1], column, side="right") for row, column in zip(numbers, x.T, strict=True)]
        return np.stack(places, axis=1) + np.arange(operation.width) * settings["size"]
    if kind == "entry":
        return tensors[settings["tensor"]].reshape(-1)[x.astype(int)]
    groups = x.reshape(len(x), -1, settings["size"])
    if kind == "softmax":
        powers = np.exp(groups - groups.max(axis=2, keepdims=True))
        return np.asarray((powers / powers.sum(axis=2, keepdims=True)).reshape(x.shape))
    return _OF_GROUPS[kind](groups, axis=2)
