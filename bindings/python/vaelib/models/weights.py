"""Weights as a dictionary of arrays by their names in the model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.arrays import first_other
from vaelib.data.as_array import as_array
from vaelib.models.native import NativeModel, Tensor


def as_floats(values: Any) -> npt.NDArray[np.float32]:
    """Numbers from wherever they are, also PyTorch's tensors with a gradient or on another device, as float32.

    Raises
    ------
    ValueError
        They are not real numbers; the text is a predicate.
    """
    try:
        array = as_array(values, "it")
    except (TypeError, ValueError) as error:
        raise ValueError(f"is not an array of numbers: {error}") from None
    if array.dtype.kind in "biufO":
        try:
            with np.errstate(over="ignore"):  # what is too large is found as infinite
                return array.astype(np.float32)
        except (TypeError, ValueError):
            raise ValueError(f"is not an array of numbers: {first_other(array)}") from None
    raise ValueError(f"is not an array of real numbers: it has dtype {array.dtype}")


def replace_weights(model: NativeModel, weights: Mapping[str, Any], strict: bool, owner: str) -> None:
    """Replaces weights and biases by name: all of them if ``strict``.

    Raises
    ------
    ValueError
        Names are missing or unknown, shapes are wrong, numbers are not finite: the text lists all that is wrong with
        the weights of ``owner``. Nothing is changed in that case.
    """
    if not hasattr(weights, "keys"):
        raise TypeError(
            f"weights must be a mapping of names to arrays, as get_weights gives, not {type(weights).__name__}"
        )
    tensors = model.tensors
    flat = model.get_parameters()
    problems = _name_problems(tensors, weights) if strict else []
    for name, tensor in tensors.items():
        if name in weights:
            problem = _copy(weights[name], tensor, flat)
            problems += [f"{name} {problem}"] if problem else []
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise ValueError(f"the weights do not fit this {owner}:{lines}")
    model.set_parameters(flat)


def _name_problems(tensors: Mapping[str, Tensor], weights: Mapping[str, Any]) -> list[str]:
    missing = [name for name in tensors if name not in weights]
    unexpected = [str(name) for name in weights if name not in tensors]
    found = (("missing (strict=False keeps them)", missing), ("unexpected (strict=False ignores them)", unexpected))
    return [f"{what}: {', '.join(names)}" for what, names in found if names]


def _copy(values: Any, tensor: Tensor, flat: npt.NDArray[np.float32]) -> str | None:
    """Copies values to their place in the flat parameters; what is wrong with them, if something is."""
    try:
        given = as_floats(values)
    except ValueError as error:
        return str(error)
    if given.shape != tensor.shape:
        return f"has shape {given.shape}; expected {tensor.shape}"
    if not np.isfinite(given).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(given))[0])
        return f"holds {given[place]} at {place}; every number must be finite in float32"
    tensor.of(flat)[...] = given
    return None
