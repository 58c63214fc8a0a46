#!/usr/bin/env bash
# Installs into a scratch folder, then builds and runs a program against what was installed, by pkg-config and by CMake.
# usage: scripts/test-install.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

# quietly COMMAND...: what COMMAND prints is shown only if it fails.
quietly() {
  if ! "$@" >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
  fi
}

quietly make --no-print-directory install PREFIX="$prefix"

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra flags < <(pkg-config --cflags --libs vaelib)
cc -std=c99 -Wall -Wextra -Werror Tests/c/consumer/version.c "${flags[@]}" -Wl,-rpath,"$prefix/lib" -o "$scratch/version"
by_pkg_config=$("$scratch/version")

quietly cmake -S Tests/c/consumer -B "$scratch/cmake" -DCMAKE_PREFIX_PATH="$prefix"
quietly cmake --build "$scratch/cmake"
by_cmake=$("$scratch/cmake/version")

expected=$(pkg-config --modversion vaelib)
if [[ $by_pkg_config != "$expected" || $by_cmake != "$expected" ]]; then
  echo "installed $expected; programs found '$by_pkg_config' (pkg-config) and '$by_cmake' (CMake)" >&2
  exit 1
fi

# A staged installation keeps DESTDIR out of the files.
quietly make --no-print-directory install PREFIX=/usr DESTDIR="$scratch/stage"
if grep -rIl "$scratch" "$scratch/stage"; then
  echo "the files above name the staging folder" >&2
  exit 1
fi
