// SPDX-License-Identifier: Apache-2.0
//
// The whole pipeline of a segment, memory to memory, one thread, in GB of user data a
// CPU second, next to what its parts allow when each runs alone at the same moment:
//   put  seal + encode + MAC + wrap (+ hash, where the audit is public)
//   get  unwrap + open; with min(k, m) data shards lost also reconstruct
//   parts_GBps   1 / (sum of the parts' times per byte of user data)
//   of_parts     GBps / parts_GBps
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/shard/memory_cell_source.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/shard/segment_sealer.h"

namespace shadw::shard {
namespace {

constexpr uint32_t kStripes = 32;
constexpr double kPartSeconds = 0.05;
constexpr base::ByteArray<32> kKey{1};
constexpr base::ByteArray<12> kNonce{};

// Seconds for one call of `work`: the best of three rounds, in CPU time.
template <typename Work>
double SecondsFor(Work work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const std::clock_t start = std::clock();
    double seconds = 0;
    int calls = 0;
    do {
      work();
      ++calls;
      seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    } while (seconds < kPartSeconds);
    best = std::min(best, seconds / calls);
  }
  return best;
}

// What one stripe costs, part by part, when the stripe stays in cache.
struct Parts {
  double seal, encode, reconstruct, mac, wrap, hash, unwrap, open;
};

class Stripe {
 public:
  explicit Stripe(erasure::Code code)
      : code_(code), cells_(size_t{kPitch} * code.total_shards()), stored_(2 * kStored) {
    for (uint16_t j = 0; j < code.total_shards(); ++j) {
      if (j < code.data_shards) data_.push_back(Cell(j));
      if (j >= code.data_shards) parity_.push_back(Cell(j));
    }
  }

  Parts Measure() {
    const auto coder = erasure::ReedSolomon::Create(code_).value();
    crypto::AesGcm cipher(kKey);
    crypto::Gmac mac(kKey, kNonce);
    crypto::LeafHasher hasher;
    std::vector<Hash> leaves(16);
    base::Buffer plain(kCellBytes - kTagBytes);
    Parts parts{};
    const double k = code_.data_shards;
    const double n = code_.total_shards();
    parts.seal = k * SecondsFor([&] { cipher.Seal(kNonce, {}, plain.span(), Cell(0)); });
    parts.open = k * SecondsFor([&] {
                   benchmark::DoNotOptimize(cipher.Open(kNonce, {}, Cell(0), plain.span()));
                 });
    parts.encode = SecondsFor([&] { coder.Encode(data_, parity_).IgnoreError(); });
    parts.mac = n * SecondsFor([&] { mac.Update(Cell(0)); });
    parts.wrap = n * SecondsFor([&] { cipher.Seal(kNonce, kKey, Cell(0), Stored()); });
    parts.unwrap = k * SecondsFor([&] {
                     benchmark::DoNotOptimize(cipher.Open(kNonce, kKey, Stored(), Cell(0)));
                   });
    // Two cells at a time, as the writer does: their leaves fill the hasher's lanes.
    parts.hash =
        n / 2 * SecondsFor([&] { hasher.Hash(stored_.span(), kStored / 8, leaves.data()); });
    parts.reconstruct = MeasureReconstruct(coder);
    return parts;
  }

 private:
  static constexpr size_t kPitch = kCellBytes + 320;
  static constexpr size_t kStored = kCellBytes + kTagBytes;

  base::MutableByteSpan Stored() { return stored_.span().first(kStored); }

  base::MutableByteSpan Cell(uint16_t j) { return cells_.span().subspan(j * kPitch, kCellBytes); }

  double MeasureReconstruct(const erasure::ReedSolomon& coder) {
    const uint16_t lost = std::min(code_.data_shards, code_.parity_shards);
    std::vector<erasure::ReedSolomon::Present> present;
    std::vector<erasure::ReedSolomon::Wanted> wanted;
    for (uint16_t j = 0; j < code_.total_shards(); ++j) {
      if (j < lost) {
        wanted.push_back({j, Cell(j)});
      } else {
        present.push_back({j, Cell(j)});
      }
    }
    return SecondsFor([&] { coder.Reconstruct(present, wanted).IgnoreError(); });
  }

