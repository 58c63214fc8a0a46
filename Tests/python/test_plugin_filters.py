"""Filters that are plugins of libhdf5: what hdf5plugin wrote, and what becomes of it when it is damaged."""

import functools
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib
from plugin_files import PATH, numbers


@functools.cache
def names():
    with h5py.File(PATH) as file:
        return [f"{group}/{kind}" for group in file for kind in file[group]]


@pytest.mark.parametrize("name", names())
def test_what_the_plugin_wrote(name):
    values = numbers(name.split("/")[1])
    for budget in (0, 1 << 20):
        dataset = vaelib.open_dataset(PATH, name, memory_budget=budget)
        np.testing.assert_array_equal(dataset.numpy(), values.astype("f4"))
        np.testing.assert_array_equal(dataset[17:23].numpy(), values[17:23].astype("f4"))


def test_all_of_them_are_verified():
    report = vaelib.verify(PATH)
    assert (report.datasets_read, report.datasets_unread) == (len(names()), 0)


def numbers_or_refusal(path, name):
    """What a damaged dataset holds; if it is refused, the message."""
    try:
        return vaelib.open_dataset(path, name).numpy()
    except vaelib.FormatError as error:
        return str(error)


@pytest.mark.parametrize("name", [name for name in names() if name.endswith("u1")])
def test_pieces_of_chunks_are_refused_or_whole(tmp_path, name):
    """A chunk that was cut off may lack only what means nothing; a changed byte changes numbers of that chunk alone."""
    path = tmp_path / "x.h5"
    values = numbers("|u1")
    shutil.copy(PATH, path)
    with h5py.File(path, "r+") as file:
        stored = file[name].id.read_direct_chunk((0, 0))[1]
    refused = 0
    for count in range(1, len(stored), 7):
        changed = bytearray(stored)
        changed[count] ^= 0x55
        for content in (stored[:count], bytes(changed)):
            with h5py.File(path, "r+") as file:
                file[name].id.write_direct_chunk((0, 0), content)
            found = numbers_or_refusal(path, name)
            if isinstance(found, str):
                assert "the chunk that begins at row 0" in found
                refused += 1
                continue
            np.testing.assert_array_equal(found[20:], values[20:])
            if len(content) < len(stored):
                np.testing.assert_array_equal(found, values)
    assert refused > len(stored) // 7 - 5


#: Stands before the system's own dlopen.
WITHOUT_LIBZSTD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

void *dlopen(const char *name, int flags) {
    void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    return name != NULL && strcmp(name, "libzstd.so.1") == 0 ? NULL : next(name, flags);
}
"""


@pytest.mark.parametrize("name", [name for name in names() if "zstd" in name and name.endswith("u1")])
def test_a_system_without_libzstd(tmp_path, name):
    """What the message says to install."""
    (tmp_path / "without.c").write_text(WITHOUT_LIBZSTD)
    library = tmp_path / "without.so"
    subprocess.run(["cc", "-shared", "-fPIC", tmp_path / "without.c", "-o", library], check=True)
    program = (
        "import sys, vaelib\n"
        "vaelib.open_dataset(sys.argv[1], 'lz4 0/|u1').numpy()\n"
        "try: vaelib.open_dataset(sys.argv[1], sys.argv[2])\n"
        "except vaelib.FormatError as error: print(error)\n"
    )
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    arguments = [sys.executable, "-c", program, PATH, name]
    process = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    message = "needs libzstd.so.1, which this system does not have; install the package libzstd1"
    assert message in process.stdout, process.stderr
