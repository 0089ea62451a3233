// SPDX-License-Identifier: Apache-2.0
//
// Reed–Solomon in GB of user data a second (1e9 bytes of the k data shards), next to
// what this machine could do at the same moment:
//   ceiling_GBps   the smaller of products / rows and, from DRAM, of memcpy moving as
//                  many bytes; both measured just before
//   of_ceiling     GBps / ceiling_GBps
// All of it in CPU time.
// Shards are 64 KiB each and stay in cache, or 1 MiB each in sets that exceed it.
// Buffers are staggered by 320 bytes, so that columns do not share cache sets.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"
#include "libshadw/erasure/reed_solomon.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace shadw::erasure {
namespace {

constexpr size_t kStaggerBytes = 320;
constexpr size_t kExceedsCacheBytes = 256 * base::kMiB;
constexpr double kCeilingSeconds = 0.01;

// Calls `work`, which handles `bytes` a call, for a moment and returns the best GB/s of
// three. CPU time, as the library counts it: neighbours on the machine must not flatter.
template <typename Work>
double MeasureGBps(size_t bytes, Work work) {
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    const std::clock_t start = std::clock();
    double seconds = 0;
    size_t calls = 0;
    do {
      work();
      ++calls;
      seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    } while (seconds < kCeilingSeconds);
    best = std::max(best, static_cast<double>(bytes) * static_cast<double>(calls) / seconds / 1e9);
  }
  return best;
}

constexpr size_t kProductSourceBytes = 4096;
constexpr size_t kProductRows = 6;

#if defined(__x86_64__)
// Two affine products and one three-way XOR a step; matrices and sums in registers,
// the source in L1.
__attribute__((target("gfni,avx512f,avx512bw"))) void GfniProducts(const uint8_t* source,
                                                                   uint8_t* out) {
  __m512i matrices[2 * kProductRows];
  for (size_t i = 0; i < 2 * kProductRows; ++i) {
    matrices[i] = _mm512_loadu_si512(source + 64 * i);
  }
  __m512i sums[kProductRows] = {};
  for (size_t at = 0; at < kProductSourceBytes; at += 128) {
    const __m512i a = _mm512_loadu_si512(source + at);
    const __m512i b = _mm512_loadu_si512(source + at + 64);
    for (size_t row = 0; row < kProductRows; ++row) {
      const __m512i x = _mm512_gf2p8affine_epi64_epi8(a, matrices[2 * row], 0);
      const __m512i y = _mm512_gf2p8affine_epi64_epi8(b, matrices[2 * row + 1], 0);
      sums[row] = _mm512_ternarylogic_epi64(sums[row], x, y, 0x96);
    }
  }
  for (size_t row = 0; row < kProductRows; ++row) _mm512_storeu_si512(out + 64 * row, sums[row]);
}

// Without GFNI: two look-ups of half a byte a product, the tables in L1.
__attribute__((target("avx2"))) void Avx2Products(const uint8_t* source, uint8_t* out) {
  const auto* tables = reinterpret_cast<const __m256i*>(source);
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i sums[kProductRows] = {};
  for (size_t at = 0; at < kProductSourceBytes; at += 32) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source + at));
    const __m256i low = _mm256_and_si256(a, nibble);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi64(a, 4), nibble);
    for (size_t row = 0; row < kProductRows; ++row) {
      const __m256i x = _mm256_shuffle_epi8(_mm256_loadu_si256(tables + 2 * row), low);
      const __m256i y = _mm256_shuffle_epi8(_mm256_loadu_si256(tables + 2 * row + 1), high);
      sums[row] = _mm256_xor_si256(sums[row], _mm256_xor_si256(x, y));
    }
  }
  for (size_t row = 0; row < kProductRows; ++row) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out) + row, sums[row]);
  }
}
#endif

