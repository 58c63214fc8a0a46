"""Who takes part. A module has a function for each work that it does.

``train_vae``, ``pretrain``, ``fine_tune``, ``encode``, ``decode`` and ``log_likelihood`` take the task and return an
operation: work number n, whose result is the loss or the answer, or None where there is none to compare.
"""

from __future__ import annotations

from importlib import import_module

#: The module of each contestant.
MODULES = {
    "vaelib": "vaelib_estimators",
    "JAX": "jax_compiled",
    "PyTorch": "pytorch_eager",
    "PyTorch compiled": "pytorch_compiled",
    "ONNX Runtime": "onnx_runtime",
    "numpy": "numpy_arrays",
    "scikit-learn": "scikit_learn",
    "PCA": "principal_components",
    "products alone": "products_alone",
}
#: Those that do less than the work.
BOUNDS = ("PCA", "products alone")


class UnavailableError(Exception):
    """A contestant cannot take part; the text says why."""


def find(name: str) -> object:
    """The contestant's module.

    Raises
    ------
    UnavailableError
        Something that it needs is not installed.
    """
    try:
        return import_module(f"speed.contestants.{MODULES[name]}")
    except ImportError as error:
        if name == "vaelib":
            raise
        raise UnavailableError(str(error)) from error
