"""Datasets in files, streamed and in memory."""

import h5py
import vaelib


def write(path, values, name="x", **options):
    with h5py.File(path, "a") as file:
        file.create_dataset(name, data=values, **options)
    return path


def open_both(path, name="x", labels=None, **options):
    """The set in memory, and streamed with as little memory as possible."""
    memory = vaelib.open_dataset(path, name, labels, **options)
    stream = vaelib.open_dataset(path, name, labels, memory_budget=0, **options)
    assert (memory.in_memory, stream.in_memory) == (True, False)
    return memory, stream
