"""The C programs of this folder, compiled when they are needed."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


class CompilerMissingError(Exception):
    """There is no C compiler."""


def compile_program(name: str, *flags: str, libraries: tuple[str, ...] = ()) -> Path:
    """The program of ``name.c``, in a folder that is removed when this process ends.

    Raises
    ------
    CompilerMissingError
        There is no C compiler.
    """
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not compiler:
        raise CompilerMissingError("no C compiler was found")
    program = Path(scratch.name) / name
    command = [compiler, "-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O2", *flags]
    subprocess.run([*command, str(FOLDER / f"{name}.c"), *libraries, "-o", str(program)], check=True)
    return program


#: Removed when this process ends.
scratch = tempfile.TemporaryDirectory(prefix="vaelib-speed-")
atexit.register(scratch.cleanup)
