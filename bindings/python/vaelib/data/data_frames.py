"""Data frames, as scikit-learn treats them: column names that come in, frames of latent codes that go out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.logs import warn

#: What ``set_output`` may ask for.
CONTAINERS = ("default", "pandas", "polars")


def names_of(X: Any) -> Any:
    """What the columns of a data frame, or of an Arrow table, are called; None for anything else."""
    names = getattr(X, "column_names", None)
    return getattr(X, "columns", None) if names is None else names


def column_names(X: Any) -> npt.NDArray[Any] | None:
    """The column names of a data frame if they are texts; None for anything else.

    Raises
    ------
    TypeError
        Some names are texts and some are not.
    """
    columns = names_of(X)
    if columns is None or len(columns) == 0:
        return None
    names = np.asarray(columns, dtype=object)
    texts = [isinstance(name, str) for name in names]
    if any(texts) and not all(texts):
        types = sorted({type(name).__qualname__ for name in names})
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{types} as feature name / column name types. X.columns.astype(str) makes them all strings."
        )
    return names if all(texts) else None


def check_feature_names(estimator: Any, X: Any, reset: bool) -> None:
    """Learns (``reset``) the column names of a data frame, or compares them with those learned.

    Raises
    ------
    ValueError
        The names, or their order, are not those of ``fit``.
    """
    found = column_names(X)
    if reset:
        vars(estimator).pop("feature_names_in_", None)
        if found is not None:
            estimator.feature_names_in_ = found
        return
    learned = getattr(estimator, "feature_names_in_", None)
    if found is None and learned is None:
        return
    name = type(estimator).__name__
    if learned is None:
        warn(f"X has feature names, but {name} was fitted without feature names")
    elif found is None:
        text = f"X does not have valid feature names, but {name} was fitted with feature names"
        warn(text)
    elif list(found) != list(learned):
        raise ValueError(_difference(set(found), set(learned)))


def check_input_features(estimator: Any, names: Any) -> None:
    """Whether names given for the columns of X, or None, suit what the estimator was fitted to."""
    if names is None:
        return
    learned = getattr(estimator, "feature_names_in_", None)
    if learned is not None and list(names) != list(learned):
        raise ValueError("input_features is not equal to feature_names_in_")
    if len(names) != estimator.n_features_in_:
        raise ValueError(
            "input_features should have length equal to number of features "
            f"({estimator.n_features_in_}), got {len(names)}"
        )


def _difference(found: set[str], learned: set[str]) -> str:
    """What is wrong with the column names, in scikit-learn's words."""
    text = "The feature names should match those that were passed during fit.\n"
    if found == learned:
        return text + "Feature names must be in the same order as they were in fit.\n"
    if found - learned:
        text += "Feature names unseen at fit time:\n" + _listed(found - learned)
    if learned - found:
        text += "Feature names seen at fit time, yet now missing:\n" + _listed(learned - found)
    return text


def _listed(names: Iterable[str]) -> str:
    """The first five names, a line each."""
    lines = [f"- {name}\n" for name in sorted(names)]
    return "".join(lines[:5]) + ("- ...\n" if len(lines) > 5 else "")


def in_container(estimator: Any, values: npt.NDArray[np.float32], X: Any) -> Any:
    """The values of a query of X as what ``set_output``, or else scikit-learn's configuration, asks for."""
    container = _container(estimator)
    if container == "pandas":
        import pandas

        index = X.index if isinstance(X, pandas.DataFrame) else None
        return pandas.DataFrame(values, index=index, columns=estimator.get_feature_names_out(), copy=False)
    if container == "polars":
        import polars

        return polars.DataFrame(values, schema=list(estimator.get_feature_names_out()), orient="row")
    return values


def _container(estimator: Any) -> str:
    chosen: str | None = getattr(estimator, "_sklearn_output_config", {}).get("transform")
    if chosen is not None:
        return chosen
    sklearn = sys.modules.get("sklearn")
    return "default" if sklearn is None else str(sklearn.get_config().get("transform_output", "default"))
