"""Files that are no models, and models of all kinds that were damaged: refused with their name, never a crash."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vaelib


@pytest.fixture
def path(tmp_path, trained):
    trained.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


def test_models_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.h5"):
        vaelib.load(tmp_path / "nowhere.h5")
    with pytest.raises(OSError, match=str(tmp_path)):
        vaelib.load(tmp_path)


def test_files_that_are_no_models(tmp_path, hdf5):
    text = tmp_path / "text.h5"
    text.write_text("no model")
    (tmp_path / "empty.h5").write_bytes(b"")
    for bad in (text, tmp_path / "empty.h5", hdf5(x=np.zeros((3, 3)))):
        with pytest.raises(vaelib.FormatError, match=os.path.basename(bad)):
            vaelib.load(bad)


def test_truncated_models(tmp_path, path):
    content = path.read_bytes()
    for length in range(0, len(content), max(1, len(content) // 23)):
        (tmp_path / "short.h5").write_bytes(content[:length])
        with pytest.raises((vaelib.FormatError, vaelib.FileError), match="short"):
            vaelib.load(tmp_path / "short.h5")


def test_a_flipped_bit_in_a_weight_is_noticed(tmp_path, path, trained):
    content = bytearray(path.read_bytes())
    weight = next(iter(trained.get_weights().values()))
    content[content.index(weight.tobytes()[:64]) + 10] ^= 1
    (tmp_path / "flipped.h5").write_bytes(content)
    with pytest.raises(vaelib.FormatError, match=r"flipped.*checksum"):
        vaelib.load(tmp_path / "flipped.h5")


DAMAGE_PROGRAM = """
import os, sys, numpy, vaelib
content = open(sys.argv[1], "rb").read()
random = numpy.random.RandomState(0)
failures = []
for attempt in range(200):
    damaged = bytearray(content)
    for place in random.randint(len(content), size=random.randint(1, 6)):
        damaged[place] = random.randint(256)
    with open("damaged.h5", "wb") as file:
        file.write(damaged)
    child = os.fork()
    if child == 0:
        try:
            vaelib.load("damaged.h5")
            os._exit(0 if damaged == content else 2)
        except vaelib.FormatError:
            os._exit(0)
        except BaseException:
            os._exit(3)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != 0:
        failures.append((attempt, status))
print(failures)
"""


@pytest.mark.slow
def test_damaged_models_are_refused(tmp_path, path):
    """Each load runs in a child process, so that a crash is counted instead of ending the tests."""
    environment = {**os.environ, "PYTHONPATH": str(Path(vaelib.__file__).parents[1])}
    command = [sys.executable, "-c", DAMAGE_PROGRAM, str(path)]
    process = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert process.stdout.strip() == "[]", process.stdout + process.stderr[-500:]
