"""The operations of a graph as statements of C: which values need memory, and which are expressions within others."""

from __future__ import annotations

from vaelib.interchange.c_functions import EXPRESSIONS, RETURNED, in_precision, name_of
from vaelib.interchange.c_literals import array, literal
from vaelib.interchange.c_memory import Memory
from vaelib.interchange.computation.graph import Graph, Operation


class Statements:
    """The statements of a graph, one after another, and what they need."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.memory = Memory(graph)
        self.lines: list[str] = []
        #: Definitions of constant arrays by their names.
        self.arrays: dict[str, str] = {}
        #: Functions that are written out, and whether in double precision.
        self.functions: set[tuple[str, bool]] = set()
        for index, operation in enumerate(graph.operations):
            if self.memory.stored[index]:
                self._compute(operation, self.memory.name(index))
        for name, index in graph.outputs.items():
            self._loop(name, graph.operations[index].width, self._value(index, "i"))

    def _compute(self, operation: Operation, to: str) -> None:
        kind, operands = operation.kind, operation.operands
        if kind == "dense":
            self._call_dense(operation, to)
        elif kind == "concatenate":
            place = 0
            for operand in operands:
                width = self.graph.operations[operand].width
                self._loop(to, width, self._value(operand, "i"), place)
                place += width
        elif kind == "interval":
            sizes = str(operation.width), str(operation.settings["size"])
            self._call("intervals", False, self._address(operands[0]), self._tensor(operation), *sizes, to)
        elif "size" in operation.settings:
            size = operation.settings["size"]
            groups = self.graph.operations[operands[0]].width // size
            self._call(kind, operation.is_double, self._address(operands[0]), str(groups), str(size), to)
        else:
            self._loop(to, operation.width, self._expression(operation, "i"))

    def _call_dense(self, operation: Operation, to: str) -> None:
        names = [self._tensor(operation, setting) for setting in ("weight", "bias")]
        inputs = self.graph.operations[operation.operands[0]].width
        function = "dense_transposed" if operation.settings["transposed"] else "dense"
        sizes = str(inputs), str(operation.width)
        self._call(function, False, self._address(operation.operands[0]), *names, *sizes, to)

    def _call(self, function: str, is_double: bool, *arguments: str) -> None:
        self.functions.add((function, is_double))
        self.lines.append(f"{name_of(function, is_double)}({', '.join(arguments)});")

    def _loop(self, to: str, width: int, expression: str, place: int = 0) -> None:
        index = f"{place} + i" if place else "i"
        self.lines.append(f"for (int i = 0; i < {width}; i++) {to}[{index}] = {_bare(expression)};")

    def _address(self, index: int) -> str:
        """Where a stored value, a part of it, or an input begins."""
        operation = self.graph.operations[index]
        if operation.kind == "slice":
            return f"{self._address(operation.operands[0])} + {operation.settings['start']}"
        if operation.kind == "input":
            return str(operation.settings["name"])
        if operation.kind == "constant":
            return self._array(index)
        return self.memory.name(index)

    def _value(self, index: int, place: str) -> str:
        """The number of a value at a place."""
        operation = self.graph.operations[index]
        if self.memory.stored[index] or operation.kind in ("input", "slice"):
            place = "0" if operation.width == 1 else place
            if operation.kind != "slice":
                return f"{self._address(index)}[{place}]"
            start = operation.settings["start"]
            return self._value_within(operation.operands[0], f"{start} + {place}" if start else place)
        if operation.kind == "constant":
            values = operation.settings["values"]
            if (values == values[0]).all():
                return literal(values[0], operation.is_double)
            return f"{self._array(index)}[{place}]"
        if operation.kind == "spread":
            return self._value_within(operation.operands[0], f"({place}) / {operation.settings['size']}")
        return self._expression(operation, place)

    def _value_within(self, index: int, place: str) -> str:
        """The number at a computed place, which a value of width 1 has, too."""
        operation = self.graph.operations[index]
        return self._value(index, place) if operation.width > 1 else self._value(index, "0")

    def _tensor(self, operation: Operation, setting: str = "tensor") -> str:
        """The array of a tensor that an operation is about."""
        tensor = operation.settings[setting]
        name: str = tensor.replace("/", "_")
        if name not in self.arrays:
            self.arrays[name] = array(name, self.graph.tensors[tensor].reshape(-1).tolist(), False)
        return name

    def _array(self, index: int) -> str:
        operation = self.graph.operations[index]
        name = f"constant{index}"
        if name not in self.arrays:
            self.arrays[name] = array(name, operation.settings["values"].tolist(), operation.is_double)
        return name

    def _expression(self, operation: Operation, place: str) -> str:
        """A function of the numbers at a place."""
        values = [self._value(operand, place) for operand in operation.operands]
        if operation.kind == "cast":
            return f"({'double' if operation.is_double else 'float'}){values[0]}"
        if operation.kind == "entry":
            return f"(double){self._tensor(operation)}[(int)({_bare(values[0])})]"
        if operation.kind in RETURNED:
            self.functions.add((operation.kind, operation.is_double))
            return f"{name_of(operation.kind, operation.is_double)}({_bare(values[0])})"
        code = in_precision(EXPRESSIONS[operation.kind], operation.is_double)
        return code.format(**dict(zip("abc", values, strict=False)))


def _bare(expression: str) -> str:
    """Without parentheses around all of it."""
    return expression[1:-1] if expression.startswith("(") and _closes_at_end(expression) else expression


def _closes_at_end(expression: str) -> bool:
    """Whether the parenthesis that opens an expression closes it."""
    depth = 0
    for place, character in enumerate(expression):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(expression) - 1
    return False
