"""The experiments on stacks: each a list of settings that are tried on every set of the choice that has labels."""

from __future__ import annotations

import itertools
from dataclasses import replace

from defaults.stack_course import StackSettings

BASE = StackSettings()


def finetuning() -> list[StackSettings]:
    """Fine-tuning's batch size and learning rate; the number of updates is read off the courses."""
    pairs = itertools.product((16, 64), (0.001, 0.003, 0.01))
    return [replace(BASE, finetune_batch_size=batch, finetune_learning_rate=rate) for batch, rate in pairs]


def pretraining() -> list[StackSettings]:
    """Pretraining's updates and learning rate, and none at all."""
    found = [replace(BASE, updates=0)]
    for updates, rate in itertools.product((500, 2000, 6000), (0.001, 0.003, 0.01)):
        found.append(replace(BASE, updates=updates, learning_rate=rate))
    return found


def width() -> list[StackSettings]:
    """Widths, layers, activations and corruption."""
    widths: tuple[tuple[int, ...], ...] = ((64,), (500,), (256, 256), (256, 256, 256))
    return [
        *(replace(BASE, hidden=hidden) for hidden in widths),
        *(replace(BASE, corruption_level=level) for level in (0.0, 0.1, 0.4)),
        replace(BASE, dropout=0.3),
        replace(BASE, activation="relu"),
    ]


#: What the experiments above spoke for, with a cosine in both phases.
DECIDED = replace(
    BASE,
    learning_rate=0.003,
    schedule="cosine",
    finetune_learning_rate=0.003,
    finetune_schedule="cosine",
)


def activation() -> list[StackSettings]:
    """Activation and fine-tuning's rate, with columns in [0, 1] and with standardised ones."""
    tried = itertools.product(("sigmoid", "tanh", "relu"), (0.001, 0.003, 0.01), ("cross_entropy", "squared_error"))
    return [replace(DECIDED, activation=name, finetune_learning_rate=rate, loss=loss) for name, rate, loss in tried]


#: What the experiment on activations spoke for.
CHOSEN = replace(DECIDED, activation="relu", loss="auto")


def around() -> list[StackSettings]:
    """One thing changed at a time."""
    widths: tuple[tuple[int, ...], ...] = ((64,), (128,), (500,), (256, 256), (256, 256, 256))
    return [
        CHOSEN,
        *(replace(CHOSEN, hidden=hidden) for hidden in widths),
        *(replace(CHOSEN, updates=updates) for updates in (0, 500, 6000)),
        *(replace(CHOSEN, corruption_level=level) for level in (0.0, 0.1, 0.4)),
        *(replace(CHOSEN, dropout=dropout) for dropout in (0.2, 0.5)),
        *(replace(CHOSEN, finetune_batch_size=batch) for batch in (16, 128)),
        *(replace(CHOSEN, finetune_learning_rate=rate) for rate in (0.001, 0.01)),
        *(replace(CHOSEN, finetune_updates=updates) for updates in (1000, 6000)),
        replace(CHOSEN, learning_rate=0.001),
        replace(CHOSEN, learning_rate=0.01),
        replace(CHOSEN, batch_size=128),
        replace(CHOSEN, activation="tanh"),
        replace(CHOSEN, validation=0.2),
    ]


def codes() -> list[StackSettings]:
    """Codes and reconstructions alone."""
    base = replace(CHOSEN, finetune_updates=0)
    found = []
    for activation, hidden in itertools.product(("relu", "sigmoid", "tanh"), ((64,), (256,), (500,), (256, 256))):
        found.append(replace(base, activation=activation, hidden=hidden))
    for activation, level in itertools.product(("relu", "sigmoid"), (0.0, 0.1, 0.4)):
        found.append(replace(base, activation=activation, corruption_level=level))
    for activation, updates in itertools.product(("relu", "sigmoid"), (500, 6000)):
        found.append(replace(base, activation=activation, updates=updates))
    return found


GRIDS = {
    "around": around,
    "codes": codes,
    "finetuning": finetuning,
    "pretraining": pretraining,
    "width": width,
    "activation": activation,
}
