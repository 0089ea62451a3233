// SPDX-License-Identifier: Apache-2.0
//
// Payments a second that the book of reputation takes in, and seconds that EigenTrust
// needs from a list of edges to the trust of every node. The ceilings are measured here:
// for the book, adding to two random places of as many accounts; for EigenTrust, reading
// each edge once an iteration. `of_ceiling` is the ratio.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "libshadw/base/prefetch.h"
#include "libshadw/reputation/book.h"
#include "libshadw/reputation/eigentrust.h"
#include "libshadw/reputation/party_index.h"

namespace shadw::reputation {
namespace {

constexpr size_t kEvents = 1 << 22;
const base::Time kNow = base::FromUnixSeconds(1'700'000'000);

// Its numbers are the same on every machine.
class Draws {
 public:
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t x = state_;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }
  uint32_t Below(uint64_t count) { return static_cast<uint32_t>((Next() >> 32) * count >> 32); }

 private:
  uint64_t state_ = 1;
};

struct Events {
  std::vector<Party> payers;
  std::vector<Party> providers;
  std::vector<base::Amount> amounts;

  explicit Events(size_t parties) {
    Draws draws;
    for (size_t i = 0; i < kEvents; ++i) {
      payers.push_back(draws.Below(parties));
      providers.push_back(draws.Below(parties));
      amounts.push_back(draws.Next() % (2000 * base::kBaseUnitsPerToken));
    }
  }
  Payments span() const { return {payers, providers, amounts}; }
};

// In CPU time, as the library counts it: neighbours on the machine must not flatter.
double Seconds(std::clock_t since) {
  return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
}

// What the memory alone allows: both accounts fetched ahead, read and written.
double RandomAddsPerSecond(const Events& events, size_t parties) {
  struct alignas(16) Account {
    uint64_t units = 0;
    uint64_t other = 0;
  };
  base::Buffer memory(parties * sizeof(Account));
  auto* const accounts = reinterpret_cast<Account*>(memory.data());
  std::fill_n(accounts, parties, Account{});
  constexpr size_t kAhead = 24;
  const std::clock_t start = std::clock();
  for (size_t i = 0; i + kAhead < kEvents; ++i) {
    base::PrefetchLines(&accounts[events.payers[i + kAhead]], 1);
    base::PrefetchLines(&accounts[events.providers[i + kAhead]], 1);
    accounts[events.payers[i]].units += events.amounts[i];
    accounts[events.providers[i]].units += events.amounts[i];
  }
  benchmark::DoNotOptimize(accounts);
  benchmark::ClobberMemory();
  return kEvents / Seconds(start);
}

void SetRates(benchmark::State& state, const Events& events, size_t parties) {
  const double done = static_cast<double>(state.iterations()) * kEvents;
  state.counters["payments"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["of_ceiling"] =
      benchmark::Counter(done / RandomAddsPerSecond(events, parties), benchmark::Counter::kIsRate);
}

void BM_Pay(benchmark::State& state) {
  const auto parties = static_cast<size_t>(state.range(0));
  const bool logged = state.range(1) != 0;
  const Events events(parties);
  ReputationBook book = *ReputationBook::Create({}, parties);
  std::vector<Change> log;
  base::Time now = kNow;
  for (auto _ : state) {
    log.clear();
    now += std::chrono::hours(24);
    const absl::Status status = book.Pay(now, events.span(), logged ? &log : nullptr);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
  }
  SetRates(state, events, parties);
}
BENCHMARK(BM_Pay)
    ->ArgNames({"parties", "log"})
    ->Args({1000, 0})
    ->Args({100'000, 0})
    ->Args({1'000'000, 0})
    ->Args({10'000'000, 0})
    ->Args({1'000'000, 1})
    ->Unit(benchmark::kMillisecond);

// From two columns of 32-byte ids.
void BM_PayByIds(benchmark::State& state) {
  const auto parties = static_cast<size_t>(state.range(0));
  const Events events(parties);
  std::vector<PartyId> payers(kEvents);
  std::vector<PartyId> providers(kEvents);
  const auto id_of = [](Party party) {
    Draws draws;
    PartyId id{};
    for (size_t i = 0; i < id.size(); ++i) id[i] = static_cast<uint8_t>(draws.Next());
    for (size_t i = 0; i < 4; ++i) id[7 * i] = static_cast<uint8_t>(party >> 8 * i);
    return id;
  };
  for (size_t i = 0; i < kEvents; ++i) {
    payers[i] = id_of(events.payers[i]);
    providers[i] = id_of(events.providers[i]);
  }
  PartyIndex index(base::ByteArray<32>{1});
  ReputationBook book = *ReputationBook::Create({}, 0);
  std::vector<Party> from(kEvents);
  std::vector<Party> to(kEvents);
  for (auto _ : state) {
    bool ok = index.FindOrAdd(payers, from).ok() && index.FindOrAdd(providers, to).ok();
    ok = ok && book.AddParties(index.size() - book.parties()).ok();
    if (!ok || !book.Pay(kNow, {from, to, events.amounts}).ok()) state.SkipWithError("refused");
  }
  SetRates(state, events, parties);
}
BENCHMARK(BM_PayByIds)->ArgName("parties")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

struct Graph {
  std::vector<uint32_t> from;
  std::vector<uint32_t> to;
  std::vector<double> trust;
};

// Twenty edges a node; clustered: all but one in a hundred of them to one of the thousand
// nodes around.
Graph MakeGraph(size_t nodes, bool clustered) {
  Draws draws;
  Graph graph;
  for (size_t i = 0; i < 20 * nodes; ++i) {
    const uint32_t from = draws.Below(nodes);
    const bool near = clustered && draws.Below(100) != 0;
    const size_t first = from / 1000 * 1000;
    graph.from.push_back(from);
    graph.to.push_back(
        near ? static_cast<uint32_t>(first + draws.Below(std::min<size_t>(1000, nodes - first)))
             : draws.Below(nodes));
    graph.trust.push_back(static_cast<double>(draws.Next() >> 11) / 9007199254740992.0);
  }
  return graph;
}

void BM_EigenTrust(benchmark::State& state) {
  const auto nodes = static_cast<size_t>(state.range(0));
  const Graph graph = MakeGraph(nodes, state.range(1) != 0);
  uint32_t iterations = 0;
  double building = 0;
  for (auto _ : state) {
    const std::clock_t start = std::clock();
    const auto built =
        TrustGraph::Create(nodes, {.from = graph.from, .to = graph.to, .trust = graph.trust});
    building += Seconds(start);
    const std::vector<uint32_t> first = {0};
    const auto result = Solve(*built, {.pre_trusted = first});
    if (!result.ok()) state.SkipWithError(result.status().ToString().c_str());
    iterations = result->iterations;
  }
  // 12 bytes of each edge from memory, in every iteration, and 16 to build it.
  const size_t bytes = graph.from.size() * 12;
  const std::vector<uint64_t> memory(bytes / 8, 1);
  const std::clock_t start = std::clock();
  uint64_t sum = 0;
  for (const uint64_t word : memory) sum += word;
  benchmark::DoNotOptimize(sum);
  const double ceiling = Seconds(start) * (iterations + 2);
  state.counters["iterations"] = iterations;
  state.counters["building"] = building / static_cast<double>(state.iterations());
  state.counters["of_ceiling"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * ceiling, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_EigenTrust)
    ->ArgNames({"nodes", "clustered"})
    ->ArgsProduct({{1000, 10'000, 100'000, 1'000'000}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace shadw::reputation

BENCHMARK_MAIN();
