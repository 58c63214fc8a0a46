"""The examples that are held out of training."""

from __future__ import annotations

import numpy as np

from vaelib.data.dataset import Dataset


def hold_out(
    examples: Dataset, fraction: float, choice: str, seed: int, *, stratify: bool = False
) -> tuple[Dataset, Dataset | None]:
    """Examples to train on, and to validate on: the ``validation_fraction`` of them that ``validation_split`` chooses.

    Raises
    ------
    ValueError
        One of the two estimator's parameters has an unsuitable value.
    """
    if not 0 <= fraction < 1:
        raise ValueError(f"validation_fraction must be at least 0 and below 1, not {fraction!r}")
    if choice not in ("random", "last"):
        raise ValueError(f"validation_split must be 'random' or 'last', not {choice!r}")
    if fraction == 0:
        return examples, None
    held_out = max(1, round(examples.rows * fraction))
    if held_out == examples.rows:
        raise ValueError(f"validation_fraction {fraction!r} leaves none of the {examples.rows} examples to train on")
    if choice == "random":
        if stratify and examples.labels is not None and np.bincount(examples.labels).max() == 1:
            raise ValueError(
                f"validation_fraction {fraction!r} can hold out no example: every class has one, which stays for "
                "training. Set it to 0, or give more examples with labels"
            )
        return examples.split(fraction, seed, stratify=stratify)
    return examples[: examples.rows - held_out], examples[examples.rows - held_out :]
