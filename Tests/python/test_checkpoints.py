"""Checkpoints: interrupted trainings end with the bits of uninterrupted ones, and others are refused."""

import os
import shutil
import signal
import struct
import subprocess
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import (
    Interrupted,
    after_epochs,
    assert_same,
    autoencoder,
    classifier,
    examples,
    labels,
    streamed,
    vae,
)
from golden import make_checkpoints


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


VAES = {
    "adam": {},
    "sgd": {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.01},
    "adagrad": {"optimizer": "adagrad"},
    "rmsprop": {"optimizer": "rmsprop"},
    "adamw": {"optimizer": "adamw", "weight_decay": 0.1},
    "step": {"schedule": "step", "schedule_epochs": 1.5},
    "exponential": {"schedule": "exponential", "warmup_epochs": 2.0},
    "cosine": {"schedule": "cosine"},
    "warm-up": {"kl_warmup_epochs": 2.5, "gradient_clip_norm": 0.5},
    "patience": {"patience": 2, "learning_rate": 0.3, "validation_fraction": 0.2, "epochs": 8},
    "Monte Carlo": {"estimator": "monte_carlo", "samples": 3},
    "Gaussian": {"likelihood": "gaussian", "variance": "predicted", "binarization": "none"},
}


@pytest.mark.parametrize("name", VAES)
@pytest.mark.parametrize("source", ["array", "streamed"])
def test_a_vae_goes_on_after_every_epoch_to_the_same_bits(name, source, path):
    x = examples() if source == "array" else streamed(path.with_name("data.h5"), examples())
    expected = vae(**VAES[name]).fit(x)
    for epochs in range(1, len(expected.history_["epoch"])):
        with pytest.raises(Interrupted):
            vae(**VAES[name]).fit(x, checkpoint=path, callback=after_epochs(epochs))
        resumed = vae(**VAES[name]).fit(x, checkpoint=path)
        assert_same(resumed, expected)
        assert_same(vaelib.load(path), expected)
        path.unlink()


@pytest.mark.parametrize("make", [autoencoder, classifier])
@pytest.mark.parametrize("source", ["array", "streamed"])
def test_a_stack_goes_on_after_every_epoch_of_every_phase_to_the_same_bits(make, source, path):
    y = labels() if make is classifier else None
    data = (examples(), y) if source == "array" else (streamed(path.with_name("data.h5"), examples(), y),)
    parameters = {"corruption_level": 0.3, "optimizer": "adam", "patience": 5, "validation_fraction": 0.2}
    if make is classifier:
        parameters["dropout"] = 0.3
    expected = make(**parameters).fit(*data)
    for epochs in range(1, len(expected.history_["epoch"])):
        with pytest.raises(Interrupted):
            make(**parameters).fit(*data, checkpoint=path, callback=after_epochs(epochs))
        assert_same(make(**parameters).fit(*data, checkpoint=path), expected)
        path.unlink()


def test_checkpoints_do_not_change_the_outcome(path):
    expected = vae().fit(examples())
    assert_same(vae().fit(examples(), checkpoint=vaelib.Checkpoint(path, every_steps=1)), expected)


def test_a_finished_training_returns_at_once(path):
    first = vae().fit(examples(), checkpoint=path)
    seen = []
    again = vae().fit(examples(), checkpoint=path, callback=seen.append)
    assert not seen
    assert_same(again, first)
    np.testing.assert_array_equal(again.history_["seconds"], first.history_["seconds"])


@pytest.mark.parametrize("name", ["adam", "patience", "step"])
def test_a_finished_training_can_be_lengthened(name, path):
    expected = vae(**VAES[name] | {"epochs": 12}).fit(examples())
    vae(**VAES[name] | {"epochs": 3}).fit(examples(), checkpoint=path)
    assert_same(vae(**VAES[name] | {"epochs": 12}).fit(examples(), checkpoint=path), expected)


