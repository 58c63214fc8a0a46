"""What estimators that learn labels or targets have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np

from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack
from vaelib.training.heads import HEADS

Self = TypeVar("Self", bound="SupervisedStack")


class SupervisedStack(Estimator[NativeStack]):
    """Heads, and clones that start from the same stack."""

    #: The heads that its stack may have.
    _heads: ClassVar[tuple[str, ...]]
    pretrained: Any

    def __sklearn_clone__(self: Self) -> Self:
        """An unfitted estimator with the same parameters; a pretrained stack stays trained."""
        copy: Self = super().__sklearn_clone__()  # type: ignore[misc]
        copy.pretrained = self.pretrained
        return copy

    def _model_for_weights(self, weights: Mapping[str, Any]) -> NativeStack:
        """The stack, or a copy of it with the head that the weights have and the stack lacks."""
        stack = self._fitted()
        for kind in self._heads:
            shape = np.shape(weights.get(f"{HEADS[kind]}/weight", ()))
            if not stack.head and len(shape) == 2:
                stack = stack.copy()
                stack.add_head(kind, shape[1])
        return stack
