"""One training of a VAE with settings given as numbers of updates, and the bounds on its way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import vaelib

from defaults.batches import Batches
from defaults.clipping import Limit
from defaults.preparation import Parts
from defaults.sets import Matrix

LOG_VARIANCE = "decoder/log_variance"
#: How many times as fast as the networks the library has it learn.
LIBRARY_PACE = 10
CHECKS = 40
"""How often the bounds are computed in one training."""
EVALUATED_ROWS = 1000
"""At most so many rows are taken for a bound on the way."""


@dataclass(frozen=True)
class VAESettings:
    """What a training is to try."""

    hidden: tuple[int, ...] = (256,)
    activation: str = "relu"
    latent_dim: int = 20
    batch_size: int = 64
    updates: int = 6000
    learning_rate: float = 0.001
    schedule: str = "constant"
    schedule_factor: float = 0.1
    """The last rate of a cosine, as a share of the first."""
    variance: str = "learned"
    stddev_floor: float = 0.001
    """In units of the standardised columns."""
    gradient_clip_norm: float = 0.0
    clip_per_root: float = 0.0
    """The largest norm of a gradient, times the root of the number of columns."""
    running_clip: float = 0.0
    """The largest norm of a gradient, times the running scale of the norms."""
    validation: float = 0.1
    """The share of the rows that are not judged by which training is stopped."""
    variance_pace: float = 10.0
    weight_decay: float = 0.0
    kl_warmup: float = 0.0
    """The share of the updates over which the KL weight grows from 0 to 1."""


@dataclass
class Course:
    """The bounds after so many updates, in nats per example of the raw data."""

    updates: list[int] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    test: list[float] = field(default_factory=list)
    train: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    #: The median, 99% and largest norm of the gradient after the first tenth.
    norms: list[float] = field(default_factory=list)
    #: The share of steps that were clipped.
    clipped: float = 0.0
    active: int = 0
    failed: bool = False


def _estimator(settings: VAESettings, parts: Parts, seed: int) -> vaelib.VAE:
    rows = len(parts.train)
    return vaelib.VAE(
        latent_dim=settings.latent_dim,
        hidden=settings.hidden,
        activation=settings.activation,
        likelihood="bernoulli" if parts.is_grey else "gaussian",
        variance="fixed" if parts.is_grey else settings.variance,
        stddev_floor=settings.stddev_floor,
        standardize=False,  # the parts are
        batch_size=min(settings.batch_size, rows),
        epochs=1,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        schedule_factor=settings.schedule_factor,
        weight_decay=settings.weight_decay,
        kl_warmup_epochs=settings.kl_warmup,
        random_state=seed,
    ).initialize(parts.train.shape[1])


def _bound(vae: vaelib.VAE, rows: Matrix, jacobian: float) -> float:
    if len(rows) == 0:
        return float("nan")
    rows = rows[:EVALUATED_ROWS]
    samples = int(np.clip(1000 // len(rows), 1, 20))
    return float(vae.elbo(rows, samples=samples).elbo.mean()) + jacobian


def _step(trainer: vaelib.Trainer, rows: Matrix, limit: Limit) -> float:
    if not limit.is_on:
        return trainer.step(rows)["gradient_norm"]
    norm = trainer.compute_gradients(rows)["gradient_norm"]
    trainer.gradients *= np.float32(limit.scale(norm))
    trainer.apply_gradients()
    return norm


def train(settings: VAESettings, parts: Parts, seed: int) -> Course:
    """Trains for all updates; what early stopping would have given is read off the course afterwards."""
    vae = _estimator(settings, parts, seed)
    batches = Batches(len(parts.train), settings.batch_size, seed)
    # One epoch of all updates, so that a cosine ends where they do.
    trainer = vaelib.Trainer(vae, batches.size * settings.updates)
    log_variance: Any = trainer.named_parameters.get(LOG_VARIANCE)
    limit = Limit(parts.train.shape[1], settings.gradient_clip_norm, settings.clip_per_root, settings.running_clip)
    course, norms, spent = Course(), [], 0.0
    every = max(1, settings.updates // CHECKS)
    start = time.process_time()
    for update in range(1, settings.updates + 1):
        before = None if log_variance is None else log_variance.copy()
        try:
            norms.append(_step(trainer, parts.train[batches.draw()], limit))
        except vaelib.NumericalError:
            course.failed = True
            break
        if before is not None:
            # Adam's step is proportional to its learning rate, so this is a rate so many times as large.
            log_variance += (settings.variance_pace / LIBRARY_PACE - 1) * (log_variance - before)
        if update % every == 0:
            spent += time.process_time() - start
            course.updates.append(update)
            course.seconds.append(spent)
            for part in ("validation", "test", "train"):
                getattr(course, part).append(_bound(vae, getattr(parts, part), parts.jacobian))
            start = time.process_time()
    late = norms[len(norms) // 10 :]
    course.norms = [float(value) for value in np.quantile(late, [0.5, 0.99, 1.0])] if late else []
    course.clipped = limit.clipped / max(1, len(norms))
    course.active = int((vae.transform(parts.test).var(0) > 0.01).sum())
    return course
