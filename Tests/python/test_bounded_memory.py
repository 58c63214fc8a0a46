"""Files larger than the memory that is used on them: the peak of a child that works on one, against the file's size."""

import os
import subprocess
import sys

import numpy as np
import pytest
import vaelib

#: The file has this many bytes; the work on it may add a fraction of them to the process.
FILE_BYTES = 96 << 20
BOUND = 32 << 20
COLUMNS = 256
ROWS = FILE_BYTES // (4 * COLUMNS)

PROGRAM = """
import sys
import numpy as np
import vaelib

def peak():
    # getrusage() would tell the parent's peak, if that was higher: it outlives exec.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

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
    elif name == "everything at once":
        vaelib.write_dataset("out.h5", x=np.load(source + ".npy"))
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


def added(kind):
    """What the work on the large file adds to the peak of a process that has worked on a small one."""
    values = np.resize(np.random.RandomState(0).uniform(size=(997, COLUMNS)).astype("float32"), (ROWS, COLUMNS))
    source = ".npy" if kind == "everything at once" else kind
    write(values[:2000], "small", source)
    write(values, "large", source)
    vaelib.VAE(latent_dim=2, hidden=(8,), epochs=1, binarization="dynamic").fit(values[:100]).save("model.h5")
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", PROGRAM, kind, str(ROWS)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    print(f"{kind}: {int(process.stdout) >> 20} MiB more for {FILE_BYTES >> 20} MiB")
    with vaelib.open_dataset("out.h5", vaelib.dataset_names("out.h5")[0], memory_budget=0) as data:
        assert data.rows >= ROWS // 100 * 100
    return int(process.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [".npy", ".f.npy", ".npz", ".f.npz", ".idx", ".csv", "append", "transform"])
def test_peak_memory(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added(kind) < BOUND


@pytest.mark.slow
def test_the_measure_sees_what_is_not_bounded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added("everything at once") > FILE_BYTES // 2
