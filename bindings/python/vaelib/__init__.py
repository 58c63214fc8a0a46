"""vaelib: variational auto-encoders and stacked denoising auto-encoders, trained and queried from Python.

    import vaelib

    vae = vaelib.VAE().fit(X)  # an array of any kind, or
    vae = vaelib.VAE(binarization="dynamic").fit(vaelib.open_dataset("mnist.h5", "x_train", scale=1 / 255))
    vae.save("digits.h5")

``VAE``, ``StackedDenoisingAutoencoder``, ``StackedDenoisingClassifier`` and ``StackedDenoisingRegressor`` are the
estimators, ``open_dataset`` and ``Dataset`` are where examples come from, ``DatasetWriter``, ``write_dataset`` and
``convert`` make files of them, ``load`` reads what ``save`` wrote, ``Checkpoint`` keeps the state of a training that
may be killed, ``Trainer`` is for your own training loops, ``vaelib.plots`` makes pictures, the ``report`` of an
estimator is a page about it, ``vaelib.interchange`` exchanges weights with other frameworks.

Losses, bounds and likelihoods are always in nats per example.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from vaelib._c.errors import (
    Busy,
    Cancelled,
    ConvergenceWarning,
    DataError,
    FileError,
    FileMissing,
    FormatError,
    InternalError,
    InvalidArgument,
    InvalidHandle,
    NumericalError,
    OutOfMemory,
    VaelibError,
    VaelibWarning,
)
from vaelib._c.host import cpu_description, last_profile, set_profiling, set_threads, threads, version
from vaelib._c.long_calls import Progress
from vaelib._c.progress_bars import ProgressBar
from vaelib.data.dataset import Dataset, concatenate
from vaelib.data.opening import dataset_names, open_dataset
from vaelib.data.writer import DatasetWriter, write_dataset
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.loading import load
from vaelib.models.not_fitted import NotFittedError
from vaelib.models.regressor import StackedDenoisingRegressor
from vaelib.models.vae import VAE
from vaelib.models.vae_bounds import Bound
from vaelib.models.vae_queries import MeanAndVariance
from vaelib.training.checkpoint import Checkpoint
from vaelib.training.trainer import Trainer

if TYPE_CHECKING:
    from vaelib.data.convert import ConversionProgress, convert
    from vaelib.data.verification import FileReport, verify

__version__: str = version()

#: What few programs use, and the module that it is imported from when one does.
_LATER = {
    "ConversionProgress": "vaelib.data.convert",
    "FileReport": "vaelib.data.verification",
    "convert": "vaelib.data.convert",
    "verify": "vaelib.data.verification",
}

__all__ = [
    "VAE",
    "Bound",
    "Busy",
    "Cancelled",
    "Checkpoint",
    "ConvergenceWarning",
    "ConversionProgress",
    "DataError",
    "Dataset",
    "DatasetWriter",
    "FileError",
    "FileMissing",
    "FileReport",
    "FormatError",
    "InternalError",
    "InvalidArgument",
    "InvalidHandle",
    "MeanAndVariance",
    "NotFittedError",
    "NumericalError",
    "OutOfMemory",
    "Progress",
    "ProgressBar",
    "StackedDenoisingAutoencoder",
    "StackedDenoisingClassifier",
    "StackedDenoisingRegressor",
    "Trainer",
    "VaelibError",
    "VaelibWarning",
    "concatenate",
    "convert",
    "cpu_description",
    "dataset_names",
    "last_profile",
    "load",
    "open_dataset",
    "set_profiling",
    "set_threads",
    "threads",
    "verify",
    "write_dataset",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
