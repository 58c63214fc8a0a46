"""Writes what Sphinx makes the site of: the repository's Markdown pages, references, and the gallery's pictures.

usage: python docs/site/write_sources.py FOLDER
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from c_reference import c_pages
from command_reference import command_pages
from contents import CONTENTS
from copied_pages import c_examples, copied_pages, license_page
from gallery import with_pictures
from python_reference import python_pages

REPOSITORY = Path(__file__).resolve().parents[2]


def main(folder: Path) -> None:
    """Writes all sources, in place of those that are there."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = copied_pages(REPOSITORY)
    pages["index.md"] += CONTENTS
    pages["docs/gallery.md"] = with_pictures(pages["docs/gallery.md"], folder / "docs/gallery")
    pages["bindings/c/examples.md"] = c_examples(REPOSITORY)
    pages["license.md"] = license_page(REPOSITORY)
    references = {
        "c": c_pages(REPOSITORY / "include/vaelib.h"),
        "command-line": command_pages(),
        "python": python_pages(),
    }
    for reference, found in references.items():
        pages.update((f"reference/{reference}/{name}.rst", text) for name, text in found.items())
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("include/vaelib.h", "docs/abi.xml"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
