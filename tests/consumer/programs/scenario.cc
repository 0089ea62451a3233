// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::scenario and nothing else: a hundred nodes for a minute.
#include <cstdio>

#include "libshadw/scenario/dht_network.h"

int main() {
  const auto run = shadw::scenario::RunDht({.nodes = 100, .duration = std::chrono::minutes(1)});
  if (!run.ok() || run->columns.success.empty()) return 1;
  std::puts("scenario: ok");
  return 0;
}
