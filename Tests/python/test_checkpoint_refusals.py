"""Checkpoints that a training cannot go on from are refused, and the message names the difference."""

import struct
import zlib

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import (
    Interrupted,
    after_epochs,
    autoencoder,
    classifier,
    examples,
    labels,
    streamed,
    vae,
)
from vaelib._c.header import PHASE


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


CHANGED = {
    "batch_size was 16 in the checkpoint, is 8 now": {"batch_size": 8},
    "learning_rate was 0.001 in the checkpoint, is 0.01 now": {"learning_rate": 0.01},
    "optimizer was adam in the checkpoint, is sgd now": {"optimizer": "sgd"},
    "epochs was 4 in the checkpoint, is 3 now": {"epochs": 3},
    "latent_dim was 2 in the checkpoint, is 3 now": {"latent_dim": 3},
    "hidden was 5 in the checkpoint, is 5, 5 now": {"hidden": (5, 5)},
    "seed of the initial weights was 3 in the checkpoint, is 4 now": {"random_state": 4},
    "training examples had scale 1.0 in the checkpoint, have scale 0.5 now": {"scale": 0.5},
    "validation_fraction was 0.0 in the checkpoint, is 0.2 now": {"validation_fraction": 0.2},
    "patience was 0 in the checkpoint, is 300 now": {"epochs": "auto"},
    "batch_size was 16 in the checkpoint, is 70 now": {"batch_size": "auto"},
    "gradient_clip_norm was 0.0 in the checkpoint, is auto now": {"gradient_clip_norm": "auto"},
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


def test_other_weights_are_refused(path):
    weights, validation = np.linspace(0, 2, len(examples())), np.linspace(1, 2, 20)
    held = vaelib.Dataset(examples(20, 1)).reweight(validation)
    vae().fit(examples(), sample_weight=weights, validation=held, checkpoint=path)

    def refused(message, weights, validation):
        with pytest.raises(vaelib.InvalidArgument, match=message):
            vae().fit(examples(), sample_weight=weights, validation=validation, checkpoint=path)

    other = weights.copy()
    other[[5, 6]] = other[[6, 5]]
    refused("the weights of the training examples are not those of the checkpoint", other, held)
    refused("the weights of the validation examples are not those", weights, held.reweight(validation[::-1]))
    refused("the weights of the validation examples are not those", weights, held.reweight(None))
    refused("training examples had 69 rows in the checkpoint, have 70 rows now", None, held)
    vae().fit(examples(), sample_weight=2 * weights, validation=held.reweight(2 * validation), checkpoint=path)


def test_another_order_of_the_examples_is_refused(path):
    x = np.random.RandomState(0).uniform(size=(1500, 400)).astype(np.float32)
    vae(epochs=1, batch_size=500).fit(x, checkpoint=path)
    with pytest.raises(vaelib.InvalidArgument, match="come in another order than in the checkpoint: the memory bud"):
        vae(epochs=1, batch_size=500).fit(streamed(path.with_name("data.h5"), x), checkpoint=path)


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
    refused("the labels or targets of the training examples are not those", y=labels()[::-1].copy())
    with pytest.raises(vaelib.FormatError, match="kind"):
        vae().fit(examples(), checkpoint=path)


def test_phases_come_in_their_order(path):
    with pytest.raises(Interrupted):
        autoencoder().fit(examples(), checkpoint=path, callbacks=after_epochs(2))
    stack, finetuning = autoencoder()._new_model(6, 3), autoencoder()._finetuning()
    data = vaelib.Dataset(examples())
    arguments = (data.handle, None, PHASE["unsupervised"])
    with pytest.raises(vaelib.InvalidArgument, match="is in phase pretraining, which is not complete"):
        stack.train("vaelib_stack_finetune", arguments, finetuning, 3, None, vaelib.Checkpoint(path))


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
        examples(), checkpoint=path, callbacks=lambda progress: progress.epoch == 2
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
