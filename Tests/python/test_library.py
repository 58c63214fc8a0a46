"""How the shared library is found, and what is said when it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from vaelib._c import library as _library

PACKAGE = Path(_library.__file__).resolve().parents[1]


def import_error(tmp_path, library):
    """The text that ``import vaelib`` ends with in a fresh interpreter."""
    environment = {**os.environ, "VAELIB_LIBRARY": str(library), "PYTHONPATH": str(PACKAGE.parent)}
    process = subprocess.run(
        [sys.executable, "-c", "import vaelib"], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert process.returncode != 0
    return process.stderr


def test_the_environment_comes_first_and_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(_library, "PACKAGE", str(tmp_path))
    (tmp_path / "libvaelib.so.0").touch()
    monkeypatch.setenv("VAELIB_LIBRARY", "/elsewhere/libvaelib.so")
    assert _library.candidates() == ["/elsewhere/libvaelib.so"]


def test_then_the_library_of_an_installed_package_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("VAELIB_LIBRARY", raising=False)
    monkeypatch.setattr(_library, "PACKAGE", str(tmp_path))
    (tmp_path / "libvaelib.so.0").touch()
    assert _library.candidates() == [str(tmp_path / "libvaelib.so.0")]


def test_then_the_build_tree_and_the_system(monkeypatch):
    monkeypatch.delenv("VAELIB_LIBRARY", raising=False)
    assert _library.candidates() == [
        str(PACKAGE.parents[2] / ".build" / "release" / "libvaelib.so"),
        "libvaelib.so.0",
    ]


def test_every_place_tried_is_listed(monkeypatch):
    monkeypatch.setattr(_library, "candidates", lambda: ["/first/libvaelib.so", "/second/libvaelib.so"])
    with pytest.raises(ImportError) as caught:
        _library.load_library()
    assert "/first/libvaelib.so: " in str(caught.value)
    assert "/second/libvaelib.so: " in str(caught.value)


def test_a_missing_library(tmp_path):
    text = import_error(tmp_path, tmp_path / "nowhere.so")
    assert "nowhere.so: cannot open shared object file" in text
    assert "Run `make`" in text
    assert "VAELIB_LIBRARY" in text


def compiled(tmp_path, source):
    (tmp_path / "other.c").write_text(source)
    library = tmp_path / "libother.so"
    subprocess.run(["cc", "-shared", "-fPIC", str(tmp_path / "other.c"), "-o", str(library)], check=True)
    return library


def test_another_abi_is_refused(tmp_path):
    library = compiled(tmp_path, "int vaelib_abi_version(void) { return 7; }")
    assert "has ABI 7, this vaelib package needs ABI 0" in import_error(tmp_path, library)


def test_another_library_is_refused(tmp_path):
    library = compiled(tmp_path, "int something(void) { return 7; }")
    assert "is not the vaelib library" in import_error(tmp_path, library)
