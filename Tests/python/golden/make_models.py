"""Writes the golden files of this version: small models, and what they give.

usage: python make_models.py     (with the library built; once for each released format, and never again for it)

`format_<version>_<kind>.h5`, perhaps with a further name, is a model file, the `.json` beside it what it must give for
`inputs`. The files stay in the tests for ever: every later library must read them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import vaelib

FOLDER = Path(__file__).resolve().parent
ROWS, COLUMNS = 4, 5


def inputs() -> np.ndarray:
    """Numbers in [0, 1] that any program can make again: (7 r + 3 c) mod 11 / 10."""
    values: np.ndarray = (np.add.outer(7 * np.arange(ROWS), 3 * np.arange(COLUMNS)) % 11 / 10).astype(np.float32)
    return values


def vae() -> vaelib.VAE:
    """Every part of a VAE's file: hidden layers, learned variance, training, history."""
    model = vaelib.VAE(
        latent_dim=2, hidden=(4, 3), decoder_hidden=(3,), activation="tanh", likelihood="gaussian",
        variance="learned", epochs=2, batch_size=2, random_state=1,
    )  # fmt: skip
    return model.fit(inputs())


def stack() -> vaelib.StackedDenoisingClassifier:
    """Two layers and a classifier."""
    model = vaelib.StackedDenoisingClassifier(hidden=(4, 3), random_state=1)
    return model.fit(inputs(), np.arange(ROWS) % 2)


def regressor() -> vaelib.StackedDenoisingRegressor:
    """A head of real targets, with their scale."""
    model = vaelib.StackedDenoisingRegressor(hidden=(4,), pretrain_epochs=2, finetune_epochs=3, random_state=1)
    return model.fit(inputs(), 100 + 10 * inputs()[:, :2])


def multilabel() -> vaelib.StackedDenoisingClassifier:
    """A head of several labels at once."""
    model = vaelib.StackedDenoisingClassifier(hidden=(4,), pretrain_epochs=2, finetune_epochs=3, random_state=1)
    return model.fit(inputs(), (inputs()[:, :3] > 0.5).astype(int))


def table() -> np.ndarray:
    """Columns of several kinds, made from the same numbers."""
    values = np.rint(10 * inputs())
    return np.stack(
        [values[:, 0], values[:, 1] / 10, values[:, 2] % 3, values[:, 3], 0.05 + 0.9 * values[:, 4] / 10], axis=1
    ).astype(np.float32)


def mixed_vae() -> vaelib.VAE:
    """Groups of columns: what format 2 can say and format 1 cannot."""
    columns = [
        ("student_t", [0, 1], {"variance": "predicted"}), ("categorical", [2], {"classes": 3}),
        ("negative_binomial", [3]), ("beta", [4]),
    ]  # fmt: skip
    model = vaelib.VAE(latent_dim=2, hidden=(4, 3), columns=columns, epochs=2, batch_size=2, random_state=1)
    return model.fit(table())


def outputs(model: Any) -> dict[str, list[Any]]:
    """What a model gives for the inputs."""
    if isinstance(model, vaelib.VAE):
        given = table() if model.likelihood_ == "mixed" else inputs()
        return {
            "transform": model.transform(given).tolist(),
            "inverse_transform": model.inverse_transform(np.zeros((1, 2), dtype=np.float32)).tolist(),
            "elbo": model.elbo(given, samples=3, random_state=2).elbo.tolist(),
        }
    if isinstance(model, vaelib.StackedDenoisingRegressor):
        return {"transform": model.transform(inputs()).tolist(), "predict": model.predict(inputs()).tolist()}
    return {
        "transform": model.transform(inputs()).tolist(),
        "predict_proba": model.predict_proba(inputs()).tolist(),
        "predict": model.predict(inputs()).tolist(),
    }


def write(name: str, model: Any) -> None:
    """Writes a model and, from the file itself, what it gives."""
    path = FOLDER / f"{name}.h5"
    model.save(path)
    path.with_suffix(".json").write_text(json.dumps(outputs(vaelib.load(path)), indent=1) + "\n")


if __name__ == "__main__":
    write("format_1_vae", vae())
    write("format_1_stack", stack())
    write("format_2_vae", mixed_vae())
    write("format_2_stack_regressor", regressor())
    write("format_2_stack_multilabel", multilabel())
