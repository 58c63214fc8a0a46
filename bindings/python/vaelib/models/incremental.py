"""partial_fit: training on one part of the data after another, with an optimiser that remembers the parts before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaelib._c.arguments import count, seed_from
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import counting_rows
from vaelib.models.estimator import Estimator
from vaelib.training.trainer import Trainer

#: The rows of a step where ``batch_size`` is left to the library.
_STEP_ROWS = 128

#: A phase, and the layer that is pretrained in it.
Phase = tuple[str, int]


@dataclass
class Steps:
    """What goes on from one call to the next: a trainer for each phase, and how many calls and batches there were.

    ``parameters`` are what the estimator says of the training in each phase, and of layers that are pretrained.
    """

    model: Any
    phases: Sequence[Phase]
    parameters: list[Any]
    trainers: list[Trainer]
    calls: int = 0
    batches: int = 0


def is_new(estimator: Estimator[Any]) -> bool:
    """Whether there is no model yet that a call of ``partial_fit`` goes on with."""
    return getattr(estimator, "_model", None) is None


@contextmanager
def learning(estimator: Estimator[Any]) -> Iterator[None]:
    """Leaves the estimator as it was if a first call fails within before it has made a step."""
    before = dict(vars(estimator)) if is_new(estimator) else None
    try:
        yield
    except BaseException:
        steps: Steps | None = getattr(estimator, "_steps", None)
        has_learned = steps is not None and steps.model is estimator._present_model() and steps.batches > 0
        if before is not None and not has_learned:
            vars(estimator).clear()
            vars(estimator).update(before)
        raise


def start(estimator: Estimator[Any], examples: Dataset) -> None:
    """Gives the estimator untrained weights, made for the rows of the first call."""
    seed = seed_from(estimator.random_state)
    estimator._begin(estimator._new_model_for(counting_rows(examples), seed), examples, seed)


def step_through(estimator: Estimator[Any], examples: Dataset, phases: Sequence[Phase], batch_size: Any) -> None:
    """Trains each phase on batch after batch of the rows, which are shuffled; rows of weight 0 are left out."""
    rows = _STEP_ROWS if batch_size == "auto" else count(batch_size, "batch_size")
    if rows == 0:
        raise ValueError("batch_size must be at least 1")
    examples = counting_rows(examples)
    steps = _steps_of(estimator, phases, examples.rows)
    order = np.random.default_rng((estimator.seed_, steps.calls)).permutation(examples.rows)
    steps.calls += 1
    estimator._forget_scores()
    for first in range(0, examples.rows, rows):
        batch = examples[order[first : first + rows]]
        for trainer in steps.trainers:
            trainer.step(batch)
        steps.batches += 1


def _steps_of(estimator: Estimator[Any], phases: Sequence[Phase], rows: int) -> Steps:
    """The steps that go on; new ones for another model, phases or parameters, whose epochs have so many rows."""
    steps: Steps | None = getattr(estimator, "_steps", None)
    if steps is not None and steps.model is not estimator._fitted():
        steps = None
    parameters = _parameters_of(estimator, phases)
    if steps is None or steps.phases != phases or steps.parameters != parameters:
        model = estimator._same_stack() if _pretrains(phases) else estimator._fitted()  # type: ignore[attr-defined]
        calls, batches = (0, 0) if steps is None else (steps.calls, steps.batches)
        endless = _Endless(estimator, model, calls)
        trainers = [Trainer(endless, rows, phase=phase, layer=layer) for phase, layer in phases]
        steps = Steps(model, phases, parameters, trainers, calls, batches)
        estimator._model, estimator._steps = model, steps
    return steps


def _parameters_of(estimator: Estimator[Any], phases: Sequence[Phase]) -> list[Any]:
    """What the estimator says of the training in each phase; first of layers, which have parameters of pretraining."""
    layers = [estimator._architecture()] if _pretrains(phases) else []  # type: ignore[attr-defined]
    return [*layers, *(estimator._step_training(phase, layer, None)[2] for phase, layer in phases)]


def _pretrains(phases: Sequence[Phase]) -> bool:
    return any(phase == "pretraining" for phase, _ in phases)


class _Endless:
    """An estimator of this model as a Trainer sees it whose training has no end, so that no rate falls towards one.

    A trainer that begins after some calls draws other noise than the one before it.
    """

    def __init__(self, estimator: Estimator[Any], model: Any, calls: int) -> None:
        self._estimator = estimator
        self.seed_ = (estimator.seed_ + calls) % 2**64
        self._examples, self._adopt = estimator._examples, estimator._adopt
        self._model = model

    def _fitted(self) -> Any:
        return self._model

    def _step_training(self, phase: str | None, layer: int, head: Any) -> tuple[str, int, dict[str, Any]]:
        found, index, training = self._estimator._step_training(phase, layer, head)
        return found, index, _without_end(training)


def _without_end(training: Mapping[str, Any]) -> dict[str, Any]:
    schedule = training["schedule"]
    return {**training, "schedule": "constant" if schedule == "cosine" else schedule}
