"""Virtual datasets that are hard on a reader: what overlaps, repeats, reaches beyond everything or asks for the same
chunks again and again takes no time and no memory beyond what the file's length explains."""

import resource
import struct
import time

import h5py
import numpy as np
import pytest
import vaelib
from hdf5_structures import FLOAT32, File, dataspace, hard_link, new_message, old_message, sealed, soft_link
from test_hostile_structure import BYTES, SECONDS, probe

ALL = struct.pack("<IIQ", 3, 1, 0)
NONE = struct.pack("<IIQ", 0, 1, 0)
LARGEST = 0xFFFFFFFFFFFFFFFF


def grid(*axes, size=8):
    """A regular selection; an axis is start, stride, count and block."""
    letter = {2: "H", 4: "I", 8: "Q"}[size]
    return struct.pack("<IIBBI", 2, 3, 1, size, len(axes)) + b"".join(
        struct.pack("<4" + letter, *axis) for axis in axes
    )


def blocks(*corners, count=None):
    """A list of blocks; each is the first and the last coordinates."""
    rank = len(corners[0]) // 2
    count = len(corners) if count is None else count
    return struct.pack("<IIBBIQ", 2, 3, 0, 8, rank, count) + b"".join(
        struct.pack(f"<{2 * rank}Q", *block) for block in corners
    )


def mapping(source, target, name=b"x", file=b"."):
    return file + b"\0" + name + b"\0" + source + target


def mappings(*entries, count=None, version=0):
    count = len(entries) if count is None else count
    return sealed(struct.pack("<BQ", version, count) + b"".join(entries))


class VirtualFile(File):
    """With heaps, and datasets whose values are in others."""

    def global_heap(self, *contents, byte_count=None):
        """Objects 1, 2 and so on."""
        body = b""
        for number, content in enumerate(contents, 1):
            size = len(content) if byte_count is None else byte_count
            body += struct.pack("<HHIQ", number, 1, 0, size) + content + bytes(-len(content) % 8)
        # What is free; libhdf5 takes no heap that is smaller than this.
        free = max(16, 4096 - 16 - len(body))
        body += struct.pack("<HHIQ", 0, 0, 0, free) + bytes(free - 16)
        return self.place(b"GCOL" + struct.pack("<B3xQ", 1, 16 + len(body)) + body)

    def virtual(self, shape, content, kind=FLOAT32):
        """A virtual dataset of these mappings; or, instead of them, the heap and the number where they are."""
        heap, number = content if isinstance(content, tuple) else (self.global_heap(content), 1)
        space = struct.pack(f"<BBBB{len(shape)}Q", 2, len(shape), 0, 1, *shape)
        return self.new_header(
            new_message(1, space), new_message(3, kind), new_message(5, bytes([3, 0x09])),
            new_message(8, struct.pack("<BBQI", 4, 3, heap, number)),
        )  # fmt: skip

    def save_with(self, path, *members):
        return self.save(path, self.new_group(*(hard_link(name, address) for name, address in members)))


def one(tmp_path, content, shape=(10, 4), rows=10, columns=4):
    """A file with a set `x` and a virtual one, `v`."""
    file = VirtualFile()
    return file.save_with(
        tmp_path / "v.h5",
        (b"x", file.dataset(rows, columns, message=new_message)),
        (b"v", file.virtual(shape, content)),
    )


def test_what_is_in_order_is_read(tmp_path):
    """The files of this test are what they seem: h5py reads them, too."""
    path = one(tmp_path, mappings(mapping(grid((0, 2, 5, 1), (0, 1, 1, 4)), blocks((0, 0, 4, 3)))))
    results = probe(path, "v")
    assert {results[call][0] for call in ("open", "stream", "verify")} == {"read"}, results
    with h5py.File(path) as file:
        np.testing.assert_array_equal(vaelib.open_dataset(path, "v").numpy(), file["v"][...])


