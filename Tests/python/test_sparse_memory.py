"""Sparse matrices larger than the memory that is used on them: the peak of a child that works on one."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib
from scipy.sparse import csr_matrix
from sparse_files import add_anndata

ROWS, COLUMNS, ENTRIES = 200_000, 256, 40
#: What the entries take; as dense numbers they would take 200 MiB.
BYTES = ROWS * ENTRIES * 8
BOUND = 32 << 20

PROGRAM = """
import sys
import numpy as np
import vaelib

def peak():
    # getrusage() would tell the parent's peak, if that was higher: it outlives exec.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

def work(path):
    data = vaelib.open_dataset(path, "X", memory_budget=int(sys.argv[1]))
    vae = vaelib.VAE(2, hidden=(8,), likelihood="poisson", epochs=1, batch_size=512, random_state=0)
    vae.fit(data).score(data)
    vae.transform(data[np.arange(0, data.rows, 7)[::-1]])

work("small.h5ad")  # what is loaded and set up once
before = peak()
work("large.h5ad")
print(peak() - before)
"""


def write(name, rows, order="csr", **options):
    random = np.random.RandomState(0)
    indices = np.arange(ENTRIES, dtype=np.int32) * 6 + random.randint(6, size=(rows, ENTRIES), dtype=np.int32)
    data = random.randint(1, 9, (rows, ENTRIES)).astype(np.float32)
    parts = (data.reshape(-1), indices.reshape(-1), np.arange(rows + 1, dtype=np.int32) * ENTRIES)
    with h5py.File(name, "w") as file:
        add_anndata(file, "X", csr_matrix(parts, shape=(rows, COLUMNS)).asformat(order), **options)


def added(budget, **options):
    """What the work on the large file adds to the peak of a process that has worked on a small one."""
    write("small.h5ad", 3000, **options)
    write("large.h5ad", ROWS, **options)
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(budget)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    print(f"{int(process.stdout) >> 20} MiB more for {BYTES >> 20} MiB")
    return int(process.stdout)


STORAGE = {
    "contiguous": {},
    "compressed": {"chunks": (4000,), "compression": "gzip", "compression_opts": 1},
    "large chunks": {"chunks": (120_000,), "compression": "lzf"},
    "column by column": {"order": "csc", "chunks": (4000,), "compression": "gzip", "compression_opts": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("options", STORAGE.values(), ids=list(STORAGE))
def test_peak_memory(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added(4 << 20, **options) < BOUND


@pytest.mark.slow
def test_the_measure_sees_what_is_not_bounded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added(1 << 30) > BYTES * 3 // 4
