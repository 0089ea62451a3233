// SPDX-License-Identifier: Apache-2.0
// Prints what golden_trace.h has to say. Exits with 1 where it says something else.
#include <cinttypes>
#include <cstdio>

#include "tests/scenario/golden_trace.h"

namespace {

using shadw::scenario::Network;

bool Compare(const char* name, Network network, uint64_t golden) {
  const auto run = shadw::scenario::RunDht(shadw::scenario::GoldenOptions(network));
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", run.status().ToString().c_str());
    return false;
  }
  const uint64_t print = shadw::scenario::FingerprintOf(*run);
  std::printf("inline constexpr uint64_t %s = 0x%016" PRIx64 ";\n", name, print);
  return print == golden;
}

}  // namespace

int main() {
  const bool mainline =
      Compare("kGoldenMainline", Network::kMainline, shadw::scenario::kGoldenMainline);
  const bool hyperdht =
      Compare("kGoldenHyperdht", Network::kHyperdht, shadw::scenario::kGoldenHyperdht);
  if (mainline && hyperdht) return 0;
  std::fprintf(stderr,
               "not what tests/scenario/golden_trace.h says; there is written what to do\n");
  return 1;
}