def test_a_fine_tuning_can_be_lengthened(path):
    expected = autoencoder(finetune_epochs=6).fit(examples())
    autoencoder().fit(examples(), checkpoint=path)
    assert_same(autoencoder(finetune_epochs=6).fit(examples(), checkpoint=path), expected)


def test_without_resume_training_begins_anew(path):
    vae(random_state=1).fit(examples(), checkpoint=path)
    anew = vaelib.Checkpoint(path, resume=False)
    assert_same(vae().fit(examples(), checkpoint=anew), vae().fit(examples()))
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))
    stack = autoencoder().fit(examples())
    assert_same(autoencoder().fit(examples(), checkpoint=anew), stack)
    assert_same(autoencoder().fit(examples(), checkpoint=path), stack)


@pytest.mark.parametrize("state", [None, np.random.RandomState(5), np.random.default_rng(5)])
def test_the_seed_of_a_generator_comes_from_the_checkpoint(state, path):
    with pytest.raises(Interrupted):
        vae(random_state=state).fit(examples(), checkpoint=path, callback=after_epochs(2))
    resumed = vae(random_state=state).fit(examples(), checkpoint=path)
    assert_same(resumed, vae(random_state=resumed.seed_).fit(examples()))
    with pytest.raises(Interrupted):
        classifier(random_state=state).fit(
            examples(), labels(), checkpoint=path.with_name("stack.h5"), callback=after_epochs(8)
        )
    stack = classifier(random_state=state).fit(examples(), labels(), checkpoint=path.with_name("stack.h5"))
    assert_same(stack, classifier(random_state=stack.seed_).fit(examples(), labels()))


def test_a_warm_start_goes_on_too(path):
    expected = vae(warm_start=True).fit(examples()).fit(examples())
    started = vae(warm_start=True).fit(examples())
    with pytest.raises(Interrupted):
        started.fit(examples(), checkpoint=path, callback=after_epochs(2))
    assert_same(vae().fit(examples(), checkpoint=path), expected)


def test_a_pretrained_stack_goes_on_with_its_own_seed(path):
    pretrained = autoencoder(random_state=8).fit(examples())
    expected = classifier(pretrained=pretrained).fit(examples(), labels())
    with pytest.raises(Interrupted):
        classifier(pretrained=pretrained, random_state=3).fit(
            examples(), labels(), checkpoint=path, callback=after_epochs(2)
        )
    assert_same(
        classifier(pretrained=pretrained, random_state=None).fit(examples(), labels(), checkpoint=path), expected
    )


def test_a_callback_that_ends_the_training_leaves_a_checkpoint(path):
    stopped = vae().fit(examples(), checkpoint=path, callback=lambda progress: progress.record.epoch == 2)
    assert len(stopped.history_["epoch"]) == 2
    assert_same(vaelib.load(path), stopped)
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))


def test_ctrl_c_leaves_a_checkpoint_at_the_very_step(path):
    def press(progress):
        if progress.epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    stopped = vae()
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(examples(), checkpoint=path, callback=press)
    assert 2 <= len(stopped.history_["epoch"]) <= 3
    assert_same(vaelib.load(path), stopped)
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))


CHANGED = {
    "batch_size was 16 in the checkpoint, is 8 now": {"batch_size": 8},
    "learning_rate was 0.001 in the checkpoint, is 0.01 now": {"learning_rate": 0.01},
    "optimizer was adam in the checkpoint, is sgd now": {"optimizer": "sgd"},
    "epochs was 4 in the checkpoint, is 3 now": {"epochs": 3},
    "latent_dim was 2 in the checkpoint, is 3 now": {"latent_dim": 3},
    "hidden was 5 in the checkpoint, is 5, 5 now": {"hidden": (5, 5)},
    "seed of the initial weights was 3 in the checkpoint, is 4 now": {"random_state": 4},
    "training examples had scale 1.0 in the checkpoint, have scale 0.5 now": {"scale": 0.5},
    "training examples had 70 rows in the checkpoint, have 56 rows now": {"validation_fraction": 0.2},
}


