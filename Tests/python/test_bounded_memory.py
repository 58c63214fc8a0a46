"""Files larger than the memory that is used on them: the peak of a child that works on one, against the file's size."""

import os
import subprocess
import sys

import numpy as np
import pytest
import vaelib

#: The file has this many bytes; the work on it may add a fraction of them to the process.
FILE_BYTES = 160 << 20
BOUND = 40 << 20
COLUMNS = 256
ROWS = FILE_BYTES // (4 * COLUMNS)

PROGRAM = """
import resource, sys
import numpy as np
import vaelib

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

def work(source, small):
    name = sys.argv[1]
    if name == "transform":
        vae = vaelib.load("model.h5")
        with vaelib.open_dataset(source + ".h5", "x", memory_budget=1 << 20) as data:
            vae.reconstruct_to_file(data, "out.h5")
    elif name == "append":
        block = np.random.RandomState(0).normal(size=(100, 256)).astype("float32")
        with vaelib.DatasetWriter("out.h5") as file:
            for _ in range(int(sys.argv[2]) // 100 if not small else 10):
                file.append("x", block)
    else:
        vaelib.convert(source + name, "out.h5", compression=1)

work("small", True)  # what is loaded and set up once
before = peak()
work("large", False)
print(peak() - before)
"""


def write(values, name, kind):
    """The values as a source of some kind."""
    if kind == ".npy":
        np.save(f"{name}.npy", values)
    elif kind == ".f.npy":
        np.save(f"{name}.f.npy", np.asfortranarray(values))
    elif kind == ".npz":
        np.savez(f"{name}.npz", x=values)
    elif kind == ".f.npz":
        np.savez(f"{name}.f.npz", x=np.asfortranarray(values))
    elif kind == ".idx":
        with open(f"{name}.idx", "wb") as file:
            file.write(b"\0\0\x0d\x02" + np.array(values.shape, dtype=">u4").tobytes())
            values.astype(">f4").tofile(file)
    elif kind == ".csv":
        line = ",".join("1.5" for _ in range(values.shape[1])) + "\n"
        with open(f"{name}.csv", "w") as file:
            file.writelines(line for _ in range(len(values) * 4 // len("1.5,")))
    elif kind == "transform":
        vaelib.write_dataset(f"{name}.h5", x=values)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [".npy", ".f.npy", ".npz", ".f.npz", ".idx", ".csv", "append", "transform"])
def test_peak_memory(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = np.resize(np.random.RandomState(0).uniform(size=(997, COLUMNS)).astype("float32"), (ROWS, COLUMNS))
    write(values[:2000], "small", kind)
    write(values, "large", kind)
    vaelib.VAE(latent_dim=2, hidden=(8,), epochs=1, binarization="dynamic").fit(values[:100]).save("model.h5")
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", PROGRAM, kind, str(ROWS)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    added = int(process.stdout)
    print(f"{kind}: {added >> 20} MiB more for {FILE_BYTES >> 20} MiB")
    assert added < BOUND
    with vaelib.open_dataset("out.h5", vaelib.dataset.dataset_names("out.h5")[0], memory_budget=0) as data:
        assert data.rows >= ROWS // 100 * 100
