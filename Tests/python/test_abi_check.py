"""The check of the ABI notices every change of the header that breaks programs."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = (ROOT / "include" / "vaelib.h").read_text()
#: A field of a structure: its type, its name, the length of its array.
FIELD = re.compile(r"^    ((?:const )?\w+ (?:\*const \*|\*)?)(\w+)(\[\d+\])?;$", re.MULTILINE)
#: Another type of the same size.
SAME_SIZE = {
    "size_t": "int64_t",
    "uint64_t": "double",
    "int64_t": "uint64_t",
    "ptrdiff_t": "size_t",
    "double": "uint64_t",
    "int": "unsigned",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("abidiff") is None or os.uname().machine != "x86_64", reason="needs libabigail"),
]


@pytest.fixture(scope="module")
def is_noticed(tmp_path_factory):
    """Whether the check fails for a header that was changed so."""
    folder = tmp_path_factory.mktemp("abi")
    for place in ("scripts/check-abi.sh", "docs/abi.xml", "vaelib.map"):
        (folder / place).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / place, folder / place)
    (folder / "include").mkdir()

    def check(header: str) -> bool:
        (folder / "include" / "vaelib.h").write_text(header)
        result = subprocess.run([folder / "scripts" / "check-abi.sh"], capture_output=True, text=True)
        assert result.returncode in (0, 1), result.stderr
        # A header that does not compile would be noticed for another reason.
        assert result.returncode == 0 or "differs from docs/abi.xml" in result.stderr, result.stderr
        return result.returncode != 0

    return check


def structures():
    """Of each structure the fields after struct_size."""
    for match in re.finditer(r"typedef struct (vaelib_\w+) \{\n(.*?)^\} \1;", HEADER, re.DOTALL | re.MULTILINE):
        fields = [field for field in FIELD.finditer(HEADER, *match.span(2)) if field[2] != "struct_size"]
        yield match[1], fields


def replaced(*changes):
    """The header, with other text at these places."""
    text = HEADER
    for match, new in sorted(changes, key=lambda change: -change[0].start()):
        text = text[: match.start()] + new + text[match.end() :]
    return text


def test_the_header_is_as_described(is_noticed):
    assert not is_noticed(HEADER)


def test_neighbouring_fields_that_change_places_are_noticed(is_noticed):
    pairs = [(name, *pair) for name, fields in structures() for pair in itertools.pairwise(fields)]
    assert len(pairs) > 100
    missed = [
        f"{name}: {first[2]} and {second[2]}"
        for name, first, second in pairs
        if not is_noticed(replaced((first, second[0]), (second, first[0])))
    ]
    assert missed == []


def test_types_of_the_same_size_are_noticed(is_noticed):
    fields = [(name, field) for name, all_fields in structures() for field in all_fields]
    changes = []
    for name, field in fields:
        kind, variable, length = field.groups()
        other = "const double *" if "*" in kind else SAME_SIZE.get(kind.strip(), "unsigned")
        changes.append((f"{name}.{variable}", replaced((field, f"    {other} {variable}{length or ''};"))))
    assert len(changes) > 100
    assert [place for place, header in changes if not is_noticed(header)] == []


def test_other_numbers_of_constants_are_noticed(is_noticed):
    constants = list(re.finditer(r"^    (VAELIB_\w+) = (\d+)", HEADER, re.MULTILINE))
    assert len(constants) > 20
    missed = [
        match[1] for match in constants if not is_noticed(replaced((match, f"    {match[1]} = {int(match[2]) + 100}")))
    ]
    assert missed == []


def test_other_functions_are_noticed(is_noticed):
    assert is_noticed(HEADER.replace("void vaelib_model_free(vaelib_model *model);", ""))
    assert is_noticed(
        HEADER.replace("vaelib_model *model, size_t rows, const", "vaelib_model *model, int rows, const", 1)
    )
    assert is_noticed(
        HEADER.replace(
            "void vaelib_model_free(", "void vaelib_model_release(vaelib_model *model);\nvoid vaelib_model_free(", 1
        )
    )
