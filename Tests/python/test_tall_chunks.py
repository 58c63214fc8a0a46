"""Files whose chunks hold many rows: memory, mixing, the temporary copy and what becomes of it."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib
from streams import write

MEMORY_ROWS, MEMORY_COLUMNS = 20_017, 1000
#: What a process may take beyond what it has without the data, for a budget of 1 MiB and the set's 76 MiB: beside the
#: budget row numbers, and what libhdf5 and malloc keep, which differs by some MiB from run to run.
BOUND = 20 << 20

PROGRAM = """
import sys
import vaelib

def peak():
    # getrusage() would tell the parent's peak, if that was higher: it outlives exec.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

def work(path):
    data = vaelib.open_dataset(path, "x", memory_budget=int(sys.argv[1]))
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, random_state=0)
    vae.fit(data[:-500], validation=data[-500:])
    vae.transform_to_file(data, "codes.h5")
    vae.fit(data.split(0.5, random_state=0)[0])

work("small.h5")  # what is loaded and set up once
before = peak()
work("large.h5")
print(peak() - before)
"""


def added_memory(budget, chunks, **options):
    """What work on a large file adds to the peak of a process that has worked on a small one."""
    random = np.random.RandomState(0)
    values = np.resize(random.uniform(size=(997, MEMORY_COLUMNS)) < 0.3, (MEMORY_ROWS, MEMORY_COLUMNS))
    write("small.h5", values[:600].astype("float32"), chunks=(100, 1000), **options)
    write("large.h5", values.astype("float32"), chunks=chunks, **options)
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", PROGRAM, str(budget)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    print(f"chunks {chunks} {options}: {int(process.stdout) / 2**20:.1f} MiB more")
    return int(process.stdout)


LAYOUTS = {
    "columns": {"chunks": (20_000, 1)},
    "columns, compressed": {"chunks": (20_000, 1), "compression": "gzip"},
    "some columns": {"chunks": (1000, 20)},
    "some columns, compressed": {"chunks": (5000, 10), "compression": "gzip", "shuffle": True},
    "rows": {"chunks": (500, 1000)},
    "rows, compressed": {"chunks": (64, 1000), "compression": "gzip"},
}


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_peak_memory(layout, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added_memory(1 << 20, **LAYOUTS[layout]) < BOUND


@pytest.mark.slow
def test_the_measure_sees_what_is_not_bounded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert added_memory(1 << 30, **LAYOUTS["columns"]) > MEMORY_ROWS * MEMORY_COLUMNS * 3


@pytest.mark.slow
@pytest.mark.parametrize("chunks", [(4000, 4), (1000, 400), None])
def test_sorted_classes_are_learned(chunks, tmp_path):
    """Each chunk has examples of one class, and a window of the budget holds few chunks."""
    random = np.random.RandomState(0)
    classes = np.arange(40_000) // 4000
    prototypes = random.uniform(size=(10, 400)) < 0.5
    values = (prototypes[classes] ^ (random.uniform(size=(40_000, 400)) < 0.3)).astype(np.float32)
    path = write(tmp_path / "sorted.h5", values, chunks=chunks)
    write(path, classes, "y")
    data = vaelib.open_dataset(path, "x", "y", memory_budget=4 << 20)
    classifier = vaelib.StackedDenoisingClassifier(
        hidden=(20,), pretrain_epochs=1, finetune_epochs=1, batch_size=100, random_state=1
    ).fit(data)
    assert classifier.score(values, classes) > 0.98


@pytest.fixture
def images(tmp_path):
    """Binary images, column by column."""
    values = (np.random.RandomState(0).uniform(size=(4001, 120)) < 0.4).astype(np.uint8)
    return write(tmp_path / "images.h5", values, chunks=(4001, 7), compression="gzip")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary copies are made."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


def copies(folder):
    """The temporary copies in a folder that this process has open."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(f"{folder}/.vaelib-")]


def vae(epochs=1, **options):
    return vaelib.VAE(latent_dim=2, hidden=(5,), epochs=epochs, random_state=0, likelihood="bernoulli", **options)


def test_no_copy_is_left(images, folder):
    with vaelib.open_dataset(images, "x", memory_budget=0) as data:
        vae().fit(data)
        assert os.listdir(folder) == []
        assert len(copies(folder)) == 1

        def stop(progress):
            assert os.listdir(folder) == []
            raise KeyError("stop")

        with pytest.raises(KeyError):
            vae(100).fit(data, callbacks=stop)
    assert os.listdir(folder) == []
    assert copies(folder) == []


def test_no_copy_is_left_after_damage(images, folder):
    with h5py.File(images) as file:
        chunk = file["x"].id.get_chunk_info(9)
    with open(images, "r+b") as file:
        file.seek(chunk.byte_offset + 100)
        file.write(bytes(200))
    with vaelib.open_dataset(images, "x", memory_budget=0) as data:
        with pytest.raises(vaelib.FormatError, match=r"images\.h5"):
            vae().fit(data)
        assert copies(folder) == []
        assert os.listdir(folder) == []


def test_queries_and_short_chunks_need_no_copy(tmp_path, folder):
    values = np.random.RandomState(0).randint(0, 2, size=(4001, 120)).astype(np.uint8)
    path = tmp_path / "x.h5"
    write(path, values, "tall", chunks=(1500, 7), compression="gzip")
    write(path, values, "short", chunks=(50, 120), compression="gzip")
    with (
        vaelib.open_dataset(path, "tall", memory_budget=0) as tall,
        vaelib.open_dataset(path, "short", memory_budget=0) as short,
    ):
        model = vae().fit(short)
        np.testing.assert_array_equal(model.transform(tall), model.transform(values))
        np.testing.assert_array_equal(tall[1400:3100].numpy(), values[1400:3100])
        assert copies(folder) == []
        model.fit(tall)
        assert len(copies(folder)) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A file system with little room, where one may be made."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path], capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield path
    subprocess.run(["umount", path], check=True)


@contextlib.contextmanager
def files_of_at_most(byte_count):
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def check_refused(images, folder, reason):
    """The message has file, reason and remedies; the model stays; elsewhere all is well."""
    with vaelib.open_dataset(images, "x", memory_budget=0) as data:
        model = vae(warm_start=True).initialize(120)
        before = model.get_weights()
        text = rf'images\.h5.*chunks of 4001 rows.*copy of up to 1 MiB in folder "{folder}".*{reason}.*TMPDIR.*budget'
        with pytest.raises(vaelib.FileError, match=text):
            model.fit(data)
        assert all(np.array_equal(value, before[name]) for name, value in model.get_weights().items())
        assert copies(folder) == []


def test_a_full_disk(images, small_disk, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(small_disk))
    check_refused(images, small_disk, "no space left")
    assert os.listdir(small_disk) == []


@pytest.mark.parametrize("room", [0, 100_000])
def test_files_that_may_not_grow(images, folder, room):
    with files_of_at_most(room):
        check_refused(images, folder, "too large")
    assert os.listdir(folder) == []


def test_no_folder_for_the_copy(images, folder):
    folder.rmdir()
    check_refused(images, folder, "no such file")


def test_what_was_refused_goes_on_elsewhere(images, folder, monkeypatch):
    with vaelib.open_dataset(images, "x", memory_budget=0) as data:
        monkeypatch.setenv("TMPDIR", str(folder / "nowhere"))
        with pytest.raises(vaelib.FileError):
            vae().fit(data)
        monkeypatch.setenv("TMPDIR", str(folder))
        found = vae().fit(data).get_weights()
    with vaelib.open_dataset(images, "x", memory_budget=0) as data:
        expected = vae().fit(data).get_weights()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
