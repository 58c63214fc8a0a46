"""The error of an estimator that is used before ``fit``."""

from __future__ import annotations

import functools
import sys
from typing import Any


class NotFittedError(ValueError, AttributeError):
    """A method that needs a fitted estimator came before ``fit``.

    Where scikit-learn is imported, what is raised is a ``sklearn.exceptions.NotFittedError`` too.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return not_fitted, self.args


def not_fitted(message: str) -> NotFittedError:
    """The error to raise; it has scikit-learn's class too if the program, having imported it, can expect that class."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return NotFittedError(message)
    return _of_both_classes(exceptions.NotFittedError)(message)


@functools.cache
def _of_both_classes(theirs: type[Exception]) -> type[NotFittedError]:
    return type("NotFittedError", (NotFittedError, theirs), {"__module__": "vaelib", "__doc__": NotFittedError.__doc__})
