// SPDX-License-Identifier: Apache-2.0
//
// Segments placed per second. The ceiling is one keyed BLAKE2b per node and segment,
// measured here: the counter `of_ceiling` is the ratio to it.
#include <benchmark/benchmark.h>

#include <ctime>
#include <string>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/random.h"
#include "libshadw/placement/placement.h"

namespace shadw::placement {
namespace {

constexpr base::ByteArray<32> kSeed = {1};

base::ByteArray<8> KeyOf(uint64_t number) {
  base::ByteArray<8> key;
  base::StoreLittleEndian(key.data(), number);
  return key;
}

// Five nodes share an owner, three a subnet, weights from 1 to 8.
std::vector<Node> MakeRoster(size_t count, bool weighted) {
  crypto::SeededRandom random(1);
  std::vector<Node> nodes(count);
  for (size_t i = 0; i < count; ++i) {
    nodes[i].id = random.Array<32>();
    if (weighted) nodes[i].weight = 1 + nodes[i].id[0] % 8;
    nodes[i].owner = std::to_string(i / 5);
    nodes[i].subnet = std::to_string(i / 3);
  }
  return nodes;
}

// In CPU time, as the library counts it: neighbours on the machine must not flatter.
double HashSecondsPerNode(const std::vector<Node>& nodes) {
  const std::clock_t start = std::clock();
  const size_t rounds = 1 + 50'000 / nodes.size();
  for (size_t round = 0; round < rounds; ++round) {
    for (const Node& node : nodes) {
      benchmark::DoNotOptimize(crypto::KdfPublic(kSeed, "placement", {KeyOf(round), node.id}));
    }
  }
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC /
         static_cast<double>(rounds * nodes.size());
}

void SetRates(benchmark::State& state, const std::vector<Node>& nodes) {
  const double ceiling = 1 / (HashSecondsPerNode(nodes) * static_cast<double>(nodes.size()));
  state.counters["segments"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["of_ceiling"] = benchmark::Counter(
      static_cast<double>(state.iterations()) / ceiling, benchmark::Counter::kIsRate);
}

void BM_Assign(benchmark::State& state) {
  const std::vector<Node> nodes = MakeRoster(state.range(0), state.range(2) != 0);
  const auto shards = static_cast<uint16_t>(state.range(1));
  const Rule rule = {.data_shards = 10};
  uint64_t segment = 0;
  for (auto _ : state) {
    const auto holders = Assign(nodes, shards, rule, kSeed, KeyOf(segment++));
    if (!holders.ok()) state.SkipWithError(holders.status().ToString().c_str());
    benchmark::DoNotOptimize(holders);
  }
  SetRates(state, nodes);
}
BENCHMARK(BM_Assign)
    ->ArgNames({"nodes", "shards", "weighted"})
    ->Args({14, 14, 0})
    ->Args({100, 14, 0})
    ->Args({100, 14, 1})
    ->Args({1000, 14, 1})
    ->Args({1000, 80, 1})
    ->Args({10'000, 14, 1});

void BM_Rank(benchmark::State& state) {
  const std::vector<Node> nodes = MakeRoster(state.range(0), true);
  uint64_t segment = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Rank(nodes, kSeed, KeyOf(segment++)));
  SetRates(state, nodes);
}
BENCHMARK(BM_Rank)->ArgNames({"nodes"})->Arg(100)->Arg(1000);

}  // namespace
}  // namespace shadw::placement

BENCHMARK_MAIN();
