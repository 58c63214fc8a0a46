"""How far apart the cores are at the moment, which in a virtual machine changes within seconds."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from speed.c_programs import CompilerMissingError, compile_program


class CoreDistance:
    """Nanoseconds that a word takes from core to core and back; not measured on one core or without a compiler."""

    def __init__(self) -> None:
        self._program: Path | None = None
        self._cores = sorted(os.sched_getaffinity(0))
        try:
            if len(self._cores) > 1:
                self._program = compile_program("thread_round_trip", "-pthread")
        except CompilerMissingError as error:
            print(f"how far apart the cores are is not known: {error}")

    def measure(self) -> list[float]:
        """The longest way from the first core, in a list; an empty one where it is not known."""
        if self._program is None:
            return []
        command = [str(self._program), *map(str, self._cores)]
        return [float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)]


class Turns:
    """The turns of a row: before each, how far apart the cores are is measured."""

    def __init__(self, count: int, distance: CoreDistance) -> None:
        self.count = count
        self.distances: list[float] = []
        self._distance = distance

    def __iter__(self) -> Iterator[int]:
        for turn in range(self.count):
            self.distances += self._distance.measure()
            yield turn

    def divided_by(self, number: int, fewest: int) -> Turns:
        """Fewer turns, for what takes long."""
        self.count = max(fewest, self.count // number)
        return self
