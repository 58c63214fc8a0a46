"""Files that a writer has open, or did not close."""

import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib

KILLED = """
import h5py, numpy, os, sys
file = h5py.File(sys.argv[1], "w", libver=("v110", "v110"))
file["x"] = numpy.zeros((100, 3))
file.flush()
file["y"] = numpy.ones((100000, 3))
os._exit(0)
"""
OPENINGS = (
    vaelib.verify,
    vaelib.dataset_names,
    vaelib.load,
    lambda path, **options: vaelib.open_dataset(path, "x", **options),
)


def refused(path, text, in_child=False):
    for opening in OPENINGS:
        with pytest.raises((vaelib.FormatError, vaelib.FileError), match=text):
            opening(path, check_in_child=in_child)


@pytest.mark.parametrize("in_child", [False, True])
def test_a_single_writer_with_many_readers(tmp_path, in_child):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = np.zeros((100, 3))
        file.swmr_mode = True
        refused(path, r"open for writing, or was not closed by its last writer.*h5clear -s", in_child)
        # A copy keeps the mark.
        shutil.copy(path, tmp_path / "copy.h5")
    refused(tmp_path / "copy.h5", r"open for writing, or was not closed by its last writer.*h5clear -s", in_child)
    assert vaelib.dataset_names(path, check_in_child=in_child) == ["x"]


@pytest.mark.parametrize("in_child", [False, True])
def test_a_writer_that_was_killed(tmp_path, in_child):
    path = tmp_path / "x.h5"
    subprocess.run([sys.executable, "-c", KILLED, path], check=True, timeout=60)
    refused(path, r"open for writing, or was not closed by its last writer.*h5clear -s", in_child)


def test_writers_of_older_formats_leave_no_mark(tmp_path):
    """What such a writer had not written yet when it was killed is missing at the end of the file."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros((100, 3))
    path.write_bytes(path.read_bytes()[:-8])
    refused(path, r"is truncated: it should have \d+ bytes.*if the program that wrote it was killed")


def test_a_writer_that_holds_its_lock(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver="v110") as file:
        file["x"] = np.zeros((100, 3))
        file.flush()
        refused(path, r"another program has it open for writing|open for writing, or was not closed")
    assert vaelib.open_dataset(path, "x").rows == 100
