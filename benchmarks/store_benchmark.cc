// SPDX-License-Identifier: Apache-2.0
//
// Blobs per second in a directory store, in TMPDIR. Ceilings measured in the same run:
// one file written and synced with nothing around it (BM_RawWriteAndSync), and pread
// from one open, cached file (BM_RawRead). Buffered cases show the store's own cost.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"

namespace shadw::store {
namespace {

constexpr int64_t kCell = 32'784;
constexpr int64_t kShard = 1024 + 128 * kCell;

struct Fixture {
  explicit Fixture(bool sync) {
    std::string name = std::filesystem::temp_directory_path() / "shadw_bench_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path = name;
    store = DirectoryStore::Open({.directory = path / "store", .sync = sync}).value();
  }
  ~Fixture() {
    store.reset();
    std::filesystem::remove_all(path);
  }
  std::filesystem::path path;
  std::unique_ptr<DirectoryStore> store;
  crypto::SeededRandom random{1};
};

void SetBytes(benchmark::State& state, int64_t each) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * each);
}

// range(0) bytes a blob, range(1) blobs a flush, 0 = not synced at all.
void BM_Put(benchmark::State& state) {
  Fixture fixture(state.range(1) != 0);
  const base::Bytes bytes(state.range(0), 7);
  int64_t since_flush = 0;
  for (auto _ : state) {
    const absl::Status put = fixture.store->Put(fixture.random.Array<32>(), bytes, {});
    if (!put.ok()) state.SkipWithError(put.ToString().c_str());
    if (++since_flush == state.range(1)) {
      since_flush = 0;
      if (!fixture.store->Flush().ok()) state.SkipWithError("flush");
    }
  }
  SetBytes(state, state.range(0));
}
BENCHMARK(BM_Put)
    ->ArgNames({"bytes", "blobs_a_flush"})
    ->Args({1024, 0})
    ->Args({kShard, 0})
    ->Args({1024, 1})
    ->Args({1024, 16})
    ->Args({1024, 256})
    ->Args({kShard, 1})
    ->Args({kShard, 16})
    ->UseRealTime();

void BM_RawWriteAndSync(benchmark::State& state) {
  Fixture fixture(false);
  const base::Bytes bytes(state.range(0), 7);
  const std::string name = fixture.path / "raw";
  for (auto _ : state) {
    const int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, bytes.data(), bytes.size()) != state.range(0) || fdatasync(fd) != 0) {
      state.SkipWithError("write");
    }
    close(fd);
  }
  SetBytes(state, state.range(0));
}
BENCHMARK(BM_RawWriteAndSync)->Arg(1024)->Arg(kShard)->UseRealTime();

void BM_Get(benchmark::State& state) {
  Fixture fixture(false);
  std::vector<StorageId> ids;
  for (int i = 0; i < 64; ++i) {
    ids.push_back(fixture.random.Array<32>());
    if (!fixture.store->Put(ids.back(), base::Bytes(1024 + 8 * kCell, 7), {}).ok()) abort();
  }
  base::Buffer out(state.range(0));
  size_t i = 0;
  for (auto _ : state) {
    const auto got = fixture.store->Get(ids[i++ % ids.size()], 1024, out.span());
    if (!got.ok() || *got != out.size()) state.SkipWithError("get");
  }
  SetBytes(state, state.range(0));
}
BENCHMARK(BM_Get)->Arg(1024)->Arg(kCell)->Arg(8 * kCell);

void BM_RawRead(benchmark::State& state) {
  Fixture fixture(false);
  const base::Bytes bytes(1024 + 8 * kCell, 7);
  const int fd = open((fixture.path / "raw").c_str(), O_RDWR | O_CREAT, 0600);
  if (write(fd, bytes.data(), bytes.size()) < 0) abort();
  base::Buffer out(state.range(0));
  for (auto _ : state) {
    if (pread(fd, out.data(), out.size(), 1024) != state.range(0)) state.SkipWithError("read");
  }
  close(fd);
  SetBytes(state, state.range(0));
}
BENCHMARK(BM_RawRead)->Arg(1024)->Arg(kCell)->Arg(8 * kCell);

// Readers probe for many shards of which few are here.
void BM_StatMany(benchmark::State& state) {
  Fixture fixture(false);
  std::vector<StorageId> ids(1000);
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = fixture.random.Array<32>();
    if (static_cast<int64_t>(i) >= state.range(0)) continue;
    if (!fixture.store->Put(ids[i], base::Bytes(1024), {}).ok()) abort();
  }
  for (auto _ : state) {
    if (!fixture.store->StatMany(ids).ok()) state.SkipWithError("stat");
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_StatMany)->ArgNames({"present"})->Arg(0)->Arg(1000);

}  // namespace
}  // namespace shadw::store

BENCHMARK_MAIN();
