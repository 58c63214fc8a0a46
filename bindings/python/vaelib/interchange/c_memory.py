"""Which values of a graph need memory in a program of C, and which of them can have the same."""

from __future__ import annotations

from dataclasses import dataclass

from vaelib.interchange.computation.functions import ELEMENTWISE
from vaelib.interchange.computation.graph import Graph

#: Operations whose statements are loops over places, in which other functions may be written out.
_LOOPS = ELEMENTWISE | {"cast", "concatenate"}


@dataclass
class Buffer:
    """Memory that values have, one after another."""

    name: str
    is_double: bool
    size: int


class Memory:
    """Where the values of a graph are stored; those that are not are expressions, or parts of others."""

    def __init__(self, graph: Graph) -> None:
        self._operations = graph.operations
        self._outputs = list(graph.outputs.values())
        self._users: list[list[int]] = [[] for _ in self._operations]
        for index, operation in enumerate(self._operations):
            for operand in operation.operands:
                self._users[operand].append(index)
        self.stored: list[bool] = []
        for index in range(len(self._operations)):
            self.stored.append(self._needs_memory(index))
        self.buffers: list[Buffer] = []
        self._places: dict[int, Buffer] = {}
        self._share()

    def name(self, index: int) -> str:
        """The array of a value that is stored."""
        return self._places[index].name

    def _needs_memory(self, index: int) -> bool:
        """Whether a value is more than an expression that occurs once."""
        operation, users = self._operations[index], self._users[index]
        if operation.kind in ("input", "constant", "slice", "spread"):
            return False
        if operation.kind not in ELEMENTWISE and operation.kind != "cast":
            return True
        of_users = [self._operations[user] for user in users]
        if any(user.kind not in _LOOPS for user in of_users):
            return True
        if any(user.kind != "concatenate" and user.width != operation.width for user in of_users):
            return True
        if operation.kind == "cast" and not self._is_expression(operation.operands[0]):
            return False
        return len(users) + self._outputs.count(index) > 1

    def _is_expression(self, index: int) -> bool:
        return self._operations[index].kind in ELEMENTWISE and not self.stored[index]

    def _read(self, index: int) -> set[int]:
        """The stored values that a value's statement, or expression, reads."""
        found: set[int] = set()
        for operand in self._operations[index].operands:
            found |= {operand} if self.stored[operand] else self._read(operand)
        return found

    def _share(self) -> None:
        """Gives every stored value an array that nobody reads any more."""
        places = [index for index in range(len(self._operations)) if self.stored[index]]
        last = {value: index for index in places for value in self._read(index)}
        for index in self._outputs:
            last |= dict.fromkeys({index} if self.stored[index] else self._read(index), len(self._operations))
        free: list[Buffer] = []
        for index in places:
            done = [self._places[value] for value in self._read(index) if last[value] == index]
            # A loop may write where it has just read, unless it reads elsewhere later, or one number again and again.
            width = self._operations[index].width
            is_narrow = any(self._operations[value].width < width for value in self._read(index))
            if self._operations[index].kind in ELEMENTWISE and not is_narrow and not self._moves(index):
                free += done
                done = []
            self._places[index] = self._taken(free, index)
            free += done

    def _moves(self, index: int) -> bool:
        """Whether an expression reads other places than its own."""
        operands = [each for each in self._operations[index].operands if not self.stored[each]]
        kinds = {self._operations[each].kind for each in operands}
        return bool(kinds & {"slice", "spread"}) or any(self._moves(each) for each in operands)

    def _taken(self, free: list[Buffer], index: int) -> Buffer:
        """The free array that fits best, or a new one."""
        width, is_double = self._operations[index].width, self._operations[index].is_double
        fitting = [each for each in free if each.is_double == is_double]
        if not fitting:
            self.buffers.append(Buffer(f"buffer{len(self.buffers)}", is_double, width))
            return self.buffers[-1]
        best = min(fitting, key=lambda each: (max(width - each.size, 0), each.size))
        free.remove(best)
        best.size = max(best.size, width)
        return best
