#!/usr/bin/env bash
# Makes .venv: the Python package from this checkout, what its extras need, and the tools that test it.
# usage: scripts/make-venv.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
  echo "vaelib's Python package needs Python 3.10 or later; $python is $("$python" --version)." >&2
  exit 1
fi

"$python" -m venv .venv
# The linters are pinned: a new rule should come as a change of this file, not as a surprise.
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --editable 'bindings/python[all,test]' 'ruff==0.17.*' 'mypy==2.4.*'
touch .venv/installed
