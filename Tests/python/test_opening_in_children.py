"""``check_in_child`` of every function that opens a file: the same results and refusals, whatever the host has open."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib
from vaelib.__main__ import main
from vaelib.training.checkpoint import describe

X = np.random.RandomState(0).uniform(size=(400, 12)).astype("f4")


@pytest.fixture
def data(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x_train"], file["x_test"] = X, X[::-1].copy()
        file.create_dataset("packed", data=X, chunks=(50, 12), compression="gzip", shuffle=True)
        file["labels"] = np.arange(400)
    return tmp_path / "data.h5"


@pytest.fixture
def model(tmp_path, fitted):
    fitted.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


@pytest.mark.parametrize("streamed", ["x_train", "x_test", "packed"])
def test_other_datasets_of_a_file_of_which_streams_are_open(data, streamed):
    with vaelib.open_dataset(data, streamed, memory_budget=0) as stream:
        before = stream.numpy()
        for name in ("x_train", "x_test", "packed"):
            for budget in (0, None):
                checked = vaelib.open_dataset(data, name, "labels", memory_budget=budget, check_in_child=True)
                np.testing.assert_array_equal(checked.numpy(), X[::-1] if name == "x_test" else X)
        assert vaelib.verify(data, check_in_child=True).datasets_read == 4
        assert vaelib.dataset_names(data, check_in_child=True) == ["labels", "packed", "x_test", "x_train"]
        np.testing.assert_array_equal(stream.numpy(), before)


def test_a_file_that_took_the_place_of_a_streamed_one(data):
    with vaelib.open_dataset(data, "x_train", memory_budget=0) as stream:
        os.unlink(data)
        with h5py.File(data, "w") as file:
            file["x_train"] = X + 1
        checked = vaelib.open_dataset(data, "x_train", memory_budget=0, check_in_child=True)
        np.testing.assert_array_equal(checked.numpy(), X + 1)
        np.testing.assert_array_equal(stream.numpy(), X)


def test_a_file_that_grew_while_it_was_streamed(data):
    """Each opening sees the file as it is, not as the one before found it."""
    with vaelib.open_dataset(data, "x_train", memory_budget=0) as stream:
        with h5py.File(data, "r+") as file:
            file["later"] = X + 2
        np.testing.assert_array_equal(vaelib.open_dataset(data, "later", check_in_child=True).numpy(), X + 2)
        np.testing.assert_array_equal(vaelib.open_dataset(data, "later").numpy(), X + 2)
        np.testing.assert_array_equal(stream.numpy(), X)


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_hosts_without_standard_streams(data, closed):
    """The stream's descriptor is one of those that a child lets go nowhere."""
    program = (
        "import os, sys, vaelib\n"
        f"os.close({closed})\n"
        "stream = vaelib.open_dataset(sys.argv[1], 'x_train', memory_budget=0)\n"
        "checked = vaelib.open_dataset(sys.argv[1], 'x_test', memory_budget=0, check_in_child=True)\n"
        "os._exit(0 if (checked.numpy()[::-1] == stream.numpy()).all() else 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, data], check=False, timeout=60).returncode == 0


def test_models_and_checkpoints(model, binary, tmp_path):
    loaded = vaelib.load(model, check_in_child=True)
    np.testing.assert_array_equal(loaded.encode(binary), vaelib.load(model).encode(binary))
    path = tmp_path / "run.h5"
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, schedule="constant", random_state=5)
    vae.fit(binary, checkpoint=vaelib.Checkpoint(path, check_in_child=True))
    assert describe(path, check_in_child=True).epochs == 2
    resumed = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=4, schedule="constant", random_state=5)
    resumed.fit(binary, checkpoint=vaelib.Checkpoint(path, check_in_child=True))
    assert len(resumed.history_["epoch"]) == 4


@pytest.mark.parametrize("in_child", [False, True])
def test_refusals_are_the_same_in_a_child(model, data, tmp_path, binary, in_child):
    damaged = bytearray(model.read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged.h5").write_bytes(damaged)
    with pytest.raises(vaelib.FormatError, match=r"damaged\.h5.*checksum"):
        vaelib.load(tmp_path / "damaged.h5", check_in_child=in_child)
    with pytest.raises(vaelib.FormatError, match=r"damaged\.h5.*checksum"):
        describe(tmp_path / "damaged.h5", check_in_child=in_child)
    checkpoint = vaelib.Checkpoint(tmp_path / "damaged.h5", check_in_child=in_child)
    with pytest.raises(vaelib.FormatError, match=r"damaged\.h5.*checksum"):
        vaelib.VAE(latent_dim=2, hidden=(8,), epochs=1, random_state=5).fit(binary, checkpoint=checkpoint)
    with pytest.raises(vaelib.FormatError, match="no vaelib model"):
        vaelib.load(data, check_in_child=in_child)
    for opening in (vaelib.load, vaelib.dataset_names, vaelib.verify):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            opening(tmp_path / "nowhere.h5", check_in_child=in_child)


def test_the_command_that_shows_files(model, data, capsys):
    for path, text in ((data, "packed: 400 rows of 12, float32"), (model, "VAE(")):
        assert main(["info", str(path)]) == 0
        plain = capsys.readouterr().out
        assert main(["info", "--check-in-child", str(path)]) == 0
        assert capsys.readouterr().out == plain
        assert text in plain
