"""The space of the random search: around the defaults and beyond them on every side."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

WIDTHS = (32, 64, 128, 256, 512)
BATCHES = (16, 32, 64, 128, 256)
WORK = 6e11
"""The longest try: so many rows times weights. On one core of 2023 that is about half a minute."""


def try_settings(model: str, seed: int, number: int) -> dict[str, Any]:
    """The settings of a try: the same for all sets, so that they can be compared."""
    random = np.random.RandomState(100_000 * seed + number)
    return _SPACES[model](random)


def _one(random: np.random.RandomState, values: Sequence[Any]) -> Any:
    return values[random.randint(len(values))]


def _log_uniform(random: np.random.RandomState, low: float, high: float) -> float:
    return float(f"{math.exp(random.uniform(math.log(low), math.log(high))):.3g}")


def _common(random: np.random.RandomState, layers: Sequence[int]) -> dict[str, Any]:
    decays = random.uniform() < 0.5
    return {
        "hidden": [_one(random, WIDTHS)] * _one(random, layers),
        "learning_rate": _log_uniform(random, 3e-4, 1e-2),
        "batch_size": _one(random, BATCHES),
        "schedule": _one(random, ("constant", "cosine", "cosine")),
        "updates": int(_log_uniform(random, 500, 12_000)),
        "weight_decay": _log_uniform(random, 0.1, 100) if decays else 0.0,
    }


def _vae(random: np.random.RandomState) -> dict[str, Any]:
    return {
        **_common(random, (1, 1, 2)),
        "activation": _one(random, ("relu", "relu", "tanh", "silu")),
        "latent_dim": _one(random, (2, 5, 10, 20, 40)),
        "kl_warmup": _one(random, (0.0, 0.0, 0.25)),
        # Bernoulli likelihoods have neither variances nor tails.
        "variance": _one(random, ("learned", "predicted")),
        "has_heavy_tails": _one(random, (False, True)),
    }


def _stack(random: np.random.RandomState) -> dict[str, Any]:
    return {
        **_common(random, (1, 1, 2, 3)),
        "activation": _one(random, ("sigmoid", "relu", "tanh")),
        "corruption_level": _one(random, (0.0, 0.1, 0.25, 0.4)),
    }


def _classifier(random: np.random.RandomState) -> dict[str, Any]:
    return {
        **_stack(random),
        "is_pretrained": bool(random.uniform() < 0.75),
        "finetune_learning_rate": _log_uniform(random, 3e-4, 1e-2),
        "finetune_updates": int(_log_uniform(random, 300, 6000)),
        "dropout": _one(random, (0.0, 0.0, 0.2, 0.5)),
    }


def _autoencoder(random: np.random.RandomState) -> dict[str, Any]:
    return {**_stack(random), "finetune_updates": _one(random, (0, 0, 1000, 3000))}


_SPACES = {"vae": _vae, "classifier": _classifier, "autoencoder": _autoencoder}


def in_short(settings: dict[str, Any]) -> str:
    """Settings for a table; what is off is left out."""
    shown = [
        f"{settings['activation']} {'-'.join(str(width) for width in settings['hidden'])}",
        f"batch {settings['batch_size']}",
        f"{settings['learning_rate']} {settings['schedule']} {settings['updates']}",
    ]
    if "finetune_learning_rate" in settings:
        shown.append("fine-tuned" if settings["is_pretrained"] else "not pretrained, trained")
        shown[-1] += f" {settings['finetune_learning_rate']} {settings['finetune_updates']}"
    elif settings.get("finetune_updates"):
        shown.append(f"fine-tuned {settings['finetune_updates']}")
    shown += ["student_t"] if settings.get("has_heavy_tails") else []
    shown += [f"{label} {settings[name]}" for name, label in _SHORT.items() if settings.get(name)]
    return ", ".join(shown)


_SHORT = {
    "latent_dim": "latents", "variance": "variance", "kl_warmup": "warm-up", "weight_decay": "decay",
    "corruption_level": "corruption", "dropout": "dropout",
}  # fmt: skip


def epochs(updates: int, batch_size: int, weights: int, rows: int) -> int:
    """Passes over the rows that make so many updates, or as many as ``WORK`` allows."""
    batch_size = min(batch_size, rows)
    allowed = min(updates, max(1, int(WORK / (batch_size * weights))))
    return max(1, round(allowed / math.ceil(rows / batch_size)))


def patience(epochs: int) -> int:
    """A quarter of the epochs, at least 5."""
    return max(5, math.ceil(epochs / 4))


def weights_between(widths: Sequence[int]) -> int:
    """The weights of layers between these widths."""
    return sum(below * above for below, above in itertools.pairwise(widths))
