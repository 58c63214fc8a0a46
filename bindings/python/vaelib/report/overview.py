"""What the model is, what it learned from, and with which settings."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelib.models.estimator_interface import constructor_parameters
from vaelib.models.vae import VAE
from vaelib.report.elements import Markup, counted, element, number, paragraph, table, together
from vaelib.report.subject import Subject

#: Columns and classes that are listed.
_MOST_COLUMNS = 60
_MOST_CLASSES = 30


def architecture(subject: Subject) -> Markup:
    """The layers from an example to an example, and what follows from them."""
    native = subject.model._fitted()
    layers, facts = _of_vae(subject) if isinstance(subject.model, VAE) else _of_stack(subject)
    facts["parameters"] = f"{native.info.parameter_count:,}"
    chain = element("ol", *(element("li", layer) for layer in layers), class_="layers")
    return together([chain, table((), facts.items(), "What the model is")])


def _of_vae(subject: Subject) -> tuple[list[str], dict[str, object]]:
    model: Any = subject.model
    found = model._fitted().resolved_architecture
    layers = [
        counted(subject.columns, "column"),
        *map(str, found["hidden"]),
        counted(found["latent_dim"], "latent"),
        *map(str, found["decoder_hidden"]),
        "p(x|z, c)" if subject.given else "p(x|z)",
    ]
    facts: dict[str, object] = {
        "kind": "variational auto-encoder",
        "likelihood": model.likelihood_,
        "activation": found["activation"],
    }
    if model._fitted().has_variance:
        facts["variance"] = found["variance"] if model.likelihood_ != "mixed" else "as each column's kind says"
    if subject.given:
        facts["conditions c"] = ", ".join(subject.input_names[column] for column in subject.given)
    return layers, {**facts, "missing numbers": found["missing"]}


def _of_stack(subject: Subject) -> tuple[list[str], dict[str, object]]:
    model: Any = subject.model
    native = model._fitted()
    layers = [counted(subject.columns, "column"), *map(str, native.widths)]
    if native.head:
        layers.append(f"{native.head}, {counted(native.info.output_count, 'output')}")
    loss = model.loss_ if isinstance(model.loss_, str) else ", ".join(model.loss_)
    facts: dict[str, object] = {"kind": "stack of denoising auto-encoders", "loss of restored inputs": loss}
    for name in ("activation", "corruption", "corruption_level"):
        facts[name.replace("_", " ")] = str(getattr(model, name))
    return layers, facts


def data(subject: Subject) -> Markup:
    """How many rows and columns, of which values, with which labels."""
    matrix = subject.matrix if subject.shape is None else subject.pixels(subject.matrix)
    known = matrix[np.isfinite(matrix)]
    facts: dict[str, object] = {"rows": f"{subject.all_rows:,}"}
    if len(matrix) < subject.all_rows:
        facts["rows that this report looks at"] = f"{len(matrix):,}, evenly spread"
    facts["columns"] = subject.columns
    if subject.shape is not None:
        facts["taken for"] = "pictures of " + " x ".join(str(size) for size in subject.shape)
    if known.size:
        facts["values, as the model sees them"] = f"{number(known.min())} to {number(known.max())}"
    facts["missing numbers"] = f"{1 - known.size / matrix.size:.2%}" if known.size < matrix.size else "none"
    parts = [table((), facts.items(), "The data")]
    if subject.labels is not None and subject.labels.ndim == 1:
        parts.append(_labels(subject.labels))
    elif subject.labels is not None:
        parts.append(paragraph(f"Labels are {subject.labels.shape[1]} numbers for each row."))
    if subject.shape is None:
        parts.append(_columns(subject))
    beside = [column for column in subject.given if column >= subject.columns or subject.shape is not None]
    if beside:
        parts.append(_given(subject, beside))
    return together(parts)


def _given(subject: Subject, columns: list[int]) -> Markup:
    """The conditions that are not listed as columns."""
    rows = [
        (subject.input_names[column], column_summary(subject, column, subject.inputs[:, column])[0])
        for column in columns
    ]
    what = "pixels" if subject.shape is not None else "columns"
    return table(("condition", "values"), rows, f"Conditions, given beside the {what}", "of-columns")


def _role(subject: Subject, column: int) -> str:
    """What a column that is given is; an empty text for one that is modelled."""
    if column not in subject.given:
        return ""
    return "size factor" if column == subject.size_factor else "condition"


def _labels(labels: Any) -> Markup:
    names, counts = np.unique([str(label) for label in labels.tolist()], return_counts=True)
    if len(names) > _MOST_CLASSES:
        numbers = labels[np.isfinite(labels)] if labels.dtype.kind in "iuf" else labels[:0]
        spread = f", {number(numbers.min())} to {number(numbers.max())}" if numbers.size else ""
        return paragraph(f"Labels have {len(names)} values{spread}.")
    rows = [(name, f"{count:,}") for name, count in zip(names, counts, strict=True)]
    return table(("label", "rows"), rows, "Labels of the rows that this report looks at")


def _columns(subject: Subject) -> Markup:
    shown = range(min(subject.columns, _MOST_COLUMNS))
    likelihoods = [[_role(subject, column) or name] if name else [] for column, name in enumerate(subject.likelihoods)]
    is_gappy = not np.isfinite(subject.matrix).all()
    rows = [
        (
            subject.names[column],
            *likelihood,
            *column_summary(subject, column, subject.matrix[:, column])[: 1 + is_gappy],
        )
        for column, likelihood in zip(shown, likelihoods, strict=False)
    ]
    caption = "Columns" if len(shown) == subject.columns else f"The first {len(shown)} of {subject.columns} columns"
    heads = ["column", *(["likelihood"] if subject.is_vae else []), "values", *(["missing"] if is_gappy else [])]
    return table(heads, rows, caption, "of-columns")


def column_summary(subject: Subject, column: int, values: Any) -> tuple[str, str]:
    """What values a column has, in a few words, and how many are missing."""
    known = values[np.isfinite(values)]
    missing = f"{1 - known.size / max(values.size, 1):.1%}" if known.size < values.size else ""
    if known.size == 0:
        return "none", missing
    if column in subject.categories:
        return _shares(known, subject.categories[column]), missing
    spread = f"{number(known.mean())} ± {number(known.std())}"
    return f"{spread}, {number(known.min())} to {number(known.max())}", missing


def _shares(known: Any, names: list[str]) -> str:
    """How often categories are there, the most frequent ones first."""
    counts = np.bincount(np.round(known).astype(int).clip(0, len(names) - 1), minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    shown = [f"{names[code]} {counts[code] / known.size:.0%}" for code in order[:6] if counts[code]]
    return ", ".join(shown) + (", ..." if np.count_nonzero(counts) > 6 else "")


def settings(subject: Subject) -> Markup:
    """The estimator's parameters: those that were chosen, and all of them."""
    model: Any = subject.model
    defaults = constructor_parameters(type(model))
    parameters = model.get_params()
    changed = [(name, repr(value)) for name, value in parameters.items() if repr(value) != defaults[name]]
    parts: list[Markup] = []
    if changed:
        parts.append(table(("parameter", "value"), changed, "Parameters that differ from their defaults"))
    else:
        parts.append(paragraph("All parameters have their defaults."))
    everything = [(name, repr(value)) for name, value in parameters.items()]
    whole = table(("parameter", "value"), everything, f"All parameters of {type(model).__name__}")
    parts.append(element("details", element("summary", "All parameters"), whole))
    return together(parts)
