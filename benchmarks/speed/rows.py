"""What is measured, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Protocol

from speed import agreement
from speed.contestants import UnavailableError
from speed.core_distance import Turns
from speed.from_c import RowFromC
from speed.imports import ImportRow
from speed.measurement import Contestant, Say, Times, measure
from speed.networks import Network
from speed.processes import Apart
from speed.streamed_training import StreamingRow
from speed.tasks import FineTuning, LogLikelihood, Pretraining, Query, VAETraining

#: Noise, corruption and draws are each contestant's own, so losses and estimates agree only on average.
RANDOM = 0.02
#: The same with next to no noise.
QUIET = 5e-4
#: Sums of float32 in another order.
ROUNDING = 1e-4


class Row(Protocol):
    """A work, and how long each contestant takes for it."""

    @property
    def group(self) -> str:
        """The table that it is in."""

    @property
    def name(self) -> str:
        """What is done."""

    @property
    def operations(self) -> float | None:
        """The multiplications and additions of its products; None where products are not what matters."""

    def times(self, names: Sequence[str], turns: Turns, say: Say) -> dict[str, Times]:
        """Makes those of the contestants that do this work, sees whether they agree, and measures them."""


@dataclass(frozen=True)
class RowOfContestants:
    """A work of a function in the contestants' modules, and what they are given, each in a process of its own."""

    group: str
    name: str
    function: str
    task: Any
    operations: float
    tolerance: float

    def times(self, names: Sequence[str], turns: Turns, say: Say) -> dict[str, Times]:
        """Checks, then measures them."""
        everyone: list[Contestant] = [*self.check(names, say)]
        return measure(everyone, turns)

    def check(self, names: Sequence[str], say: Say) -> list[Apart]:
        """Makes those of the contestants that do this work, and sees whether they agree."""
        found = [each for each in (self._contestant(name, say) for name in names) if each is not None]
        check = agreement.check_losses if self.group in TRAINING else agreement.check_answers
        check(found, self.tolerance)
        return found

    def _contestant(self, name: str, say: Say) -> Apart | None:
        try:
            contestant = Apart(name, self.function, self.task)
            return contestant if contestant.does_this_work else None
        except UnavailableError as error:
            say(f"{name} does not take part: {error}")
            return None


VAE_TRAINING = "VAE: a training step"
STACK_TRAINING = "Stack: a training step"
QUERIES = "Queries from Python"
QUERIES_FROM_C = "Queries from C"
OTHER = "Other"
TRAINING = (VAE_TRAINING, STACK_TRAINING)

DIGITS = Network(784, (400,), 20, "relu")
SMALL = Network(784, (200,), 50, "relu")
DEEP = Network(784, (200, 200), 50, "tanh")
PAPER = Network(784, (500,), 20, "tanh")
TABLE = Network(30, (64, 32), 8, "relu", "learned")
WIDE = Network(4000, (512, 256), 32, "relu")
FACES = Network(560, (200,), 10, "tanh", "predicted")


def _vae(network: Network, batch: int) -> RowOfContestants:
    task = VAETraining(network, batch)
    likelihood = "Bernoulli" if network.variance is None else f"Gaussian, {network.variance} variance"
    name = f"{network} {network.activation}, {likelihood}, batch {batch}"
    return RowOfContestants(VAE_TRAINING, name, "train_vae", task, task.operations, RANDOM)


def _pretraining(batch: int) -> RowOfContestants:
    task = Pretraining(784, 1000, batch)
    name = f"denoising layer {task.data}-{task.width}, batch {batch}"
    return RowOfContestants(STACK_TRAINING, name, "pretrain", task, task.operations, RANDOM)


def _fine_tuning() -> RowOfContestants:
    task = FineTuning((784, 1000, 1000, 1000, 10), 100)
    name = f"fine-tuning {'-'.join(map(str, task.widths))}, batch {task.batch}"
    return RowOfContestants(STACK_TRAINING, name, "fine_tune", task, task.operations, ROUNDING)


def rows_of(count: int) -> str:
    """A number of rows in words."""
    return "1 row" if count == 1 else f"{count} rows"


def _encoding(network: Network, rows: int) -> RowOfContestants:
    task = Query(network, rows)
    name = f"encode {network}, {rows_of(rows)}"
    return RowOfContestants(QUERIES, name, "encode", task, task.encoding_operations, ROUNDING)


def _decoding(network: Network, rows: int) -> RowOfContestants:
    task = Query(network, rows)
    name = f"decode {network}, {rows_of(rows)}"
    return RowOfContestants(QUERIES, name, "decode", task, task.decoding_operations, ROUNDING)


def _log_likelihood() -> RowOfContestants:
    task = LogLikelihood(DIGITS, 500)
    name = f"log-likelihood {task.network}, {rows_of(task.rows)}, {task.samples} samples"
    return RowOfContestants(QUERIES, name, "log_likelihood", task, task.operations, RANDOM)


def _from_c(query: str, rows: int) -> RowFromC:
    task = Query(DIGITS, rows)
    operations = task.encoding_operations if query == "encode" else task.decoding_operations
    return RowFromC(QUERIES_FROM_C, f"{query} {DIGITS}, {rows_of(rows)}", DIGITS, query, rows, operations)


def quiet_rows() -> list[RowOfContestants]:
    """A training step for each likelihood, with next to no noise, whose losses must agree more closely."""
    tasks = [VAETraining(replace(network, quiet=True), 100) for network in (DIGITS, TABLE, FACES)]
    return [RowOfContestants(VAE_TRAINING, str(task), "train_vae", task, task.operations, QUIET) for task in tasks]


def every_row() -> Sequence[Row]:
    """All rows."""
    return [
        *(_vae(DIGITS, batch) for batch in (16, 128, 1024)),
        _vae(SMALL, 20),
        _vae(DEEP, 20),
        _vae(PAPER, 100),
        _vae(TABLE, 64),
        _vae(WIDE, 128),
        _vae(FACES, 100),
        *(_pretraining(batch) for batch in (100, 20)),
        _fine_tuning(),
        *(_encoding(DIGITS, rows) for rows in (1, 64, 10000)),
        _encoding(DEEP, 10000),
        _decoding(DIGITS, 10000),
        _log_likelihood(),
        *(_from_c(query, rows) for query in ("encode", "decode") for rows in (1, 64, 10000)),
        ImportRow(OTHER),
        StreamingRow(OTHER),
    ]


def chosen_rows(patterns: Sequence[str]) -> Sequence[Row]:
    """The rows with one of these patterns, as shells write them, in "group: name"; all, if there is no pattern."""

    def is_chosen(row: Row) -> bool:
        return any(fnmatchcase(f"{row.group}: {row.name}", f"*{pattern}*") for pattern in patterns)

    return [row for row in every_row() if not patterns or is_chosen(row)]
