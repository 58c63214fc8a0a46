"""Stacks that learn from one part of the data after another: what those that learn labels or targets have in common."""

from __future__ import annotations

from typing import Any

from vaelib._c.arguments import seed_from
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import counting_rows, weighted
from vaelib.models.estimator import Estimator
from vaelib.models.incremental import is_new, step_through
from vaelib.models.native_stack import NativeStack


def taken(estimator: Any, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Dataset]:
    """X and y, of batches what they hold, and X as examples with weights; a first call learns the columns."""
    begins = is_new(estimator)
    X, y = estimator._collected(X, y, begins)
    return X, y, weighted(estimator._examples(X, reset=begins), sample_weight)


def begin_with_head(estimator: Any, examples: Dataset, kind: str, outputs: int, **learned: Any) -> None:
    """Gives a stack without a head a fresh one; first the estimator a stack, the pretrained one if there is."""
    if is_new(estimator):
        seed = seed_from(estimator.random_state)
        stack, _ = estimator._beginning(examples, seed)
        if estimator.pretrained is None:
            estimator._see(stack, counting_rows(examples))
        stack.columns = estimator._columns_for(stack)
    else:
        stack, seed = estimator._fitted(), estimator.seed_
    stack.add_head(kind, outputs)
    estimator._keep(stack, seed, **learned)


def finetune_through(estimator: Any, examples: Dataset) -> None:
    """Steps of fine-tuning on batch after batch of the rows."""
    own = estimator.finetune_batch_size
    step_through(estimator, examples, [("supervised", 0)], estimator.batch_size if own is None else own)


def has_head(estimator: Estimator[NativeStack]) -> bool:
    """Whether there is a model, with a head."""
    return not is_new(estimator) and bool(estimator._fitted().head)
