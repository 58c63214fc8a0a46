"""Datasets of h5py are read from their files by the library, not into memory as a whole."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib

OPTIONS = {"latent_dim": 2, "hidden": (4,), "epochs": 2, "random_state": 0}


@pytest.fixture
def x():
    return np.random.RandomState(0).randint(0, 256, size=(60, 6)).astype(np.uint8)


@pytest.fixture
def path(x, hdf5):
    return hdf5(x=x, y=(x[:, 0] > x[:, 1]).astype(int), pictures=x.reshape(60, 2, 3))


def test_the_same_weights_as_from_the_file(x, path):
    vae = vaelib.VAE(scale=1 / 255, binarization="dynamic", **OPTIONS)
    with h5py.File(path) as file:
        from_h5py = vae.fit(file["x"]).get_weights()
        codes = vae.transform(file["x"])
        validated = vae.fit(file["x"], validation=file["x"]).history_
    from_file = vae.fit(vaelib.open_dataset(path, "x", scale=1 / 255)).get_weights()
    for name, values in from_file.items():
        np.testing.assert_array_equal(from_h5py[name], values)
    np.testing.assert_array_equal(codes, vae.transform(x))
    assert np.isfinite(validated["validation_elbo"]).all()


def test_a_classifier(x, path):
    model = vaelib.StackedDenoisingClassifier(hidden=(4,), pretrain_epochs=1, finetune_epochs=1, scale=1 / 255)
    with h5py.File(path) as file:
        model.fit(file["x"], file["y"])
        np.testing.assert_array_equal(model.predict(file["x"]), model.predict(x))
        np.testing.assert_array_equal(model.inverse_transform(model.transform(x)), model.reconstruct(file["x"]))


def test_codes(x, path, tmp_path):
    vae = vaelib.VAE(scale=1 / 255, binarization="dynamic", **OPTIONS).fit(x)
    vae.transform_to_file(x, tmp_path / "codes.h5")
    with h5py.File(tmp_path / "codes.h5") as file:
        np.testing.assert_array_equal(vae.inverse_transform(file["codes"]), vae.inverse_transform(vae.transform(x)))


def test_a_group_within_a_file(x, tmp_path):
    with h5py.File(tmp_path / "deep.h5", "w") as file:
        file["a/b/x"] = x
    vae = vaelib.VAE(scale=1 / 255, binarization="dynamic", **OPTIONS).fit(x)
    with h5py.File(tmp_path / "deep.h5") as file:
        np.testing.assert_array_equal(vae.transform(file["a"]["b"]["x"]), vae.transform(x))


def test_other_shapes_are_refused_with_the_remedy(path):
    with h5py.File(path) as file, pytest.raises(ValueError, match=r"Expected 2D array.*vaelib\.open_dataset\("):
        vaelib.VAE().fit(file["pictures"])


def test_files_in_memory_are_refused_with_the_remedy(x):
    with h5py.File("nowhere.h5", "w", driver="core", backing_store=False) as file:
        file["x"] = x
        with pytest.raises(ValueError, match=r"in no file on disk.*dataset\[:\]"):
            vaelib.VAE().fit(file["x"])


def test_files_open_for_writing_are_refused_with_the_remedy(path):
    with h5py.File(path, "r+") as file, pytest.raises(vaelib.FileError, match=r"open it with mode 'r'.*dataset\[:\]"):
        vaelib.VAE().fit(file["x"])


def test_the_file_that_is_open_is_read_whatever_the_working_folder(x, tmp_path, monkeypatch):
    for folder, values in (("one", x), ("two", x[:10])):
        (tmp_path / folder).mkdir()
        with h5py.File(tmp_path / folder / "a.h5", "w") as file:
            file["x"] = values
    vae = vaelib.VAE(scale=1 / 255, binarization="dynamic", **OPTIONS).fit(x)
    monkeypatch.chdir(tmp_path / "one")
    with h5py.File("a.h5") as file:
        monkeypatch.chdir(tmp_path / "two")
        np.testing.assert_array_equal(vae.transform(file["x"]), vae.transform(x))
        (tmp_path / "two" / "a.h5").rename(tmp_path / "one" / "a.h5")
        with pytest.raises(ValueError, match=r"removed or replaced since; dataset\[:\]"):
            vae.transform(file["x"])


def test_closed_ones_and_those_that_vaelib_does_not_read(x, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=x, external=str(tmp_path / "x.raw"))
    with h5py.File(tmp_path / "a.h5") as file:
        closed = file["x"]
        with pytest.raises(vaelib.FormatError, match=r"where h5py can read it, dataset\[:\]"):
            vaelib.VAE().fit(closed)
    with pytest.raises(ValueError, match="closed"):
        vaelib.VAE().fit(closed)


def test_a_large_one_is_not_read_into_memory(tmp_path):
    with h5py.File(tmp_path / "large.h5", "w") as file:
        large = file.create_dataset("x", (300_000, 1000), "u1", chunks=(1000, 1000), compression=1)
        for first in range(0, 300_000, 100_000):
            large[first : first + 100_000] = np.ones((100_000, 1000), dtype=np.uint8)
    program = """
import resource, h5py, vaelib
vae = vaelib.VAE(latent_dim=1, hidden=(), random_state=0, likelihood="bernoulli").initialize(1000)
with h5py.File("large.h5") as file:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert vae.transform(file["x"]).shape == (300_000, 1)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    process = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) < 150 * 1024  # KiB; the dataset has 293 MiB
