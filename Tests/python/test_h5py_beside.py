"""h5py and vaelib in one process: from two threads at once, and where h5py's libhdf5 comes before all others."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib

PACKAGES = Path(vaelib.__file__).resolve().parents[1]
ROUNDS = 60


def test_two_threads(tmp_path, fitted, binary):
    values = np.random.RandomState(0).uniform(size=(500, 12)).astype("f4")
    packed = {"chunks": (50, 12), "compression": "gzip", "shuffle": True}
    with h5py.File(tmp_path / "shared.h5", "w") as file:
        file.create_dataset("x", data=values, **packed)
    failures = []

    def guarded(work):
        try:
            for number in range(ROUNDS):
                work(number)
        except BaseException as error:
            failures.append(error)

    def with_h5py(number):
        with h5py.File(tmp_path / "shared.h5", "r") as file:
            np.testing.assert_array_equal(file["x"][...], values)
            assert "missing" not in file
        with h5py.File(tmp_path / f"{threading.get_ident()}-{number}.h5", "w") as file:
            file.create_dataset("x", data=values, **packed)
            file.attrs["number"] = number

    def with_vaelib(number):
        with vaelib.open_dataset(tmp_path / "shared.h5", "x", memory_budget=0) as dataset:
            np.testing.assert_array_equal(dataset.numpy(), values)
        fitted.save(tmp_path / "model.h5")
        np.testing.assert_array_equal(vaelib.load(tmp_path / "model.h5").transform(binary), codes)
        if number % 10 == 0:
            assert vaelib.verify(tmp_path / "shared.h5", check_in_child=True).datasets_read == 1

    codes = fitted.transform(binary)
    threads = [threading.Thread(target=guarded, args=(work,)) for work in (with_h5py, with_vaelib, with_h5py)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def h5py_library():
    """The libhdf5 that h5py uses: one beside it or the system's; vaelib's own is in no file."""
    maps = Path("/proc/self/maps").read_text()
    libraries = set(re.findall(r"/.*/libhdf5(?!_hl|_serial_hl)[^/]*\.so.*", maps))
    return min(libraries, key=lambda path: "/h5py.libs/" not in path)


#: Everything that vaelib needs libhdf5 for; prints the codes of the model that was loaded.
PROGRAM = """
import numpy as np, sys, vaelib
folder = sys.argv[1]
examples = np.eye(12, dtype="f4")
plan = {"latent_dim": 2, "hidden": (8,), "epochs": 2, "random_state": 5}
vae = vaelib.VAE(**plan).fit(examples, checkpoint=vaelib.Checkpoint(f"{folder}/run.h5", every_epochs=1))
vae.save(f"{folder}/model.h5")
loaded = vaelib.load(f"{folder}/model.h5", check_in_child=True)
np.testing.assert_array_equal(loaded.transform(examples), vae.transform(examples))
vaelib.write_dataset(f"{folder}/data.h5", x=examples)
np.testing.assert_array_equal(vaelib.open_dataset(f"{folder}/data.h5", "x").numpy(), examples)
assert vaelib.verify(f"{folder}/data.h5", check_in_child=True).datasets_read == 1
assert vaelib.verify(f"{folder}/run.h5").kind == "vae"
resumed = vaelib.VAE(**plan).fit(examples, checkpoint=vaelib.Checkpoint(f"{folder}/run.h5", resume=True))
np.testing.assert_array_equal(resumed.transform(examples), vae.transform(examples))
print("done")
"""

OPENED_FIRST = "import ctypes, h5py; ctypes.CDLL({library!r}, ctypes.RTLD_GLOBAL)"


@pytest.mark.parametrize(("before", "preload"), [(OPENED_FIRST, False), ("", True)], ids=["opened", "preloaded"])
def test_libhdf5_in_front(tmp_path, before, preload):
    library = h5py_library()
    process = subprocess.run(
        [sys.executable, "-c", before.format(library=library) + PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PACKAGES), **({"LD_PRELOAD": library} if preload else {})},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (process.returncode, process.stdout) == (0, "done\n"), process.stderr
    with h5py.File(tmp_path / "data.h5", "r") as file:
        assert file["x"].shape == (12, 12)
