"""The decoder of a VAE as numbers for decoder.js: weights, and how its outputs become means of columns."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.interchange.unstandardized import COUNTS, LEAST_COUNT
from vaelib.models.columns import is_given
from vaelib.models.native_vae import NativeVAE

Weights = Mapping[str, npt.NDArray[np.float32]]

#: Likelihoods whose second number can be predicted, as a block of outputs of its own.
_OF_ONE_NUMBER = ("bernoulli", "continuous_bernoulli", "poisson", "categorical")
#: The limits of the log-variance of a column, in its own unit.
_GREATEST_LOG_VARIANCE = 20.0


def has_scores(model: NativeVAE) -> bool:
    """Whether columns that are modelled are normal scores inside: p(x|z) is of these."""
    return any(
        group["standardize_by"] == "quantiles" and group["likelihood"] != "bernoulli" and not is_given(group)
        for group in model.groups or [model.architecture]
    )


def decoder_description(
    model: NativeVAE, weights: Weights, given: npt.NDArray[np.float32] | None = None
) -> dict[str, Any]:
    """What ``makeDecoder`` of decoder.js takes: activation, layers, their weights, conditions, groups of columns.

    ``given`` are the conditions that all is decoded under, as numbers.
    """
    architecture = model.resolved_architecture
    names = [*(f"decoder/{index}" for index in range(len(architecture["decoder_hidden"]))), "decoder/head"]
    parts = [weights[f"{name}/{part}"] for name in names for part in ("weight", "bias")]
    shapes = [weights[f"{name}/weight"].shape for name in names]
    own = [{**architecture, **group} for group in model.groups] or [{**architecture, "columns": model.data_dim}]
    is_mixed = bool(model.groups)
    tensors = [_of_group(weights, f"columns/{index}/" if is_mixed else "") for index in range(len(own))]
    values = iter([] if given is None else given.tolist())
    groups, seen, size = [], [], None
    for options, found in zip(own, tensors, strict=True):
        if is_given(options):
            numbers = [next(values) for _ in range(options["columns"])]
            groups.append({"likelihood": "given", "columns": len(numbers), "blocks": 0, "values": numbers})
            if options.get("size_factor"):
                size = numbers[0]
            else:
                seen += seen_of_conditions(options, found, numbers)
        else:
            groups.append(_group(options, found))
    if size is not None:
        for group in groups:
            if group.get("log_total") is not None:
                group["log_total"] = math.log(size)
    return {
        "activation": architecture["activation"],
        "given": seen,
        "layers": [{"inputs": inputs, "outputs": outputs} for inputs, outputs in shapes],
        "weights": as_base64(np.concatenate([part.ravel() for part in parts])),
        "groups": groups,
    }


def seen_of_conditions(
    options: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[np.float64]], values: list[float]
) -> list[float]:
    """What networks see of the conditions of a group."""
    likelihood, numbers = options["likelihood"], np.asarray(values, dtype=np.float64)
    if likelihood == "categorical":
        return [float(code == value) for value in values for code in range(options["classes"])]
    if likelihood in COUNTS:
        numbers = np.log1p(numbers)
    if likelihood == "log_normal":
        numbers = np.log(numbers)
    center, unit = _units(tensors, len(values))
    numbers = (numbers - center) / unit
    if "standardization/knots" in tensors and tensors["standardization/knots"].any():
        knots, scores = (np.atleast_2d(tensors[f"standardization/{name}"]) for name in ("knots", "scores"))
        numbers = np.array([_score(*each) for each in zip(numbers, knots, scores, strict=True)])
    return [float(number) for number in numbers]


def _score(value: float, knots: npt.NDArray[np.float64], scores: npt.NDArray[np.float64]) -> float:
    """The normal score of a number, on the line between two knots or beyond the outermost."""
    place = min(max(int(np.searchsorted(knots, value, side="right")) - 1, 0), len(knots) - 2)
    slope = (scores[place + 1] - scores[place]) / (knots[place + 1] - knots[place])
    return float(scores[place] + (value - knots[place]) * slope)


def as_base64(numbers: npt.ArrayLike) -> str:
    """Numbers as base64 of little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f4").tobytes()).decode()


def _of_group(weights: Weights, prefix: str) -> dict[str, npt.NDArray[np.float64]]:
    return {
        name.removeprefix(prefix): values.astype(np.float64)
        for name, values in weights.items()
        if name.startswith(prefix)
    }


def _group(options: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, Any]:
    """How outputs of some neighbouring columns become means."""
    likelihood, columns = options["likelihood"], int(options["columns"])
    predicted = likelihood not in _OF_ONE_NUMBER and options["variance"] == "predicted"
    blocks = 1 + predicted + (likelihood == "zero_inflated_negative_binomial")
    group: dict[str, Any] = {"likelihood": likelihood, "columns": columns, "blocks": int(blocks), "log_total": None}
    if likelihood == "categorical":
        return {**group, "classes": int(options["classes"])}
    center, unit = _units(tensors, columns)
    if likelihood in COUNTS:
        usual = np.maximum(np.expm1(center), LEAST_COUNT) if "standardization/mean" in tensors else np.ones(columns)
        group["offset"] = np.log(usual).tolist()
        if options["count_mean"] == "share":
            total = tensors.get("standardization/total", np.ones(1))[0]
            group["log_total"] = float(np.log(max(total, np.finfo(np.float32).tiny)))
        return group
    group |= {"center": center.tolist(), "unit": unit.tolist(), "is_sigmoid": options["mean_activation"] == "sigmoid"}
    if likelihood == "log_normal":
        group |= _log_variances(options, tensors, unit, bool(predicted))
    return group


def _units(tensors: Mapping[str, npt.NDArray[np.float64]], columns: int) -> tuple[Any, Any]:
    """The mean and the deviation of each column that the networks see as 0 and 1."""
    deviation = tensors.get("standardization/deviation")
    if deviation is None or not deviation.all():
        return np.zeros(columns), np.ones(columns)
    return tensors["standardization/mean"], deviation


def _log_variances(
    options: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[np.float64]], unit: Any, predicted: bool
) -> dict[str, Any]:
    """The variance of logarithms, which their exponential's mean has to do with."""
    floors = tensors.get("standardization/floor", np.full(len(unit), float(options["stddev_floor"])))
    least = 2 * np.log(floors)
    if predicted:
        return {"is_predicted": True, "least_log_variance": least.tolist()}
    if options["variance"] == "fixed":
        return {"is_predicted": False, "log_variance": [2 * float(np.log(options["noise_stddev"]))] * len(unit)}
    raised = least + np.logaddexp(0, tensors["decoder/log_variance"] - least)
    bounded = _GREATEST_LOG_VARIANCE - np.logaddexp(0, _GREATEST_LOG_VARIANCE - raised)
    return {"is_predicted": False, "log_variance": (bounded + 2 * np.log(unit)).tolist()}
