"""What scikit-learn asks of an estimator, written without it, so that programs can do without it, too."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from vaelib._c.names import nearest
from vaelib.data.data_frames import CONTAINERS
from vaelib.models.public_methods import check_keywords
from vaelib.models.scikit_learn_bases import TransformerBase

Self = TypeVar("Self", bound="EstimatorInterface")


def constructor_parameters(estimator: type[Any]) -> dict[str, str]:
    """The names of the parameters of a class's constructor, and the texts of their defaults."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(estimator).parameters.values()
    return {each.name: repr(each.default) for each in parameters if each.kind in named}


class EstimatorInterface(TransformerBase):
    """Parameters, representation, tags: what clone, pipelines, searches and scikit-learn's checks call."""

    def __new__(cls, *_arguments: Any, **parameters: Any) -> Any:
        """An estimator; names the parameter that was perhaps meant by one that there is not."""
        if parameters:
            check_keywords(cls.__init__, cls.__name__, parameters)
        return super().__new__(cls)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters and their values; ``deep`` is present for scikit-learn."""
        return {name: getattr(self, name) for name in sorted(constructor_parameters(type(self)))}

    def set_params(self: Self, **parameters: Any) -> Self:
        """Changes parameters; returns the estimator.

        Raises
        ------
        ValueError
            There is no parameter of that name.
        """
        valid = sorted(constructor_parameters(type(self)))
        for name, value in parameters.items():
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {type(self).__name__}{nearest(name, valid) or '.'} "
                    f"Valid parameters are: {valid!r}."
                )
            setattr(self, name, value)
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_parameters: Any) -> Any:
        """Fits to X, then returns the latent means of X, as ``transform`` does."""
        X = self._fit_to(X, y, **fit_parameters)  # type: ignore[attr-defined]
        return self.transform(X)  # type: ignore[attr-defined]

    def set_output(self: Self, *, transform: str | None = None) -> Self:
        """Chooses what ``transform`` and ``fit_transform`` return; returns the estimator.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None
            An array, or a data frame of one of these packages; None changes nothing. Without a choice,
            ``sklearn.set_config(transform_output=...)`` decides.
        """
        if transform is None:
            return self
        if transform not in CONTAINERS:
            raise ValueError(f"transform must be one of {', '.join(CONTAINERS)} or None, not {transform!r}")
        self._sklearn_output_config = {"transform": transform}  # scikit-learn's name for it, which clone copies
        return self

    def __repr__(self) -> str:
        defaults = constructor_parameters(type(self))
        # Texts are compared: arrays have no single truth value.
        changed = [f"{name}={value!r}" for name, value in self.get_params().items() if repr(value) != defaults[name]]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """A transformer of finite matrices, also sparse; its codes are float32 whatever they were."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.sparse = True
        return tags
