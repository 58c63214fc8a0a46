"""h5py and vaelib in one process, from two threads at once."""

import threading

import h5py
import numpy as np
import vaelib

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
