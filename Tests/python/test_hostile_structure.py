"""Files whose structure is hard on a reader: what repeats, overlaps, nests or goes in circles takes neither time nor
memory beyond what the file's length explains."""

import json
import os
import struct
import subprocess
import sys
import time
import zlib

import h5py
import numpy as np
import vaelib
from hdf5_structures import FLOAT32, NOWHERE, File, hard_link, new_message, old_message, sealed

SECONDS = 2
BYTES = 256 << 20
#: Tries everything that opens a file, and tells how it ended, how long it took and how much memory it added.
PROBE = """
import json, sys, time
import vaelib

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

path, name = sys.argv[1:]
vaelib.write_dataset("small.h5", x=[[1.0]])
calls = {
    "names": lambda path: vaelib.dataset_names(path),
    "open": lambda path: vaelib.open_dataset(path, name),
    "stream": lambda path: vaelib.open_dataset(path, name, memory_budget=0).numpy(),
    "missing": lambda path: vaelib.open_dataset(path, "no such set"),
    "verify": lambda path: vaelib.verify(path),
    "load": lambda path: vaelib.load(path),
}
results = {}
for call, function in calls.items():
    try:
        function("small.h5")
    except vaelib.VaelibError:
        pass
    before, start = peak(), time.process_time()
    try:
        result = "read", str(function(path))[:100]
    except vaelib.VaelibError as error:
        result = type(error).__name__, str(error)[:1000]
    results[call] = [*result, time.process_time() - start, peak() - before]
print(json.dumps(results))
"""


