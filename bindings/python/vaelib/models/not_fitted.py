"""The error of an estimator that is used before ``fit``."""

from __future__ import annotations

from typing import Any

from vaelib._c.scikit_learn import with_theirs


class NotFittedError(ValueError, AttributeError):
    """A method that needs a fitted estimator came before ``fit``.

    Where scikit-learn is imported, what is raised is a ``sklearn.exceptions.NotFittedError`` too.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return not_fitted, self.args


def not_fitted(message: str) -> NotFittedError:
    """The error to raise; it has scikit-learn's class too if the program, having imported it, can expect that class."""
    return with_theirs(NotFittedError, "NotFittedError")(message)
