#!/usr/bin/env bash
# Compiles the header alone and twice in one file, and the examples, in every dialect that the header supports, with
# warnings as errors.
# usage: scripts/check-header.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

strict=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -Iinclude)
for dialect in c99 c11 c17; do
  cc -std=$dialect "${strict[@]}" -Wstrict-prototypes Tests/c/header_twice.c
done
for dialect in c++11 c++17 c++20; do
  c++ -std=$dialect "${strict[@]}" Tests/c/header_in_cpp.cpp
done
for example in bindings/c/examples/*.c; do
  cc -std=c99 -D_POSIX_C_SOURCE=200809L "${strict[@]}" "$example"
  c++ -std=c++20 "${strict[@]}" -x c++ "$example"
done
