"""Values of any layout, index and filter, as h5py reads them; chunks that lie about their size; memory."""

import functools
import struct
import subprocess
import sys
import zlib

import h5py
import numpy as np
import pytest
import vaelib

RANDOM = np.random.default_rng(0)
VERSIONS = [("earliest", "v108"), ("v108", "v110"), ("v110", "v110"), ("latest", "latest")]
KINDS = [f"{order}{kind}{size}" for order in "<>" for kind in "iu" for size in (1, 2, 4, 8)]
KINDS += ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
FILTERS = [
    {}, {"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True}, {"fletcher32": True},
    {"compression": "gzip", "shuffle": True}, {"compression": "lzf", "shuffle": True, "fletcher32": True},
    {"compression": "gzip", "shuffle": True, "fletcher32": True},
]  # fmt: skip
#: Axes that may grow choose the index of chunks.
GREATEST = [None, (None, 9, 5), (30, None, 5), (None, None, 5), (40, 12, 5)]


def check(path, name="x"):
    """Reads a dataset from the file and at once, whole and in part, and compares it with h5py's."""
    with h5py.File(path) as file:
        expected = file[name][...]
    expected = expected.reshape(len(expected), -1).astype("f4")
    for budget in (0, 1 << 30):
        dataset = vaelib.open_dataset(path, name, memory_budget=budget)
        np.testing.assert_array_equal(dataset.numpy(), expected)
        for first, last in ((0, 1), (len(expected) - 1, len(expected)), (len(expected) // 3, len(expected) * 2 // 3)):
            if first < last:
                np.testing.assert_array_equal(dataset[first:last].numpy(), expected[first:last])


def opened(path, name="x", **options):
    """What opening and reading a dataset adds to the peak of a process, in bytes, and how that ended."""
    program = (
        "import sys, vaelib\n"
        "def peak(): return next(int(l.split()[1]) << 10 for l in open('/proc/self/status') if l.startswith('VmHWM'))\n"
        "before = peak()\n"
        f"try: data = vaelib.open_dataset({str(path)!r}, {name!r}, **{options!r}); data[:10].numpy(); end = 'read'\n"
        "except vaelib.VaelibError as error: end = f'{type(error).__name__}: {error}'\n"
        "print(peak() - before, end)"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert process.returncode == 0, process.stderr
    added, end = process.stdout.split(" ", 1)
    return int(added), end


@pytest.mark.parametrize("versions", VERSIONS, ids="-".join)
@pytest.mark.parametrize("greatest", GREATEST, ids=str)
@pytest.mark.parametrize("filters", FILTERS, ids=lambda value: "-".join(map(str, value.values())))
def test_every_index_and_filter(tmp_path, versions, greatest, filters):
    values = RANDOM.integers(0, 100, (30, 9, 5)).astype("<f4")
    with h5py.File(tmp_path / "x.h5", "w", libver=versions) as file:
        for chunks in ((4, 9, 5), (7, 2, 3), (30, 9, 5)):
            options = {"chunks": chunks, "maxshape": greatest, **filters}
            file.create_dataset(f"whole{chunks}", data=values, **options)
            part = file.create_dataset(f"part{chunks}", (30, 9, 5), "<f4", fillvalue=-2, **options)
            part[3:11, 1:] = values[3:11, 1:]
            names = [f"whole{chunks}", f"part{chunks}"]
            if greatest and greatest != (40, 12, 5):
                axis = greatest.index(None)
                part.resize(37 if axis == 0 else 12, axis)
                file[f"whole{chunks}"].resize(3, axis)
        names = list(file)
    for name in names:
        check(tmp_path / "x.h5", name)
    assert vaelib.verify(tmp_path / "x.h5").datasets_read == len(names)


@pytest.mark.parametrize("kind", [*KINDS, "?"])
@pytest.mark.parametrize("filters", [None, {}, {"compression": "gzip", "shuffle": True}], ids=str)
def test_every_type(tmp_path, kind, filters):
    values = RANDOM.integers(-50, 100, (40, 7)).astype(kind)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        chunks = None if filters is None else (8, 7)
        file.create_dataset("x", data=values, chunks=chunks, **(filters or {}))
        file.create_dataset("narrow", data=values, chunks=chunks and (8, 3), **(filters or {}))
    check(tmp_path / "x.h5")
    check(tmp_path / "x.h5", "narrow")


def test_integers_of_fewer_bits_than_their_bytes(tmp_path):
    kind = h5py.h5t.STD_I32BE.copy()
    kind.set_precision(24)
    kind.set_offset(3)
    values = RANDOM.integers(-(2**23), 2**23, (40, 7)).astype("i4")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = h5py.h5d.create(file.id, b"x", kind, h5py.h5s.create_simple((40, 7)))
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), values)


def test_floats_of_other_formats(tmp_path):
    """The upper halves of floats, as processors for networks have them."""
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_size(2)
    kind.set_ebias(127)
    values = np.array([[0, 1, -2.5], [1e-30, 1e30, np.inf]], "f4")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = h5py.h5d.create(file.id, b"x", kind, h5py.h5s.create_simple((2, 3)))
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
        expected = np.empty((2, 3), "f4")
        dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, expected)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), expected)


