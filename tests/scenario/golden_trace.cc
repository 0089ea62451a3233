// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/golden_trace.h"

#include <bit>
#include <concepts>

namespace shadw::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

template <typename T>
uint64_t BitsOf(T value) {
  if constexpr (std::floating_point<T>) {
    return std::bit_cast<uint64_t>(value);
  } else {
    return value;
  }
}

}  // namespace

DhtOptions GoldenOptions(Network network) {
  DhtOptions options{.seed = 21, .nodes = 120, .network = network};
  options.full_tables = network == Network::kMainline;  // otherwise they join one by one
  options.latency = std::make_shared<sim::TorusLatency>(
      sim::TorusLatency::Create({.farthest = milliseconds(150), .seed = 3}).value());
  options.duration = minutes(12);
  options.lookup_every = minutes(2);
  options.values = 5;
  options.get_every = std::chrono::seconds(1);
  options.approach = {.disjoint_paths = 2, .density_aware = true};
  options.liars_ppm = 100'000;
  options.lie = network == Network::kMainline ? Lie::kCollude : Lie::kWrong;
  options.faults = {.loss_ppm = 20'000, .duplicate_ppm = 10'000, .reorder_ppm = 10'000};
  options.faults.jitter_max = milliseconds(30);
  options.disturbances = {{Trouble::kOutage, minutes(5), minutes(2), 100'000}};
  if (network == Network::kMainline) {
    options.mean_session = minutes(15);
    options.sybils = 20;
    options.publish_after = minutes(3);
  } else {
    options.sessions = sim::QuantileTable::Weibull(minutes(15), 590'000).value();
  }
  return options;
}

uint64_t FingerprintOf(const DhtRun& run) {
  uint64_t print = run.sums.trace_hash;
  const auto take = [&](const auto& column) {
    for (const auto value : column) print = sim::Scramble(print ^ BitsOf(value));
  };
  const DhtColumns& columns = run.columns;
  take(columns.begun_s);
  take(columns.took_s);
  take(columns.deed);
  take(columns.node);
  take(columns.hops);
  take(columns.messages);
  take(columns.closest_found);
  take(columns.success);
  return print;
}

}  // namespace shadw::scenario
