"""Files that h5py, PyTables, pandas and netCDF4 write go through everything vaelib does with data files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import check_files
import expectations
import h5py
import isolation
import numpy as np
import pytest
import vaelib
from write_files import FILES

SCRIPT = Path(check_files.__file__)
#: Of the files that differ only in the version of the format the oldest and the newest are enough for the fast tests;
#: so is one of the indices, and one of the others that take seconds.
SLOW = re.compile(r"h5py_.*_v11[024]|h5py_(indices|settings)_v108|h5py_(sizes|layouts_[a-z]|groups_[a-z])")


def marked(name):
    return pytest.param(name, marks=[pytest.mark.slow] if SLOW.match(name) else [])


@pytest.mark.parametrize("name", [marked(name) for name in FILES])
def test_no_fault(tmp_path, name):
    path = str(tmp_path / name)
    FILES[name](path)
    report = check_files.check(path)
    assert report.faults == []
    assert report.known
    assert report.read or report.unread


def write(path, **values):
    with h5py.File(path, "w") as file:
        for name, array in values.items():
            file[name] = array


def test_the_script(tmp_path):
    write(tmp_path / "a.h5", x=np.ones((3, 2)), text="no numbers")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, SCRIPT, tmp_path, "--verbose"]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    lines = process.stdout.splitlines()
    assert lines[0].startswith(f"ok  {tmp_path}/a.h5: 1 read, 1 refused, ")
    assert "refused: text: " in lines[1]
    assert "b.h5: 0 read, 0 refused, not read by h5py" in lines[2]
    assert "2 files, 0 with faults; 1 arrays equal to h5py's" in lines[3]
    assert "not read, 1: scalar" in lines[4]


def test_a_wrong_value_is_found(tmp_path, monkeypatch):
    write(tmp_path / "a.h5", x=np.ones((3, 3)))
    as_seen = expectations.as_seen
    monkeypatch.setattr(expectations, "as_seen", lambda *given: as_seen(*given) + np.eye(3, 3, -2, dtype="f4"))
    report = check_files.check(str(tmp_path / "a.h5"))
    assert len(report.faults) == 8  # four ways, by the second axis and in windows
    assert "row 2, column 0 is" in report.faults[0]
    assert report.line().startswith("FAULT")


def test_a_refused_set_and_a_missing_name_are_found(tmp_path, monkeypatch):
    write(tmp_path / "a.h5", x=np.ones((3, 2)))
    refuse = vaelib.FormatError("a.h5 is not liked")
    monkeypatch.setattr(vaelib, "dataset_names", lambda path, **_: ["x", "x"])
    monkeypatch.setattr(vaelib, "open_dataset", lambda *_, **__: (_ for _ in ()).throw(refuse))
    faults = check_files.check(str(tmp_path / "a.h5")).faults
    assert [fault for fault in faults if "2 names do not lead to the 1 datasets" in fault] == [faults[0], faults[1]]
    assert all("a.h5 is not liked" in fault for fault in faults[2:])
    assert len(faults) == 10


def crash(path, tell):
    tell(step="the crash")
    os.abort()


def hang(path, tell):
    tell(step="the hang")
    while True:
        pass


def fill(path, tell):
    np.ones(1 << 28, np.uint8)


def test_children_that_come_to_harm():
    assert isolation.run(crash, "").failure == "crashed by SIGABRT in the crash"
    assert isolation.run(hang, "", 0.2).failure == "did not end within 0 s in the hang"
    assert "ZeroDivisionError" in isolation.run(lambda path, tell: 1 // 0, "").failure
    outcome = isolation.run(fill, "")
    assert outcome.failure is None
    assert 1 << 28 <= outcome.memory < 3 << 27
