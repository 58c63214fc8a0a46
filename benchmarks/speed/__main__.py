"""Times vaelib beside other libraries and beside the products of matrices alone; see README.md.

cd benchmarks
python -m speed
python -m speed --rows "batch 128" "encode*1 row" --rounds 20 --contestants JAX "products alone"
"""

from __future__ import annotations

import argparse
from pathlib import Path

from speed import environment
from speed.contestants import MODULES

REPOSITORY = Path(__file__).resolve().parents[2]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    peers = [name for name in MODULES if name != "vaelib"]
    parser.add_argument("--rounds", type=int, default=40, help="blocks of each contestant (default 40)")
    parser.add_argument("--threads", type=int, default=0, help="cores that the process gets; 0 for all (default)")
    parser.add_argument("--rows", nargs="+", default=[], metavar="PATTERN", help="only rows with this in their names")
    parser.add_argument("--contestants", nargs="*", default=peers, choices=peers, help="who is compared with vaelib")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "bench-output", help="the folder of the results")
    return parser.parse_args()


def main() -> None:
    """Measures what the command line says."""
    arguments = _arguments()
    environment.prepare(arguments.threads)
    from speed.run import run  # which imports numpy

    run(arguments)


if __name__ == "__main__":
    main()
