#!/usr/bin/env bash
# Runs the code in README.md, in the tutorial and in the recipes, so that it stays true: the Python blocks of a document
# one after another as one program, then the C blocks as one program, in the same folder.
# usage: scripts/test-documents.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
release=$repository/.build/release

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# blocks LANGUAGE DOCUMENT: what stands between the fences of that language.
blocks() {
  awk -v fence="\`\`\`$1" '$0 == fence { inside = 1; next } /^```/ { inside = 0 } inside' "$2"
}

for document in README.md docs/tutorial.md docs/conditions.md docs/counts.md docs/missing.md docs/outliers.md docs/tables.md; do
  folder=$scratch/$(basename "$document" .md)
  mkdir "$folder"
  blocks python "$document" >"$folder/program.py"
  blocks c "$document" >"$folder/program.c"
  cc -std=c99 -Wall -Wextra -Wpedantic -Werror -Iinclude "$folder/program.c" \
    -L"$release" -Wl,-rpath,"$release" -lvaelib -o "$folder/program"
  if ! (cd "$folder" && "$repository/.venv/bin/python" -W error::UserWarning program.py && ./program) \
    >"$folder/log" 2>&1; then
    cat "$folder/log" >&2
    echo "the code in $document does not run" >&2
    exit 1
  fi
  echo "  passed: $document"
done