  erasure::Code code_;
  base::Buffer cells_;
  base::Buffer stored_;
  std::vector<base::ByteSpan> data_;
  std::vector<base::MutableByteSpan> parity_;
};

struct Fixture {
  explicit Fixture(erasure::Code code, bool public_audit)
      : keys(VaultKeys::FromVaultKey(crypto::SecretKey::CopyOf(kKey)).ForName("benchmark", 0)),
        sealer(SegmentSealer::Create({.code = code, .max_stripes = kStripes}).value()),
        plain(sealer.geometry().capacity_bytes()) {
    random.Fill(plain.span());
    label.flags = kFlagLast | (public_audit ? 0 : kFlagPrivate);
    label.nodes.resize(code.total_shards());
  }
  void Seal() {
    const SealContext context{&random, nullptr};
    sealer.Seal(keys, label, {.object_bytes = plain.size()}, plain.span(), context).IgnoreError();
  }

  crypto::SystemRandom random;
  ObjectKeys keys;
  SegmentSealer sealer;
  base::Buffer plain;
  SegmentLabel label;
};

void Report(benchmark::State& state, double user_bytes, double stripe_seconds, double stripe_bytes,
            double seconds) {
  const double speed = user_bytes * static_cast<double>(state.iterations()) / seconds / 1e9;
  const double ceiling = stripe_bytes / stripe_seconds / 1e9;
  state.counters["GBps"] = speed;
  state.counters["parts_GBps"] = ceiling;
  state.counters["of_parts"] = speed / ceiling;
}

erasure::Code CodeOf(const benchmark::State& state) {
  return {static_cast<uint16_t>(state.range(0)), static_cast<uint16_t>(state.range(1))};
}

double StripeBytes(erasure::Code code) {
  return static_cast<double>(code.data_shards) * (kCellBytes - kTagBytes);
}

void Put(benchmark::State& state, bool public_audit) {
  const erasure::Code code = CodeOf(state);
  Fixture fixture(code, public_audit);
  fixture.Seal();
  const Parts parts = Stripe(code).Measure();
  const std::clock_t start = std::clock();
  for (auto _ : state) fixture.Seal();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double stripe =
      parts.seal + parts.encode + parts.mac + parts.wrap + (public_audit ? parts.hash : 0);
  Report(state, static_cast<double>(fixture.plain.size()), stripe, StripeBytes(code), seconds);
  const auto share = [&](double part) { return StripeBytes(code) / part / 1e9; };
  state.counters["seal"] = share(parts.seal);
  state.counters["code"] = share(parts.encode);
  state.counters["mac"] = share(parts.mac);
  state.counters["wrap"] = share(parts.wrap);
  if (public_audit) state.counters["hash"] = share(parts.hash);
}

void Get(benchmark::State& state, bool lossy) {
  const erasure::Code code = CodeOf(state);
  Fixture fixture(code, false);
  fixture.Seal();
  const uint16_t lost = lossy ? std::min(code.data_shards, code.parity_shards) : 0;
  std::vector<Header> headers;
  MemoryCellSource source(kCellBytes);
  for (uint16_t j = lost; j < code.total_shards(); ++j) {
    headers.push_back(OpenHeader(fixture.sealer.shard(j), fixture.keys, OpenTo::kRead).value());
    source.Add(j, fixture.sealer.shard(j));
  }
  const Parts parts = Stripe(code).Measure();
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    SegmentReader reader = SegmentReader::Create(fixture.keys, headers, &source).value();
    const absl::Status read =
        reader.Read(0, fixture.plain.size(), [](base::ByteSpan) { return absl::OkStatus(); });
    if (!read.ok()) state.SkipWithError(std::string(read.message()).c_str());
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double stripe = parts.unwrap + parts.open + (lossy ? parts.reconstruct : 0);
  Report(state, static_cast<double>(fixture.plain.size()), stripe, StripeBytes(code), seconds);
}

void Codes(benchmark::internal::Benchmark* benchmark) {
  for (const auto& [k, m] : {std::pair{4, 2}, {10, 4}, {16, 4}, {29, 51}}) {
    benchmark->Args({k, m});
  }
  benchmark->ArgNames({"k", "m"})->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(Put, audit_public, true)->Apply(Codes);
BENCHMARK_CAPTURE(Put, audit_private, false)->Apply(Codes);
BENCHMARK_CAPTURE(Get, nothing_lost, false)->Apply(Codes);
BENCHMARK_CAPTURE(Get, min_k_m_lost, true)->Apply(Codes);

}  // namespace
}  // namespace shadw::shard

BENCHMARK_MAIN();
