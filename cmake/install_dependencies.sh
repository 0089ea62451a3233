#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install_dependencies.sh [GROUP …]: installs the Debian packages that are missing, and
# only those. Where nothing is missing it needs neither root nor a network.
#   build    the library and the shadw application (the default)
#   test     the tests, benchmarks and checks
#   python   the Python package and its tests
#   fuzz     the fuzz targets under libFuzzer; running their corpora needs only `test`
#   interop  the DHT nodes of others that tests/interop talks to
set -euo pipefail

# package|why, one a line.
packages_build='
g++|compiles the library
cmake|configures the build
ninja-build|runs the build
pkg-config|finds the libraries that ship no CMake files
libabsl-dev|Abseil: status values and strings
libssl-dev|OpenSSL: AES-GCM, SHA-256
libsodium-dev|libsodium: XChaCha20-Poly1305, BLAKE2b, Ed25519, random keys
libsecp256k1-dev|libsecp256k1: BIP-32 keys
libisal-dev|ISA-L: Reed-Solomon
libzstd-dev|zstd: compression
libboost-dev|Boost.Asio: waiting for sockets
libcli11-dev|CLI11: the command line of the shadw application
nlohmann-json3-dev|JSON output of the shadw application'
# Made for x86-64 and found there only; elsewhere OpenSSL does its work.
if [ "$(uname -m)" = x86_64 ]; then
  packages_build+='
libipsec-mb-dev|libipsec-mb: faster AES-GCM and SHA-256'
fi
packages_test='
libgtest-dev|the C++ tests
libgmock-dev|the C++ tests
libbenchmark-dev|the benchmarks
clang-tidy|the checks of .clang-tidy
clang-format|the layout of the sources
python3|the checks of tests/tidy
ccache|compiles what several builds share only once'
packages_python='
python3-dev|headers for the extension module
python3-venv|an environment of its own for the Python tests'
packages_fuzz='
clang|libFuzzer
libclang-rt-14-dev|the sanitizer runtimes of clang'
packages_interop='
iproute2|network namespaces
python3-libtorrent|DHT nodes of libtorrent'
# Node.js often comes from elsewhere than Debian, and with npm inside.
if ! command -v node >/dev/null; then
  packages_interop+='
nodejs|DHT nodes of bittorrent-dht and hyperdht'
fi
if ! command -v npm >/dev/null; then
  packages_interop+='
npm|fetches bittorrent-dht and hyperdht'
fi

fail() {
  echo "install_dependencies: $*" >&2
  exit 1
}

installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

wanted=''
[ $# -gt 0 ] || set -- build
for group in "$@"; do
  case $group in
    build) wanted+=$packages_build ;;
    test) wanted+=$packages_test ;;
    python) wanted+=$packages_python ;;
    fuzz) wanted+=$packages_fuzz ;;
    interop) wanted+=$packages_interop ;;
    *) fail "got group '$group', need one of: build test python fuzz interop" ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this machine has no apt-get. Install what these Debian packages hold by your own means:
$wanted"
fi

missing=()
while IFS='|' read -r package why; do
  [ -n "$package" ] || continue
  if ! installed "$package"; then
    [ ${#missing[@]} -gt 0 ] || echo "install_dependencies: missing on this machine:"
    echo "  $package: $why"
    missing+=("$package")
  fi
done <<<"$wanted"

if [ ${#missing[@]} -eq 0 ]; then
  echo "install_dependencies: nothing is missing ($*)"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  fail "installing needs root. Run this once, then try again:
  sudo apt-get install --no-install-recommends ${missing[*]}"
fi

export DEBIAN_FRONTEND=noninteractive
echo "install_dependencies: installing ${missing[*]}"
apt-get -q update </dev/null || fail "apt-get update failed"
apt-get -q install -y --no-install-recommends "${missing[@]}" </dev/null ||
  fail "apt-get could not install: ${missing[*]}"
echo "install_dependencies: installed ${missing[*]}"
