"""What a run found, as it is kept in results.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speed.measurement import Times
from speed.peak import Peak


@dataclass
class Result:
    """The times of a row; vaelib's come first."""

    group: str
    name: str
    operations: float | None
    times: dict[str, Times]
    #: The cores that other processes kept busy meanwhile.
    other_load: float
    #: Nanoseconds from core to core and back, before each turn.
    core_distances: list[float]

    @property
    def ours(self) -> Times:
        """vaelib's."""
        return self.times["vaelib"]

    def ratio(self, name: str) -> float | None:
        """How many times as long as vaelib a contestant takes; None if it did not take part."""
        return self.times[name].over(self.ours) if name in self.times else None

    def share(self, peak: float | None) -> float | None:
        """What part of the machine's multiplications and additions vaelib's products are."""
        return self.operations / self.ours.median / peak if self.operations and peak else None


@dataclass
class Results:
    """A run: the machine and its peak, the rows that were measured, and who could not take part."""

    machine: dict[str, Any]
    peak: Peak
    rounds: int
    rows: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def remark(self, text: str) -> None:
        """Keeps a remark, and prints it the first time."""
        if text not in self.remarks:
            self.remarks.append(text)
            print(f"  {text}", flush=True)

    def save(self, path: Path) -> None:
        """Writes everything, the seconds of each block included."""
        rows = [self._row(row) for row in self.rows]
        machine = {**self.machine, "peak_one_core": self.peak.one_core, "peak": self.peak.all_cores}
        content = {"machine": machine, "rounds": self.rounds, "remarks": self.remarks, "rows": rows}
        path.write_text(json.dumps(content, indent=1) + "\n")

    def _row(self, row: Result) -> dict[str, Any]:
        contestants = {
            name: {
                "median": times.median,
                "minimum": times.minimum,
                "ratio": row.ratio(name),
                "blocks": [float(f"{seconds:.4g}") for seconds in times.blocks],
            }
            for name, times in row.times.items()
        }
        return {
            "group": row.group,
            "name": row.name,
            "operations": row.operations,
            "share_of_peak": row.share(self.peak.all_cores),
            "other_load": round(row.other_load, 3),
            "core_distances": row.core_distances,
            "contestants": contestants,
        }
