"""Everything that vaelib does with a data file, compared with what h5py says of it."""

import contextlib
import functools
import io
import os
import warnings
from collections.abc import Callable
from typing import Any

import expectations
import numpy as np
import vaelib
from expectations import Entry
from isolation import MEMORY, Tell, run
from vaelib.__main__ import main

#: How a set is opened: the name of the way, and its arguments. Numbers are those that are stored, as h5py gives them.
WAYS: dict[str, dict[str, Any]] = {
    "in memory": {"memory_budget": 1 << 40},
    "streamed": {"memory_budget": 0},
    "in memory, checked in a child": {"memory_budget": 1 << 40, "check_in_child": True},
    "streamed, checked in a child": {"memory_budget": 0, "check_in_child": True},
}
#: Sets of more bytes than this are not read into memory.
LARGE = 1 << 28
#: Of a file with more datasets than twice this many, every second, third and so on is opened; verify reads all.
MOST_OPENED = 100
#: Sets of more bytes are not read with other axes of rows, and in windows.
SMALL = 1 << 20
#: How many rows are read of a set that h5py does not read, or that vaelib need not.
SOME_ROWS = 1000
#: How many rows a model is trained on, and how many columns they may have.
TRAINING_ROWS = 256
TRAINING_COLUMNS = 4096


def survey(path: str, tell: Tell) -> None:
    """What h5py says is in a file; values that it cannot read count as not there."""
    tell(step="h5py's survey")
    for entry in expectations.survey(path):
        unread, comparable = entry.unread, entry.comparable
        if comparable:
            try:
                for _ in expectations.blocks(path, entry):
                    pass
            except (OSError, ValueError, RuntimeError, MemoryError) as error:
                unread, comparable = f"h5py cannot read it: {error}", False
        place = [entry.name, entry.address, entry.shape, entry.row_bytes, entry.band]
        tell(entry=[*place, unread, comparable, entry.written])


def entries(path: str) -> list[Entry] | None:
    """What h5py says is in a file; None if it cannot say, or did not survive the attempt."""
    outcome = run(survey, path)
    if outcome.failure is not None:
        return None
    return [Entry(name, where, tuple(shape), *rest) for name, where, shape, *rest in outcome.told("entry")]


