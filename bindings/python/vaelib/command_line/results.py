"""Asking, and writing what comes: to a dataset in an HDF5 file, a .csv or .npy file, or the standard output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from vaelib._c.errors import DataError
from vaelib.command_line.examples import Examples
from vaelib.command_line.output import Target
from vaelib.command_line.progress import CommandProgress, note
from vaelib.command_line.tables_of_results import ResultTable
from vaelib.data.dataset import Dataset
from vaelib.data.replacement import replaced
from vaelib.data.writer import DatasetWriter

#: The rows of a large result that a terminal shows.
_SHOWN_ROWS = 20
#: The bytes of the rows that a query of a streamed set is asked about at a time.
_BLOCK_BYTES = 32 << 20

#: What a command does with the examples X, and with what is given beside them: their results, in rows.
Query = Callable[..., ResultTable]
#: What results have in common, by name.
Summary = Callable[[ResultTable], dict[str, Any]]


def run_query(
    arguments: argparse.Namespace,
    all_examples: Sequence[Examples],
    query: Query,
    to_file: Callable[..., None] | None = None,
    summary: Summary | None = None,
    copies: int = 1,
    *,
    reports: bool = False,
) -> None:
    """Asks about the examples of one file or several, and writes the results, in their order.

    Sets that are streamed are asked about block by block; with ``to_file`` the library itself writes the results of
    datasets and arrays to an HDF5 file. ``summary`` says what all of them have in common, which is printed. Each row
    has ``copies`` results. ``reports`` says that the query takes a callback.
    """
    target = Target(arguments)
    rows = copies * sum(each.rows for each in all_examples)
    with CommandProgress(quiet=arguments.quiet) as progress:
        is_whole = all(examples.skipped is None for examples in all_examples)
        if target.is_hdf5 and to_file is not None and is_whole:
            with DatasetWriter(target.path) as writer:
                for examples in all_examples:
                    to_file(examples.X, writer, target.dataset, progress, **examples.keywords())
            _say_result(arguments, target, rows, ResultTable({}), progress, summary)
            return
        tables = answers(all_examples, query, progress, with_files=not target.is_array, reports=reports)
        write_tables(arguments, target, tables, rows, progress, summary)


def answers(
    all_examples: Sequence[Examples],
    query: Query,
    progress: CommandProgress,
    *,
    with_files: bool = True,
    reports: bool = False,
) -> Iterator[ResultTable]:
    """The results, block by block; of several files with a column that names them, if that is wanted."""
    rows = sum(examples.rows for examples in all_examples)
    done = 0
    watched: dict[str, Any] = {"callbacks": progress} if reports else {}
    has_gaps = any(examples.skipped is not None for examples in all_examples)
    for examples in all_examples:
        for X, given in _blocks(examples):
            progress.advance(done, rows)
            table = query(X, **given, **watched)
            if has_gaps:  # in one file, so that columns are of one type in all of them
                skipped = np.zeros(table.rows, np.bool_) if examples.skipped is None else examples.skipped
                table = table.with_gaps(skipped)
            done += len(X)
            progress.advance(done, rows)
            is_named = with_files and len(all_examples) > 1
            yield table.beside({"file": np.full(table.rows, examples.source)}) if is_named else table


def _blocks(examples: Examples) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The examples and what is given beside them; those that are streamed in parts."""
    X = examples.X
    if not isinstance(X, Dataset) or X.in_memory:
        yield X, examples.keywords()
        return
    step = max(1, _BLOCK_BYTES // (4 * X.columns))
    for first in range(0, X.rows, step):
        rows = slice(first, first + step)
        yield X[rows], examples.keywords(rows)


def write_tables(
    arguments: argparse.Namespace,
    target: Target,
    tables: Iterator[ResultTable],
    rows: int,
    progress: CommandProgress,
    summary: Summary | None = None,
) -> None:
    """Writes results that come block by block."""
    is_json = arguments.json and target.is_stdout
    kept: list[ResultTable] = []

    def remembered() -> Iterator[ResultTable]:
        for table in tables:
            if summary is not None or is_json:
                kept.append(table)
            yield table

    if is_json:
        kept = list(tables)
    elif target.is_stdout:
        _print(remembered(), rows, target, progress)
    elif target.is_hdf5:
        _write_hdf5(target, remembered())
    elif target.is_npy:
        _write_npy(target.path, remembered(), rows)
    else:
        with replaced(target.path) as path, open(path, "w", encoding="utf-8", newline="") as file:
            for number, table in enumerate(remembered()):
                table.write(file, header=number == 0)
    whole = ResultTable.joined(kept) if kept else ResultTable({})
    _say_result(arguments, target, rows, whole, progress, summary)


def _say_result(
    arguments: argparse.Namespace,
    target: Target,
    rows: int,
    whole: ResultTable,
    progress: CommandProgress,
    summary: Summary | None,
) -> None:
    """Says where the results are and what they have in common; as JSON, if that is wanted."""
    progress.clear()
    found = summary(whole) if summary is not None else {}
    if arguments.json:
        rest = {"results": whole.jsonable()} if target.is_stdout else {"output": str(target)}
        finite = {name: value if np.isfinite(value) else None for name, value in found.items()}
        print_json({"rows": rows, **finite, **rest})
        return
    if found:
        note(arguments, ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in found.items()))
    if not target.is_stdout:
        note(arguments, f"{rows} {'row' if rows == 1 else 'rows'} to {target}")


def print_json(value: dict[str, Any]) -> None:
    """Prints a result for programs."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _print(tables: Iterator[ResultTable], rows: int, target: Target, progress: CommandProgress) -> None:
    """Prints CSV; to a terminal only the first rows, unless all are asked for."""
    most = _SHOWN_ROWS if target.is_default and sys.stdout.isatty() else rows
    printed = 0
    for number, table in enumerate(tables):
        progress.clear()
        shown = table.chosen(slice(max(0, most - printed)))
        if shown.rows:
            shown.write(sys.stdout, header=number == 0)
        printed += shown.rows
    if printed < rows:
        print(f"... {rows - printed} more rows; -o FILE writes all, -o - prints them")


def _write_hdf5(target: Target, tables: Iterator[ResultTable]) -> None:
    """One dataset of numbers."""
    found = (table for table in tables if table.rows)
    first = next(found, None)
    if first is None:
        raise DataError(f"there are no rows to write to {target}; a .csv file may have none")
    with DatasetWriter(target.path) as writer:
        writer.append(target.dataset, first.matrix())
        for table in found:
            writer.append(target.dataset, table.matrix())


def _write_npy(path: str, tables: Iterator[ResultTable], rows: int) -> None:
    """One array, which is written as its rows come."""
    with replaced(path) as scratch, open(scratch, "wb") as file:
        is_begun = False
        for table in tables:
            matrix = np.ascontiguousarray(table.matrix())
            if not is_begun:
                form = {"descr": np.lib.format.dtype_to_descr(matrix.dtype), "fortran_order": False}
                np.lib.format.write_array_header_1_0(file, {**form, "shape": (rows, *matrix.shape[1:])})
                is_begun = True
            file.write(matrix.data)
