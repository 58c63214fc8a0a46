"""The most multiplications and additions a second that the machine has shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

from speed import environment
from speed.c_programs import CompilerMissingError, compile_program


class Peak:
    """Operations a second of one core and of all; both None without a compiler.

    A machine that does other work shows what it can do now and then, so this is measured again and again.
    """

    def __init__(self) -> None:
        self.one_core: float | None = None
        self.all_cores: float | None = None
        self._program: Path | None = None
        try:
            self._program = compile_program("multiply_add_peak", "-march=native", "-ffp-contract=fast", "-pthread")
        except CompilerMissingError as error:
            print(f"the machine's peak is not known: {error}")

    def measure(self) -> None:
        """Measures for some tenths of a second, and keeps the best of all times."""
        if self._program is None:
            return
        command = [str(self._program), str(environment.threads())]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        one, every = (float(number) for number in output.split())
        self.one_core, self.all_cores = max(one, self.one_core or 0), max(every, self.all_cores or 0)
