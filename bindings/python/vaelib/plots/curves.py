"""How training went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from vaelib.plots.figure import COLOURS, INK, Path, finish, style


def training_curve(history: Mapping[str, npt.ArrayLike], path: Path | None = None) -> Figure:
    """The ``history_`` of an estimator over the epochs.

    Of a VAE the bound and its two terms; of a stack the losses, in a panel for each layer's pretraining and one for
    fine-tuning.
    """
    columns = {name: np.asarray(values) for name, values in history.items()}
    if len(columns.get("epoch", ())) == 0:
        raise ValueError("there is no epoch of training in this history")
    return finish(_bound_curve(columns) if "elbo" in columns else _loss_curves(columns), path)


def _bound_curve(history: Mapping[str, npt.NDArray[Any]]) -> Figure:
    """The bound and its two terms over the epochs."""
    epochs = history["epoch"]
    figure = Figure(figsize=(7.0, 5.6), layout="constrained")
    bound, kl = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    bound.plot(epochs, history["elbo"], color=COLOURS[0], label="training bound")
    bound.plot(epochs, history["reconstruction"], color=COLOURS[2], linewidth=1.2, label="reconstruction")
    if "validation_elbo" in history:
        bound.plot(epochs, history["validation_elbo"], color=COLOURS[1], label="validation bound")
    kl.plot(epochs, history["kl"], color=COLOURS[0], label="KL")
    for axes, label in ((bound, "nats per example"), (kl, "KL, nats")):
        style(axes)
        axes.set_ylabel(label, color=INK)
    bound.legend(frameon=False, labelcolor=INK)
    bound.set_title("Training", color=INK, fontsize=11, loc="left")
    kl.set_xlabel("epoch", color=INK)
    kl.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _loss_curves(history: Mapping[str, npt.NDArray[Any]]) -> Figure:
    """The losses of a stack: a panel for each layer's pretraining, and one for fine-tuning."""
    pretrained = history["phase"] == "pretraining"
    panels = [(f"layer {layer}", pretrained & (history["layer"] == layer))
              for layer in np.unique(history["layer"][pretrained])]  # fmt: skip
    if not pretrained.all():
        panels.append(("fine-tuning", ~pretrained))
    figure = Figure(figsize=(max(3.2 * len(panels), 4.2), 3.4), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for panel, (title, chosen) in zip(axes, panels, strict=True):
        epochs = np.arange(1, np.count_nonzero(chosen) + 1)
        panel.plot(epochs, history["loss"][chosen], color=COLOURS[0], label="training loss")
        validation = history.get("validation_loss", np.full(len(chosen), np.nan))[chosen]
        if not np.isnan(validation).all():
            panel.plot(epochs, validation, color=COLOURS[1], label="validation loss")
            panel.legend(frameon=False, labelcolor=INK)
        style(panel)
        panel.set_title(title, color=INK, fontsize=11, loc="left")
        panel.set_xlabel("epoch", color=INK)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel("loss per example", color=INK)
    return figure
