"""What the columns of a data frame are taken for where nobody says it: by their types first, then by their values.

| type | values | likelihood |
|---|---|---|
| texts, categories | | "categorical" |
| truth values | | "bernoulli" |
| integers | 0 and 1 | "bernoulli" |
| integers | counts: see ``are_counts`` | "negative_binomial" |
| other integers, floats | | "auto", which the library decides by the values |
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from vaelib.data.frame_columns import FrameColumn

#: The largest number that is taken for a count.
LARGEST_COUNT = 100
#: Texts are categories if there are no more different ones than this, or, of many rows, no more than this share.
FEW_CATEGORIES = 20
MOST_CATEGORIES = 0.5


def suggested_likelihood(column: FrameColumn) -> str:
    """The likelihood that the type and the values of a column suggest; "auto" if they leave it open."""
    if column.kind in ("category", "boolean"):
        return "categorical" if column.kind == "category" else "bernoulli"
    values = column.values[~column.gaps]
    if column.kind == "real" or values.size == 0:
        return "auto"
    if values.min() == 0 and values.max() == 1:
        return "bernoulli"
    return "negative_binomial" if are_counts(values) else "auto"


def are_counts(values: npt.NDArray[Any]) -> bool:
    """Whether whole numbers look as a negative binomial's do: from 0 on, none large, spread to the right.

    Its variance is at least its mean, and its third central moment at least its variance, as the Poisson's, of which
    all three are the same. The third moment of a sample is known less well, so half of it is enough; numbers that are
    spread evenly, as months or grades, have none.
    """
    if values.min() != 0 or values.max() > LARGEST_COUNT or values.max() < 2:
        return False
    mean = values.mean()
    variance, third = ((values - mean) ** 2).mean(), ((values - mean) ** 3).mean()
    return bool(variance > mean and third > variance / 2)
