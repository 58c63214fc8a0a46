"""Runs the experiments on VAEs, and tells how near each setting comes to the best that was tried on a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import numpy as np

from defaults.preparation import split
from defaults.records import Records
from defaults.sets import Loader
from defaults.vae_course import Course, VAESettings, train


def run(sets: Mapping[str, Loader], tried: Iterable[VAESettings], seeds: Iterable[int], records: Records) -> None:
    """Tries what was not tried before; prints a line a training."""
    settings = list(tried)
    for name, load in sets.items():
        examples = load()
        for seed in seeds:
            for each in settings:
                key = {"set": name, "seed": seed, **asdict(each), "hidden": list(each.hidden)}
                if key in records:
                    continue
                parts = split(examples, seed, validation=each.validation)
                course = train(each, parts, seed)
                found = {**asdict(course), "independent": parts.independent, "rows": len(parts.train)}
                records.add(key, {**found, "columns": parts.train.shape[1]})
                print(f"{name}, seed {seed}: {stopped(course):9.2f} in {course.seconds[-1]:6.2f} s, {each}", flush=True)


def stopped(course: Course) -> float:
    """The bound of the test rows where that of the validation rows is best."""
    return course.test[int(np.argmax(course.validation))]
