"""The process that measures: which cores it uses, and what of its environment would falsify figures.

This comes before numpy is imported, for OpenBLAS and the others look at both when they are loaded.
"""

from __future__ import annotations

import os
import sys

#: They make OpenBLAS use kernels for another processor than the one that is there.
MISLEADING_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
#: How many threads OpenBLAS, OpenMP programs and vaelib start, where they do not count cores.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VAELIB_NUM_THREADS")


def prepare(count: int) -> None:
    """Gives the process this many cores, 0 for all that it may use, and removes misleading variables."""
    if "numpy" in sys.modules:
        raise RuntimeError("numpy was imported before the environment was prepared")
    for name in MISLEADING_VARIABLES:
        if name in os.environ:
            print(f"{name}={os.environ.pop(name)} would falsify what OpenBLAS can do; it is ignored")
    for name in THREAD_VARIABLES:
        if name in os.environ:
            print(f"{name}={os.environ.pop(name)} would not count for all; it is ignored, --threads counts for all")
    if count == 0:
        return
    cores = sorted(os.sched_getaffinity(0))
    if count > len(cores):
        raise SystemExit(f"--threads {count}: there are {len(cores)} cores")
    os.sched_setaffinity(0, cores[:count])
    for name in THREAD_VARIABLES:
        os.environ[name] = str(count)


def threads() -> int:
    """The threads that each contestant uses: one per core."""
    return len(os.sched_getaffinity(0))
