"""The report's trainings: plain constructors, peers, and a random search, each kept as a line of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from defaults.records import Records
from defaults.report.autoencoder import AutoencoderTask
from defaults.report.classifier import ClassifierTask
from defaults.report.course import courses, validated
from defaults.report.observed import machine, observed
from defaults.report.parts import ReportParts, report_parts
from defaults.report.search import search
from defaults.report.task import Measures, Task
from defaults.report.vae import VAETask
from defaults.sets import ExampleSet, Loader

TASKS: dict[str, Task] = {task.name: task for task in (VAETask(), ClassifierTask(), AutoencoderTask())}
STEPS = ("plain", "peers", "search")


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    models: Sequence[str]
    steps: Sequence[str]
    seeds: Sequence[int]
    tries: int


def run(sets: Mapping[str, Loader], plan: Plan, records: Records) -> None:
    """Does what was not done before; prints a line a training."""
    print(f"on {machine()}", flush=True)
    for name, load in sets.items():
        try:
            examples = load()
        except OSError as error:
            print(f"{name} is left out: {error}", flush=True)
            continue
        for seed in plan.seeds:
            for task in (TASKS[model] for model in plan.models):
                if task.suits(examples):
                    _report(task, examples, seed, plan, records)


def _report(task: Task, examples: ExampleSet, seed: int, plan: Plan, records: Records) -> None:
    parts = report_parts(examples, seed, task.test)
    key = {"model": task.name, "set": examples.name, "seed": seed}
    if "plain" in plan.steps:
        _plain(task, parts, key, records)
    if "peers" in plan.steps:
        _peers(task, parts, key, records)
    if "search" in plan.steps:
        search(task, parts, key, plan.tries, records)


def _size(parts: ReportParts) -> dict[str, Any]:
    return {"rows": len(parts.train), "columns": parts.train.x.shape[1], "test_rows": len(parts.test)}


def _plain(task: Task, parts: ReportParts, key: dict[str, Any], records: Records) -> None:
    tried = {**key, "step": "plain"}
    if tried in records:
        return
    estimator, found = observed(lambda: task.fit(task.plain(key["seed"]), parts.train, None))
    found |= {**_size(parts), "is_grey": parts.is_grey}
    if estimator is not None:
        found |= {"courses": courses(estimator.history_), **validated(estimator.history_)}
        # Measuring may fail like training, and is no less a failure of the defaults.
        measures, measured = observed(lambda: task.measure(estimator, parts.train, parts.test, parts.is_grey))
        found |= {"measures": measures, "error": measured["error"], "said": found["said"] + measured["said"]}
    records.add(tried, found)
    _tell(tried, found)


def _peers(task: Task, parts: ReportParts, key: dict[str, Any], records: Records) -> None:
    for name, peer in task.peers.items():
        tried = {**key, "step": "peer", "peer": name}
        if tried in records:
            continue
        measures, found = _judged(peer, parts, key["seed"])
        found |= {**_size(parts), "measures": measures}
        records.add(tried, found)
        _tell(tried, found)


def _judged(peer: Any, parts: ReportParts, seed: int) -> tuple[Measures | None, dict[str, Any]]:
    return observed(lambda: peer(parts.train, parts.test, parts.is_grey, seed))


def _tell(tried: dict[str, Any], found: dict[str, Any]) -> None:
    names = (tried["model"], tried["set"], f"seed {tried['seed']}", tried.get("peer", tried["step"]))
    measures = found.get("measures") or {}
    result = found["error"] or ", ".join(f"{name} {value:.4g}" for name, value in measures.items())
    said = f"; {len(found['said'])} warnings" if found["said"] else ""
    print(f"{', '.join(names)}: {result} in {found['seconds']:.2f} s{said}", flush=True)
