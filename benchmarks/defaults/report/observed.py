"""A training under observation: its processor time, its warnings, its exception."""

from __future__ import annotations

import os
import platform
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Trained = TypeVar("Trained")

TEXT = 160
"""So much of a warning or an error is kept."""


def observed(train: Callable[[], Trained]) -> tuple[Trained | None, dict[str, Any]]:
    """What the training returns, nothing if it raised; seconds, and everything that was said."""
    error = None
    trained: Trained | None = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.process_time()
        try:
            trained = train()
        except Exception as raised:  # whatever it is, the report is to tell it
            error = f"{type(raised).__name__}: {raised}"[:TEXT]
        seconds = time.process_time() - start
    said = [f"{each.category.__name__}: {each.message}"[:TEXT] for each in caught]
    return trained, {"seconds": seconds, "said": said, "error": error, "machine": machine()}


def machine() -> str:
    """The processor, the kernels that vaelib and numpy chose for it, and settings that change the choice."""
    import vaelib
    from threadpoolctl import threadpool_info

    cores = {each["architecture"] for each in threadpool_info() if each["user_api"] == "blas"}
    forced = [f"{name}={os.environ[name]}" for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ]
    parts = [_processor(), vaelib.cpu_description(), f"OpenBLAS {', '.join(sorted(cores))}", *forced]
    return "; ".join(parts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
