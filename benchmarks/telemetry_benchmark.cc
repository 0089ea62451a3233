// SPDX-License-Identifier: Apache-2.0
//
// What watching a network costs: counting requests, estimating round trips, signing and
// checking reports, keeping a table of them and telling peers of it. Each beside the least
// that such work needs, measured in the same run; `of_ceiling` is the ratio:
//   Record     one search in a hash table of as many clients
//   Rtt        a chain of as many multiplications and additions of doubles
//   Sign       the bare signature over as many bytes
//   Open       the bare verification
//   Ingest     the same, as a table opens what it takes in
//   Digest     one search in the table for each report that the digest names
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <unordered_map>
#include <vector>

#include "libshadw/base/random_stream.h"
#include "libshadw/telemetry/gossip.h"
#include "libshadw/telemetry/health_table.h"
#include "libshadw/telemetry/report.h"
#include "libshadw/telemetry/rtt_estimator.h"
#include "libshadw/telemetry/throughput.h"

namespace shadw::telemetry {
namespace {

constexpr base::Time kNow = base::FromUnixSeconds(1'800'000'000);

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Seconds of one call of `work(i)`, the best of five rounds of `calls`.
template <typename Work>
double Seconds(size_t calls, Work work) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const double start = CpuSeconds();
    for (size_t i = 0; i < calls; ++i) work(i);
    best = std::min(best, (CpuSeconds() - start) / static_cast<double>(calls));
  }
  return best;
}

void SetOfCeiling(benchmark::State& state, size_t each, double ceiling_seconds) {
  const double done = static_cast<double>(state.iterations()) * static_cast<double>(each);
  state.counters["per_second"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["of_ceiling"] =
      benchmark::Counter(done * ceiling_seconds, benchmark::Counter::kIsRate);
}

std::vector<uint64_t> Clients(size_t count) {
  base::RandomStream random({.seed = 1});
  std::vector<uint64_t> clients(1 << 16);
  for (uint64_t& client : clients) client = random.Uniform(count);
  return clients;
}

void BM_Record(benchmark::State& state) {
  const auto clients = Clients(static_cast<size_t>(state.range(0)));
  std::unordered_map<uint64_t, uint64_t> counts;
  const double ceiling = Seconds(clients.size(), [&](size_t i) { ++counts[clients[i]]; });
  RateMeter meter = *RateMeter::Create({});
  base::Time now = kNow;
  for (auto _ : state) {
    for (const uint64_t client : clients) {
      now += std::chrono::microseconds(100);
      if (!meter.Record(now, client).ok()) state.SkipWithError("refused");
    }
  }
  benchmark::DoNotOptimize(meter.ObservedRps(now));
  SetOfCeiling(state, clients.size(), ceiling);
}
BENCHMARK(BM_Record)->ArgName("clients")->RangeMultiplier(10)->Range(1000, 1'000'000);

void BM_Rtt(benchmark::State& state) {
  base::RandomStream random({.seed = 1});
  std::vector<base::Duration> times(4096);
  for (auto& time : times) time = std::chrono::microseconds(20'000 + random.Uniform(80'000));
  double smooth = 0;
  const double ceiling = Seconds(1 << 18, [&](size_t i) {
    smooth = smooth * 0.875 + static_cast<double>(times[i % times.size()].count()) * 0.125;
    benchmark::DoNotOptimize(smooth);
  });
  RttEstimator rtt;
  for (auto _ : state) {
    for (const base::Duration time : times) {
      rtt.Update(time);
      benchmark::DoNotOptimize(rtt);
    }
  }
  SetOfCeiling(state, times.size(), ceiling);
}
BENCHMARK(BM_Rtt);

crypto::Ed25519Signer SignerOf(uint64_t node) {
  base::ByteArray<32> seed{};
  std::memcpy(seed.data(), &node, sizeof(node));
  return crypto::Ed25519Signer(seed);
}

base::Bytes ReportOf(uint64_t node, uint64_t sequence) {
  return *SignReport(SignerOf(node), sequence, {.taken = kNow, .uptime_s = sequence});
}

// A signature over what a report signs, and whether it holds.
struct Bare {
  explicit Bare(const crypto::Ed25519Signer& by)
      : signer(by), message(kReportBytes - 64, 7), signature(by.Sign(message)) {}
  double SignSeconds() const {
    return Seconds(200, [&](size_t) { benchmark::DoNotOptimize(signer.Sign(message)); });
  }
  double VerifySeconds() const {
    return Seconds(200, [&](size_t) {
      benchmark::DoNotOptimize(crypto::Ed25519Verify(signer.public_key(), message, signature));
    });
  }

