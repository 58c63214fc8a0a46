"""Columns of different kinds in one table: the estimator's parameter ``columns``, and the library's groups."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from vaelib._c import header
from vaelib._c.arguments import count
from vaelib._c.calls import call, defaults
from vaelib._c.configurations import fill, values_of
from vaelib._c.parameters import names_of, parameters_of
from vaelib.data.dataset import Dataset
from vaelib.data.frame_selection import is_selection, selected_names

#: What may be said of some columns beside their likelihood.
OPTIONS = [name for name in names_of("column_group") if name not in ("columns", "likelihood")]

Group = dict[str, Any]


def named_groups(columns: Any, width: int, names: Sequence[str] | None) -> list[Group | None]:
    """What is said of each column, as values of a vaelib_column_group; None of those that are not named.

    Raises
    ------
    ValueError, TypeError
        The parameter is not as ``vaelib.VAE`` says, or a column is not there, or named twice.
    """
    kinds: list[Group | None] = [None] * width
    for place, entry in enumerate(_entries(columns)):
        likelihood, chosen, options = _parts(entry, place)
        for column in _numbers(chosen, width, names, place):
            if kinds[column] is not None:
                raise ValueError(f"columns names column {_shown(column, names)} twice")
            kinds[column] = {"likelihood": likelihood, **options}
    return kinds


def with_selections(columns: Any, X: Any) -> list[Any]:
    """The parameter ``columns`` with names where columns of the data frame X are chosen by what is in them.

    Raises
    ------
    TypeError, ValueError
        The parameter is not as ``vaelib.VAE`` says, or such a choice finds no column.
    """
    entries = _entries(columns)
    for place, entry in enumerate(entries):
        likelihood, chosen, options = _parts(entry, place)
        if is_selection(chosen):
            try:
                names = selected_names(chosen, X)
            except (TypeError, ValueError) as error:
                raise type(error)(f"columns[{place}]: {error}") from None
            entries[place] = (likelihood, names, options)
    return entries


def merged(groups: Sequence[Group]) -> list[Group]:
    """The groups, of which neighbours that are alike are one; those that leave something to the data stay apart."""
    together: list[Group] = []
    for group in groups:
        last = together[-1] if together else None
        if last is not None and not _is_open(group) and {**last, "columns": 0} == {**group, "columns": 0}:
            together[-1] = {**last, "columns": last["columns"] + group["columns"]}
        else:
            together.append(dict(group))
    return together


def _is_open(group: Group) -> bool:
    """Whether something is left to the data: the likelihood, or how many categories there are."""
    return group["likelihood"] == "auto" or (group["likelihood"] == "categorical" and not group.get("classes"))


def _entries(columns: Any) -> list[Any]:
    if isinstance(columns, (str, Mapping)) or not isinstance(columns, Sequence):
        raise TypeError(f"columns must be a sequence of (likelihood, columns), not {columns!r}")
    return list(columns)


def _parts(entry: Any, place: int) -> tuple[str, Any, Group]:
    """Likelihood, columns and options of an entry."""
    if isinstance(entry, str) or not isinstance(entry, Sequence) or len(entry) not in (2, 3):
        raise TypeError(
            f"columns[{place}] is {entry!r}; expected (likelihood, columns) or (likelihood, columns, options)"
        )
    likelihood, chosen, options = entry[0], entry[1], entry[2] if len(entry) == 3 else {}
    if not isinstance(options, Mapping):
        raise TypeError(f"columns[{place}] has the options {options!r}; expected a dict")
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        raise ValueError(f"columns[{place}] has the option {unknown[0]!r}; there are {', '.join(OPTIONS)}")
    values = {"likelihood": likelihood, **options}
    for each in parameters_of("column_group"):
        value = values.get(each.name)
        if each.type == "choice" and value is not None and value not in each.allowed.split(", "):
            raise ValueError(f"columns[{place}] has {each.name} {value!r}; allowed: {each.allowed}")
    try:
        fill(defaults(header.ColumnGroup), values)
    except (TypeError, ValueError) as error:
        raise type(error)(f"columns[{place}]: {error}") from None
    return likelihood, chosen, dict(options)


def _numbers(chosen: Any, width: int, names: Sequence[str] | None, place: int) -> Iterator[int]:
    """The numbers of columns that are given by numbers, names, a slice of numbers, or a mask of all columns."""
    if is_selection(chosen):
        raise TypeError(f"columns[{place}] has {chosen!r}, which selects columns of a data frame; X is none")
    if isinstance(chosen, slice):
        try:
            yield from range(*chosen.indices(width))
        except TypeError:
            raise TypeError(f"columns[{place}] has {chosen!r}; a slice must be of numbers") from None
        return
    listed = list(chosen) if _is_listed(chosen) else [chosen]
    if listed and all(isinstance(column, (bool, np.bool_)) for column in listed):
        if len(listed) != width:
            raise ValueError(f"columns[{place}] has a mask of {len(listed)} columns; X has {width}")
        yield from (column for column, is_chosen in enumerate(listed) if is_chosen)
        return
    for column in listed:
        if isinstance(column, str):
            if names is None or column not in names:
                known = "X has no column names" if names is None else f"X has {', '.join(names)}"
                raise ValueError(f"columns[{place}] names the column {column!r}, which is not there; {known}")
            yield list(names).index(column)
            continue
        number = count(column, f"a column in columns[{place}]")
        if number >= width:
            raise ValueError(f"columns[{place}] names column {number}; X has columns 0 to {width - 1}")
        yield number


def _is_listed(chosen: Any) -> bool:
    return isinstance(chosen, Iterable) and not isinstance(chosen, str) and getattr(chosen, "ndim", 1) > 0


def _shown(column: int, names: Sequence[str] | None) -> str:
    return str(column) if names is None else repr(str(names[column]))


def native_groups(groups: Sequence[Group]) -> tuple[Any, list[object]]:
    """The groups as an array for the library, and what must be kept alive with it."""
    array = (header.ColumnGroup * len(groups))(*(defaults(header.ColumnGroup) for _ in groups))
    kept: list[object] = [array]
    for native, values in zip(array, groups, strict=True):
        kept += fill(native, values)
    return array, kept


def resolved_groups(groups: Sequence[Group], examples: Dataset) -> list[Group]:
    """The groups with what was left to the examples."""
    array, kept = native_groups(groups)
    call("vaelib_column_groups_resolve", array, len(array), examples.handle)
    found = merged([values_of(group) for group in array])
    del kept
    return found


def groups_in(config: header.VAEConfig) -> list[Group]:
    """The groups that a configuration has, as Python values."""
    return [values_of(config.column_groups[index]) for index in range(config.column_group_count)]


def set_groups(config: header.VAEConfig, array: Any) -> None:
    """Gives a configuration the groups of an array."""
    config.column_groups = ctypes.cast(array, ctypes.POINTER(header.ColumnGroup))
    config.column_group_count = len(array)


def columns_of(groups: Sequence[Group]) -> list[tuple[str, list[int], Group]] | None:
    """The parameter ``columns`` that has these groups; None for a model whose columns are of one kind."""
    columns, first = [], 0
    for group in groups:
        numbers = list(range(first, first + group["columns"]))
        columns.append((group["likelihood"], numbers, {name: group[name] for name in OPTIONS}))
        first += group["columns"]
    return columns or None


def columns_up_to(width: int, groups: Sequence[Group]) -> list[Group]:
    """The groups of the first columns, where these are whole groups."""
    own: list[Group] = []
    for group in groups:
        if sum(each["columns"] for each in own) < width:
            own.append(group)
    return own


def is_given(group: Mapping[str, Any]) -> bool:
    """Whether the columns of a group are given, not modelled: conditions, or a size factor."""
    return bool(group.get("condition") or group.get("size_factor"))


def likelihoods_of(groups: Sequence[Group]) -> list[str]:
    """The likelihood of each column."""
    return [group["likelihood"] for group in groups for _ in range(group["columns"])]


def decided(groups: Sequence[Group], found: Sequence[Group]) -> list[Group]:
    """The groups with what was left to the data as it was found, and all that was not said as it is by default."""
    if not groups:
        return []
    usual = values_of(defaults(header.ColumnGroup))
    wanted = [{**usual, **group, "columns": 1} for group in groups for _ in range(group["columns"])]
    there = [group for group in found for _ in range(group["columns"])]
    return merged([_decided(group, kind) for group, kind in zip(wanted, there, strict=False)])


def _decided(group: Group, found: Group) -> Group:
    likelihood = found["likelihood"] if group["likelihood"] == "auto" else group["likelihood"]
    classes = group["classes"] or (found["classes"] if likelihood == "categorical" else 0)
    return {**group, "likelihood": likelihood, "classes": classes}
