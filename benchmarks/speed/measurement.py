"""Blocks of all contestants in turn, and what they say.

Times on a shared machine wander, ratios of neighbours do not. So each contestant does a block of some hundredths of a
second, then the next does; the order is reversed every other turn; and contestants are compared by the median of the
ratios of neighbouring blocks.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Seconds that a block is meant to take.
BLOCK = 0.04
#: Seconds before each block, in which the worker threads of the contestant before stop spinning. OpenBLAS's do so for
#: 2^26 cycles.
REST = 0.2

#: Does the work number n, a step of training or a query; returns its loss or its answer, None for no result.
Operation = Callable[[int], Any]


#: Prints a remark.
Say = Callable[[str], None]


class Contestant(Protocol):
    """Who takes part in a row."""

    name: str

    def prepare(self) -> None:
        """Does all that is done once."""

    def block(self) -> float:
        """Seconds that the work took, once, in a block of it."""


class InProcess:
    """An operation that is repeated in the process that has this."""

    def __init__(self, name: str, operation: Operation) -> None:
        self.name = name
        self._operation = operation
        self._done = 0
        self._repetitions = 1

    def outcomes(self, count: int) -> list[Any]:
        """What the next operations return."""
        return [self._next() for _ in range(count)]

    def prepare(self) -> None:
        """Finds how many operations make a block."""
        for _ in range(2):  # a first block warms caches up
            self.outcomes(1)
            started = time.perf_counter()
            count = 0
            while time.perf_counter() - started < BLOCK:
                self._next()
                count += 1
            self._repetitions = max(1, round(count * BLOCK / (time.perf_counter() - started)))

    def block(self) -> float:
        """Seconds an operation, after one that is not counted."""
        self._next()
        operation, first = self._operation, self._done
        started = time.perf_counter()
        for number in range(first, first + self._repetitions):
            operation(number)
        seconds = time.perf_counter() - started
        self._done += self._repetitions
        return seconds / self._repetitions

    def _next(self) -> Any:
        outcome = self._operation(self._done)
        self._done += 1
        return outcome


class Measured:
    """A contestant that finds its seconds itself, in another process for example."""

    def __init__(self, name: str, block: Callable[[], float]) -> None:
        self.name = name
        self._block = block

    def prepare(self) -> None:
        """Warms caches up."""
        self._block()

    def block(self) -> float:
        """Seconds that the work took."""
        return self._block()


@dataclass
class Times:
    """The seconds of each block of a contestant."""

    blocks: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.blocks)

    @property
    def minimum(self) -> float:
        """Seconds."""
        return min(self.blocks)

    def over(self, others: Times) -> float:
        """How many times as long this takes: the median of the ratios of neighbouring blocks."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.blocks, others.blocks, strict=True))


def measure(contestants: Sequence[Contestant], turns: Iterable[int]) -> dict[str, Times]:
    """The times of each contestant."""
    for contestant in contestants:
        contestant.prepare()
    times = {contestant.name: Times() for contestant in contestants}
    for turn in turns:
        for contestant in contestants if turn % 2 == 0 else contestants[::-1]:
            time.sleep(REST)
            times[contestant.name].blocks.append(contestant.block())
    return times
