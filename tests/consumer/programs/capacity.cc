// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::capacity and nothing else: a plot of 32 KiB whose origin is proved.
#include <cstdio>

#include "libshadw/capacity/fresh_plot.h"

int main() {
  using namespace shadw::capacity;
  const auto plot = FreshPlot::Make({.node_id = {}, .seed = {}, .labels_log2 = 10});
  if (!plot.ok()) return 1;
  const OriginChallenge challenge = {.seed = {1}, .openings = 2};
  const auto proof = plot->ProveOrigin(challenge);
  if (!proof.ok() || !VerifyOrigin(plot->commitment(), challenge, *proof).ok()) return 1;
  std::puts("capacity: ok");
  return 0;
}
