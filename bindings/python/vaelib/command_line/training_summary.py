"""What a training has come to, in a line or as JSON."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.progress import note

#: The metrics of a history that are told at the end, and what they are called then.
_METRICS = {
    "elbo": "bound",
    "validation_elbo": "held_out_bound",
    "loss": "training_loss",
    "validation_loss": "held_out_loss",
    "error": "training_error",
    "validation_error": "held_out_error",
}


def facts_of(estimator: Any) -> dict[str, Any]:
    """What a training has come to, by name; metrics are those of the epoch whose weights were kept."""
    facts: dict[str, Any] = {"kind": type(estimator).__name__, "columns": estimator.n_features_in_}
    for name in ("likelihood_", "loss_"):
        value = getattr(estimator, name, None)
        if value is not None:
            facts[name.rstrip("_")] = value
    facts |= {"epochs": estimator.n_iter_, "seed": estimator.seed_}
    found = estimator.history_
    told = [name for name in _METRICS if name in found and not (name == "loss" and "elbo" in found)]
    history = {name: found[name] for name in told}
    epoch = _kept_epoch(estimator, history)
    for name, values in history.items():
        if math.isfinite(values[epoch]):
            facts[_METRICS[name]] = float(values[epoch])
    return facts


def _kept_epoch(estimator: Any, history: dict[str, npt.NDArray[Any]]) -> int:
    """The epoch whose weights the model has, as an index: with patience that which was best on held-out examples."""
    try:
        if not estimator.patience_:
            return -1
    except AttributeError:  # there was no training that has patience
        return -1
    if "validation_elbo" in history:
        return int(np.nanargmax(history["validation_elbo"]))
    watched = history.get("validation_error" if getattr(estimator, "monitor", "loss") == "error" else "validation_loss")
    return -1 if watched is None or np.isnan(watched).all() else int(np.nanargmin(watched))


def print_facts(facts: dict[str, Any]) -> None:
    """Prints these in one line."""
    told = dict(facts)
    head = f"{told.pop('model')}: {told.pop('kind')} of {_counted(told.pop('columns'))}"
    shown = [f"{name.replace('_', ' ')} {_shown(value)}" for name, value in told.items()]
    print(f"{head}, {', '.join(shown)}")


def say_likelihoods(arguments: argparse.Namespace, estimator: Any) -> None:
    """Says what the columns of a table were taken for."""
    likelihoods = getattr(estimator, "likelihoods_", None)
    if isinstance(likelihoods, dict):
        kinds = sorted(set(likelihoods.values()))
        named = [f"{kind}: {names_shown(name for name, each in likelihoods.items() if each == kind)}" for kind in kinds]
        note(arguments, f"columns are taken for {'; '.join(named)}")


def _shown(value: Any) -> str:
    """A number, a text, or several texts, one for each layer."""
    if isinstance(value, tuple):
        return " and ".join(dict.fromkeys(map(str, value)))
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _counted(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"
