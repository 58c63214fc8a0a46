"""Configurations, the structures of hyper-parameters, and the Python values in them."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from ctypes import POINTER, c_char_p, c_size_t, c_uint64
from typing import Any

from vaelib._c.arguments import count, text
from vaelib._c.parameters import Parameter, parameters_of

#: What stands in structures for a number that the library is to choose by the data: VAELIB_AUTO, VAELIB_AUTO_REAL.
AUTOMATIC = {"automatic count": c_size_t(-1).value, "automatic real": -1.0}


def values_of(config: ctypes.Structure, phase: str | None = None) -> dict[str, Any]:
    """The hyper-parameters in a configuration, those that estimators may have (for a phase), as Python values."""
    return {each.name: _value(config, each) for each in parameters_of(_group(config), phase)}


def _group(config: ctypes.Structure) -> str:
    """The group of hyper-parameters whose structure it is."""
    name: str = config.c_name
    return name.removeprefix("vaelib_").removesuffix("_config")


def _value(config: ctypes.Structure, parameter: Parameter) -> Any:
    value = getattr(config, parameter.name)
    if parameter.type == "choice":
        return value.decode()
    if parameter.type in AUTOMATIC and value == AUTOMATIC[parameter.type]:
        return "auto"
    if parameter.type == "optional widths" and not value:
        return None
    if parameter.type in ("widths", "optional widths"):
        return tuple(value[: getattr(config, f"{parameter.name}_count")])
    return bool(value) if parameter.type == "flag" else value


def fill(config: ctypes.Structure, values: Mapping[str, Any]) -> list[object]:
    """Writes Python values into a structure, by the names of its fields.

    Returns what the structure points to and must be kept alive with it.

    Raises
    ------
    TypeError
        A value of the wrong type; the text names the parameter.
    """
    kinds = {field[0]: field[1] for field in config._fields_}
    automatic = {each.name: AUTOMATIC[each.type] for each in parameters_of(_group(config)) if each.type in AUTOMATIC}
    kept: list[object] = []
    for name, value in values.items():
        if kinds[name] is POINTER(c_size_t):
            kept.append(_fill_widths(config, name, value))
            continue
        try:
            setattr(
                config,
                name,
                _automatic(kinds[name], value, automatic[name]) if name in automatic else _checked(kinds[name], value),
            )
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name} has the unsuitable value {value!r}: {error}") from None
    return kept


def _automatic(kind: Any, value: Any, automatic: Any) -> Any:
    """A number, or for "auto" what stands for it; a number that does so is refused."""
    if isinstance(value, str):
        if value != "auto":
            raise TypeError('expected a number, or "auto"')
        return automatic
    checked = _checked(kind, value)
    if checked == automatic:
        raise ValueError('leave it to the library as "auto"')
    return checked


def _checked(kind: Any, value: Any) -> Any:
    """The value, if ctypes will store it as it is meant.

    ctypes reduces integers modulo 2^64, and takes an integer for a string as its address.
    """
    if kind is c_char_p:
        if not isinstance(value, str):
            raise TypeError("expected a string")
        return text(value)
    if kind in (c_size_t, c_uint64):
        return count(value)
    return value


def _fill_widths(config: ctypes.Structure, name: str, widths: Any) -> object:
    """Sets a list of layer widths; None leaves it to the library, and a single number is one layer."""
    if widths is None:
        setattr(config, name, None)
        setattr(config, f"{name}_count", 0)
        return None
    if isinstance(widths, str):
        raise TypeError(f"{name} must be a sequence of integers, not {widths!r}")
    try:
        listed = list(widths)
    except TypeError:
        listed = [widths]
    counts = [count(width, f"a width in {name}") for width in listed]
    # One more element than needed: the address of an empty list must not be NULL.
    array = (c_size_t * (len(counts) + 1))(*counts)
    setattr(config, name, ctypes.cast(array, POINTER(c_size_t)))
    setattr(config, f"{name}_count", len(counts))
    return array
