"""Computes beforehand what is the same for all rows, and leaves out what no output needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from vaelib.interchange.computation.graph import Graph, Operation

#: Functions of constants, in double precision.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "cast": np.array,
    "divide": np.divide,
    "exp": np.exp,
    "expm1": np.expm1,
    "group_sum": np.sum,
    "less": np.less,
    "log": np.log,
    "log_gamma": np.vectorize(math.lgamma, otypes=[float]),
    "maximum": np.maximum,
    "multiply": np.multiply,
    "select": lambda condition, x, y: np.where(condition, x, y),
    "softplus": lambda x: np.logaddexp(0, x),
    "subtract": np.subtract,
}


def folded(graph: Graph) -> Graph:
    """The same graph with constants for what does not depend on the inputs; tensors are left to dense layers alone."""
    operations = list(graph.operations)
    for index, operation in enumerate(operations):
        constants = [operations[operand] for operand in operation.operands]
        if operation.kind == "tensor":
            operations[index] = _constant(operation, graph.tensors[operation.settings["name"]])
        elif operation.kind in _FUNCTIONS and all(each.kind == "constant" for each in constants):
            operations[index] = _constant(operation, _value_of(operation, constants))
    return _without_unused(Graph(graph.tensors, operations, graph.inputs, graph.outputs))


def _value_of(operation: Operation, constants: list[Operation]) -> Any:
    values = [each.settings["values"] for each in constants]
    if "size" in operation.settings:
        values = [values[0].reshape(-1, operation.settings["size"]), 1]
    with np.errstate(divide="ignore"):  # of what is not selected
        return _FUNCTIONS[operation.kind](*values)


def _constant(operation: Operation, values: Any) -> Operation:
    row = np.asarray(values, dtype=np.float64)
    if not operation.is_double:
        row = row.astype(np.float32).astype(np.float64)
    return Operation("constant", (), operation.width, operation.is_double, {"values": row})


def _without_unused(graph: Graph) -> Graph:
    needed = {*graph.inputs.values(), *graph.outputs.values()}
    for index in reversed(range(len(graph.operations))):
        if index in needed:
            needed.update(graph.operations[index].operands)
    kept = sorted(needed)
    place = {index: number for number, index in enumerate(kept)}
    return Graph(
        graph.tensors,
        [
            graph.operations[index]._replace(operands=tuple(place[each] for each in graph.operations[index].operands))
            for index in kept
        ],
        {name: place[index] for name, index in graph.inputs.items()},
        {name: place[index] for name, index in graph.outputs.items()},
    )
