"""Seeds for the library, from what scikit-learn calls random_state."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def seed_from(random_state: Any) -> int:
    """A seed for the library: an integer is one, a generator draws one, None draws one from numpy's global state."""
    if random_state is None:
        random_state = np.random.mtrand._rand
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63 - 1))
    try:
        seed = operator.index(random_state)
    except TypeError:
        raise ValueError(
            f"random_state must be None, an integer, a RandomState or a Generator, not {random_state!r}"
        ) from None
    if not 0 <= seed < 2**64:
        raise ValueError(f"random_state must be between 0 and 2^64 - 1, not {seed}")
    return seed
