#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [SECONDS [TARGET …]]: each fuzz target under libFuzzer for so long (300), from
# its corpus; what it finds on the way stays under build/fuzz/found. Prints the number of
# executions. Needs `cmake/install_dependencies.sh build test fuzz`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-300}
cmake --preset fuzz >/dev/null
cmake --build build/fuzz -j "$(nproc)" >/dev/null
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do
    targets+=("$(basename "$source" _fuzz.cc)")
  done
fi

failed=0
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  mkdir -p "$found"
  log=$found.log
  if "build/fuzz/bin/${target}_fuzz" -max_total_time="$seconds" -artifact_prefix="$found.crash-" \
    "$found" "tests/fuzz/corpus/$target" >"$log" 2>&1 </dev/null; then
    echo "$target: $(grep -o 'Done .*' "$log")"
  else
    echo "$target: FAILED, see $log"
    tail -n 30 "$log"
    failed=1
  fi
done
exit $failed
