#!/usr/bin/env bash
# Uses a wheel that brings all it needs where nothing else is: in an empty environment, also beside h5py with its own
# libhdf5; then in a root of Debian's smallest set with Python, without Swift, libhdf5 or a BLAS.
# usage: scripts/test-wheel-bare.sh WHEEL
#
# Fetches numpy, h5py and Debian's packages; the second part needs root and debootstrap.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wheel=$(realpath "$1")
repository=$PWD
unset VAELIB_LIBRARY PYTHONPATH

scratch=$(realpath "$(mktemp -d)")
trap 'rm -rf --one-file-system "$scratch"' EXIT
environment=$scratch/environment root=$scratch/root
mkdir "$scratch/elsewhere"

fail() {
  echo "$1" >&2
  exit 1
}

# quietly COMMAND...: what COMMAND prints is shown only if it fails.
quietly() {
  if ! "$@" >"$scratch/log" 2>&1; then
    tail -n 30 "$scratch/log" >&2
    exit 1
  fi
}

echo "  in an empty environment"
.venv/bin/python -m venv "$environment"
installed=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
quietly "$environment/bin/pip" install --disable-pip-version-check "$wheel"
quietly env --chdir "$scratch/elsewhere" LD_DEBUG=files LD_DEBUG_OUTPUT="$scratch/loaded" \
  "$environment/bin/python" "$repository/Tests/python/consumer.py" "$installed/vaelib"
grep -qF "$installed/vaelib/libhdf5" "$scratch"/loaded.* || fail "another libhdf5 than the wheel's is used"

echo "  beside h5py"
quietly "$environment/bin/pip" install --disable-pip-version-check h5py
quietly env --chdir "$scratch/elsewhere" "$environment/bin/python" "$repository/Tests/python/consumer_beside_h5py.py"

if [[ $(id -u) -ne 0 ]]; then fail "the bare root needs root: please run this as root"; fi
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
echo "  in a bare root"
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
quietly debootstrap --variant=minbase --include=python3 "$release" "$root"
python=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
quietly "$environment/bin/pip" install --disable-pip-version-check --target "$root/packages" --only-binary=:all: \
  --python-version "$python" "$wheel"
if found=$(find "$root" -path "$root/packages" -prune -o -regex '.*/lib\(hdf5\|blas\|openblas\|swift\|deflate\).*' -print |
  grep .); then
  fail "the root is not bare: $found"
fi
cp Tests/python/consumer.py "$root/consumer.py"
# Mounted for this program alone.
quietly unshare --mount bash -c "mount -t proc proc '$root/proc' && chroot '$root' env --chdir=/tmp \
  PYTHONPATH=/packages python3 /consumer.py /packages/vaelib"
