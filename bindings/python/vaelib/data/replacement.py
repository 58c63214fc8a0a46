"""Files that appear complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replaced(path: str | os.PathLike[str]) -> Iterator[str]:
    """The path of a new file in the same folder that takes the place of ``path`` if nothing is raised."""
    target = os.fspath(path)
    ending = os.path.splitext(target)[1]  # by which some writers know what to write
    number, scratch = tempfile.mkstemp(dir=os.path.dirname(target) or os.curdir, prefix=".vaelib-", suffix=ending)
    os.close(number)
    try:
        yield scratch
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(scratch, 0o666 & ~umask)  # as of any new file, not as of a temporary one
        os.replace(scratch, target)
    except BaseException:
        os.unlink(scratch)
        raise
