"""Forked children go on with the library, however often and whatever the parent did before."""

import os
import subprocess
import sys

import pytest
import vaelib

PROGRAM = """
import os, signal, sys
import numpy as np
import vaelib

vaelib.write_dataset("x.h5", x=np.zeros((400, 300), np.uint8))
hung = 0
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        vaelib.open_dataset("x.h5", "x").numpy()  # by two threads
        os._exit(0)
    hung += os.waitpid(child, 0)[1] != 0
print(hung)
"""


@pytest.mark.slow
def test_no_child_hangs(tmp_path):
    """One in a thousand did: two threads came to a value that Swift computes at its first use."""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", PROGRAM, "5000"]
    process = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) == 0
