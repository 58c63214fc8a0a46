"""What files for other programs say of the model that they are made from."""

from __future__ import annotations

import json
from typing import Any

from vaelib._c.host import version
from vaelib.models.estimator import Estimator


def description_of(model: Estimator[Any], part: str) -> dict[str, str]:
    """Texts by names: vaelib_version, model, part, and the names of columns and classes, if known, as JSON lists."""
    found = {"vaelib_version": version(), "model": type(model).__name__, "part": part}
    columns = getattr(model, "feature_names_in_", None)
    if columns is not None:
        found["columns"] = json.dumps([str(name) for name in columns], ensure_ascii=False)
    classes = getattr(model, "classes_", None)
    if part == "classifier" and classes is not None:
        found["classes"] = json.dumps([str(name) for name in classes], ensure_ascii=False)
    return found
