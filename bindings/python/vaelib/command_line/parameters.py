"""The hyper-parameters of an estimator as options.

Names and defaults are those of its constructor; types, allowed values and meanings those of the library's own list.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from typing import Any

from vaelib._c.parameters import PARAMETERS, Parameter, parameters_of
from vaelib.command_line.parser import headed
from vaelib.command_line.values import OfLayers, OneOf, real, whole

#: Parameters that are options of their own kind, or follow from others.
_OTHERWISE = (
    "columns", "size_factor", "scale", "shift", "contamination", "warm_start", "random_state", "verbose",
    "class_weight",
)  # fmt: skip
#: The headings of a help page, by the groups of parameters.
_HEADINGS = {
    "vae": "model",
    "layer": "layers (one value for all, or one for each, as in 0.1,0.2)",
    "stack": "model",
    "training": "training",
    "finetune": "fine-tuning",
}
_METAVARS = {"count": "N", "real": "X", "automatic count": "N", "automatic real": "X", "choice": "NAME"}
_METAVARS |= {"widths": "N,N,...", "optional widths": "N,N,..."}


def add_parameters(parser: argparse.ArgumentParser, estimator: type[Any]) -> None:
    """Adds an option for each hyper-parameter of an estimator, under headings."""
    for name, given in inspect.signature(estimator).parameters.items():
        found = None if name in _OTHERWISE else _parameter(name, estimator)
        if found is not None:
            _add_option(headed(parser, _HEADINGS[found[1]]), name, found[0], given)


def chosen_parameters(arguments: argparse.Namespace, estimator: type[Any]) -> dict[str, Any]:
    """The hyper-parameters that were given."""
    names = [name for name in inspect.signature(estimator).parameters if name not in _OTHERWISE]
    return {name: vars(arguments)[name] for name in names if vars(arguments).get(name) is not None}


def add_group(parser: argparse.ArgumentParser, group: str) -> None:
    """Adds the hyper-parameters of a query as options, under the name of their group."""
    for parameter in parameters_of(group):
        default = inspect.Parameter(parameter.name, inspect.Parameter.KEYWORD_ONLY, default=parameter.default)
        _add_option(headed(parser, group), parameter.name, parameter, default)


def _parameter(name: str, estimator: type[Any]) -> tuple[Parameter, str] | None:
    """The library's parameter behind one of a constructor, and the key of its heading; None if there is none."""
    is_vae = estimator.__name__ == "VAE"
    if name == "hidden" and not is_vae:
        widths = _of("vae", "hidden")
        return widths._replace(meaning="The width of each layer's code, bottom first."), "stack"
    for prefix, heading in (("finetune_", "finetune"), ("pretrain_", "training")):
        if name.startswith(prefix):
            return _of("training", name.removeprefix(prefix)), heading
    if name in ("patience", "monitor", "dropout") and not is_vae:
        return _of("training", name), "finetune"
    groups = ("vae", "training") if is_vae else ("training", "stack", "layer")
    found = (each for group in groups for each in PARAMETERS if (each.group, each.name) == (group, name))
    return next(((each, each.group) for each in found), None)


def _of(group: str, name: str) -> Parameter:
    return next(each for each in PARAMETERS if (each.group, each.name) == (group, name))


def _add_option(group: Any, name: str, parameter: Parameter, given: inspect.Parameter) -> None:
    option = f"--{name.replace('_', '-')}"
    if parameter.type == "flag":
        default = "on" if given.default in (True, "1") else "off"
        text = f"{parameter.meaning} Default {default}.".replace("%", "%%")
        group.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=text)
        return
    is_per_layer = "Sequence" in str(given.annotation) and "widths" not in parameter.type
    reader = _reader(parameter)
    group.add_argument(
        option,
        type=OfLayers(reader) if is_per_layer else reader,
        metavar=_METAVARS[parameter.type],
        help=f"{parameter.meaning} {_allowed(parameter)}; default {_default(parameter, given)}".replace("%", "%%"),
    )


def _allowed(parameter: Parameter) -> str:
    text = parameter.allowed
    return f"One of {text}" if parameter.type == "choice" else text[:1].upper() + text[1:]


def _default(parameter: Parameter, given: inspect.Parameter) -> str:
    """The default as it would be written."""
    value = given.default
    if value is None:
        return "as in pretraining" if given.name.startswith("finetune_") else parameter.default
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _reader(parameter: Parameter) -> Callable[[str], Any]:
    """What reads a value of this type."""
    if parameter.type == "choice":
        return OneOf(parameter.allowed.split(", "))
    number = whole if "count" in parameter.type or "widths" in parameter.type else real
    if parameter.type.startswith("automatic"):
        return lambda text: text if text == "auto" else number(text)
    if "widths" in parameter.type:
        return lambda text: () if text == "none" else tuple(number(each) for each in text.split(","))
    return number
