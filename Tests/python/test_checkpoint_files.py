"""The files of checkpoints: their format, golden ones, failing writes, temporary files."""

import ctypes
import os
import shutil
import subprocess
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import (
    Interrupted,
    assert_same,
    examples,
    vae,
)
from golden import make_checkpoints
from vaelib._c import header
from vaelib._c.calls import call, sized


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


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
        found = vae().fit(examples(), checkpoint=run, callbacks=remove)
    assert_same(found, expected)
    assert_same(vaelib.load(run.path), expected)

    def stop(_progress):
        os.rename(folder, tmp_path / "elsewhere")
        raise Interrupted

    with pytest.raises(Interrupted), pytest.warns(vaelib.VaelibWarning, match="1 of 1 checkpoints"):
        vae().fit(examples(), checkpoint=vaelib.Checkpoint(folder / "other.h5"), callbacks=stop)


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


GOLDEN = sorted((Path(__file__).parent / "golden").glob("checkpoint_*.h5"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_checkpoints_of_released_versions_load_and_go_on(golden, path):
    name = golden.stem.split("_")[2]
    shutil.copy(golden, path)
    loaded = vaelib.load(path)
    done = len(loaded.history_["epoch"])
    assert done == {"vae": 2, "stack": 6}[name]
    (positional, validation), make = make_checkpoints.arguments(name), make_checkpoints.TRAININGS[name]
    expected = make().fit(*positional, validation=validation)
    found = make().fit(*positional, validation=validation, checkpoint=path)
    # On the machine that made the file it is the same bits; others may round differently.
    for metric in ("loss", "validation_loss" if name == "stack" else "validation_elbo"):
        np.testing.assert_allclose(found.history_[metric], expected.history_[metric], rtol=1e-4)
    if name == "vae":  # the stack learns nothing, and earlier versions did not compare with the beginning
        for tensor, values in expected.get_weights().items():
            np.testing.assert_allclose(found.get_weights()[tensor], values, rtol=1e-3, atol=1e-4, err_msg=tensor)
    assert np.array_equal(found.history_["seconds"][:done], loaded.history_["seconds"])


def test_there_are_golden_checkpoints():
    assert {path.stem.split("_")[2] for path in GOLDEN} == set(make_checkpoints.TRAININGS)


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


def test_bad_arguments_of_describing_a_checkpoint(path):
    vae().fit(examples(), checkpoint=path)
    info = sized(header.CheckpointInfo)
    describe = ("vaelib_checkpoint_describe", os.fsencode(path), 0, ctypes.byref(info))
    call(*describe)
    assert (info.kind, info.phase, info.epoch, info.epochs, info.complete) == (b"vae", b"fit", 5, 4, 1)
    for arguments, message in [
        ((None, 0, ctypes.byref(info)), "path is NULL"),
        ((os.fsencode(path), 0, None), "out_info is NULL"),
        ((os.fsencode(path), 0, ctypes.byref(header.CheckpointInfo(struct_size=8))), "struct_size"),
    ]:
        with pytest.raises(vaelib.InvalidArgument, match=message):
            call("vaelib_checkpoint_describe", *arguments)
