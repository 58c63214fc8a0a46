"""Forked children go on with the library, however often and whatever the parent did before."""

import os
import subprocess

import pytest
from c_programs import SOURCES, build


@pytest.mark.parametrize(
    "count",
    [
        300,
        pytest.param(2_000, marks=pytest.mark.slow),
        pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.long]),
    ],
)
def test_no_child_hangs(tmp_path, count):
    """One in a thousand did: two threads came to a value that Swift computes at its first use."""
    program = build(tmp_path, "forks", SOURCES / "forks" / "forks.c", SOURCES / "support.c")
    environment = {**os.environ, "VAELIB_TEST_FOLDER": str(tmp_path)}
    process = subprocess.run([program, str(count)], env=environment, capture_output=True, text=True)
    print(process.stdout)
    assert process.returncode == 0, process.stdout + process.stderr
