"""The plane of two latents, on which a pointer, keys or sliders choose what the browser decodes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from vaelib.plots.labels import Classes, read_labels
from vaelib.plots.pictures import limits_of
from vaelib.report.decoder import as_base64, decoder_description, has_scores
from vaelib.report.elements import Markup, element, number, paragraph, part_of_page, together
from vaelib.report.subject import Subject

#: What computes, and what shows it.
_SCRIPTS = ("decoder.js", "decoder_map.js")
#: Beyond this a page takes long to load.
_MOST_WEIGHTS = 4_000_000


def decoder_map(subject: Subject) -> Markup:
    """The map of a VAE with two latents; a sentence for other models."""
    latents = subject.model._fitted().latent_dim
    if latents != 2:
        return paragraph(f"A map on which points are decoded needs two latents; this model has {latents}.")
    if has_scores(subject.model._fitted()):
        return paragraph(
            "Columns of this model are normal scores inside. Their means in the unit of the data are integrals, which "
            "this page does not compute, so there is no map that decodes points."
        )
    description = _description(subject)
    if len(description["weights"]) > 16 / 3 * _MOST_WEIGHTS:
        return paragraph("The decoder is too large to be part of this page, so there is no map that decodes points.")
    extent = description["extent"]
    picture = "a picture" if subject.shape else "a value for each column"
    body = element(
        "div",
        paragraph(
            "Each place of this plane is a code, of which the decoder makes ",
            picture,
            f". It goes from {number(-extent)} to {number(extent)}, latent 0 from left to right, latent 1 upwards. "
            "Move the pointer over it, or a finger, or use the arrow keys when it has the focus, or the sliders.",
        ),
        *_conditions(subject),
        element("div", element("div", *_controls(extent, _classes(subject))), _result(subject), class_="decoder"),
        id="decoder",
        hidden="hidden",
    )
    return together(
        [
            body,
            element("noscript", paragraph("The map needs JavaScript, which is switched off.")),
            element("script", _as_json(description), type="application/json", id="decoder-data"),
            *(element("script", part_of_page(name)) for name in _SCRIPTS),
        ]
    )


def _conditions(subject: Subject) -> list[Markup]:
    """Under which conditions all is decoded."""
    if not subject.given:
        return []
    row, count = subject.usual_row
    frequent = f", which {count} of these rows have" if count > 1 else ""
    texts = ", ".join(subject.condition_texts(row))
    return [paragraph(f"All is decoded under the conditions of row {subject.row_numbers[row]:,}{frequent}: {texts}.")]


def _as_json(value: Any) -> Markup:
    """JSON that cannot end the element that it stands in."""
    return Markup(json.dumps(value, allow_nan=False).replace("<", "\\u003c").replace("&", "\\u0026"))


def _description(subject: Subject) -> dict[str, Any]:
    """What the two scripts take."""
    model = subject.model
    codes = np.asarray(model.encode(subject.rows)[0])  # type: ignore[attr-defined]
    given = subject.inputs[subject.usual_row[0], subject.given] if subject.given else None
    description = decoder_description(model._fitted(), model.get_weights(), given)
    extent = float(np.clip(np.ceil(np.abs(codes).max() * 1.05), 3, 12))
    groups = _classes(subject)
    description |= {"codes": as_base64(codes), "extent": extent, "colours": [colour for _, colour, _ in groups]}
    description["classes"] = (
        np.select([chosen for _, _, chosen in groups], range(len(groups))).tolist() if groups else []
    )
    if subject.shape is not None:
        low, high = limits_of(subject.pixels(subject.matrix))
        return {**description, "shape": list(subject.shape), "pixels": subject.modelled, "limits": [low, high]}
    return {**description, "columns": [_column(subject, column) for column in range(subject.columns)]}


def _classes(subject: Subject) -> list[tuple[str, Any, Any]]:
    """Name, colour and rows of each class, if labels are such."""
    if subject.labels is None or subject.labels.ndim != 1:
        return []
    values, missing, is_scale = read_labels(subject.labels, len(subject.labels))
    return [] if is_scale else Classes(values, missing).groups()


def _column(subject: Subject, column: int) -> dict[str, Any]:
    """The name of a column, its categories, and the range of most of its values."""
    values = subject.matrix[:, column]
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [1, 99]) if known.size else (0.0, 1.0)
    is_categorical = subject.likelihoods[column] == "categorical"
    categories = subject.categories.get(column) if is_categorical else None
    return {"name": subject.names[column], "categories": categories, "low": float(low), "high": float(high)}


def _controls(extent: float, classes: list[tuple[str, Any, Any]]) -> list[Markup]:
    """The plane, two sliders, the legend."""
    label = "plane of the two latents; arrow keys move the place that is decoded, faster with shift"
    plane = element(
        "canvas", id="decoder-plane", width=640, height=640, tabindex=0, role="application", aria_label=label
    )
    bounds = {"type": "range", "min": -extent, "max": extent, "step": 0.01, "value": 0}
    sliders = [
        element("label", f"latent {latent}", element("input", id=f"decoder-latent-{latent}", **bounds))
        for latent in (0, 1)
    ]
    names = [
        element("li", element("span", style=f"background:{colour}", aria_hidden="true"), name)
        for name, colour, _ in classes
    ]
    legend = [element("ul", *names, class_="legend")] if names else []
    return [plane, *legend, *sliders, element("p", id="decoder-place", aria_live="polite", class_="muted")]


def _result(subject: Subject) -> Markup:
    """Where the decoded example is shown."""
    if subject.shape is not None:
        label = "the decoded picture"
        return element("div", element("canvas", id="decoder-result", role="img", aria_label=label))
    rows = [(name, "", element("div")) for name in subject.names]
    lines = [
        element("tr", element("th", name, scope="row"), element("td"), element("td", bar, class_="bar"))
        for name, _, bar in rows
    ]
    return element(
        "div", element("table", *lines, id="decoder-result", aria_label="the decoded columns"), class_="scroll"
    )
