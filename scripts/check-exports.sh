#!/usr/bin/env bash
# Compares what the library exports with what the header declares. A function that nobody implements is not an error to
# the Swift compiler, and a symbol that leaks out becomes a promise; this finds both.
# usage: scripts/check-exports.sh LIBRARY
set -euo pipefail
library=${1:?usage: scripts/check-exports.sh LIBRARY}
header=$(dirname "${BASH_SOURCE[0]}")/../include/vaelib.h
abi=$(sed -n 's/^.define VAELIB_ABI_VERSION \([0-9]*\)/\1/p' "$header")

# The preprocessor drops the comments; a name before a parenthesis is then a declaration.
declared=$(cc -E -P "$header" | tr '\n' ' ' | grep -oE '\bvaelib_[a-z0-9_]+ ?\(' | tr -d ' (' | sort -u)
expected=$(awk -v node="@@VAELIB_$abi" '{ print $0 node }' <<<"$declared" | sort)
# Small letters mark symbols that are not visible from outside; A is the version's own entry, which not every linker
# writes.
exported=$(nm --dynamic --defined-only "$library" | awk '$2 ~ /[B-Z]/ { print $3 }' | sort -u)

failed=0
if missing=$(comm -23 <(echo "$expected") <(echo "$exported") | grep .); then
  echo "declared in the header, but not exported by $library:" >&2
  echo "$missing" >&2
  failed=1
fi
if extra=$(comm -13 <(echo "$expected") <(echo "$exported") | grep .); then
  echo "exported by $library, but not declared in the header:" >&2
  echo "$extra" >&2
  failed=1
fi
soname=$(readelf -d "$library" | sed -nE 's/.*SONAME.*\[(.*)\]/\1/p')
if [[ $soname != "libvaelib.so.$abi" ]]; then
  echo "the SONAME of $library is '$soname'; the header says libvaelib.so.$abi" >&2
  failed=1
fi
if [[ $failed -eq 0 ]]; then echo "$(wc -w <<<"$declared") functions, as the header declares them"; fi
exit "$failed"
