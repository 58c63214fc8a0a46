"""What vaelib does not read is counted and named, and does not keep it from reading the rest."""

import ctypes
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from hdf5_structures import FLOAT32, File, contiguous, new_message, old_message

MATRIX = np.arange(60.0).reshape(10, 6).astype("f4")
NEEDS_HDF5_2 = pytest.mark.skipif(h5py.version.hdf5_version_tuple < (2, 0, 0), reason="needs HDF5 2")


def test_types_that_are_not_numbers(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = MATRIX
        file["complex"] = MATRIX + 1j * MATRIX
        file["texts"] = ["not", "numbers"]
        file["opaque"] = np.array([b"\0\1"], "V2")
        file["reference"] = file["x"].ref
        file["ragged"] = np.array([np.arange(2), np.arange(3)], dtype=h5py.vlen_dtype("i4"))
        file["times"] = np.array([0], "M8[s]").astype(h5py.opaque_dtype("M8[s]"))
        file["array"] = np.zeros(3, "(2,)i4")
        file.create_dataset("null", dtype="f4", data=h5py.Empty("f4"))
    report = vaelib.verify(path)
    assert report.datasets_read >= 1
    assert report.datasets_read + report.datasets_unread == 9
    np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), MATRIX)
    with pytest.raises(vaelib.FormatError, match="texts"):
        vaelib.open_dataset(path, "texts")


@NEEDS_HDF5_2
def test_what_hdf5_2_writes(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = MATRIX
        file.create_dataset("chunked", data=MATRIX, chunks=(4, 6), compression="gzip")
        kind = h5py.h5t.COMPLEX_IEEE_F32LE
        space = h5py.h5s.create_simple((10,))
        h5py.h5d.create(file.id, b"complex", kind, space)
    np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), MATRIX)
    report = vaelib.verify(path)
    assert report.datasets_read + report.datasets_unread == 3
    assert report.datasets_unread >= 1
    with pytest.raises(vaelib.FormatError, match="complex numbers"):
        vaelib.open_dataset(path, "complex")


def healthy_and(tmp_path, **replaced):
    """A file of two sets: `x` is in order, a message of `odd` is another."""
    file = File()
    members = {b"x": file.dataset(), b"odd": file.dataset(**replaced)}
    return file.save(tmp_path / "data.h5", file.old_group_of(members))


@pytest.mark.parametrize(
    ("replaced", "match"),
    [
        ({"layout": (8, bytes([6]) + contiguous(104, 160)[1:], 0)}, "newer HDF5"),
        ({"type": (3, bytes([0x6B]) + FLOAT32[1:], 0)}, "newer HDF5"),
        ({"type": (3, bytes([0x5F]) + FLOAT32[1:], 0)}, "newer HDF5|unknown"),
        ({"type": (3, struct.pack("<BBQ", 3, 7, 0), 2)}, "shares messages"),
    ],
    ids=["layout", "version", "class", "shared"],
)
def test_what_no_version_that_we_know_has(tmp_path, replaced, match):
    path = healthy_and(tmp_path, **replaced)
    assert not vaelib.open_dataset(path, "x").numpy().any()
    report = vaelib.verify(path)
    assert (report.datasets_read, report.datasets_unread) == (1, 1)
    assert vaelib.dataset_names(path) == ["odd", "x"]
    with pytest.raises(vaelib.FormatError, match=f"(?s)odd.*({match})"):
        vaelib.open_dataset(path, "odd")


@pytest.mark.parametrize("cutoff", [0, 100], ids=["tree", "list"])
def test_messages_that_objects_share(tmp_path, cutoff):
    """Shapes, types, fill values and filters of many sets stand in heaps of their own."""
    libraries = list(Path(h5py.__file__).parents[1].glob("h5py.libs/libhdf5-*"))
    if not libraries:
        pytest.skip("h5py offers no such files, and its own libhdf5 is not known")
    library = ctypes.CDLL(str(libraries[0]))
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    identifier = ctypes.c_int64(creation.id)
    assert library.H5Pset_shared_mesg_nindexes(identifier, 2) >= 0
    assert library.H5Pset_shared_mesg_index(identifier, 0, 1 << 1 | 1 << 3, 1) >= 0
    assert library.H5Pset_shared_mesg_index(identifier, 1, 1 << 5 | 1 << 11 | 1 << 12, 1) >= 0
    assert library.H5Pset_shared_mesg_phase_change(identifier, cutoff, 0) >= 0
    path = tmp_path / "data.h5"
    opened = h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, creation)
    with h5py.File(opened) as file:
        for index in range(20):
            packed = {"chunks": (4, 6), "compression": "gzip", "fillvalue": 3}
            file.create_dataset(f"packed{index}", data=MATRIX, **packed)
            file[f"plain{index}"] = MATRIX.astype(("f4", "f8", "i2")[index % 3])
            file[f"plain{index}"].attrs["unit"] = "metre"
    for name in ("packed7", "plain0", "plain1", "plain17"):
        np.testing.assert_array_equal(vaelib.open_dataset(path, name).numpy(), MATRIX)
    assert vaelib.verify(path).datasets_read == 40


@pytest.mark.parametrize("message", [old_message, new_message])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_types_that_stand_elsewhere(tmp_path, version, message):
    """A committed type, referred to in each of the three ways that there are."""
    file = File()
    kind = (file.old_header if message is old_message else file.new_header)(message(3, FLOAT32))
    reference = {
        1: struct.pack("<BB6xQQ", 1, 0, 0, kind),
        2: struct.pack("<BBQ", 2, 0, kind),
        3: struct.pack("<BBQ", 3, 2, kind),
    }[version]
    data = file.dataset(type=(3, reference, 2), message=message)
    path = file.save(tmp_path / "data.h5", file.old_group_of({b"x": data, b"type": kind}))
    with h5py.File(path) as content:
        assert content["x"].dtype == np.float32
        np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), content["x"][...])
    assert vaelib.verify(path).datasets_read == 1