  const crypto::Ed25519Signer& signer;
  base::Bytes message;
  base::ByteArray<64> signature;
};

void BM_Sign(benchmark::State& state) {
  const crypto::Ed25519Signer signer = SignerOf(1);
  const double ceiling = Bare(signer).SignSeconds();
  uint64_t sequence = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(SignReport(signer, ++sequence, {.taken = kNow}));
  }
  SetOfCeiling(state, 1, ceiling);
}
BENCHMARK(BM_Sign);

void BM_Open(benchmark::State& state) {
  const crypto::Ed25519Signer signer = SignerOf(1);
  const double ceiling = Bare(signer).VerifySeconds();
  const base::Bytes bytes = ReportOf(1, 1);
  for (auto _ : state) {
    if (!OpenReport(bytes).ok()) state.SkipWithError("refused");
  }
  SetOfCeiling(state, 1, ceiling);
}
BENCHMARK(BM_Open);

// News of every node of a full table.
void BM_Ingest(benchmark::State& state) {
  const auto nodes = static_cast<uint64_t>(state.range(0));
  const crypto::Ed25519Signer signer = SignerOf(1);
  const double ceiling = Bare(signer).VerifySeconds();
  HealthTable table({});
  uint64_t sequence = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<base::Bytes> reports;
    for (uint64_t node = 0; node < nodes; ++node) {
      reports.push_back(*SignReport(SignerOf(node), sequence + 1,
                                    {.taken = kNow + std::chrono::seconds(sequence)}));
    }
    ++sequence;
    state.ResumeTiming();
    for (const base::Bytes& report : reports) {
      if (!table.Ingest(kNow + std::chrono::seconds(sequence), report).ok()) {
        state.SkipWithError("refused");
      }
    }
  }
  SetOfCeiling(state, nodes, ceiling);
}
BENCHMARK(BM_Ingest)->ArgName("nodes")->Arg(1000)->Arg(10'000)->Iterations(1);

// A round of one node towards a peer that knows the same: digests made, sent and read.
void BM_Digest(benchmark::State& state) {
  const auto nodes = static_cast<uint64_t>(state.range(0));
  const auto endpoint = [](uint8_t last) { return base::Endpoint::V4(10, 0, 0, last, 4000); };
  base::RandomStream random({.seed = 1});
  Gossip from({}, &random, kNow);
  Gossip to({}, &random, kNow);
  bool ok = from.AddPeer(endpoint(2)).ok() && to.AddPeer(endpoint(1)).ok();
  for (uint64_t node = 0; node < nodes; ++node) {
    const base::Bytes report = ReportOf(node, 1);
    ok = ok && from.Publish(kNow, report).ok() && to.Publish(kNow, report).ok();
  }
  uint64_t bytes = 0;
  base::Time now = kNow;
  for (auto _ : state) {
    now = std::max(now, *from.NextTimeout());
    from.HandleTimeout(now);
    while (const auto transmit = from.PollTransmit()) {
      bytes += transmit->bytes.size();
      to.HandleMessage(now, endpoint(1), transmit->bytes);
    }
    while (to.PollTransmit()) ok = false;  // there is nothing to ask for
  }
  if (!ok) state.SkipWithError("refused, or asked for what it knew");
  const double bytes_each = static_cast<double>(bytes) / static_cast<double>(state.iterations());
  const auto named = static_cast<size_t>(bytes_each / 24);
  std::vector<NodeKey> keys;
  for (const auto& [key, entry] : to.table().entries()) keys.push_back(key);
  state.counters["bytes"] = bytes_each;
  SetOfCeiling(state, named, Seconds(named * 20, [&](size_t i) {
                 benchmark::DoNotOptimize(to.table().Find(keys[i * 7919 % keys.size()]));
               }));
}
BENCHMARK(BM_Digest)->ArgName("nodes")->Arg(100)->Arg(1000)->Arg(10'000);

}  // namespace
}  // namespace shadw::telemetry

BENCHMARK_MAIN();
