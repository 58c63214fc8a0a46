"""Where rows lie in latent space, what each latent carries, and what units look for."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib.plots import latent_scatter
from vaelib.plots.of_latents import LEAST_VARIANCE, LatentKL
from vaelib.plots.of_models import filters_of, pixels_of
from vaelib.report.decoder_map import decoder_map
from vaelib.report.elements import Markup, bars, counted, element, paragraph, together
from vaelib.report.pictures import drawing, pixels
from vaelib.report.subject import Subject

#: Filters that are shown, units whose weights are, and weights of each.
_FILTERS, _UNITS, _WEIGHTS = 60, 6, 10
_ACROSS = 12


def latent_map(subject: Subject) -> Markup:
    """The codes of the rows as points, coloured by label, and the plane that decodes if there are two latents."""
    codes = np.asarray(subject.model.transform(subject.rows), np.float64)  # type: ignore[attr-defined]
    labels = subject.labels if subject.labels is not None and subject.labels.ndim == 1 else None
    if codes.shape[1] < 2:
        return paragraph("Codes have a single number, so there is no map of them.", class_="none")
    points, names, remark = _two_of(codes, subject.is_vae)
    description = (
        f"A map of the codes of {counted(len(codes), 'row')}" + ("" if labels is None else ", coloured by label") + "."
    )
    more = () if labels is None else (labels,)
    image = drawing(
        6.2,
        4.6,
        lambda figure: latent_scatter(points, *more, names=names, title=None, ax=figure.add_subplot()),
        description,
    )
    parts: list[Markup] = [image, paragraph(remark)]
    if subject.is_vae:
        parts += [element("h3", "Decoding places of the map"), decoder_map(subject)]
    return together(parts)


def _two_of(codes: Any, is_vae: bool) -> tuple[Any, tuple[str, str], str]:
    """Two numbers of each code, what they are called, and a sentence about them."""
    if is_vae:
        across, up = (0, 1) if codes.shape[1] == 2 else sorted(np.argsort(-codes.var(axis=0), kind="stable")[:2])
        remark = "Means of q(z|x)." if codes.shape[1] == 2 else "Means of q(z|x), of the two latents that differ most."
        return codes[:, [across, up]], (f"latent {across}", f"latent {up}"), remark
    centered = codes - codes.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)
    share = (sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-300)
    remark = f"The two principal components of the codes, which have {share:.0%} of their variance."
    return centered @ directions[:2].T, ("first principal component", "second principal component"), remark


def information(subject: Subject) -> Markup:
    """KL of each latent, and how many are active."""
    if not subject.is_vae:
        return paragraph("Codes of a stack are no distributions, so no information is measured.", class_="none")
    found = LatentKL(subject.model, subject.rows)
    active = int(found.active.sum())
    text = (
        f"Active: {active} of {counted(len(found.kl), 'latent')}. A latent is active if its mean varies by more than "
        f"{LEAST_VARIANCE} over the rows (Burda et al. 2015)."
    )
    rows = [
        (f"latent {latent}" + ("" if found.active[latent] else ", not active"), float(found.kl[latent]))
        for latent in found.order
    ]
    return together([paragraph(text), bars(rows, "KL(q(z|x) || p(z)) of each latent, the mean over rows, in nats")])


def filters(subject: Subject) -> Markup:
    """First-layer weights, as pictures or as bars."""
    weights = _input_weights(subject)
    if subject.shape is not None and weights.shape[1] == len(subject.modelled):
        shown = weights[:_FILTERS]
        text = (
            f"{len(shown)} of the {counted(len(weights), 'unit')} of the first layer: grey is 0, and each has a "
            "contrast of its own."
        )
        return pixels(
            shown,
            subject.shape,
            min(_ACROSS, len(shown)),
            f"Filters of {counted(len(shown), 'unit')}.",
            text,
            signed=True,
        )
    names = _input_names(subject)
    units = np.sort(np.argsort(-np.linalg.norm(weights, axis=1), kind="stable")[:_UNITS])

    text = (
        f"Of the first layer the {counted(len(units), 'unit')} with the largest weights, and their largest ones, of "
        "columns as the layer sees them."
    )
    return together(
        [paragraph(text), element("div", *(_bars_of(unit, weights[unit], names) for unit in units), class_="units")]
    )


def _bars_of(unit: int, weights: Any, names: list[str]) -> Markup:
    """The largest weights of a unit."""
    largest = np.argsort(-np.abs(weights), kind="stable")[:_WEIGHTS]
    return bars([(names[column], float(weights[column])) for column in largest], f"unit {unit}")


def _input_weights(subject: Subject) -> Any:
    """The first layer's weights, [units, inputs]."""
    if not subject.is_vae:
        return filters_of(subject.model)
    weights = subject.model.get_weights()
    first = weights.get("encoder/0/weight", weights["encoder/head/weight"]).T
    is_of_pixels = subject.shape is not None and pixels_of(subject.model) == len(subject.modelled)
    return first[:, : len(subject.modelled)] if is_of_pixels else first


def _input_names(subject: Subject) -> list[str]:
    """What the inputs of the first layer are called: a column, or a category of one; then what is missing."""
    names: list[str] = []
    for column, name in enumerate(subject.input_names):
        if subject.likelihoods[column] == "categorical":
            names += [f"{name} = {category}" for category in subject.categories[column]]
        else:
            names.append(name)
    return [*names, *(f"{name} is missing" for name in subject.input_names)]
