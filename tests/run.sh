#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [STAGE …]: builds and runs every test, or only the stages named. What the
# machine lacks is installed first (cmake/install_dependencies.sh).
#   dev       every C++ test and example, fuzz corpora, consumers, tidy, other people's DHTs
#   asan      unit tests and fuzz corpora with address and undefined-behaviour sanitizers
#   tsan      the tests that use threads, with the thread sanitizer
#   python    the package from `pip install .` in a fresh environment: its tests, its
#             stubs, the Python examples
#   demo      examples/demo.sh
# A stage that does not build counts as failed and the next one runs all the same. Logs
# are kept under build/logs. The last line says `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly logs=build/logs
readonly tail_lines=80
readonly venv=.venv
jobs=$(nproc)
passed=0 failed=0 skipped=0

# --- counting -----------------------------------------------------------------
add() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# run NAME COMMAND …: the output goes to the log, its end is shown on failure.
run() {
  local name=$1 begin=$SECONDS status=0
  shift
  "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
  if [ $status -eq 0 ]; then
    echo "   $name: done ($((SECONDS - begin)) s)"
  else
    echo "   $name: FAILED with exit code $status ($((SECONDS - begin)) s); the end of $logs/$name.log:"
    tail -n "$tail_lines" "$logs/$name.log" | sed 's/^/   | /'
  fi
  return $status
}

# need NAME COMMAND …: a step that tests stand on. It counts only where it fails.
need() {
  run "$@" || { add 0 1 0 && return 1; }
}

# check NAME COMMAND …: a test of its own.
check() {
  if run "$@"; then add 1 0 0; else add 0 1 0; fi
}

# The tests that a runner reports, one a line, become `passed failed skipped`.
count_ctest() {
  awk '/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
         if (/ Passed +[0-9.]+ sec/) passed++
         else if (/\*\*\*Skipped|\(Disabled\)/) skipped++
         else failed++
       }
       END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}
count_pytest() {
  tail -n 1 "$1" | tr ',=' '\n\n' | awk '
    / passed/ || / xpassed/ { passed += $1 }
    / failed/ || / error/ { failed += $1 }
    / skipped/ || / xfailed/ { skipped += $1 }
    END { print passed + 0, failed + 0, skipped + 0 }'
}

# suite NAME COUNTER COMMAND …: a runner of many tests. One that fails without naming
# a failed test, or that ran nothing, counts as one failure.
suite() {
  local name=$1 counter=$2 status=0 counts
  shift 2
  run "$name" "$@" || status=$?
  read -r -a counts < <("$counter" "$logs/$name.log")
  if [ "${counts[1]}" -eq 0 ] && { [ $status -ne 0 ] || [ "${counts[0]}" -eq 0 ]; }; then
    counts[1]=1
  fi
  echo "   $name: ${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped"
  add "${counts[@]}"
}

# --- stages -------------------------------------------------------------------
# build PRESET [cmake arguments …] [-- target …]. Everything that builds is built, so the
# rest is tested where something does not.
build() {
  local preset=$1 options=() targets=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1") && shift
  done
  [ $# -le 1 ] || targets=(--target "${@:2}")
  need "$preset-configure" cmake --preset "$preset" "${options[@]}" &&
    need "$preset-build" cmake --build "build/$preset" -j "$jobs" "${targets[@]}" -- -k 0
}

test_with_ctest() {
  local preset=$1
  shift
  [ -f "build/$preset/CTestTestfile.cmake" ] || return 0
  suite "$preset" count_ctest \
    ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error "$@"
}

stage_dev() {
  build dev
  test_with_ctest dev
}

# The application and the benchmarks stay out: the modules are what is sanitized.
readonly unit_tests_only=(-DSHADW_BUILD_EXAMPLES=OFF -DSHADW_BUILD_BENCHMARKS=OFF)

stage_asan() {
  build asan "${unit_tests_only[@]}"
  test_with_ctest asan
}

# Only what has a thread in it: the modules whose sources or tests make some, and of
# their tests those that say so in their name.
stage_tsan() {
  local targets
  targets=$(grep -rlE --include='*.cc' --include='*.h' 'std::(jthread|thread|async)\b' libshadw tests |
    cut -d/ -f2 | sort -u | grep -vx interop | sed 's/$/_test/')
  # shellcheck disable=SC2086  # several words
  build tsan "${unit_tests_only[@]}" -DSHADW_TESTS_ABOUT=Thread -- $targets
  test_with_ctest tsan -R 'Thread'
}

# The interpreter of the system where there is one: another that comes first in PATH
# may have been built without venv or without its headers.
make_venv() {
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  "$python" -m venv --clear "$venv"
}

# From a folder that is not the tree, so that nothing but the installed package is found.
import_from_outside() {
  (cd "$venv" && bin/python ../tests/consumer/pip/check_import.py . ..)
}

stage_python() {
  if [ ! -f bindings/python/CMakeLists.txt ]; then
    echo "   python: there are no bindings"
    add 0 0 1
    return
  fi
  need python-venv make_venv || return
  need python-install "$venv/bin/python" -m pip install --quiet '.[test]' || return
  check consumer-pip import_from_outside
  suite python-tests count_pytest "$venv/bin/python" -m pytest tests/python
}

# CTest runs the C++ examples, pytest their Python twins.
stage_demo() {
  check demo examples/demo.sh
}

# --- main ---------------------------------------------------------------------
mkdir -p "$logs"
stages=("$@")
[ $# -gt 0 ] || stages=(dev asan tsan python demo)
for stage in "${stages[@]}"; do
  if ! declare -F "stage_$stage" >/dev/null; then
    echo "run.sh: got stage '$stage', need one of: dev asan tsan python demo" >&2
    exit 2
  fi
done

echo "== setup"
need setup cmake/install_dependencies.sh build test python interop
for stage in "${stages[@]}"; do
  echo "== $stage"
  "stage_$stage"
done
echo "took $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
