// SPDX-License-Identifier: Apache-2.0
//
// Many small objects in a vault of 14 stores, 10+4, one thread: what a batch costs, and
// how one get, one put and a listing grow with the number of objects.
//
// "stored" is bytes stored over n/k x plaintext, catalogue included. "calls" and "ids" are
// what the stores are asked, "allocations" what the whole process allocates, each per turn;
// "peak_MiB" is how far resident memory rises.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/cost.h"
#include "benchmarks/counting_store.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {
namespace {

constexpr int kStores = 14;
constexpr double kRedundancy = 1.4;

std::string Numbered(int64_t i) { return absl::StrCat("folder/object-", i); }

// A vault of `objects` objects of `bytes` random bytes each.
struct Fixture {
  explicit Fixture(const std::filesystem::path& directory = {}) {
    Options options{.clock = &clock, .random = &random};
    const auto syncs = std::make_shared<store::SharedSyncs>();
    for (int i = 0; i < kStores; ++i) {
      std::shared_ptr<store::Store> store;
      if (directory.empty()) {
        memory.push_back(std::make_shared<store::MemoryStore>(
            store::MemoryStore::Options{.node_id = random.Array<32>()}));
        store = memory.back();
      } else {
        store = store::DirectoryStore::Open(
                    {.directory = directory / std::to_string(i), .syncs = syncs, .random = &random})
                    .value();
      }
      options.stores.push_back(std::make_shared<CountingStore>(std::move(store), &asked));
    }
    vault.emplace(
        Vault::Open(options, shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value()).value());
  }

  absl::Status PutMany(int64_t first, int64_t objects, base::ByteSpan content) {
    int64_t at = first;
    base::Bytes bytes = base::ToBytes(content);
    const ItemSource next = [&]() -> absl::StatusOr<std::optional<PutItem>> {
      if (at == first + objects) return std::nullopt;
      if (bytes.size() >= 8) base::StoreLittleEndian(bytes.data(), at);
      return PutItem{.name = Numbered(at++), .source = SourceOver(bytes), .mode = 0644};
    };
    const auto put = vault->PutMany(next);
    return put.ok() ? put->listed : put.status();
  }

  double StoredBytes() const {
    double bytes = 0;
    for (const auto& store : memory) bytes += static_cast<double>(store->used_bytes());
    return bytes;
  }

  base::ManualClock clock{base::FromUnixSeconds(1'800'000'000)};
  crypto::SeededRandom random{1};
  Asked asked;
  std::vector<std::shared_ptr<store::MemoryStore>> memory;
  std::optional<Vault> vault;
};

base::Bytes RandomContent(size_t bytes) {
  base::Bytes content(bytes);
  crypto::SeededRandom(9).Fill(content);
  return content;
}

void Report(benchmark::State& state, const Asked& asked, const CostMeter& meter) {
  const Cost cost = meter.Read();
  const auto a_turn = [](int64_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
  };
  state.SetItemsProcessed(state.iterations());
  state.counters["calls"] = a_turn(asked.calls);
  state.counters["ids"] = a_turn(asked.ids);
  state.counters["allocations"] = a_turn(cost.allocations);
  state.counters["peak_MiB"] = cost.peak_mib;
}

// range(0) objects of range(1) bytes, in one batch, into an empty vault.
void PutBatch(benchmark::State& state, bool to_disk) {
  const base::Bytes content = RandomContent(static_cast<size_t>(state.range(1)));
  const auto directory = std::filesystem::temp_directory_path() / "shadw-small-objects";
  double stored = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::remove_all(directory);
    if (to_disk) std::filesystem::create_directories(directory);
    auto fixture = std::make_unique<Fixture>(to_disk ? directory : std::filesystem::path());
    state.ResumeTiming();
    const absl::Status put = fixture->PutMany(0, state.range(0), content);
    if (!put.ok()) state.SkipWithError(put.ToString().c_str());
    state.PauseTiming();
    stored = fixture->StoredBytes();
    fixture.reset();
    std::filesystem::remove_all(directory);
    state.ResumeTiming();
  }
  const int64_t plain = state.range(0) * state.range(1);
  state.SetBytesProcessed(state.iterations() * plain);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  if (!to_disk) state.counters["stored"] = stored / (static_cast<double>(plain) * kRedundancy);
}
void BM_PutManyToMemory(benchmark::State& state) { PutBatch(state, false); }
void BM_PutManyToDisk(benchmark::State& state) { PutBatch(state, true); }
BENCHMARK(BM_PutManyToMemory)
    ->Args({10'000, 4096})
    ->Args({10'000, 256})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PutManyToDisk)->Args({10'000, 4096})->Unit(benchmark::kMillisecond);

// One vault of each size, filled when it is first needed.
Fixture& VaultOf(int64_t objects, benchmark::State& state) {
  static std::map<int64_t, std::unique_ptr<Fixture>> vaults;
  std::unique_ptr<Fixture>& fixture = vaults[objects];
  if (fixture == nullptr) {
    fixture = std::make_unique<Fixture>();
    const absl::Status put = fixture->PutMany(0, objects, RandomContent(256));
    if (!put.ok()) state.SkipWithError(put.ToString().c_str());
  }
  fixture->asked = {};
  return *fixture;
}

void BM_GetOneOf(benchmark::State& state) {
  Fixture& fixture = VaultOf(state.range(0), state);
  int64_t at = 0;
  const CostMeter meter;
  for (auto _ : state) {
    at = (at + 7'919) % state.range(0);
    const auto got =
        fixture.vault->Get(Numbered(at), [](base::ByteSpan) { return absl::OkStatus(); });
    if (!got.ok()) state.SkipWithError(got.status().ToString().c_str());
  }
  Report(state, fixture.asked, meter);
}

void BM_PutOneInto(benchmark::State& state) {
  Fixture& fixture = VaultOf(state.range(0), state);
  const base::Bytes content = RandomContent(256);
  int64_t at = 0;
  const CostMeter meter;
  for (auto _ : state) {
    // The same names at every size: none of them grows by this.
    const absl::Status put = fixture.PutMany(-1 - at++ % 8, 1, content);
    if (!put.ok()) state.SkipWithError(put.ToString().c_str());
  }
  Report(state, fixture.asked, meter);
}

void BM_ListAllOf(benchmark::State& state) {
  Fixture& fixture = VaultOf(state.range(0), state);
  const CostMeter meter;
  for (auto _ : state) {
    const auto listed = fixture.vault->List();
    if (!listed.ok() || listed->size() < static_cast<size_t>(state.range(0))) {
      state.SkipWithError("not all of them");
    }
  }
  Report(state, fixture.asked, meter);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void Sizes(benchmark::internal::Benchmark* of) {
  for (int64_t objects = 1; objects <= 1'000'000; objects *= 10) of->Arg(objects);
  of->Unit(benchmark::kMicrosecond);
}
BENCHMARK(BM_GetOneOf)->Apply(Sizes);
BENCHMARK(BM_PutOneInto)->Apply(Sizes);
BENCHMARK(BM_ListAllOf)->Apply(Sizes);

}  // namespace
}  // namespace shadw::vault

BENCHMARK_MAIN();
