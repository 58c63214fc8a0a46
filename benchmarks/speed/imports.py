"""How long it takes until a package can be used, once numpy is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from speed.core_distance import Turns
from speed.measurement import Measured, Say, Times, measure

#: What a program imports that uses a contestant.
PACKAGES = {
    "vaelib": "vaelib",
    "JAX": "jax",
    "PyTorch": "torch",
    "ONNX Runtime": "onnxruntime",
    "scikit-learn": "sklearn.neural_network",
}
PROGRAM = "import numpy, time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
#: Of the processes, which take seconds each.
FEWEST_ROUNDS = 3


@dataclass(frozen=True)
class ImportRow:
    """A process that imports one of them."""

    group: str
    name: str = "import"
    operations: None = None

    def times(self, names: Sequence[str], turns: Turns, say: Say) -> dict[str, Times]:
        """A quarter of the rounds, since each starts processes."""
        packages = {name: PACKAGES[name] for name in names if name in PACKAGES}
        there = {name: each for name, each in packages.items() if find_spec(each.split(".", 1)[0]) is not None}
        contestants = [Measured(name, _seconds_of(each)) for name, each in there.items()]
        return measure(contestants, turns.divided_by(4, FEWEST_ROUNDS))


def _seconds_of(package: str) -> Callable[[], float]:
    command = [sys.executable, "-c", PROGRAM.format(package)]
    return lambda: float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