@pytest.mark.parametrize("kind", ["<i1", "<u2", ">i4", "<i4", "<u8", "<f4", ">f4", "<f8"])
def test_scaled_numbers(tmp_path, kind):
    values = RANDOM.integers(0, 90, (40, 7)) + (RANDOM.random((40, 7)) if "f" in kind else 0)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"chunks": (8, 4), "scaleoffset": 3 if "f" in kind else 0}
        file.create_dataset("x", data=values.astype(kind), **options)
        file.create_dataset("equal", data=np.full((40, 7), 5, kind), **options)
        file.create_dataset("packed", data=values.astype(kind), compression="gzip", shuffle=True, **options)
        file.create_dataset("part", (40, 7), kind, fillvalue=3, **options)[:11] = values[:11].astype(kind)
        if kind == "<i4":
            file.create_dataset("wide", data=RANDOM.integers(-(2**31), 2**31, (40, 7)).astype(kind), **options)
        names = list(file)
    for name in names:
        check(tmp_path / "x.h5", name)


def test_chunks_at_the_edge_that_were_not_filtered(tmp_path):
    values = RANDOM.integers(0, 100, (30, 9)).astype("f4")
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk((8, 4))
    creation.set_deflate(4)
    if not hasattr(creation, "set_chunk_opts"):
        pytest.skip("h5py cannot ask for them")
    creation.set_chunk_opts(h5py.h5d.CHUNK_DONT_FILTER_PARTIAL_CHUNKS)
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((30, 9)), creation)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
    check(tmp_path / "x.h5")


@pytest.mark.parametrize("versions", VERSIONS, ids="-".join)
def test_filters_that_were_left_out(tmp_path, versions):
    values = RANDOM.integers(0, 100, (24, 5)).astype("<i2")
    with h5py.File(tmp_path / "x.h5", "w", libver=versions) as file:
        x = file.create_dataset("x", (24, 5), "<i2", chunks=(8, 5), compression="gzip", shuffle=True)
        x.id.write_direct_chunk((0, 0), values[:8].tobytes(), filter_mask=3)
        x.id.write_direct_chunk((8, 0), zlib.compress(values[8:16].tobytes()), filter_mask=1)
        x[16:] = values[16:]
    check(tmp_path / "x.h5")


@pytest.mark.parametrize("options", [{}, {"chunks": (10, 6)}, {"chunks": (10, 6), "compression": "gzip"}], ids=str)
@pytest.mark.parametrize("fill", [None, 3])
def test_what_was_never_written_is_the_fill_value(tmp_path, options, fill):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", (200, 6), "f4", fillvalue=fill, **options)
    check(tmp_path / "x.h5")
    vaelib.verify(tmp_path / "x.h5")


