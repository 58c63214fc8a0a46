#!/usr/bin/env bash
# Runs the code in README.md, in the tutorial and in other pages, so that it stays true: the Python blocks of a document
# one after another as one program, then the C blocks as one program, in the same folder; and the session in the tour of
# the command line.
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

documents=(
  README.md docs/{tutorial,conditions,counts,missing,outliers,report,tables,gallery}.md docs/coming-from-*.md
)
for document in "${documents[@]}"; do
  folder=$scratch/$(basename "$document" .md)
  mkdir "$folder"
  blocks python "$document" >"$folder/program.py"
  blocks c "$document" >"$folder/program.c"
  [[ -s $folder/program.c ]] || echo "int main(void) { return 0; }" >"$folder/program.c"
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

mkdir "$scratch/bin" "$scratch/command-line"
printf '#!/bin/sh\nexec "%s" -m vaelib "$@"\n' "$repository/.venv/bin/python" >"$scratch/bin/vaelib"
chmod +x "$scratch/bin/vaelib"
blocks sh docs/command-line.md >"$scratch/command-line/session.sh"
if ! (cd "$scratch/command-line" && PATH=$scratch/bin:$PATH bash -euo pipefail session.sh) >"$scratch/log" 2>&1; then
  cat "$scratch/log" >&2
  echo "the session in docs/command-line.md does not run" >&2
  exit 1
fi
echo "  passed: docs/command-line.md"
