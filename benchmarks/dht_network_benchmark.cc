// SPDX-License-Identifier: Apache-2.0
//
// Networks of DHT nodes in virtual time: how fast they run, and what they are worth.
//   Scale      sessions of an hour, a lookup a minute and node, upkeep as it is by default,
//              every message encoded: node-seconds a second, bytes a node
//   Ideal      full tables, nobody leaves: hops and messages of a lookup, and how many found
//              exactly the k closest. The ideal figures stand beside them.
//   Churn      the fraction of lookups that found one of the k closest alive, and of gets
//              that found their value, by session, re-put and k
//   Liars      the fraction of gets that brought the honest value, k = 16
//   Eclipse    the same with ids placed closest to one target; messages of a get
// A case is one run with one seed; what it gives, but for its speed, is the same everywhere.
// `--benchmark_filter=Scale` for the speed alone: the others take minutes.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>

#include "benchmarks/cost.h"
#include "libshadw/scenario/dht_network.h"

namespace shadw::scenario {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Mean {
  double count = 0, hops = 0, messages = 0, success = 0, complete = 0;
};

Mean Of(const DhtColumns& columns, Deed deed, size_t k) {
  Mean mean;
  for (size_t i = 0; i < columns.deed.size(); ++i) {
    if (columns.deed[i] != static_cast<uint8_t>(deed)) continue;
    ++mean.count;
    mean.hops += columns.hops[i];
    mean.messages += columns.messages[i];
    mean.success += columns.success[i];
    mean.complete += columns.closest_found[i] >= k ? 1 : 0;
  }
  for (double* sum : {&mean.hops, &mean.messages, &mean.success, &mean.complete}) {
    *sum /= mean.count > 0 ? mean.count : 1;
  }
  return mean;
}

// Runs the options once an iteration; `show` fills the counters from the last run.
template <typename Show>
void Measure(benchmark::State& state, const DhtOptions& options, Show show) {
  for (auto _ : state) {
    const CostMeter meter;
    const auto start = std::chrono::steady_clock::now();
    const absl::StatusOr<DhtRun> run = RunDht(options);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!run.ok()) return state.SkipWithError(std::string(run.status().message()).c_str());
    show(*run);
    const auto sent = static_cast<double>(run->sums.datagrams.sent);
    state.counters["node_s_per_s"] = run->sums.node_seconds / took.count();
    state.counters["times_real_time"] = run->sums.simulated_s / took.count();
    state.counters["us_per_datagram"] = took.count() * 1e6 / sent;
    state.counters["bytes_per_node"] =
        meter.Read().peak_mib * 1024 * 1024 / static_cast<double>(options.nodes);
  }
}

void Scale(benchmark::State& state) {
  DhtOptions options{.seed = 1, .nodes = static_cast<size_t>(state.range(0))};
  options.mean_session = hours(1);
  options.duration = minutes(state.range(1));
  Measure(state, options, [&](const DhtRun& run) {
    state.counters["lookup_success"] = Of(run.columns, Deed::kLookup, 8).success;
  });
}

void Ideal(benchmark::State& state) {
  const bool wide = state.range(1) == 20;
  DhtOptions options{.seed = 1, .nodes = static_cast<size_t>(state.range(0))};
  options.network = wide ? Network::kHyperdht : Network::kMainline;
  options.approach.lookup_parallelism = static_cast<size_t>(state.range(2));
  options.duration = minutes(1);
  Measure(state, options, [&](const DhtRun& run) {
    const Mean lookups = Of(run.columns, Deed::kLookup, static_cast<size_t>(state.range(1)));
    state.counters["hops"] = lookups.hops;
    state.counters["messages"] = lookups.messages;
    state.counters["complete"] = lookups.complete;
    state.counters["ideal_hops"] = static_cast<double>(state.range(3)) / 100;
    state.counters["ideal_messages"] = static_cast<double>(state.range(4)) / 10;
  });
}

void Churn(benchmark::State& state) {
  DhtOptions options{.seed = 1, .nodes = static_cast<size_t>(state.range(0))};
  options.mean_session = minutes(state.range(1));
  options.node.republish_after = minutes(state.range(2));
  options.node.bucket_size = static_cast<size_t>(state.range(3));
  // Messages of 20 contacts are more than a stranger's query deserves; here nobody forges.
  options.node.guard.amplification_scale = 3;
  options.duration = hours(state.range(4));
  options.lookup_every = minutes(10);
  options.values = 200;
  Measure(state, options, [&](const DhtRun& run) {
    state.counters["lookup_success"] =
        Of(run.columns, Deed::kLookup, options.node.bucket_size).success;
    state.counters["get_success"] = Of(run.columns, Deed::kGet, 8).success;
  });
}

void Liars(benchmark::State& state) {
  DhtOptions options{.seed = 1, .nodes = 10'000};
  options.node.bucket_size = 16;
  options.node.guard.amplification_scale = 3;
  options.lie = static_cast<Lie>(state.range(0));
  options.liars_ppm = static_cast<uint32_t>(state.range(1)) * 10'000;
  options.approach.disjoint_paths = static_cast<size_t>(state.range(2));
  options.lookup_every = {};
  options.values = 100;
  options.get_every = std::chrono::milliseconds(100);
  options.duration = minutes(6);
  Measure(state, options, [&](const DhtRun& run) {
    const Mean gets = Of(run.columns, Deed::kGet, 16);
    state.counters["get_success"] = gets.success;
    state.counters["messages"] = gets.messages;
  });
}

void Eclipse(benchmark::State& state) {
  DhtOptions options{.seed = 1, .nodes = 10'000};
  options.sybils = static_cast<size_t>(state.range(0));
  options.approach.density_aware = state.range(1) != 0;
  options.lookup_every = {};
  options.values = 1;
  options.publish_after = minutes(17);
  options.get_every = std::chrono::milliseconds(200);
  options.duration = minutes(25);
  Measure(state, options, [&](const DhtRun& run) {
    const Mean gets = Of(run.columns, Deed::kGet, 8);
    state.counters["get_success"] = gets.success;
    state.counters["messages"] = gets.messages;
  });
}

BENCHMARK(Scale)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->ArgNames({"nodes", "minutes"})
    ->Args({10'000, 20})
    ->Args({100'000, 5});
BENCHMARK(Ideal)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->ArgNames({"nodes", "k", "alpha", "hops_e2", "messages_e1"})
    ->Args({1000, 8, 3, 225, 109})
    ->Args({10'000, 8, 3, 288, 129})
    ->Args({100'000, 8, 3, 351, 147})
    ->Args({100'000, 8, 5, 351, 200})
    ->Args({1000, 20, 10, 188, 278})
    ->Args({10'000, 20, 10, 232, 310})
    ->Args({100'000, 20, 10, 280, 368});
BENCHMARK(Churn)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->ArgNames({"nodes", "session_min", "reput_min", "k", "hours"})
    ->Args({10'000, 60, 30, 8, 6})
    ->Args({10'000, 10, 30, 8, 6})
    ->ArgsProduct({{2000}, {60, 10}, {15, 30, 60}, {8, 20}, {3}});
BENCHMARK(Liars)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->ArgNames({"lie", "percent", "paths"})
    ->ArgsProduct({{0, 1, 2}, {10, 20, 30}, {1, 4, 8}});
BENCHMARK(Eclipse)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->ArgNames({"sybils", "density_aware"})
    ->ArgsProduct({{20, 100}, {0, 1}});

}  // namespace
}  // namespace shadw::scenario

BENCHMARK_MAIN();
