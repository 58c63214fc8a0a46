"""What the package has from the C header and from the library's list of hyper-parameters: up to date, and right."""

import ctypes
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import vaelib
from vaelib._c import errors, header

REPOSITORY = Path(__file__).resolve().parents[2]
HEADER = REPOSITORY / "include" / "vaelib.h"
SCRIPT = REPOSITORY / "scripts" / "generate-python.py"
TEXT = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
STRUCTURES = {each.c_name: each for _, each in inspect.getmembers(header, inspect.isclass) if hasattr(each, "c_name")}


def check(repository):
    command = [sys.executable, str(repository / "scripts" / SCRIPT.name), "--check"]
    return subprocess.run(command, capture_output=True, text=True)


def test_nothing_would_be_generated_anew():
    process = check(REPOSITORY)
    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("_c/header.py", '("samples", c_size_t)', '("samples", c_double)'),
        ("models/vae.py", "latent_dim: int = ", "latent_dim: int = 1"),
        ("models/classifier.py", "self.dropout = dropout", "self.dropout = 0"),
    ],
)
def test_a_difference_is_noticed(tmp_path, path, old, new):
    for folder in ("include", "scripts"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    package = tmp_path / "bindings" / "python" / "vaelib"
    shutil.copytree(REPOSITORY / "bindings" / "python" / "vaelib", package)
    (tmp_path / ".build").symlink_to(REPOSITORY / ".build")
    text = (package / path).read_text()
    assert old in text
    (package / path).write_text(text.replace(old, new, 1))
    process = check(tmp_path)
    assert process.returncode == 1, process.stdout + process.stderr
    assert path in process.stdout


def test_everything_in_the_header_is_known():
    assert set(re.findall(r"typedef struct (vaelib_\w+) \{", TEXT)) == set(STRUCTURES)
    #: The template by which C++ initialises structures is no function of the library.
    named = set(re.findall(r"\b(vaelib_\w+)\(", TEXT)) - {"vaelib_sized_structure"}
    assert named == set(header.FUNCTIONS)
    assert len(header.FUNCTIONS) > 80


def test_structures_are_laid_out_as_the_compiler_does(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    lines = ["#include <stdio.h>", "#include <stddef.h>", f'#include "{HEADER}"', "int main(void) {"]
    expected = []
    for name, structure in STRUCTURES.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(structure)}")
        for field, kind in structure._fields_:
            member = f"(({name} *)0)->{field}"
            lines.append(f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), sizeof({member}));')
            expected.append(f"{name}.{field} {getattr(structure, field).offset} {ctypes.sizeof(kind)}")
    source = tmp_path / "probe.c"
    source.write_text("\n".join([*lines, "return 0;", "}"]))
    subprocess.run([compiler, "-std=c99", "-Wall", "-Werror", str(source), "-o", str(tmp_path / "probe")], check=True)
    output = subprocess.run([str(tmp_path / "probe")], check=True, capture_output=True, text=True).stdout
    assert output.splitlines() == expected


def test_structures_have_the_fields_of_the_header_and_no_others():
    for name, structure in STRUCTURES.items():
        body = re.search(r"typedef struct " + name + r" \{(.*?)\} " + name + ";", TEXT, re.DOTALL).group(1)
        fields = re.findall(r"(\w+)(?:\[\d+\])?;", body)
        assert [field for field, _ in structure._fields_] == fields, name


def test_structures_that_programs_declare_have_an_initialiser():
    #: Only handed to callbacks.
    read_only = {"vaelib_progress"}
    sized = set(re.findall(r"typedef struct (vaelib_\w+) \{\s+size_t struct_size;", TEXT)) - read_only
    assert len(sized) > 15
    macros = dict(re.findall(r"#define (VAELIB_\w+_INIT) VAELIB_SIZED_STRUCTURE\((vaelib_\w+)\)", TEXT))
    assert macros == {f"VAELIB_{name.removeprefix('vaelib_').upper()}_INIT": name for name in sized}


def test_every_status_has_an_exception():
    assert sorted(header.STATUS.values()) == [header.STATUS["ok"], *errors._ERRORS]


def test_versions_agree():
    assert int(re.search(r"VAELIB_ABI_VERSION (\d+)", HEADER.read_text()).group(1)) == header.ABI_VERSION
    assert re.search(r'VAELIB_VERSION "([^"]+)"', HEADER.read_text()).group(1) == vaelib.__version__
    project = (HEADER.parents[1] / "bindings" / "python" / "pyproject.toml").read_text()
    assert f'version = "{vaelib.__version__}"' in project
