"""Classes of exceptions and warnings that are scikit-learn's too, where a program can expect them."""

from __future__ import annotations

import functools
import sys
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=BaseException)


def with_theirs(ours: type[Kind], name: str) -> type[Kind]:
    """Our class; where scikit-learn is imported, one that is ``sklearn.exceptions``' class of this name as well."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return ours
    # Not hashable to mypy, as a type of a variable kind.
    kind: Any = ours
    both: type[Kind] = _of_both(kind, getattr(exceptions, name))
    return both


@functools.cache
def _of_both(ours: Any, theirs: Any) -> Any:
    return type(theirs.__name__, (ours, theirs), {"__module__": "vaelib", "__doc__": ours.__doc__})
