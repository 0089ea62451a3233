#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# prepare.sh SOURCE FOLDER: puts the agents in JavaScript and the packages they stand on
# into FOLDER, so that nothing is written to the source tree. Does nothing where FOLDER is
# up to date.
set -euo pipefail
source_dir=$1 folder=$2
mkdir -p "$folder"
cp "$source_dir"/*.js "$folder/"
if ! cmp -s "$source_dir/package-lock.json" "$folder/installed-lock.json"; then
  cp "$source_dir/package.json" "$source_dir/package-lock.json" "$folder/"
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
  cp "$source_dir/package-lock.json" "$folder/installed-lock.json"
fi
