"""What an estimator inherits: scikit-learn's base classes where it is installed, else the little of them we need."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

try:
    import sklearn.base
    import sklearn.exceptions
    import sklearn.utils.validation

    SKLEARN_INSTALLED = True
except ImportError:
    SKLEARN_INSTALLED = False


class PlainBase:
    """get_params, set_params, repr and fit_transform as scikit-learn defines them."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters and their values; ``deep`` is there for scikit-learn's sake."""
        names = list(inspect.signature(type(self)).parameters)
        return {name: getattr(self, name) for name in sorted(names)}

    def set_params(self, **parameters: Any) -> Any:
        """Changes parameters; returns the estimator.

        Raises
        ------
        ValueError
            There is no parameter of that name.
        """
        valid = self.get_params()
        for name, value in parameters.items():
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {type(self).__name__}. "
                    f"Valid parameters are: {sorted(valid)!r}."
                )
            setattr(self, name, value)
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_parameters: Any) -> Any:
        """Fits to X, then returns the latent means of X."""
        return self.fit(X, y, **fit_parameters).transform(X)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = [f"{name}={value!r}" for name, value in self.get_params().items() if value != defaults[name].default]
        return f"{type(self).__name__}({', '.join(changed)})"


if TYPE_CHECKING:
    EstimatorBase = PlainBase
    NotFittedError: type[Exception]
elif SKLEARN_INSTALLED:
    # TransformerMixin comes first, as scikit-learn asks: it refines the tags that BaseEstimator defines.
    class EstimatorBase(sklearn.base.TransformerMixin, sklearn.base.BaseEstimator):
        """scikit-learn's own base classes."""

        def __sklearn_tags__(self):
            """Latent codes are float32 whatever the examples were."""
            tags = super().__sklearn_tags__()
            tags.transformer_tags.preserves_dtype = ["float32"]
            return tags

    NotFittedError = sklearn.exceptions.NotFittedError
else:
    EstimatorBase = PlainBase

    class NotFittedError(ValueError, AttributeError):
        """A method that needs a fitted estimator came before ``fit``."""


def check_feature_names(estimator: Any, X: Any, reset: bool) -> None:
    """Learns (``reset``) or compares the column names of a data frame, as scikit-learn does."""
    if SKLEARN_INSTALLED:
        sklearn.utils.validation.validate_data(estimator, X, reset=reset, skip_check_array=True)
        return
    columns = getattr(X, "columns", None)
    names = None if columns is None else np.asarray(columns, dtype=object)
    if names is not None and not all(isinstance(name, str) for name in names):
        names = None
    if reset:
        if names is not None:
            estimator.feature_names_in_ = names
        elif hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
    elif names is not None and list(names) != list(getattr(estimator, "feature_names_in_", names)):
        raise ValueError("The feature names should match those that were passed during fit.")
