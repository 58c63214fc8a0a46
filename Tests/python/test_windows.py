"""Signals cut into examples: windows of neighbouring rows, with a step, in memory and streamed."""

import warnings

import h5py
import numpy as np
import pytest
import vaelib

SIGNAL = np.random.RandomState(0).normal(size=100_003).astype("f4")


def windows(rows, length, step):
    """What is to be read."""
    count = (len(rows) - length) // step + 1
    return np.stack([rows[i * step : i * step + length].reshape(-1) for i in range(count)])


@pytest.fixture
def path(tmp_path):
    path = str(tmp_path / "signal.h5")
    with h5py.File(path, "w") as file:
        file["plain"] = SIGNAL
        file.create_dataset("packed", data=SIGNAL, chunks=(777,), compression="gzip")
        file.create_dataset("tall", data=SIGNAL, chunks=(90_000,), compression="gzip")
        file["channels"] = SIGNAL[:99_999].reshape(-1, 3)
        file.create_dataset("across", data=SIGNAL[:99_999].reshape(-1, 3).T, chunks=(3, 1000))
    return path


@pytest.mark.parametrize("name", ["plain", "packed", "tall"])
@pytest.mark.parametrize("budget", [None, 0])
@pytest.mark.parametrize(("length", "step"), [(64, None), (64, 16), (50, 333), (1, None), (1000, 999)])
def test_windows_of_a_signal(path, name, budget, length, step):
    expected = windows(SIGNAL, length, step or length)
    with vaelib.open_dataset(path, name, window=length, window_step=step, memory_budget=budget) as dataset:
        assert dataset.shape == expected.shape
        assert dataset.in_memory == (budget is None)
        np.testing.assert_array_equal(dataset.numpy(), expected)
        np.testing.assert_array_equal(dataset[3:9].numpy(), expected[3:9])
        chosen = [len(expected) - 1, 0, 5, 5]
        np.testing.assert_array_equal(dataset[chosen].numpy(), expected[chosen])


@pytest.mark.parametrize("budget", [None, 0])
def test_windows_of_channels(path, budget):
    rows = SIGNAL[:99_999].reshape(-1, 3)
    expected = windows(rows, 20, 10) * np.float32(2) + 1
    options = {"window": 20, "window_step": 10, "scale": 2, "shift": 1, "memory_budget": budget}
    with vaelib.open_dataset(path, "channels", **options) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), expected)
    with vaelib.open_dataset(path, "across", row_axis=1, **options) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), expected)


def test_training_on_windows(path):
    """Streamed windows are those in memory, and every one is learned from once an epoch."""
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), likelihood="gaussian", epochs=2, random_state=0)
    for name in ("plain", "packed", "tall"):
        with vaelib.open_dataset(path, name, window=50, window_step=25, memory_budget=0) as dataset:
            vae.fit(dataset, validation=dataset[:100])
            expected = vae.transform(windows(SIGNAL, 50, 25))
            np.testing.assert_array_equal(vae.transform(dataset), expected)
    data = windows(SIGNAL, 50, 25)
    with vaelib.open_dataset(path, "plain", window=50, window_step=25) as dataset:
        first = vaelib.VAE(latent_dim=2, hidden=(8,), likelihood="gaussian", epochs=1, random_state=1).fit(dataset)
    second = vaelib.VAE(latent_dim=2, hidden=(8,), likelihood="gaussian", epochs=1, random_state=1).fit(data)
    np.testing.assert_array_equal(first.transform(data), second.transform(data))


def test_labels_are_one_for_each_window(path):
    with h5py.File(path, "a") as file:
        file["y"] = np.arange(len(SIGNAL) // 1000) % 2
        file["short"] = np.arange(7)
    with vaelib.open_dataset(path, "plain", "y", window=1000) as dataset:
        np.testing.assert_array_equal(dataset.labels, np.arange(100) % 2)
    with pytest.raises(vaelib.FormatError, match="needs 100 labels"):
        vaelib.open_dataset(path, "plain", "short", window=1000)


def test_a_signal_without_windows_warns(path):
    with pytest.warns(vaelib.VaelibWarning, match=r'"plain" has one axis, so each of its 100003 numbers .* window=N'):
        assert vaelib.open_dataset(path, "plain").columns == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.open_dataset(path, "plain", window=1).close()
        vaelib.open_dataset(path, "channels").close()


def test_windows_that_cannot_be(path):
    with pytest.raises(vaelib.FormatError, match="has 100003 rows, fewer than the window of 100004"):
        vaelib.open_dataset(path, "plain", window=100_004)
    with pytest.raises(ValueError, match="window must be at least 1"):
        vaelib.open_dataset(path, "plain", window=0)
    with pytest.raises(ValueError, match="window_step is 5, but window is 0"):
        vaelib.open_dataset(path, "plain", window_step=5)
    assert vaelib.open_dataset(path, "plain", window=100_003).shape == (1, 100_003)
    with pytest.raises(vaelib.FormatError, match="fewer than the window"):
        vaelib.open_dataset(path, "channels", window=2**62)
