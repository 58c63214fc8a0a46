#!/usr/bin/env bash
# Copies the built library to where programs find it, with what pkg-config and CMake need.
# usage: scripts/install.sh DESTDIR PREFIX LIBDIR VERSION ABI [DEBUG_SYMBOLS]
#
# The library is installed without its debug information; with a sixth argument that is not empty, that is installed
# too, in a file of its own in LIBDIR/.debug, where gdb, perf and valgrind look for it.
set -euo pipefail
destdir=$1 prefix=$2 libdir=$3 version=$4 abi=$5 debug_symbols=${6:-}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# fill TEMPLATE TARGET: the template with its @WORDS@ replaced.
fill() {
  mkdir -p "$(dirname "$2")"
  sed -e "s|@PREFIX@|$prefix|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" "$1" >"$2"
  chmod 644 "$2"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
name=libvaelib.so.$abi

# The link between the two files is a checksum, so the debug information is separated even if it is not wanted now.
# The linker leaves an index of names for each object file; gdb expects one and makes its own.
objcopy --only-keep-debug --compress-debug-sections=zlib --remove-section=.debug_names \
  .build/release/libvaelib.so "$scratch/$name.debug"
objcopy --strip-all --add-gnu-debuglink="$scratch/$name.debug" .build/release/libvaelib.so "$scratch/$name"

install -D -m 644 include/vaelib.h "$destdir$prefix/include/vaelib.h"
install -D -m 755 "$scratch/$name" "$destdir$libdir/$name"
ln -sf "$name" "$destdir$libdir/libvaelib.so"
# What an earlier installation left there would be of another library.
rm -f "$destdir$libdir/.debug/$name.debug"
if [[ -n $debug_symbols ]]; then
  install -D -m 644 "$scratch/$name.debug" "$destdir$libdir/.debug/$name.debug"
fi
for suppressions in bindings/c/suppressions/*.supp; do
  install -D -m 644 "$suppressions" "$destdir$prefix/share/vaelib/$(basename "$suppressions")"
done
fill bindings/c/vaelib.pc.in "$destdir$libdir/pkgconfig/vaelib.pc"
fill bindings/c/vaelibConfig.cmake.in "$destdir$libdir/cmake/vaelib/vaelibConfig.cmake"
fill bindings/c/vaelibConfigVersion.cmake.in "$destdir$libdir/cmake/vaelib/vaelibConfigVersion.cmake"

# The loader's cache is updated only as root, and not for a package that is being staged.
if [[ -z $destdir && $(id -u) -eq 0 ]] && command -v ldconfig >/dev/null; then ldconfig; fi
