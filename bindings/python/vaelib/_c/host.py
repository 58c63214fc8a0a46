"""The library as a whole: its version, its threads, the processor that it finds."""

from __future__ import annotations

from vaelib._c.arguments import count as whole_number
from vaelib._c.calls import call
from vaelib._c.library import library


def version() -> str:
    """The version of the library."""
    return str(library.vaelib_version().decode())


def threads() -> int:
    """The largest number of threads that a call uses."""
    return int(library.vaelib_threads_get())


def set_threads(count: int) -> None:
    """Sets the largest number of threads that a call uses, 1 to 256; 0 for the default.

    That is one thread per processor that the process may use according to its affinity and the quota of its control
    group, but no more than the environment variable VAELIB_NUM_THREADS says, or OMP_NUM_THREADS if that is not set.
    """
    call("vaelib_threads_set", whole_number(count, "the number of threads"))


def cpu_description() -> str:
    """The instruction sets in use, for benchmark reports."""
    return str(library.vaelib_cpu_description().decode())
