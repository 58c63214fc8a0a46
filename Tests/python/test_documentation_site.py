"""The site of the documentation shows all there is: every name of the header, the package and the command line."""

from __future__ import annotations

import re
from pathlib import Path

import c_header
import c_reference
import command_reference
import contents
import copied_pages
import pytest
import python_reference
import vaelib
import vaelib.interchange
import vaelib.plots
from vaelib.command_line.parser import command_parser
from vaelib.commands import COMMANDS

REPOSITORY = Path(__file__).resolve().parents[2]

HEADER = REPOSITORY / "include/vaelib.h"
#: What the pages that map names call with a value beside constructors: arguments of methods, one of scvi-tools' too.
_ARGUMENTS = {"conditions", "validation", "checkpoint", "callbacks", "return_dist"}


def test_every_declaration_of_the_header_is_described_once() -> None:
    code = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    functions = set(re.findall(r"\b(vaelib_\w+)\(", code)) - {"vaelib_sized_structure"}
    types = set(re.findall(r"^\} (\w+);", code, re.MULTILINE))
    constants = set(re.findall(r"#define (VAELIB_\w+)", code)) - {"VAELIB_H", "VAELIB_SIZED_STRUCTURE"}
    constants |= set(re.findall(r"^    (VAELIB_\w+) = \d+", code, re.MULTILINE))
    described = "\n".join(c_reference.c_pages(HEADER).values())
    found = re.findall(r"^ *\.\. c:(?:function|struct|enum|macro|enumerator|type):: (.*)$", described, re.MULTILINE)
    pointers = [re.sub(r"\(\*(\w+)\).*", r"\1", declaration) for declaration in found]
    names = [re.sub(r"\(.*| = .*", "", declaration).split()[-1].lstrip("*") for declaration in pointers]
    assert sorted(set(names)) == sorted(names)
    assert functions | types | constants <= set(names)
    assert len(functions) > 100


def test_fields_and_texts_of_the_header_are_there() -> None:
    arrays = c_reference.c_pages(HEADER)["arrays"]
    assert ".. c:member:: ptrdiff_t row_stride" in arrays
    assert "A view of a matrix in the caller's memory, one example per row." in arrays
    assert ".. code-block:: c\n\n      const float data[] = {5, 1, 2};" in arrays


def test_chapters_have_the_order_of_the_header() -> None:
    titles = [chapter.title for chapter in c_header.chapters(HEADER)]
    assert titles[:3] == ["", "Version and errors", "Profiles: where the time of a call goes"]


def test_a_declaration_of_an_unknown_form_is_refused(tmp_path: Path) -> None:
    rule = "-" * 40
    header = tmp_path / "header.h"
    header.write_text(f"/*\n * A header.\n */\n/* {rule}\n * One\n * {rule} */\nunion either;\n")
    with pytest.raises(ValueError, match="union either"):
        c_header.chapters(header)


def test_every_public_name_of_the_package_has_one_place() -> None:
    names = [name for page in python_reference.covered().values() for name in page]
    assert sorted(names) == sorted(vaelib.__all__)
    pages = python_reference.python_pages()
    for module, page in ((vaelib.plots, "plots"), (vaelib.interchange, "interchange")):
        assert all(f"{module.__name__}.{name}" in pages[page].split() for name in module.__all__)


@pytest.mark.parametrize("name", python_reference.ESTIMATORS)
def test_every_method_of_an_estimator_has_one_place(name: str) -> None:
    estimator = getattr(vaelib, name)
    methods = [method for found in python_reference.methods_of(estimator).values() for method in found]
    public = {
        each
        for each in dir(estimator)
        if not each.startswith("_") and getattr(getattr(estimator, each), "__module__", "").startswith("vaelib.")
    }
    assert sorted(methods) == sorted(public)


def test_every_option_of_every_command_is_described() -> None:
    pages = command_reference.command_pages()
    for name in (each for names in COMMANDS.values() for each in names):
        assert all(f"{option}" in pages[name] for option in command_parser(name).option_names())
        assert f"vaelib {name} <{name}>" in pages["index"]


def test_every_page_has_a_place_in_the_contents() -> None:
    pages = set(copied_pages.copied_pages(REPOSITORY)) - {"index.md"}
    assert all(f"<{page.removesuffix('.md')}>" in contents.CONTENTS for page in pages)


def test_links_lead_to_what_the_site_has() -> None:
    pages = copied_pages.copied_pages(REPOSITORY)
    assert "](reference/c/index.rst)" in pages["index.md"]
    assert "](../bindings/c/examples.md#drive_trainingc)" in pages["docs/tutorial.md"]
    assert "](outliers.md" in pages["docs/coming-from-pyod.md"]


def test_pages_that_map_names_name_what_there_is() -> None:
    """Constructor parameters and methods in the right column of the pages' tables, which is ours."""
    known = {name for estimator in python_reference.ESTIMATORS for name in dir(getattr(vaelib, estimator))}
    for estimator in python_reference.ESTIMATORS:
        known |= set(getattr(vaelib, estimator)().get_params())
    for page in sorted((REPOSITORY / "docs").glob("coming-from-*.md")):
        for row in re.findall(r"^\| .* \| (.*) \|$", page.read_text(), re.MULTILINE):
            for code in re.findall(r"`([a-z_]+)(?:=|\()", row):
                assert code in known | _ARGUMENTS, f"{page.name}: {code}"
