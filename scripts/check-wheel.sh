#!/usr/bin/env bash
# Checks what every wheel must keep to: its size, and how old a system may be that its libraries run on. Of one that
# brings all it needs (manylinux), also that this is there, with its licences.
# usage: scripts/check-wheel.sh WHEEL
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wheel=$1

# The tag says that glibc 2.35 suffices; scripts/make-wheel.sh has auditwheel prove it.
platform=manylinux_2_35
greatest_megabytes=20
# What that tag lets a library expect of the system.
of_system='lib(c|m|dl|rt|pthread)\.so\.[0-9]+|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux-[a-z0-9-]+\.so\.[0-9]+'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "$wheel $1" >&2
  exit 1
}

bytes=$(stat -c %s "$wheel")
((bytes <= greatest_megabytes * 1000000)) || fail "has $bytes bytes; at most $greatest_megabytes MB are allowed"

python3 -m zipfile -e "$wheel" "$scratch"
mapfile -t libraries < <(find "$scratch" -name '*.so*')
newest=$(objdump -T "${libraries[@]}" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
allowed=GLIBC_${platform#manylinux_}
allowed=${allowed/2_/2.}
if [[ $(printf '%s\n' "$newest" "$allowed" | sort -V | tail -n 1) != "$allowed" ]]; then
  fail "needs $newest; $platform allows $allowed"
fi
if others=$(readelf -d "${libraries[@]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vxE "$of_system"); then
  fail "needs libraries that not every system has: $others"
fi

grep -q '^\.TH VAELIB 1' "$scratch"/vaelib-*.data/data/share/man/man1/vaelib.1 || fail "has no manual page"

if [[ $wheel == *manylinux* ]]; then
  [[ $wheel == *-"${platform}_$(uname -m)".whl ]] || fail "should have the tag ${platform}_$(uname -m)"
  name=$(strings "$scratch"/vaelib/libvaelib.so.* | grep -xE 'libhdf5_serial\.so\.[0-9]+' | sort -u)
  [[ -e $scratch/vaelib/$name ]] || fail "has no $name, by which its library looks for libhdf5"
  if strings "$scratch/vaelib/$name" | grep -E 'Configured by|/tmp/'; then fail "says where its libhdf5 was built"; fi
  for licence in vaelib HDF5 libdeflate Swift; do
    [[ -s $(echo "$scratch"/vaelib-*.dist-info/licenses/LICENSE."$licence") ]] || fail "lacks the licence of $licence"
    grep -qx "License-File: LICENSE.$licence" "$scratch"/vaelib-*.dist-info/METADATA || fail "does not name that of $licence"
  done
fi