// Products of GF(2^8) a second, in 1e9; 0 where this program has no fast loop for it.
double ProductsGBps() {
#if defined(__x86_64__)
  std::vector<uint8_t> source(kProductSourceBytes);
  std::iota(source.begin(), source.end(), uint8_t{1});
  uint8_t out[64 * kProductRows];
  const bool gfni = __builtin_cpu_supports("gfni") && __builtin_cpu_supports("avx512bw");
  if (!gfni && !__builtin_cpu_supports("avx2")) return 0;
  constexpr size_t kRepeats = 1000;  // a look at the clock costs more than one call
  return MeasureGBps(kRepeats * kProductSourceBytes * kProductRows, [&] {
    for (size_t i = 0; i < kRepeats; ++i) {
      gfni ? GfniProducts(source.data(), out) : Avx2Products(source.data(), out);
      benchmark::DoNotOptimize(out);
      benchmark::ClobberMemory();
    }
  });
#else
  return 0;
#endif
}

double ColdMemcpyGBps() {
  constexpr size_t kHalf = kExceedsCacheBytes / 4;
  static std::vector<uint8_t> memory(2 * kHalf, 1);
  return MeasureGBps(kHalf, [&] {
    std::memcpy(memory.data(), memory.data() + kHalf, kHalf);
    benchmark::ClobberMemory();
  });
}

struct Case {
  Code code;
  size_t shard_bytes;
  Backend backend = Backend::kFastest;
  bool cold = false;  // sets of shards take turns, so that each comes from DRAM
};

// Sets of n staggered shards of random data.
class Sets {
 public:
  explicit Sets(const Case& parameters)
      : code_(parameters.code),
        shard_bytes_(parameters.shard_bytes),
        set_bytes_(code_.total_shards() * (shard_bytes_ + kStaggerBytes)),
        count_(parameters.cold ? base::CeilDivide(kExceedsCacheBytes, set_bytes_) : 1),
        memory_(count_ * set_bytes_) {
    uint64_t state = 1;
    for (uint8_t& byte : memory_.span()) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<uint8_t>(state >> 56);
    }
  }

  size_t count() const { return count_; }
  base::MutableByteSpan Shard(size_t set, size_t i) {
    return memory_.span().subspan(set * set_bytes_ + i * (shard_bytes_ + kStaggerBytes),
                                  shard_bytes_);
  }

 private:
  Code code_;
  size_t shard_bytes_;
  size_t set_bytes_;
  size_t count_;
  base::Buffer memory_;
};

void Report(benchmark::State& state, const Case& parameters, size_t rows, double products,
            double memcpy_gbps) {
  const double k = parameters.code.data_shards;
  const double seconds_to_gb = k * static_cast<double>(parameters.shard_bytes) / 1e9;
  double ceiling = products / static_cast<double>(rows);
  // memcpy reads a byte and writes one; the code reads k and writes `rows`.
  if (parameters.cold) ceiling = std::min(ceiling, memcpy_gbps * 2 * k / (k + double(rows)));
  const double data_gb = seconds_to_gb * static_cast<double>(state.iterations());
  state.counters["GBps"] = benchmark::Counter(data_gb, benchmark::Counter::kIsRate);
  state.counters["ceiling_GBps"] = ceiling;
  if (ceiling > 0) {
    state.counters["of_ceiling"] =
        benchmark::Counter(data_gb / ceiling, benchmark::Counter::kIsRate);
  }
}

