#!/usr/bin/env bash
# Runs the C tests of threads under ThreadSanitizer and under valgrind's drd; any report is a failure.
# usage: scripts/test-races.sh
#
# A build of the library for ThreadSanitizer shows what the library itself does, without suppressions. The released
# library is then run in programs that look for races of their own, with the suppressions that are installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v "$swift")")")")
runtime=$toolchain/lib/swift/linux
instrumented=$PWD/.build/races/debug
released=$PWD/.build/release
suppressions=bindings/c/suppressions
programs=.build/races/c
tests=(test_threads test_collisions test_descriptions test_cancel)
flags=(-std=c99 -D_POSIX_C_SOURCE=200809L -O1 -g -Iinclude -pthread)

"$swift" build --scratch-path .build/races --sanitize=thread --product vaelib
mkdir -p "$programs"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export VAELIB_TEST_FOLDER=$scratch

# build KIND TEST COMPILER...: the program TEST.KIND.
build() {
  local kind=$1 test=$2
  shift 2
  "$@" "${flags[@]}" "Tests/c/$test.c" Tests/c/support.c "${libraries[@]}" -lm -o "$programs/$test.$kind"
}

failed=()
# run NAME COMMAND...: fails if COMMAND does, or hangs.
run() {
  local name=$1 begin=$SECONDS
  shift
  if timeout 1800 "$@" >"$programs/$name.log" 2>&1 </dev/null; then
    echo "  passed: $name ($((SECONDS - begin)) s)"
  else
    echo "  FAILED: $name"
    head -n 100 "$programs/$name.log"
    failed+=("$name")
  fi
}

# Not test_fork: under ThreadSanitizer Swift locks each value that it computes once whenever it is used, and a child
# finds locked what another thread of its parent used just then.
libraries=(-L"$instrumented" -L"$runtime" "-Wl,-rpath,$instrumented:$runtime" -lvaelib -ldispatch -lBlocksRuntime)
for test in "${tests[@]}"; do
  build tsan "$test" "$toolchain/bin/clang" -fsanitize=thread
  run "$test.tsan" "$programs/$test.tsan"
done

libraries=(-L"$released" "-Wl,-rpath,$released" -lvaelib)
for test in "${tests[@]}"; do
  build tsan-released "$test" cc -fsanitize=thread
  run "$test.tsan-released" env "TSAN_OPTIONS=suppressions=$suppressions/thread-sanitizer.supp" \
    "$programs/$test.tsan-released"
done
for test in "${tests[@]}" test_fork; do
  build drd "$test" cc
  run "$test.drd" valgrind --tool=drd --suppressions="$suppressions/drd.supp" --error-exitcode=66 "$programs/$test.drd"
done

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "races, or other failures, in: ${failed[*]}; what was printed is in $programs" >&2
  exit 1
fi
