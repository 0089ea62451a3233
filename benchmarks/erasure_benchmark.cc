// SPDX-License-Identifier: Apache-2.0
//
// Reed–Solomon in GB of user data a second (1e9 bytes of the k data shards), for every
// backend that this machine can run, next to what it could do at the same moment:
//   ceiling_GBps   products / rows, where products are those that the backend's own
//                  instructions make a second out of registers (for ISA-L and the plain
//                  tables: the best of any backend); from DRAM, where that is smaller,
//                  what memcpy moves, for as many bytes. Measured just before and after.
//   of_ceiling     GBps / ceiling_GBps; more than 1 is no mistake where a backend needs
//                  three products for four (libshadw/erasure/kernels/README.md)
// All of it in CPU time.
// Shards are 64 KiB each and stay in cache, or 1 MiB each in sets that exceed it.
// Buffers are staggered by 320 bytes, so that columns do not share cache sets, except
// where a name says `aligned`: there they lie a power of two apart.
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
constexpr size_t kExceedsCacheBytes = 512 * base::kMiB;
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

// --- what the instructions can do -----------------------------------------------------

constexpr size_t kProductSourceBytes = 4096;
constexpr size_t kProductRows = 6;
using Products = void (*)(const uint8_t* source, uint8_t* out);

#if defined(__x86_64__)
// Two affine products and one three-way XOR a step; matrices and sums in registers,
// the source in L1.
__attribute__((target("gfni,avx512f,avx512bw"))) void GfniAvx512Products(const uint8_t* source,
                                                                         uint8_t* out) {
  __m512i matrices[2 * kProductRows];
#pragma GCC unroll 16
  for (size_t i = 0; i < 2 * kProductRows; ++i) {
    matrices[i] = _mm512_loadu_si512(source + 64 * i);
  }
  __m512i sums[kProductRows];
#pragma GCC unroll 16
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  for (size_t at = 0; at < kProductSourceBytes; at += 128) {
    const __m512i a = _mm512_loadu_si512(source + at);
    const __m512i b = _mm512_loadu_si512(source + at + 64);
#pragma GCC unroll 16
    for (size_t row = 0; row < kProductRows; ++row) {
      const __m512i x = _mm512_gf2p8affine_epi64_epi8(a, matrices[2 * row], 0);
      const __m512i y = _mm512_gf2p8affine_epi64_epi8(b, matrices[2 * row + 1], 0);
      sums[row] = _mm512_ternarylogic_epi64(sums[row], x, y, 0x96);
    }
  }
#pragma GCC unroll 16
  for (size_t row = 0; row < kProductRows; ++row) _mm512_storeu_si512(out + 64 * row, sums[row]);
}

// One affine product and one XOR.
__attribute__((target("gfni,avx2"))) void GfniAvx2Products(const uint8_t* source, uint8_t* out) {
  const auto* from = reinterpret_cast<const __m256i*>(source);
  __m256i matrices[kProductRows];
#pragma GCC unroll 16
  for (size_t row = 0; row < kProductRows; ++row) matrices[row] = _mm256_loadu_si256(from + row);
  __m256i sums[kProductRows];
#pragma GCC unroll 16
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  for (size_t i = 0; i < kProductSourceBytes / 32; ++i) {
    const __m256i a = _mm256_loadu_si256(from + i);
#pragma GCC unroll 16
    for (size_t row = 0; row < kProductRows; ++row) {
      sums[row] = _mm256_xor_si256(sums[row], _mm256_gf2p8affine_epi64_epi8(a, matrices[row], 0));
    }
  }
#pragma GCC unroll 16
  for (size_t row = 0; row < kProductRows; ++row) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out) + row, sums[row]);
  }
}

// Without GFNI: two look-ups of half a byte a product, the tables in L1.
__attribute__((target("avx2"))) void Avx2Products(const uint8_t* source, uint8_t* out) {
  const auto* tables = reinterpret_cast<const __m256i*>(source);
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i sums[kProductRows];
#pragma GCC unroll 16
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  for (size_t at = 0; at < kProductSourceBytes; at += 32) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source + at));
    const __m256i low = _mm256_and_si256(a, nibble);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi64(a, 4), nibble);
#pragma GCC unroll 16
    for (size_t row = 0; row < kProductRows; ++row) {
      const __m256i x = _mm256_shuffle_epi8(_mm256_loadu_si256(tables + 2 * row), low);
      const __m256i y = _mm256_shuffle_epi8(_mm256_loadu_si256(tables + 2 * row + 1), high);
      sums[row] = _mm256_xor_si256(sums[row], _mm256_xor_si256(x, y));
    }
  }
