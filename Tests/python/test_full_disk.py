"""Everything that writes a file, where the disk is full, files may not grow, or the folder refuses.

Each operation of ``OPERATIONS`` writes the file that it is given; whatever stops it, the error names the file, an older
file stays as it was and can be opened, and no temporary file is left. What else comes to write files belongs in that
table.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import vaelib

ROWS, COLUMNS = 12_000, 64
#: What the operations may write before they are stopped; each needs more, and the older files less.
ROOM = 1 << 20


class Inputs(NamedTuple):
    """What the operations write about."""

    vae: vaelib.VAE
    stack: vaelib.StackedDenoisingAutoencoder
    values: np.ndarray
    npy: str


def write_in_pieces(inputs, path):
    with vaelib.DatasetWriter(path) as file:
        for piece in np.array_split(inputs.values, 50):
            file.append("x", piece)
            file.append("y", piece[:, 0])


#: name: (how a large file is written, how a small one is, how it is opened).
OPERATIONS = {
    "VAE.save": lambda inputs, path: inputs.vae.save(path),
    "StackedDenoisingAutoencoder.save": lambda inputs, path: inputs.stack.save(path),
    "write_dataset": lambda inputs, path: vaelib.write_dataset(path, x=inputs.values),
    "DatasetWriter": write_in_pieces,
    "convert": lambda inputs, path: vaelib.convert(inputs.npy, path),
    "VAE.transform_to_file": lambda inputs, path: inputs.vae.transform_to_file(inputs.values, path),
    "VAE.reconstruct_to_file": lambda inputs, path: inputs.vae.reconstruct_to_file(inputs.values, path),
    "stack.transform_to_file": lambda inputs, path: inputs.stack.transform_to_file(inputs.values, path),
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Models, values and a source, each of which needs several times the room there is."""
    values = np.random.RandomState(0).uniform(size=(ROWS, COLUMNS))
    few = values[:100]
    npy = str(tmp_path_factory.mktemp("source") / "values.npy")
    np.save(npy, values)
    vae = vaelib.VAE(latent_dim=32, hidden=(4000,), binarization="dynamic", epochs=1, random_state=0)
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(4000, 100), epochs=1, random_state=0)
    return Inputs(vae.fit(few), stack.fit(few), values, npy)


@pytest.fixture
def older(tmp_path):
    """Puts a file in place, and checks that it and nothing else is there."""

    class Older:
        def __init__(self, folder=tmp_path):
            self.folder = Path(folder)
            self.path = self.folder / "target.h5"
            vaelib.write_dataset(self.path, old=np.arange(1000))
            self.content = self.path.read_bytes()

        def check(self):
            assert self.path.read_bytes() == self.content
            assert (vaelib.open_dataset(self.path, "old").numpy()[:, 0] == np.arange(1000)).all()
            assert os.listdir(self.folder) == ["target.h5"]

    return Older


@contextlib.contextmanager
def files_of_at_most(byte_count):
    """No file may grow beyond this size; writing on fails with EFBIG, as it does with ENOSPC on a full disk."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def check_refused(operation, inputs, older, text):
    with pytest.raises(vaelib.FileError, match=text) as caught:
        OPERATIONS[operation](inputs, older.path)
    assert "target.h5" in str(caught.value)
    older.check()


def open_descriptors():
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("room", [0, 3000, ROOM])
def test_files_that_may_not_grow(operation, inputs, older, room):
    target = older()
    before = open_descriptors()
    with files_of_at_most(room):
        check_refused(operation, inputs, target, "too large")
    assert open_descriptors() == before
    OPERATIONS[operation](inputs, target.path)  # the library is none the worse for it
    assert target.path.read_bytes() != target.content


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_limit_anywhere_in_the_file(operation, inputs, older):
    """Where the limit falls decides which of libhdf5's writes is refused: data, index, header, the last flush."""
    target = older()
    small = inputs._replace(values=inputs.values[:300])
    measured = target.folder / "measured.h5"
    OPERATIONS[operation](small, measured)
    size = measured.stat().st_size
    measured.unlink()
    for room in np.linspace(0, size - 1, 12).astype(int):
        with files_of_at_most(int(room)):
            check_refused(operation, small, target, "too large")


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A file system with little room, where one may be made."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_full_disk(operation, inputs, older, small_disk):
    for name in os.listdir(small_disk):
        (small_disk / name).unlink()
    check_refused(operation, inputs, older(small_disk), "no space left")


def check_training_goes_on(inputs, older, text):
    """Checkpoints that cannot be written are no reason to lose a training: a warning tells, the older file stays."""
    run = vaelib.Checkpoint(older.path, every_epochs=1, resume=False)
    make = vaelib.VAE(latent_dim=32, hidden=(4000,), binarization="dynamic", epochs=2, random_state=0)
    with pytest.warns(vaelib.VaelibWarning, match=rf"3 of 3 checkpoints could not be written.*target\.h5.*{text}"):
        found = make.fit(inputs.values[:100], checkpoint=run).get_weights()
    older.check()
    expected = make.fit(inputs.values[:100]).get_weights()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("room", [0, 3000, ROOM])
def test_checkpoints_that_may_not_grow(inputs, older, room):
    target = older()
    before = open_descriptors()
    with files_of_at_most(room):
        check_training_goes_on(inputs, target, "too large")
    assert open_descriptors() == before


def test_checkpoints_on_a_full_disk(inputs, older, small_disk):
    for name in os.listdir(small_disk):
        (small_disk / name).unlink()
    check_training_goes_on(inputs, older(small_disk), "no space left")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_targets_that_cannot_be_written(operation, inputs, tmp_path):
    for target, text in (
        (tmp_path / "nowhere" / "target.h5", "no such file"),
        (tmp_path, "directory"),
        (f"{tmp_path}/", "directory"),
        ("/proc/target.h5", "cannot be created"),
        ("/dev/full", "device"),
        (tmp_path / ("n" * 300), "too long"),
    ):
        with pytest.raises(vaelib.FileError, match=text):
            OPERATIONS[operation](inputs, target)
    with pytest.raises(FileNotFoundError):
        OPERATIONS[operation](inputs, tmp_path / "nowhere" / "target.h5")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_folder_that_may_only_be_read(operation, inputs, older):
    """Root may write anywhere, so a child of nobody's tries."""
    target = older()
    for folder in (target.folder, *target.folder.parents):
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o555)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setuid(65534)
            OPERATIONS[operation](inputs, target.path)
        except vaelib.FileError as error:
            status = 0 if "permission denied" in str(error) and "target.h5" in str(error) else 2
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            status = 3
        finally:
            os._exit(status)  # the child must not return into pytest
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    target.check()
