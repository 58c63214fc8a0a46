"""ONNX files of trained models."""

from __future__ import annotations

import os
from typing import Any

from vaelib.interchange.computation.graph import Graph
from vaelib.interchange.computation.parts import folded_graph_of
from vaelib.interchange.description import description_of
from vaelib.interchange.files import replacing
from vaelib.interchange.onnx_operations import NodeWriter
from vaelib.models.estimator import Estimator

#: The set of operators, and the version of the format that came with it: from 2022, which old runtimes read.
_OPERATORS, _FORMAT = 17, 8


def to_onnx(model: Estimator[Any], path: str | os.PathLike[str], part: str = "encoder") -> None:
    """Writes an ONNX file of a part of a fitted model, which takes any number of rows and computes what vaelib does.

    Everything on the way is in the file: ``scale`` and ``shift``, logarithms, standardisation, categories, numbers that
    are missing (NaN, where ``missing`` allows for them), bounds. All that goes in and comes out is float32, [N, width].

    ==================  ==========  ===========================================================================
    part                takes       gives
    ==================  ==========  ===========================================================================
    encoder             x           ``mean`` and ``log_variance`` of q(z|x); of a stack ``code``, the topmost
    decoder             z           ``mean`` of p(x|z) and, as ``VAE.decode`` has it, ``variance``; of a stack, which
                                    takes ``code``, ``mean``
    kl                  x           of a VAE ``kl``, the divergence of q(z|x) from p(z) in nats, [N, 1]
    reconstruction      x, z        of a VAE ``reconstruction``, log p(x|z) in nats, [N, 1]
    classifier          x           ``probabilities`` of classes, or of labels
    regressor           x           ``prediction``, the targets in their own unit
    ==================  ==========  ===========================================================================

    Of a conditional VAE all parts take ``conditions``, too, numbers as in a matrix: those given beside X, or, where
    they are columns of X, the ``decoder`` alone, in the order of these columns; what comes out has the columns of X.
    Where columns are normal scores inside (``standardize_by`` "quantiles"), there is no ``decoder``.

    With z = mean + exp(log_variance / 2) noise, reconstruction - kl is the evidence lower bound of one latent sample.
    Values are not checked: one that vaelib would refuse leads to numbers without a meaning.

    Needs the package onnx (``pip install onnx``); operators of opset 17. The file's metadata have ``vaelib_version``,
    ``model``, ``part`` and, as JSON lists, ``columns``, ``conditions`` and ``classes`` where they have names; as a JSON
    object, ``categories``: what the numbers 0, 1, ... of a column stand for.

    Parameters
    ----------
    model : VAE, StackedDenoisingAutoencoder, StackedDenoisingClassifier or StackedDenoisingRegressor
        Fitted.
    path : path
        The file. An older file of that name is replaced, once the new one is complete.
    part : str, default "encoder"
        One of those above.

    Raises
    ------
    ValueError
        The model has no such part.
    ImportError
        onnx is not installed.
    """
    graph = folded_graph_of(model, part)
    try:
        import onnx
    except ImportError:
        raise ImportError(
            "files of ONNX are written with the package onnx, which is not installed: pip install onnx"
        ) from None
    content = _model(graph, part, description_of(model, part))
    onnx.checker.check_model(content, full_check=True)
    with replacing(path) as unfinished:
        onnx.save_model(content, unfinished)


def _model(graph: Graph, part: str, description: dict[str, str]) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    writer = NodeWriter(graph)
    writer.write()

    def information(places: dict[str, int]) -> list[Any]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", graph.operations[index].width])
            for name, index in places.items()
        ]

    initializers = [numpy_helper.from_array(values, name) for name, values in writer.initializers.items()]
    content = helper.make_model(
        helper.make_graph(
            writer.nodes, f"vaelib_{part}", information(graph.inputs), information(graph.outputs), initializers
        ),
        opset_imports=[helper.make_opsetid("", _OPERATORS)],
        ir_version=_FORMAT,
        producer_name="vaelib",
        producer_version=description["vaelib_version"],
    )
    helper.set_model_props(content, description)
    return content