#pragma GCC unroll 16
  for (size_t row = 0; row < kProductRows; ++row) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out) + row, sums[row]);
  }
}
#else
constexpr Products GfniAvx512Products = nullptr;
constexpr Products GfniAvx2Products = nullptr;
constexpr Products Avx2Products = nullptr;
#endif

struct NamedBackend {
  Backend backend;
  const char* name;
  Products products;  // null: those of the best that runs here
};

// Best first.
constexpr NamedBackend kBackends[] = {
    {Backend::kGfniAvx512, "gfni-avx512", GfniAvx512Products},
    {Backend::kGfniAvx2, "gfni-avx2", GfniAvx2Products},
    {Backend::kAvx2, "avx2", Avx2Products},
    {Backend::kIsal, "isal", nullptr},
    {Backend::kPlainTables, "plain", nullptr},
};

bool Runs(Backend backend) {
  return Options{.code = {.data_shards = 1}, .backend = backend}.Validate().ok();
}

// Products of GF(2^8) a second, in 1e9; 0 where this program has no fast loop for it.
double ProductsGBps(Products products) {
  for (const NamedBackend& best : kBackends) {
    if (products == nullptr && Runs(best.backend)) products = best.products;
  }
  if (products == nullptr) return 0;
  std::vector<uint8_t> source(kProductSourceBytes);
  std::iota(source.begin(), source.end(), uint8_t{1});
  uint8_t out[64 * kProductRows];
  constexpr size_t kRepeats = 1000;  // a look at the clock costs more than one call
  return MeasureGBps(kRepeats * kProductSourceBytes * kProductRows, [&] {
    for (size_t i = 0; i < kRepeats; ++i) {
      products(source.data(), out);
      benchmark::DoNotOptimize(out);
      benchmark::ClobberMemory();
    }
  });
}

double ColdMemcpyGBps() {
  constexpr size_t kHalf = kExceedsCacheBytes / 4;
  static std::vector<uint8_t> memory(2 * kHalf, 1);
  return MeasureGBps(kHalf, [&] {
    std::memcpy(memory.data(), memory.data() + kHalf, kHalf);
    benchmark::ClobberMemory();
  });
}

// --- cases ----------------------------------------------------------------------------

struct Case {
  Code code;
  size_t shard_bytes = 0;
  NamedBackend backend = {};
  bool dram = false;  // sets of shards take turns, so that each comes from DRAM
  size_t stagger_bytes = kStaggerBytes;
};

// Sets of n shards of random data.
class Sets {
 public:
  explicit Sets(const Case& parameters)
      : code_(parameters.code),
        shard_bytes_(parameters.shard_bytes),
        pitch_(parameters.shard_bytes + parameters.stagger_bytes),
        count_(parameters.dram ? base::CeilDivide(kExceedsCacheBytes, set_bytes()) : 1),
        memory_(count_ * set_bytes()) {
    uint64_t state = 1;
    for (size_t at = 0; at + sizeof(state) <= memory_.size(); at += sizeof(state)) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      std::memcpy(memory_.data() + at, &state, sizeof(state));
    }
  }

  size_t count() const { return count_; }
  size_t set_bytes() const { return code_.total_shards() * pitch_; }
  base::MutableByteSpan Shard(size_t set, size_t i) {
    return memory_.span().subspan(set * set_bytes() + i * pitch_, shard_bytes_);
  }

 private:
  Code code_;
  size_t shard_bytes_;
  size_t pitch_;
  size_t count_;
  base::Buffer memory_;
};

// Measures the ceilings around what it lives through, and reports.
class Ceiling {
 public:
  Ceiling(benchmark::State& state, const Case& parameters, size_t rows)
      : state_(state), parameters_(parameters), rows_(static_cast<double>(rows)) {
    Measure();
  }
  Ceiling(const Ceiling&) = delete;
  Ceiling& operator=(const Ceiling&) = delete;
  ~Ceiling() {
    Measure();
    const double k = parameters_.code.data_shards;
    double ceiling = products_ / rows_;
    // memcpy reads a byte and writes one; the code reads k and writes `rows`.
    if (parameters_.dram) ceiling = std::min(ceiling, memcpy_ * 2 * k / (k + rows_));
    const double data_gb = k * static_cast<double>(parameters_.shard_bytes) *
                           static_cast<double>(state_.iterations()) / 1e9;
    state_.counters["GBps"] = benchmark::Counter(data_gb, benchmark::Counter::kIsRate);
    state_.counters["ceiling_GBps"] = ceiling;
    if (ceiling > 0) {
      state_.counters["of_ceiling"] =
          benchmark::Counter(data_gb / ceiling, benchmark::Counter::kIsRate);
    }
  }

