"""One training of a stack with settings given as numbers of updates, and what it is worth on its way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import vaelib

from defaults.batches import Batches
from defaults.preparation import LabelledParts, deviations
from defaults.sets import Matrix

CHECKS = 40
"""How often the test rows are predicted in one fine-tuning."""


@dataclass(frozen=True)
class StackSettings:
    """What a training is to try."""

    hidden: tuple[int, ...] = (256,)
    activation: str = "sigmoid"
    corruption_level: float = 0.25
    batch_size: int = 64
    learning_rate: float = 0.001
    updates: int = 2000
    """Of each layer; 0 for no pretraining."""
    schedule: str = "constant"
    finetune_batch_size: int = 64
    finetune_learning_rate: float = 0.001
    finetune_updates: int = 3000
    finetune_schedule: str = "constant"
    dropout: float = 0.0
    loss: str = "cross_entropy"
    """Of the first layer, with columns in [0, 1]; squared_error goes with standardised columns. auto: by the set."""
    schedule_factor: float = 0.1
    validation: float = 0.1
    """The share of the rows that are not judged by which fine-tuning is stopped."""


@dataclass
class StackCourse:
    """After so many updates of fine-tuning: validation loss, and the share of wrong labels in validation and test."""

    pretraining_seconds: float = 0.0
    #: 1 - squared error / variance of the test rows, after pretraining; every column of a table counts alike.
    explained: float = 0.0
    #: The share of test rows whose nearest 5 training rows, among the codes, tell the right label.
    neighbours: float = 0.0
    updates: list[int] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_error: list[float] = field(default_factory=list)
    test_error: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def _estimator(settings: StackSettings, columns: int, seed: int) -> Any:
    in_unit_interval = settings.activation == "sigmoid"
    above = ["cross_entropy" if in_unit_interval else "squared_error"] * (len(settings.hidden) - 1)
    return vaelib.StackedDenoisingClassifier(
        loss=[settings.loss, *above],
        hidden=settings.hidden,
        activation=settings.activation,
        corruption_level=settings.corruption_level,
        pretrain_epochs=1,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        finetune_epochs=1,
        finetune_learning_rate=settings.finetune_learning_rate,
        finetune_schedule=settings.finetune_schedule,
        schedule_factor=settings.schedule_factor,
        dropout=settings.dropout,
        random_state=seed,
    ).initialize(columns)


def _pretrain(stack: Any, settings: StackSettings, rows: Matrix, seed: int) -> None:
    for layer in range(len(settings.hidden)):
        batches = Batches(len(rows), settings.batch_size, seed + layer)
        trainer = vaelib.Trainer(stack, batches.size * max(1, settings.updates), phase="pretraining", layer=layer)
        for _ in range(settings.updates):
            trainer.step(rows[batches.draw()])


def _explained(stack: Any, parts: LabelledParts, is_grey: bool) -> float:
    rows, unit = parts.test, np.float32(1) if is_grey else deviations(parts.train)
    error = np.square((rows - stack.reconstruct(rows)) / unit, dtype=np.float64).sum()
    return float(1 - error / np.square((rows - parts.train.mean(0)) / unit, dtype=np.float64).sum())


def _neighbours(stack: Any, parts: LabelledParts) -> float:
    from sklearn.neighbors import KNeighborsClassifier

    neighbours = KNeighborsClassifier(min(5, len(parts.train))).fit(stack.transform(parts.train), parts.train_labels)
    return float(neighbours.score(stack.transform(parts.test), parts.test_labels))


def _finetune(stack: Any, settings: StackSettings, parts: LabelledParts, seed: int, course: StackCourse) -> None:
    batches = Batches(len(parts.train), settings.finetune_batch_size, seed)
    classes = int(max(parts.train_labels.max(), parts.validation_labels.max(), parts.test_labels.max())) + 1
    trainer = vaelib.Trainer(stack, batches.size * settings.finetune_updates, phase="supervised", classes=classes)
    every, spent, start = max(1, settings.finetune_updates // CHECKS), 0.0, time.process_time()
    for update in range(1, settings.finetune_updates + 1):
        rows = batches.draw()
        trainer.step(parts.train[rows], parts.train_labels[rows])
        if update % every == 0:
            spent += time.process_time() - start
            course.updates.append(update)
            course.seconds.append(spent)
            found = stack.predict_proba(parts.validation)
            right = found[np.arange(len(found)), parts.validation_labels]
            course.validation_loss.append(float(-np.log(np.maximum(right, 1e-30)).mean()))
            course.validation_error.append(float(np.mean(found.argmax(1) != parts.validation_labels)))
            course.test_error.append(float(np.mean(stack.predict(parts.test) != parts.test_labels)))
            start = time.process_time()


def train(settings: StackSettings, parts: LabelledParts, seed: int, *, is_grey: bool) -> StackCourse:
    """Pretrains, and fine-tunes for all updates; what early stopping would have given is read off the course."""
    stack = _estimator(settings, parts.train.shape[1], seed)
    course = StackCourse()
    start = time.process_time()
    _pretrain(stack, settings, parts.train, seed)
    course.pretraining_seconds = time.process_time() - start
    course.explained = _explained(stack, parts, is_grey)
    course.neighbours = _neighbours(stack, parts)
    if settings.finetune_updates > 0:
        _finetune(stack, settings, parts, seed, course)
    return course
