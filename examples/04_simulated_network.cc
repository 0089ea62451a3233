// SPDX-License-Identifier: Apache-2.0
// Rehearses a DHT of a thousand nodes that come and go, in a network that loses one datagram
// in twenty, twice from the same seed: both runs are the same to the last byte.
#include <cstdio>
#include <memory>
#include <numeric>

#include "libshadw/scenario/dht_network.h"

using namespace shadw;
using namespace std::chrono_literals;

namespace {

struct Tally {
  double deeds = 0, good = 0;
};

Tally CountOf(const scenario::DhtColumns& columns, scenario::Deed deed) {
  Tally tally;
  for (size_t row = 0; row < columns.deed.size(); ++row) {
    if (columns.deed[row] != static_cast<uint8_t>(deed)) continue;
    tally.deeds += 1;
    tally.good += columns.success[row];
  }
  return tally;
}

scenario::DhtRun Run(uint64_t seed) {
  scenario::DhtOptions options{.seed = seed, .nodes = 1000};
  options.latency = std::make_shared<sim::TorusLatency>(
      sim::TorusLatency::Create({.nearest = 5ms, .farthest = 120ms, .seed = seed}).value());
  options.faults.loss_ppm = 50'000;
  options.duration = 10min;
  options.mean_session = 30min;
  options.values = 20;
  scenario::DhtRun run = scenario::RunDht(options).value();

  const auto& messages = run.columns.messages;
  const double sum = std::accumulate(messages.begin(), messages.end(), 0.0);
  const Tally lookups = CountOf(run.columns, scenario::Deed::kLookup);
  const Tally gets = CountOf(run.columns, scenario::Deed::kGet);
  std::printf(
      "%llu nodes left; %.0f lookups, %.2f%% of them good, %.1f messages each; %.2f%% of the gets; "
      "trace %016llx\n",
      static_cast<unsigned long long>(run.sums.departed), lookups.deeds,
      100 * lookups.good / lookups.deeds, sum / static_cast<double>(messages.size()),
      100 * gets.good / gets.deeds, static_cast<unsigned long long>(run.sums.trace_hash));
  return run;
}

}  // namespace

int main() {
  const scenario::DhtRun first = Run(7), again = Run(7), other = Run(8);
  const bool same = first.sums.trace_hash == again.sums.trace_hash &&
                    first.columns.messages == again.columns.messages;
  const Tally gets = CountOf(first.columns, scenario::Deed::kGet);
  const bool good = gets.good > 0.95 * gets.deeds;
  return same && good && first.sums.trace_hash != other.sums.trace_hash ? 0 : 1;
}
