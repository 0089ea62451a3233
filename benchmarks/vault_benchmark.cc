// SPDX-License-Identifier: Apache-2.0
//
// Objects a second through a vault of 14 stores, 10+4, one thread. The stores count what
// they are asked, so that a figure can be explained: "ids" and "calls" are per object.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/counting_store.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {
namespace {

struct Fixture {
  Fixture() {
    Options options{.clock = &clock, .random = &random};
    for (int i = 0; i < 14; ++i) {
      auto memory = std::make_unique<store::MemoryStore>(
          store::MemoryStore::Options{.node_id = random.Array<32>()});
      options.stores.push_back(std::make_shared<CountingStore>(std::move(memory), &asked));
    }
    vault.emplace(
        Vault::Open(options, shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value()).value());
  }

  absl::Status Put(const std::string& name, base::ByteSpan bytes) {
    return vault->Put(name, SourceOver(bytes)).status();
  }

  base::ManualClock clock{base::FromUnixSeconds(1'800'000'000)};
  crypto::SeededRandom random{1};
  Asked asked;
  std::optional<Vault> vault;
};

void Report(benchmark::State& state, const Asked& asked) {
  state.SetItemsProcessed(state.iterations());
  state.counters["calls"] =
      benchmark::Counter(static_cast<double>(asked.calls), benchmark::Counter::kAvgIterations);
  state.counters["ids"] =
      benchmark::Counter(static_cast<double>(asked.ids), benchmark::Counter::kAvgIterations);
}

// range(0) bytes an object. New names, or the same one again and again.
void PutObjects(benchmark::State& state, bool fresh) {
  Fixture fixture;
  const base::Bytes bytes(static_cast<size_t>(state.range(0)), 7);
  int64_t count = 0;
  for (int i = 0; i < 3; ++i) fixture.Put("the one", bytes).IgnoreError();
  fixture.asked = {};
  for (auto _ : state) {
    const std::string name = fresh ? absl::StrCat("object ", count++) : "the one";
    const absl::Status put = fixture.Put(name, bytes);
    if (!put.ok()) state.SkipWithError(put.ToString().c_str());
  }
  Report(state, fixture.asked);
}
void BM_PutNew(benchmark::State& state) { PutObjects(state, true); }
void BM_PutAgain(benchmark::State& state) { PutObjects(state, false); }
BENCHMARK(BM_PutNew)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_PutAgain)->Arg(4096)->Arg(1 << 20);

void BM_Get(benchmark::State& state) {
  Fixture fixture;
  fixture.Put("the one", base::Bytes(static_cast<size_t>(state.range(0)), 7)).IgnoreError();
  fixture.asked = {};
  for (auto _ : state) {
    const auto got = fixture.vault->Get("the one", [](base::ByteSpan) { return absl::OkStatus(); });
    if (!got.ok()) state.SkipWithError(got.status().ToString().c_str());
  }
  Report(state, fixture.asked);
}
BENCHMARK(BM_Get)->Arg(4096)->Arg(1 << 20);

}  // namespace
}  // namespace shadw::vault

BENCHMARK_MAIN();
