"""The hyper-parameters as the library itself defines them: names, types, defaults, allowed values and meanings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from vaelib._c import header
from vaelib._c.calls import described
from vaelib._c.library import library


class Parameter(NamedTuple):
    """One hyper-parameter."""

    name: str
    #: The configuration that it is a field of: "vae", "training", "stack", "layer" or "evaluation".
    group: str
    #: "count", "flag", "real", "automatic count", "automatic real", "choice", "widths", "optional widths" or "seed".
    type: str
    #: The default as text, or how it follows from another parameter; empty if the caller must choose.
    default: str
    allowed: str
    meaning: str
    #: The phases of training that it is for; empty for what does not belong to training.
    phases: tuple[str, ...]

    @property
    def is_given_by_users(self) -> bool:
        """Whether estimators have it: all but the width of the data and the seeds, which are found otherwise."""
        return self.default != "" and self.type != "seed"


def _listed() -> tuple[Parameter, ...]:
    """All parameters, in the library's order."""
    parameters = []
    for index in range(library.vaelib_parameter_count()):
        native = described(header.Parameter, "vaelib_parameter_describe", index)
        texts = (native.name, native.group, native.type, native.default_value, native.allowed, native.meaning)
        name, group, kind, default, allowed, meaning = (text.decode() for text in texts)
        phases = tuple(native.phases.decode().split(", ")) if native.phases else ()
        parameters.append(Parameter(name, group, kind, default, allowed, meaning, phases))
    return tuple(parameters)


#: Every hyper-parameter of the library; those of a group are in the order of the fields of its configuration.
PARAMETERS = _listed()


def parameters_of(group: str, phase: str | None = None) -> list[Parameter]:
    """The parameters of a group that estimators have; of "training" those for a phase, or all."""
    return [
        each
        for each in PARAMETERS
        if each.group == group and each.is_given_by_users and (phase is None or phase in each.phases)
    ]


def names_of(group: str, phase: str | None = None) -> list[str]:
    """Their names."""
    return [each.name for each in parameters_of(group, phase)]


def allowed(group: str, name: str) -> str:
    """The values that a parameter takes, as text."""
    return next(each.allowed for each in parameters_of(group) if each.name == name)


def documentation(names: Collection[str], *groups: str, own: Mapping[str, object] | None = None) -> str:
    """The parameters of these names and of these groups as the "Parameters" section of a docstring.

    ``own`` are defaults that differ from the library's.
    """
    lines = []
    for each in PARAMETERS:
        if each.group not in groups or each.name not in names:
            continue
        text = (own or {}).get(each.name, each.default)
        default = f", default {text}" if text else ""
        lines += [f"{each.name} : {each.allowed}{default}", f"    {each.meaning}"]
    return "\n".join(lines)
