"""How training went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from vaelib.models.estimator import Estimator
from vaelib.plots.figure import AnyFigure, Path, figure_for, finish, headline, quiet

Columns = dict[str, npt.NDArray[Any]]

#: What is drawn of a history: the columns with the name of the curve, and the label of the axis.
_BOUND = (
    (("elbo", "training"), ("validation_elbo", "validation"), ("reconstruction", "reconstruction")),
    "nats per example",
)
_KL = ((("kl", "KL"),), "KL, nats")
_LOSS = ((("loss", "training"), ("validation_loss", "validation")), "loss per example")
_ERROR = ((("error", "training"), ("validation_error", "validation")), "error")
#: Epochs whose curves are noisy bands unless lines are thin.
_THOUSANDS = 1000
#: Epochs of which the first ones do not decide how much of the axis the others get.
_MANY = 20


def training_curve(
    source: Estimator[Any] | Mapping[str, npt.ArrayLike], *, figure: AnyFigure | None = None, path: Path | None = None
) -> AnyFigure:
    """Losses over the epochs of a fitted model, or of its ``history_``; the figure.

    Of a VAE the bound, its reconstruction term and its KL term. Of a stack a panel for each layer's pretraining, one
    for the loss of fine-tuning and, where labels or targets are learned, one for its error. Curves of held-out examples
    are beside those of training, where there were some.

    Parameters
    ----------
    source : estimator or mapping of arrays
        A fitted VAE or stack, or its history.
    figure : Figure or SubFigure, optional
        Where to draw; by default a new one.
    path : path, optional
        The file to write it to.

    Raises
    ------
    ValueError
        It was never trained.
    """
    history = source.history_ if isinstance(source, Estimator) else source
    if not isinstance(history, Mapping):
        raise TypeError(f"expected a fitted model or its history_, not {type(source).__name__}")
    columns = {name: np.asarray(values) for name, values in history.items()}
    if len(columns.get("epoch", ())) == 0:
        raise ValueError("there is no epoch of training in this history")
    if "elbo" not in columns and "phase" not in columns:
        raise ValueError(f"this is no history of a model: it has the columns {', '.join(columns)}")
    panels = _panels_of_vae(columns) if "elbo" in columns else _panels_of_stack(columns)
    across = 2 if len(panels) == 4 else min(len(panels), 3)
    down = -(-len(panels) // across)
    figure = figure_for(figure, max(3.2 * across, 4.4), 2.9 * down, path)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for spare in axes[len(panels) :]:
        spare.remove()
    for panel, (title, chosen, (curves, label)) in zip(axes, panels, strict=False):
        _draw(panel, {name: values[chosen] for name, values in columns.items()}, curves)
        headline(panel, title)
        panel.set_ylabel(label)
    finish(figure, path)
    return figure


def _panels_of_vae(columns: Columns) -> list[Any]:
    everything = np.ones(len(columns["epoch"]), dtype=np.bool_)
    return [("Evidence lower bound", everything, _BOUND), ("Information in the code", everything, _KL)]


def _panels_of_stack(columns: Columns) -> list[Any]:
    pretrained = columns["phase"] == "pretraining"
    layers = np.unique(columns["layer"][pretrained])
    panels: list[Any] = [(f"layer {layer}", pretrained & (columns["layer"] == layer), _LOSS) for layer in layers]
    if not pretrained.all():
        panels.append(("fine-tuning", ~pretrained, _LOSS))
        if "error" in columns and not np.array_equal(columns["error"][~pretrained], columns["loss"][~pretrained]):
            panels.append(("fine-tuning, error", ~pretrained, _ERROR))
    return panels


def _draw(axes: Any, columns: Columns, curves: tuple[tuple[str, str], ...]) -> None:
    """The curves that have a number, in an axis where the first epochs do not flatten all others."""
    epochs = np.arange(1, len(columns["epoch"]) + 1)
    drawn = [(columns[name], label) for name, label in curves if name in columns and np.isfinite(columns[name]).any()]
    for place, (values, label) in enumerate(drawn):
        single = "o" if np.isfinite(values).sum() == 1 else None
        width = 1.4 if len(epochs) < _THOUSANDS else 0.7
        axes.plot(epochs, values, color=f"C{place}", label=label, linewidth=width, marker=single)
    quiet(axes)
    settled = np.concatenate([[], *(values[len(epochs) // _MANY :] for values, _ in drawn)])
    settled = settled[np.isfinite(settled)]
    if len(epochs) >= _MANY and settled.size and settled.max() > settled.min():
        room = 0.06 * (settled.max() - settled.min())
        axes.set_ylim(settled.min() - room, settled.max() + room)
    if len(drawn) > 1:
        axes.legend(frameon=False, fontsize="small")
    if len(epochs) == 1:
        axes.set_xlim(0.5, 1.5)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
