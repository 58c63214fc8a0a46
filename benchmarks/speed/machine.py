"""What the figures were measured with: processor and versions."""

from __future__ import annotations

import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import vaelib

from speed import environment, openblas

#: Distributions whose versions are kept, where they are installed.
DISTRIBUTIONS = ("numpy", "jax", "jaxlib", "torch", "onnxruntime", "scikit-learn")


def describe() -> dict[str, Any]:
    """Everything about the machine and the contestants that figures depend on."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": environment.threads(),
        "vaelib": vaelib.__version__,
        "kernels": vaelib.cpu_description(),
        "openblas": openblas.description(),
        "versions": dict(_versions()),
    }


def _processor() -> str:
    lines = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines())
    found = {name.strip(): value.strip() for name, _, value in lines}
    return "{model name}, family {cpu family}, model {model}".format(**found)


def _versions() -> list[tuple[str, str]]:
    versions = []
    for name in DISTRIBUTIONS:
        try:
            versions.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return versions
