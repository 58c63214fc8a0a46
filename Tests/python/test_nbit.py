"""HDF5's filter n-bit: numbers of fewer bits than their bytes, alone and in tables, as libhdf5 writes them."""

import h5py
import numpy as np
import pytest
import vaelib

RANDOM = np.random.default_rng(0)
SHAPE = (40, 7)
INTEGERS = [
    (f"STD_{sign}{8 * size}{order}", bits, offset)
    for sign in "IU"
    for size in (1, 2, 4, 8)
    for order in ("LE", "BE")
    for bits, offset in ((8 * size - 1, 0), (8 * size - 3, 3), (4 * size + 1, 2), (8 * size, 0))
]


def creation(chunks, *others):
    """Properties of a dataset with n-bit and, behind it, other filters."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk(chunks)
    properties.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL, ())
    for name in others:
        getattr(properties, f"set_{name}")(*((4,) if name == "deflate" else ()))
    return properties


def write(path, kind, values, chunks, *others, name="x"):
    """A dataset of a type, and what h5py reads of it."""
    with h5py.File(path, "a") as file:
        space = h5py.h5s.create_simple(values.shape)
        dataset = h5py.h5d.create(file.id, name.encode(), kind, space, creation(chunks, *others))
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
        assert dataset.get_create_plist().get_filter(0)[0] == h5py.h5z.FILTER_NBIT
        return file[name][...]


def narrow(name, bits, offset):
    """A type of HDF5 of which only some bits count."""
    kind = getattr(h5py.h5t, name).copy()
    kind.set_precision(bits)
    kind.set_offset(offset)
    return kind


@pytest.mark.parametrize(("name", "bits", "offset"), INTEGERS)
def test_integers(tmp_path, name, bits, offset):
    least, beyond = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if "_I" in name else (0, 2**bits)
    values = RANDOM.integers(least, beyond - 1, SHAPE, "i8" if "_I" in name else "u8", endpoint=True)
    kind = narrow(name, bits, offset)
    for index, others in enumerate([(), ("shuffle", "deflate"), ("fletcher32",)]):
        # What was written, not what h5py reads: libhdf5 2.0 gives no sign to big-endian numbers of 7 bits.
        write(tmp_path / "x.h5", kind, values, (9, 4), *others, name=f"x{index}")
        found = vaelib.open_dataset(tmp_path / "x.h5", f"x{index}", memory_budget=0).numpy()
        np.testing.assert_array_equal(found, values.astype("f4"))


@pytest.mark.parametrize("order", ["LE", "BE"])
def test_floats(tmp_path, order):
    kind = getattr(h5py.h5t, f"IEEE_F32{order}").copy()
    kind.set_fields(19, 13, 6, 0, 13)
    kind.set_precision(20)
    kind.set_offset(7)
    kind.set_ebias(31)
    read = write(tmp_path / "x.h5", kind, RANDOM.normal(size=SHAPE).astype("f4"), (9, 4))
    assert len(np.unique(read)) > 200
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), read)
    read = write(tmp_path / "x.h5", h5py.h5t.IEEE_F64LE, RANDOM.normal(size=SHAPE), (9, 4), name="whole")
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "whole").numpy(), read.astype("f4"))


def test_types_that_pass_unchanged(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        space = h5py.h5s.create_simple(SHAPE)
        for name, kind in (("booleans", "?"), ("colours", h5py.enum_dtype({"RED": 0, "GREEN": 1}, "i2"))):
            h5py.h5d.create(file.id, name.encode(), h5py.h5t.py_create(kind, logical=True), space, creation((9, 4)))
            file[name][...] = np.arange(280).reshape(SHAPE) % 2
        h5py.h5d.create(file.id, b"bits", h5py.h5t.STD_B8LE, space, creation((9, 4))).write(
            h5py.h5s.ALL, h5py.h5s.ALL, np.arange(280).reshape(SHAPE).astype("u1") % 2, mtype=h5py.h5t.STD_B8LE
        )
    for name in ("booleans", "colours", "bits"):
        found = vaelib.open_dataset(tmp_path / "x.h5", name).numpy()
        np.testing.assert_array_equal(found, np.arange(280).reshape(SHAPE) % 2)


def table_type():
    """Numbers, an array, a text, and at the end an array of compounds, with gaps between them."""
    inner = h5py.h5t.create(h5py.h5t.COMPOUND, 12)
    inner.insert(b"x", 1, narrow("STD_I32BE", 17, 3))
    inner.insert(b"y", 8, narrow("STD_U16LE", 11, 0))
    row = h5py.h5t.create(h5py.h5t.COMPOUND, 96)
    text = h5py.h5t.C_S1.copy()
    text.set_size(5)
    row.insert(b"p", 2, h5py.h5t.array_create(narrow("STD_U16LE", 11, 2), (3,)))
    row.insert(b"text", 9, text)
    row.insert(b"inner", 16, inner)
    row.insert(b"q", 30, narrow("STD_I64LE", 40, 20))
    row.insert(b"whole", 40, h5py.h5t.IEEE_F32LE)
    row.insert(b"last", 48, h5py.h5t.array_create(inner, (2,)))
    return row


def test_tables(tmp_path):
    part = [("x", "i4"), ("y", "u2")]
    kind = [("p", "u2", (3,)), ("text", "S5"), ("inner", part), ("q", "i8"), ("whole", "f4"), ("last", part, (2,))]
    rows = np.zeros(50, kind)
    rows["p"], rows["q"] = RANDOM.integers(0, 2**11, (50, 3)), RANDOM.integers(-(2**23), 2**23, 50)
    rows["text"], rows["whole"] = b"abcd", RANDOM.normal(size=50)
    for name, shape in (("inner", 50), ("last", (50, 2))):
        rows[name]["x"], rows[name]["y"] = RANDOM.integers(-(2**16), 2**16, shape), RANDOM.integers(0, 2**11, shape)
    np.testing.assert_array_equal(write(tmp_path / "x.h5", table_type(), rows, (8,), "deflate"), rows)
    for name, values in (
        *((name, rows[name]) for name in ("p", "q", "whole")),
        *((f"inner/{name}", rows["inner"][name]) for name in "xy"),
    ):
        found = vaelib.open_dataset(tmp_path / "x.h5", "x", columns=[name]).numpy()
        np.testing.assert_array_equal(found, values.reshape(50, -1), err_msg=name)


def test_what_was_never_written_and_damage(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        properties = creation((9, 4))
        properties.set_fill_value(np.array(-3, "i4"))
        space = h5py.h5s.create_simple(SHAPE)
        h5py.h5d.create(file.id, b"x", narrow("STD_I32LE", 17, 2), space, properties)
        file["x"][:11] = 77
        expected = file["x"][...]
        stored = file["x"].id.read_direct_chunk((0, 0))[1]
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), expected)
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        file["x"].id.write_direct_chunk((0, 0), stored[: 9 * 4 * 17 // 8])
    with pytest.raises(vaelib.FormatError, match="chunk that begins at row 0 cannot be decompressed to the 144 bytes"):
        vaelib.open_dataset(tmp_path / "x.h5", "x")
