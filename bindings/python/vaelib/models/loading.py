"""Model files as fitted estimators."""

from __future__ import annotations

from typing import Any

from vaelib._c.arguments import Path
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.files import read_model
from vaelib.models.native_vae import NativeVAE
from vaelib.models.regressor import StackedDenoisingRegressor
from vaelib.models.stack import Stack
from vaelib.models.vae import VAE

#: The estimator of a stack with this head.
_STACKS: dict[str, type[Stack]] = {
    "": StackedDenoisingAutoencoder,
    "softmax": StackedDenoisingClassifier,
    "sigmoid": StackedDenoisingClassifier,
    "gaussian": StackedDenoisingRegressor,
}


def load(path: Path, *, check_in_child: bool = False) -> Any:
    """Reads a model file, whichever language wrote it, as a fitted estimator.

    A stack that has learned labels comes back as a StackedDenoisingClassifier, whose ``classes_`` are those in the
    file, or else the numbers 0, 1, ...; one that has learned real targets as a StackedDenoisingRegressor, which
    predicts one target as an array of one axis; any other stack as a StackedDenoisingAutoencoder. The estimator's
    parameters are those in the file, with which the model was made and last trained. ``random_state`` is the file's
    seed; ``scale`` and ``shift`` are those of the data the model was trained on.

    What the file keeps of a data frame comes back, too: ``feature_names_in_`` and, for a VAE, ``categories_`` and the
    columns' types. Rows that the model makes are such a data frame again; only that needs pandas, or polars.

    Parameters
    ----------
    path : path
        The file.
    check_in_child : bool
        Whether a child process reads it first, so that a file damaged on purpose can do no harm in this one.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it does not exist.
    FormatError
        It is not a vaelib model, or damaged; the text says what is wrong in it.
    """
    model = read_model(path, check_in_child)
    if isinstance(model, NativeVAE):
        return VAE._of_model(model)
    return _STACKS[model.head]._of_model(model)
