"""Model files as fitted estimators, of the kind that the file says."""

from __future__ import annotations

import os
from typing import Any

from vaelib._errors import FormatError
from vaelib._model import Model
from vaelib._stack_model import Stack
from vaelib.stack import StackedDenoisingAutoencoder
from vaelib.stack_classifier import StackedDenoisingClassifier
from vaelib.vae import VAE


def load(path: str | os.PathLike[str]) -> Any:
    """Reads a model file, whichever language wrote it, as a fitted estimator.

    A stack that has a classifier comes back as a StackedDenoisingClassifier, whose ``classes_`` are those in the file,
    or else the numbers 0, 1, ...; any other stack as a StackedDenoisingAutoencoder. The estimator's parameters are
    those in the file, all that the model was made and last trained with. ``random_state`` is the file's seed; ``scale``
    and ``shift`` are those of the data the model was trained on.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it is not there.
    FormatError
        It is not a vaelib model, or damaged; the text says what is wrong in it.
    """
    try:
        return VAE._of_model(Model.load(path))
    except FormatError as error:
        not_a_vae = error
    try:
        stack = Stack.load(path)
    except FormatError as error:
        # The one that does not speak of the kind has found what is wrong.
        raise (not_a_vae if 'attribute "kind"' in str(error) else error) from None
    kind = StackedDenoisingClassifier if stack.info.class_count > 0 else StackedDenoisingAutoencoder
    return kind._of_stack(stack)
