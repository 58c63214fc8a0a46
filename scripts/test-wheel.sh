#!/usr/bin/env bash
# Installs the Python package into a fresh environment, in each way that README.md names, and uses it.
# usage: scripts/test-wheel.sh
#
# Nothing is fetched: the environment holds pip, setuptools and numpy of .venv, and nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$(realpath .)
unset VAELIB_LIBRARY PYTHONPATH

scratch=$(realpath "$(mktemp -d)")
trap 'rm -rf "$scratch"' EXIT
checkout=$scratch/checkout environment=$scratch/environment

fail() {
  echo "$1" >&2
  exit 1
}

# quietly COMMAND...: what COMMAND prints is shown only if it fails.
quietly() {
  if ! "$@" >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
  fi
}

pip() {
  (cd "$checkout" && "$environment/bin/python" -m pip "$1" --no-index --no-build-isolation "${@:2}")
}

# use FOLDER: a program imports the package and uses it; the library that it loads must lie in FOLDER. So does the command.
use() {
  quietly env --chdir "$scratch/elsewhere" "$environment/bin/vaelib" --version
  quietly env --chdir "$scratch/elsewhere" "$environment/bin/python" "$repository/Tests/python/consumer.py" "$1"
}

packages_of() {
  "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))'
}

mkdir -p "$checkout/bindings" "$scratch/elsewhere" "$scratch/beside"
cp -r bindings/python "$checkout/bindings/"
rm -rf "$checkout/bindings/python/build" "$checkout"/bindings/python/*.egg-info
.venv/bin/python -m venv --without-pip "$environment"
installed=$(packages_of "$environment")
ln -s "$(packages_of .venv)"/{numpy,pip,setuptools,_distutils_hack}* "$scratch/beside/"
echo "$scratch/beside" >"$installed/beside.pth"

# Before anything is built there is no wheel, but a message; an editable installation can be made and wait.
if pip install ./bindings/python >"$scratch/log" 2>&1; then
  fail "the package was installed without a library"
fi
for text in "$checkout/.build/release/libvaelib.so does not exist" "run \`make\`"; do
  grep -qF "$text" "$scratch/log" || fail "without a library pip does not say: $text; but $(cat "$scratch/log")"
done
quietly pip install --verbose --editable ./bindings/python
if grep -F "incompatible with editable install" "$scratch/log"; then fail "setup.py fails where nothing is copied"; fi
ln -s "$repository/.build" "$checkout/.build"
use "$repository/.build/release"

# The library is for one platform.
touch "$checkout/bindings/python/vaelib/removed_later.py"
quietly pip wheel --no-deps --wheel-dir "$scratch/wheels" ./bindings/python
platform=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_platform())')
wheels=("$scratch"/wheels/*)
[[ ${wheels[*]} == */vaelib-*-py3-none-"${platform//[-.]/_}".whl ]] || fail "not for this platform: ${wheels[*]}"
scripts/check-wheel.sh "${wheels[0]}"

# What is installed is what the checkout has now, and needs no checkout.
rm "$checkout/bindings/python/vaelib/removed_later.py"
quietly pip install ./bindings/python
files_of() { (cd "$1" && find vaelib -type f -not -name '*.pyc'); }
files_of "$checkout/bindings/python" | cat - <(echo vaelib/libvaelib.so.0) | sort >"$scratch/expected"
if ! files_of "$installed" | sort | diff "$scratch/expected" - >"$scratch/log"; then
  fail "the checkout (<) and what is installed (>) differ: $(cat "$scratch/log")"
fi
quietly env --chdir "$scratch/elsewhere" "$environment/bin/vaelib" man
diff "$scratch/log" "$environment/share/man/man1/vaelib.1" >/dev/null || fail "the manual page is not what vaelib man prints"
grep -q '^Root-Is-Purelib: false$' "$installed"/vaelib-*.dist-info/WHEEL || fail "the package goes where pure ones go"
if readelf -SW "$installed/vaelib/libvaelib.so.0" | grep -E ' \.(symtab|debug_)'; then
  fail "the wheel's library has its debug information"
fi
rm -r "$checkout"
use "$installed/vaelib"