FAR = 1 << 60
DAMAGED = {
    "counts of 2^60": grid((0, 1, FAR, 1), (0, 1, 1, 4)),
    "blocks of 2^60": grid((0, FAR, 1, FAR), (0, 1, 1, 4)),
    "both": grid((0, FAR, FAR, FAR), (0, FAR, FAR, FAR)),
    "starts of 2^62": grid((1 << 62, 1 << 62, 2, 1), (0, 1, 1, 4)),
    "strides of 2^63": grid((0, 1 << 63, 2, 1), (0, 1, 1, 4)),
    "strides of 0": grid((0, 0, 2, 1), (0, 1, 1, 4)),
    "blocks longer than their strides": grid((0, 1, 2, 5), (0, 1, 1, 4)),
    "two axes without an end": grid((0, 1, LARGEST, 1), (0, 1, LARGEST, 1)),
    "an axis without an end, of a fixed one": grid((0, 1, LARGEST, 1), (0, 1, 1, 4)),
    "beyond the dataset": grid((5, 1, 10, 1), (0, 1, 1, 4)),
    "another number of axes": grid((0, 1, 10, 1)),
    "a list of 2^60 blocks": blocks((0, 0, 4, 3), count=FAR),
    "blocks that overlap": blocks((0, 0, 4, 3), (4, 0, 8, 3)),
    "a block twice": blocks((0, 0, 4, 3), (0, 0, 4, 3)),
    "a block that ends before it begins": blocks((4, 0, 0, 3)),
    "blocks of 2^60 ": blocks((0, 0, FAR, FAR)),
    "points": struct.pack("<IIIIII", 1, 1, 0, 12, 2, 1) + struct.pack("<II", 1, 1),
    "a newer selection": struct.pack("<II", 2, 9) + bytes(80),
    "no selection": struct.pack("<II", 77, 1) + bytes(80),
}


def test_selections_that_make_no_sense(tmp_path):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, chosen in DAMAGED.items():
        for source, target in ((chosen, ALL), (ALL, chosen), (chosen, chosen)):
            path = one(tmp_path, mappings(mapping(source, target)))
            for budget in (0, 1 << 30):
                start = time.process_time()
                with pytest.raises(vaelib.FormatError, match=r"v\.h5"):
                    vaelib.open_dataset(path, "v", memory_budget=budget)
                assert time.process_time() - start < SECONDS, name
            assert vaelib.dataset_names(path) == ["v", "x"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < BYTES >> 10


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", mappings(), mappings(count=FAR), mappings(mapping(ALL, ALL), count=2), mappings(version=9),
        mappings(*[mapping(ALL, ALL)] * 5), mappings(b"x" * 5000), mappings(mapping(ALL, ALL, name=b"")),
        mappings(struct.pack("<BQQ", 3, 7, FAR) + ALL + ALL, version=1),
        mappings(struct.pack("<BQ", 2, 0) + ALL + ALL, version=1),
        mappings(mapping(ALL, ALL, name=b"%d")), mappings(mapping(ALL, ALL, name=b"%b")),
        mappings(mapping(ALL, ALL))[:-20],
    ],
    ids=range(14),
)  # fmt: skip
def test_mappings_that_make_no_sense(tmp_path, content):
    results = probe(one(tmp_path, content), "v")
    # Without any mapping all is fill values.
    assert results["open"][0] == ("read" if content == mappings() else "FormatError"), results


def test_mappings_beyond_their_heap(tmp_path):
    for size in (1 << 20, FAR, LARGEST):
        file = VirtualFile()
        heap = file.global_heap(mappings(mapping(ALL, ALL)), byte_count=size)
        x = file.dataset(message=new_message)
        path = file.save_with(tmp_path / "v.h5", (b"x", x), (b"v", file.virtual((10, 4), (heap, 1))))
        assert probe(path, "v")["open"][0] == "FormatError"
    for number in (2, 0, 0xFFFFFFFF):
        file = VirtualFile()
        heap, x = file.global_heap(mappings(mapping(ALL, ALL))), file.dataset(message=new_message)
        path = file.save_with(tmp_path / "v.h5", (b"x", x), (b"v", file.virtual((10, 4), (heap, number))))
        assert probe(path, "v")["open"][0] == "FormatError"


