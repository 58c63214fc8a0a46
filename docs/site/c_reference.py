"""The reference of the C interface: a page for each chapter of the header, in its order and its words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from c_header import Chapter, Declaration, chapters

_ROLES = {"function": "func", "struct": "struct", "enum": "enum", "type": "type", "macro": "macro"}


def c_pages(header: Path) -> dict[str, str]:
    """The pages in reStructuredText, by their names; "index" is what the header says of itself."""
    opening, *rest = chapters(header)
    text = Text(rest)
    contents = "\n".join(f"   {_page_name(chapter)}" for chapter in rest)
    begin = f"{_heading('C reference', '=')}\n{_ABOUT}\n{text.formatted(opening.text)}\n"
    pages = {"index": f"{begin}\n.. toctree::\n   :caption: Chapters\n   :maxdepth: 1\n\n{contents}\n"}
    for chapter in rest:
        body = [_heading(chapter.title, "="), text.formatted(chapter.text)]
        for item in chapter.items:
            body.append(text.formatted(item) if isinstance(item, str) else text.described(item))
        pages[_page_name(chapter)] = "\n\n".join(part for part in body if part) + "\n"
    return pages


_ABOUT = """
This is :download:`vaelib.h <../../include/vaelib.h>`, chapter by chapter. In a hurry? The functions are in the
:ref:`index <genindex>`, and :doc:`/bindings/c/README` says how to compile and has example programs. The field
``struct_size``, with which structures begin, is left out here.
"""


class Text:
    """Comments as reStructuredText, in which whatever the header declares is a link to its description."""

    def __init__(self, described: list[Chapter]) -> None:
        self._roles: dict[str, str] = {}
        for chapter in described:
            for declaration in chapter.declarations():
                self._roles[declaration.name] = _ROLES[declaration.kind]
                if declaration.kind == "enum":
                    self._roles.update((member.name, "enumerator") for member in declaration.members)

    def described(self, declaration: Declaration) -> str:
        """A declaration as a directive, and its members in it."""
        code = declaration.name if declaration.kind in ("macro", "struct") else declaration.code
        body = self.formatted(declaration.text)
        if declaration.kind == "macro":
            structure = re.fullmatch(r"VAELIB_SIZED_STRUCTURE\((\w+)\)", declaration.code)
            meaning = f"``{declaration.code}``" if structure is None else f"Initialises a :c:struct:`{structure[1]}`."
            body = f"{meaning}\n\n{body}".rstrip()
        if declaration.code.startswith("struct "):
            body = f"An opaque handle.\n\n{body}".rstrip()
        parts = [body, *(self.described(member) for member in declaration.members)]
        inside = textwrap.indent("\n\n".join(part for part in parts if part), "   ")
        return f".. c:{declaration.kind}:: {code}\n\n{inside}".rstrip()

    def formatted(self, comment: str) -> str:
        """A comment: paragraphs, lists, and code, which is indented by four blanks."""
        return "\n\n".join(self._block(block) for block in _blocks(comment))

    def _block(self, block: list[str]) -> str:
        if block[0].startswith("    "):
            code = textwrap.dedent("\n".join(block))
            language = "c" if code.endswith((";", "}")) else "text"
            return f".. code-block:: {language}\n\n" + textwrap.indent(code, "   ")
        return "\n".join(self._line(line) for line in block)

    def _line(self, line: str) -> str:
        parts = re.split(r"`([^`]+)`", line)
        return "".join(f"``{part}``" if number % 2 else self._linked(part) for number, part in enumerate(parts))

    def _linked(self, prose: str) -> str:
        """Prose in which names are links, and which has no markup else."""
        found = []
        for word in re.split(r"(\bvaelib_\w+\b(?:\(\))?|\bVAELIB_\w+\b|docs/[a-z-]+\.md)", prose):
            name = word.removesuffix("()")
            if word.startswith("docs/"):
                found.append(f":doc:`{word} </{word.removesuffix('.md')}>`")
            elif name in self._roles:
                found.append(f":c:{self._roles[name]}:`{name}`")
            else:
                found.append(re.sub(r"([\\*_|`])", r"\\\1", word))
        return re.sub(r"(?<=`)(?=[\w])", r"\\ ", "".join(found)) if "`" in prose else "".join(found)


def _blocks(comment: str) -> Iterator[list[str]]:
    """Runs of lines that belong together: a paragraph, a list's item, or code, with its empty lines."""
    block: list[str] = []
    for line in comment.splitlines():
        is_code = line.startswith("    ")
        within_code = bool(block) and block[0].startswith("    ")
        begins = line.startswith("- ") or (bool(line) and is_code != within_code)
        if block and (begins or (not line and not within_code)):
            yield _trimmed(block)
            block = []
        if line or within_code:
            block.append(line)
    if block:
        yield _trimmed(block)


def _trimmed(block: list[str]) -> list[str]:
    while not block[-1]:
        block.pop()
    return block


def _page_name(chapter: Chapter) -> str:
    return re.sub(r"\W+", "-", chapter.title.partition(":")[0].lower())


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"
