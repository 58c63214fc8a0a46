"""What files for other programs say of the model that they are made from."""

from __future__ import annotations

import json
from typing import Any

from vaelib._c.host import version
from vaelib.models.estimator import Estimator
from vaelib.models.vae import VAE


def description_of(model: Estimator[Any], part: str) -> dict[str, str]:
    """Texts by names: vaelib_version, model, part, and, if known, what columns, conditions and classes are called.

    These are JSON lists; of columns with categories there is an object of such lists, in the order of the numbers that
    stand for categories.
    """
    found = {"vaelib_version": version(), "model": type(model).__name__, "part": part}
    columns = getattr(model, "feature_names_in_", None)
    if columns is not None:
        found["columns"] = json.dumps([str(name) for name in columns], ensure_ascii=False)
    if isinstance(model, VAE):
        found |= _of_vae(model)
    classes = getattr(model, "classes_", None)
    if part == "classifier" and classes is not None:
        found["classes"] = json.dumps([str(name) for name in classes], ensure_ascii=False)
    return found


def _of_vae(vae: VAE) -> dict[str, str]:
    """What conditions are called, and the categories of columns, those of conditions among them."""
    found = {}
    categories = {str(name): [str(value) for value in values] for name, values in vae.categories_.items()}
    known = vae._known_conditions()
    if known is not None:
        found["conditions"] = json.dumps([str(name) for name in known.names], ensure_ascii=False)
        for name, values in zip(known.names, known.categories, strict=True):
            if values is not None:
                categories[str(name)] = [str(value) for value in values.values]
    if categories:
        found["categories"] = json.dumps(categories, ensure_ascii=False)
    return found
