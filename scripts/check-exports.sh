#!/usr/bin/env bash
# Compares what the library exports with what the header declares. A function that nobody implements is not an error to
# the Swift compiler, and a symbol that leaks out becomes a promise; this finds both. And looks at what it needs: libhdf5
# and libdeflate are to be its own (docs/design.md).
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
if foreign=$(readelf -d "$library" | grep NEEDED | grep -E 'hdf5|deflate|libcurl|libz\.'); then
  echo "$library is linked with libraries that others may replace:" >&2
  echo "$foreign" >&2
  failed=1
fi
# The name by which it opens libhdf5 is written in the sources, since no linker writes it.
program=$(mktemp)
trap 'rm -f "$program"' EXIT
read -ra hdf5 <<<"$(pkg-config --libs hdf5-serial)"
echo 'int main(void) { return 0; }' | cc -xc - -Wl,--no-as-needed "${hdf5[@]}" -o "$program"
installed=$(readelf -d "$program" | sed -nE 's/.*NEEDED.*\[(libhdf5.*)\]/\1/p')
if ! strings "$library" | grep -xF "$installed" >/dev/null; then
  echo "$library does not know libhdf5 by the name $installed; add it to Sources/CHDF5/private_library.c" >&2
  failed=1
fi
if [[ $failed -eq 0 ]]; then echo "$(wc -w <<<"$declared") functions, as the header declares them"; fi
exit "$failed"
