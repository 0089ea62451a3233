// SPDX-License-Identifier: Apache-2.0
//
// How the cost of one object grows with its size and with the width of its code: one put
// and one get, each through a vault of its own, one thread, directory stores that do not
// sync, bytes that do not compress.
//   put_s, get_s          CPU time, the kernel's included: median of the turns
//   put_peak_MiB, ...     resident memory at its highest, above where it stood: the most
//   put_allocations, ...  median
//   stored                bytes of all shards, heads and catalogue over n/k x plaintext
// The stores lie in TMPDIR, where the largest takes 11.3 GiB: on a disk, CPU time is mostly
// the kernel's for writing back; in /dev/shm it is ours.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/cost.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {
namespace {

constexpr uint64_t kMiB = 1 << 20;

struct Series {
  void Add(double cpu_seconds, const Cost& cost) {
    seconds.push_back(cpu_seconds);
    peak_mib.push_back(cost.peak_mib);
    allocations.push_back(static_cast<double>(cost.allocations));
  }
  void Report(benchmark::State& state, const std::string& what) {
    for (auto* values : {&seconds, &peak_mib, &allocations}) std::ranges::sort(*values);
    if (seconds.empty()) return;
    state.counters[what + "_s"] = seconds[seconds.size() / 2];
    state.counters[what + "_peak_MiB"] = peak_mib.back();
    state.counters[what + "_allocations"] = allocations[allocations.size() / 2];
  }

  std::vector<double> seconds, peak_mib, allocations;
};

template <typename Work>
absl::Status Measure(Series& series, Work work) {
  const CostMeter meter;
  const std::clock_t start = std::clock();
  const absl::Status status = work();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  series.Add(seconds, meter.Read());
  return status;
}

// The same noise again and again, farther apart than a frame is long.
ByteSource Noise(const base::Bytes& noise, uint64_t bytes) {
  return [&noise, left = bytes](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t at = left % noise.size();
    const size_t take = std::min<uint64_t>({left, out.size(), noise.size() - at});
    std::copy_n(noise.begin() + static_cast<ptrdiff_t>(at), take, out.begin());
    left -= take;
    return take;
  };
}

uint64_t BytesBelow(const std::filesystem::path& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

class Fixture {
 public:
  explicit Fixture(erasure::Code code) {
    std::string name = std::filesystem::temp_directory_path() / "shadw_growth_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    options_ = {.clock = &clock_, .random = &random_, .code = code};
    for (int i = 0; i < code.total_shards(); ++i) {
      options_.stores.push_back(
          store::DirectoryStore::Open({.directory = folder_ / std::to_string(i), .sync = false})
              .value());
    }
  }
  ~Fixture() { std::filesystem::remove_all(folder_); }

  Vault Open() const {
    return Vault::Open(options_, shard::VaultKeys::FromSeed(base::Bytes(32, 7)).value()).value();
  }
  uint64_t stored_bytes() const { return BytesBelow(folder_); }

 private:
  std::filesystem::path folder_;
  base::ManualClock clock_{base::FromUnixSeconds(1'800'000'000)};
  crypto::SystemRandom random_;
  Options options_;
};

void OneObject(benchmark::State& state) {
  const auto bytes = static_cast<uint64_t>(state.range(0));
  const erasure::Code code{static_cast<uint16_t>(state.range(1)),
                           static_cast<uint16_t>(state.range(2))};
  base::Bytes noise(std::min(bytes, 4 * kMiB));
  crypto::SeededRandom(1).Fill(noise);
  Series put;
  Series get;
  double stored = 0;
  for (auto _ : state) {
    Fixture fixture(code);
    absl::Status status =
        Measure(put, [&] { return fixture.Open().Put("object", Noise(noise, bytes)).status(); });
    uint64_t got = 0;
    const ByteSink count = [&](base::ByteSpan part) {
      got += part.size();
      return absl::OkStatus();
    };
    status.Update(Measure(get, [&] { return fixture.Open().Get("object", count).status(); }));
    stored = static_cast<double>(fixture.stored_bytes());
    if (!status.ok() || got != bytes) {
      state.SkipWithError(status.ok() ? "not all of it came back" : status.ToString().c_str());
    }
  }
  put.Report(state, "put");
  get.Report(state, "get");
  state.counters["stored"] =
      stored * code.data_shards / (static_cast<double>(bytes) * code.total_shards());
}

void Cases(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"bytes", "k", "m"})->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(OneObject)
    ->Name("Small")
    ->Apply(Cases)
    ->Args({4 << 10, 10, 4})
    ->Args({64 << 10, 10, 4})
    ->Args({1 * kMiB, 10, 4})
    ->Args({16 * kMiB, 10, 4})
    ->Iterations(15);
BENCHMARK(OneObject)
    ->Name("Code")
    ->Apply(Cases)
    ->Args({64 * kMiB, 2, 1})
    ->Args({64 * kMiB, 4, 2})
    ->Args({64 * kMiB, 10, 4})
    ->Args({64 * kMiB, 16, 4})
    ->Args({64 * kMiB, 29, 51})
    ->Args({64 * kMiB, 64, 32})
    ->Args({64 * kMiB, 100, 100})
    ->Iterations(5);
BENCHMARK(OneObject)
    ->Name("Large")
    ->Apply(Cases)
    ->Args({256 * kMiB, 10, 4})
    ->Args({1024 * kMiB, 10, 4})
    ->Args({8192 * kMiB, 10, 4})
    ->Iterations(1);

}  // namespace
}  // namespace shadw::vault

BENCHMARK_MAIN();
