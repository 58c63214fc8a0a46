"""The logger "vaelib": it is told what warnings say, and how trainings go on."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

from vaelib._c.errors import caller_depth

if TYPE_CHECKING:
    import logging

#: Its name.
LOGGER = "vaelib"


def logger() -> logging.Logger | None:
    """The logger; None where no program has imported ``logging``, so that nobody listens."""
    module = sys.modules.get("logging")
    if module is None:
        return None
    found: logging.Logger = module.getLogger(LOGGER)
    if not found.handlers:
        found.addHandler(module.NullHandler())  # else logging would print warnings that Python prints already
    return found


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warns whoever called the package, and tells the logger."""
    log = logger()
    if log is not None:
        log.warning("%s", text)
    warnings.warn(text, category, stacklevel=caller_depth())
