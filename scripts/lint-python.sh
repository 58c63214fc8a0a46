#!/usr/bin/env bash
# Checks the style of all Python sources with ruff and the types of the package with mypy.
# usage: scripts/lint-python.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(git ls-files -- '*.py')
config=bindings/python/pyproject.toml
.venv/bin/ruff check --quiet --config "$config" "${sources[@]}"
.venv/bin/ruff format --quiet --check --config "$config" "${sources[@]}"
.venv/bin/mypy --strict --no-error-summary --config-file "$config" bindings/python/vaelib
