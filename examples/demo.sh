#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh: one command shows the whole story. A real file is sealed, cut into shards that
# look like noise and spread over 14 stores; four stores are destroyed and the file is
# rebuilt; redundancy is repaired and four others are destroyed; then every name and
# index is gone and the root key alone recovers everything.
# Installs what is missing, builds `release`, leaves nothing behind but the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly least_bytes=$((64 << 20))
work=$(mktemp -d "${TMPDIR:-/tmp}/shadw-demo-XXXXXX")
readonly work shadw=$PWD/build/release/bin/shadw
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
started=$EPOCHREALTIME

# --- telling ------------------------------------------------------------------
since() {
  LC_ALL=C awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", to - from }'
}
mebibytes() {
  LC_ALL=C awk -v bytes="$1" 'BEGIN { printf "%.1f MiB", bytes / 1048576 }'
}
title() { printf '\n%s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
fail() {
  echo "demo: $*" >&2
  exit 1
}

# quietly COMMAND …: its output is kept in $work/output and shown where it fails.
quietly() {
  if ! "$@" >"$work/output" 2>&1; then
    tail -n 40 "$work/output" >&2
    fail "this failed: $*"
  fi
}

# timed COMMAND …: the last line of its output, and how long it took.
timed() {
  local from=$EPOCHREALTIME
  quietly "$@"
  say "$(tail -n 1 "$work/output")  [$(since "$from")]"
}

# --- measuring ----------------------------------------------------------------
readonly sample_bytes=1048576

# Bits of entropy per byte: 8 is noise.
entropy() {
  od -An -v -tu1 -w1 "$1" | LC_ALL=C awk '
    { count[$1]++ }
    END { for (b in count) { p = count[b] / NR; bits -= p * log(p) / log(2) }
          printf "%.4f", bits }'
}
compressed_percent() {
  LC_ALL=C awk -v a="$(gzip -9 -c "$1" | wc -c)" -v b="$(stat -c %s "$1")" \
    'BEGIN { printf "%.1f %%", 100 * a / b }'
}
describe_noise() {
  head -c "$sample_bytes" "$2" >"$work/sample"
  say "$1: entropy $(entropy "$work/sample") bits per byte," \
    "gzip -9 leaves $(compressed_percent "$work/sample")"
}

# --- the steps ----------------------------------------------------------------
build() {
  title "Building"
  quietly cmake/install_dependencies.sh build
  local from=$EPOCHREALTIME
  quietly cmake --preset release
  quietly cmake --build --preset release --target shadw
  say "built build/release/bin/shadw  [$(since "$from")]"
}

# The compiler's own programs and the C++ headers; more of the system where that is little.
gather_data() {
  local folder bytes=0
  local -a found=() candidates=()
  candidates=("$(dirname "$(g++ -print-prog-name=cc1plus)")" /usr/include/c++ /usr/include
    /usr/share/doc /usr/bin /usr/lib)
  for folder in "${candidates[@]}"; do
    [ -d "$folder" ] || continue
    found+=("${folder#/}")
    bytes=$((bytes + $(du -sb "$folder" | cut -f1)))
    [ ${#found[@]} -lt 2 ] || [ "$bytes" -lt $((least_bytes * 5 / 4)) ] || break
  done
  tar -C / -cf "$work/toolchain.tar" "${found[@]}" 2>"$work/output" || true
  bytes=$(stat -c %s "$work/toolchain.tar")
  [ "$bytes" -ge "$least_bytes" ] || fail "found $bytes bytes of data on this machine, need $least_bytes"
  printf 'Dear reader,\nthis was sealed.\n' >"$work/a letter.txt"
  chmod 750 "$work/a letter.txt"
  touch -d '2001-02-03 04:05:06.789 UTC' "$work/a letter.txt"
  title "The data: $(mebibytes "$bytes") of real files from this machine, and a letter"
  say "toolchain.tar = ${found[*]/#//}"
}

nodes=("$work"/node-{01..14})
stores=("${nodes[@]/#/--store=}")

put_everything() {
  title "Sealing and spreading over 14 stores, any 10 of which are enough"
  quietly "$shadw" keygen --out "$work/KEY"
  say "a new root key, $(tail -n 1 "$work/output")"
  timed "$shadw" put --key "$work/KEY" "${stores[@]}" "$work/toolchain.tar"
  timed "$shadw" put --key "$work/KEY" "${stores[@]}" "$work/a letter.txt"
  say "on disk now: $(mebibytes "$(du -sbc "${nodes[@]}" | tail -n 1 | cut -f1)") in" \
    "$(find "${nodes[@]}" -type f -path '*/blobs/*' | wc -l) files"
}

show_noise() {
  title "What a store sees"
  local shard
  shard=$(find "${nodes[0]}/blobs" -type f -size +1M | head -n 1)
  say "$(basename "$(dirname "$(dirname "$shard")")")/…: $(od -An -tx1 -N 24 "$shard" | tr -d '\n')"
  describe_noise "the file " "$work/toolchain.tar"
  describe_noise "one shard" "$shard"
}

# lose NUMBER …: destroys those stores.
lose() {
  local number
  for number in "$@"; do rm -rf "$work/node-$number"; done
  title "Stores $* are destroyed"
}

get_and_compare() {
  timed "$shadw" get --key "$work/KEY" "${stores[@]}" toolchain.tar --out "$work/rebuilt"
  cmp "$work/toolchain.tar" "$work/rebuilt" || fail "what came back differs"
  say "identical, byte for byte"
  rm "$work/rebuilt"
}

name_what_is_missing() {
  local from=$EPOCHREALTIME status=0
  "$shadw" verify --key "$work/KEY" "${stores[@]}" toolchain.tar >"$work/output" 2>&1 || status=$?
  [ $status -eq 1 ] || fail "verify exited with $status, need 1"
  say "verify: $(tail -n 1 "$work/output")  [$(since "$from")]"
  grep '^segment 0 ' "$work/output" | while read -r line; do say "   $line"; done
  sed -n 's/^shadw: warning: store .*\/\(.*\) is missing$/      store \1 is missing/p' \
    "$work/output"
}

repair_everything() {
  title "Repairing into fresh stores"
  timed "$shadw" repair --key "$work/KEY" "${stores[@]}" toolchain.tar
  timed "$shadw" repair --key "$work/KEY" "${stores[@]}" 'a letter.txt'
  timed "$shadw" verify --key "$work/KEY" "${stores[@]}" toolchain.tar
}

# Every file that is left, under a random name in one folder; and then the stores go.
scramble() {
  title "Every name and index is gone"
  mkdir "$work/pile"
  local file number=0
  while IFS= read -r -d '' file; do
    number=$((number + 1))
    mv "$file" "$work/pile/$(printf '%04x%04x-%06d' $RANDOM $RANDOM $number)"
  done < <(find "${nodes[@]}" -type f -print0 2>/dev/null | shuf -z)
  rm -rf "${nodes[@]}"
  say "$number files of all stores in one folder under random names; the stores are no more"
}

same_mode_and_time() {
  [ "$(stat -c '%a %Y %y' "$1")" = "$(stat -c '%a %Y %y' "$2")" ]
}

recover_everything() {
  title "Recovering with the root key alone"
  timed "$shadw" recover --key "$work/KEY" --store "$work/pile" --out "$work/recovered"
  local name
  for name in toolchain.tar 'a letter.txt'; do
    cmp "$work/$name" "$work/recovered/$name" || fail "$name differs"
    same_mode_and_time "$work/$name" "$work/recovered/$name" || fail "$name: mode or time differ"
    say "$name: identical, mode $(stat -c %a "$work/recovered/$name")," \
      "time $(stat -c %y "$work/recovered/$name" | cut -c1-23)"
  done
}

# --- main ---------------------------------------------------------------------
build
after_build=$EPOCHREALTIME
gather_data
put_everything
show_noise
lose 02 05 07 11
get_and_compare
name_what_is_missing
repair_everything
lose 01 03 08 14
get_and_compare
scramble
recover_everything
title "Done: $(since "$after_build") for the story, $(since "$started") in all. Nothing is left behind."