def test_a_list_of_blocks_that_are_as_many_boxes_as_elements(tmp_path):
    """Rows of narrow blocks, unevenly apart: box after box would be a box for each number."""
    columns = np.cumsum(2 + np.arange(40_000) ** 2 % 7 % 3).tolist()
    uneven = blocks(*[(0, column, 59, column) for column in columns])
    path = one(tmp_path, mappings(mapping(ALL, uneven)), shape=(60, columns[-1] + 1), rows=60, columns=40_000)
    results = probe(path, "v")
    assert "consist of more than" in results["open"][1], results


def test_many_datasets_of_many_parts(tmp_path):
    """What each of them may have besides, all of them have together only four times."""
    file = VirtualFile()
    content = mappings(mapping(ALL, ALL))
    x = file.dataset(60_000, 1, message=new_message)
    sets = [(f"{number}".encode(), file.virtual((2, 30_000), content)) for number in range(1000)]
    results = probe(file.save_with(tmp_path / "v.h5", (b"x", x), *sets), "0")
    assert results["verify"][0] == "read", results


def test_datasets_that_share_their_mappings(tmp_path):
    file = VirtualFile()
    heap, x = file.global_heap(mappings(*[mapping(NONE, NONE)] * 50_000)), file.dataset(message=new_message)
    sets = [(f"{number}".encode(), file.virtual((10, 4), (heap, 1))) for number in range(2000)]
    results = probe(file.save_with(tmp_path / "v.h5", (b"x", x), *sets), "0")
    assert results["open"][0] == "read"
    assert "mappings of a virtual dataset are missing, or those of another" in results["verify"][1]


def test_thousands_of_mappings_that_overlap(tmp_path):
    """Of gaps there are enough, so that the number of elements is right; the mappings all take the same rows."""
    row = mapping(grid((0, 1, 1, 1), (0, 1, 1, 4)), grid((3, 1, 1, 1), (0, 1, 1, 4)))
    results = probe(one(tmp_path, mappings(*[row] * 20_000), shape=(100_000, 4)), "v")
    assert {results[call][0] for call in ("open", "stream", "verify")} == {"read"}, results


def packed(path, rows, write, chunk=None):
    with h5py.File(path, "w", libver="v110") as file:
        file.create_dataset("x", data=np.ones((rows, 64), "u1"), chunks=(chunk or rows, 64), compression="gzip")
        write(file)
    return path


