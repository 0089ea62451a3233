#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SOURCE BUILD WORK CASE … : one use of libshadw from outside its tree. CTest
# calls it; `install` comes first and makes what the others use.
set -euo pipefail

source_dir=$1 build_dir=$2 work=$3 test_case=$4
shift 4
here=$source_dir/tests/consumer
prefix=$work/prefix
mkdir -p "$work"

fail() {
  echo "consumer: $*" >&2
  exit 1
}

# configure DIRECTORY PROJECT [cmake arguments …]
configure() {
  local build=$work/$1 project=$2
  shift 2
  rm -rf "$build"
  cmake -G Ninja -S "$here/$project" -B "$build" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$prefix" "$@"
}

# build_and_run DIRECTORY PROJECT [cmake arguments …]
build_and_run() {
  configure "$@"
  cmake --build "$work/$1" --target consumer
  "$work/$1/consumer"
}

# The staged copy is moved before anybody uses it: what only works where it was first
# installed, or where it was built, fails.
case_install() {
  rm -rf "$work/staging" "$prefix"
  cmake --install "$build_dir" --prefix "$work/staging" >/dev/null
  mv "$work/staging" "$prefix"
  local absolute
  absolute=$(grep -rIl -e "$source_dir" -e "$build_dir" "$prefix" || true)
  [ -z "$absolute" ] || fail "installed files name the place of the build: $absolute"
}

case_module() {
  local module=$1 program=$here/programs/$1.cc
  [ -f "$program" ] || fail "module '$module' has no program tests/consumer/programs/$module.cc"
  build_and_run "module-$module" find_package -DPROGRAM="$program" -DCOMPONENTS="$module" \
    -DLINK="shadw::$module" -DPRESENT="${2//,/;}" -DABSENT="${3//,/;}"
}

case_several() {
  build_and_run several find_package -DPROGRAM="$here/programs/erasure.cc" \
    -DCOMPONENTS="base;erasure" -DLINK="shadw::base;shadw::erasure"
}

case_every() {
  build_and_run every find_package -DPROGRAM="$here/programs/erasure.cc" \
    -DLINK=shadw::shadw -DPRESENT=shadw
}

# refused CASE PATTERN … : the configuration fails and its message has every pattern.
refused() {
  local name=$1 log=$work/errors-$1.log
  shift
  if configure "errors-$name" errors -DCASE="$name" >"$log" 2>&1; then
    fail "case '$name' was accepted"
  fi
  # CMake wraps long messages; compare them as one line.
  local text pattern
  text=$(tr -s ' \n' ' ' <"$log")
  for pattern in "$@"; do
    [[ $text == *"$pattern"* ]] || fail "case '$name': no '$pattern' in: $text"
  done
}

case_errors() {
  local name
  refused required "got component 'no_such_module'" "need one of: shadw base"
  refused package "component 'base' needs the package absl"
  for name in not_required quiet optional twice version unneeded; do
    configure "errors-$name" errors -DCASE="$name" >"$work/errors-$name.log" 2>&1 ||
      fail "case '$name': $(cat "$work/errors-$name.log")"
  done
  grep -q "no_such_module" "$work/errors-not_required.log" ||
    fail "an unknown component went by without a word"
  if grep -q "no_such_module" "$work/errors-quiet.log"; then
    fail "QUIET was not quiet"
  fi
}

case_pkg_config() {
  local pc_dir
  pc_dir=$(dirname "$(find "$prefix" -name libshadw.pc)")
  export PKG_CONFIG_PATH=$pc_dir
  pkg-config --validate libshadw
  # Word splitting is how pkg-config hands over its flags.
  # shellcheck disable=SC2046
  "${CXX:-c++}" -std=c++20 -O1 "$here/programs/erasure.cc" -o "$work/pkg_config" \
    $(pkg-config --static --cflags --libs libshadw)
  "$work/pkg_config"
}

case_fetch_content() {
  build_and_run fetch_content fetch_content -DLIBSHADW_SOURCE="$source_dir" \
    -DPROGRAM="$here/programs/erasure.cc"
}

"case_$test_case" "$@"
