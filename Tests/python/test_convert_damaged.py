"""Sources that are broken: each gets an error that names it, and leaves nothing behind."""

import gzip
import os
import struct
import zipfile

import numpy as np
import pytest
import vaelib
from test_convert import idx


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def npy(values):
    np.save("made.npy", values)
    with open("made.npy", "rb") as file:
        return file.read()


def npz(compressed=False, **arrays):
    (np.savez_compressed if compressed else np.savez)("made.npz", **arrays)
    with open("made.npz", "rb") as file:
        return file.read()


def flipped(content, place):
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


VALUES = np.random.RandomState(0).randint(0, 256, size=(500, 6, 7)).astype("uint8")
NUMBERS = "\n".join(",".join(str(number) for number in row[:3]) for row in VALUES[:, 0])

BROKEN = {
    "empty": (lambda: b"", "is empty"),
    "unknown": (lambda: b"\x7fELF\x02\x01\0\0\0\0\0", "none of the known formats"),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5 already"),
    "idx: header": (lambda: idx(VALUES)[:9], "inside its header"),
    "idx: truncated": (lambda: idx(VALUES)[:-1], "truncated: it has 499 of 500 rows"),
    "idx: nothing but a header": (lambda: struct.pack(">4B3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 28), "truncated"),
    "idx: more": (lambda: idx(VALUES) + b"x", "goes on"),
    "idx: empty axis": (lambda: struct.pack(">4B2I", 0, 0, 8, 2, 5, 0), r"shape \(5, 0\)"),
    "idx: unknown type": (lambda: b"\0\0\x0a\x01" + bytes(20), "none of the known formats"),
    "gzip: truncated": (lambda: gzip.compress(idx(VALUES))[:-30], "truncated"),
    "gzip: header only": (lambda: gzip.compress(idx(VALUES))[:5], "truncated|damaged"),
    "gzip: changed": (lambda: flipped(gzip.compress(idx(VALUES)), -3000), "damaged|truncated"),
    "gzip: checksum": (lambda: flipped(gzip.compress(idx(VALUES)), -6), "damaged.*CRC"),
    "npy: header": (lambda: npy(VALUES)[:50], "not a NumPy array"),
    "npy: truncated": (lambda: npy(VALUES)[:-50], "truncated: it has 498 of 500 rows"),
    "npy: columns truncated": (lambda: npy(np.asfortranarray(VALUES))[:-50], "truncated"),
    "npy: version": (lambda: b"\x93NUMPY\x09\x00" + bytes(100), "not a NumPy array"),
    "npy: objects": (lambda: npy(np.array([{}, 3], dtype=object)), "dtype object"),
    "npy: text": (lambda: npy(np.array(["a", "b"])), "dtype <U1"),
    "npy: complex": (lambda: npy(np.array([1j])), "dtype complex128"),
    "npy: records": (lambda: npy(np.zeros(3, dtype=[("a", "f4")])), "dtype"),
    "npy: one number": (lambda: npy(np.array(3.0)), r"shape \(\)"),
    "npy: no rows": (lambda: npy(np.ones((0, 3))), r"shape \(0, 3\)"),
    "npy: huge": (lambda: npy(VALUES).replace(b"(500, 6, 7)", b"(5000000000000, 6, 7)")[:300], "NumPy array|truncated"),
    "npz: truncated": (lambda: npz(x=VALUES)[:-100], "damaged"),
    "npz: no arrays": (lambda: _zip("readme.txt", b"hello"), "without arrays"),
    "npz: no array": (lambda: _zip("x.npy", b"hello"), r'array "x".*not a NumPy array'),
    "npz: objects": (lambda: npz(x=np.array([{}], dtype=object)), r'array "x".*dtype object'),
    "npz: checksum": (lambda: flipped(npz(x=VALUES), 5000), "damaged.*CRC"),
    "npz: deflated, changed": (lambda: flipped(npz(True, x=VALUES), 5000), "damaged|truncated"),
    "csv: text": (lambda: NUMBERS.encode() + b"\n1,abc,3", r'line 501 .*"abc" in column 1 \(counted.*a number'),
    "csv: header, text": (lambda: b"a,b\n1,2\n3,x\n", 'line 3 .*"x" in column 1, "b"'),
    "csv: missing": (lambda: b"1,2\n3,\n", 'line 2 .*"" in column 1'),
    "csv: missing in line 1": (lambda: b"1,\n3,4\n", 'line 1 .*"" in column 1'),
    "csv: not a number": (lambda: b"1,2\n3,nan\n", 'line 2 .*"nan" in column 1'),
    "csv: infinite": (lambda: b"1,2\n-inf,4\n", 'line 2 .*"-inf" in column 0'),
    "csv: short": (lambda: NUMBERS.encode() + b"\n1,2", "line 501 .* 2 fields; 3 were expected"),
    "csv: long": (lambda: b"1,2\n3,4,5\n", "line 2 .* 3 fields; 2 were expected"),
    "csv: header only": (lambda: b"a,b\n", "a header but no rows"),
    "csv: blank": (lambda: b"\n\n", "has no rows"),
    "csv: not UTF-8": (lambda: b"a,b\n1,\xff\xfe\n", "must be UTF-8"),
    "csv: NUL": (lambda: b"1,2\n3,4\n5,\0\n", 'line 3'),
    "csv: a huge field": (lambda: b"1," + b"1" * 200_000, "line 1 .*cannot be read"),
    "csv: quotes": (lambda: b'1,2\n3,"4\n', 'line 2'),
}  # fmt: skip


def _zip(name, content):
    with zipfile.ZipFile("made.zip", "w") as archive:
        archive.writestr(name, content)
    with open("made.zip", "rb") as file:
        return file.read()


@pytest.mark.parametrize("what", BROKEN)
def test_broken_sources(what):
    make, text = BROKEN[what]
    content = make()
    with open("broken.data", "wb") as file:
        file.write(content)
    vaelib.write_dataset("out.h5", x=[1, 2])
    before = sorted(os.listdir())
    with pytest.raises(vaelib.FormatError, match=rf"(?s){text}") as caught:
        vaelib.convert("broken.data", "out.h5")
    assert "broken.data" in str(caught.value)
    assert sorted(os.listdir()) == before
    assert vaelib.open_dataset("out.h5", "x").rows == 2


@pytest.mark.parametrize(("field", "text"), [("1.5", "whole"), ("cat", "whole"), ("", "whole"), ("1e30", "whole")])
def test_labels_that_are_none(field, text):
    with open("a.csv", "w") as file:
        file.write(f"kind,x\n1,0.5\n{field},0.5\n")
    with pytest.raises(vaelib.FormatError, match=rf'line 3.*"{field}" in label column 0, "kind".*{text}'):
        vaelib.convert("a.csv", "out.h5", label_column="kind")
    assert os.listdir() == ["a.csv"]
