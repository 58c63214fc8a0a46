"""Contestants in processes of their own.

In one process the threads of one library meet those of another: OpenBLAS's spin for a tenth of a second after a
product, and where JAX was used Linux may leave two threads of another library on one processor.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from speed import contestants
from speed.measurement import InProcess

_context = multiprocessing.get_context("spawn")
_servers: dict[str, _Server] = {}


class Apart:
    """A contestant that does its work in a process of its own, which it keeps from row to row."""

    def __init__(self, name: str, function: str, task: Any) -> None:
        """Raises UnavailableError if it cannot take part."""
        self.name = name
        if name not in _servers:
            _servers[name] = _Server(name)
        self._server = _servers[name]
        self.does_this_work = bool(self._server.ask("make", function, task))

    def outcomes(self, count: int) -> list[Any]:
        """What the next operations return."""
        return list(self._server.ask("outcomes", count))

    def prepare(self) -> None:
        """Finds how many operations make a block."""
        self._server.ask("prepare")

    def block(self) -> float:
        """Seconds an operation, after one that is not counted."""
        return float(self._server.ask("block"))


class _Server:
    """A contestant's process, seen from this one."""

    def __init__(self, name: str) -> None:
        self._connection, other = _context.Pipe()
        self._process = _context.Process(target=_serve, args=(other, name), daemon=True)
        self._process.start()
        other.close()

    def ask(self, question: str, *arguments: Any) -> Any:
        """What the process answers."""
        self._connection.send((question, arguments))
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(connection: Connection, name: str) -> None:
    """What runs in it: answers until the program ends."""
    # Else vaelib would share the processors with the others, which do nothing meanwhile.
    os.environ.setdefault("VAELIB_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    contestant: InProcess | None = None
    while True:
        try:
            question, arguments = connection.recv()
        except EOFError:
            return
        try:
            if question == "make":
                contestant = _make(name, *arguments)
                connection.send(contestant is not None)
            elif question == "outcomes":
                outcomes = [] if contestant is None else contestant.outcomes(*arguments)
                connection.send([None if each is None else np.asarray(each) for each in outcomes])
            elif contestant is not None:
                connection.send(getattr(contestant, question)())
        except Exception as error:
            connection.send(error)


def _make(name: str, function: str, task: Any) -> InProcess | None:
    make = getattr(contestants.find(name), function, None)
    return None if make is None else InProcess(name, make(task))
