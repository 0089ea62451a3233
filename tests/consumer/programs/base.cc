// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::base and nothing else.
#include <cstdio>

#include "libshadw/base/bytes.h"

int main() {
  const auto bytes = shadw::base::FromHex("00ff");
  if (!bytes.ok() || shadw::base::ToHex(*bytes) != "00ff") return 1;
  std::puts("base: ok");
  return 0;
}
