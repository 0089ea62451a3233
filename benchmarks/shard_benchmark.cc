// SPDX-License-Identifier: Apache-2.0
//
// The whole pipeline of a segment, memory to memory, one thread, in GB of user data a
// CPU second, next to what its parts allow when each runs alone at the same moment:
//   put  seal + encode + MAC + wrap (+ hash, where the audit is public)
//   get  unwrap + open; with min(k, m) data shards lost also reconstruct
//   parts_GBps   1 / (sum of the parts' times per byte of user data)
//   of_parts     GBps / parts_GBps
// Bound puts are held against sealing, coding, MACs, wrapping and the hash of every cell.
// Hashing for the public audit counts the tree over the leaves. Bound gets open into memory
// for the whole segment, since nothing may be handed on before the content root holds.
// Threads: two of them against one, taken in turns, in wall time:
//   of_one       GBps / GBps of one thread, the median of the turns
//   machine      the same for two threads that do that work each for itself: what other
//                programs leave of the two processors
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libshadw/crypto/merkle.h"
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
  double seal, encode, reconstruct, mac, wrap, hash, content, unwrap, open, open_to_keep;
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
    parts.open_to_keep = k * SecondsToKeep(cipher);
    parts.encode = SecondsFor([&] { coder.Encode(data_, parity_).IgnoreError(); });
    parts.mac = n * SecondsFor([&] { mac.Update(Cell(0)); });
    parts.wrap = n * SecondsFor([&] { cipher.Seal(kNonce, kKey, Cell(0), Stored()); });
    parts.unwrap = k * SecondsFor([&] {
                     benchmark::DoNotOptimize(cipher.Open(kNonce, kKey, Stored(), Cell(0)));
                   });
    // Two cells at a time, as the writer does: their leaves fill the hasher's lanes.
    parts.hash =
        n / 2 * SecondsFor([&] { hasher.Hash(stored_.span(), kStored / 8, leaves.data()); });
    const std::vector<Hash> shard_leaves(size_t{kStripes} * 8);
    parts.hash += n / kStripes *
                  SecondsFor([&] { benchmark::DoNotOptimize(crypto::MerkleRoot(shard_leaves)); });
    parts.content = k / 16 * SecondsFor([&] { hasher.Hash(SixteenCells(leaves)); });
    parts.reconstruct = MeasureReconstruct(coder);
    return parts;
  }

 private:
  double SecondsToKeep(crypto::AesGcm& cipher) {
    constexpr size_t kChunk = kCellBytes - kTagBytes;
    base::Buffer room(size_t{code_.data_shards} * kStripes * kChunk);
    std::ranges::fill(room.span(), uint8_t{0});
    size_t at = 0;
    return SecondsFor([&] {
      benchmark::DoNotOptimize(cipher.Open(kNonce, {}, Cell(0), room.span().subspan(at, kChunk)));
      at = (at + kChunk) % room.size();
    });
  }

  std::vector<crypto::LeafHasher::Leaf> SixteenCells(std::vector<Hash>& hashes) {
    std::vector<crypto::LeafHasher::Leaf> cells;
    for (size_t i = 0; i < 16; ++i) {
      cells.push_back({Cell(static_cast<uint16_t>(i % code_.total_shards())), &hashes[i]});
    }
    return cells;
  }

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
  explicit Fixture(erasure::Code code, bool public_audit, uint32_t stripes = kStripes,
                   base::WorkPool* pool = nullptr)
      : keys(VaultKeys::FromVaultKey(crypto::SecretKey::CopyOf(kKey)).ForName("benchmark", 0)),
        sealer(SegmentSealer::Create({.code = code, .max_stripes = stripes}, pool).value()),
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

void Put(benchmark::State& state, bool public_audit, bool bound) {
  const erasure::Code code = CodeOf(state);
  Fixture fixture(code, public_audit);
  if (bound) fixture.label.flags |= kFlagBound;
  fixture.Seal();
  const Parts parts = Stripe(code).Measure();
  const std::clock_t start = std::clock();
  for (auto _ : state) fixture.Seal();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double stripe = parts.seal + parts.encode + parts.mac + parts.wrap +
                        (public_audit ? parts.hash : 0) + (bound ? parts.content : 0);
  Report(state, static_cast<double>(fixture.plain.size()), stripe, StripeBytes(code), seconds);
  const auto share = [&](double part) { return StripeBytes(code) / part / 1e9; };
  state.counters["seal"] = share(parts.seal);
  state.counters["code"] = share(parts.encode);
  state.counters["mac"] = share(parts.mac);
  state.counters["wrap"] = share(parts.wrap);
  if (public_audit) state.counters["hash"] = share(parts.hash);
  if (bound) state.counters["content"] = share(parts.content);
}

// The shards of a sealed segment, without the first `lost`.
struct Stored {
  Stored(const Fixture& fixture, uint16_t lost) : source(kCellBytes) {
    for (uint16_t j = lost; j < fixture.label.nodes.size(); ++j) {
      headers.push_back(OpenHeader(fixture.sealer.shard(j), fixture.keys, OpenTo::kRead).value());
      source.Add(j, fixture.sealer.shard(j));
    }
  }
  absl::Status Read(const Fixture& fixture, base::WorkPool* pool = nullptr) {
    auto reader = SegmentReader::Create(fixture.keys, headers, &source, pool, std::move(room));
    if (!reader.ok()) return reader.status();
    const absl::Status read =
        reader->Read(0, fixture.plain.size(), [](base::ByteSpan) { return absl::OkStatus(); });
    room = reader->TakeRoom();
    return read;
  }

