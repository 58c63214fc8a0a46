#!/usr/bin/env bash
# Fails if the object code of a kernel variant holds a weak symbol. The same source is compiled once per instruction
# set; the linker keeps one copy of a weak symbol for all of them, and that copy may use instructions that the
# processor at hand does not have.
# usage: scripts/check-kernels.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

objects=()
for object in .build/release/VaelibKernelsV*.build/*.o; do
  if [[ -e $object ]]; then objects+=("$object"); fi
done
if [[ ${#objects[@]} -eq 0 ]]; then
  echo "no kernel objects in .build/release: run make build first" >&2
  exit 1
fi

failed=0
for object in "${objects[@]}"; do
  # W and V are weak definitions; u is the GNU form of the same.
  if weak=$(nm --defined-only "$object" | grep -E ' [WVu] '); then
    echo "$object defines weak symbols:" >&2
    echo "$weak" >&2
    failed=1
  fi
done
exit "$failed"
