"""Files and datasets whose names are bytes of any kind."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib

X = np.random.RandomState(0).uniform(size=(30, 4)).astype("f4")
NAMES = [b"caf\xe9", b"\xff\xfe", "Ziffern ü".encode(), b"x/\xe9t\xe9", "e\u0301".encode(), "\u00e9".encode()]


def written(path, names=NAMES):
    with h5py.File(path, "w") as file:
        for number, name in enumerate(names):
            file[name] = X + number
    return path


@pytest.fixture
def folder(tmp_path):
    """A folder whose own name is not UTF-8."""
    path = os.fsencode(tmp_path) + b"/Me\xdfwerte"
    os.mkdir(path)
    return path


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("decoded", [False, True])
def test_paths(folder, fitted, in_child, decoded):
    path = folder + b"/caf\xe9.h5"
    written(os.fsdecode(path), ["x", "labels"])
    path = os.fsdecode(path) if decoded else path
    assert vaelib.dataset_names(path, check_in_child=in_child) == ["labels", "x"]
    assert vaelib.verify(path, check_in_child=in_child).datasets_read == 2
    for budget in (0, None):
        dataset = vaelib.open_dataset(path, "x", memory_budget=budget, check_in_child=in_child)
        np.testing.assert_array_equal(dataset.numpy(), X)
    several = vaelib.open_dataset([path, path], "x", check_in_child=in_child)
    np.testing.assert_array_equal(several.numpy(), np.vstack([X, X]))
    model = folder + b"/mod\xe8le.h5"
    model = os.fsdecode(model) if decoded else model
    for _ in range(2):  # a new file, and one that is replaced
        fitted.save(model)
        assert vaelib.load(model, check_in_child=in_child).latent_dim == 2
    assert sorted(os.listdir(folder)) == [b"caf\xe9.h5", b"mod\xe8le.h5"]


def test_files_that_are_written(folder, binary):
    path = folder + b"/\xe9crit.h5"
    with vaelib.DatasetWriter(path) as writer:
        writer.append("x", X)
    np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), X)
    checkpoint = os.fsdecode(folder + b"/\xe9tat.h5")
    for epochs in (1, 2):
        vae = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=epochs, schedule="constant", random_state=5)
        vae.fit(binary, checkpoint=checkpoint)
        assert len(vae.history_["epoch"]) == epochs
    with open(folder + b"/caf\xe9.csv", "w") as source:
        source.write("1,2\n3,4\n")
    vaelib.convert(os.fsdecode(folder + b"/caf\xe9.csv"), os.fsdecode(folder + b"/csv.h5"))
    assert vaelib.dataset_names(folder + b"/csv.h5") == [r"caf\xe9"]


def test_messages_show_the_bytes(folder):
    with pytest.raises(FileNotFoundError, match=r"Me\\xDFwerte/n\\xE9ant\.h5"):
        vaelib.open_dataset(folder + b"/n\xe9ant.h5", "x")
    with pytest.raises(vaelib.FormatError, match=r'no dataset "\\xE9"'):
        vaelib.open_dataset(written(os.fsdecode(folder + b"/x.h5"), ["x"]), b"\xe9")


def test_a_dataset_is_not_written_under_a_name_that_is_not_utf_8(folder):
    with vaelib.DatasetWriter(folder + b"/x.h5") as writer:
        writer.append("x", X)
        with pytest.raises(UnicodeEncodeError):
            writer.append("\udce9", X)


@pytest.mark.parametrize("command", ["info", "verify"])
def test_commands(folder, command):
    path = folder + b"/caf\xe9.h5"
    written(os.fsdecode(path), ["x"])
    process = subprocess.run(
        [sys.executable, "-m", "vaelib", command, path, *([folder + b"/n\xe9ant.h5"] if command == "verify" else [])],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert b"30 rows of 4" in process.stdout if command == "info" else path in process.stdout
    assert command == "info" or rb"n\xE9ant.h5" in process.stderr


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_names_of_datasets(tmp_path, in_child, libver):
    with h5py.File(tmp_path / "x.h5", "w", libver=libver) as file:
        for number, name in enumerate(NAMES):
            file[name] = X + number
    found = vaelib.dataset_names(tmp_path / "x.h5", check_in_child=in_child)
    assert sorted(name.encode(errors="surrogateescape") for name in found) == sorted(NAMES)
    for number, name in enumerate(NAMES):
        for given in (name, name.decode(errors="surrogateescape"), b"/" + name):
            for budget in (0, None):
                dataset = vaelib.open_dataset(
                    tmp_path / "x.h5", given, memory_budget=budget, check_in_child=in_child)  # fmt: skip
                np.testing.assert_array_equal(dataset.numpy(), X + number)
    assert vaelib.verify(tmp_path / "x.h5", check_in_child=in_child).datasets_read == len(NAMES)


def test_labels_and_h5py_datasets(tmp_path, binary):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file[b"\xe9"], file[b"\xe9tiquettes"] = binary, np.arange(40)
    assert vaelib.open_dataset(tmp_path / "x.h5", b"\xe9", b"\xe9tiquettes").labels.tolist() == list(range(40))
    with h5py.File(tmp_path / "x.h5") as file:
        vaelib.VAE(latent_dim=2, hidden=(8,), epochs=1).fit(file[b"\xe9"])
