"""Files that appear complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """A path to write to within; what lies there afterwards takes the place of ``path``, unless there was an error."""
    place = os.fsdecode(path)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(place) or os.curdir, prefix=".vaelib-") as folder:
        unfinished = os.path.join(folder, "unfinished")
        yield unfinished
        os.replace(unfinished, place)
