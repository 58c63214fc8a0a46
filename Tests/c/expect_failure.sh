#!/usr/bin/env bash
# Succeeds if a command ends with status 1 or 2 and its messages contain a text.
# usage: Tests/c/expect_failure.sh TEXT COMMAND...
set -uo pipefail
text=$1
shift
output=$("$@" 2>&1)
status=$?
echo "$output"
if [[ $status -ne 1 && $status -ne 2 ]]; then
  echo "expected status 1 or 2, came $status"
  exit 1
fi
if [[ $output != *"$text"* ]]; then
  echo "expected a message with '$text'"
  exit 1
fi