def test_overlapping_mappings_of_one_great_chunk(tmp_path):
    """Read in the order of the file, each would need the chunk again."""

    def write(file):
        layout = h5py.VirtualLayout((40_000, 64), "u1")
        for number in range(2000):
            layout[number // 2] = h5py.VirtualSource(".", "x", (1 << 19, 64))[number * 7]
        file.create_virtual_dataset("v", layout)

    path = packed(tmp_path / "v.h5", 1 << 19, write)
    results = probe(path, "v")
    assert "overlap in many compressed chunks" in results["open"][1], results


def test_chunks_that_are_wanted_in_turns(tmp_path):
    """Row after row from one chunk after the other: forty of a mebibyte, wanted fifty times each."""

    def write(file):
        layout = h5py.VirtualLayout((2000, 64), "u1")
        source = h5py.VirtualSource(".", "x", (40 << 14, 64))
        for number in range(2000):
            layout[number] = source[(number % 40 << 14) + number]
        file.create_virtual_dataset("v", layout)

    results = probe(packed(tmp_path / "v.h5", 40 << 14, write, 1 << 14), "v")
    assert {results[call][0] for call in ("open", "stream", "verify")} == {"read"}, results


def test_thousands_of_virtual_datasets_of_one_great_chunk(tmp_path):
    def write(file):
        layout = h5py.VirtualLayout((1 << 19, 64), "u1")
        layout[...] = h5py.VirtualSource(".", "x", (1 << 19, 64))
        for number in range(3000):
            file.create_virtual_dataset(f"{number}", layout)

    results = probe(packed(tmp_path / "v.h5", 1 << 19, write), "no such set")
    assert results["verify"][0] == "read", results


def test_forms_that_have_little_in_common(tmp_path):
    """A matrix of rows of one length, of one of another: part after part."""
    shape, other = (1 << 20, 15), (15 << 18, 4)
    results = probe(one(tmp_path, mappings(mapping(ALL, ALL)), shape=shape, rows=10, columns=4), "v")
    assert "another number of elements" in results["open"][1]
    file = VirtualFile()
    x = file.new_header(
        new_message(1, dataspace(*other)), new_message(3, FLOAT32), new_message(5, bytes([2, 2, 0, 0])),
        new_message(8, struct.pack("<BBQQ", 3, 1, LARGEST, 0)),
    )  # fmt: skip
    path = file.save_with(tmp_path / "v.h5", (b"x", x), (b"v", file.virtual(shape, mappings(mapping(ALL, ALL)))))
    results = probe(path, "v")
    assert "more than" in results["open"][1], results
    turns = blocks(*[(0, 8 * n, FAR >> 20, 8 * n + 3 + n % 2) for n in range(20)])
    results = probe(one(tmp_path, mappings(mapping(ALL, turns)), shape=(1 << 42, 200)), "v")
    assert results["open"][0] == "FormatError"


def test_sets_of_enormous_shapes(tmp_path):
    for shape in ((FAR, 4), (FAR, FAR), (1 << 31, 1 << 31), (3, FAR)):
        results = probe(one(tmp_path, mappings(mapping(ALL, grid((0, 1, 10, 1), (0, 1, 1, 4)))), shape=shape), "v")
        assert results["open"][0] == "FormatError", results


def test_names_that_are_shared_and_long(tmp_path):
    """Version 1: one name of a mebibyte, for thousands of mappings."""
    name = b"./" * (1 << 19) + b"x"
    same = grid((0, 1, 1, 1), (0, 1, 1, 4), size=2)
    first = struct.pack("<B", 4) + name + b"\0" + same + grid((0, 1, 1, 1), (0, 1, 1, 4))
    others = [struct.pack("<BQ", 6, 0) + same + grid((row, 1, 1, 1), (0, 1, 1, 4)) for row in range(1, 20_000)]
    results = probe(one(tmp_path, mappings(first, *others, version=1), shape=(20_000, 4)), "v")
    assert {results[call][0] for call in ("open", "stream", "verify")} == {"read"}, results


def test_names_that_lead_through_long_soft_links(tmp_path):
    """Thousands of ways to say the same, each through sixteen links of 32 KiB."""
    file = VirtualFile()
    entries = []
    for number in range(4000):
        path = "/".join(f"{number:014b}").replace("0", "a").replace("1", "b").encode() + b"/s0"
        entries.append(mapping(grid((0, 1, 1, 1), (0, 1, 1, 4)), grid((number, 1, 1, 1), (0, 1, 1, 4)), name=path))
    x, v = file.dataset(message=new_message), file.virtual((4000, 4), mappings(*entries))
    group = file.end
    links = [hard_link(b"x", x), hard_link(b"v", v), hard_link(b"a", group), hard_link(b"b", group)]
    links += [soft_link(f"s{n}".encode(), b"./" * (1 << 14) + f"s{n + 1}".encode()) for n in range(15)]
    links.append(soft_link(b"s15", b"./" * 4 + b"x"))
    body = [struct.pack("<HHB3x", 6, (len(link) + 7) // 8 * 8, 0) + link + bytes(-len(link) % 8) for link in links]
    info = struct.pack("<BBQQ", 0, 0, LARGEST, LARGEST)
    assert file.old_header(old_message(2, info), *body) == group
    results = probe(file.save(tmp_path / "v.h5", group), "v")
    assert results["open"][0] == "FormatError", results
    assert "long soft links" in results["open"][1], results
