#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# format.sh ROOT: every C++ file is laid out as .clang-format says.
set -euo pipefail
cd "$1"
find benchmarks bindings examples libshadw tests -name vectors -prune -o \
  \( -name '*.cc' -o -name '*.h' \) -print0 | xargs -0 clang-format --dry-run --Werror
