"""Programs in C that tests run, linked with the library that the package uses."""

import shutil
import subprocess
from pathlib import Path

import pytest
from vaelib._c.library import library

LIBRARY = Path(library._name).resolve()
#: Where the programs' sources are.
SOURCES = Path(__file__).resolve().parents[1] / "c"


def build(folder, name, *sources):
    """Compiles a program into a folder and returns its path; the test is skipped if there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    link = folder / "libvaelib.so.0"
    if not link.exists():
        link.symlink_to(LIBRARY)
    flags = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O1", "-pthread", f"-I{SOURCES.parents[1] / 'include'}"]
    where = [f"-Wl,-rpath,{LIBRARY.parent}", f"-Wl,-rpath,{folder}", "-lm"]
    program = folder / name
    subprocess.run([compiler, *flags, *map(str, sources), str(LIBRARY), *where, "-o", str(program)], check=True)
    return program
