"""Where results go that are written to files: a new file, or one that is being written."""

from __future__ import annotations

import os
from typing import Any, TypeAlias

from vaelib._c.long_calls import Callbacks, LongCall
from vaelib.data.dataset import Dataset
from vaelib.data.writer import DatasetWriter
from vaelib.models.native import NativeModel

Target: TypeAlias = "str | os.PathLike[str] | DatasetWriter"


def query_to_file(
    function: str,
    model: NativeModel,
    examples: Dataset,
    arguments: tuple[Any, ...],
    target: Target,
    names: tuple[bytes | None, ...],
    callbacks: Callbacks,
) -> None:
    """Calls a query that writes: ``function(model, examples, *arguments, writer, *names, callback)``."""
    if isinstance(target, DatasetWriter):
        before = (model.handle, examples.handle, *arguments)
        LongCall(callbacks, model).run(function, *before, target.handle, *names)
        return
    with DatasetWriter(target) as writer:
        query_to_file(function, model, examples, arguments, writer, names, callbacks)