def test_an_empty_tree_whose_nodes_are_larger_than_the_file(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", libver=VERSIONS[-1]) as file:
        file.create_dataset("x", (15, 8), "i4", chunks=(3, 5), maxshape=(None, None), fillvalue=7)
    check(tmp_path / "x.h5")
    vaelib.verify(tmp_path / "x.h5")


@functools.cache
def bomb(byte_count):
    """A stream that inflates to so many zeros."""
    stream = zlib.compressobj(9)
    parts = [stream.compress(bytes(1 << 20)) for _ in range(byte_count >> 20)]
    return b"".join([*parts, stream.flush()])


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("filters", [{"compression": "gzip"}, {"compression": "gzip", "fletcher32": True}], ids=str)
def test_streams_that_inflate_without_bound(tmp_path, filters, in_child):
    stream = bomb(1 << 30)
    if "fletcher32" in filters:
        stream += bytes(4)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        x = file.create_dataset("x", (100, 10), "u1", chunks=(100, 10), **filters)
        x.id.write_direct_chunk((0, 0), stream)
    added, end = opened(tmp_path / "x.h5", check_in_child=in_child)
    assert end.startswith("FormatError")
    assert "chunk that begins at row 0" in end
    assert added < 64 << 20
    with pytest.raises(vaelib.FormatError, match=r'dataset "x".*is damaged'):
        vaelib.verify(tmp_path / "x.h5")


def test_a_stream_within_a_stream(tmp_path):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk((100, 10))
    for _ in range(2):
        creation.set_deflate(9)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        space = h5py.h5s.create_simple((100, 10))
        h5py.h5d.create(file.id, b"x", h5py.h5t.STD_U8LE, space, creation)
        file["x"][...] = 7
    check(tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        file["x"].id.write_direct_chunk((0, 0), zlib.compress(bomb(1 << 30)))
    added, end = opened(tmp_path / "x.h5")
    assert "cannot be decompressed" in end
    assert added < 64 << 20


@pytest.mark.parametrize("versions", VERSIONS, ids="-".join)
@pytest.mark.parametrize("shape", [(60, 12), (200, 12)])
@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abcd", b"abcde"])
def test_chunks_shorter_than_their_checksum(tmp_path, versions, shape, content):
    for greatest in (None, (None, 12), (None, None)):
        with h5py.File(tmp_path / "x.h5", "w", libver=versions) as file:
            x = file.create_dataset("x", shape, "f4", chunks=(60, 12), maxshape=greatest, fletcher32=True)
            try:
                x.id.write_direct_chunk((0, 0), content)
            except (RuntimeError, OSError, ValueError):
                pytest.skip("h5py does not write that")
        with pytest.raises(vaelib.FormatError, match='dataset "x"'):
            vaelib.open_dataset(tmp_path / "x.h5", "x")


@pytest.mark.parametrize("filters", FILTERS[1:], ids=lambda value: "-".join(map(str, value.values())))
def test_damaged_chunks_do_no_harm(tmp_path, filters):
    values = RANDOM.integers(0, 100, (64, 8)).astype("f4")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        x = file.create_dataset("x", data=values, chunks=(16, 8), **filters)
        chunk = x.id.get_chunk_info(1)
    content = (tmp_path / "x.h5").read_bytes()
    for place in range(0, chunk.size, 3):
        damaged = bytearray(content)
        damaged[chunk.byte_offset + place] ^= 0x55
        (tmp_path / "y.h5").write_bytes(damaged)
        try:
            found = vaelib.open_dataset(tmp_path / "y.h5", "x").numpy()
        except vaelib.FormatError:
            continue
        assert filters.get("compression") != "gzip"
        assert not filters.get("fletcher32")
        np.testing.assert_array_equal(found[:16], values[:16])
        np.testing.assert_array_equal(found[32:], values[32:])


def test_the_checksum_of_old_libraries(tmp_path):
    """Version 1.6.2 and before exchanged the bytes of a checksum's halves."""
    values = RANDOM.integers(0, 100, (16, 8)).astype("f4")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        x = file.create_dataset("x", data=values, chunks=(16, 8), fletcher32=True)
        chunk = x.id.get_chunk_info(0)
    content = bytearray((tmp_path / "x.h5").read_bytes())
    place = chunk.byte_offset + chunk.size - 4
    low, high = struct.unpack_from("<HH", content, place)
    struct.pack_into(">HH", content, place, low, high)
    (tmp_path / "x.h5").write_bytes(content)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), values)


