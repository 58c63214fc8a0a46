"""Checking files: what is in order, what is not, in this process and in a child."""

import struct
import zlib

import h5py
import numpy as np
import pytest
import vaelib
from vaelib.__main__ import main

TITLE = b"vaelib model; an HDF5 file from byte 512 onward\n"
BOTH = pytest.mark.parametrize("in_child", [False, True])


@pytest.fixture
def model(tmp_path, fitted):
    fitted.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


@pytest.fixture
def data(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["group/plain"] = np.zeros((4, 3))
        options = {"chunks": (100, 10), "compression": "gzip", "fletcher32": True}
        file.create_dataset("packed", data=np.random.RandomState(0).uniform(size=(1000, 10)), **options)
        file["texts"] = ["not", "numbers"]
        file["again"] = file["group"]
        file.create_dataset("never", shape=(3, 3), dtype="f4")
        file["elsewhere"] = h5py.ExternalLink("no-such-file.h5", "x")
    return tmp_path / "data.h5"


def seal(path):
    """Makes the checksum of a changed model file right again."""
    content = path.read_bytes()[512:]
    path.write_bytes(struct.pack("<48sQI452x", TITLE, len(content), zlib.crc32(content)) + content)


@BOTH
def test_files_in_order(model, data, in_child):
    report = vaelib.verify(model, check_in_child=in_child)
    size = model.stat().st_size
    assert report == vaelib.FileReport("vae", 2, vaelib.__version__, size, 0, 0)
    report = vaelib.verify(str(data), check_in_child=in_child)
    assert report == vaelib.FileReport("data", 0, "", data.stat().st_size, 2, 2)


@BOTH
def test_stacks(tmp_path, binary, in_child):
    vaelib.StackedDenoisingAutoencoder(hidden=(4,), epochs=1).fit(binary).save(tmp_path / "stack.h5")
    assert vaelib.verify(tmp_path / "stack.h5", check_in_child=in_child).kind == "stack"


@BOTH
def test_damage(model, data, in_child):
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    with pytest.raises(vaelib.FormatError, match=r"model\.h5.*checksum"):
        vaelib.verify(model, check_in_child=in_child)
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(content)
    with pytest.raises(vaelib.FormatError, match=r"packed.*data\.h5"):
        vaelib.verify(data, check_in_child=in_child)


@BOTH
def test_a_model_whose_first_line_was_changed_is_no_data_file(model, in_child):
    model.write_bytes(b"X" + model.read_bytes()[1:])
    with pytest.raises(vaelib.FormatError, match="first line"):
        vaelib.verify(model, check_in_child=in_child)


@BOTH
def test_files_of_newer_versions(model, in_child):
    with h5py.File(model, "r+") as file:
        file.attrs["format_version"] = np.int64(3)
    seal(model)
    with pytest.raises(vaelib.FormatError, match="newer vaelib: it has format 3"):
        vaelib.verify(model, check_in_child=in_child)
    with pytest.raises(vaelib.FormatError, match="newer vaelib: it has format 3"):
        vaelib.load(model)
    with h5py.File(model, "r+") as file:
        file.attrs["format_version"] = np.int64(2)
        file.attrs["kind"] = np.bytes_("dream")
    seal(model)
    with pytest.raises(vaelib.FormatError, match='kind "dream"'):
        vaelib.verify(model, check_in_child=in_child)


@BOTH
def test_files_that_are_not_there_or_no_hdf5(tmp_path, in_child):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        vaelib.verify(tmp_path / "nowhere.h5", check_in_child=in_child)
    with pytest.raises(vaelib.FileError):
        vaelib.verify(tmp_path, check_in_child=in_child)
    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(vaelib.FormatError, match=r"text\.h5"):
        vaelib.verify(tmp_path / "text.h5", check_in_child=in_child)


def test_datasets_that_a_child_reads_first(data):
    dataset = vaelib.open_dataset(data, "packed", check_in_child=True)
    assert dataset.shape == (1000, 10)
    with pytest.raises(vaelib.FormatError, match="texts"):
        vaelib.open_dataset(data, "texts", check_in_child=True)
    with pytest.raises(vaelib.FormatError, match="has no dataset"):
        vaelib.open_dataset(data, "nothing", check_in_child=True)


def test_the_command(model, data, capsys):
    assert main(["verify", str(model), str(data)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "intact: vae, format 2" in lines[0]
    assert "2 datasets read, 2 not read" in lines[1]
    model.write_bytes(b"")
    assert main(["verify", "--in-process", str(model), str(data)]) == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert "model.h5: FAILED" in captured.err


def test_a_file_that_is_streamed_meanwhile(data):
    """The child goes on with the file that libhdf5 has open in the parent."""
    with vaelib.open_dataset(data, "packed", memory_budget=0) as stream:
        for _ in range(3):
            assert vaelib.verify(data, check_in_child=True).kind == "data"
            checked = vaelib.open_dataset(data, "packed", memory_budget=0, check_in_child=True)
            np.testing.assert_array_equal(checked.numpy(), stream.numpy())
