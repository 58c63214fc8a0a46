"""Puts every HDF5 file of a folder through vaelib, and compares every array with h5py's.

Each file goes through verify, dataset_names, load, the command info, and each of its datasets through open_dataset,
reading and a small training: streamed and in memory, with and without a child that checks it first. All of it happens
in a child process of this one, so that a file that crashes or hangs is one line of the report.

A line a file, then a summary. The exit status is 0 if no file has a fault:

- a dataset that h5py and, by docs/file-format.md, vaelib read, but was refused, or has other values;
- a file of which h5py reads everything, but that verify or another function refuses;
- an exception that is none of vaelib's, or a message that does not name the file;
- a crash, a hang, or more memory than the numbers take and 256 MiB.

usage: check_files.py [--verbose] FOLDER
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from file_checks import Check, entries, memory_bound
from isolation import SECONDS, Outcome, run

#: Bytes that each byte of data allows the checks a second for.
BYTES_A_SECOND = 4 << 20

#: What each dataset allows them: four processes check it, and four trainings are made of it.
SECONDS_A_SET = 2

#: How many faults of a file are shown.
SHOWN = 12


@dataclass
class Report:
    """What was found out about a file."""

    path: str
    faults: list[str]
    read: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    known: bool = True
    seconds: float = 0.0
    memory: int = 0

    def line(self) -> str:
        """All of it in a line."""
        state = "FAULT" if self.faults else "ok"
        whose = "" if self.known else ", not read by h5py"
        counts = f"{len(self.read)} read, {len(self.refused)} refused{whose}"
        text = f"{state}  {self.path}: {counts}, {self.seconds:.1f} s, {self.memory / (1 << 20):.0f} MiB"
        more = [f"and {len(self.faults) - SHOWN} more"] if len(self.faults) > SHOWN else []
        return text + "".join(f"\n    {fault}" for fault in self.faults[:SHOWN] + more)


def check(path: str) -> Report:
    """A file's report."""
    known = entries(path)
    data = sum(entry.byte_count for entry in known or ())
    seconds = SECONDS + SECONDS_A_SET * len(known or ()) + (data + os.path.getsize(path)) / BYTES_A_SECOND
    outcome: Outcome = run(lambda path, tell: Check(path, known, tell).all(), path, seconds)
    faults = outcome.told("fault")
    if outcome.failure is not None:
        faults.append(outcome.failure)
    bound = memory_bound(path, known)
    if outcome.memory > bound:
        faults.append(f"took {outcome.memory >> 20} MiB of memory, more than {bound >> 20} MiB")
    unread = [entry.unread for entry in known or () if entry.unread is not None]
    counts = (outcome.told("read"), outcome.told("refused"), unread)
    return Report(path, faults, *counts, known is not None, outcome.seconds, outcome.memory)


def files(folder: str) -> Iterator[str]:
    """All files of a folder and those within it, in order; a file is itself."""
    if os.path.isfile(folder):
        yield folder
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(place, name) for name in sorted(names))


def summary(reports: list[Report]) -> str:
    """Numbers over all files, and why datasets were not read, the most frequent reason first."""
    faulty = sum(bool(report.faults) for report in reports)
    arrays = sum(len(report.read) for report in reports)
    slowest = max((report.seconds for report in reports), default=0)
    largest = max((report.memory for report in reports), default=0) >> 20
    lines = [
        f"{len(reports)} files, {faulty} with faults; {arrays} arrays equal to h5py's; "
        f"at most {slowest:.1f} s and {largest} MiB"
    ]
    reasons = Counter(reason for report in reports for reason in report.unread)
    lines += [f"    not read, {count}: {reason}" for reason, count in reasons.most_common()]
    return "\n".join(lines)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="a folder, or one file")
    parser.add_argument("--verbose", action="store_true", help="show the refusals, too")
    arguments = parser.parse_args()
    reports = []
    for path in files(arguments.folder):
        reports.append(check(path))
        print(reports[-1].line(), flush=True)
        if arguments.verbose:
            print("".join(f"    refused: {refusal}\n" for refusal in reports[-1].refused), end="", flush=True)
    print(summary(reports))
    return 1 if any(report.faults for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
