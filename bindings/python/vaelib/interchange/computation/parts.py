"""Which parts a model has, and the graph of each."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.folding import folded
from vaelib.interchange.computation.graph import Graph
from vaelib.interchange.computation.stack import StackComputation
from vaelib.interchange.computation.vae import VAEComputation
from vaelib.models.estimator import Estimator
from vaelib.models.stack import Stack
from vaelib.models.vae import VAE

#: The part that is the layer on top of a stack, by its kind.
_HEADS = {"softmax": "classifier", "sigmoid": "classifier", "gaussian": "regressor"}


def parts_of(model: Estimator[Any]) -> list[str]:
    """The names of the parts that a fitted model has."""
    if isinstance(model, VAE):
        model._fitted()
        return ["encoder", "decoder", "kl", "reconstruction"]
    head = _HEADS.get(model._fitted().head)
    return ["encoder", "decoder", *([head] if head else [])]


def graph_of(model: Estimator[Any], part: str) -> Graph:
    """What a part computes, of tensors by name.

    Raises
    ------
    ValueError
        The model has no such part.
    NotFittedError
        It has no weights yet.
    """
    parts = parts_of(model)
    if part not in parts:
        raise ValueError(f"part must be one of {', '.join(parts)} for this {type(model).__name__}, not {part!r}")
    computation: VAEComputation | StackComputation
    if isinstance(model, VAE):
        computation = VAEComputation(model)
    else:
        assert isinstance(model, Stack)
        computation = StackComputation(model)
    getattr(computation, part)()
    return computation.graph


def folded_graph_of(model: Estimator[Any], part: str) -> Graph:
    """The same with all constants computed."""
    return folded(graph_of(model, part))