def probe(path, name="x"):
    """How each call ended. Fails if one ended badly, late or with too much memory."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path), name], cwd=path.parent, env=environment, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads(done.stdout)
    for call, (_, _, seconds, added) in results.items():
        assert seconds < SECONDS, (call, results[call])
        assert added < BYTES, (call, results[call])
    return {call: (outcome, text) for call, (outcome, text, _, _) in results.items()}


def refused(path, match):
    """All calls that look at the whole of the file find it damaged."""
    results = probe(path)
    for call in ("names", "verify"):
        assert results[call][0] == "FormatError", results
        assert "damaged" in results[call][1], results
        assert match in results[call][1], results
    assert results["load"][0] == "FormatError"
    return results


# ---- overlapping and repeated structure ----


def test_links_that_share_one_long_name(tmp_path):
    links, length = 40_000, 1 << 20
    file = File(leaf_k=links // 2)
    data = file.dataset()
    heap = file.heap(b"a" * length + b"\0")
    entries = [file.entry(8 + index % 1000, data) for index in range(links)]
    group = file.old_group(file.tree([file.symbols(entries)], keys=[0, 8]), heap)
    results = refused(file.save(tmp_path / "names.h5", group), "a table of names")
    assert results["open"][0] == "FormatError"


def test_groups_that_share_one_heap(tmp_path):
    file = File(leaf_k=1, node_k=1)
    child = file.dataset()
    heap = file.heap(b"a" * (1 << 20) + b"\0")
    for _ in range(5000):
        child = file.old_group(file.tree([file.symbols([file.entry(8, child)])], keys=[0, 8]), heap)
    refused(file.save(tmp_path / "nested.h5", child), "a heap of names shares bytes")


def test_continuations_that_overlap(tmp_path):
    """Each block of messages begins inside the one before and reaches as far."""
    blocks, messages = 1900, 200_000
    file = File()
    start, total = file.end, 32 * blocks + 8 * messages
    content = b""
    for index in range(1, blocks + 1):
        length = total - 32 * index if index < blocks else 8
        content += struct.pack("<HHB3xQQ", 0x10, 16, 0, start + 32 * index, length)
        content += struct.pack("<HHB3x", 0, 32 * (blocks - index), 0)
    file.place(content + struct.pack("<HHB3x", 0x0C, 0, 0) * messages)
    root = file.old_header(old_message(0x10, struct.pack("<QQ", start, total)))
    refused(file.save(tmp_path / "continuations.h5", root), "an object's header")


def test_continuations_that_are_one_block(tmp_path):
    """The newer kind: thousands of messages that lead to the same block."""
    file = File()
    block = file.place(sealed(b"OCHK" + new_message(0, bytes(1 << 15)) * 16))
    length = 4 + 16 * ((1 << 15) + 4) + 4
    root = file.new_header(*[new_message(0x10, struct.pack("<QQ", block, length))] * 3000)
    refused(file.save(tmp_path / "block.h5", root), "an object's header shares bytes")


def test_tables_of_names_that_overlap(tmp_path):
    count, node_bytes = 60_000, 2 << 20
    file = File(leaf_k=node_bytes // 80, node_k=count // 2)
    heap = file.heap(b"x_train\0")
    start = file.place(b"SNOD\x01\0\0\0" * count)
    tree = file.tree([start + 8 * index for index in range(count)])
    file.place(bytes(node_bytes))
    refused(file.save(tmp_path / "symbols.h5", file.old_group(tree, heap)), "a table of names shares bytes")


def test_a_tree_whose_branches_meet(tmp_path):
    """Each level leads to the one node of the level below many times: 32 to the power of 9 ways."""
    file = File()
    heap = file.heap(b"x\0")
    child, level = file.symbols([file.entry(8, file.dataset())]), 0
    for level in range(9):
        child = file.tree([child] * 32, level)
    refused(file.save(tmp_path / "tree.h5", file.old_group(child, heap)), "shares bytes")


def test_a_newer_tree_whose_branches_meet(tmp_path):
    records, levels = 20, 8
    file = File()
    heap = file.fractal_heap(1 << 12, hard_link(b"x", file.end))
    node_bytes = 4096
    record = bytes(11)
    child = file.place(b"BTLF" + bytes([0, 5]) + record * records + bytes(node_bytes - 6 - 11 * records))
    for level in range(1, levels):
        # A child's address, how many records it has, and from the second level on how many lie below it.
        counts = 2 if level == 1 else 2 + (0, 0, 3, 4, 5, 6, 7, 8)[level]
        pointer = struct.pack("<Q", child) + struct.pack("<H", records)[: min(counts, 2)] + bytes(max(counts - 2, 0))
        node = b"BTIN" + bytes([0, 5]) + record * records + pointer * (records + 1)
        child = file.place(node + bytes(node_bytes - len(node)))
    header = b"BTHD" + struct.pack("<BBIHHBBQHQ", 0, 5, node_bytes, 11, levels - 1, 100, 40, child, records, 0)
    tree = file.place(sealed(header))
    results = probe(file.save(tmp_path / "tree2.h5", file.dense_group(heap, tree)))
    assert results["names"][0] == results["open"][0] == "FormatError"


def test_links_that_are_one_object_of_a_heap(tmp_path):
    count, length = 60_000, 60_000
    file = File()
    data = file.dataset()
    link = struct.pack("<BBH", 1, 1, length) + b"a" * length + struct.pack("<Q", data)
    heap = file.fractal_heap(1 << 16, link)
    record = struct.pack("<IBIH", 0, 0, 17, len(link))
    root = file.dense_group(heap, file.tree_of_records(5, [record] * count))
    refused(file.save(tmp_path / "object.h5", root), "a heap")


def test_datasets_that_share_one_index_of_chunks(tmp_path):
    """A table of two million chunks, used by two thousand sets; opening one of them is fine."""
    count = 2000
    file = File(leaf_k=count // 2)
    values = file.place(np.arange(40, dtype="<f4").tobytes())
    leaf = b"TREE" + struct.pack("<BBHQQ", 1, 0, 1, NOWHERE, NOWHERE)
    leaf += struct.pack("<IIQQQQ", 160, 0, 0, 0, 0, values) + struct.pack("<IIQQQ", 0, 0, 10, 4, 0)
    index = file.place(leaf + bytes(1 << 16))
    layout = struct.pack("<BBBQIII", 3, 2, 3, index, 10, 4, 4)
    members = {f"{number:04}".encode(): file.dataset(layout=(8, layout, 0)) for number in range(count)}
    path = file.save(tmp_path / "index.h5", file.old_group_of(members))
    results = probe(path, "0001")
    assert results["open"][0] == results["names"][0] == "read"
    with h5py.File(path) as content:
        np.testing.assert_array_equal(vaelib.open_dataset(path, "0001").numpy(), content["0001"][...])


def test_types_that_stand_elsewhere_are_read_once(tmp_path):
    """A committed type whose header is a mebibyte long, used by thousands of sets: nothing is wrong with it."""
    count = 3000
    file = File(leaf_k=count // 2)
    kind = file.old_header(old_message(3, FLOAT32), *[old_message(0, bytes(64_000))] * 16)
    shared = struct.pack("<BBQ", 2, 0, kind)
    members = {f"{number:04}".encode(): file.dataset(type=(3, shared, 2)) for number in range(count)}
    path = file.save(tmp_path / "types.h5", file.old_group_of(members))
    results = probe(path, "0001")
    assert {results[call][0] for call in ("names", "open", "stream", "verify")} == {"read"}, results
    with h5py.File(path) as content:
        assert content["0001"].dtype == np.float32


def test_heaps_that_share_their_blocks(tmp_path):
    """A table of blocks whose entries all are one block."""
    file = File()
    heap = file.fractal_heap(1 << 14, None, rows=8)
    entries = 4 * 8
    table = file.heap_start(b"FHIB", heap)
    file.place(sealed(table + struct.pack("<Q", file.end + 280) * entries))
    file.place(file.heap_start(b"FHDB", heap) + bytes(1 << 14))
    tree = file.tree_of_records(5, [bytes(11)])
    refused(file.save(tmp_path / "blocks.h5", file.dense_group(heap, tree)), "a heap")


def test_model_files_of_such_structure(tmp_path):
    """Their checksums are right, so the structure is looked at; it is refused before libhdf5 sees it."""
    path = tmp_path / "model.h5"
    for write in (test_links_that_share_one_long_name, test_groups_that_share_one_heap, test_continuations_that_overlap,
                  test_tables_of_names_that_overlap, test_links_that_are_one_object_of_a_heap):  # fmt: skip
        folder = tmp_path / write.__name__
        folder.mkdir()
        write(folder)
        content = next(file for file in folder.iterdir() if file.name != "small.h5").read_bytes()
        title = b"vaelib model; an HDF5 file from byte 512 onward\n"
        path.write_bytes(struct.pack("<48sQI452x", title, len(content), zlib.crc32(content)) + content)
        results = probe(path)
        for call in ("load", "verify"):
            assert results[call][0] == "FormatError", results
            assert "damaged" in results[call][1], results


# ---- deep, but honest ----


def deep(path, levels):
    """Groups in groups, each with a dataset."""
    file = File()
    child = file.new_group(hard_link(b"x", file.dataset(message=new_message)))
    for _ in range(levels):
        child = file.new_group(hard_link(b"g", child), hard_link(b"x", file.dataset(message=new_message)))
    return file.save(path, child)


def test_deep_groups_are_read(tmp_path):
    path = deep(tmp_path / "deep.h5", 300)
    names = vaelib.dataset_names(path)
    assert len(names) == 301
    assert max(names, key=len) == "g/" * 300 + "x"
    assert vaelib.verify(path).datasets_read == 301
    assert vaelib.open_dataset(path, "g/" * 300 + "x").shape == (10, 4)
    with h5py.File(path) as content:
        assert content["g/" * 300 + "x"].shape == (10, 4)


def test_names_beyond_what_the_file_explains_are_not_listed(tmp_path):
    """Ten thousand levels: the names of the datasets would take 100 MB, those of the links 20 KB."""
    path = deep(tmp_path / "deep.h5", 10_000)
    results = probe(path, "g/" * 1000 + "x")
    assert results["names"][0] == "FormatError"
    assert "in groups so deep" in results["names"][1]
    assert results["open"][0] == results["verify"][0] == "read"


def test_thousands_of_datasets_are_verified_in_linear_time(tmp_path):
    for count in (2000, 16_000):
        with h5py.File(tmp_path / f"{count}.h5", "w", libver="v110") as file:
            for index in range(count):
                file[f"u{index}"] = np.zeros((3, 4), "f4")
    seconds = []
    for count in (2000, 16_000):
        start = time.process_time()
        assert vaelib.verify(tmp_path / f"{count}.h5").datasets_read == count
        seconds.append(time.process_time() - start)
    # Eight times as many; quadratic would be 64 times.
    assert seconds[1] < 20 * seconds[0] + 0.3
    assert seconds[1] < SECONDS


def test_a_cycle_of_groups(tmp_path):
    path = tmp_path / "cycle.h5"
    with h5py.File(path, "w") as file:
        file["g/x"] = np.zeros((10, 4), "f4")
        file["g/back"] = file["/"]
    assert vaelib.dataset_names(path) == ["g/x"]
    assert vaelib.open_dataset(path, "g/back/g/back/g/x").shape == (10, 4)
