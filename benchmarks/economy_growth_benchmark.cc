// SPDX-License-Identifier: Apache-2.0
//
// How the cost of the economy grows with what it is asked: a row for each power of ten of
// events, parties, participants, points, edges, runs, states, nodes and labels.
//   ns      CPU time of one of them
//   bytes   resident memory at its highest above where it stood, by one of them; inputs and
//           results of the caller's are not in it. Below some 10^5 it is what pages and the
//           allocator round up to
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <vector>

#include "benchmarks/cost.h"
#include "libshadw/base/random_stream.h"
#include "libshadw/base/units.h"
#include "libshadw/capacity/fresh_plot.h"
#include "libshadw/econ/bonding_curve.h"
#include "libshadw/econ/durability.h"
#include "libshadw/econ/incentive.h"
#include "libshadw/econ/split.h"
#include "libshadw/reputation/book.h"
#include "libshadw/reputation/eigentrust.h"
#include "libshadw/reputation/party_index.h"
#include "libshadw/telemetry/health_table.h"

namespace shadw {
namespace {

constexpr base::Time kNow = base::FromUnixSeconds(1'800'000'000);
constexpr double kEnough = 0.3;  // seconds of CPU time

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// `work` makes what it returns from nothing; once for its memory, then for its time until
// that is enough, at least three times where it is short.
template <typename Work>
void Measure(benchmark::State& state, double elements, Work work) {
  for (auto _ : state) {
    double bytes = 0;
    {
      const CostMeter meter;
      const auto kept = work();
      benchmark::DoNotOptimize(&kept);
      bytes = meter.Read().peak_mib * base::kMiB;
    }
    double best = 1e9;
    double spent = 0;
    for (int turn = 0; turn < 1000 && spent < kEnough; ++turn) {
      const double start = CpuSeconds();
      // The clock counts microseconds.
      const int calls = elements < 1e5 ? 20 : 1;
      for (int call = 0; call < calls; ++call) benchmark::DoNotOptimize(work());
      const double seconds = CpuSeconds() - start;
      spent += seconds;
      best = std::min(best, seconds / calls);
    }
    state.counters["ns"] = 1e9 * best / elements;
    state.counters["bytes"] = bytes / elements;
  }
}

void PowersOfTen(benchmark::internal::Benchmark* benchmark) {
  benchmark->RangeMultiplier(10)
      ->Range(1000, 10'000'000)
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

size_t Elements(const benchmark::State& state) { return static_cast<size_t>(state.range(0)); }

// --- reputation -----------------------------------------------------------------

struct Events {
  std::vector<reputation::Party> payers, providers;
  std::vector<base::Amount> amounts;

  Events(size_t count, size_t parties) : payers(count), providers(count), amounts(count) {
    base::RandomStream random({.seed = 1});
    for (size_t i = 0; i < count; ++i) {
      payers[i] = static_cast<reputation::Party>(random.Uniform(parties));
      providers[i] = static_cast<reputation::Party>(random.Uniform(parties));
      amounts[i] = random.Uniform(2000 * base::kBaseUnitsPerToken);
    }
  }
  reputation::Payments span() const { return {payers, providers, amounts}; }
};

void PaymentEvents(benchmark::State& state) {
  constexpr size_t kParties = 1'000'000;
  const Events events(Elements(state), kParties);
  auto book = *reputation::ReputationBook::Create({}, kParties);
  Measure(state, static_cast<double>(Elements(state)),
          [&] { return book.Pay(kNow, events.span()); });
}
BENCHMARK(PaymentEvents)->Apply(PowersOfTen);

// Two changes each: nobody reaches the cap of a window.
void LoggedEvents(benchmark::State& state) {
  constexpr size_t kParties = 1'000'000;
  const Events events(Elements(state), kParties);
  reputation::PaymentPolicy policy;
  policy.cap_per_window.units = reputation::PaymentPolicy::kMaxCap;
  auto book = *reputation::ReputationBook::Create(policy, kParties);
  base::Time now = kNow;
  Measure(state, static_cast<double>(Elements(state)), [&] {
    now += std::chrono::hours(24);  // in which everybody may gain again
    std::vector<reputation::Change> log;
    if (!book.Pay(now, events.span(), &log).ok()) state.SkipWithError("refused");
    return log;
  });
}
BENCHMARK(LoggedEvents)->Apply(PowersOfTen);

// As many payments in each book, by parties.
void PartiesPaying(benchmark::State& state) {
  constexpr size_t kEvents = 4'000'000;
  const Events events(kEvents, Elements(state));
  auto book = *reputation::ReputationBook::Create({}, Elements(state));
  Measure(state, kEvents, [&] { return book.Pay(kNow, events.span()); });
}
BENCHMARK(PartiesPaying)->Apply(PowersOfTen);

// A book from nothing, and the ids of all who are in it.
void PartiesById(benchmark::State& state) {
  base::RandomStream random({.seed = 1});
  std::vector<reputation::PartyId> ids(Elements(state));
  for (auto& id : ids) random.Fill(id);
  std::vector<reputation::Party> numbers(ids.size());
  Measure(state, static_cast<double>(ids.size()), [&] {
    reputation::PartyIndex index(base::ByteArray<32>{1});
    auto book = *reputation::ReputationBook::Create({}, 0);
    if (!index.FindOrAdd(ids, numbers).ok() || !book.AddParties(index.size()).ok()) {
      state.SkipWithError("refused");
    }
    return std::pair(std::move(index), std::move(book));
  });
}
BENCHMARK(PartiesById)->Apply(PowersOfTen);

// Twenty edges a node; with clusters, all but one in a hundred to one of the thousand
// nodes around.
void Edges(benchmark::State& state) {
  const size_t edges = Elements(state);
  const size_t nodes = edges / 20;
  const bool clustered = state.range(1) != 0;
  base::RandomStream random({.seed = 1});
  std::vector<uint32_t> from(edges);
  std::vector<uint32_t> to(edges);
  std::vector<double> trust(edges);
  for (size_t i = 0; i < edges; ++i) {
    from[i] = static_cast<uint32_t>(random.Uniform(nodes));
    const size_t first = from[i] / 1000 * 1000;
    const bool near = clustered && random.Uniform(100) != 0;
    to[i] =
        static_cast<uint32_t>(near ? first + random.Uniform(std::min<size_t>(1000, nodes - first))
                                   : random.Uniform(nodes));
    trust[i] = static_cast<double>(random.Uniform(1 << 20));
  }
  uint32_t iterations = 0;
  Measure(state, static_cast<double>(edges), [&] {
    const auto graph =
        *reputation::TrustGraph::Create(nodes, {.from = from, .to = to, .trust = trust});
    const std::vector<uint32_t> first = {0};
    auto result = *reputation::Solve(graph, {.pre_trusted = first});
    iterations = result.iterations;
    return result;
  });
  state.counters["iterations"] = iterations;
  state.counters["ns_iteration"] =
      static_cast<double>(state.counters["ns"]) / std::max(1U, iterations);
}
BENCHMARK(Edges)
    ->ArgsProduct({{1000, 10'000, 100'000, 1'000'000, 10'000'000}, {0, 1}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

// --- econ -----------------------------------------------------------------------

void Split(benchmark::State& state, econ::Remainder remainder) {
  base::RandomStream random({.seed = 1});
  std::vector<uint64_t> reputations(Elements(state));
  for (uint64_t& one : reputations) one = random.Next() >> 24;
  std::vector<base::Amount> shares(reputations.size());
  Measure(state, static_cast<double>(shares.size()), [&] {
    return econ::SplitBySqrt(50'000'000'000'000, reputations, {.remainder = remainder}, shares);
  });
}
void ParticipantsFloor(benchmark::State& state) { Split(state, econ::Remainder::kBurn); }
BENCHMARK(ParticipantsFloor)->Apply(PowersOfTen);
void ParticipantsLargestRemainder(benchmark::State& state) {
  Split(state, econ::Remainder::kLargestRemainder);
}
BENCHMARK(ParticipantsLargestRemainder)->Apply(PowersOfTen);

void CurvePoints(benchmark::State& state) {
  base::RandomStream random({.seed = 1});
  std::vector<double> ts(Elements(state));
  for (double& t : ts) t = static_cast<double>(random.Next() >> 11) / 9007199254740992.0;
  std::vector<double> prices(ts.size());
  Measure(state, static_cast<double>(ts.size()), [&] {
    return econ::BezierPrices(ts, {1, 2, 4, 8}, base::FormulaMode::kCorrected, prices);
  });
}
BENCHMARK(CurvePoints)->Apply(PowersOfTen);

void MonteCarloRuns(benchmark::State& state) {
  using econ::Distribution;
  const econ::NetDistributions inputs = {
      *Distribution::LogNormal(3, 0.5), *Distribution::Uniform(1, 4), *Distribution::Normal(2, 0.5),
      *Distribution::Uniform(-1, 3)};
  Measure(state, static_cast<double>(Elements(state)),
          [&] { return econ::SimulateNet(inputs, {.draws = Elements(state)}); });
}
BENCHMARK(MonteCarloRuns)->Apply(PowersOfTen);

void ChainStates(benchmark::State& state) {
  const auto shards = static_cast<uint32_t>(state.range(0));
  Measure(state, shards, [&] { return econ::LazyRepair({shards / 4, shards / 2, shards, 182.5}); });
}
BENCHMARK(ChainStates)->RangeMultiplier(4)->Range(16, 1024)->Iterations(1);

// --- telemetry and capacity --------------------------------------------------------

void HealthNodes(benchmark::State& state) {
  std::vector<base::Bytes> reports(Elements(state));
  for (uint64_t node = 0; node < reports.size(); ++node) {
    base::ByteArray<32> seed{};
    std::memcpy(seed.data(), &node, sizeof(node));
    reports[node] = *telemetry::SignReport(crypto::Ed25519Signer(seed), 1, {.taken = kNow});
  }
  for (auto _ : state) {
    telemetry::HealthTable table({});
    const CostMeter meter;
    const double start = CpuSeconds();
    for (const base::Bytes& report : reports) {
      if (!table.Ingest(kNow, report).ok()) state.SkipWithError("refused");
    }
    const auto nodes = static_cast<double>(reports.size());
    state.counters["ns"] = 1e9 * (CpuSeconds() - start) / nodes;
    state.counters["bytes"] = meter.Read().peak_mib * base::kMiB / nodes;
  }
}
BENCHMARK(HealthNodes)
    ->RangeMultiplier(10)
    ->Range(1000, 100'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

// Of 32 bytes.
void PlotLabels(benchmark::State& state) {
  const auto labels_log2 = static_cast<uint32_t>(state.range(0));
  for (auto _ : state) {
    const CostMeter meter;
    const double start = CpuSeconds();
    const auto plot = capacity::FreshPlot::Make({.labels_log2 = labels_log2});
    if (!plot.ok()) state.SkipWithError("refused");
    const auto labels = static_cast<double>(uint64_t{1} << labels_log2);
    state.counters["ns"] = 1e9 * (CpuSeconds() - start) / labels;
    state.counters["bytes"] = meter.Read().peak_mib * base::kMiB / labels;
  }
}
BENCHMARK(PlotLabels)
    ->ArgName("log2")
    ->DenseRange(10, 22, 3)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace shadw

BENCHMARK_MAIN();
