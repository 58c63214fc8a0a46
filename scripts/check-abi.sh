#!/usr/bin/env bash
# Compares the types, places and numbers in the header with docs/abi.xml, the description of the ABI that programs rely on:
# fields that changed places, types, constants, functions. The description is made by libabigail from a library of empty
# functions with debug information, which is generated from the header.
# usage: scripts/check-abi.sh [--write]
#
# With --write the description is made anew, for a change that is meant: an addition, or a new VAELIB_ABI_VERSION.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The description is of this architecture; where types and places differ elsewhere, they follow from the same header.
if [[ $(uname -m) != x86_64 ]]; then
  echo "not compared: docs/abi.xml describes x86-64"
  exit 0
fi

description=docs/abi.xml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
abi=$(sed -n 's/^.define VAELIB_ABI_VERSION \([0-9]*\)/\1/p' include/vaelib.h)

# A declaration with a body instead of its semicolon is a definition. A callback's name has no parenthesis behind it.
cc -E -P include/vaelib.h | tr '\n' ' ' | sed -E 's/(vaelib_[a-z0-9_]+\([^;{}()]*\));/\1 { __builtin_trap(); }/g' \
  >"$scratch/vaelib.c"
cc -std=c99 -g -shared -fPIC -fdebug-prefix-map="$scratch=." -Wl,-soname="libvaelib.so.$abi" \
  -Wl,--version-script=vaelib.map "$scratch/vaelib.c" -o "$scratch/libvaelib.so"

if [[ ${1:-} == --write ]]; then
  abidw --no-corpus-path --no-comp-dir-path --no-show-locs --out-file "$description" "$scratch/libvaelib.so"
  exit
fi
# Status 4 and 8 tell of changes, 1 and 2 of failures.
if ! report=$(abidiff --harmless --no-show-locs "$description" "$scratch/libvaelib.so"); then
  echo "$report" >&2
  echo "The header differs from $description. Undo the change; or, if it keeps the promise of docs/abi.md or raises" >&2
  echo "VAELIB_ABI_VERSION, run scripts/check-abi.sh --write." >&2
  exit 1
fi
echo "types, places and numbers as in $description"
