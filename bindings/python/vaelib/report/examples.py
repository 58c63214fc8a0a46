"""What the model makes: samples and reconstructions, as pictures or, of tables, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib.report.elements import Markup, counted, number, paragraph, table, together
from vaelib.report.overview import column_summary
from vaelib.report.pictures import pixels, side_by_side
from vaelib.report.subject import Matrix, Subject

#: Pictures that are shown, and how many stand beside each other.
_SAMPLES, _RECONSTRUCTIONS, _ACROSS = 48, 24, 12
#: Samples that columns are compared by, and columns that are listed.
_ROWS, _MOST_COLUMNS = 1000, 60


def samples(subject: Subject) -> Markup:
    """Samples from the prior of a VAE."""
    model: Any = subject.model
    if not subject.is_vae:
        return paragraph("Stacks of denoising auto-encoders have no prior to draw samples from.", class_="none")
    if subject.shape is not None:
        conditions, remark = _conditions(subject, _SAMPLES)
        drawn = subject.numbers(model.sample(_SAMPLES, random_state=0, conditions=conditions))
        return pixels(
            subject.pixels(drawn),
            subject.shape,
            _ACROSS,
            f"{_SAMPLES} pictures drawn from the model.",
            f"Means of p(x|z) for codes from the prior{remark}.",
        )
    conditions, remark = _conditions(subject, _ROWS)
    drawn = subject.numbers(model.sample(_ROWS, "sample", random_state=0, conditions=conditions))
    shown = range(min(subject.columns, _MOST_COLUMNS))
    rows = [
        (
            subject.names[column],
            column_summary(subject, column, subject.matrix[:, column])[0],
            column_summary(subject, column, drawn[:, column])[0],
        )
        for column in shown
    ]
    return table(
        ("column", "data", "samples"),
        rows,
        f"Columns of the data and of {_ROWS} samples of the model{remark}",
        "of-columns",
    )


def _conditions(subject: Subject, count: int) -> tuple[Any, str]:
    """Conditions for so many samples, those of rows taken at random, and words that say so."""
    if not subject.given:
        return None, ""
    rows = np.random.RandomState(0).randint(len(subject.matrix), size=count)
    return subject.conditions(rows), ", under conditions of rows taken at random"


def reconstructions(subject: Subject) -> Markup:
    """Rows, and what the model makes of their codes."""
    if getattr(subject.model._fitted(), "head", ""):
        text = "The layers of this stack were fine-tuned for labels or targets, no longer to restore examples."
        return paragraph(text, class_="none")
    if subject.shape is None:
        return _by_column(subject)
    count = min(_RECONSTRUCTIONS, len(subject.matrix))
    across = -(-count // -(-count // _ACROSS))
    shown = [subject.pixels(rows[:count]) for rows in (subject.matrix, subject.reconstructed)]
    pictures = pixels(
        side_by_side(shown, across),
        subject.shape,
        across,
        f"{count} pictures, and below each its reconstruction.",
        "In turn a line of originals, and below them their reconstructions.",
    )
    return together([pictures, *_denoised(subject, count, across)])


def _denoised(subject: Subject, count: int, across: int) -> list[Markup]:
    """Rows with the noise that a stack was trained to remove, and what it restores."""
    model: Any = subject.model
    if subject.is_vae:
        return []
    noisy = model.corrupt(subject.rows[:count], random_state=0)
    restored = model.denoise(noisy)
    before, after = (float(((images - subject.matrix[:count]) ** 2).sum(axis=1).mean()) for images in (noisy, restored))
    assert subject.shape is not None
    pictures = pixels(
        side_by_side([subject.matrix[:count], noisy, restored], across),
        subject.shape,
        across,
        f"{count} pictures, below each with noise, and below that denoised.",
        "In turn a line of originals, the same with noise, and denoised.",
    )
    return [
        pictures,
        paragraph(
            f"Squared error of these {counted(count, 'picture')}: {number(before)} with noise, {number(after)} without."
        ),
    ]


def _by_column(subject: Subject) -> Markup:
    """How well each column is restored."""
    shown = subject.modelled[:_MOST_COLUMNS]
    rows = [(subject.names[column], *_restored(subject, column, subject.reconstructed)) for column in shown]
    text = "How well columns are restored from codes" + (
        f", the first {len(shown)}" if len(shown) == _MOST_COLUMNS < subject.columns else ""
    )
    return table(("column", "error of a value", "explained"), rows, text)


def _restored(subject: Subject, column: int, reconstructed: Matrix) -> tuple[str, str]:
    """The root of the mean squared error and the share of variance explained, or how many categories are wrong."""
    values, found = subject.matrix[:, column], reconstructed[:, column]
    known = np.isfinite(values)
    if not known.any():
        return "", ""
    if column in subject.categories:
        right = float((np.round(found[known]) == values[known]).mean())
        return f"{1 - right:.1%} wrong", ""
    squares = float(((found[known] - values[known]) ** 2).mean())
    variance = float(values[known].var())
    return number(squares**0.5), f"{1 - squares / variance:.0%}" if variance > 0 else "constant"
