"""The page: its head, its sections in their order, its one file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from vaelib._c.host import version
from vaelib.data.replacement import replaced
from vaelib.report import codes, examples, oddities, overview, quality
from vaelib.report.elements import Markup, element, paragraph, part_of_page, together
from vaelib.report.subject import Subject

#: Nothing may be fetched from anywhere.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


class Section(NamedTuple):
    """A part of the page: its name in addresses, its title, and what makes its contents."""

    name: str
    title: str
    write: Callable[[Subject], Markup]


SECTIONS = (
    Section("architecture", "Architecture", overview.architecture),
    Section("data", "Data", overview.data),
    Section("settings", "Settings", overview.settings),
    Section("training", "Training", quality.curves),
    Section("scores", "Scores", quality.scores),
    Section("samples", "Samples", examples.samples),
    Section("reconstructions", "Reconstructions", examples.reconstructions),
    Section("map", "Map of codes", codes.latent_map),
    Section("information", "Information in latents", codes.information),
    Section("filters", "Filters", codes.filters),
    Section("unusual", "Unusual rows", oddities.unusual_rows),
)


def page(subject: Subject, title: str) -> str:
    """The whole page, which needs no other file and no network."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", part_of_page("style.css")),
    )
    links = [element("li", element("a", section.title, href=f"#{section.name}")) for section in SECTIONS]
    parts = [
        element("section", element("h2", section.title), section.write(subject), id=section.name)
        for section in SECTIONS
    ]
    made = f"{type(subject.model).__name__} of {subject.columns} columns; made by vaelib {version()}"
    top = element("header", element("h1", title), paragraph(made, class_="muted"))
    body = element(
        "body", top, element("nav", element("ul", *links), aria_label="sections"), element("main", together(parts))
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def write_page(content: str, path: str | os.PathLike[str]) -> None:
    """Writes the file, complete or not at all."""
    with replaced(path) as scratch, open(scratch, "wb") as file:
        file.write(content.encode("utf-8", "backslashreplace"))