void Encode(benchmark::State& state, const Case& parameters) {
  const Code code = parameters.code;
  const ReedSolomon coder =
      ReedSolomon::Create(Options{.code = code, .backend = parameters.backend}).value();
  Sets sets(parameters);
  std::vector<std::vector<base::ByteSpan>> data(sets.count());
  std::vector<std::vector<base::MutableByteSpan>> parity(sets.count());
  for (size_t s = 0; s < sets.count(); ++s) {
    for (size_t i = 0; i < code.total_shards(); ++i) {
      if (i < code.data_shards) {
        data[s].push_back(sets.Shard(s, i));
      } else {
        parity[s].push_back(sets.Shard(s, i));
      }
    }
  }
  const double products = ProductsGBps();
  const double memcpy_gbps = parameters.cold ? ColdMemcpyGBps() : 0;
  size_t turn = 0;
  for (auto _ : state) {
    if (!coder.Encode(data[turn], parity[turn]).ok()) state.SkipWithError("encode failed");
    turn = turn + 1 < sets.count() ? turn + 1 : 0;
    benchmark::ClobberMemory();
  }
  Report(state, parameters, code.parity_shards, products, memcpy_gbps);
}

// Loses the first min(k, m) data shards and rebuilds them from the k that follow.
void Reconstruct(benchmark::State& state, const Case& parameters, size_t inverse_cache_entries) {
  const Code code = parameters.code;
  const ReedSolomon coder =
      ReedSolomon::Create(Options{.code = code,
                                  .backend = parameters.backend,
                                  .inverse_cache_entries = inverse_cache_entries})
          .value();
  const uint16_t lost = std::min(code.data_shards, code.parity_shards);
  Sets sets(parameters);
  std::vector<std::vector<ReedSolomon::Present>> present(sets.count());
  std::vector<std::vector<ReedSolomon::Wanted>> wanted(sets.count());
  for (size_t s = 0; s < sets.count(); ++s) {
    for (uint16_t i = 0; i < code.data_shards + lost; ++i) {
      if (i < lost) {
        wanted[s].push_back({i, sets.Shard(s, i)});
      } else {
        present[s].push_back({i, sets.Shard(s, i)});
      }
    }
  }
  const double products = ProductsGBps();
  const double memcpy_gbps = parameters.cold ? ColdMemcpyGBps() : 0;
  size_t turn = 0;
  for (auto _ : state) {
    if (!coder.Reconstruct(present[turn], wanted[turn]).ok()) {
      state.SkipWithError("reconstruct failed");
    }
    turn = turn + 1 < sets.count() ? turn + 1 : 0;
    benchmark::ClobberMemory();
  }
  Report(state, parameters, lost, products, memcpy_gbps);
}

std::string Name(std::string_view verb, Code code, std::string_view shards) {
  std::string name(verb);
  name.append("/").append(ToString(code)).append("/").append(shards);
  return name;
}

void RegisterAll() {
  for (const Code code : {Code{4, 2}, Code{10, 4}, Code{16, 4}, Code{29, 51}, Code{64, 32}}) {
    for (const bool cold : {false, true}) {
      const Case parameters{
          .code = code, .shard_bytes = cold ? base::kMiB : 64 * base::kKiB, .cold = cold};
      const std::string_view shards = cold ? "1MiB_dram" : "64KiB_cached";
      benchmark::RegisterBenchmark(Name("Encode", code, shards).c_str(), Encode, parameters);
      benchmark::RegisterBenchmark(Name("Reconstruct", code, shards).c_str(), Reconstruct,
                                   parameters, 128);
    }
    // What a call costs beside the bytes, and what a pattern costs the first time.
    const Case tiny{.code = code, .shard_bytes = 64};
    benchmark::RegisterBenchmark(Name("Encode", code, "64B").c_str(), Encode, tiny);
    benchmark::RegisterBenchmark(Name("Reconstruct", code, "64B").c_str(), Reconstruct, tiny, 128);
    benchmark::RegisterBenchmark(Name("ReconstructNewPattern", code, "64B").c_str(), Reconstruct,
                                 tiny, 0);
  }
  const Case plain{
      .code = {10, 4}, .shard_bytes = 64 * base::kKiB, .backend = Backend::kPlainTables};
  benchmark::RegisterBenchmark("EncodePlainTables/10+4/64KiB_cached", Encode, plain);
}

}  // namespace
}  // namespace shadw::erasure

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  shadw::erasure::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
