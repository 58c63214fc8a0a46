"""vaelib: variational auto-encoders and stacked denoising auto-encoders, trained and queried from Python.

    import vaelib

    vae = vaelib.VAE(latent_dim=20, hidden=(400,), binarization="dynamic", random_state=1)
    vae.fit(vaelib.open_dataset("mnist.h5", "x_train", scale=1 / 255))
    vae.save("digits.h5")

``VAE``, ``StackedDenoisingAutoencoder`` and ``StackedDenoisingClassifier`` are the estimators, ``open_dataset`` and
``Dataset`` are where examples come from, ``DatasetWriter``, ``write_dataset`` and ``convert`` make files of them,
``load`` reads what ``save`` wrote, ``Checkpoint`` keeps a training that may be killed, ``Trainer`` is for training
loops of one's own, ``vaelib.plots`` makes pictures. Losses, bounds and likelihoods are in nats per example, always.
"""

from vaelib import _native
from vaelib._bounds import Bound
from vaelib._checkpoint import Checkpoint
from vaelib._convert import ConversionProgress, convert
from vaelib._errors import (
    Busy,
    Cancelled,
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
from vaelib._files import load
from vaelib._long_calls import HistoryRecord, Progress
from vaelib._not_fitted import NotFittedError
from vaelib._parameters import count as _count
from vaelib._queries import Gaussian
from vaelib._stack_progress import StackProgress, StackRecord
from vaelib._verification import FileReport, verify
from vaelib.dataset import Dataset, concatenate, dataset_names, open_dataset
from vaelib.stack import StackedDenoisingAutoencoder
from vaelib.stack_classifier import StackedDenoisingClassifier
from vaelib.trainer import StepResult, Trainer
from vaelib.vae import VAE
from vaelib.writer import DatasetWriter, write_dataset

__version__: str = _native.library.vaelib_version().decode()


def threads() -> int:
    """How many threads a call uses at most."""
    return int(_native.library.vaelib_threads())


def set_threads(count: int) -> None:
    """Sets how many threads a call uses at most, 1 to 256; 0 for the default.

    That is one per processor that the process may use, by its affinity and by the quota of its control group, and no
    more than the environment variable VAELIB_NUM_THREADS says, or OMP_NUM_THREADS where that is not set.
    """
    _native.call("vaelib_set_threads", _count(count, "the number of threads"))


def cpu_description() -> str:
    """The instruction sets in use, for benchmark reports."""
    return str(_native.library.vaelib_cpu_description().decode())


__all__ = [
    "VAE",
    "Bound",
    "Busy",
    "Cancelled",
    "Checkpoint",
    "ConversionProgress",
    "DataError",
    "Dataset",
    "DatasetWriter",
    "FileError",
    "FileMissing",
    "FileReport",
    "FormatError",
    "Gaussian",
    "HistoryRecord",
    "InternalError",
    "InvalidArgument",
    "InvalidHandle",
    "NotFittedError",
    "NumericalError",
    "OutOfMemory",
    "Progress",
    "StackProgress",
    "StackRecord",
    "StackedDenoisingAutoencoder",
    "StackedDenoisingClassifier",
    "StepResult",
    "Trainer",
    "VaelibError",
    "VaelibWarning",
    "concatenate",
    "convert",
    "cpu_description",
    "dataset_names",
    "load",
    "open_dataset",
    "set_threads",
    "threads",
    "verify",
    "write_dataset",
]
