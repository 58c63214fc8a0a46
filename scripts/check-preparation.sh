#!/usr/bin/env bash
# Compares the values that Swift computes at their first use with those that the functions prepare... have computed
# before (Sources/VaelibNumerics/Preparation.swift says why).
# usage: scripts/check-preparation.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t objects < <(find .build/release/ -path '*/Vaelib*.build/*.o')
[[ ${#objects[@]} -gt 0 ]] || { echo "there are no object files in .build/release; run make build" >&2; exit 1; }

# Each such value has a token, whose name ends in Wz.
all=$(nm --defined-only "${objects[@]}" | awk '$3 ~ /Wz$/ { print $3 }' | sort -u)
prepared=$(objdump -dr "${objects[@]}" | awk '
  /^[0-9a-f]+ </ { inside = $2 ~ /7prepare|prepareEverything|prepareNumerics|prepareModels|prepareStorage/ }
  inside && match($0, /\$s[A-Za-z0-9_]+(Wz|vau)/) { print substr($0, RSTART, RLENGTH) }' | sort -u)

missing=0
for token in $all; do
  accessor=${token%_Wz}
  if ! grep -qF "$accessor" <<<"$prepared"; then
    swift demangle "$token" | sed 's/^/not prepared: /' >&2
    missing=1
  fi
done
exit "$missing"