  std::vector<Header> headers;
  MemoryCellSource source;
  base::Buffer room;  // from segment to segment, as within an object
};

uint16_t LostOf(erasure::Code code, bool lossy) {
  return lossy ? std::min(code.data_shards, code.parity_shards) : 0;
}

void Get(benchmark::State& state, bool lossy, bool bound) {
  const erasure::Code code = CodeOf(state);
  Fixture fixture(code, false);
  if (bound) fixture.label.flags |= kFlagBound;
  fixture.Seal();
  Stored stored(fixture, LostOf(code, lossy));
  const Parts parts = Stripe(code).Measure();
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    const absl::Status read = stored.Read(fixture);
    if (!read.ok()) state.SkipWithError(std::string(read.message()).c_str());
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double stripe = parts.unwrap + (bound ? parts.open_to_keep + parts.content : parts.open) +
                        (lossy ? parts.reconstruct : 0);
  Report(state, static_cast<double>(fixture.plain.size()), stripe, StripeBytes(code), seconds);
}

double WallSeconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// `one` and `two` do the same work, on one thread and on two; `other` does it too, beside
// `one`.
struct Contest {
  std::function<void()> one, other, two;
};

void CompareThreads(benchmark::State& state, double bytes, const Contest& contest) {
  std::vector<double> ratios;
  std::vector<double> speeds;
  std::vector<double> machine;
  const auto helper = base::WorkPool::Create(2).value();
  for (auto _ : state) {
    const double alone = WallSeconds(contest.one);
    const double together = WallSeconds(contest.two);
    const double both = WallSeconds([&] {
      const auto work = [&](size_t lane) {
        (lane == 0 ? contest.one : contest.other)();
        return absl::OkStatus();
      };
      helper->Run(2, work).IgnoreError();
    });
    ratios.push_back(alone / together);
    machine.push_back(2 * alone / both);
    speeds.push_back(bytes / together / 1e9);
  }
  state.counters["GBps"] = Median(speeds);
  state.counters["of_one"] = Median(ratios);
  state.counters["machine"] = Median(machine);
}

void PutThreads(benchmark::State& state, bool public_audit) {
  const auto pool = base::WorkPool::Create(2).value();
  Fixture one(CodeOf(state), public_audit);
  Fixture other(CodeOf(state), public_audit);
  Fixture two(CodeOf(state), public_audit, kStripes, pool.get());
  for (Fixture* fixture : {&one, &other, &two}) fixture->Seal();
  CompareThreads(state, static_cast<double>(one.plain.size()),
                 {[&] { one.Seal(); }, [&] { other.Seal(); }, [&] { two.Seal(); }});
}

void GetThreads(benchmark::State& state, bool lossy) {
  const auto pool = base::WorkPool::Create(2).value();
  Fixture fixture(CodeOf(state), false);
  fixture.Seal();
  Stored stored(fixture, LostOf(CodeOf(state), lossy));
  Stored other(fixture, LostOf(CodeOf(state), lossy));
  const auto read_on = [&](Stored& shards, base::WorkPool* threads) {
    return [&, threads] { shards.Read(fixture, threads).IgnoreError(); };
  };
  CompareThreads(state, static_cast<double>(fixture.plain.size()),
                 {read_on(stored, nullptr), read_on(other, nullptr), read_on(stored, pool.get())});
}

void Codes(benchmark::internal::Benchmark* benchmark) {
  for (const auto& [k, m] : {std::pair{4, 2}, {10, 4}, {16, 4}, {29, 51}}) {
    benchmark->Args({k, m});
  }
  benchmark->ArgNames({"k", "m"})->Unit(benchmark::kMillisecond);
}

void ThreadCodes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({10, 4})->Args({29, 51})->ArgNames({"k", "m"})->Unit(benchmark::kMillisecond);
  benchmark->UseRealTime();
}

BENCHMARK_CAPTURE(Put, audit_public, true, false)->Apply(Codes);
BENCHMARK_CAPTURE(Put, audit_private, false, false)->Apply(Codes);
BENCHMARK_CAPTURE(Put, bound, false, true)->Apply(Codes);
BENCHMARK_CAPTURE(Get, nothing_lost, false, false)->Apply(Codes);
BENCHMARK_CAPTURE(Get, min_k_m_lost, true, false)->Apply(Codes);
BENCHMARK_CAPTURE(Get, bound, false, true)->Apply(Codes);
BENCHMARK_CAPTURE(PutThreads, audit_public, true)->Apply(ThreadCodes);
BENCHMARK_CAPTURE(PutThreads, audit_private, false)->Apply(ThreadCodes);
BENCHMARK_CAPTURE(GetThreads, nothing_lost, false)->Apply(ThreadCodes);
BENCHMARK_CAPTURE(GetThreads, min_k_m_lost, true)->Apply(ThreadCodes);

}  // namespace
}  // namespace shadw::shard

BENCHMARK_MAIN();
