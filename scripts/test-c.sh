#!/usr/bin/env bash
# Builds and runs the C tests and the C examples against the release library.
# usage: scripts/test-c.sh [--sanitize]
#
# With --sanitize the programs are built with AddressSanitizer (leaks included) and UndefinedBehaviorSanitizer. The
# library is the released one: its own accesses are not instrumented, its memory calls and its leaks are seen.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

library_folder=$PWD/.build/release
flags=(-std=c99 -D_POSIX_C_SOURCE=200809L -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
       -Werror -Iinclude -pthread)
programs=.build/c
if [[ ${1:-} == --sanitize ]]; then
  flags+=(-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  programs=.build/c-sanitized
  # Memory that nobody has is refused as the C library refuses it, not reported.
  export ASAN_OPTIONS=allocator_may_return_null=1
fi
mkdir -p "$programs"

# build PROGRAM SOURCE...: PROGRAM from its sources, unless it is newer than they, the library and its header.
build() {
  local program=$programs/$1
  shift
  local input
  for input in "$@" Tests/c/*.h Tests/c/*/*.{h,inc} include/vaelib.h "$library_folder/libvaelib.so" "${BASH_SOURCE[0]}"; do
    if [[ $input -nt $program ]]; then
      cc "${flags[@]}" "$@" -L"$library_folder" -Wl,-rpath,"$library_folder" -lvaelib -lm -o "$program"
      return
    fi
  done
}

read -ra hdf5_headers <<<"$(pkg-config --cflags hdf5-serial | sed 's/-I/-isystem /g')"

failed=()
passed=0
# count NAME STATUS: counts the outcome of a program, and shows what it printed if it failed or hung.
count() {
  if [[ $2 -eq 0 ]]; then
    echo "  passed: $1"
    passed=$((passed + 1))
  else
    echo "  FAILED: $1"
    tail -n 60 "$programs/$1.log"
    failed+=("$1")
  fi
}

# run NAME COMMAND...: runs COMMAND and counts its outcome.
run() {
  local name=$1 status=0
  shift
  timeout 300 "$@" >"$programs/$name.log" 2>&1 </dev/null || status=$?
  count "$name" "$status"
}

declare -A started=()
# start NAME COMMAND...: runs COMMAND beside what follows; for what takes minutes of one processor.
start() {
  local name=$1
  shift
  timeout 900 "$@" >"$programs/$name.log" 2>&1 </dev/null &
  started[$name]=$!
}

# finish: waits for what was started, and counts its outcomes.
finish() {
  local name status
  for name in "${!started[@]}"; do
    status=0
    wait "${started[$name]}" || status=$?
    count "$name" "$status"
  done
  started=()
}

scratch=$(mktemp -d)
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$scratch"' EXIT
.venv/bin/python Tests/c/make_data.py "$scratch"
export VAELIB_TEST_FOLDER=$scratch

# Programs that replace functions of the C library by their own, which a sanitizer does too.
if [[ $programs == .build/c ]]; then
  for name in test_faults test_first_opening; do
    build "$name" "Tests/c/faults/$name.c" Tests/c/faults/faults.c Tests/c/support.c "${hdf5_headers[@]}" -ldl
  done
  build test_memory Tests/c/memory/*.c Tests/c/support.c
  start test_faults "$programs/test_faults"
  # Others count the temporary files in theirs.
  mkdir "$scratch/memory"
  start test_memory env VAELIB_TEST_FOLDER="$scratch/memory" "$programs/test_memory"
  run test_first_opening "$programs/test_first_opening"
  build campaign Tests/c/mutation/*.c
  build test_missing_library Tests/c/hosts/test_missing_library.c Tests/c/support.c -ldl
  run test_missing_library "$programs/test_missing_library"
  run mutation_corpus Tests/c/mutation/replay_corpus.sh "$programs/campaign"
fi

for test in Tests/c/test_*.c; do
  name=$(basename "$test" .c)
  build "$name" "$test" Tests/c/support.c
  run "$name" "$programs/$name"
done

# Without the sanitizers, which would report what the abandoned call cannot give back.
c++ -std=c++17 -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Iinclude Tests/c/test_exceptions.cpp \
  -L"$library_folder" -Wl,-rpath,"$library_folder" -lvaelib -o "$programs/test_exceptions"
run test_exceptions "$programs/test_exceptions"

# Hosts that have a libhdf5, or think so.
read -ra hdf5_library <<<"$(pkg-config --libs hdf5-serial)"
build test_same_library Tests/c/hosts/test_same_library.c Tests/c/support.c "${hdf5_headers[@]}" "${hdf5_library[@]}"
run test_same_library "$programs/test_same_library"
build test_wrong_symbols Tests/c/hosts/test_wrong_symbols.c Tests/c/support.c "${hdf5_headers[@]}" -rdynamic
run test_wrong_symbols "$programs/test_wrong_symbols"
build test_first_use Tests/c/hosts/test_first_use.c Tests/c/support.c
run test_first_use "$programs/test_first_use"
build test_reloading Tests/c/hosts/test_reloading.c -ldl -Wl,--as-needed
run test_reloading "$programs/test_reloading" "$library_folder/libvaelib.so"

for example in bindings/c/examples/*.c; do
  build "$(basename "$example" .c)" "$example"
done
data=$scratch/data.h5 model=$scratch/model.h5
run train_and_save "$programs/train_and_save" "$data" images "$model" 3
run load_and_encode "$programs/load_and_encode" "$model" "$data" images
run drive_training "$programs/drive_training" "$data" images 2
run sample_images "$programs/sample_images" "$model" "$scratch/samples.pgm" 8
run sample_images_wrote_a_picture test -s "$scratch/samples.pgm"
run stack_digits "$programs/stack_digits" "$scratch/digits.h5" "$scratch/stack.h5" 30 10
run stack_digits_learned grep -q '^test error: [0-2]\.' "$programs/stack_digits.log"
# Mistakes end with a message and a status, not with a crash.
run no_arguments Tests/c/expect_failure.sh "usage:" "$programs/train_and_save"
run missing_file Tests/c/expect_failure.sh "no-such-file.h5" "$programs/train_and_save" no-such-file.h5 x "$model" 1
run missing_dataset Tests/c/expect_failure.sh "no-such-set" "$programs/load_and_encode" "$model" "$data" no-such-set
run no_labels Tests/c/expect_failure.sh "x_train" "$programs/stack_digits" "$data" "$scratch/stack.h5"
run stack_for_vae Tests/c/expect_failure.sh "kind \"stack\"" "$programs/load_and_encode" "$scratch/stack.h5" "$data" images

finish
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "C programs that failed: ${failed[*]}" >&2
  exit 1
fi
echo "$passed C programs passed"
