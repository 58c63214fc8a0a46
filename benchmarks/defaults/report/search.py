"""A random search: each try is trained on four fifths of the training rows and ranked by the others."""

from __future__ import annotations

from typing import Any

from defaults.records import Records
from defaults.report.observed import observed
from defaults.report.parts import ReportParts, Rows
from defaults.report.space import try_settings
from defaults.report.task import Measures, Task

LARGE, TRIES_OF_LARGE = 20_000, 12
"""From so many training rows on there are only so many tries."""


def search(task: Task, parts: ReportParts, key: dict[str, Any], tries: int, records: Records) -> None:
    """Makes the tries that were not made before, then trains the best on all training rows, and judges that."""
    if len(parts.train) >= LARGE and tries > TRIES_OF_LARGE:
        print(f"{key['set']} has {len(parts.train)} rows: {TRIES_OF_LARGE} tries instead of {tries}", flush=True)
        tries = TRIES_OF_LARGE
    division = parts.for_search(key["seed"])
    for number in range(tries):
        _try(task, parts, division, {**key, "step": "try", "number": number}, records)
    for measure in task.ranks:
        _best(task, parts, {**key, "step": "tuned", "by": measure, "tries": tries}, records)


def _try(task: Task, parts: ReportParts, division: tuple[Rows, Rows], tried: dict[str, Any], records: Records) -> None:
    if tried in records:
        return
    train, validation = division
    settings = try_settings(task.name, tried["seed"], tried["number"])

    def train_and_rank() -> dict[str, Any]:
        estimator = task.fit(task.tuned(settings, train, tried["seed"], holds_out=False), train, validation)
        # The test rows choose nothing: what they say of each try is for looking into what made a difference.
        names = {"validation": validation, "test": parts.test}
        return {name: task.measure(estimator, train, rows, parts.is_grey) for name, rows in names.items()}

    measures, found = observed(train_and_rank)
    records.add(tried, {**found, "settings": settings, **(measures or {})})


def _best(task: Task, parts: ReportParts, tried: dict[str, Any], records: Records) -> None:
    if tried in records:
        return
    key = {name: tried[name] for name in ("model", "set", "seed")}
    made = [records.find({**key, "step": "try", "number": number}) for number in range(tried["tries"])]
    went_well = [each["found"] for each in made if each is not None and "validation" in each["found"]]
    failed = len(made) - len(went_well)
    if any(tried["by"] not in each["validation"] for each in went_well):
        return  # without labels there is nothing to rank by
    if not went_well:
        print(f"{tried['model']}, {tried['set']}, seed {tried['seed']}: all {failed} tries failed", flush=True)
        return
    best = max(went_well, key=lambda each: task.ranks[tried["by"]](each["validation"]))
    measures, found = observed(lambda: _retrained(task, parts, best["settings"], tried["seed"]))
    summary = {"settings": best["settings"], "failed": failed, "taken": best["test"], "measures": measures}
    records.add(tried, {**found, **summary, "search_seconds": sum(each["seconds"] for each in went_well)})
    print(f"{tried['model']}, {tried['set']}, seed {tried['seed']}: tuned {measures}, {failed} failed", flush=True)


def _retrained(task: Task, parts: ReportParts, settings: dict[str, Any], seed: int) -> Measures:
    """On all training rows, of which a tenth is held out to end the training, as the defaults do it."""
    estimator = task.fit(task.tuned(settings, parts.train, seed, holds_out=True), parts.train, None)
    return task.measure(estimator, parts.train, parts.test, parts.is_grey)
