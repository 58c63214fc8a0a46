"""The "Parameters" and "Attributes" that the classes of stacks share, for their docstrings."""

from __future__ import annotations

from typing import Any

from vaelib._parameters import STACK_TRAINING_DEFAULTS, parameters_section
from vaelib._stack_fitting import SHARED_PARAMETERS
from vaelib._stack_parameters import INITIALIZATION_DEFAULTS, LAYER_PARAMETERS

_FINE_TUNING = """\
finetune_learning_rate, finetune_batch_size, finetune_optimizer, finetune_momentum, finetune_schedule, \
finetune_weight_decay : default None
    What fine-tuning has otherwise than pretraining; None is the same as there.
patience : int, default 0
    Fine-tuning stops after so many epochs without a better validation error (without labels: loss), and returns to the
    best weights; 0 trains to the end. Needs validation examples."""

_REST = """\
scale, shift : float, default 1 and 0
    Arrays are read as ``number * scale + shift``; a Dataset has a scaling of its own.
validation_fraction : float from 0 to below 1, default 0
    This part of the examples is held out of all training; fine-tuning reports its loss after every epoch.
validation_split : "random" or "last", default "random"
    Which rows are held out: chosen at random by the seed, of each class in proportion, or the last ones as they stand.
random_state : int, RandomState, Generator or None, default None
    Seed of weights, shuffling, corruption and dropout. The same integer gives the same bits, for any number of threads;
    None takes a seed from numpy's global state.
verbose : int, default 0
    1 prints a line an epoch."""

_ATTRIBUTES = """\
history_ : dict of arrays
    Phase, layer, epoch, losses and errors, one entry an epoch; see ``vaelib.StackRecord``.
n_features_in_ : int
    The width of an example.
feature_names_in_ : array of str
    The column names, if X was a data frame.
seed_ : int
    The seed that ``random_state`` gave to the last fit."""


def document(estimator: type[Any]) -> None:
    """Fills in what stands in braces in the docstring of an estimator."""
    if not estimator.__doc__:  # python -OO strips docstrings
        return
    sections = {
        "layers": parameters_section([*LAYER_PARAMETERS, *INITIALIZATION_DEFAULTS], "layer", "stack"),
        "training": parameters_section(SHARED_PARAMETERS, "training"),
        "fine_tuning": _FINE_TUNING,
        "dropout": parameters_section(["dropout"], "training"),
        "rest": _REST,
        "attributes": _ATTRIBUTES,
        "epochs": str(STACK_TRAINING_DEFAULTS["epochs"]),
        "learning_rate": str(STACK_TRAINING_DEFAULTS["learning_rate"]),
    }
    for name, text in sections.items():
        estimator.__doc__ = estimator.__doc__.replace(f"{{{name}}}", text.replace("\n", "\n    "))
