#!/usr/bin/env bash
# Copies the built library to where programs find it, with what pkg-config and CMake need.
# usage: scripts/install.sh DESTDIR PREFIX LIBDIR VERSION ABI
set -euo pipefail
destdir=$1 prefix=$2 libdir=$3 version=$4 abi=$5
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# fill TEMPLATE TARGET: the template with its @WORDS@ replaced.
fill() {
  mkdir -p "$(dirname "$2")"
  sed -e "s|@PREFIX@|$prefix|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" "$1" >"$2"
  chmod 644 "$2"
}

install -D -m 644 include/vaelib.h "$destdir$prefix/include/vaelib.h"
install -D -m 755 .build/release/libvaelib.so "$destdir$libdir/libvaelib.so.$abi"
ln -sf "libvaelib.so.$abi" "$destdir$libdir/libvaelib.so"
fill bindings/c/vaelib.pc.in "$destdir$libdir/pkgconfig/vaelib.pc"
fill bindings/c/vaelibConfig.cmake.in "$destdir$libdir/cmake/vaelib/vaelibConfig.cmake"
fill bindings/c/vaelibConfigVersion.cmake.in "$destdir$libdir/cmake/vaelib/vaelibConfigVersion.cmake"

# The loader's cache is updated only as root, and not for a package that is being staged.
if [[ -z $destdir && $(id -u) -eq 0 ]] && command -v ldconfig >/dev/null; then ldconfig; fi
