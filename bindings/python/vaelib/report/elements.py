"""HTML elements: whatever is no markup yet is escaped, so no name or label of a file can become part of the page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib.resources import files

from vaelib.plots.columns import number_text

#: Elements without an end tag.
_EMPTY = ("img", "input", "meta", "br")


class Markup(str):
    """Text that is HTML; all other text is escaped where it becomes a part of an element."""

    __slots__ = ()


def escaped(content: object) -> str:
    """Content as HTML."""
    return str(content) if isinstance(content, Markup) else html.escape(str(content))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """An element; ``class_`` and ``aria_label`` are the attributes class and aria-label, None leaves one out."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _EMPTY:
        return Markup(f"<{tag}{named}>")
    return Markup(f"<{tag}{named}>{''.join(escaped(child) for child in children)}</{tag}>")


def part_of_page(name: str) -> Markup:
    """A style or a script, which lies beside this module."""
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def together(parts: Iterable[object]) -> Markup:
    """Parts one after another."""
    return Markup("\n".join(escaped(part) for part in parts))


def paragraph(*children: object, class_: str | None = None) -> Markup:
    """A paragraph."""
    return element("p", *children, class_=class_)


def scrolling(inner: Markup, description: str) -> Markup:
    """What may be wider than a narrow page, and is then scrolled sideways, by keyboard too."""
    return element("div", inner, class_="scroll", tabindex=0, role="region", aria_label=description)


def table(heads: Sequence[object], rows: Iterable[Sequence[object]], caption: str, class_: str | None = None) -> Markup:
    """A table whose first column names its rows; it scrolls sideways where it is wider than the page."""
    top = element("tr", *(element("th", head, scope="col") for head in heads)) if any(heads) else Markup("")
    lines = [
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    ]
    inner = (element("caption", caption), element("thead", top) if top else Markup(""), element("tbody", *lines))
    return scrolling(element("table", *inner, class_=class_), caption)


def bars(rows: Sequence[tuple[str, float]], caption: str) -> Markup:
    """Numbers with a bar beside each; those below 0 go to the left, in red."""
    largest = max((abs(value) for _, value in rows), default=0.0) or 1.0
    is_signed = any(value < 0 for _, value in rows)
    lines = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", number(value)),
            element("td", _bar(value / largest, is_signed), class_="bar"),
        )
        for name, value in rows
    ]
    return element("table", element("caption", caption), element("tbody", *lines), class_="bars")


def _bar(share: float, is_signed: bool) -> Markup:
    width = abs(share) * (50 if is_signed else 100)
    begin = 0.0 if not is_signed else 50 - width if share < 0 else 50.0
    style = f"margin-left:{begin:.2f}%;width:{width:.2f}%"
    return element("div", style=style, class_="negative" if share < 0 else None)


def picture(source: str, description: str, caption: object = None, class_: str | None = None) -> Markup:
    """A picture with a text for those who do not see it."""
    image = element("img", src=source, alt=description, class_=class_)
    return element("figure", image, *([] if caption is None else [element("figcaption", caption)]))


def number(value: float) -> str:
    """A number with four digits that count, or the digits before its point, and a true minus sign."""
    return number_text(value).replace("-", "\N{MINUS SIGN}")


def counted(count: int, noun: str) -> str:
    """So many of something."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
