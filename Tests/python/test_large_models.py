"""Large models: what saving one adds to the memory in use, and how often verifying reads a file."""

import os
import subprocess
import sys

import numpy as np
import vaelib

PROGRAM = """
import re
import numpy as np
import vaelib

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) << 10

# The first save opens libhdf5.
vaelib.VAE(latent_dim=1, hidden=(1,), likelihood="bernoulli").initialize(1).save("small.h5")
vae = vaelib.VAE(latent_dim=20, hidden=(2000, 2000), epochs=1, random_state=0, likelihood="bernoulli").initialize(784)
before = peak()
vae.save("model.h5")
print(peak() - before)
"""


def bytes_read():
    with open("/proc/self/io") as file:
        return int(file.readline().split()[1])


def test_a_save_takes_the_weights_from_where_they_lie(tmp_path):
    """The file is not built in memory first."""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    size = (tmp_path / "model.h5").stat().st_size
    assert size > 30 << 20
    assert int(process.stdout) < 0.25 * size


def test_verifying_reads_a_file_once(tmp_path):
    vae = vaelib.VAE(latent_dim=20, hidden=(1000, 1000), epochs=1, random_state=0)
    x = (np.random.RandomState(0).uniform(size=(20, 784)) < 0.5).astype(np.float32)
    path = tmp_path / "checkpoint.h5"
    vae.fit(x, checkpoint=path)
    vae.save(tmp_path / "model.h5")
    for name in ("checkpoint.h5", "model.h5"):
        size = (tmp_path / name).stat().st_size
        before = bytes_read()
        assert vaelib.verify(tmp_path / name).kind == "vae"
        assert size <= bytes_read() - before < 1.1 * size
