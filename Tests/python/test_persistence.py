"""Model files: what comes back, and what happens when a file or its place is bad."""

import os
import stat
import struct
import subprocess
import sys
import zlib

import h5py
import numpy as np
import pytest
import vaelib


@pytest.fixture
def path(tmp_path, fitted):
    fitted.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


def test_everything_comes_back(tmp_path, binary):
    options = {
        "latent_dim": 3, "hidden": (7, 5), "decoder_hidden": (6,), "activation": "gelu", "likelihood": "gaussian",
        "variance": "learned", "mean_activation": "sigmoid", "stddev_floor": 0.05, "epochs": 2, "batch_size": 9,
        "estimator": "monte_carlo", "samples": 2, "beta": 0.7, "kl_warmup_epochs": 1.5, "optimizer": "adamw",
        "learning_rate": 0.004, "beta1": 0.8, "weight_decay": 0.5, "schedule": "cosine", "schedule_factor": 0.2,
        "warmup_epochs": 0.5, "gradient_clip_norm": 4.0, "scale": 0.5, "shift": 0.25, "random_state": 2**63 + 5,
    }  # fmt: skip
    model = vaelib.VAE(**options).fit(binary)
    model.save(tmp_path / "model.h5")
    loaded = vaelib.load(str(tmp_path / "model.h5"))
    for name, value in options.items():
        assert getattr(loaded, name) == value, name
    assert loaded.n_features_in_ == 12
    for name, values in model.history_.items():
        np.testing.assert_array_equal(loaded.history_[name], values)
    np.testing.assert_array_equal(loaded.transform(binary), model.transform(binary))


def test_the_mirrored_decoder_comes_back_mirrored(tmp_path, binary):
    vaelib.VAE(hidden=(7, 5), epochs=1).fit(binary).save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert loaded.decoder_hidden in (None, (5, 7))
    assert loaded.get_weights()["decoder/0/weight"].shape[1] == 5


def test_the_scaling_of_a_dataset_is_kept(tmp_path, hdf5):
    data = hdf5(x=np.random.RandomState(0).randint(0, 2, size=(30, 6)).astype(np.uint8) * 255)
    model = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(vaelib.open_dataset(data, "x", scale=1 / 255))
    model.save(tmp_path / "model.h5")
    assert vaelib.load(tmp_path / "model.h5").scale == 1 / 255


def test_the_file_is_read_with_h5py_alone(path, fitted):
    tensors = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            tensors[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(collect)
    for name, values in fitted.get_weights().items():
        found = [stored for key, stored in tensors.items() if key.endswith(name)]
        assert len(found) == 1, name
        np.testing.assert_array_equal(found[0].reshape(values.shape), values)


TITLE = b"vaelib model; an HDF5 file from byte 512 onward\n"


def test_the_user_block_is_as_documented(path):
    content = path.read_bytes()
    block = struct.pack("<48sQI452x", TITLE, len(content) - 512, zlib.crc32(content[512:]))
    assert content[:512] == block
    with h5py.File(path) as file:
        assert file.userblock_size == 512


def test_a_model_may_be_changed_with_h5py(path, binary):
    with h5py.File(path, "r+") as file:
        file["weights/encoder/head/bias"][:] = 0.25
    with pytest.raises(vaelib.FormatError, match="checksum"):
        vaelib.load(path)
    content = path.read_bytes()[512:]
    path.write_bytes(struct.pack("<48sQI452x", TITLE, len(content), zlib.crc32(content)) + content)
    assert (vaelib.load(path).get_weights()["encoder/head/bias"] == 0.25).all()


def test_an_untrained_model_is_saved_too(tmp_path):
    vaelib.VAE(latent_dim=2, hidden=(4,), random_state=1).initialize(6).save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert len(loaded.history_["epoch"]) == 0


def test_models_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.h5"):
        vaelib.load(tmp_path / "nowhere.h5")
    with pytest.raises(OSError, match=str(tmp_path)):
        vaelib.load(tmp_path)


def test_files_that_are_no_models(tmp_path, path, hdf5):
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


def test_a_flipped_bit_in_a_weight_is_noticed(tmp_path, path, fitted):
    content = bytearray(path.read_bytes())
    place = content.index(fitted.get_weights()["encoder/0/weight"].tobytes()[:64])
    content[place + 10] ^= 1
    (tmp_path / "flipped.h5").write_bytes(content)
    with pytest.raises(vaelib.FormatError, match="flipped"):
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
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", DAMAGE_PROGRAM, str(path)]
    process = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert process.stdout.strip() == "[]", process.stdout + process.stderr[-500:]


def test_a_failing_save_leaves_the_old_file(fitted, path, binary):
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        fitted.save(path.parent / "nowhere" / "model.h5")
    folder = path.parent / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        fitted.save(folder)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["folder", "model.h5"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_saving_where_writing_is_forbidden(fitted, path):
    before = path.read_bytes()
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(vaelib.FileError):
            fitted.save(path)
    finally:
        path.parent.chmod(stat.S_IRWXU)
    assert path.read_bytes() == before


def test_saving_over_an_older_model(fitted, path, binary):
    fitted.fit(1 - binary).save(path)
    np.testing.assert_array_equal(vaelib.load(path).transform(binary), fitted.transform(binary))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error(fitted):
    with pytest.raises(vaelib.FileError):
        fitted.save("/dev/full")
