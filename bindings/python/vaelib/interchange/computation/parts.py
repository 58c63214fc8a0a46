"""Which parts a model has, and the graph of each."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.folding import folded
from vaelib.interchange.computation.graph import Graph
from vaelib.interchange.computation.likelihood import MEANS_OF_SCORES
from vaelib.interchange.computation.location_scale import LocationScale
from vaelib.interchange.computation.stack import StackComputation
from vaelib.interchange.computation.vae import LIKELIHOODS, VAEComputation
from vaelib.models.columns import is_given
from vaelib.models.estimator import Estimator
from vaelib.models.stack import Stack
from vaelib.models.vae import VAE

#: The part that is the layer on top of a stack, by its kind.
_HEADS = {"softmax": "classifier", "sigmoid": "classifier", "gaussian": "regressor"}


def parts_of(model: Estimator[Any]) -> list[str]:
    """The names of the parts that a fitted model has."""
    if isinstance(model, VAE):
        model._fitted()
        return [part for part in ("encoder", "decoder", "kl", "reconstruction") if not why_not(model, part)]
    head = _HEADS.get(model._fitted().head)
    return ["encoder", "decoder", *([head] if head else [])]


def why_not(model: VAE, part: str) -> str:
    """Why a VAE has no such part that others have; an empty text if it has it."""
    native = model._fitted()
    modelled = [group for group in native.groups if not is_given(group)] or [native.architecture]
    has_scores = any(
        group["standardize_by"] == "quantiles" and issubclass(LIKELIHOODS[group["likelihood"]], LocationScale)
        for group in modelled
    )
    return MEANS_OF_SCORES if part == "decoder" and has_scores else ""


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
        reason = why_not(model, part) if isinstance(model, VAE) else ""
        raise ValueError(
            f"part must be one of {', '.join(parts)} for this {type(model).__name__}, not {part!r}"
            + (f": {reason}" if reason else "")
        )
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
