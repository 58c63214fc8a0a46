"""Weights for networks elsewhere, which take columns as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.models.estimator import Estimator

Array = npt.NDArray[np.float32]


#: Likelihoods whose decoder's outputs are logarithms, counted from the usual size of a column.
COUNTS = ("poisson", "negative_binomial", "zero_inflated_negative_binomial")
#: The least size that a column counts as.
LEAST_COUNT = 1e-3


def unstandardized_weights(model: Estimator[Any]) -> dict[str, Array]:
    """The weights, as ``get_weights`` has them, of the same network without its standardisation.

    With x' = (x - m) / s inside the model, the layer that sees examples becomes W / s and b - (m / s) W, and the one
    that puts them out W s and b s + m; a tied lowest layer of a stack gets a decoder of its own. So codes, means and
    reconstructions are the same, of columns as they are. Log-variances of columns stay those of x': add 2 log s.

    With likelihood "log_normal" all this is of log x. Of counts the encoder sees log(1 + x), in place of x above; the
    decoder's first outputs become the logarithms of means. With count_mean "share" means are their softmax, times the
    row's total.

    A regressor's layer on top becomes W s and b s + m, with the m and s of the targets, so that it puts out targets in
    their own unit.

    In place of a missing number the network without standardisation wants m; with ``missing="indicate"`` it has a
    second input for each column, 1 where it is missing.

    Columns as they are have been through ``scale`` and ``shift`` of the estimator, if it has others than 1 and 0.

    A model that does not standardise gives its weights as they are. Of a conditional one what networks see of
    conditions follows the columns of x, and z: of K categories K inputs, 1 for the one that is there and else 0.

    Raises
    ------
    ValueError
        Columns are of several kinds, or some are conditions, and a part of them is standardised; or they become normal
        scores.
    """
    weights = {name: values.astype(np.float64) for name, values in model.get_weights().items()}
    _restore_targets(weights)
    if any(name.endswith("standardization/knots") for name in weights):
        raise ValueError(
            "the columns of this model become normal scores (standardize_by quantiles), which no layer does"
        )
    if any(name.startswith("columns/") and "standardization" in name for name in weights):
        raise ValueError(
            "the columns of this model are of several kinds, or some are conditions, and are standardised; only "
            "networks of one kind have such weights: bring columns to one scale yourself and fit with standardize=False"
        )
    mean, deviation = (weights.pop(f"standardization/{name}", None) for name in ("mean", "deviation"))
    for name in ("floor", "total"):
        weights.pop(f"standardization/{name}", None)
    if mean is None or deviation is None or not deviation.all():
        return _rounded(weights)
    if "layers/0/weight" in weights:
        weights.setdefault("layers/0/decoder/weight", weights["layers/0/weight"].T.copy())
        first, last = "layers/0", "layers/0/decoder"
    else:
        first, last = "encoder/0" if "encoder/0/weight" in weights else "encoder/head", "decoder/head"
    columns = slice(len(mean))  # further inputs say what is missing, further outputs are predicted log-variances
    kernel = weights[f"{first}/weight"]
    kernel[columns] /= deviation[:, np.newaxis]
    weights[f"{first}/bias"] = weights[f"{first}/bias"] - mean @ kernel[columns]
    if getattr(model, "likelihood_", None) in COUNTS:
        weights[f"{last}/bias"][columns] += np.log(np.maximum(np.expm1(mean), LEAST_COUNT))
        return _rounded(weights)
    weights[f"{last}/weight"][:, columns] *= deviation
    weights[f"{last}/bias"][columns] = weights[f"{last}/bias"][columns] * deviation + mean
    return _rounded(weights)


def _restore_targets(weights: dict[str, npt.NDArray[np.float64]]) -> None:
    """Puts the scale of targets, if there is one, into the layer that puts them out."""
    mean, deviation = (weights.pop(f"regressor/standardization/{name}", None) for name in ("mean", "deviation"))
    if mean is None or deviation is None or not deviation.all():
        return
    weights["regressor/weight"] = weights["regressor/weight"] * deviation
    weights["regressor/bias"] = weights["regressor/bias"] * deviation + mean


def _rounded(weights: dict[str, npt.NDArray[np.float64]]) -> dict[str, Array]:
    return {name: values.astype(np.float32) for name, values in weights.items()}
