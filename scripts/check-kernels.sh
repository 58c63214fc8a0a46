#!/usr/bin/env bash
# Fails if the object code of a kernel variant holds a weak symbol that another variant may hold too. The same source
# is compiled once per instruction set; the linker keeps one copy of such a symbol for all of them, and that copy may
# use instructions that the processor in use does not have. Generic functions of the standard library have such symbols.
# usage: scripts/check-kernels.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=0 checked=0
for object in .build/release/VaelibKernelsV*.build/*.o; do
  if [[ ! -e $object ]]; then continue; fi
  checked=$((checked + 1))
  module=$(basename "$(dirname "$object")" .build)
  # A mangled name holds its module's name and length. "got." names the address of a symbol, and the reflection version
  # is a number: the same in all variants.
  own="${#module}$module"
  if shared=$(nm --defined-only "$object" | grep -E ' [WVu] ' \
    | grep -vF -e "$own" -e ' got.'"\$s" -e __swift_reflection_version); then
    echo "$object defines weak symbols that are not its own:" >&2
    echo "$shared" >&2
    failed=1
  fi
done
if [[ $checked -eq 0 ]]; then
  echo "no kernel objects in .build/release: run make build first" >&2
  exit 1
fi
exit "$failed"
