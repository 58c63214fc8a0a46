"""The stack that an estimator starts from."""

from __future__ import annotations

import os
from typing import Any

from vaelib._c.errors import FormatError
from vaelib.models.estimator import Estimator
from vaelib.models.files import read_model
from vaelib.models.native import NativeModel
from vaelib.models.native_stack import NativeStack


def pretrained_stack(pretrained: Any, columns: int) -> NativeStack:
    """A copy of the stack of an estimator or in a file, for examples of this width.

    Raises
    ------
    TypeError
        It is neither an estimator nor a path.
    ValueError
        It is for examples of another width, or an estimator of another kind.
    FormatError
        The file holds another kind of model, or none.
    """
    if isinstance(pretrained, Estimator) and isinstance(pretrained._present_model(), NativeStack | None):
        model: NativeModel = pretrained._fitted().copy()
    elif isinstance(pretrained, str | os.PathLike):
        model = read_model(pretrained)
    else:
        raise TypeError(f"pretrained must be a stack or the path of a file, not {pretrained!r}")
    if not isinstance(model, NativeStack):
        place = os.fsdecode(pretrained)
        raise FormatError(f'pretrained must be a stack, but "{place}" holds a model of kind "{model.kind}"')
    width = model.info.data_dim
    if width != columns:
        raise ValueError(f"X has {columns} features, but the pretrained stack has {width}")
    return model
