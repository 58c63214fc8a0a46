"""Runs the experiments on stacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

from defaults.preparation import split_labelled
from defaults.records import Records
from defaults.sets import ExampleSet, Loader
from defaults.stack_course import StackCourse, StackSettings, train


def run(sets: Mapping[str, Loader], tried: Iterable[StackSettings], seeds: Iterable[int], records: Records) -> None:
    """Tries what was not tried before, on the sets that have labels; prints a line a training."""
    settings = list(tried)
    for name, load in sets.items():
        examples = load()
        if examples.labels is None:
            continue
        for seed in seeds:
            for each in settings:
                key = {"set": name, "seed": seed, **asdict(each), "hidden": list(each.hidden)}
                if key in records:
                    continue
                used = _resolved(each, examples)
                if used is None:
                    continue
                standardised = used.loss == "squared_error"
                parts = split_labelled(examples, seed, validation=each.validation, standardised=standardised)
                course = train(used, parts, seed, is_grey=examples.is_grey)
                records.add(key, {**asdict(course), "rows": len(parts.train), "columns": parts.train.shape[1]})
                print(f"{name}, seed {seed}: {_summary(course)}, {each}", flush=True)


def _resolved(settings: StackSettings, examples: ExampleSet) -> StackSettings | None:
    """The settings with a loss that suits the set; nothing if they ask for standardised images."""
    if settings.loss == "auto":
        return replace(settings, loss="cross_entropy" if examples.is_grey else "squared_error")
    return None if examples.is_grey and settings.loss == "squared_error" else settings


def _summary(course: StackCourse) -> str:
    error = f"{stopped(course):.3f} wrong" if course.updates else "not fine-tuned"
    seconds = course.pretraining_seconds + (course.seconds[-1] if course.seconds else 0)
    return f"{error}, codes {course.neighbours:.3f} right, R2 {course.explained:.2f}, {seconds:.1f} s"


def stopped(course: StackCourse) -> float:
    """The share of wrong labels in the test rows where the loss of the validation rows is least."""
    return course.test_error[course.validation_loss.index(min(course.validation_loss))]
