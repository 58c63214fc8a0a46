"""Queries from C: a program that is asked for one block after another."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from vaelib._c.header import ABI_VERSION
from vaelib._c.library import library

from speed import c_programs, openblas
from speed.agreement import compare
from speed.contestants import vaelib_estimators
from speed.core_distance import Turns
from speed.measurement import BLOCK, Say, Times, measure
from speed.networks import Matrix, Network

HEADERS = c_programs.FOLDER.parents[1] / "include"
ROUNDING = 1e-4


@dataclass(frozen=True)
class RowFromC:
    """Encoding or decoding some rows; the means of both are the answer."""

    group: str
    name: str
    network: Network
    query: str
    rows: int
    operations: float

    def times(self, names: Sequence[str], turns: Turns, say: Say) -> dict[str, Times]:
        """vaelib's, and those of the products alone."""
        path = openblas.library()
        if path is None:
            say("the products alone do not take part: numpy brings no OpenBLAS")
        try:
            program = _Program(self, path)
        except c_programs.CompilerMissingError as error:
            say(f"not measured: {error}")
            return {}
        with program:
            compare({"C": program.answer(), "Python": self._expected()}, ROUNDING, "the answers")
            words = {"vaelib": "vaelib", "products alone": "products"}
            chosen = [name for name in words if name in names and (name == "vaelib" or path is not None)]
            return measure([_Part(name, program, words[name]) for name in chosen], turns)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of the layers that answer."""
        return self.network.encoder_shapes if self.query == "encode" else self.network.decoder_shapes

    def _expected(self) -> Matrix:
        """What the Python package makes of the last row."""
        width = self.shapes[0][0]
        inputs = ((np.arange(self.rows * width) % 7).astype(np.float32) / np.float32(7)).reshape(self.rows, width)
        vae = vaelib_estimators.estimator(self.network)
        answer: Matrix = (vae.transform if self.query == "encode" else vae.inverse_transform)(inputs[-1:])[0]
        return answer


class _Program:
    """The running program."""

    def __init__(self, row: RowFromC, products: Path | None) -> None:
        folder = Path(c_programs.scratch.name)
        model = folder / "model.h5"
        vaelib_estimators.estimator(row.network).save(model)
        program = _compiled()
        widths = [row.shapes[0][0], *(outputs for _, outputs in row.shapes)]
        command = [program, model, products or "-", row.query, row.rows, *widths]
        self._process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> _Program:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, request: str) -> str:
        """The line that answers a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the C program ended too early")
        return answer

    def answer(self) -> Matrix:
        """The last row of the result."""
        return np.array(self.ask("answer").split(), dtype=np.float32)


class _Part:
    """A contestant of the program."""

    def __init__(self, name: str, program: _Program, word: str) -> None:
        self.name = name
        self._program = program
        self._word = word
        self._repetitions = 1

    def prepare(self) -> None:
        """Finds how many queries make a block."""
        for _ in range(4):
            self._repetitions = max(1, round(BLOCK / self.block()))

    def block(self) -> float:
        """Seconds a query."""
        return float(self._program.ask(f"{self._word} {self._repetitions}"))


def _compiled() -> Path:
    """The program, linked to the library that the Python package has opened."""
    opened = Path(library._name).resolve()
    folder = Path(c_programs.scratch.name)
    for name in ("libvaelib.so", f"libvaelib.so.{ABI_VERSION}"):
        if not (folder / name).exists():
            (folder / name).symlink_to(opened)
    return c_programs.compile_program(
        "queries", f"-I{HEADERS}", libraries=(f"-L{folder}", f"-Wl,-rpath,{folder}", "-lvaelib", "-ldl")
    )
