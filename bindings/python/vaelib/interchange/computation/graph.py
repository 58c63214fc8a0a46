"""Graphs of operations on rows of numbers: what a part of a model computes, before it is written in some language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Constant = npt.NDArray[np.float64]


class Operation(NamedTuple):
    """One step: what it does, of which earlier steps, and what comes out, a row of ``width`` numbers for each row.

    Kinds, with their settings:

    - ``input`` (name), a number for each column of what is given; ``constant`` (values), the same for all rows;
      ``tensor`` (name), a vector of the model, likewise.
    - ``dense`` (weight, bias, transposed), x W + b or x W^T + b, by names of tensors.
    - ``slice`` (start), ``concatenate``; ``spread`` (size), each number ``size`` times; ``cast``, to the other
      precision.
    - ``group_sum``, ``group_maximum``, ``group_argmax`` (size), of each run of ``size`` neighbours; ``softmax`` (size),
      among these.
    - ``interval`` (tensor, size), for each number the last of its column's ``size`` ascending numbers that is not
      beyond it, or the first, and never the very last: its place in the tensor, in double precision; ``entry``
      (tensor), what a tensor holds at such places.
    - functions of one number, and of two or three of the same place: see ``functions``. An operand of width 1 stands
      for a row of equal numbers. ``for_rows`` is the first operand, once for each row of the second.
    """

    kind: str
    operands: tuple[int, ...]
    width: int
    is_double: bool
    settings: Mapping[str, Any]


@dataclass
class Graph:
    """Operations in an order in which they can be carried out, and the names of what goes in and comes out."""

    #: The model's tensors by their names.
    tensors: Mapping[str, Array]
    operations: list[Operation] = field(default_factory=list)
    #: The operations that are inputs and outputs, by their names.
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)

    def input(self, name: str, width: int) -> Value:
        """What is given for each row, float32."""
        value = self.add("input", (), width, name=name)
        self.inputs[name] = value.index
        return value

    def constant(self, values: npt.ArrayLike, is_double: bool = False) -> Value:
        """Numbers that are the same for all rows."""
        row = np.atleast_1d(np.asarray(values, dtype=np.float64))
        return self.add("constant", (), len(row), is_double, values=row)

    def tensor(self, name: str) -> Value:
        """A vector of the model."""
        return self.add("tensor", (), len(self.tensors[name]), name=name)

    def interval(self, x: Value, tensor: str) -> Value:
        """Between which numbers of a tensor [D, size], or [size] of one column, x is: the place of the lower one."""
        size = self.tensors[tensor].size // x.width
        return self.add("interval", (x.index,), x.width, True, tensor=tensor, size=size)

    def entry(self, place: Value, tensor: str) -> Value:
        """The numbers at places of a tensor, whose rows follow one another, in double precision."""
        return self.add("entry", (place.index,), place.width, True, tensor=tensor)

    def dense(self, x: Value, layer: str, *, bias: str = "", transposed: bool = False) -> Value:
        """The layer's x W + b; ``bias`` is the name of another bias, ``transposed`` for W^T.

        Raises
        ------
        ValueError
            The layer takes other inputs than these: the model has a feature that graphs cannot express yet.
        """
        inputs, width = self.tensors[f"{layer}/weight"].shape[:: -1 if transposed else 1]
        if x.width != inputs:
            raise ValueError(
                f"{layer} takes {inputs} inputs, of which {x.width} are known here; such a model cannot be exported"
            )
        names = {"weight": f"{layer}/weight", "bias": bias or f"{layer}/bias"}
        return self.add("dense", (x.index,), width, **names, transposed=transposed)

    def concatenate(self, values: Sequence[Value]) -> Value:
        """Values side by side."""
        if len(values) == 1:
            return values[0]
        width = sum(value.width for value in values)
        return self.add("concatenate", [value.index for value in values], width, values[0].is_double)

    def output(self, name: str, value: Value) -> None:
        """Names what comes out, as float32."""
        self.outputs[name] = value.single().index

    def add(self, kind: str, operands: Sequence[int], width: int, is_double: bool = False, /, **settings: Any) -> Value:
        """A further operation."""
        self.operations.append(Operation(kind, tuple(operands), width, is_double, settings))
        return Value(self, len(self.operations) - 1)


@dataclass(frozen=True, eq=False)
class Value:
    """What an operation gives; arithmetic with it, and with numbers, adds operations to its graph."""

    graph: Graph
    index: int

    @property
    def width(self) -> int:
        """How many numbers it has for each row."""
        return self.graph.operations[self.index].width

    @property
    def is_double(self) -> bool:
        """Whether it is of double precision."""
        return self.graph.operations[self.index].is_double

    def double(self) -> Value:
        """In double precision."""
        return self if self.is_double else self.graph.add("cast", (self.index,), self.width, True)

    def single(self) -> Value:
        """In single precision."""
        return self.graph.add("cast", (self.index,), self.width) if self.is_double else self

    def part(self, start: int, stop: int) -> Value:
        """The numbers from ``start`` to before ``stop``."""
        if (start, stop) == (0, self.width):
            return self
        return self.graph.add("slice", (self.index,), stop - start, self.is_double, start=start)

    def spread(self, size: int) -> Value:
        """Each number ``size`` times, one after another."""
        return self.graph.add("spread", (self.index,), self.width * size, self.is_double, size=size)

    def grouped(self, kind: str, size: int | None = None) -> Value:
        """One number of each ``size`` neighbours, by default of all, by an operation such as "group_sum"."""
        size = self.width if size is None else size
        return self.graph.add(kind, (self.index,), self.width // size, self.is_double, size=size)

    def softmax(self, size: int | None = None) -> Value:
        """Shares exp(x) / sum exp(x) among each ``size`` neighbours, by default among all."""
        size = self.width if size is None else size
        return self.graph.add("softmax", (self.index,), self.width, self.is_double, size=size)

    def function(self, kind: str, *others: Value | float) -> Value:
        """A function of each number, and of those at the same place of others."""
        values = [self, *(self._like(other) for other in others)]
        widths = {value.width for value in values} - {1}
        assert len(widths) <= 1, f"{kind} of rows of {widths} numbers"
        operands = [value.index for value in values]
        return self.graph.add(kind, operands, max(widths, default=1), self.is_double)

    def for_rows_of(self, rows: Value) -> Value:
        """What may be the same for all rows, one number for each of those of ``rows``, whose values do not matter."""
        width = max(self.width, rows.width)
        return self.graph.add("for_rows", (self.index, rows.index), width, self.is_double)

    def _like(self, other: Value | float) -> Value:
        """Another operand, in the same precision."""
        if not isinstance(other, Value):
            return self.graph.constant(other, self.is_double)
        assert other.is_double == self.is_double, "operands of two precisions"
        return other

    def __add__(self, other: Value | float) -> Value:
        return self.function("add", other)

    def __sub__(self, other: Value | float) -> Value:
        return self.function("subtract", other)

    def __mul__(self, other: Value | float) -> Value:
        return self.function("multiply", other)

    def __truediv__(self, other: Value | float) -> Value:
        return self.function("divide", other)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Value:
        return 0 - self

    def __rsub__(self, other: float) -> Value:
        return self._like(other).function("subtract", self)

    def __rtruediv__(self, other: float) -> Value:
        return self._like(other).function("divide", self)
