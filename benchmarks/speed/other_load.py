"""How much of the machine other processes use meanwhile, which no figure shows by itself."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

#: The fields of a line of /proc/stat that count time without work: idle, iowait.
IDLE = (3, 4)


class OtherLoad:
    """Counts from its creation on."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._before = _busy() - _own()

    def cores(self) -> float:
        """The cores that other processes kept busy, on average; contestants' processes are none of them."""
        return max(0.0, (_busy() - _own() - self._before) / (time.monotonic() - self._started))


def _busy() -> float:
    """Seconds in which some core worked for somebody."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks for index, ticks in enumerate(fields) if index not in IDLE) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Seconds in which cores worked for this process and its children."""
    times = os.times()
    ended = times.children_user + times.children_system
    return times.user + times.system + ended + sum(_used(each.pid) for each in multiprocessing.active_children())


def _used(process: int | None) -> float:
    """Seconds in which cores worked for a child of this process that has not ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
