"""ONNX Runtime: queries only, of graphs that are made here."""

from __future__ import annotations

from collections.abc import Sequence

import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper

from speed import environment
from speed.measurement import Operation
from speed.networks import Layer, Matrix
from speed.tasks import Query

ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}
#: A version of the operators that has all that is needed, and that any ONNX Runtime of these years knows.
OPERATORS = 17


def session(layers: Sequence[Layer], activation: str, last: str | None) -> onnxruntime.InferenceSession:
    """The layers as a graph: a Gemm each, with its activation; ``last`` is applied to the outputs."""
    nodes, constants = [], []
    value = "x"
    for index, (weight, bias) in enumerate(layers):
        names = [f"weight{index}", f"bias{index}"]
        constants += [numpy_helper.from_array(each, name) for each, name in zip((weight, bias), names, strict=True)]
        nodes.append(helper.make_node("Gemm", [value, *names], [f"sum{index}"]))
        value = f"sum{index}"
        applied = last if index == len(layers) - 1 else ACTIVATIONS[activation]
        if applied is not None:
            nodes.append(helper.make_node(applied, [value], [f"value{index}"]))
            value = f"value{index}"
    ends = ((("x", layers[0][0].shape[0]),), ((value, layers[-1][0].shape[1]),))
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width]) for name, width in end] for end in ends
    )
    graph = helper.make_graph(nodes, "network", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPERATORS)], ir_version=9)
    checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = environment.threads()
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def encode(task: Query) -> Operation:
    """Means and log-variances; the means are the answer."""
    both = _query(session(task.network.weights.encoder, task.network.activation, None), task.examples)
    return lambda number: both(number)[:, : task.network.latent]


def decode(task: Query) -> Operation:
    """Probabilities."""
    return _query(session(task.network.weights.decoder, task.network.activation, "Sigmoid"), task.latents)


def _query(network: onnxruntime.InferenceSession, array: Matrix) -> Operation:
    return lambda number: network.run(None, {"x": array})[0]
