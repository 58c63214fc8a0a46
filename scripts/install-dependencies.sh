#!/usr/bin/env bash
# Installs the system packages that vaelib needs: those that are missing, and no others.
# usage: scripts/install-dependencies.sh build|test|races|python ...
#
# What counts is whether this machine has what a package provides, from whatever source; so each is looked for by that.
# A machine that has everything is left alone, and nothing is printed.
set -euo pipefail

missing=()

# needs PACKAGE COMMAND...: PACKAGE is missing if COMMAND fails.
needs() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

# The toolchain's own programs find this library; true as well where there is no toolchain to ask.
swift_finds() {
  local programs
  programs=$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")
  ! ldd "$programs/swift-driver" "$programs/swift-build" | grep -F "$1 => not found"
}

# Whether the compiler finds lib$1.a, which is linked in.
archive_exists() {
  [[ $(cc -print-file-name="lib$1.a") == */* ]]
}

find_missing() {
  missing=()
  local purpose
  for purpose in "$@"; do
    case $purpose in
      build)
        needs gcc cc --version
        needs g++ c++ --version
        needs binutils objcopy --version
        needs libc6-dev test -e /usr/include/stdio.h
        needs libncurses6 swift_finds libncurses.so.6
        needs libcurl4 swift_finds libcurl.so.4
        needs libxml2 swift_finds libxml2.so.2
        needs pkg-config pkg-config --version
        needs libhdf5-dev pkg-config --exists hdf5-serial
        needs libdeflate-dev archive_exists deflate
        ;;
      test)
        needs abigail-tools abidiff --version
        needs cmake cmake --version
        needs shellcheck shellcheck --version
        ;;
      races)
        needs valgrind valgrind --version
        ;;
      python)
        needs python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
        ;;
      *)
        echo "usage: scripts/install-dependencies.sh build|test|races|python ..." >&2
        exit 2
        ;;
    esac
  done
}

find_missing "$@"
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

install="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "vaelib needs these Debian packages, or what your system has in their place: ${missing[*]}" >&2
  exit 1
fi

if [[ $(id -u) -eq 0 ]]; then
  as_root=()
elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
  as_root=(sudo)
else
  echo "vaelib needs some Debian packages. As root, please run:" >&2
  echo "  apt-get update && $install" >&2
  exit 1
fi

echo "==> installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the command is meant to be split into words
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" $install; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Installing failed. As root, please run: apt-get update && $install" >&2
  exit 1
fi

find_missing "$@"
if [[ ${#missing[@]} -gt 0 ]]; then
  echo "These packages were installed, but what they provide was not found: ${missing[*]}" >&2
  echo "(for Python: is ${PYTHON:-python3} Debian's own? make PYTHON=/usr/bin/python3 uses that one)" >&2
  exit 1
fi
