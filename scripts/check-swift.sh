#!/usr/bin/env bash
# Says clearly what is wrong if there is no Swift compiler, or one that is too old.
# usage: scripts/check-swift.sh PATH-OF-SWIFT
set -euo pipefail

swift=${1:-}
if [[ -z $swift ]]; then
  echo "vaelib is written in Swift, and no 'swift' was found on the PATH or in /opt/swift/usr/bin." >&2
  echo "Install a Swift 6.3 toolchain from swift.org, then put it on the PATH or say: make SWIFT=/path/to/swift" >&2
  exit 1
fi
if ! version=$("$swift" --version 2>&1); then
  echo "$swift does not run:" >&2
  echo "$version" >&2
  exit 1
fi
number=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$version" | head -n 1)
if [[ $(printf '%s\n' 6.3 "$number" | sort -V | head -n 1) != 6.3 ]]; then
  echo "vaelib needs Swift 6.3 or later; $swift is ${number:-of an unknown version}." >&2
  exit 1
fi
