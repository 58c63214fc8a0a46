"""Which class a warning of the library has."""

from __future__ import annotations

import functools
import sys

from vaelib._c.errors import ConvergenceWarning, VaelibWarning

#: How the library begins what it says of a training that ended too early; of a stack, the layer comes first.
_NOT_CONVERGED = "the training has not converged"


def kind_of(text: str) -> type[VaelibWarning]:
    """The class of a warning: that of trainings that ended too early is scikit-learn's too, where that is loaded."""
    if _NOT_CONVERGED not in text:
        return VaelibWarning
    exceptions = sys.modules.get("sklearn.exceptions")
    return ConvergenceWarning if exceptions is None else _both(exceptions.ConvergenceWarning)


@functools.cache
def _both(known: type[Warning]) -> type[VaelibWarning]:
    return type(
        ConvergenceWarning.__name__,
        (ConvergenceWarning, known),
        {"__module__": "vaelib", "__doc__": ConvergenceWarning.__doc__},
    )
