"""The hyper-parameters as the library itself defines them: names, types, defaults, allowed values and meanings."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from vaelib._c import header
from vaelib._c.calls import described
from vaelib._c.library import library


class Parameter(NamedTuple):
    """One hyper-parameter."""

    name: str
    #: The configuration that it is a field of: "vae", "training", "stack" or "layer".
    group: str
    #: "count", "real", "choice", "widths" or "seed".
    type: str
    #: The default as text, or how it follows from another parameter; empty if the caller must choose.
    default: str
    allowed: str
    meaning: str

    @property
    def is_flag(self) -> bool:
        """Whether it is a count that stands for no or yes."""
        return self.type == "count" and self.allowed == "0 or 1"

    @property
    def is_derived(self) -> bool:
        """Whether widths that are not given follow from another parameter."""
        return self.type == "widths" and not self.default.replace(",", "").replace(" ", "").isdigit()

    @property
    def is_given_by_users(self) -> bool:
        """Whether estimators have it: all but the width of the data and the seeds, which are found otherwise."""
        return self.default != "" and self.type != "seed"


def _listed() -> tuple[Parameter, ...]:
    """All parameters, in the library's order."""
    parameters = []
    for index in range(library.vaelib_parameter_count()):
        native = described(header.Parameter, "vaelib_parameter_describe", index)
        fields = (native.name, native.group, native.type, native.default_value, native.allowed, native.meaning)
        parameters.append(Parameter(*(field.decode() for field in fields)))
    return tuple(parameters)


#: Every hyper-parameter of the library; those of a group are in the order of the fields of its configuration.
PARAMETERS = _listed()


def names_of(group: str) -> list[str]:
    """The names of the parameters of a group that estimators have."""
    return [each.name for each in PARAMETERS if each.group == group and each.is_given_by_users]


def documentation(names: Collection[str], *groups: str) -> str:
    """The parameters of these names and of these groups as the "Parameters" section of a docstring."""
    lines = []
    for each in PARAMETERS:
        if each.group not in groups or each.name not in names:
            continue
        default = f", default {each.default}" if each.default else ""
        lines += [f"{each.name} : {each.allowed}{default}", f"    {each.meaning}"]
    return "\n".join(lines)
