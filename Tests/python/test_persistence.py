"""Model files of all kinds: what comes back, and what stays when a file cannot be written."""

import os
import stat
import struct
import zlib

import h5py
import numpy as np
import pytest
import vaelib
from estimators import KINDS, answers, different, fit

VAE, AUTOENCODER, CLASSIFIER, REGRESSOR = KINDS.values()
#: Every parameter that a file keeps has another value than the default in one of these.
CASES = {
    "counts": (VAE, {"likelihood": "poisson", "count_mean": "share", "epochs": 2, "batch_size": 9}),
    "normal scores": (VAE, {"likelihood": "laplace", "standardize_by": "quantiles", "epochs": 2, "batch_size": 9}),
    "vae": (VAE, {
        "latent_dim": 3, "hidden": (7, 5), "decoder_hidden": (6,), "activation": "gelu", "likelihood": "gaussian",
        "variance": "learned", "mean_activation": "sigmoid", "stddev_floor": 0.05, "epochs": 2, "batch_size": 9,
        "estimator": "monte_carlo", "samples": 2, "beta": 0.7, "kl_warmup_epochs": 1.5, "optimizer": "adamw",
        "learning_rate": 0.004, "beta1": 0.8, "weight_decay": 0.5, "schedule": "cosine", "schedule_factor": 0.2,
        "warmup_epochs": 0.5, "gradient_clip_norm": 4.0, "trim_fraction": 0.25,
        "missing": "indicate", "hide_fraction": 0.125,
        "scale": 0.5, "shift": 0.25, "random_state": 2**63 + 5,
    }),
    "layers": (AUTOENCODER, {
        "hidden": (9, 7), "activation": ("sigmoid", "tanh"), "tied": (True, False), "corruption": "salt_and_pepper",
        "corruption_level": (0.1, 0.2), "corruption_range": ("data", "given"), "corruption_low": -1.0,
        "corruption_high": 2.0, "corrupted_weight": 1.5, "untouched_weight": 0.5, "weight_l1": 0.01,
        "weight_l2": 0.02, "sparsity_target": 0.1, "sparsity_weight": (0.3, 0.0), "contraction_weight": 0.04,
        "initializer": "he_normal", "epochs": (1, 2), "learning_rate": (0.01, 0.02), "finetune_epochs": 0,
        "scale": 0.5, "shift": 0.25, "random_state": 2**63 + 5,
    }),
    "autoencoder": (AUTOENCODER, {
        "hidden": (4,), "epochs": 2, "batch_size": 9, "finetune_epochs": 2, "finetune_batch_size": 8,
        "finetune_learning_rate": None,
    }),
    "classifier": (CLASSIFIER, {
        "hidden": (4, 3), "tied": False, "corruption_level": (0.1, 0.2), "pretrain_epochs": (2, 1),
        "learning_rate": (0.01, 0.02), "batch_size": 7, "optimizer": "sgd", "momentum": 0.5, "nesterov": True,
        "schedule": "step", "schedule_epochs": 3.0, "schedule_factor": 0.5, "warmup_epochs": 0.5, "weight_decay": 0.25,
        "gradient_clip_norm": 4.0, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-6, "finetune_epochs": 3,
        "finetune_learning_rate": 0.3, "finetune_batch_size": 5, "finetune_optimizer": "adam",
        "finetune_momentum": None, "finetune_schedule": "constant", "finetune_weight_decay": 0.0, "dropout": 0.25,
        "random_state": 3,
    }),
}  # fmt: skip


@pytest.fixture
def path(tmp_path, trained):
    trained.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


@pytest.mark.parametrize("name", CASES)
def test_everything_comes_back(tmp_path, binary, name):
    kind, options = CASES[name]
    model = fit(kind.make(**options), binary)
    model.save(tmp_path / "model.h5")
    loaded = vaelib.load(str(tmp_path / "model.h5"))
    assert type(loaded) is type(model)
    for option, value in options.items():
        assert getattr(loaded, option) == value, option
    assert loaded.n_features_in_ == 12
    np.testing.assert_array_equal(loaded.history_["seconds"], model.history_["seconds"])
    expected = answers(model, binary)
    assert different(answers(loaded, binary), expected) == []
    again = fit(type(loaded)(**loaded.get_params()), binary)
    assert different(answers(again, binary), expected) == []
    assert different(answers(fit(loaded, binary), binary), expected) == []


def test_the_scaling_of_a_dataset_is_kept(tmp_path, kind, binary, hdf5):
    stored = hdf5(x=(binary * 255).astype(np.uint8), y=(binary[:, 0] > binary[:, 1]).astype(int))
    data = vaelib.open_dataset(stored, "x", "y", scale=1 / 255)
    kind.make().fit(data).save(tmp_path / "model.h5")
    assert vaelib.load(tmp_path / "model.h5").scale == 1 / 255


def test_the_file_is_read_with_h5py_alone(path, trained):
    tensors = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            tensors[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(collect)
    for name, values in trained.get_weights().items():
        found = [stored for key, stored in tensors.items() if key == f"weights/{name}"]
        assert len(found) == 1, name
        np.testing.assert_array_equal(found[0].reshape(values.shape), values)


TITLE = b"vaelib model; an HDF5 file from byte 512 onward\n"


def test_the_user_block_is_as_documented(path):
    content = path.read_bytes()
    block = struct.pack("<48sQI452x", TITLE, len(content) - 512, zlib.crc32(content[512:]))
    assert content[:512] == block
    with h5py.File(path) as file:
        assert file.userblock_size == 512


def test_a_model_may_be_changed_with_h5py(path, trained):
    name = list(trained.get_weights())[1]
    with h5py.File(path, "r+") as file:
        file[f"weights/{name}"][:] = 0.25
    with pytest.raises(vaelib.FormatError, match="checksum"):
        vaelib.load(path)
    content = path.read_bytes()[512:]
    path.write_bytes(struct.pack("<48sQI452x", TITLE, len(content), zlib.crc32(content)) + content)
    assert (vaelib.load(path).get_weights()[name] == 0.25).all()


def test_an_untrained_model_is_saved_too(tmp_path, kind):
    model = kind.make().initialize(6)
    model.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert len(loaded.history_["epoch"]) == 0
    for name, values in model.get_weights().items():
        np.testing.assert_array_equal(loaded.get_weights()[name], values)


def test_a_failing_save_leaves_the_old_file(trained, path):
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        trained.save(path.parent / "nowhere" / "model.h5")
    folder = path.parent / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        trained.save(folder)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["folder", "model.h5"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_saving_where_writing_is_forbidden(trained, path):
    before = path.read_bytes()
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(vaelib.FileError):
            trained.save(path)
    finally:
        path.parent.chmod(stat.S_IRWXU)
    assert path.read_bytes() == before


def test_saving_over_an_older_model(trained, path, binary):
    before = path.read_bytes()
    fit(trained, 1 - binary).save(path)
    assert path.read_bytes() != before
    assert different(answers(vaelib.load(path), binary), answers(trained, binary)) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error(trained):
    with pytest.raises(vaelib.FileError):
        trained.save("/dev/full")
