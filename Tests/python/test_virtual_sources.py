"""The sources of virtual datasets: in other files, missing, growing, numbered."""

import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib
from h5py.h5s import UNLIMITED
from virtual_files import check, expected, fitting, layout, source

pytestmark = pytest.mark.filterwarnings("ignore:.*has one axis")
RANDOM = np.random.RandomState(0)


@pytest.fixture
def parts(tmp_path):
    """A folder with a virtual dataset, and another with the files of its values."""
    for folder in ("main", "parts"):
        (tmp_path / folder).mkdir()
    values = RANDOM.uniform(size=(100, 6)).astype("f4")
    both = layout((100, 6))
    for number, options in enumerate([{}, {"chunks": (8, 4), "compression": "gzip"}, {"chunks": (50, 6)}, {}]):
        with h5py.File(tmp_path / f"parts/{number}.h5", "w") as file:
            file.create_dataset("group/x", data=values[25 * number : 25 * number + 25], **fitting(options, (25, 6)))
            file["labels"] = np.arange(25) % 3 + number
            file["link"] = h5py.SoftLink("/group/x")
        name = f"../parts/{number}.h5" if number % 2 else str(tmp_path / f"parts/{number}.h5")
        both[25 * number : 25 * number + 25] = source("link" if number == 3 else "group/x", (25, 6), name)
    labels = layout((100,), "i8")
    for number in range(4):
        labels[25 * number : 25 * number + 25] = source("labels", (25,), f"../parts/{number}.h5")
    with h5py.File(tmp_path / "main/main.h5", "w", libver="v110") as file:
        file.create_virtual_dataset("x", both)
        file.create_virtual_dataset("labels", labels)
        file["own"] = values
        file["linked"] = h5py.SoftLink("x")
    with h5py.File(tmp_path / "parts/linking.h5", "w") as file:
        file["elsewhere"] = h5py.ExternalLink("../main/main.h5", "x")
    return tmp_path