@pytest.mark.parametrize("message", CHANGED)
def test_another_training_is_refused(message, path):
    vae().fit(examples(), checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(vaelib.InvalidArgument, match=message) as caught:
        vae(**CHANGED[message]).fit(examples(), checkpoint=path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_other_data_are_refused(path):
    vae().fit(examples(), validation=examples(20, 1), checkpoint=path)

    def refused(message, x, validation):
        with pytest.raises(vaelib.InvalidArgument, match=message):
            vae().fit(x, validation=validation, checkpoint=path)

    changed = examples()
    changed[-1, -1] += 0.25
    refused("the values of the training examples are not those", changed, examples(20, 1))
    refused("the values of the validation examples are not those", examples(), examples(20, 2))
    refused("validation examples had 20 rows in the checkpoint, have 19 rows now", examples(), examples(19, 1))
    refused("there were validation examples in the checkpoint, there are none now", examples(), None)
    held = vaelib.Dataset(np.vstack([examples(3, 7), examples()]))[3:]
    refused("began at row 0 of their set in the checkpoint, begin at row 3", held, examples(20, 1))
    vae().fit(examples().astype(np.float64), validation=examples(20, 1), checkpoint=path)


def test_another_order_of_the_examples_is_refused(path):
    x = np.random.RandomState(0).uniform(size=(1500, 400)).astype(np.float32)
    vae(epochs=1, batch_size=500).fit(x, checkpoint=path)
    with pytest.raises(vaelib.InvalidArgument, match=r"were read in blocks of 1500 rows, 1 at a time, .*memory budget"):
        vae(epochs=1, batch_size=500).fit(streamed(path.with_name("data.h5"), x), checkpoint=path)


@pytest.mark.slow
def test_a_set_of_many_windows_goes_on_in_the_middle_of_one(path):
    values = np.random.RandomState(0).randint(0, 2, size=(45_000, 1000)).astype(np.uint8)
    x = streamed(path.with_name("data.h5"), values)

    def train(checkpoint, callback):
        return vae(epochs=1, batch_size=3000).fit(x, checkpoint=checkpoint, callback=callback)

    expected = train(None, None)
    for stop in (3000, 15_000, 28_000, 35_000):

        def callback(progress, stop=stop):
            if progress.examples >= stop:
                raise Interrupted

        with pytest.raises(Interrupted):
            train(path, callback)
        with h5py.File(path) as file:
            assert file["checkpoint"].attrs["rows"] >= stop
    assert_same(train(path, None), expected)


def test_more_epochs_are_refused_where_the_schedule_depends_on_them(path):
    vae(schedule="cosine").fit(examples(), checkpoint=path)
    with pytest.raises(vaelib.InvalidArgument, match=r"epochs was 4 .* is 5 now, but the learning rates"):
        vae(schedule="cosine", epochs=5).fit(examples(), checkpoint=path)


def test_other_stacks_are_refused(path):
    classifier().fit(examples(), labels(), checkpoint=path)

    def refused(message, y=None, **parameters):
        with pytest.raises(vaelib.InvalidArgument, match=message):
            classifier(**parameters).fit(examples(), labels() if y is None else y, checkpoint=path)

    refused("layer 1: width was 4 in the checkpoint, is 3 now", hidden=(5, 3))
    refused("there were 2 layers in the checkpoint, there are 1 now", hidden=(5,))
    refused("layer 0: epochs was 3 in the checkpoint, is 4 now", pretrain_epochs=4)
    refused("batch_size was 16 in the checkpoint, is 8 now", finetune_batch_size=8)
    refused("the labels of the training examples are not those", y=labels()[::-1].copy())
    with pytest.raises(vaelib.FormatError, match="kind"):
        vae().fit(examples(), checkpoint=path)


def test_phases_come_in_their_order(path):
    with pytest.raises(Interrupted):
        autoencoder().fit(examples(), checkpoint=path, callback=after_epochs(2))
    stack, finetuning = autoencoder()._new_stack(6, 3), autoencoder()._finetuning()
    with pytest.raises(vaelib.InvalidArgument, match="stands in phase pretraining, which is not complete"):
        stack.finetune(vaelib.Dataset(examples()), None, "unsupervised", finetuning, 3, None, vaelib.Checkpoint(path))


def test_files_that_are_no_checkpoints_are_refused(path, tmp_path):
    vae().fit(examples()).save(path)
    with pytest.raises(vaelib.FormatError, match="it is no checkpoint"):
        vae().fit(examples(), checkpoint=path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(vaelib.FormatError, match="truncated"):
        vae().fit(examples(), checkpoint=path)
    with pytest.raises(vaelib.FileError, match="directory"):
        vae().fit(examples(), checkpoint=tmp_path)
    with pytest.raises(vaelib.FileError, match="cannot be written"):
        vae().fit(examples(), checkpoint=tmp_path / "missing" / "run.h5")


def test_checkpoints_that_lie_are_refused(path):
    vae(patience=3, validation_fraction=0.2).fit(
        examples(), checkpoint=path, callback=lambda progress: progress.record.epoch == 2
    )
    good = path.read_bytes()

    def refused(message, change):
        path.write_bytes(good)
        with h5py.File(path, "r+") as file:
            change(file)
        content = path.read_bytes()[512:]
        line = b"vaelib model; an HDF5 file from byte 512 onward\n"
        path.write_bytes(struct.pack("<48sQI452x", line, len(content), zlib.crc32(content)) + content)
        with pytest.raises(vaelib.FormatError, match=message):
            vae(patience=3, validation_fraction=0.2).fit(examples(), checkpoint=path)

    def replace(name, values):
        def change(file):
            del file[name]
            file.create_dataset(name, data=values)

        return change

    state = "checkpoint"
    refused("epoch", lambda file: file[state].attrs.modify("epoch", np.int64(0)))
    refused("layer", lambda file: file[state].attrs.modify("layer", np.int64(1)))
    refused("rows", lambda file: file[state].attrs.modify("rows", np.int64(71)))
    refused("steps", lambda file: file[state].attrs.modify("steps", np.int64(-1)))
    refused("complete", lambda file: file[state].attrs.modify("complete", np.int64(2)))
    refused("batch_size", lambda file: file["checkpoint/fit/training"].attrs.modify("batch_size", np.int64(0)))
    refused("is missing", lambda file: file[state].attrs.pop("sum_loss"))
    refused("names no phase", lambda file: file.pop("checkpoint/fit"))
    count = vae().initialize(6)._fitted().info.parameter_count
    refused("moments", replace("checkpoint/moments", np.zeros((1, count), np.float32)))
    refused("best", replace("checkpoint/best", np.full(count, np.nan, np.float32)))
    refused("best", replace("checkpoint/best", np.zeros(count - 1, np.float32)))
    refused("missing", lambda file: file.pop("checkpoint/best"))


def test_a_failing_write_is_told_and_does_no_harm(path, tmp_path):
    expected = vae().fit(examples())
    folder = tmp_path / "folder"
    folder.mkdir()

    def remove(progress):
        if progress.kind == "epoch" and progress.epoch == 1:
            os.rename(folder, tmp_path / "elsewhere")
        elif progress.kind == "epoch" and progress.epoch == 3:
            os.rename(tmp_path / "elsewhere", folder)

    run = vaelib.Checkpoint(folder / "run.h5", every_epochs=1)
    with pytest.warns(vaelib.VaelibWarning, match=r"2 of 5 checkpoints could not be written.*run\.h5"):
        found = vae().fit(examples(), checkpoint=run, callback=remove)
    assert_same(found, expected)
    assert_same(vaelib.load(run.path), expected)

    def stop(_progress):
        os.rename(folder, tmp_path / "elsewhere")
        raise Interrupted

    with pytest.raises(Interrupted), pytest.warns(vaelib.VaelibWarning, match="1 of 1 checkpoints"):
        vae().fit(examples(), checkpoint=vaelib.Checkpoint(folder / "other.h5"), callback=stop)


def test_what_is_no_checkpoint_configuration_is_refused(path):
    with pytest.raises(TypeError, match="checkpoint must be"):
        vae().fit(examples(), checkpoint=3)
    for parameters, error in [
        ({"every_seconds": -1.0}, vaelib.InvalidArgument),
        ({"every_seconds": float("nan")}, vaelib.InvalidArgument),
        ({"every_seconds": "often"}, TypeError),
        ({"every_epochs": -1}, ValueError),
        ({"every_steps": 1.5}, TypeError),
        ({"every_steps": 2**64 - 1}, vaelib.InvalidArgument),
    ]:
        with pytest.raises(error, match="every_"):
            vae().fit(examples(), checkpoint=vaelib.Checkpoint(path, **parameters))
    assert not path.exists()


def test_no_temporary_files_stay(path):
    process = subprocess.Popen(["true"])
    process.wait()
    stale = [
        path.with_name(f".vaelib-{process.pid}-7.tmp"),
        path.with_name(f".vaelib-{os.getpid()}-99999999.tmp"),
    ]
    kept = [
        path.with_name(name) for name in (f".vaelib-{os.getppid()}-7.tmp", f".vaelib-{process.pid}-x.tmp", ".vaelib-7")
    ]
    for file in stale + kept:
        file.write_bytes(b"1")
    vae().fit(examples(), checkpoint=path)
    assert not any(file.exists() for file in stale)
    assert all(file.exists() for file in kept)


GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.h5"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_checkpoints_of_released_versions_load_and_go_on(golden, path):
    name = golden.name.split("-")[0]
    shutil.copy(golden, path)
    loaded = vaelib.load(path)
    done = len(loaded.history_["epoch"])
    assert done == {"vae": 2, "stack": 6}[name]
    (positional, validation), make = make_checkpoints.arguments(name), make_checkpoints.TRAININGS[name]
    expected = make().fit(*positional, validation=validation)
    found = make().fit(*positional, validation=validation, checkpoint=path)
    # On the machine that made the file it is the same bits; others may round differently.
    for tensor, values in expected.get_weights().items():
        np.testing.assert_allclose(found.get_weights()[tensor], values, rtol=1e-3, atol=1e-4, err_msg=tensor)
    np.testing.assert_allclose(found.history_["loss"], expected.history_["loss"], rtol=1e-4)
    assert np.array_equal(found.history_["seconds"][:done], loaded.history_["seconds"])


def test_there_are_golden_checkpoints():
    assert {path.name.split("-")[0] for path in GOLDEN} == set(make_checkpoints.TRAININGS)


@pytest.mark.parametrize("rows", [1, 2, 63, 64, 65, 200])
def test_data_are_known_by_what_the_format_says(rows, path):
    x = np.random.RandomState(1).randint(0, 256, size=(rows, 6)).astype(np.uint8)
    y = np.arange(rows) % 2
    dataset = vaelib.Dataset(x, y, scale=1 / 256, shift=0.001)
    vae(epochs=1).fit(dataset, checkpoint=path)
    count = min(64, rows)
    sample = [index * ((rows - 1) // max(count - 1, 1)) for index in range(count - 1)] + [rows - 1]
    with h5py.File(path) as file:
        known = dict(file["checkpoint/fit/examples"].attrs)
    content = zlib.crc32(np.ascontiguousarray(x[sample], dtype="<f4").tobytes())
    expected = {"rows": rows, "columns": 6, "scale": 1 / 256, "shift": 0.001, "content": content, "labels": -1}
    assert {name: known[name] for name in expected} == expected
    if rows > 1:
        stack = vaelib.StackedDenoisingClassifier(hidden=(3,), pretrain_epochs=0, finetune_epochs=1)
        stack.fit(dataset, checkpoint=path.with_name("stack.h5"))
        with h5py.File(path.with_name("stack.h5")) as file:
            assert file["checkpoint/supervised/examples"].attrs["labels"] == zlib.crc32(y.astype("<i8").tobytes())
