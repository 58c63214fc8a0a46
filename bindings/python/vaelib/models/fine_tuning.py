"""The hyper-parameters of a stack's two trainings: which pretraining and fine-tuning share, and which they do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaelib._c.arguments import count
from vaelib._c.parameters import names_of

#: What may differ in fine-tuning, by the parameter ``finetune_...``; None stands for the value of pretraining.
FINETUNE_PARAMETERS = ("learning_rate", "batch_size", "optimizer", "momentum", "schedule", "weight_decay")

#: Both trainings share these parameters, unless there is a ``finetune_...`` for one; epochs and rates apart.
SHARED_PARAMETERS = [name for name in names_of("training", "pretraining") if name not in ("epochs", "learning_rate")]


def finetuning_only(phase: str) -> list[str]:
    """The parameters that fine-tuning, "supervised" or "unsupervised", has and pretraining has not."""
    pretraining = names_of("training", "pretraining")
    return [name for name in names_of("training", phase) if name not in pretraining]


def fraction_kept(training: Mapping[str, Any]) -> float | str:
    """The ``validation_fraction`` to go on with after a training.

    It is "auto" where validation examples were given: with them it holds out nothing, and without them patience has
    what it needs.
    """
    fraction: float | str = training.get("validation_fraction", 0.0)
    return "auto" if fraction == 0 and training.get("patience", "auto") != 0 else fraction


def has_epochs(epochs: Any, name: str) -> bool:
    """Whether a training with these epochs, of the parameter ``name``, takes place: not if they are 0."""
    return isinstance(epochs, str) or count(epochs, name) > 0
