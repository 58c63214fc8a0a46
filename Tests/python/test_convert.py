"""Other formats to HDF5: every one against numpy, names, labels, progress, the command line."""

import gzip
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from vaelib import __main__ as command_line

IDX_TYPES = {"u1": 0x08, "i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}


def idx(values, dtype="u1"):
    """An array in the format of MNIST."""
    header = struct.pack(f">4B{values.ndim}I", 0, 0, IDX_TYPES[dtype], values.ndim, *values.shape)
    return header + values.astype(dtype).tobytes()


@pytest.fixture
def images():
    return np.random.RandomState(0).randint(0, 100, size=(3001, 9, 8)).astype("uint8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, to begin with empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(path):
    with h5py.File(path) as file:
        return {name: file[name][...] for name in vaelib.dataset_names(path)}


def check(path, **expected):
    found = contents(path)
    assert sorted(found) == sorted(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
        assert found[name].shape == values.shape, name


@pytest.mark.parametrize("dtype", IDX_TYPES)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx(folder, images, dtype, suffix):
    content = idx(images, dtype)
    (folder / f"a.idx{suffix}").write_bytes(gzip.compress(content, 1) if suffix else content)
    assert vaelib.convert(f"a.idx{suffix}", "out.h5") == {"a": 3001}
    check("out.h5", a=images)
    assert contents("out.h5")["a"].dtype == np.dtype(dtype).newbyteorder("=")


def test_mnist(folder, images):
    labels = np.arange(3001) % 10
    (folder / "train-images-idx3-ubyte").write_bytes(idx(images))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    (folder / "t10k-images.idx3-ubyte").write_bytes(idx(images[:100]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(labels[:100]))
    rows = vaelib.convert(sorted(folder.iterdir()), folder / "mnist.h5")
    assert rows == {"x_test": 100, "y_test": 100, "x_train": 3001, "y_train": 3001}
    check("mnist.h5", x_train=images, y_train=labels, x_test=images[:100], y_test=labels[:100])
    data = vaelib.open_dataset("mnist.h5", "x_train", "y_train", scale=1 / 255)
    np.testing.assert_array_equal(data.labels, labels)


NPY_TYPES = ["u1", "?", "<i2", ">i4", "<u2", "<u8", "<f2", ">f8", "<f4"]


@pytest.mark.parametrize("dtype", NPY_TYPES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy(folder, images, dtype, order):
    values = np.array(images.astype(dtype), order=order)
    np.save("a.npy", values)
    with gzip.open("b.npy.gz", "wb") as file:
        np.save(file, values[:, 0, 0])
    vaelib.convert(["a.npy", "b.npy.gz"], "out.h5")
    check("out.h5", a=values, b=values[:, 0, 0])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(folder, images, save):
    arrays = {"x_train": images, "columns": np.asfortranarray(images[:, 0]), "line": images[:, 0, 0].astype(float)}
    save("a.npz", **arrays)
    assert vaelib.convert("a.npz", "out.h5") == dict.fromkeys(arrays, 3001)
    check("out.h5", **arrays)
    vaelib.convert({"all": "a.npz"}, "out.h5")
    check("out.h5", **{f"all/{name}": values for name, values in arrays.items()})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", ", "])
@pytest.mark.parametrize("header", ["", "a{0}b{0}label{0}d\n", '"a"{0}"b"{0}"label"{0}"d"\n'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv(folder, delimiter, header, end):
    values = np.random.RandomState(0).normal(size=(500, 4)).round(3)
    values[:, 2] = np.arange(500) % 7 - 1
    lines = [delimiter.join(str(number) for number in row) for row in values]
    (folder / "a.csv").write_bytes((header.format(delimiter) + "\n".join([*lines, ""])).replace("\n", end).encode())
    vaelib.convert("a.csv", "out.h5")
    check("out.h5", a=values.astype("float32"))
    vaelib.convert("a.csv", "out.h5", dtype="float64")
    check("out.h5", a=values)
    for column in (2, -2, "2", *(["label"] if header else [])):
        vaelib.convert({"x_train": "a.csv"}, "out.h5", label_column=column)
        check("out.h5", x_train=np.delete(values, 2, axis=1).astype("float32"), y_train=values[:, 2])
    assert contents("out.h5")["y_train"].dtype == np.int64


def test_csv_like_spreadsheets_write_it(folder):
    text = '\ufeff"a","b"\r\n1,"2"\r\n\r\n 3 ,4e0\r\n+5,-.5'
    (folder / "a.b.csv.gz").write_bytes(gzip.compress(text.encode()))
    vaelib.convert("a.b.csv.gz", "out.h5")
    check("out.h5", **{"a.b": np.array([[1, 2], [3, 4], [5, -0.5]], dtype="float32")})


def test_names_join_files_and_types_are_chosen(folder, images):
    np.save("a.npy", images[:2000])
    (folder / "b.idx").write_bytes(idx(images[2000:]))
    rows = vaelib.convert({"x": ["a.npy", "b.idx"], "y": "a.npy"}, "out.h5", dtype="int16", compression=0)
    assert rows == {"x": 3001, "y": 2000}
    check("out.h5", x=images, y=images[:2000])
    with h5py.File("out.h5") as file:
        assert file["x"].dtype == np.int16
        assert file["x"].compression is None


def test_progress_and_stopping(folder):
    for name in ("a", "b"):
        np.save(f"{name}.npy", np.random.RandomState(0).normal(size=(100_000, 8)))
    told = []
    vaelib.convert(["a.npy", "b.npy"], "out.h5", callbacks=told.append)
    assert {progress.dataset for progress in told} == {"a", "b"}
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(told) > 8
    with pytest.raises(vaelib.Cancelled):
        vaelib.convert("a.npy", "other.h5", callbacks=lambda progress: progress.rows > 50_000)
    assert sorted(os.listdir()) == ["a.npy", "b.npy", "out.h5"]


def test_mistakes(folder, images):
    np.save("a.npy", images)
    (folder / "sub").mkdir()
    np.save("sub/a.npy", images)
    (folder / "a.csv").write_text("a,b\n1,2\n")
    for arguments, options, text in (
        (([], "out.h5"), {}, "no sources"),
        ((["a.npy", "sub/a.npy"], "out.h5"), {}, "name them"),
        (("a.npy", "a.npy"), {}, "one of the sources"),
        (("a.npy", "out.h5"), {"label_column": 0}, "only CSV"),
        (("a.csv", "out.h5"), {"label_column": "c"}, r'"c".*header is a, b'),
        (("a.csv", "out.h5"), {"label_column": 2}, "has 2 columns"),
        (("a.npy", "out.h5"), {"dtype": "uint16"}, "dtype"),
        (("a.npy", "out.h5"), {"compression": 11}, "compression"),
        (({"x": ["a.npy", "a.csv"]}, "out.h5"), {}, r"a\.csv.*shape"),
    ):
        with pytest.raises(ValueError, match=text):
            vaelib.convert(*arguments, **options)
    np.save("large.npy", np.array([[1, 2], [3, 300]]))
    with pytest.raises(vaelib.DataError, match=r"large\.npy.*300.*int8"):
        vaelib.convert("large.npy", "out.h5", dtype="int8")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        vaelib.convert("nowhere.npy", "out.h5")
    with pytest.raises(vaelib.FileMissing, match="nowhere"):
        vaelib.convert("a.npy", "nowhere/out.h5")
    assert not [name for name in os.listdir() if name.endswith(".h5") or name.startswith(".")]


def run(capsys, *arguments):
    """A command's exit status, output and errors."""
    status = command_line.main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_convert_command(folder, images, capsys):
    np.save("a.npy", images)
    assert run(capsys, "convert", "a.npy", "out.h5") == (0, "a: 3001 rows\n", "")
    (folder / "t.csv").write_text("y,a,b\n1,2,3\n0,4,5\n")
    options = ("--label-column", "y", "--dtype", "uint8", "--compression", "0")
    assert run(capsys, "convert", "x_train=t.csv", "out.h5", *options)[0] == 0
    check("out.h5", x_train=np.array([[2, 3], [4, 5]]), y_train=np.array([1, 0]))
    assert run(capsys, "convert", "x=a.npy", "x=a.npy", "out.h5") == (0, "x: 6002 rows\n", "")
    for arguments, text in (
        (("nowhere.npy", "out.h5"), "nowhere.npy"),
        (("x=a.npy", "a.npy", "out.h5"), "all sources"),
        (("a.npy", "out.h5", "--dtype", "uint9"), "uint9"),
        (("out.h5", "again.h5"), "HDF5 already"),
        (("a.npy", "t.csv"), 'the target "t.csv"'),
    ):
        status, out, errors = run(capsys, "convert", *arguments)
        assert (status, out) == (1, "")
        assert re.match(rf"vaelib: .*{re.escape(text)}", errors), errors
    assert (folder / "t.csv").read_text() == "y,a,b\n1,2,3\n0,4,5\n"


def test_the_examples_in_the_help_of_convert(folder, capsys):
    for name in ("train.csv", "test.csv"):
        (folder / name).write_text("1,2,3\n0,4,5\n")
    with pytest.raises(SystemExit):
        command_line.main(["convert", "--help"])
    example = re.search(r"vaelib (convert .*\.csv.*)\n", capsys.readouterr().out)
    assert run(capsys, *example[1].split())[0] == 0
    values, labels = np.array([[2, 3], [4, 5]]), np.array([1, 0])
    check("digits.h5", x_train=values, y_train=labels, x_test=values, y_test=labels)


def test_the_info_command(folder, images, capsys, fitted, binary):
    vaelib.write_dataset("data.h5", x_train=images, y=np.arange(3))
    with h5py.File("data.h5", "a") as file:
        file["text"] = "hello"
    status, out, _ = run(capsys, "info", "data.h5")
    assert status == 0
    lines = out.splitlines()
    assert lines[1:] == ["x_train: 3001 rows of 72, uint8", "y: 3 rows of 1, int64"]
    assert lines[0].startswith("text: cannot be read: ")
    fitted.save("model.h5")
    vaelib.StackedDenoisingAutoencoder(hidden=(5,), epochs=1, random_state=0).fit(binary).save("stack.h5")
    for name, text in (("model.h5", "VAE("), ("stack.h5", "StackedDenoisingAutoencoder(")):
        status, out, _ = run(capsys, "info", name)
        assert status == 0
        assert text in out
        assert "12 columns" in out
        assert "checkpoint" not in out
    checkpoint = vaelib.Checkpoint("run.h5", every_steps=1)
    vae = vaelib.VAE(2, (5,), epochs=3, random_state=0)
    vae.fit(binary, checkpoint=checkpoint, callbacks=lambda progress: progress.kind == "epoch")
    unfinished = ["1 epoch of training", "a checkpoint: fit, in epoch 2 of 3"]
    assert run(capsys, "info", "run.h5")[1].splitlines()[2:] == unfinished
    vae.fit(binary, checkpoint=checkpoint)
    assert run(capsys, "info", "run.h5")[1].splitlines()[2:] == ["3 epochs of training", "a checkpoint: fit, complete"]
    status, _, errors = run(capsys, "info", "nowhere.h5")
    assert status == 1
    assert "nowhere.h5" in errors


def test_help_and_version(folder):
    environment = {**os.environ, "PYTHONPATH": str(Path(vaelib.__file__).resolve().parents[1])}
    for arguments, text in (
        ([], "convert"),
        (["--version"], vaelib.__version__),
        (["convert", "-h"], "--label-column"),
    ):
        command = [sys.executable, "-m", "vaelib", *arguments]
        process = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        assert text in process.stdout
