"""Reads the C header as what it is to its readers: chapters of text, types, functions and constants, in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: What a declaration may be; the names are those of Sphinx's directives for C.
KINDS = ("macro", "struct", "enum", "type", "function")


@dataclass
class Declaration:
    """A function, type or constant: its kind, its name, its text, its declaration; a type's members have their own."""

    kind: str
    name: str
    text: str
    code: str
    members: list[Declaration] = field(default_factory=list)


@dataclass
class Chapter:
    """A chapter: its heading, its text, and what it declares; texts that describe no single thing are strings."""

    title: str
    text: str
    items: list[Declaration | str] = field(default_factory=list)

    def declarations(self) -> Iterator[Declaration]:
        """What it declares, in the header's order."""
        return (item for item in self.items if isinstance(item, Declaration))


_BANNER = re.compile(r"/\* -{10,}\n(.*?)\n \* -{10,} \*/\n", re.DOTALL)
_COMMENT = r"(?:/\*\*(?P<text>(?:(?!\*/).)*)\*/\s*)?"
_ITEMS = [
    ("prose", re.compile(r"/\*(?!\*)(?P<text>.*?)\*/\n", re.DOTALL)),
    ("prose", re.compile(_COMMENT + r"#ifdef __cplusplus\n(?:.*?)\n#endif\n", re.DOTALL)),
    ("macro", re.compile(_COMMENT + r"#define (?P<name>\w+)(?P<code>(?:[^\n]|(?<=\\)\n)*)\n", re.DOTALL)),
    (
        "members",
        re.compile(_COMMENT + r"typedef (?P<kind>enum|struct) \w+ \{\n(?P<code>.*?)\n\} (?P<name>\w+);", re.DOTALL),
    ),
    ("struct", re.compile(_COMMENT + r"typedef (?P<code>struct (?P<name>\w+) (?P=name));", re.DOTALL)),
    ("type", re.compile(_COMMENT + r"typedef (?P<code>[\w ]+\(\*(?P<name>\w+)\)\([^;]*\));", re.DOTALL)),
    ("function", re.compile(_COMMENT + r"(?P<code>[\w ]+[ *](?P<name>\w+)\([^;]*\));", re.DOTALL)),
]
_FIELD = re.compile(_COMMENT + r"(?P<code>[^;]*?(?P<name>\w+)(?:\[\d+\])?);\s*", re.DOTALL)
_ENUMERATOR = re.compile(_COMMENT + r"(?P<code>(?P<name>\w+) = \d+),?\s*", re.DOTALL)
_GUARD = re.compile(r"#(?:ifn?def \w+|define VAELIB_H\b|include <\w+\.h>|endif)[^\n]*\n|extern \"C\" \{\n|\}\n")


def chapters(header: Path) -> list[Chapter]:
    """The chapters of the header; the first is what it says of itself, and declares nothing.

    Raises
    ------
    ValueError
        The header has something of a form that is not known here.
    """
    source = header.read_text(encoding="utf-8")
    opening = re.match(r"/\*\n(.*?)\*/\n", source, re.DOTALL)
    if opening is None:
        raise ValueError(f"{header} does not begin with a comment")
    found = [Chapter("", _plain(opening[1]))]
    parts = _BANNER.split(source[opening.end() :])
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        title, _, text = _plain(heading).partition("\n")
        found.append(Chapter(title, text.strip("\n"), list(_items(body))))
    return found


def _items(body: str) -> Iterator[Declaration | str]:
    rest = body.strip() + "\n"
    while rest:
        if guard := _GUARD.match(rest):
            rest = rest[guard.end() :].lstrip("\n")
            continue
        kind, match = _first(rest)
        text = _plain(match["text"] or "")
        if kind == "prose":
            if text:
                yield text
        elif kind == "members":
            members = list(_members(match["kind"], match["code"]))
            yield Declaration(match["kind"], match["name"], text, match["name"], members)
        else:
            yield Declaration(kind, match["name"], text, _on_one_line(match["code"]))
        rest = rest[match.end() :].lstrip("\n")


def _on_one_line(code: str) -> str:
    return " ".join(code.replace("\\\n", " ").split()).replace("( ", "(")


def _first(rest: str) -> tuple[str, re.Match[str]]:
    for kind, pattern in _ITEMS:
        match = pattern.match(rest)
        if match:
            return kind, match
    raise ValueError(f"the header has a declaration of a form that is not known: {rest[:200]!r}")


def _members(kind: str, code: str) -> Iterator[Declaration]:
    pattern, what = (_ENUMERATOR, "enumerator") if kind == "enum" else (_FIELD, "member")
    rest = code.strip()
    while rest:
        match = pattern.match(rest)
        if match is None:
            raise ValueError(f"a type has a member of a form that is not known: {rest[:200]!r}")
        if match["name"] != "struct_size":
            yield Declaration(what, match["name"], _plain(match["text"] or ""), " ".join(match["code"].split()))
        rest = rest[match.end() :]


def _plain(comment: str) -> str:
    """The text of a comment, without the stars at the begin of its lines."""
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip("\n").splitlines()]
    return "\n".join(lines).strip()
