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

# Debug information is installed on request, and found from the library alone.
library=$prefix/lib/libvaelib.so.0 symbols=$prefix/lib/.debug/libvaelib.so.0.debug
if readelf -SW "$library" | grep -E ' \.(symtab|debug_)' || [[ -e $symbols ]]; then
  echo "debug information was installed without DEBUG_SYMBOLS=1" >&2
  exit 1
fi
quietly make --no-print-directory install PREFIX="$prefix" DEBUG_SYMBOLS=1
build_id() { readelf -nW "$1" | sed -n 's/.*Build ID: //p'; }
if [[ $(build_id "$library") != "$(build_id "$symbols")" ]]; then
  echo "the debug information is not that of the library: another build-id" >&2
  exit 1
fi
# With two versions of DWARF in one file, valgrind 3.19 gives up the program.
versions=$(readelf --debug-dump=info --dwarf-depth=1 "$symbols" | awk '$1 == "Version:" { print $2 }' | sort -u)
if [[ $versions != 4 ]]; then
  echo "the debug information should be DWARF 4 alone, but is of these versions:" "$versions" >&2
  exit 1
fi
address=$(nm "$symbols" | awk '/WorkerTeamC12startWorkers/ && !/To$/ { address = $1 } END { print address }')
place=$(addr2line -f -e "$library" "0x$address")
if [[ $place != *startWorkers*/WorkerTeam.swift:[1-9]* ]]; then
  echo "no name and line of $address in $library; addr2line says: $place" >&2
  exit 1
fi

# It goes with the library that it belongs to.
quietly make --no-print-directory install PREFIX="$prefix"
if [[ -e $symbols ]]; then
  echo "$symbols stayed, but is of another installation" >&2
  exit 1
fi

for suppressions in drd helgrind thread-sanitizer; do test -s "$prefix/share/vaelib/$suppressions.supp"; done

# A staged installation keeps DESTDIR out of the files.
quietly make --no-print-directory install PREFIX=/usr DESTDIR="$scratch/stage"
if grep -rIl "$scratch" "$scratch/stage"; then
  echo "the files above name the staging folder" >&2
  exit 1
fi
