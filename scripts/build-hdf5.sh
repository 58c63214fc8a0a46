#!/usr/bin/env bash
# Compiles the libhdf5 that goes into wheels: the version of the installed header, from the sources of its authors that
# Debian keeps, without what vaelib has no use for (network, compression, tools), so that it needs the C library alone.
# usage: scripts/build-hdf5.sh FOLDER
#
# FOLDER gets libhdf5.so and the licence. HDF5_SOURCE names an archive of the sources (.tar.gz) where apt-get cannot fetch
# them. Takes minutes; does nothing if FOLDER has what this script makes of that version already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(realpath -m "$1")
version=$(pkg-config --modversion hdf5-serial)
made_of="$version, $(sha256sum <scripts/build-hdf5.sh)"
if [[ -e $folder/libhdf5.so && $(cat "$folder/made-of") == "$made_of" ]]; then exit 0; fi

scratch=$(realpath "$(mktemp -d)")
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

# quietly COMMAND...: the last lines of what COMMAND prints are shown if it fails.
quietly() {
  if ! "$@" >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
  fi
}

# fetch: the sources of the installed package, checked by apt, without a change of the system's own lists.
fetch() {
  mkdir -p "$scratch"/{parts,lists/partial,cache/archives/partial}
  local options=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$scratch/parts"
    -o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache")
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    if [[ -e $list ]]; then
      sed -E 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$list" >"$scratch/parts/$(basename "$list")"
    fi
  done
  quietly apt-get "${options[@]}" update
  local package
  package=$(dpkg-query -W -f '${source:Package}=${source:Version}' libhdf5-dev)
  (cd "$scratch" && quietly apt-get "${options[@]}" source --download-only "$package")
  HDF5_SOURCE=$(find "$scratch" -maxdepth 1 -name '*.orig.tar.*')
}

echo "==> compiling HDF5 $version for the wheel, which takes minutes"
if [[ -z ${HDF5_SOURCE:-} ]]; then fetch; fi
mkdir "$scratch/source"
tar -xf "$HDF5_SOURCE" -C "$scratch/source" --strip-components 1
cd "$scratch/source"
if [[ $(sed -n 's/^#define H5_VERS_INFO .*version: \([0-9.]*\).*/\1/p' src/H5public.h) != "$version" ]]; then
  echo "$HDF5_SOURCE has other sources than those of the installed header, HDF5 $version" >&2
  exit 1
fi
CFLAGS="-O2 -ffile-prefix-map=$scratch/source=hdf5" quietly ./configure --disable-static --enable-build-mode=production \
  --disable-hl --disable-tests --disable-tools --without-zlib --without-szlib --disable-parallel --enable-threadsafe=no \
  --enable-ros3-vfd=no --with-hdfs=no --disable-embedded-libinfo
quietly make -C src -j "${JOBS:-$(nproc)}"
mkdir -p "$folder"
objcopy --strip-unneeded src/.libs/libhdf5.so "$folder/libhdf5.so"
cat COPYING COPYING_LBNL_HDF5 >"$folder/LICENSE"
echo "$made_of" >"$folder/made-of"
