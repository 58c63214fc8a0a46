"""The library as a whole: its version, its threads, the processor that it finds, where the time of calls goes."""

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


def set_profiling(on: bool) -> None:
    """Has trainings and queries of all threads measured from now on, or not any more.

    With VAELIB_PROFILE=1 in the environment they are measured from the beginning, and each prints what `last_profile`
    returns to the standard error stream when it ends, a `Trainer` when it goes away.
    """
    call("vaelib_profiling_set", int(bool(on)))


def last_profile() -> str:
    """Where the time of the training or query went that this thread made last while they were measured.

    A table with a line for each kind of work: products of each layer, forward and backward, gathering of rows, waiting
    for other threads, and so on. That of a `Trainer` has all of its calls so far. Empty if there was none.
    """
    return str(library.vaelib_last_profile().decode())


def cpu_description() -> str:
    """The instruction sets in use, for benchmark reports."""
    return str(library.vaelib_cpu_description().decode())
