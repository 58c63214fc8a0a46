"""What scikit-learn's pipelines, searches and validations hand on to a VAE beside X and y, such as conditions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Self = TypeVar("Self", bound="MetadataRouting")

#: The methods that meta-estimators call.
_METHODS = ("fit", "transform", "inverse_transform", "predict", "decision_function", "score")
#: What is no metadata.
_DATA = ("self", "X", "Y", "Z", "y")


@dataclass(frozen=True)
class Requests:
    """What is requested, by method and argument."""

    by_method: Mapping[str, Mapping[str, bool | str | None]] = field(default_factory=dict)

    def with_further(self, method: str, requests: Mapping[str, bool | str | None]) -> Requests:
        """These, and others of a method."""
        return Requests({**self.by_method, method: {**self.by_method.get(method, {}), **requests}})

    def __sklearn_clone__(self) -> Requests:
        """Itself, since it never changes."""
        return self


class MetadataRouting:
    """Requests of further arguments, for ``sklearn.set_config(enable_metadata_routing=True)``.

    As in scikit-learn: True has meta-estimators hand an argument on by its name, a text by another name; False says
    that it is not wanted; None, the default, that giving it is an error.
    """

    #: scikit-learn's name for it, which clone copies.
    _metadata_request: Requests

    def set_fit_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``fit``, such as ``conditions=True``, ``sample_weight=True``; returns the estimator."""
        return self._request("fit", requests)

    def set_transform_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``transform``; returns the estimator."""
        return self._request("transform", requests)

    def set_inverse_transform_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``inverse_transform``; returns the estimator."""
        return self._request("inverse_transform", requests)

    def set_predict_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``predict``; returns the estimator."""
        return self._request("predict", requests)

    def set_decision_function_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``decision_function``; returns the estimator."""
        return self._request("decision_function", requests)

    def set_score_request(self: Self, **requests: bool | str | None) -> Self:
        """Requests arguments of ``score``; returns the estimator."""
        return self._request("score", requests)

    def get_metadata_routing(self) -> Any:
        """All requests, as scikit-learn's MetadataRequest."""
        from sklearn.utils.metadata_routing import MetadataRequest

        request = MetadataRequest(owner=type(self).__name__)
        for method in _METHODS:
            chosen = self._requested().by_method.get(method, {})
            for name in self._arguments(method):
                getattr(request, method).add_request(param=name, alias=chosen.get(name))
        return request

    def _request(self: Self, method: str, requests: dict[str, bool | str | None]) -> Self:
        known = self._arguments(method)
        unknown = [name for name in requests if name not in known]
        if unknown:
            raise TypeError(
                f"{method} of a {type(self).__name__} has no argument {unknown[0]!r} that could be requested; it has "
                f"{', '.join(known) or 'none'}"
            )
        self._metadata_request = self._requested().with_further(method, requests)
        return self

    def _requested(self) -> Requests:
        return getattr(self, "_metadata_request", Requests())

    def _arguments(self, method: str) -> list[str]:
        """The further arguments of a method; none of one that there is not."""
        function = getattr(type(self), method, None)
        return (
            [] if function is None else [name for name in inspect.signature(function).parameters if name not in _DATA]
        )
