"""The repository's Markdown pages as the site has them: with the same words, and links to pages of the site."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

#: Pages that are shown as they are.
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "bindings/*/README.md", "benchmarks/*/README.md")

#: The site's home has another name than the page that it shows.
_MOVED = {"README.md": "index.md"}

#: What links to files of the repository lead to, where the site has a page about it.
_SHOWN_BY = {
    "include/vaelib.h": "reference/c/index.rst",
    "LICENSE": "license.md",
    "bindings/c/examples": "bindings/c/examples.md",
}

_LINK = re.compile(r"(\]\()([^)\s#:]+)((?:#[^)\s]*)?\))")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def copied_pages(repository: Path) -> dict[str, str]:
    """The pages' texts, by their paths in the site."""
    paths = sorted(path.relative_to(repository) for pattern in PAGES for path in repository.glob(pattern))
    return {
        _MOVED.get(path.as_posix(), path.as_posix()): _with_links_of_site(
            (repository / path).read_text(encoding="utf-8"), PurePosixPath(path)
        )
        for path in paths
    }


def c_examples(repository: Path) -> str:
    """A page of the C example programs."""
    parts = ["# C example programs", "The programs of [the guide to C](README.md), each in one file."]
    for path in sorted((repository / "bindings/c/examples").glob("*.c")):
        parts += [f"## {path.name}", f"````c\n{path.read_text(encoding='utf-8').strip()}\n````"]
    return "\n\n".join(parts) + "\n"


def license_page(repository: Path) -> str:
    """A page of the licence."""
    return f"# License\n\n```text\n{(repository / 'LICENSE').read_text(encoding='utf-8').strip()}\n```\n"


def _with_links_of_site(text: str, page: PurePosixPath) -> str:
    """The text, with links of the page to what has another place in the site; code stays as it is."""
    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [_relinked(text[end : fence.start()], page), fence[0]]
        end = fence.end()
    return "".join([*pieces, _relinked(text[end:], page)])


def _relinked(text: str, page: PurePosixPath) -> str:
    def target(link: re.Match[str]) -> str:
        path = os.path.normpath(page.parent / link[2])
        example = PurePosixPath(path)
        if example.match("bindings/c/examples/*.c"):
            return f"{link[1]}{_from(page, 'bindings/c/examples.md')}#{example.name.replace('.', '')})"
        moved = _SHOWN_BY.get(path) or _MOVED.get(path)
        return link[0] if moved is None else f"{link[1]}{_from(page, moved)}{link[3]}"

    return _LINK.sub(target, text)


def _from(page: PurePosixPath, target: str) -> str:
    """The way from a page to another one."""
    return os.path.relpath(target, page.parent)
