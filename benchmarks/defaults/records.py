"""Results of the experiments: one line of JSON each, so that a run goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Records:
    """A file of results, found again by what was tried."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                record = json.loads(line)
                self._known[self._name(record["tried"])] = record

    @staticmethod
    def _name(tried: dict[str, Any]) -> str:
        return json.dumps(tried, sort_keys=True)

    def __contains__(self, tried: dict[str, Any]) -> bool:
        return self._name(tried) in self._known

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(list(self._known.values()))

    def find(self, tried: dict[str, Any]) -> dict[str, Any] | None:
        """What trying that gave, if it was tried."""
        return self._known.get(self._name(tried))

    def add(self, tried: dict[str, Any], found: dict[str, Any]) -> None:
        """Keeps a result, in the file at once."""
        record = {"tried": tried, "found": found}
        self._known[self._name(tried)] = record
        with self._path.open("a") as file:
            file.write(json.dumps(record) + "\n")