class Check:
    """The checks of one file; faults and what was read are told as they are found."""

    def __init__(self, path: str, known: list[Entry] | None, tell: Tell) -> None:
        self.path = path
        self.known = known
        self.tell = tell
        self.sparse = {} if known is None else expectations.sparse_matrices(path)

    def all(self) -> None:
        """Each in turn."""
        warnings.simplefilter("ignore")
        for in_child in (True, False):
            self.verify(in_child)
            self.load(in_child)
            self.info(in_child)
            names = self.names(in_child)
        known = {entry.address: entry for entry in self.known or ()}
        step = max(1, len(names) // MOST_OPENED)
        for name in names[::step]:
            if name in self.sparse:
                self.sparse_matrix(name)
                continue
            place = expectations.address(self.path, name) if self.known is not None else None
            self.dataset(name, known.get(-1 if place is None else place))

    def verify(self, in_child: bool) -> None:
        """A file of which h5py reads everything is intact; each set is counted."""
        step = "verify, in a child" if in_child else "verify"
        report = self.attempt(step, lambda: vaelib.verify(self.path, check_in_child=in_child))
        if report is None or self.known is None or report.kind != "data":
            return
        counted = report.datasets_read + report.datasets_unread
        required = sum(entry.unread is None and entry.written for entry in self.known)
        if counted != len(self.known) or report.datasets_read < required:
            found = f"{report.datasets_read} read, {report.datasets_unread} not"
            self.tell(fault=f"{step}: {found}, of {len(self.known)} datasets; {required} should be read")

    def names(self, in_child: bool) -> list[str]:
        """The names of the file's datasets: for each set that h5py finds one that leads there."""
        step = "dataset_names, in a child" if in_child else "dataset_names"
        names: list[str] = self.attempt(step, lambda: vaelib.dataset_names(self.path, check_in_child=in_child)) or []
        if self.known is not None:
            found = sorted(str(expectations.address(self.path, name)) for name in names if name not in self.sparse)
            parts = {part for matrix in self.sparse.values() for part in matrix.parts}
            expected = sorted(str(entry.address) for entry in self.known if entry.address not in parts)
            if found != expected:
                self.tell(fault=f"{step}: {len(names)} names do not lead to the {len(expected)} datasets")
        return names

    def load(self, in_child: bool) -> None:
        """The file is a model or is refused."""
        with contextlib.suppress(vaelib.VaelibError):
            self.refusable("load", lambda: vaelib.load(self.path, check_in_child=in_child))

    def info(self, in_child: bool) -> None:
        """The command that shows what is in a file."""
        output = io.StringIO()
        arguments = ["info", self.path, *(["--check-in-child"] if in_child else [])]

        def show() -> int:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                return main(arguments)

        if self.attempt(" ".join(arguments[::2]), show) != 0 and self.known is not None:
            self.tell(fault=f"info: {output.getvalue().strip()}")

    def dataset(self, name: str, entry: Entry | None) -> None:
        """One set: opened in every way, compared, and trained on; one that is not read is refused in every way."""
        required = entry is not None and entry.unread is None
        refusals = {}
        ways = [way for way in WAYS if entry is None or entry.byte_count <= LARGE or way.startswith("streamed")]
        for way in ways:
            refusal = self.opened(name, way, entry)
            if refusal is not None:
                refusals[way] = refusal
                if required:
                    self.tell(fault=f"{name}, {way}: {refusal}")
        if refusals and len(refusals) < len(ways) and not required and self.known is not None:
            self.tell(fault=f"{name}: refused only {', '.join(refusals)}: {next(iter(refusals.values()))}")
        if refusals:
            self.tell(refused=f"{name}: {next(iter(refusals.values()))}")
        elif entry is not None and entry.comparable:
            self.tell(read=name)
            if entry.byte_count <= SMALL:
                self.rearrange(name, entry)

    def sparse_matrix(self, name: str) -> None:
        """A sparse matrix opened in every way, and compared with scipy's."""
        expected = self.sparse[name].rows
        for way, arguments in WAYS.items():
            step = f"{name}, {way}"
            try:
                dataset = self.refusable(step, functools.partial(vaelib.open_dataset, self.path, name, **arguments))
            except vaelib.VaelibError as error:
                self.tell(fault=f"{step}: {error}")
                continue
            if dataset is None:
                continue
            with dataset:
                values = self.attempt(step, dataset.numpy)
            if values is not None and self.equal(values, expected, 0, step):
                self.tell(read=step)

    def opened(self, name: str, way: str, entry: Entry | None) -> str | None:
        """One set opened in one way, and what is done with it; why it was refused, or None."""
        step = f"{name}, {way}"
        try:
            dataset = self.refusable(step, lambda: vaelib.open_dataset(self.path, name, **WAYS[way]))
        except vaelib.VaelibError as error:
            return str(error)
        if dataset is None:
            return None
        with dataset:
            if entry is None or not entry.comparable:
                self.attempt(step, lambda: dataset[: min(dataset.rows, SOME_ROWS)].numpy())
            else:
                self.attempt(step, lambda: self.compare(dataset, entry, step))
                self.attempt(f"{step}, training", lambda: self.train(dataset, name, WAYS[way]))
        return None

    def compare(self, dataset: vaelib.Dataset, entry: Entry, step: str) -> None:
        """Every value with h5py's."""
        if dataset.rows != entry.shape[0]:
            self.tell(fault=f"{step}: {dataset.rows} rows, not {entry.shape[0]}")
            return
        for first, expected in expectations.blocks(self.path, entry):
            values = dataset[first : first + len(expected)].numpy()
            if not self.equal(values, expected, first, step):
                return

    def rearrange(self, name: str, entry: Entry) -> None:
        """A small set with every other axis of rows, and in windows that overlap."""
        arrangements = [(axis, 0, 0) for axis in range(1, len(entry.shape))]
        if entry.shape[0] >= 3:
            arrangements.append((0, 3, 2))
        for arrangement in arrangements:
            for way in ("in memory", "streamed"):
                self.rearranged(name, way, entry, *arrangement)

    def rearranged(self, name: str, way: str, entry: Entry, row_axis: int, window: int, window_step: int) -> None:
        """One of these arrangements."""
        step = f"{name}, {way}, row axis {row_axis}, windows of {window}"
        arguments = {**WAYS[way], "row_axis": row_axis}
        if window:
            arguments.update(window=window, window_step=window_step)
        opened = self.attempt(step, lambda: vaelib.open_dataset(self.path, name, **arguments))
        if opened is None:
            return
        with opened as dataset:
            values = self.attempt(step, dataset.numpy)
        if values is not None:
            self.equal(values, expectations.rearranged(self.path, entry, row_axis, window, window_step), 0, step)

    def equal(self, values: Any, expected: Any, first: int, step: str) -> bool:
        """Whether rows from a first one on are as they should be."""
        if values.shape != expected.shape:
            self.tell(fault=f"{step}: from row {first} on shape {values.shape}, not {expected.shape}")
            return False
        different = ~((values == expected) | (np.isnan(values) & np.isnan(expected)))
        if different.any():
            row, column = np.argwhere(different)[0]
            found = f"{values[row, column]!r}, h5py {expected[row, column]!r}"
            self.tell(fault=f"{step}: row {first + row}, column {column} is {found}")
        return not different.any()

    def train(self, dataset: vaelib.Dataset, name: str, arguments: dict[str, Any]) -> None:
        """A model learns a few rows; values that are not finite, or as large as floats get, are refused."""
        rows = min(dataset.rows, TRAINING_ROWS)
        if rows < 2 or dataset.columns > TRAINING_COLUMNS:
            return
        values = dataset[:rows].numpy()
        greatest = float(np.abs(values).max())
        scale = 1 / greatest if np.isfinite(greatest) and greatest > 1e-30 else 1.0
        model = vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="gaussian", epochs=1, random_state=0)
        with vaelib.open_dataset(self.path, name, scale=scale, **arguments) as scaled:
            try:
                model.fit(scaled[:rows])
            except vaelib.DataError:
                if np.isfinite(values).all():
                    raise
                return
        if not np.isfinite(model.history_["elbo"]).all():
            raise ArithmeticError("the training's bound is not finite")

    def attempt(self, step: str, work: Callable[[], Any]) -> Any:
        """What the work returns; a refusal of a file that h5py reads is a fault."""
        try:
            return self.refusable(step, work)
        except vaelib.VaelibError as error:
            if self.known is not None and not any(str(entry.unread).startswith("h5py") for entry in self.known):
                self.tell(fault=f"{step}: {error}")
            return None

    def refusable(self, step: str, work: Callable[[], Any]) -> Any:
        """What the work returns, or its refusal; any other exception is a fault, and a message must name the file."""
        self.tell(step=step)
        try:
            return work()
        except vaelib.VaelibError as error:
            if os.path.basename(self.path) not in str(error):
                self.tell(fault=f"{step}: the message does not name the file: {error}")
            if isinstance(error, vaelib.InternalError | vaelib.OutOfMemory):
                self.tell(fault=f"{step}: {type(error).__name__}: {error}")
            raise
        except Exception as error:
            self.tell(fault=f"{step}: {type(error).__name__}: {error}")
            return None


def memory_bound(path: str, known: list[Entry] | None) -> int:
    """What all of this may take: the numbers as stored, read and compared, and as much as the file holds."""
    greatest = max((entry.byte_count for entry in known or ()), default=0)
    return MEMORY + 6 * min(greatest, LARGE) + 4 * os.path.getsize(path)