def test_sources_in_other_files(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    for name in ("x", "linked"):
        check(path, name, **allowed)
    for in_child in (False, True):
        labelled = vaelib.open_dataset(path, "own", "labels", check_in_child=in_child, **allowed)
        np.testing.assert_array_equal(labelled.labels, np.arange(100) % 25 % 3 + np.arange(100) // 25)
        labelled = vaelib.open_dataset(path, "x", "labels", labels_path=path, check_in_child=in_child, **allowed)
        np.testing.assert_array_equal(labelled.labels, np.arange(100) % 25 % 3 + np.arange(100) // 25)
        report = vaelib.verify(path, check_in_child=in_child)
        assert (report.datasets_read, report.datasets_unread) == (1, 2)
    linking = vaelib.open_dataset(parts / "parts/linking.h5", "elsewhere", external_folders=[parts])
    np.testing.assert_array_equal(linking.numpy(), expected(path, "x"))
    assert vaelib.dataset_names(path) == ["labels", "own", "x"]


def test_sources_in_folders_that_nobody_named(parts):
    path = parts / "main/main.h5"
    for in_child in (False, True):
        with pytest.raises(
            vaelib.FormatError, match=r'"x".*virtual dataset with values in file.*0\.h5.*external_folders'
        ):
            vaelib.open_dataset(path, "x", check_in_child=in_child)
        with pytest.raises(vaelib.FormatError, match=r"main\.h5.*virtual dataset.*0\.h5.*which is not in a folder"):
            vaelib.open_dataset(path, "x", external_folders=[parts / "main"], check_in_child=in_child)
    with pytest.raises(vaelib.FileError, match="no folder for external links"):
        vaelib.open_dataset(path, "x", external_folders=[parts / "nowhere"])


def test_sources_that_are_missing(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    with h5py.File(parts / "parts/2.h5", "a") as file:
        del file["group/x"]
    assert np.isfinite(expected(path, "x")).all()  # libhdf5 makes fill values of it, and says nothing
    with pytest.raises(
        vaelib.FormatError, match=r'"x".*values in dataset "group/x" of file.*2\.h5.*not there.*write_dataset'
    ):
        vaelib.open_dataset(path, "x", **allowed)
    (parts / "parts/1.h5").unlink()
    with pytest.raises(vaelib.FileError, match=r'main\.h5.*virtual dataset.*"x".*1\.h5.*[Nn]o such file'):
        vaelib.open_dataset(path, "x", **allowed)
    (parts / "parts/1.h5").write_bytes(b"no HDF5" * 100)
    with pytest.raises(vaelib.FormatError, match=r"1\.h5.*is not an HDF5 file"):
        vaelib.open_dataset(path, "x", **allowed)


def test_sources_that_became_shorter_or_longer(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    for rows, match in ((24, "another number of elements|does not have"), (26, "another number of elements|")):
        with h5py.File(parts / "parts/0.h5", "a") as file:
            del file["group/x"]
            file["group/x"] = np.zeros((rows, 6), "f4")
        try:
            wanted = expected(path, "x")
        except OSError:
            with pytest.raises(vaelib.FormatError, match=match):
                vaelib.open_dataset(path, "x", **allowed)
        else:
            np.testing.assert_array_equal(vaelib.open_dataset(path, "x", **allowed).numpy(), wanted)


def test_more_files_than_are_open_at_a_time(tmp_path):
    """Files are closed while others are read, and opened again; one that was replaced meanwhile is noticed."""
    count = 120
    values = RANDOM.randint(0, 99, (count, 5, 4)).astype("u1")
    every, linked = layout((count, 5, 4), "u1"), layout((count, 5, 4), "u1")
    for number in range(count):
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["x"] = values[number]
            file["link"] = h5py.ExternalLink(f"{count - 1 - number}.h5", "x")
        every[number] = source("x", (5, 4), f"{number}.h5")
        linked[number] = source("link", (5, 4), f"{number}.h5")
    with h5py.File(tmp_path / "all.h5", "w", libver="v110") as file:
        file.create_virtual_dataset("x", every)
        file.create_virtual_dataset("linked", linked)
    program = """
import os, resource, shutil, sys
import vaelib
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
data = vaelib.open_dataset("all.h5", "x", memory_budget=0, external_folders=["."])
assert len(os.listdir("/proc/self/fd")) < 50, os.listdir("/proc/self/fd")
first = data.numpy()
assert (data[::-1].numpy() == first[::-1]).all()
linked = vaelib.open_dataset("all.h5", "linked", memory_budget=0, external_folders=["."])
assert (linked.numpy() == first[::-1]).all()
assert vaelib.open_dataset("all.h5", "x", external_folders=["."], check_in_child=True).numpy().sum() == first.sum()
shutil.copy("3.h5", "new.h5")
os.replace("new.h5", "3.h5")
try:
    data.numpy()
except vaelib.FileError as error:
    assert "3.h5" in str(error) and "changed" in str(error), error
else:
    raise AssertionError("not noticed")
print(int(first.sum()))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == values.sum()


def endless(file, name, shape, maximum, target, sources, kind=h5py.h5t.IEEE_F32LE):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    for (file_name, path), chosen, origin in zip(*[iter(sources)] * 3, strict=True):
        creation.set_virtual(chosen, file_name, path, origin)
    space = h5py.h5s.create_simple(shape, maximum)
    return h5py.h5d.create(file.id, name, kind, space, creation)


def slab_of(shape, maximum, *numbers):
    space = h5py.h5s.create_simple(shape, maximum)
    space.select_hyperslab(*numbers)
    return space


@pytest.mark.parametrize("grown", [0, 1, 5, 6, 17])
def test_axes_that_grow_with_their_sources(tmp_path, grown):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver="v110") as file:
        for name in "ab":
            file.create_dataset(name, (5, 4), "f4", maxshape=(None, 4), chunks=(3, 4))[...] = RANDOM.uniform(
                size=(5, 4)
            )
        grows, fixed = ((5, 4), (UNLIMITED, 4)), ((10, 4), (UNLIMITED, 4))
        whole = slab_of(*grows, (0, 0), (UNLIMITED, 1), (1, 1), (1, 4))
        endless(file, b"one", *fixed, None, [(b".", b"a"), whole, whole])
        turns = [slab_of(*fixed, (number, 0), (UNLIMITED, 1), (2, 1), (1, 4)) for number in range(2)]
        endless(file, b"turns", *fixed, None, [(b".", b"a"), turns[0], whole, (b".", b"b"), turns[1], whole])
        pairs = slab_of(*fixed, (1, 0), (UNLIMITED, 1), (5, 1), (3, 4))
        endless(file, b"blocks", *fixed, None, [(b".", b"a"), pairs, whole])
        every = slab_of(*grows, (1, 0), (UNLIMITED, 1), (2, 1), (1, 4))
        endless(file, b"every second", *fixed, None, [(b".", b"a"), whole, every])
        run = slab_of(*grows, (2, 0), (1, 1), None, (UNLIMITED, 4))
        endless(file, b"run", *fixed, None, [(b".", b"b"), run, run])
        first = slab_of(*fixed, (0, 0), (1, 1), None, (5, 4))
        rest = slab_of(*fixed, (5, 0), (1, 1), None, (UNLIMITED, 4))
        endless(file, b"fixed start", *fixed, None, [(b".", b"b"), first, slab_of(*grows, (0, 0), (1, 1), None, (5, 4)),
                                                     (b".", b"a"), rest, whole])  # fmt: skip
        file["a"].resize(grown, 0)
        file["a"][...] = RANDOM.uniform(size=(grown, 4))
    with h5py.File(path) as file:
        shapes = {name: file[name].shape for name in file if file[name].is_virtual}
    assert len(shapes) == 6
    for name, shape in shapes.items():
        if 0 in shape:
            with pytest.raises(vaelib.FormatError, match="is empty"):
                vaelib.open_dataset(path, name)
        else:
            check(path, name)


@pytest.mark.parametrize(("rows", "columns"), [(5, 6), (9, 6), (5, 13), (9, 2), (1, 1)])
def test_mappings_that_grow_along_axes_of_their_own(tmp_path, rows, columns):
    path, whole = tmp_path / "x.h5", ((5, 10), (UNLIMITED, UNLIMITED))
    with h5py.File(path, "w", libver="v110") as file:
        file.create_dataset("down", (rows, 4), "f4", maxshape=(None, 4), chunks=(3, 4))[...] = 1
        file.create_dataset("across", (4, columns), "f4", maxshape=(4, None), chunks=(2, 3))[...] = 2
        down = slab_of(*whole, (0, 0), (UNLIMITED, 1), (1, 1), (1, 4))
        across = slab_of(*whole, (0, 4), (1, UNLIMITED), (1, 1), (4, 1))
        endless(
            file, b"v", *whole, None,
            [(b".", b"down"), down, slab_of((rows, 4), (UNLIMITED, 4), (0, 0), (UNLIMITED, 1), (1, 1), (1, 4)),
             (b".", b"across"), across, slab_of((4, columns), (4, UNLIMITED), (0, 0), (1, UNLIMITED), (1, 1), (4, 1))],
        )  # fmt: skip
    check(path, "v")


@pytest.mark.parametrize("count", [1, 3, 12])
def test_sources_with_numbered_names(tmp_path, count):
    values = RANDOM.uniform(size=(count, 5, 4)).astype("f4")
    space = ((5, 4), (UNLIMITED, 4))
    blocks = slab_of(*space, (0, 0), (UNLIMITED, 1), (6, 1), (5, 4))
    whole = h5py.h5s.create_simple((5, 4))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        for number in range(count):
            file[f"part {number}%"] = values[number]
            with h5py.File(tmp_path / f"{number}-of.h5", "w") as other:
                other["x"] = values[number] + 1
        endless(file, b"own", *space, None, [(b".", b"part %b%%"), blocks, whole])
        endless(file, b"files", *space, None, [(b"%b-of.h5", b"x"), blocks, whole])
        endless(file, b"none", *space, None, [(b".", b"nothing %b"), blocks, whole])
    check(tmp_path / "x.h5", "own")
    check(tmp_path / "x.h5", "files", external_folders=[tmp_path])
    with pytest.raises(vaelib.FormatError, match="external_folders"):
        vaelib.open_dataset(tmp_path / "x.h5", "files")
    with pytest.raises(vaelib.FormatError, match='dataset "nothing 0" of this file, which is not there'):
        vaelib.open_dataset(tmp_path / "x.h5", "none")
