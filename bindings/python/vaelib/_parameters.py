"""The hyper-parameters as the library itself defines them: names, defaults and meanings."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Collection
from typing import Any, NamedTuple

from vaelib import _structures as structures
from vaelib._native import call, library, text

#: Fields of the configurations that are not hyper-parameters of the estimators: these take the width from the data, the
#: seeds from random_state, a count from the length of a sequence, and the checkpoint from an argument of fit.
_NOT_PARAMETERS = {
    *("struct_size", "data_dim", "seed", "checkpoint"),
    *("hidden_count", "decoder_hidden_count", "layers", "layer_count"),
}


class Description(NamedTuple):
    """One hyper-parameter, for documentation."""

    name: str
    group: str
    type: str
    default: str
    allowed: str
    meaning: str


def describe_parameters() -> list[Description]:
    """Every hyper-parameter of the library, in its order."""
    descriptions = []
    for index in range(library.vaelib_parameter_count()):
        native = structures.sized(structures.Parameter)
        call("vaelib_parameter_describe", index, ctypes.byref(native))
        fields = (native.name, native.group, native.type, native.default_value, native.allowed, native.meaning)
        descriptions.append(Description(*(field.decode() for field in fields)))
    return descriptions


def values_of(config: ctypes.Structure) -> dict[str, Any]:
    """The hyper-parameters in a vaelib_vae_config or vaelib_training_config, as Python values."""
    names = [field[0] for field in config._fields_ if field[0] not in _NOT_PARAMETERS]
    return {name: _value(config, name) for name in names}


def _value(config: ctypes.Structure, name: str) -> Any:
    value = getattr(config, name)
    if isinstance(value, bytes):
        return value.decode()
    if name in ("hidden", "decoder_hidden"):
        count = getattr(config, name + "_count")
        return tuple(value[:count]) if value else (() if name == "hidden" else None)
    return bool(value) if name in ("nesterov", "tied") else value


def new_vae_config() -> structures.VAEConfig:
    """The default architecture."""
    config = structures.sized(structures.VAEConfig)
    call("vaelib_vae_config_init", ctypes.byref(config))
    return config


def new_training_config() -> structures.TrainingConfig:
    """The default training."""
    config = structures.sized(structures.TrainingConfig)
    call("vaelib_training_config_init", ctypes.byref(config))
    return config


def new_evaluation_config() -> structures.EvaluationConfig:
    """The default evaluation."""
    config = structures.sized(structures.EvaluationConfig)
    call("vaelib_evaluation_config_init", ctypes.byref(config))
    return config


#: The training's hyper-parameters that only stacks, and that only VAEs have.
_STACKS_ONLY = {"dropout"}
_VAES_ONLY = {"estimator", "samples", "beta", "kl_warmup_epochs", "binarization"}

_training = values_of(new_training_config())
#: The names of the architecture's and of the training's hyper-parameters, with their defaults.
ARCHITECTURE_DEFAULTS = values_of(new_vae_config())
TRAINING_DEFAULTS = {name: value for name, value in _training.items() if name not in _STACKS_ONLY}
DEFAULTS = {**ARCHITECTURE_DEFAULTS, **TRAINING_DEFAULTS}
#: The same of training a stack.
STACK_TRAINING_DEFAULTS = {name: value for name, value in _training.items() if name not in _VAES_ONLY}


def fill(config: ctypes.Structure, values: dict[str, Any]) -> list[object]:
    """Writes Python values into a configuration.

    Returns what the configuration points to and must be kept alive with it.

    Raises
    ------
    TypeError
        A value of the wrong type; the text names the parameter.
    """
    kept: list[object] = []
    for name, value in values.items():
        if name in ("hidden", "decoder_hidden"):
            kept.append(_fill_widths(config, name, value))
            continue
        try:
            setattr(config, name, _checked(config, name, value))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name} has the unsuitable value {value!r}: {error}") from None
    return kept


def _checked(config: ctypes.Structure, name: str, value: Any) -> Any:
    """The value, if ctypes will store it as it is meant.

    ctypes reduces integers modulo 2^64, and takes an integer for a string as its address.
    """
    kind = {field[0]: field[1] for field in config._fields_}[name]
    if kind is ctypes.c_char_p:
        if not isinstance(value, str):
            raise TypeError("a string is wanted")
        return text(value)
    if kind in (ctypes.c_size_t, ctypes.c_uint64):
        return count(value)
    return value


def count(value: Any, name: str = "the number") -> int:
    """A whole number that fits size_t; the library itself checks its range.

    Raises
    ------
    TypeError
        It is not a whole number.
    ValueError
        It is negative or does not fit.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if not 0 <= number < 2**64:
        raise ValueError(f"{name} must be between 0 and 2^64 - 1, not {number}")
    return number


def _fill_widths(config: ctypes.Structure, name: str, widths: Any) -> object:
    """Sets a list of layer widths; None mirrors (decoder) and a single number is one layer."""
    if widths is None:
        setattr(config, name, None)
        setattr(config, name + "_count", 0)
        return None
    try:
        listed = list(widths)
    except TypeError:
        listed = [widths]
    counts = [count(width, f"a width in {name}") for width in listed]
    # One more element than needed: the address of an empty list must not be NULL.
    array = (ctypes.c_size_t * (len(counts) + 1))(*counts)
    setattr(config, name, ctypes.cast(array, ctypes.POINTER(ctypes.c_size_t)))
    setattr(config, name + "_count", len(counts))
    return array


def parameters_section(names: Collection[str], *groups: str) -> str:
    """The hyper-parameters of these names and of these groups as the "Parameters" section of a docstring."""
    lines = []
    for description in describe_parameters():
        if description.group not in groups or description.name not in names:
            continue
        default = f", default {description.default}" if description.default else ""
        lines.append(f"{description.name} : {description.allowed}{default}")
        lines.append(f"    {description.meaning}")
    return "\n".join(lines)
