"""The report as tables for a document: how plain constructors compare, and whether they failed without a word."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from defaults.report.results import Results
from defaults.report.space import in_short
from defaults.report.verdict import AUTOENCODER, CLASSIFIER, VAE, Verdict

Cells = Sequence[str]


def tables(results: Results, models: Sequence[str]) -> Iterator[str]:
    """The lines of all tables of these models."""
    yield f"Machine: {' | '.join(results.machines)}"
    for model in models:
        if results.sets(model):
            yield from ("", f"### {_TITLES[model]}", "", *_TABLES[model](results))
            yield from ("", *_trainings(results, model))
            yield from ("", *_best(results, model))


_TITLES = {"vae": "VAE()", "classifier": "StackedDenoisingClassifier()", "autoencoder": "StackedDenoisingAutoencoder()"}


def _markdown(header: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _number(value: float, digits: int = 2) -> str:
    """A number with this many digits behind the point; with none from 1000 on."""
    return f"{value:.{0 if abs(value) >= 1000 else digits}f}"


def _spread(values: Sequence[float], digits: int = 2) -> str:
    """The mean over seeds, and the deviation from seed to seed."""
    if not values:
        return "-"
    deviation = f" ({_number(float(np.std(values, ddof=1)), digits)})" if len(values) > 1 else ""
    return _number(float(np.mean(values)), digits) + deviation


def _seconds(values: Sequence[float]) -> str:
    return f"{np.mean(values):.2g}" if values else "-"


def _vae(results: Results) -> Iterator[str]:
    names = ("independent", "PCA", "FactorAnalysis")
    judged = (("bound", "plain", VAE), ("median", "median row", VAE), ("r2", "R2", AUTOENCODER["r2"]))
    for measure, title, verdict in judged:
        header = ("set", "rows x columns", title, "s", "tuned", "behind by", *names, "verdict")
        sets = results.sets("vae")
        yield from _markdown(header, (_compared(results, "vae", of, measure, verdict, names) for of in sets))
        yield ""
    yield from _by_density(results)


_DENSITIES = [(tail, variance) for tail in (False, True) for variance in ("learned", "predicted")]


def _by_density(results: Results) -> Iterator[str]:
    """The best try of each likelihood and variance, by validation rows: mean bound / median row / R2 of judged rows."""
    names = [f"{'student_t' if tail else 'gaussian'} {variance}" for tail, variance in _DENSITIES]
    rows = []
    for of in results.sets("vae"):
        for seed in results.searches("vae", of, "bound"):
            tries = results.tries("vae", of, seed)
            cells = []
            for tail, variance in _DENSITIES:
                kept = {"has_heavy_tails": tail, "variance": variance}
                alike = [each for each in tries if kept.items() <= each["settings"].items()]
                best = max(
                    alike, key=lambda each: np.nan_to_num(each["validation"]["bound"], nan=-np.inf), default=None
                )
                cells.append("-" if best is None else _three(best["test"]))
            plain = results.plain("vae", of).get(seed, {}).get("measures")
            rows.append((of, str(seed), _three(plain) if plain else "-", *cells))
    if rows:
        yield from _markdown(("set", "seed", "plain", *names), rows)


def _three(measures: dict[str, float]) -> str:
    return " / ".join(_number(measures[name]) for name in ("bound", "median", "r2"))


def _classifier(results: Results) -> Iterator[str]:
    names = ("logistic", "perceptron", "forest", "neighbours")
    header = ("set", "rows x columns", "wrong %", "s", "tuned", "behind by", *names, "verdict")
    sets = results.sets("classifier")
    yield from _markdown(header, (_compared(results, "classifier", of, "error", CLASSIFIER, names) for of in sets))


def _autoencoder(results: Results) -> Iterator[str]:
    names = ("raw", "PCA 10", "PCA 20")
    for measure, title in (("error", "neighbours wrong %"), ("r2", "R2")):
        header = ("set", "rows x columns", title, "s", "tuned", "behind by", *names, "verdict")
        # Where there are no labels, not even the columns themselves have an error.
        sets = [of for of in results.sets("autoencoder") if results.measured("autoencoder", of, measure, "peer", "raw")]
        rows = (_compared(results, "autoencoder", of, measure, AUTOENCODER[measure], names) for of in sets)
        yield from _markdown(header, rows)
        yield ""


_MEASURES = {"vae": ("bound",), "classifier": ("error",), "autoencoder": ("error", "r2")}
_TABLES = {"vae": _vae, "classifier": _classifier, "autoencoder": _autoencoder}


def _compared(
    results: Results, model: str, of: str, measure: str, verdict: Verdict, peers: Sequence[str]
) -> tuple[str, ...]:
    plain = results.measured(model, of, measure, step="plain")
    tuned = results.tuned(model, of, measure, "bound" if model == "vae" else measure)
    both = sorted(plain.keys() & tuned.keys())
    size = results.size(model, of)
    judged = verdict.judge([plain[seed] for seed in both], [tuned[seed] for seed in both], size["test_rows"])
    unit, digits = verdict.unit, verdict.digits
    failed = results.failures(model, of)
    return (
        of,
        f"{size['rows']} x {size['columns']}",
        "failed" if failed and not plain else _spread([unit * each for each in plain.values()], digits),
        _seconds(list(results.seconds(model, of).values())),
        _spread([unit * each for each in tuned.values()], digits),
        judged.distance,
        *(_of_peer(results, model, of, measure, peer, verdict) for peer in peers),
        judged.word,
    )


def _of_peer(results: Results, model: str, of: str, measure: str, peer: str, verdict: Verdict) -> str:
    """The mean over seeds, and the seconds if that is more than nothing."""
    values = results.measured(model, of, measure, step="peer", peer=peer)
    if not values:
        return "-"
    seconds = float(np.mean(list(results.seconds(model, of, step="peer", peer=peer).values())))
    spent = f", {seconds:.2g} s" if seconds > 0.5 else ""
    return _number(verdict.unit * float(np.mean(list(values.values()))), verdict.digits) + spent


def _trainings(results: Results, model: str) -> Iterator[str]:
    """What was said in plain trainings, and what was not."""
    header = ("set", "trainings", "failed", "said", "last above best loss / their means", "silent failures: seeds")
    yield from _markdown(header, (_training(results, model, of) for of in results.sets(model)))


def _training(results: Results, model: str, of: str) -> tuple[str, ...]:
    said = results.said(model, of)
    phases = [each for found in results.plain(model, of).values() for each in found.get("courses", [])]
    rises = [f"{100 * max(each[name] for each in phases):.1f}%" for name in ("rise", "lasting_rise") if phases]
    silent = results.silent_failures(model, of)
    return (
        of,
        str(len(results.plain(model, of))),
        str(len(results.failures(model, of))),
        "; ".join(f"{text} ({count})" for text, count in said.items()) or "nothing",
        " / ".join(rises) or "-",
        "; ".join(f"{what}: {', '.join(map(str, seeds))}" for what, seeds in silent.items()) or "none",
    )


def _best(results: Results, model: str) -> Iterator[str]:
    """What the search chose."""
    rows = [
        (of, measure, str(seed), f"{found['tries']['count']} ({found['failed']} failed)", in_short(found["settings"]))
        for of, measure in itertools.product(results.sets(model), _MEASURES[model])
        for seed, found in results.searches(model, of, measure).items()
    ]
    if rows:
        yield from _markdown(("set", "by", "seed", "tries", "chosen by validation rows"), rows)