 private:
  void Measure() {
    products_ = std::max(products_, ProductsGBps(parameters_.backend.products));
    if (parameters_.dram) memcpy_ = std::max(memcpy_, ColdMemcpyGBps());
  }

  benchmark::State& state_;
  const Case& parameters_;
  double rows_;
  double products_ = 0;
  double memcpy_ = 0;
};

void Encode(benchmark::State& state, const Case& parameters) {
  const Code code = parameters.code;
  const ReedSolomon coder =
      ReedSolomon::Create(Options{.code = code, .backend = parameters.backend.backend}).value();
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
  const Ceiling ceiling(state, parameters, code.parity_shards);
  size_t turn = 0;
  for (auto _ : state) {
    if (!coder.Encode(data[turn], parity[turn]).ok()) state.SkipWithError("encode failed");
    turn = turn + 1 < sets.count() ? turn + 1 : 0;
    benchmark::ClobberMemory();
  }
}

enum class Pattern { kRemembered, kNew };

// Loses the first min(k, m) data shards and rebuilds them from the k that follow. A new
// pattern: in turns with the same two shards further, in a cache that holds one.
void Reconstruct(benchmark::State& state, const Case& parameters, Pattern pattern) {
  const Code code = parameters.code;
  const size_t shifts = pattern == Pattern::kNew ? 2 : 1;
  const ReedSolomon coder =
      ReedSolomon::Create(
          Options{.code = code, .backend = parameters.backend.backend, .inverse_cache_entries = 1})
          .value();
  const uint16_t lost = std::min(code.data_shards, code.parity_shards);
  Sets sets(parameters);
  std::vector<std::vector<ReedSolomon::Present>> present(sets.count() * shifts);
  std::vector<std::vector<ReedSolomon::Wanted>> wanted(sets.count() * shifts);
  for (size_t call = 0; call < present.size(); ++call) {
    for (size_t i = 0; i < size_t{code.data_shards} + lost; ++i) {
      const auto shard = static_cast<uint16_t>((i + 2 * (call % shifts)) % code.total_shards());
      if (i < lost) {
        wanted[call].push_back({shard, sets.Shard(call / shifts, shard)});
      } else {
        present[call].push_back({shard, sets.Shard(call / shifts, shard)});
      }
    }
  }
  const Ceiling ceiling(state, parameters, lost);
  size_t turn = 0;
  for (auto _ : state) {
    if (!coder.Reconstruct(present[turn], wanted[turn]).ok()) {
      state.SkipWithError("reconstruct failed");
    }
    turn = turn + 1 < present.size() ? turn + 1 : 0;
    benchmark::ClobberMemory();
  }
}

void Register(std::string_view verb, std::string_view shards, const Case& parameters) {
  const std::string name = std::string(verb) + "/" + ToString(parameters.code) + "/" +
                           std::string(shards) + "/" + parameters.backend.name;
  if (verb == "Encode") {
    benchmark::RegisterBenchmark(name.c_str(), Encode, parameters);
  } else {
    benchmark::RegisterBenchmark(name.c_str(), Reconstruct, parameters,
                                 verb == "Reconstruct" ? Pattern::kRemembered : Pattern::kNew);
  }
}

void RegisterBackend(const NamedBackend& backend, Code code, bool is_fastest) {
  const Case cached{.code = code, .shard_bytes = 64 * base::kKiB, .backend = backend};
  const Case dram{.code = code, .shard_bytes = base::kMiB, .backend = backend, .dram = true};
  for (const char* verb : {"Encode", "Reconstruct", "ReconstructNewPattern"}) {
    Register(verb, "64KiB_cached", cached);
    // What a call costs beside the bytes, and what a pattern costs the first time.
    Register(verb, "64B", {.code = code, .shard_bytes = 64, .backend = backend});
  }
  Register("Encode", "1MiB_dram", dram);
  Register("Reconstruct", "1MiB_dram", dram);
  if (!is_fastest) return;
  for (Case aligned : {cached, dram}) {
    aligned.stagger_bytes = 0;
    Register("Encode", aligned.dram ? "1MiB_dram_aligned" : "64KiB_cached_aligned", aligned);
  }
}

void RegisterAll() {
  for (const Code code : {Code{4, 2}, Code{10, 4}, Code{16, 4}, Code{29, 51}, Code{64, 32}}) {
    bool is_fastest = true;
    for (const NamedBackend& backend : kBackends) {
      if (!Runs(backend.backend)) continue;
      if (backend.backend == Backend::kPlainTables) {
        Register("Encode", "64KiB_cached",
                 {.code = code, .shard_bytes = 64 * base::kKiB, .backend = backend});
      } else {
        RegisterBackend(backend, code, is_fastest);
      }
      is_fastest = false;
    }
  }
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
