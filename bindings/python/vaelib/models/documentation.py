"""What replaces braces in the docstrings of the estimators: the parameters as the library describes them, and more."""

from __future__ import annotations

import inspect
from typing import Any

from vaelib._c.parameters import PARAMETERS, documentation, names_of
from vaelib.models.fine_tuning import FINETUNE_PARAMETERS, SHARED_PARAMETERS, finetuning_only
from vaelib.models.layers import LAYER_PARAMETERS
from vaelib.models.stack import Stack

_FINE_TUNING = f"""\
{", ".join(f"finetune_{name}" for name in FINETUNE_PARAMETERS)} : default None
    Values for fine-tuning that differ from those for pretraining; None stands for the same value."""

_REST = """\
scale, shift : float, default 1 and 0
    Arrays are read as ``number * scale + shift``; a Dataset has a scaling of its own.
warm_start : bool, default False
    ``fit`` continues from the weights of the previous fit, in pretraining, if there are epochs for it, and in
    fine-tuning, with fresh optimiser moments. Other widths, activations or losses are refused; where another parameter
    of layers changed, ``history_`` begins anew.
random_state : int, RandomState, Generator or None, default None
    Seed of weights, shuffling, corruption and dropout. The same integer gives the same bits, for any number of threads;
    None takes a seed from numpy's global state.
verbose : int or "bar", default 0
    1 prints one line per epoch, or, of many epochs, about a hundred. "bar" shows a bar of progress, of long queries,
    too: see ``vaelib.ProgressBar``. The logger "vaelib" is told the lines in any case."""

_FOLLOWED = """\
callbacks : callable or sequence of callables, optional
    Called with a ``vaelib.Progress`` about every 50 ms and after each epoch: epoch, metrics, and weights on request. If
    one returns True, and nothing else, training ends and ``fit`` returns as usual; if one raises, training ends and
    ``fit`` raises that. Meanwhile the estimator answers them with the weights of the last step, and can be saved.
checkpoint : path or Checkpoint, optional
    The file that keeps the state of the training. If it exists, training resumes from it, and ends with the same bits
    as without the interruption. The parameters and the data must be the same as before, else an error names the
    difference; only ``{epochs}`` may grow, and not with schedule "cosine", which depends on it. With a
    ``random_state`` that is not an integer, the seed is taken from the file."""

_ATTRIBUTES = """\
loss_ : str or tuple of str
    The loss, "cross_entropy" or "squared_error"; a tuple where layers differ.
pretrain_epochs_, batch_size_, finetune_epochs_, finetune_batch_size_, patience_, validation_fraction_
    What the last training of the phase went by, where the parameter is "auto" what was decided for it.
n_iter_ : int
    The epochs that the stack was trained, of all layers and phases.
history_ : dict of arrays
    One array per metric, one entry per epoch: phase ("pretraining", "supervised" or "unsupervised"), layer, epoch (from
    1 in each phase), loss, error (1 - the score: the share of examples with a wrong label, or 1 - R2 with the variance
    of the training targets), validation_loss, validation_error, learning_rate, seconds; NaN where one does not apply;
    what no epoch has is left out. Losses are means per example: cross-entropy in nats or half the squared error, of
    standardised targets, with the penalties.
n_features_in_ : int
    The width of an example.
feature_names_in_ : array of str
    The column names, if X was a data frame.
seed_ : int
    The seed that ``random_state`` gave to the last fit."""


_DEFAULTS = {each.name: each.default for each in PARAMETERS if each.group == "training"}


def fill_in(described: Any, **sections: str) -> None:
    """Replaces the names of these sections, which stand in braces in the docstring of an estimator or a function."""
    if not described.__doc__:  # python -OO strips docstrings
        return
    text = inspect.cleandoc(described.__doc__)  # as from Python 3.13 on they are anyway
    for name, section in sections.items():
        text = text.replace(f"{{{name}}}", section)
    described.__doc__ = text


def document_fit(estimator: Any, epochs: str) -> None:
    """Fills in how a training is followed, in ``fit`` of an estimator; a resumed one may have more ``epochs``."""
    fill_in(estimator.fit, followed=_FOLLOWED.replace("{epochs}", epochs))


def document_stack(estimator: type[Stack]) -> None:
    """Fills in what the docstrings of the estimators that are stacks share."""
    fill_in(
        estimator,
        layers=documentation(
            [*LAYER_PARAMETERS, *names_of("stack")],
            "layer",
            "stack",
            own={"activation": inspect.signature(estimator).parameters["activation"].default},
        ),
        training=documentation(SHARED_PARAMETERS, "training"),
        fine_tuning=f"{_FINE_TUNING}\n{documentation(finetuning_only(estimator._finetuning_phase), 'training')}",
        rest=_REST,
        attributes=_ATTRIBUTES,
        epochs=_DEFAULTS["epochs"],
        learning_rate=_DEFAULTS["learning_rate"],
    )
    document_fit(estimator, "finetune_epochs")