@pytest.mark.parametrize("in_child", [False, True])
def test_sets_that_grew_and_were_not_written(tmp_path, in_child):
    values = RANDOM.integers(0, 255, (140, 1024)).astype("u1")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"chunks": (1, 64), "maxshape": (None, 1024), "compression": "gzip"}
        file.create_dataset("x", data=values, **options).resize(262_000, 0)
    added, end = opened(tmp_path / "x.h5", check_in_child=in_child)
    assert end.strip() == "read"
    assert added < 262_000 * 1024 + (64 << 20)
    dataset = vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0)
    np.testing.assert_array_equal(dataset[:140].numpy(), values)
    assert not dataset[-1000:].numpy().any()


def test_many_small_chunks(tmp_path):
    values = np.arange(16 * 200_000, dtype="f4").reshape(-1, 16)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        x = file.create_dataset("x", values.shape, "f4", chunks=(1, 16))
        # libhdf5 takes some kilobytes for each chunk that is written at once.
        for first in range(0, len(values), 2000):
            x[first : first + 2000] = values[first : first + 2000]
    added, end = opened(tmp_path / "x.h5")
    assert end.strip() == "read"
    assert added < values.nbytes + (64 << 20)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), values)


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("shape", [(1 << 20, 1 << 10), (20, 1 << 10)])
def test_an_honest_chunk_of_a_gibibyte(tmp_path, shape, in_child):
    """It is decompressed as a whole; who allows that reads it."""
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"chunks": (1 << 20, 1 << 10), "maxshape": (None, 1 << 10), "compression": "gzip"}
        file.create_dataset("x", shape, "u1", **options).id.write_direct_chunk((0, 0), bomb(1 << 30))
    added, end = opened(tmp_path / "x.h5", check_in_child=in_child)
    assert "has compressed chunks of 1024 MiB" in end
    assert "h5repack -l 'x:CHUNK=1024x1024' FILE NEW_FILE" in end
    assert "damaged" not in end
    assert added < 64 << 20
    report = vaelib.verify(tmp_path / "x.h5", check_in_child=in_child)
    assert (report.datasets_read, report.datasets_unread) == (0, 1)


def test_sizes_that_no_file_explains(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("rows", (1 << 40, 4), "f4", chunks=(1024, 4), maxshape=(None, 4))[:10] = 1
        file.create_dataset("never", (1 << 40,), "u1")
    for name in ("rows", "never"):
        with pytest.raises(vaelib.FormatError, match="is incomplete or damaged: it has shape 1099511627776"):
            vaelib.open_dataset(tmp_path / "x.h5", name)


@pytest.mark.parametrize(("number", "text"), [(307, "bzip2"), (32_026, "blosc2"), (400, "filter 400")])
def test_filters_that_are_not_read(tmp_path, number, text):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=np.zeros((20, 6), "f4"), chunks=(20, 6), compression="gzip")
    # The number of the filter in its message, which has version 1 and the name "deflate".
    content = (tmp_path / "x.h5").read_bytes()
    old = struct.pack("<HHHH", 1, 8, 1, 1) + b"deflate\0"
    assert content.count(old) == 1
    (tmp_path / "x.h5").write_bytes(content.replace(old, struct.pack("<HHHH", number, 8, 1, 1) + b"deflate\0"))
    message = rf"compressed with {text}.*does not read.*h5repack -f GZIP=4"
    with pytest.raises(vaelib.FormatError, match=message):
        vaelib.open_dataset(tmp_path / "x.h5", "x")
    assert vaelib.verify(tmp_path / "x.h5").datasets_unread == 1


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("mask", [0, 2, 6])
@pytest.mark.parametrize("filters", [{}, {"compression": "gzip"}, {"fletcher32": True}])
def test_a_chunk_that_is_stored_as_more_bytes_than_it_has(tmp_path, filters, mask, libver):
    """What is not decompressed is not believed either: shuffling it would write it all."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=libver) as file:
        data = file.create_dataset("x", (64, 4), "f4", chunks=(4, 4), shuffle=True, **filters)
        data[...] = 1
        for number in range(16):
            data.id.write_direct_chunk((4 * number, 0), bytes(4_000_000), mask)
    for options in ({}, {"memory_budget": 0}, {"check_in_child": True}):
        with pytest.raises(vaelib.FormatError):
            vaelib.open_dataset(path, "x", **options).numpy()
