#!/usr/bin/env bash
# Makes .venv-docs: the Python package from this checkout, and what makes the documentation's site.
# usage: scripts/make-docs-venv.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

"${PYTHON:-python3}" -m venv .venv-docs
.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check \
  --editable 'bindings/python[sklearn,plots,tables]' --requirement docs/site/requirements.txt
touch .venv-docs/installed
