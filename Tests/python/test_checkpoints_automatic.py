"""Checkpoints of trainings whose length, batches and limits are left to the library, and of those that fell apart."""

import struct
import warnings
import zlib

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import Interrupted, after_epochs, assert_same, examples, labels, streamed, vae

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")

LEFT = {
    "vae": (vaelib.VAE, {"latent_dim": 2, "binarization": "dynamic"}),
    "classifier": (vaelib.StackedDenoisingClassifier, {"corruption_level": 0.2, "dropout": 0.2}),
    "autoencoder": (vaelib.StackedDenoisingAutoencoder, {"finetune_epochs": "auto", "corruption_level": 0.2}),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


@pytest.mark.parametrize("source", ["array", "streamed"])
@pytest.mark.parametrize("name", LEFT)
def test_a_training_of_its_own_length_goes_on_to_the_same_bits(name, source, path):
    """Interrupted in every phase, early, near the best epoch, while patience runs out, and at the end."""
    kind, parameters = LEFT[name]
    y = labels() if name == "classifier" else None
    if source == "array":
        data = (examples(),) if y is None else (examples(), y)
    else:
        data = (streamed(path.with_name("data.h5"), examples(), y),)

    def make():
        # Rates at which validation soon gets worse.
        rates = {"learning_rate": 0.1} if name == "vae" else {"finetune_learning_rate": 0.1}
        return kind(hidden=(5,), batch_size=16, random_state=3, **rates, **parameters)

    expected = make().fit(*data)
    epochs = expected.n_iter_
    last = epochs - expected.patience_  # that of the best weights
    assert expected.patience_ > 0
    for stop in sorted({1, 2, last // 2, last - 1, last, last + 1, epochs - 1, epochs}):
        with pytest.raises(Interrupted):
            make().fit(*data, checkpoint=path, callbacks=after_epochs(stop))
        with h5py.File(path) as file:
            phases = [group for group in file["checkpoint"].values() if isinstance(group, h5py.Group)]
            assert all(group["training"].attrs["epochs"] > 0 for group in phases)
        assert_same(make().fit(*data, checkpoint=path), expected)
        assert_same(vaelib.load(path), expected)
        path.unlink()


def test_a_chain_of_interruptions(path):
    """One epoch at a time, each in a call of its own."""
    settings = {"epochs": "auto", "batch_size": "auto", "gradient_clip_norm": "auto", "schedule": "cosine"}
    x = examples(25, 1)
    expected = vae(**settings, patience=30, learning_rate=0.1).fit(x)
    assert 31 < expected.n_iter_ < 1000
    for epoch in range(1, expected.n_iter_ + 1):
        with pytest.raises(Interrupted):
            vae(**settings, patience=30, learning_rate=0.1).fit(x, checkpoint=path, callbacks=after_epochs(1))
        with h5py.File(path) as file:
            assert file["history/loss"].shape == (epoch,)
    assert_same(vae(**settings, patience=30, learning_rate=0.1).fit(x, checkpoint=path), expected)


@pytest.mark.parametrize("every_steps", [1, 3, 7])
def test_checkpoints_between_steps_change_nothing(every_steps, path):
    settings = {"gradient_clip_norm": "auto", "optimizer": "sgd", "learning_rate": 0.5, "epochs": 5}
    expected = vae(**settings).fit(examples())
    checkpoint = vaelib.Checkpoint(path, every_seconds=0, every_steps=every_steps)
    assert_same(vae(**settings).fit(examples(), checkpoint=checkpoint), expected)


def outlier():
    """Examples of which one has a gradient unlike all others."""
    x = np.random.RandomState(0).normal(size=(40, 6)).astype(np.float32)
    x[17] *= 5
    return x


def test_the_limit_goes_on_with_the_usual_norm(path):
    """The usual norm is in the checkpoint; without it the first batch after an interruption would set a new one."""
    settings = {"likelihood": "gaussian", "variance": "fixed", "standardize": False, "binarization": "none",
                "activation": "relu", "optimizer": "sgd", "learning_rate": 1e-4, "batch_size": 4,
                "epochs": 3}  # fmt: skip
    limited = {**settings, "gradient_clip_norm": "auto"}
    expected = vae(**limited).fit(outlier())
    free = vae(**settings).fit(outlier())
    assert not np.array_equal(expected.get_weights()["encoder/0/weight"], free.get_weights()["encoder/0/weight"])
    norms = []
    for stop in (1, 2):
        with pytest.raises(Interrupted):
            vae(**limited).fit(outlier(), checkpoint=path, callbacks=after_epochs(stop))
        with h5py.File(path) as file:
            norms.append(file["checkpoint"].attrs["usual_gradient_norm"])
        assert_same(vae(**limited).fit(outlier(), checkpoint=path), expected)
        path.unlink()
    assert norms[0] != norms[1]
    assert min(norms) > 0
    vae(**settings).fit(outlier(), checkpoint=path)
    with h5py.File(path) as file:
        assert file["checkpoint"].attrs["usual_gradient_norm"] == 0


RUINOUS = {"optimizer": "sgd", "learning_rate": 2.0, "epochs": 8, "warmup_epochs": 8.0, "likelihood": "bernoulli"}


def told(model, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(examples(), **options)
    return [str(each.message) for each in caught if "ended worse" in str(each.message)]


def test_the_best_weights_come_back_after_every_interruption(path):
    expected = vae(**RUINOUS)
    message = told(expected)
    assert len(message) == 1
    best = int(np.argmin(expected.history_["loss"])) + 1
    assert best < 8
    for stop in range(1, 9):
        with pytest.raises(Interrupted):
            vae(**RUINOUS).fit(examples(), checkpoint=path, callbacks=after_epochs(stop))
        resumed = vae(**RUINOUS)
        assert told(resumed, checkpoint=path) == message
        assert_same(resumed, expected)
        path.unlink()


def test_what_the_file_holds_of_them(path):
    with pytest.raises(Interrupted):
        vae(**RUINOUS).fit(examples(), checkpoint=path, callbacks=after_epochs(6))
    with h5py.File(path) as file:
        state = file["checkpoint"]
        assert "last" not in state
        assert state.attrs["best_score"] == -file["history/loss"][...].min()
        assert state.attrs["start_loss"] == pytest.approx(file["history/loss"][0], rel=0.5)
        kept = state["best"][...]
    finished = vae(**RUINOUS).fit(examples(), checkpoint=path)
    with h5py.File(path) as file:
        state = file["checkpoint"]
        assert "best" not in state
        last = state["last"][...]
    found = np.concatenate([values.reshape(-1) for values in finished.get_weights().values()])
    np.testing.assert_array_equal(found, kept)
    assert not np.array_equal(last, kept)
    # One that went well has its last weights, and the best beside them.
    good = vae().fit(examples(), checkpoint=vaelib.Checkpoint(path, resume=False))
    assert len(good.history_["loss"]) == 4
    with h5py.File(path) as file:
        assert "last" not in file["checkpoint"]
        assert "best" in file["checkpoint"]


def test_one_that_fell_apart_can_be_lengthened(path):
    """It goes on from its last weights, as if it had not ended, and then to the best of all epochs."""
    settings = {**RUINOUS, "schedule": "constant"}
    expected = vae(**settings | {"epochs": 10}).fit(examples())
    vae(**settings).fit(examples(), checkpoint=path)
    assert_same(vae(**settings | {"epochs": 10}).fit(examples(), checkpoint=path), expected)


def test_one_that_only_lost_says_so_again(path):
    settings = {"learning_rate": 10.0, "epochs": 60, "likelihood": "bernoulli", "activation": "relu"}
    before = vae(**settings).initialize(6).get_weights()
    x = (examples() > 0.3).astype(np.float32)
    for stop in (None, 1, 4, 60):
        if stop:
            with pytest.raises(Interrupted):
                vae(**settings).fit(x, checkpoint=path, callbacks=after_epochs(stop))
        for _ in range(2):
            model = vae(**settings)
            with pytest.raises(vaelib.NumericalError, match="the weights from before the training were kept"):
                model.fit(x, checkpoint=path)
            for name, values in before.items():
                np.testing.assert_array_equal(model.get_weights()[name], values)
        path.unlink(missing_ok=True)


def test_checkpoints_of_earlier_versions_lack_what_is_new(path):
    """Their trainings go on, with the usual norm and the first loss found anew."""
    with pytest.raises(Interrupted):
        vae().fit(examples(), checkpoint=path, callbacks=after_epochs(2))
    expected = vae().fit(examples())
    with h5py.File(path, "r+") as file:
        state = file["checkpoint"]
        del state.attrs["start_loss"], state.attrs["usual_gradient_norm"], state["best"]
        state.attrs["best_score"] = -np.inf
        for group in (file["training"], state["fit/training"]):
            del group.attrs["validation_fraction"], group.attrs["validation_split"], group.attrs["monitor"]
    seal(path)
    assert_same(vae().fit(examples(), checkpoint=path), expected)


def seal(path):
    """Writes the user block anew, as docs/file-format.md says."""
    content = path.read_bytes()[512:]
    line = b"vaelib model; an HDF5 file from byte 512 onward\n"
    path.write_bytes(struct.pack("<48sQI452x", line, len(content), zlib.crc32(content)) + content)
