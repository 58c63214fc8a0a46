"""HDF5's filter szip, as libhdf5 writes it."""

import itertools

import h5py
import numpy as np
import pytest
import vaelib

RANDOM = np.random.default_rng(0)
KINDS = ("u1", "<i2", ">i2", "<u4", ">i4", "<f4", "<f8", ">f8")

if "szip" not in h5py.filters.encode:
    pytest.skip("this h5py writes no szip", allow_module_level=True)


def matrices(kind, columns):
    """Zeros here and there, a slope, and noise."""
    count = 40 * columns
    sparse, slope = np.zeros(count, "i8"), np.cumsum(RANDOM.integers(-3, 4, count))
    sparse[::977] = 5
    for values in (sparse, slope, RANDOM.integers(0, 2**15, count)):
        yield (values % 250 if kind == "u1" else values).astype(kind).reshape(40, columns)


def is_filtered(dataset):
    """Whether the first chunk passed the filter; libhdf5 leaves it out where it makes a chunk no smaller."""
    return dataset.id.read_direct_chunk((0, 0))[0] == 0


def numbers_or_refusal(path, name):
    """What a damaged dataset holds; if it is refused, the message."""
    try:
        return vaelib.open_dataset(path, name).numpy()
    except vaelib.FormatError as error:
        return str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["ec", "nn"])
def test_every_size_of_lines_and_blocks(tmp_path, kind, method):
    filtered = 0
    for columns, pixels in itertools.product((16, 33, 100, 4100), (2, 8, 10, 32)):
        if pixels > columns:
            continue
        for rows, matrix in ((rows, matrix) for matrix in matrices(kind, columns) for rows in (40, 7)):
            with h5py.File(tmp_path / "x.h5", "w") as file:
                options = {"chunks": (rows, columns), "compression": "szip", "compression_opts": (method, pixels)}
                dataset = file.create_dataset("x", data=matrix, **options)
                filtered += is_filtered(dataset)
            found = vaelib.open_dataset(tmp_path / "x.h5", "x").numpy()
            np.testing.assert_array_equal(found, matrix.astype("f4"))
    assert filtered > 40


@pytest.mark.parametrize("bits", [1, 5, 8, 11, 16, 20, 24])
@pytest.mark.parametrize("order", ["LE", "BE"])
def test_numbers_of_fewer_bits(tmp_path, bits, order):
    kind = getattr(h5py.h5t, f"STD_U{8 if bits <= 8 else 16 if bits <= 16 else 32}{order}").copy()
    kind.set_precision(max(bits, kind.get_size() * 4 + 1))
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk((10, 30))
    creation.set_szip(h5py.h5z.SZIP_NN_OPTION_MASK, 8)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        h5py.h5d.create(file.id, b"x", kind, h5py.h5s.create_simple((40, 30)), creation)
        values = np.sort(RANDOM.integers(0, 2**bits, 1200)).reshape(40, 30)
        file["x"][...] = values
        assert is_filtered(file["x"])
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), values)


def test_behind_other_filters(tmp_path):
    values = np.cumsum(RANDOM.integers(-3, 4, 4000)).reshape(100, 40)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"chunks": (30, 40), "shuffle": True, "fletcher32": True, "compression": "szip"}
        file.create_dataset("x", data=values.astype("i4"), **options)
        file.create_dataset("part", (100, 40), "i2", maxshape=(None, 40), **options)[:35] = values[:35]
        part = file["part"][...]
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0).numpy(), values)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "part").numpy(), part)


def test_damaged_chunks(tmp_path):
    """Pieces are refused; a changed byte changes numbers of its chunk alone."""
    values = np.cumsum(RANDOM.integers(-3, 4, 1600)).reshape(80, 20).astype("i2")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        x = file.create_dataset("x", data=values, chunks=(40, 20), compression="szip", compression_opts=("nn", 8))
        stored = x.id.read_direct_chunk((0, 0))[1]
    for count in range(1, len(stored), 5):
        changed = bytearray(stored)
        changed[count] ^= 0x55
        for content in (stored[:count], bytes(changed)):
            with h5py.File(tmp_path / "x.h5", "r+") as file:
                file["x"].id.write_direct_chunk((0, 0), content)
            found = numbers_or_refusal(tmp_path / "x.h5", "x")
            if isinstance(found, str):
                assert "the chunk that begins at row 0" in found
                continue
            assert len(content) == len(stored)
            np.testing.assert_array_equal(found[40:], values[40:])
