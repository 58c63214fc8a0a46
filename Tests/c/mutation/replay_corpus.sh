#!/usr/bin/env bash
# Loads every file of the corpus as its list says, and in every other way.
# usage: replay_corpus.sh CAMPAIGN
set -euo pipefail
campaign=${1:?}
folder=$(dirname "${BASH_SOURCE[0]}")/corpus
failed=0
while read -r file kind _; do
  [[ $file == '#'* ]] && continue
  ways=("$kind" every child:every)
  [[ $kind == model ]] && ways+=(memory)
  for way in "${ways[@]}"; do
    "$campaign" "$way" "$folder/$file" || failed=1
  done
done <"$folder/list.txt"
exit "$failed"
