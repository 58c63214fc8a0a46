"""Weights as a dictionary of arrays, the way PyTorch's modules give and take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib._estimator import Estimator, ModelType
from vaelib._native_model import TensorLayout

Self = TypeVar("Self", bound="StateDict[Any]")


def as_floats(values: Any) -> npt.NDArray[np.float32]:
    """Numbers from wherever they are, also PyTorch's tensors with a gradient or on another device, as float32.

    Raises
    ------
    ValueError
        They are no real numbers; the text is a predicate.
    """
    for step in ("detach", "cpu"):
        if hasattr(values, step):
            values = getattr(values, step)()
    try:
        array = np.asarray(values)
        if array.dtype.kind in "biufO":
            with np.errstate(over="ignore"):  # what is too large is found as infinite
                return array.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"is no array of numbers: {error}") from None
    raise ValueError(f"is no array of real numbers: it has dtype {array.dtype}")


def stored_shape(tensor: TensorLayout) -> tuple[int, ...]:
    """The shape a tensor has in files and state dictionaries: biases have one axis."""
    return tensor.shape if tensor.name.endswith("/weight") else tensor.shape[1:]


class StateDict(Estimator[ModelType]):
    """Weights by name, all at once."""

    def state_dict(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of every tensor by its name in the model file, and in its shape there: biases have one axis."""
        model = self._fitted()
        flat = model.get_parameters()
        return {tensor.name: tensor.of(flat).reshape(stored_shape(tensor)) for tensor in model.tensors}

    def load_state_dict(self: Self, state: Mapping[str, Any], strict: bool = True) -> Self:
        """Replaces all weights and biases by those of ``state``; returns the estimator.

        An estimator that was never fitted needs ``initialize(n_features)`` first. A StackedDenoisingClassifier without
        a classifier is given one if ``state`` has it.

        Parameters
        ----------
        state : mapping of str to array
            Arrays, or what numpy makes arrays of: also PyTorch's tensors, and a mapping that ``torch.load`` or
            ``numpy.load`` gave.
        strict : bool, default True
            False leaves tensors that ``state`` lacks as they are, and ignores names that the model lacks.

        Raises
        ------
        ValueError
            Names are missing or unknown, shapes are wrong, numbers are not finite: the text lists all that is wrong.
            Nothing is changed then.
        """
        model = self._model_for_state(state)
        tensors = {tensor.name: tensor for tensor in model.tensors}
        flat = model.get_parameters()
        problems = _name_problems(tensors, state) if strict else []
        for name, tensor in tensors.items():
            if name in state:
                problem = _copy(state[name], tensor, flat)
                problems += [f"{name} {problem}"] if problem else []
        if problems:
            lines = "".join(f"\n  {problem}" for problem in problems)
            raise ValueError(f"the state does not fit this {type(self).__name__}:{lines}")
        model.set_parameters(flat)
        self._adopt(model)
        return self

    def _model_for_state(self, state: Mapping[str, Any]) -> ModelType:
        """The model that takes the state: the estimator's own, or a copy of it with what the state has in addition."""
        return self._fitted()

    def _adopt(self, model: ModelType) -> None:
        """Goes on with the model that has taken the state."""
        self._model = model


def _name_problems(tensors: Mapping[str, TensorLayout], state: Mapping[str, Any]) -> list[str]:
    missing = [name for name in tensors if name not in state]
    unexpected = [str(name) for name in state if name not in tensors]
    return [
        f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("unexpected", unexpected)) if names
    ]


def _copy(values: Any, tensor: TensorLayout, flat: npt.NDArray[np.float32]) -> str | None:
    """Copies values to their place in the flat parameters; what is wrong with them, if something is."""
    try:
        given = as_floats(values)
    except ValueError as error:
        return str(error)
    expected = stored_shape(tensor)
    if given.shape != expected:
        return f"has shape {given.shape}; expected {expected}"
    if not np.isfinite(given).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(given))[0])
        return f"holds {given[place]} at {place}; every number must be finite in float32"
    tensor.of(flat)[...] = given.reshape(tensor.shape)
    return None
