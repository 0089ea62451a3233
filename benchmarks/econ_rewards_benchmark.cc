// SPDX-License-Identifier: Apache-2.0
//
// Participants rewarded, and years of an economy simulated, per second. Ceilings of the
// same run: a pass of the same doubles through a root and a division, which is what
// inexact NumPy does, and the bare stream of random words.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "libshadw/base/random_stream.h"
#include "libshadw/econ/durability.h"
#include "libshadw/econ/incentive.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {
namespace {

constexpr Amount kPool = 50'000'000'000'000;

std::vector<uint64_t> Reputations(size_t count) {
  base::RandomStream random({.seed = 1});
  std::vector<uint64_t> reputations(count);
  for (uint64_t& one : reputations) one = random.Next() >> 24;
  return reputations;
}

void SetRate(benchmark::State& state, uint64_t each) {
  state.counters["per_second"] = benchmark::Counter(static_cast<double>(state.iterations() * each),
                                                    benchmark::Counter::kIsRate);
}

void BM_SplitBySqrt(benchmark::State& state) {
  const std::vector<uint64_t> reputations = Reputations(static_cast<size_t>(state.range(0)));
  std::vector<Amount> shares(reputations.size());
  const SqrtSplitOptions options = {.remainder = static_cast<Remainder>(state.range(1))};
  for (auto _ : state) {
    const auto totals = SplitBySqrt(kPool, reputations, options, shares);
    if (!totals.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(shares.data());
  }
  SetRate(state, reputations.size());
}
BENCHMARK(BM_SplitBySqrt)
    ->ArgNames({"participants", "remainder"})
    ->ArgsProduct({{1'000, 10'000, 100'000, 1'000'000, 10'000'000},
                   {static_cast<int64_t>(Remainder::kBurn),
                    static_cast<int64_t>(Remainder::kLargestRemainder)}});

// The ceiling: the same in doubles, wrong in the last digits.
void BM_InexactSqrtSplit(benchmark::State& state) {
  const std::vector<uint64_t> reputations = Reputations(static_cast<size_t>(state.range(0)));
  std::vector<double> roots(reputations.size());
  std::vector<Amount> shares(reputations.size());
  for (auto _ : state) {
    double sum = 0;
    for (size_t i = 0; i < roots.size(); ++i) {
      sum += roots[i] = std::sqrt(static_cast<double>(reputations[i]));
    }
    for (size_t i = 0; i < roots.size(); ++i) {
      shares[i] = static_cast<Amount>(roots[i] / sum * static_cast<double>(kPool));
    }
    benchmark::DoNotOptimize(shares.data());
  }
  SetRate(state, reputations.size());
}
BENCHMARK(BM_InexactSqrtSplit)->ArgName("participants")->Arg(1'000'000);

void BM_SimulateNet(benchmark::State& state) {
  const NetDistributions inputs = {*Distribution::LogNormal(3, 0.5), *Distribution::Exponential(4),
                                   *Distribution::Normal(2, 0.5), *Distribution::Uniform(-1, 3)};
  const auto draws = static_cast<uint64_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(SimulateNet(inputs, {.draws = draws}));
  SetRate(state, draws);
}
BENCHMARK(BM_SimulateNet)->ArgName("draws")->RangeMultiplier(10)->Range(1'000, 10'000'000);

// The ceiling: two words, of which four draws are made.
void BM_RandomWords(benchmark::State& state) {
  base::RandomStream random({.seed = 1});
  for (auto _ : state) benchmark::DoNotOptimize(random.Next() ^ random.Next());
  SetRate(state, 1);
}
BENCHMARK(BM_RandomWords);

void BM_LazyRepair(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(LazyRepair({29, 35, 80, 182.5}));
  SetRate(state, 1);
}
BENCHMARK(BM_LazyRepair);

}  // namespace
}  // namespace shadw::econ

BENCHMARK_MAIN();
