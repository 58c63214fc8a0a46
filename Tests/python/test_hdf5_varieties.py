"""Whatever valid form a data file has, it is read: the checks before libhdf5 refuse nothing that is in order."""

import h5py
import numpy as np
import pytest
import vaelib

MATRIX = np.arange(600.0).reshape(100, 6).astype("f4")
VERSIONS = [("earliest", "v108"), ("earliest", "v110"), ("v108", "v108"), ("v108", "v110"), ("v110", "v110")]


def read(path, name):
    """As floats, from the file block by block and at once."""
    values = vaelib.open_dataset(path, name, memory_budget=0).numpy()
    np.testing.assert_array_equal(values, vaelib.open_dataset(path, name).numpy())
    return values


def low_level(file, name, **settings):
    """A dataset with a layout that h5py's own interface does not offer."""
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    for setting, value in settings.items():
        getattr(creation, setting)(value)
    space = h5py.h5s.create_simple(MATRIX.shape)
    dataset = h5py.h5d.create(file.id, name, h5py.h5t.IEEE_F32LE, space, creation)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, MATRIX)


def write(file):
    """Datasets of every type and layout; returns what reading them must give."""
    file["x"] = MATRIX
    for index in range(30):
        file.create_group(f"many/group{index}")["x"] = MATRIX[:2]
    for index in range(60):
        file["x"].attrs[f"attribute{index}"] = np.arange(20)
    for name, kind in (("big", ">f8"), ("half", "f2"), ("bools", "?"), ("unsigned", ">u2")):
        file[name] = MATRIX.astype(kind)
    file.create_dataset("filled", data=MATRIX, fillvalue=7)
    file.create_dataset("part", shape=(100, 6), chunks=(10, 6), dtype="i4", fillvalue=-1)[:95] = 3
    packed = {"chunks": (7, 4), "compression": "gzip", "shuffle": True, "fletcher32": True}
    file.create_dataset("packed", data=MATRIX, **packed)
    file.create_dataset("growing", data=MATRIX, maxshape=(None, 6), **packed)
    file.create_dataset("growing_both_ways", data=MATRIX, maxshape=(None, None), **packed)
    file.create_dataset("tiny_chunks", data=MATRIX, chunks=(1, 1))
    file.create_dataset("one_chunk", data=MATRIX, chunks=(100, 6))
    file.create_dataset("cube", data=MATRIX.reshape(100, 2, 3), chunks=(10, 2, 2), shuffle=True)
    file["type"] = np.dtype("<i4")
    file.create_dataset("committed", data=MATRIX, dtype=file["type"])
    low_level(file, b"compact", set_layout=h5py.h5d.COMPACT)
    low_level(file, b"early", set_chunk=(10, 6), set_alloc_time=h5py.h5d.ALLOC_TIME_EARLY)
    del file["many/group3"]
    file["soft"], file["hard"] = h5py.SoftLink("/x"), file["x"]
    file["external"] = h5py.ExternalLink("nowhere.h5", "/x")
    part = np.full((100, 6), 3.0)
    part[95:] = -1
    same = ("x", "big", "unsigned", "filled", "packed", "growing", "growing_both_ways", "tiny_chunks", "one_chunk")
    return {
        **dict.fromkeys([*same, "compact", "early", "hard", "committed"], MATRIX),
        "half": MATRIX.astype("f2"), "bools": MATRIX != 0, "part": part, "cube": MATRIX, "many/group29/x": MATRIX[:2],
    }  # fmt: skip


@pytest.mark.parametrize("versions", VERSIONS, ids="-".join)
@pytest.mark.parametrize(
    "options",
    [
        *({}, {"userblock_size": 2048}, {"track_order": True}, {"fs_strategy": "page"}, {"fs_strategy": "none"}),
        {"fs_strategy": "fsm", "fs_persist": True},
    ],
    ids=str,
)
def test_every_form(tmp_path, versions, options):
    if "fs_strategy" in options and versions[0] != "v110":
        pytest.skip("needs a newer file")
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver=versions, **options) as file:
        expected = write(file)
    for name, values in expected.items():
        np.testing.assert_array_equal(read(path, name), np.asarray(values, dtype="f4"), err_msg=name)
    report = vaelib.verify(path)
    assert report.datasets_read >= len(expected)


@pytest.mark.parametrize("versions", [VERSIONS[0], VERSIONS[-1]], ids="-".join)
@pytest.mark.parametrize("track_order", [False, True])
def test_groups_of_thousands(tmp_path, versions, track_order):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver=versions, track_order=track_order) as file:
        for index in range(3000):
            file.create_group(f"a group with a long name {index}" * (1 + index % 5))
        file["x"] = MATRIX
        for name in list(file)[:1000:3]:
            if name != "x":
                del file[name]
    np.testing.assert_array_equal(read(path, "x"), MATRIX)


@pytest.mark.parametrize("versions", [VERSIONS[0], VERSIONS[-1]], ids="-".join)
@pytest.mark.parametrize("greatest", [None, (None, 2), (None, None)])
def test_indices_of_thousands(tmp_path, versions, greatest):
    values = np.arange(6000.0).reshape(3000, 2)
    with h5py.File(tmp_path / "data.h5", "w", libver=versions) as file:
        file.create_dataset("x", data=values, chunks=(1, 1), maxshape=greatest)
        shrunk = file.create_dataset("shrunk", data=values, chunks=(1, 2), maxshape=(None, None))
        shrunk.resize((2, 2))
    np.testing.assert_array_equal(read(tmp_path / "data.h5", "x"), values)
    np.testing.assert_array_equal(read(tmp_path / "data.h5", "shrunk"), values[:2])


def test_what_a_newer_hdf5_wrote(tmp_path):
    if h5py.version.hdf5_version_tuple < (2, 0, 0):
        pytest.skip("needs HDF5 2")
    with h5py.File(tmp_path / "data.h5", "w", libver="latest") as file:
        file.create_dataset("x", data=MATRIX, chunks=(10, 6), compression="gzip")
        file.create_dataset("growing", data=MATRIX, chunks=(10, 6), maxshape=(None, 6), compression="gzip")
    for name in ("x", "growing"):
        np.testing.assert_array_equal(read(tmp_path / "data.h5", name), MATRIX)
