"""Weights in files of safetensors."""

from __future__ import annotations

import os
from typing import Any, TypeVar

from vaelib._c.host import version
from vaelib.interchange.files import replacing
from vaelib.models.estimator import Estimator

Model = TypeVar("Model", bound=Estimator[Any])


def save_safetensors(model: Estimator[Any], path: str | os.PathLike[str]) -> None:
    """Writes the weights of a fitted model, float32, by the names and in the shapes of docs/file-format.md.

    A weight matrix is [inputs, outputs]. The file's metadata are ``vaelib_version`` and ``model``, the estimator's
    class. It holds weights alone; ``save`` writes whole models. Needs safetensors (``pip install safetensors``).

    Raises
    ------
    ImportError
        safetensors is not installed.
    """
    weights = model.get_weights()
    content = _safetensors().save(weights, {"vaelib_version": version(), "model": type(model).__name__})
    with replacing(path) as unfinished, open(unfinished, "wb") as file:
        file.write(content)


def load_safetensors(model: Model, path: str | os.PathLike[str], *, strict: bool = True) -> Model:
    """Replaces the weights of a model by those in a file; returns the model.

    The model must be fitted, or have been given weights by ``initialize``; ``strict`` is as for ``set_weights``.

    Raises
    ------
    ValueError
        The weights do not fit the model: the text lists all that is wrong, and nothing is changed. Or the file is
        damaged.
    ImportError
        safetensors is not installed.
    """
    package = _safetensors()
    with open(path, "rb") as file:
        content = file.read()
    try:
        weights = package.load(content)
    except Exception as error:  # the package has an error of its own for each of its parts
        raise ValueError(f"{os.fsdecode(path)!r} is not a file of safetensors that can be read: {error}") from error
    return model.set_weights(weights, strict=strict)


def _safetensors() -> Any:
    """The package's functions for arrays of numpy."""
    try:
        from safetensors import numpy as package
    except ImportError:
        raise ImportError(
            "files of safetensors need the package safetensors, which is not installed: pip install safetensors"
        ) from None
    return package
