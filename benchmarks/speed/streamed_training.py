"""Training from a gzip-compressed HDF5 file, read as it is used: the short form of ``benchmarks/streaming.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from speed.c_programs import scratch
from speed.core_distance import Turns
from speed.measurement import Measured, Say, Times, measure

GIGABYTES = 0.2
#: Seconds that each process trains, and the fewest processes of each kind.
SECONDS = 2.0
FEWEST_ROUNDS = 3
FROM_MEMORY = "from memory"


@dataclass(frozen=True)
class StreamingRow:
    """vaelib from the file, and from memory."""

    group: str
    name: str = f"training 784-400-20, batch 128, from a gzip file of {GIGABYTES:g} GB"
    operations: None = None

    def times(self, names: Sequence[str], turns: Turns, say: Say) -> dict[str, Times]:
        """An eighth of the rounds, since each takes seconds; the times are those of a batch."""
        if find_spec("h5py") is None:
            say("not measured: h5py is not installed")
            return {}
        import streaming

        path = Path(scratch.name) / "streaming.h5"
        streaming.make_file(path, GIGABYTES)

        def seconds_of_batch(kind: str) -> Callable[[], float]:
            return lambda: float(streaming.BATCH / streaming.run_child(kind, path, SECONDS)["examples"])

        kinds = {"vaelib": "stream", FROM_MEMORY: "memory"}
        contestants = [Measured(name, seconds_of_batch(kind)) for name, kind in kinds.items()]
        return measure(contestants, turns.divided_by(8, FEWEST_ROUNDS))
