"""The hyper-parameters of stacks: those of each layer, and of the stack as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vaelib._c import header
from vaelib._c.calls import defaults
from vaelib._c.configurations import fill, values_of
from vaelib._c.parameters import names_of

#: The parameters of the estimators of which each layer may have its own; widths, epochs and rates apart.
LAYER_PARAMETERS = [name for name in names_of("layer") if name not in ("width", "epochs", "learning_rate")]


class StackParameters(NamedTuple):
    """An architecture: the hyper-parameters of each layer, bottom first, and how weights are initialised."""

    layers: list[dict[str, Any]]
    initialization: dict[str, Any]


def stack_values_of(config: header.StackConfig) -> StackParameters:
    """The hyper-parameters in a vaelib_stack_config, as Python values."""
    layers = [values_of(config.layers[index]) for index in range(config.layer_count)]
    return StackParameters(layers, values_of(config))


def fill_stack_config(config: header.StackConfig, parameters: StackParameters) -> list[object]:
    """Writes an architecture into a configuration; returns what must be kept alive with it."""
    layers = (header.LayerConfig * len(parameters.layers))(*(defaults(header.LayerConfig) for _ in parameters.layers))
    kept: list[object] = [layers]
    for layer, values in zip(layers, parameters.layers, strict=True):
        kept += [layer, fill(layer, values)]
    kept.append(fill(config, parameters.initialization))
    config.layers, config.layer_count = layers, len(layers)
    return kept


def layers_of(hidden: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers: as many as there are widths, each parameter one value for all or a sequence with one for each.

    Raises
    ------
    ValueError
        A sequence is not as long as there are layers, or there is no layer.
    """
    widths = _listed(hidden)
    if widths is None:
        widths = [hidden]
    layers = [{"width": width} for width in widths]
    for name, value in parameters.items():
        values = _listed(value)
        if values is None:
            values = [value] * len(layers)
        if len(values) != len(layers):
            raise ValueError(f"{name} has {len(values)} values, but hidden has {len(layers)}: one for each layer")
        for layer, each in zip(layers, values, strict=True):
            layer[name] = each
    return layers


def own_epochs(epochs: Any, name: str) -> Any:
    """Epochs of pretraining, of the parameter ``name``, as layers have them: 0 where they are left to the library."""

    def own(each: Any) -> Any:
        if isinstance(each, str) and each != "auto":
            raise TypeError(f'{name} has the unsuitable value {each!r}: expected a number, or "auto"')
        return 0 if isinstance(each, str) else each

    listed = _listed(epochs)
    return own(epochs) if listed is None else [own(each) for each in listed]


def is_per_layer(value: Any) -> bool:
    """Whether a parameter is a sequence with a value for each layer."""
    return _listed(value) is not None


def _listed(value: Any) -> list[Any] | None:
    """The elements of a sequence; None for a single value."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return list(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return None


def merged(layers: Sequence[Mapping[str, Any]], name: str) -> Any:
    """A parameter of all layers, the way a constructor takes it: one value if all are equal, else a tuple."""
    return merged_values([layer[name] for layer in layers])


def merged_values(values: Sequence[Any]) -> Any:
    """The value of each layer, the way a constructor takes them: one value if all are equal, else a tuple."""
    return values[0] if len(set(values)) == 1 else tuple(values)
