#!/usr/bin/env bash
# Checks the style of all Python sources with ruff and their types with mypy, as pyproject.toml says.
# usage: scripts/lint-python.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(git ls-files -- '*.py')
.venv/bin/ruff check --quiet "${sources[@]}"
.venv/bin/ruff format --quiet --check "${sources[@]}"
.venv/bin/mypy --strict --no-error-summary bindings/python/vaelib bindings/python/setup.py scripts/generate-python.py \
  docs/site/*.py
