#!/usr/bin/env bash
# Makes .venv-bench: the Python package from this checkout, what its extras need, and the libraries that it is compared
# with, as far as they can be installed.
# usage: scripts/make-bench-venv.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

"${PYTHON:-python3}" -m venv .venv-bench
install=(.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check)
"${install[@]}" --editable 'bindings/python[all]'
while read -r peer; do
  "${install[@]}" "$peer" || echo "$peer could not be installed; the benchmarks do without it" >&2
done < <(grep -v '^#' benchmarks/speed/peers.txt)
touch .venv-bench/installed
