"""Files that are not HDF5: named by their first bytes, with what to type; MATLAB and netCDF-3 are converted."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import tarfile
import zipfile

import h5py
import numpy as np
import pytest
import vaelib
from vaelib.__main__ import main

scipy_io = pytest.importorskip("scipy.io")

X = np.random.RandomState(0).normal(size=(50, 6))


def saved(write, *arguments, **options):
    """What a function writes to a file."""
    file = io.BytesIO()
    write(file, *arguments, **options)
    return file.getvalue()


def zipped(member):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "content")
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.h5"), io.BytesIO())
    return file.getvalue()


def netcdf3(file):
    with scipy_io.netcdf_file(file, "w") as target:
        target.createDimension("time", 3)
        target.createVariable("x", "f8", ("time",))[:] = 1
        target.flush()
        return file.getvalue()


FORMATS = {
    "npy": (lambda: saved(np.save, X), "a NumPy file.*vaelib convert"),
    "npz": (lambda: saved(np.savez, x=X), r"\.npz.*vaelib convert"),
    "MATLAB 5": (lambda: saved(scipy_io.savemat, {"x": X}), "a MATLAB file of version 5.*vaelib convert"),
    "netCDF-3": (lambda: netcdf3(io.BytesIO()), "a netCDF-3 file.*vaelib convert"),
    "netCDF-5": (lambda: b"CDF\x05" + bytes(60), "64-bit data.*nccopy"),
    "HDF4": (lambda: b"\x0e\x03\x13\x01" + bytes(60), "HDF4.*h4toh5"),
    "IDX": (lambda: struct.pack(">4BI", 0, 0, 8, 1, 3) + b"abc", "MNIST.*vaelib convert"),
    "CSV": (lambda: b"a,b\n1,2\n", "text.*vaelib convert"),
    "CSV with a mark": (lambda: b"\xef\xbb\xbfa,b\n1,2\n", "text.*vaelib convert"),
    "pickle": (lambda: pickle.dumps(X, protocol=4), "a Python pickle.*DatasetWriter"),
    "old pickle": (lambda: pickle.dumps(X, protocol=2), "a Python pickle"),
    "PyTorch": (lambda: zipped("archive/data.pkl"), "a PyTorch file.*torch.load"),
    "Excel": (lambda: zipped("[Content_Types].xml"), "Excel.*CSV"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "Excel.*CSV"),
    "Keras": (lambda: zipped("metadata.json"), "Keras"),
    "safetensors": (lambda: struct.pack("<Q", 80) + json.dumps({"x": {"dtype": "F32"}}).encode(), "safetensors"),
    "Parquet": (lambda: b"PAR1\x15\x04\x15" + bytes(60), "a Parquet file.*read_parquet"),
    "Feather": (lambda: b"ARROW1\0\0" + bytes(60), "read_feather"),
    "SQLite": (lambda: b"SQLite format 3\0" + bytes(60), "read_sql"),
    "gzip": (lambda: gzip.compress(b"x"), "gunzip"),
    "bzip2": (lambda: bz2.compress(b"x"), "bunzip2"),
    "xz": (lambda: lzma.compress(b"x"), "unxz"),
    "Zstandard": (lambda: b"\x28\xb5\x2f\xfd" + bytes(60), "unzstd"),
    "tar": (tarred, "tar -xf"),
    "PNG": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(60), "a PNG image.*DatasetWriter"),
    "JPEG": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
    "TIFF": (lambda: b"II*\0\x08\0\0\0", "a TIFF image"),
    "DICOM": (lambda: bytes(128) + b"DICM" + bytes(60), "a DICOM image"),
    "HTML": (lambda: b"\n<!DOCTYPE html>\n<html>", "a web page.*download"),
    "HTML without a type": (lambda: b"<HTML><head>", "a web page"),
    "JSON": (lambda: b'{"a": [1, 2]}', "JSON"),
    "Git LFS": (lambda: b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
    "git-annex": (lambda: b"/annex/objects/SHA256E-s3--abc.h5\n", "git annex get"),
    "PDF": (lambda: b"%PDF-1.4\n%", "PDF"),
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)
    return name


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_are_named(kind):
    content, message = FORMATS[kind]
    path = write("data.h5", content())
    for opening in (vaelib.dataset_names, vaelib.load, vaelib.verify, lambda path: vaelib.open_dataset(path, "x")):
        with pytest.raises(vaelib.FormatError, match=f"data.h5.*is not an HDF5 file; it is .*{message}"):
            opening(path)


@pytest.mark.parametrize("start", [b"\x7fELF\x02", bytes(100), b"\x01\x02"])
def test_unknown_formats(start):
    with pytest.raises(vaelib.FormatError, match=r"is not an HDF5 file$"):
        vaelib.dataset_names(write("data.h5", start))


@pytest.mark.parametrize("kind", ["pickle", "Parquet", "SQLite", "PNG", "HTML", "JSON", "HDF4", "xz", "PDF"])
def test_what_cannot_be_converted_is_named_too(kind):
    content, message = FORMATS[kind]
    with pytest.raises(vaelib.FormatError, match=rf"none of the known formats.*; it is .*{message}"):
        vaelib.convert(write("data", content()), "out.h5")
    assert not os.path.exists("out.h5")


def numbers(path="out.h5"):
    with h5py.File(path) as file:
        return {name: file[name][...] for name in vaelib.dataset_names(path)}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_matlab(compressed, packed, capsys):
    images = np.random.RandomState(1).randint(0, 256, size=(40, 5, 3)).astype("u1")
    labels = np.arange(50)
    variables = {"x": X, "images": images, "y": labels, "column": labels[:, np.newaxis].astype("i2"), "on": X > 0,
                 "single": X.astype("f4")}  # fmt: skip
    content = saved(scipy_io.savemat, variables, do_compression=compressed)
    write("a.mat", gzip.compress(content) if packed else content)
    assert main(["convert", "a.mat", "out.h5"]) == 0
    assert "x: 50 rows" in capsys.readouterr().out
    found = numbers()
    assert sorted(found) == sorted(variables)
    for name, values in variables.items():
        np.testing.assert_array_equal(found[name], values.reshape(-1) if name == "column" else values, err_msg=name)
    data = vaelib.open_dataset("out.h5", "x", "y")
    np.testing.assert_array_equal(data.labels, labels)
    assert vaelib.convert({"train": "a.mat"}, "named.h5")["train/x"] == 50


def test_matlab_variables_that_are_no_numbers():
    from scipy.sparse import eye

    others = {"text": "words", "s": {"a": 1}, "z": X + 1j, "sparse": eye(3).tocsc(), "none": np.zeros((0, 3))}
    write("a.mat", saved(scipy_io.savemat, {"x": X, **others}))
    with pytest.warns(vaelib.VaelibWarning, match=r"left out.*text \(char\), s \(struct\), z \(complex\), sparse"):
        assert vaelib.convert("a.mat", "out.h5") == {"x": 50}
    write("b.mat", saved(scipy_io.savemat, others))
    with pytest.raises(vaelib.FormatError, match=r"without arrays of numbers; it has text \(char\)"):
        vaelib.convert("b.mat", "other.h5")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packed", [False, True])
def test_netcdf(version, packed):
    file = io.BytesIO()
    with scipy_io.netcdf_file(file, "w", version=version) as target:
        target.createDimension("time", None)
        target.createDimension("place", 4)
        target.createDimension("letter", 3)
        target.createVariable("time", "i4", ("time",))[:] = np.arange(700)
        target.createVariable("field", "f8", ("time", "place"))[:] = np.arange(2800).reshape(700, 4)
        target.createVariable("fixed", "f4", ("place",))[:] = [1, 2, 3, 4]
        target.createVariable("name", "S1", ("letter",))[:] = [b"a", b"b", b"c"]
        packed_field = target.createVariable("packed", "i2", ("time", "place"))
        packed_field[:] = np.arange(2800).reshape(700, 4) - 1
        packed_field.scale_factor, packed_field.add_offset, packed_field._FillValue = 0.5, 10.0, np.int16(-1)
        unsigned = target.createVariable("unsigned", "b", ("place",))
        unsigned[:] = [0, 127, -128, -1]
        unsigned._Unsigned = "true"
        target.flush()
        content = file.getvalue()
    write("a.nc", gzip.compress(content) if packed else content)
    with pytest.warns(vaelib.VaelibWarning, match=r"left out.*name \(text\)"):
        vaelib.convert("a.nc", "out.h5")
    found = numbers()
    assert sorted(found) == ["field", "fixed", "packed", "time", "unsigned"]
    np.testing.assert_array_equal(found["time"], np.arange(700))
    np.testing.assert_array_equal(found["field"], np.arange(2800).reshape(700, 4))
    np.testing.assert_array_equal(found["fixed"], [1, 2, 3, 4])
    np.testing.assert_array_equal(found["unsigned"], [0, 127, 128, 255])
    expected = (np.arange(2800).reshape(700, 4) - 1) * 0.5 + 10
    expected[0, 0] = np.nan
    np.testing.assert_array_equal(found["packed"], expected)


@pytest.mark.parametrize("kind", ["MATLAB 5", "netCDF-3"])
def test_damaged_files(kind):
    content = FORMATS[kind][0]()
    random = np.random.RandomState(2)
    failures = 0
    for attempt in range(150):
        damaged = bytearray(content[: random.randint(20, len(content))] if attempt % 2 else content)
        for place in random.randint(12, len(damaged), size=3):
            damaged[place] = random.randint(256)
        write("a", bytes(damaged))
        try:
            vaelib.convert("a", "out.h5")
        except vaelib.FormatError as error:
            failures += '"a"' in str(error)
    assert failures > 40
    with pytest.raises(ValueError, match="label column"):
        vaelib.convert(write("a", content), "out.h5", label_column=0)


@pytest.mark.parametrize("mark", [".zgroup", ".zarray", "zarr.json"])
def test_folders(mark):
    os.mkdir("data.h5")
    with pytest.raises(vaelib.FileError, match="a directory; name a file inside it"):
        vaelib.dataset_names("data.h5")
    write(f"data.h5/{mark}", b"{}")
    with pytest.raises(vaelib.FileError, match=r"a Zarr store.*zarr\.open"):
        vaelib.dataset_names("data.h5")
