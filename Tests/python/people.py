"""A table of people: texts, categories, truth values and numbers, as a data frame."""

import numpy as np
import pandas as pd

SETTINGS = {"latent_dim": 2, "hidden": (16,), "random_state": 0}
GRADES = ["low", "middle", "high"]
JOBS = ["clerk", "cook", "nurse"]
LIKELIHOODS = {
    "visits": "negative_binomial",
    "job": "categorical",
    "income": "gaussian",
    "smokes": "bernoulli",
    "grade": "categorical",
    "age": "gaussian",
    "owner": "bernoulli",
}


def people(rows=300, seed=0):
    """A hidden number rules all columns but one; the index does not begin at 0."""
    random = np.random.RandomState(seed)
    t = random.normal(size=rows)
    jobs = np.array(JOBS)[np.digitize(t + 0.3 * random.normal(size=rows), [-0.7, 0.7])]
    grades = np.array(GRADES)[random.randint(3, size=rows)]
    return pd.DataFrame(
        {
            "visits": random.poisson(np.exp(1 - t)),
            "job": jobs,
            "income": np.exp(10 + 0.3 * t),
            "smokes": t + 0.3 * random.normal(size=rows) > 0.5,
            "grade": pd.Categorical(grades, categories=[*GRADES, "perfect"], ordered=True),
            "age": (45 + 10 * t + random.normal(size=rows)).astype(np.int16),
            "owner": random.randint(2, size=rows),
        },
        index=np.arange(rows) + 7,
    )


def numbers(frame):
    """The matrix that the frame stands for."""
    matrix = frame.assign(
        job=frame["job"].map(JOBS.index), grade=frame["grade"].map([*GRADES, "perfect"].index), smokes=frame["smokes"]
    )
    return matrix.to_numpy(dtype=np.float64)
