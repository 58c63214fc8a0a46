"""How training went, and how good the model is, with errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.data.unlabelled import UNLABELLED, is_labelled_for
from vaelib.models.classifier import StackedDenoisingClassifier
from vaelib.models.regression import r2
from vaelib.models.regressor import StackedDenoisingRegressor
from vaelib.plots import training_curve
from vaelib.plots.figure import quiet
from vaelib.report.elements import Markup, counted, element, number, paragraph, table, together
from vaelib.report.pictures import drawing
from vaelib.report.subject import Subject

#: Importance samples of a row's log-likelihood.
_SAMPLES = 100
#: Classes of which it is shown which are taken for which.
_MOST_CLASSES = 20

Score = tuple[str, str, str]


def curves(subject: Subject) -> Markup:
    """Losses over the epochs."""
    history = subject.model.history_
    epochs = len(history["epoch"])
    if epochs == 0:
        return paragraph("The model was never trained by vaelib: there are no curves.")
    facts = [counted(epochs, "epoch")]
    if "examples_seen" in history:
        facts.append(f"{counted(int(history['examples_seen'][-1]), 'example')} seen")
    if "seconds" in history:
        facts.append(f"{number(float(np.nansum(history['seconds'])))} seconds")
    panels = _panel_count(history)
    across = 2 if panels in (2, 4) else min(panels, 3)
    description = f"Curves of training over {counted(epochs, 'epoch')}; the numbers are in the model's history_."
    image = drawing(
        3.1 * across,
        2.7 * -(-panels // across),
        lambda figure: training_curve(subject.model, figure=figure),
        description,
    )
    return together([image, paragraph(", ".join(facts), ".")])


def _panel_count(history: Any) -> int:
    if "phase" not in history:
        return 2
    pretrained = history["phase"] == "pretraining"
    return len(np.unique(history["layer"][pretrained])) + (0 if pretrained.all() else 1 + ("error" in history))


def scores(subject: Subject) -> Markup:
    """Scores of the rows, each with the standard error of its mean."""
    model: Any = subject.model
    found: list[Score]
    more: list[Markup] = []
    if subject.is_vae:
        found = _of_vae(subject)
    elif isinstance(model, StackedDenoisingClassifier):
        found, more = _of_classifier(subject)
    elif isinstance(model, StackedDenoisingRegressor):
        found, more = _of_regressor(subject)
    else:
        errors = model.reconstruction_error(subject.rows)
        found = [("reconstruction error", _mean(errors), f"{_loss(model)} a row, ± standard error")]
    boxes = [
        element("div", element("dt", name), element("dd", value), element("dd", remark, class_="remark"))
        for name, value, remark in found
    ]
    note = paragraph(
        f"These are scores of {counted(len(subject.matrix), 'row')}. If the model was trained on "
        "them, scores are better than those of new rows.",
    )
    return together([*([element("dl", *boxes, class_="scores")] if boxes else []), *more, note])


def _loss(model: Any) -> str:
    first = model.loss_ if isinstance(model.loss_, str) else model.loss_[0]
    return "cross-entropy in nats" if first == "cross_entropy" else "half the squared error"


def _mean(values: npt.NDArray[np.float64]) -> str:
    """A mean, with its standard error and no more digits than that has."""
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{number(mean)} ± {error:.2g}" if np.isfinite(error) else number(mean)


def _of_vae(subject: Subject) -> list[Score]:
    model: Any = subject.model
    bound = model.elbo(subject.rows)
    likelihood, errors = model.log_likelihood(subject.rows, _SAMPLES, return_standard_error=True)
    noise = np.sqrt((errors**2).sum()) / len(errors)
    return [
        ("evidence lower bound", _mean(bound.elbo), "nats a row, ± standard error; reconstruction minus KL"),
        ("reconstruction", _mean(bound.reconstruction), "nats a row: log p(x|z)"),
        ("KL", _mean(bound.kl), "nats a row: what codes cost"),
        (
            "log-likelihood",
            _mean(likelihood),
            f"nats a row, by {_SAMPLES} importance samples a row, which alone have an error of {noise:.1g}",
        ),
    ]


def _of_classifier(subject: Subject) -> tuple[list[Score], list[Markup]]:
    model: Any = subject.model
    if subject.labels is None:
        return [], [
            paragraph(
                "Without labels of these rows there are no scores: give y, or a dataset with labels.", class_="none"
            )
        ]
    predicted, labels = model.predict(subject.rows), subject.labels
    if labels.shape != predicted.shape:
        raise ValueError(f"y must have shape {(subject.all_rows, *predicted.shape[1:])}, as the model learned it")
    if labels.ndim == 2:
        return _of_several_labels(predicted, labels)
    labelled = is_labelled_for(model.classes_, labels)
    if not labelled.any():
        return [], [paragraph("None of these rows has a label, so there are no scores.", class_="none")]
    predicted, labels = predicted[labelled], labels[labelled]
    right = (predicted == labels).astype(float)
    accuracy = ("accuracy", _mean(right), "share of rows with the right label, ± standard error")
    classes = [*model.classes_]
    if len(classes) > _MOST_CLASSES:
        return [accuracy], []
    rows = [(str(true), *(int(((labels == true) & (predicted == said)).sum()) for said in classes)) for true in classes]
    heads = ("label", *(f"as {name}" for name in classes))
    return [accuracy], [table(heads, rows, "Which labels are taken for which")]


def _of_several_labels(predicted: Any, labels: Any) -> tuple[list[Score], list[Markup]]:
    """Of labels that are there or not, where some are not known."""
    values = np.asarray(labels, np.float64)
    known = ~np.isnan(values) & (values != UNLABELLED)
    rows = known.any(axis=1)
    if not rows.any():
        return [], [paragraph("None of these rows has a label, so there are no scores.", class_="none")]
    right = predicted == values
    whole = (right | ~known).all(axis=1)[rows].astype(float)
    each = [
        (f"label {column}", _mean(right[has, column].astype(float)) if has.any() else "none")
        for column, has in enumerate(known.T)
    ]
    remark = "share of rows, ± standard error" + ("" if known.all() else "; of the labels that are known")
    return [("all labels right", _mean(whole), remark)], [
        table(("label", "share of rows with it right"), each, "Labels one by one")
    ]


def _of_regressor(subject: Subject) -> tuple[list[Score], list[Markup]]:
    model: Any = subject.model
    if subject.labels is None:
        return [], [paragraph("Without targets of these rows there are no scores: give y.", class_="none")]
    try:
        targets = np.asarray(subject.labels, np.float64)
    except ValueError as problem:
        raise ValueError(f"y must hold numbers, as the model learned them: {problem}") from None
    predicted = np.asarray(model.predict(subject.rows), np.float64)
    if targets.shape != predicted.shape:
        raise ValueError(f"y must have shape {(subject.all_rows, *predicted.shape[1:])}, as the model learned it")
    if not np.isfinite(targets).any():
        return [], [paragraph("None of these rows has a target, so there are no scores.", class_="none")]
    predicted, targets = predicted.reshape(len(targets), -1), targets.reshape(len(targets), -1)
    found: list[Score] = []
    for column in range(targets.shape[1]):
        known = np.isfinite(targets[:, column])
        if not known.any():
            found.append((f"target {column}", "none", "no row has this target"))
            continue
        squares = (predicted[known, column] - targets[known, column]) ** 2
        root = np.sqrt(squares.mean())
        value = number(root)
        if len(squares) > 1 and root > 0:
            value += f" ± {squares.std(ddof=1) / np.sqrt(len(squares)) / (2 * root):.2g}"
        share = r2(targets[known, column], predicted[known, column], np.ones(int(known.sum())))
        name = "root of the mean squared error" + (f", target {column}" if targets.shape[1] > 1 else "")
        found.append((name, value, f"R² {number(share)}{_of_how_many(known)}"))
    return found, [_predictions(predicted, targets)]


def _of_how_many(known: npt.NDArray[np.bool_]) -> str:
    """How many rows have a target, where some lack it."""
    return "" if known.all() else f"; {counted(int(known.sum()), 'row')} with this target"


def _predictions(predicted: Any, targets: Any) -> Markup:
    def draw(figure: Any) -> None:
        axes = figure.add_subplot()
        for column in range(targets.shape[1]):
            axes.scatter(targets[:, column], predicted[:, column], s=14, alpha=0.75, linewidths=0)
        axes.axline((np.nanmean(targets), np.nanmean(targets)), slope=1, color="0.5", linewidth=1)
        quiet(axes)
        axes.set_xlabel("target")
        axes.set_ylabel("prediction")

    return drawing(4.6, 3.6, draw, "Predictions against targets; on the line they agree.")
