"""Puts the built library and the manual page into the wheel, whose tag names the platform.

pyproject.toml says everything else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.errors import FileError

PROJECT = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.path.normpath(os.path.join(PROJECT, "..", "..", ".build", "release", "libvaelib.so"))


def name_in_package() -> str:
    """The name under which ``vaelib._c.library`` looks for the library, with the ABI that the package is made for."""
    with open(os.path.join(PROJECT, "vaelib", "_c", "header.py"), encoding="utf-8") as header:
        abi = re.search(r"^ABI_VERSION = (\d+)$", header.read(), re.MULTILINE)
    assert abi, "header.py is written by scripts/generate-python.py"
    return f"libvaelib.so.{abi[1]}"


class BuildWithLibrary(build_py):
    """Copies the package's files and the library, without its debug information, and writes the manual page."""

    def run(self) -> None:
        """An editable installation takes the library from where it is built, now or later."""
        if self.editable_mode:
            super().run()
            return
        if not os.path.exists(LIBRARY):
            raise FileError(
                f"the wheel needs the library, but {LIBRARY} does not exist; "
                "run `make` in a checkout of vaelib, then `pip install ./bindings/python` there"
            )
        package = os.path.join(self.build_lib, "vaelib")
        # Modules that an earlier version left there would go into the wheel.
        shutil.rmtree(package, ignore_errors=True)
        super().run()
        subprocess.run(["objcopy", "--strip-all", LIBRARY, os.path.join(package, name_in_package())], check=True)
        self.distribution.data_files = [("share/man/man1", [self.manual_page()])]

    def manual_page(self) -> str:
        """The file of the manual page, which the package that was built prints; ``man`` looks for it in share/man."""
        folder = self.get_finalized_command("build").build_temp
        path = os.path.join(folder, "vaelib.1")
        os.makedirs(folder, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": os.path.abspath(self.build_lib), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("VAELIB_LIBRARY", None)
        with open(path, "wb") as file:
            subprocess.run([sys.executable, "-m", "vaelib", "man"], env=environment, stdout=file, check=True)
        return path


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3, since ctypes calls the library, but for one platform."""

    def get_tag(self) -> tuple[str, str, str]:
        """As compiled for the machine at hand: nothing says which older systems have all that the library needs."""
        return "py3", "none", str(super().get_tag()[2])


class PlatformDistribution(Distribution):
    """Goes where compiled packages go."""

    def has_ext_modules(self) -> bool:
        """The library counts as one."""
        return True


setup(distclass=PlatformDistribution, cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel})
