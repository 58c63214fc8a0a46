"""Which class a warning of the library has."""

from __future__ import annotations

from vaelib._c.errors import ConvergenceWarning, VaelibWarning
from vaelib._c.scikit_learn import with_theirs

#: How the library begins what it says of a training that ended too early; of a stack, the layer comes first.
_NOT_CONVERGED = "the training has not converged"


def kind_of(text: str) -> type[VaelibWarning]:
    """The class of a warning: that of trainings that ended too early is scikit-learn's too, where that is loaded."""
    return with_theirs(ConvergenceWarning, "ConvergenceWarning") if _NOT_CONVERGED in text else VaelibWarning
