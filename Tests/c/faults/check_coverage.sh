#!/usr/bin/env bash
# Compares the functions of libhdf5 that the library calls with those that the fault tests let fail.
# usage: check_coverage.sh LIBRARY
set -euo pipefail
calls=$(dirname "${BASH_SOURCE[0]}")/hdf5_calls.inc
missing=$(comm -23 <(nm --dynamic --undefined-only "${1:?}" | grep -oE '\bH5[A-Za-z0-9_]+' | grep -v '_g$' | sort -u) \
                   <(grep -oE '\bH5[A-Z]?[A-Za-z0-9_]+' "$calls" | sort -u))
if [[ -n $missing ]]; then
  printf 'add to %s:\n%s\n' "$calls" "$missing" >&2
  exit 1
fi
