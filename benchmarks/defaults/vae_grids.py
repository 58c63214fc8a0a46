"""The experiments on VAEs: each a list of settings that are tried on every set of the choice."""

from __future__ import annotations

import itertools
from dataclasses import replace

from defaults.vae_course import VAESettings

BASE = VAESettings()


def pace() -> list[VAESettings]:
    """Batch size and learning rate together; the number of updates is read off the courses."""
    return [
        replace(BASE, batch_size=batch, learning_rate=rate)
        for batch, rate in itertools.product((16, 64, 256), (0.001, 0.003, 0.01))
    ]


def schedule() -> list[VAESettings]:
    """A cosine that ends after so many updates."""
    return [
        replace(BASE, batch_size=batch, learning_rate=rate, updates=updates, schedule="cosine")
        for batch, rate, updates in itertools.product((64, 256), (0.001, 0.003), (1500, 6000))
    ]


def width() -> list[VAESettings]:
    """Units and layers and how they are activated."""
    base = replace(BASE, batch_size=64, learning_rate=0.001, updates=6000)
    activations = [replace(base, activation=name) for name in ("tanh", "silu", "softplus")]
    widths = [replace(base, hidden=hidden) for hidden in ((32,), (64,), (128,), (500,), (128, 128))]
    return activations + widths


def latent() -> list[VAESettings]:
    """Latents: few, or many, of which training makes inactive what it does not need."""
    base = replace(BASE, batch_size=64, learning_rate=0.001, updates=6000)
    return [replace(base, latent_dim=number) for number in (2, 5, 10, 40)]


def guard() -> list[VAESettings]:
    """What may keep small sets from being learned by heart."""
    base = replace(BASE, batch_size=64, learning_rate=0.001, updates=6000)
    return [
        replace(base, gradient_clip_norm=10.0),
        replace(base, kl_warmup=0.25),
        replace(base, variance_pace=1.0),
        replace(base, weight_decay=0.01),
    ]


def candidates() -> list[VAESettings]:
    """What the other experiments speak for, side by side."""
    base = replace(BASE, batch_size=128, learning_rate=0.002, schedule="cosine", updates=4000, variance_pace=3.0)
    return [
        base,
        replace(base, variance_pace=1.0),
        replace(base, variance_pace=10.0),
        replace(base, learning_rate=0.004),
        replace(base, schedule="constant"),
        replace(base, batch_size=64),
        replace(base, latent_dim=5),
        replace(base, latent_dim=10),
        replace(base, hidden=(128,)),
    ]


#: What the experiments on tables spoke for.
DECIDED = replace(BASE, batch_size=128, learning_rate=0.003, schedule="cosine", updates=6000)


def images() -> list[VAESettings]:
    """Whether what tables spoke for suits images too."""
    tanh = replace(DECIDED, activation="tanh", hidden=(500,))
    return [
        DECIDED,
        replace(tanh, learning_rate=0.001),
        tanh,
        replace(DECIDED, hidden=(500,)),
        replace(DECIDED, learning_rate=0.001),
        replace(DECIDED, schedule_factor=0.001),
        replace(DECIDED, schedule="constant"),
        replace(DECIDED, updates=12000),
    ]


def predicted() -> list[VAESettings]:
    """Limits of the gradient's norm where the decoder predicts variances, with small batches and large."""
    found = []
    for batch, rate, updates in ((20, 0.001, 7000), (20, 0.003, 7000), (128, 0.003, 6000)):
        base = replace(BASE, variance="predicted", batch_size=batch, learning_rate=rate, updates=updates)
        found += [base, *_limited(base)]
    return found


def floors() -> list[VAESettings]:
    """Floors of predicted deviations, in units of the standardised columns, with limits and without."""
    found = []
    for batch, rate, schedule in ((20, 0.001, "constant"), (128, 0.003, "cosine")):
        base = replace(BASE, variance="predicted", batch_size=batch, learning_rate=rate, schedule=schedule)
        for floor in (0.001, 0.03, 0.1):
            floored = replace(base, stddev_floor=floor)
            found += [floored, replace(floored, gradient_clip_norm=10.0), replace(floored, running_clip=5.0)]
    return found


def limits() -> list[VAESettings]:
    """Whether the same limits cost anything where training goes well."""
    return [DECIDED, *_limited(DECIDED)]


def _limited(base: VAESettings) -> list[VAESettings]:
    return [
        replace(base, gradient_clip_norm=10.0),
        replace(base, gradient_clip_norm=100.0),
        replace(base, clip_per_root=1.0),
        replace(base, clip_per_root=10.0),
        replace(base, running_clip=2.0),
        replace(base, running_clip=5.0),
    ]


GRIDS = {
    "images": images, "predicted": predicted, "floors": floors, "limits": limits,
    "pace": pace, "schedule": schedule, "width": width, "latent": latent, "guard": guard, "candidates": candidates,
}  # fmt: skip
