"""Plain constructors with a parameter or two of their own, on real values: bounds, codes and reconstructions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import vaelib

from defaults.plain_grids import Given
from defaults.records import Records
from defaults.report.autoencoder import wrong_by_neighbours
from defaults.report.course import courses
from defaults.report.observed import observed
from defaults.report.parts import ReportParts, report_parts
from defaults.report.results import RISE
from defaults.report.scale import Scale, explained
from defaults.report.task import Measures
from defaults.report.vae import VAETask
from defaults.sets import Loader, Matrix

#: A number that a training gave, if it did.
Measure = Callable[[dict[str, Any]], float | None]


def run(sets: Mapping[str, Loader], tried: Iterable[Given], seeds: Iterable[int], records: Records) -> None:
    """Tries what was not tried before, on the sets of real values; prints a line a training."""
    given = list(tried)
    for seed in seeds:
        for name, load in sets.items():
            examples = load()
            if examples.is_grey:
                continue
            parts = report_parts(examples, seed, VAETask.test)
            for each in given:
                key = {"set": name, "seed": seed, **each}
                if key not in records:
                    found = _try(each, parts, seed)
                    records.add(key, found)
                    print(f"{key}: {_in_short(found)}", flush=True)


def _try(given: Given, parts: ReportParts, seed: int) -> dict[str, Any]:
    estimator, found = observed(lambda: vaelib.VAE(**given, random_state=seed).fit(parts.train.x))
    if estimator is None:
        return found
    measures, measured = observed(lambda: _measure(estimator, parts))
    said = found["said"] + measured["said"]
    found |= {"courses": courses(estimator.history_), "said": said, "error": measured["error"]}
    return found if measures is None else {**found, "measures": measures}


def _measure(estimator: Any, parts: ReportParts) -> Measures:
    train, test = parts.train, parts.test
    bounds = VAETask().bounds(estimator, test)
    scale, back, codes = Scale.of(train.x), estimator.reconstruct(test.x), estimator.transform(test.x)
    return {
        "bound": float(bounds.mean()),
        "median": float(np.median(bounds)),
        "worst": float(bounds.min()),
        "r2": explained(test.x, back, scale, train.x.mean(0)),
        "rank_correlation": _rank_correlation(test.x, back),
        "active": int((codes.var(0) > 0.01).sum()),
        **wrong_by_neighbours(estimator.transform(train.x), codes, train, test),
    }


def _rank_correlation(x: Matrix, back: Matrix) -> float:
    """Spearman's, the mean over the columns that vary; what is far off counts no more than the rest, unlike in R2."""
    from scipy.stats import spearmanr

    varies = np.ptp(x, axis=0) > 0
    pairs = zip(x.T[varies], back.T[varies], strict=True)
    return float(np.mean([spearmanr(*pair).statistic if np.ptp(pair[1]) > 0 else 0.0 for pair in pairs]))


def _in_short(found: dict[str, Any]) -> str:
    """What a training gave."""
    text = ", ".join(f"{name} {value:.4g}" for name, value in found.get("measures", {}).items())
    return found["error"] or f"{text}, {found['seconds']:.2f} s; {len(found['said'])} warnings"


def compared(records: Records, tried: Iterable[Given]) -> Iterator[str]:
    """For each measure a table: a line a set, a column for each of what was given; means over seeds."""
    given = list(tried)
    names = list(dict.fromkeys(record["tried"]["set"] for record in records))
    for title, measure in _SHOWN.items():
        yield from ("", f"{title}:", "", f"| set | {' | '.join(_words(each) for each in given)} |")
        yield "|" + "---|" * (len(given) + 1)
        for name in names:
            cells = [_cell([measure(found) for found in _trainings(records, name, each)]) for each in given]
            if any(cells):
                yield f"| {name} | {' | '.join(cells)} |"


def _words(given: Given) -> str:
    return " ".join(str(value) for value in given.values())


def _trainings(records: Records, name: str, given: Given) -> Iterator[dict[str, Any]]:
    for record in records:
        if record["tried"] == {"set": name, "seed": record["tried"]["seed"], **given}:
            yield record["found"]


def _cell(values: Sequence[float | None]) -> str:
    """The mean over seeds, and the deviation from seed to seed."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    spread = f" ({np.std(known, ddof=1):.2g})" if len(known) > 1 else ""
    mean = float(np.mean(known))
    return (f"{mean:.0f}" if abs(mean) >= 1000 else f"{mean:.2f}") + spread


def _of(name: str) -> Measure:
    return lambda found: found.get("measures", {}).get(name)


def _seconds(found: dict[str, Any]) -> float:
    return float(found["seconds"])


def _fell_apart(found: dict[str, Any]) -> float:
    """Whether the loss of the training rows ended above its best; early stopping goes back to weights from before."""
    return float(any(not each["lasting_rise"] <= RISE for each in found.get("courses", [{"lasting_rise": np.inf}])))


_SHOWN: dict[str, Measure] = {
    "mean bound": _of("bound"),
    "median row": _of("median"),
    "worst row": _of("worst"),
    "R2 of reconstructions": _of("r2"),
    "rank correlation of reconstructions": _of("rank_correlation"),
    "active latents": _of("active"),
    "neighbours wrong": _of("error"),
    "seconds": _seconds,
    "fell apart": _fell_apart,
}
