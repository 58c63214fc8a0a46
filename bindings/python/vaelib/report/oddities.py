"""The least usual rows, and what is odd about each."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib.report.elements import Markup, element, number, paragraph, together
from vaelib.report.pictures import diverging, pixels
from vaelib.report.subject import Subject

#: Rows that are shown, and columns that are named for each.
_ROWS, _COLUMNS = 6, 4


def unusual_rows(subject: Subject) -> Markup:
    """The rows of the lowest scores."""
    model = subject.calibrated
    if model is None:
        name = type(subject.model).__name__
        return paragraph(f"A {name} has no scores of how usual rows are.", class_="none")
    scores = np.asarray(model.score_samples(subject.rows))
    chosen = np.argsort(scores, kind="stable")[:_ROWS]
    shares = np.asarray(model.explain(subject.rows[np.sort(chosen)]))[np.argsort(np.argsort(chosen))]
    outliers = int((scores < model.offset_).sum())
    intro = (
        f"{outliers} of {len(scores)} rows have a score below {number(model.offset_)}, the line between outliers "
        "and others. Below each row stands what its columns add to the score beyond what they usually add."
    )
    if model is not subject.model:
        intro += " The line, and what is usual, come from the rows of this report, since the model knows no others."
    entries = [
        _entry(subject, int(place), scores[place], row_shares) for place, row_shares in zip(chosen, shares, strict=True)
    ]
    return together([paragraph(intro), element("ol", *entries, class_="rows")])


def _entry(subject: Subject, place: int, score: float, shares: Any) -> Markup:
    """A row: its number, its score, pictures if it is one, and the columns that are oddest."""
    row = int(subject.row_numbers[place])
    parts = [
        element("h3", f"Row {row:,}"),
        paragraph(f"score {number(score)}" + _label(subject, place), class_="muted"),
    ]
    if subject.shape is not None:
        shown = slice(place, place + 1)
        views = (
            pixels(subject.pixels(subject.matrix[shown]), subject.shape, 1, f"Row {row}.", "row"),
            pixels(
                subject.pixels(subject.reconstructed[shown]),
                subject.shape,
                1,
                f"Reconstruction of row {row}.",
                "restored",
            ),
            element(
                "figure",
                diverging(subject.pixels(shares), subject.shape, "Where it is odd, in red."),
                element("figcaption", "odd: red"),
            ),
        )
        parts.append(element("div", *views, class_="views"))
    order = np.argsort(shares, kind="stable")[:_COLUMNS]
    odd = [
        element("li", f"{subject.names[column]} = {_value(subject, place, int(column))}: {number(shares[column])}")
        for column in order
        if shares[column] < 0
    ]
    return element("li", *parts, element("ul", *odd))


def _label(subject: Subject, place: int) -> str:
    labels = subject.labels
    return "" if labels is None or labels.ndim != 1 else f", label {labels[place]}"


def _value(subject: Subject, place: int, column: int) -> str:
    """A number, or the name of a category."""
    return subject.value_text(column, subject.matrix[place, column])
