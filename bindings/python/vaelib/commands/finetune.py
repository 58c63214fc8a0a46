"""Train a classifier or a regressor, denoising layers first.

example:
  vaelib finetune wines.csv --label-column kind -o wines.model.h5
  vaelib finetune digits.h5:x_train --labels y_train --scale 1/255 -o model.h5
  vaelib finetune houses.csv --target-column price -o price.model.h5

Labels make a classifier, targets a regressor. Layers are pretrained to
denoise, unless --pretrained names a stack that is. A row whose label is -1 or
a gap has none: pretraining takes all rows, fine-tuning those with a label.
Texts in a table become columns of 0 and 1, one for each value.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, scale_as_said
from vaelib.command_line.parser import headed
from vaelib.command_line.progress import note
from vaelib.command_line.stack_tables import of_numbers
from vaelib.command_line.targets import add_targets
from vaelib.command_line.training import add_training, fit_and_save, new_estimator, prepare
from vaelib.command_line.training_data import open_training_data, open_validation
from vaelib.data.unlabelled import is_labelled
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.loading import load
from vaelib.models.regressor import StackedDenoisingRegressor


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    # The two have the same hyper-parameters, but for one that is no option of that kind.
    add_training(parser, StackedDenoisingClassifier, labels=True)
    add_targets(parser)
    group = headed(parser, "model")
    group.add_argument(
        "--pretrained", metavar="MODEL", help="a stack to start from, whose layers are taken as they are"
    )
    balanced_help = "a classifier: each class has the same part in the loss, however many rows it has"
    headed(parser, "training").add_argument("--balanced", action="store_true", help=balanced_help)


def run(arguments: argparse.Namespace) -> int:
    """Trains and writes the model."""
    given = [name for name in ("labels", "label_column", "targets", "target_column") if getattr(arguments, name)]
    if not given:
        raise UsageError("say what to learn: --label-column or --labels, or numbers: --target-column or --targets")
    if len(given) > 1:
        raise UsageError("give one of --labels, --label-column, --targets and --target-column")
    prepare(arguments)
    is_classifier = given[0] in ("labels", "label_column")
    if arguments.balanced and not is_classifier:
        raise UsageError("--balanced is for a classifier, which has classes")
    what = "label" if is_classifier else "target"
    pretrained = None if arguments.pretrained is None else load(arguments.pretrained)
    if pretrained is not None:
        scale_as_said(arguments, pretrained)
    names = getattr(pretrained, "feature_names_in_", None)
    found = open_training_data(arguments, what, pretrained)
    held_out = open_validation(arguments, found, what, pretrained)
    examples = of_numbers(arguments, found, names)
    validation = None
    if held_out is not None:
        seen = of_numbers(arguments, held_out, getattr(examples.X, "columns", None))
        validation = (seen.X, seen.y)
    if is_classifier:
        _say_unlabelled(arguments, examples)
    kind: type[Any] = StackedDenoisingClassifier if is_classifier else StackedDenoisingRegressor
    others: dict[str, Any] = {"class_weight": "balanced"} if arguments.balanced else {}
    if pretrained is not None:
        others |= {"pretrained": pretrained, "scale": pretrained.scale, "shift": pretrained.shift}
    model = new_estimator(kind, arguments, **others)
    options = {"sample_weight": examples.weights, "validation": validation}
    return fit_and_save(arguments, model, examples.X, examples.y, **options)


def _say_unlabelled(arguments: argparse.Namespace, examples: Examples) -> None:
    """Says how many rows have no label."""
    if examples.y.ndim == 1:
        unlabelled = examples.rows - np.count_nonzero(is_labelled(examples.y))
        if unlabelled:
            note(arguments, f"{unlabelled} of {examples.rows} rows have no label")
