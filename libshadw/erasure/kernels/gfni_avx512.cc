// SPDX-License-Identifier: Apache-2.0
//
// GFNI on registers of 64 bytes. A step takes two sources: two products and one XOR of
// three operands an output. The sums of up to twelve outputs stay in registers, for two
// registers of columns at a time: 24 sums, four sources and the matrices fill all 32.
// What is left of a length goes through masks, which also keep loads and stores inside.
#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/path.h"
#include "libshadw/erasure/kernels/row_groups.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <utility>
#endif

namespace shadw::erasure::internal {
namespace {

#if defined(__x86_64__)
#define SHADW_TARGET __attribute__((target("gfni,avx512f,avx512bw")))
#define SHADW_INLINE __attribute__((always_inline)) inline

constexpr size_t kMostRows = 12;
constexpr size_t kVectorBytes = 64;
constexpr size_t kTileVectors = 2;
constexpr int kXorOfThree = 0x96;
constexpr size_t kTileBytes = kTileVectors * kVectorBytes;

// The rows of one group.
struct Pass {
  const uint8_t* matrices;
  size_t columns;
  const uint8_t* const* sources;
  uint8_t* const* outputs;
};

SHADW_TARGET inline __m512i Matrix64(const uint8_t* matrix) {
  return _mm512_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(matrix)));
}

template <bool kMasked>
SHADW_TARGET inline __m512i Load(const uint8_t* from, __mmask64 mask) {
  return kMasked ? _mm512_maskz_loadu_epi8(mask, from) : _mm512_loadu_si512(from);
}

template <bool kMasked>
SHADW_TARGET inline void Store(uint8_t* to, __mmask64 mask, __m512i bytes) {
  kMasked ? _mm512_mask_storeu_epi8(to, mask, bytes) : _mm512_storeu_si512(to, bytes);
}

// Asks for what the next tile loads: so many streams at once are more than the hardware
// follows, most of all where they lie a power of two apart. The address may lie behind
// the source, where no pointer may point and no fetch fails. (Inline by force: GCC takes
// a function that only fetches for one without effect.)
SHADW_TARGET SHADW_INLINE void FetchNextTile(const uint8_t* from) {
  const auto address = reinterpret_cast<uintptr_t>(from) + kTileBytes;
  _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T0);
}

// kVectors registers of columns from `at` on, for kRows outputs; of a masked one only
// the bytes in `mask`.
template <size_t kRows, size_t kVectors, bool kMasked>
SHADW_TARGET SHADW_INLINE void Tile(const Pass& pass, size_t at, __mmask64 mask) {
  __m512i sums[kRows][kVectors];
  const uint8_t* matrices = pass.matrices;
  const size_t odd = pass.columns % 2;
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_si512();
  }
  if (odd) {
    const uint8_t* from = pass.sources[0] + at;
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) {
      const __m512i source = Load<kMasked>(from + v * kVectorBytes, mask);
#pragma GCC unroll 16
      for (size_t r = 0; r < kRows; ++r) {
        sums[r][v] =
            _mm512_gf2p8affine_epi64_epi8(source, Matrix64(matrices + r * kAffineBytes), 0);
      }
    }
    matrices += kRows * kAffineBytes;
  }
  for (size_t c = odd; c < pass.columns; c += 2) {
    __m512i first[kVectors];
    __m512i second[kVectors];
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) {
      const size_t from = at + v * kVectorBytes;
      first[v] = Load<kMasked>(pass.sources[c] + from, mask);
      second[v] = Load<kMasked>(pass.sources[c + 1] + from, mask);
      if (!kMasked) FetchNextTile(pass.sources[c] + from);
      if (!kMasked) FetchNextTile(pass.sources[c + 1] + from);
    }
#pragma GCC unroll 16
    for (size_t r = 0; r < kRows; ++r) {
      const __m512i by_first = Matrix64(matrices + 2 * r * kAffineBytes);
      const __m512i by_second = Matrix64(matrices + (2 * r + 1) * kAffineBytes);
#pragma GCC unroll 2
      for (size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = _mm512_ternarylogic_epi64(
            sums[r][v], _mm512_gf2p8affine_epi64_epi8(first[v], by_first, 0),
            _mm512_gf2p8affine_epi64_epi8(second[v], by_second, 0), kXorOfThree);
      }
    }
    matrices += 2 * kRows * kAffineBytes;
  }
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) {
      Store<kMasked>(pass.outputs[r] + at + v * kVectorBytes, mask, sums[r][v]);
    }
  }
}

template <size_t kRows>
SHADW_TARGET void Columns(const Pass& pass, size_t at, size_t end) {
  for (; at + kTileBytes <= end; at += kTileBytes) Tile<kRows, kTileVectors, false>(pass, at, 0);
  for (; at < end; at += kVectorBytes) {
    const size_t rest = end - at;
    const __mmask64 all = ~uint64_t{0};
    Tile<kRows, 1, true>(pass, at, rest < kVectorBytes ? ~(all << rest) : all);
  }
}

using ColumnsOfRows = void (*)(const Pass& pass, size_t at, size_t end);
template <size_t... kRowsLessOne>
constexpr std::array<ColumnsOfRows, kMostRows> MakeColumns(std::index_sequence<kRowsLessOne...>) {
  return {&Columns<kRowsLessOne + 1>...};
}
constexpr auto kColumnsByRowsLessOne = MakeColumns(std::make_index_sequence<kMostRows>());

const char* Missing() {
  if (!__builtin_cpu_supports("gfni")) return "GFNI";
  if (!__builtin_cpu_supports("avx512f")) return "AVX-512F";
  if (!__builtin_cpu_supports("avx512bw")) return "AVX-512BW";
  return nullptr;
}

base::Bytes MakeTables(const Matrix& coefficients) {
  return MakeAffineTables(coefficients, {.most_rows = kMostRows, .sources_a_step = 2});
}

void MultiplyProduct(const Product& product) {
  const auto [rows, columns] = product.shape;
  ForEachRowGroup(rows, kMostRows, [&, columns = columns](size_t first, size_t count) {
    const Pass pass{.matrices = product.tables.data() + first * columns * kAffineBytes,
                    .columns = columns,
                    .sources = product.sources,
                    .outputs = product.outputs + first};
    kColumnsByRowsLessOne[count - 1](pass, product.at, product.at + product.length);
  });
}
#else
const char* Missing() { return "x86-64"; }
constexpr decltype(Path::make_tables) MakeTables = nullptr;
constexpr decltype(Path::multiply) MultiplyProduct = nullptr;
#endif

}  // namespace

constinit const Path kGfniAvx512Path = {.backend = Backend::kGfniAvx512,
                                        .name = "gfni-avx512",
                                        .missing = Missing,
                                        .make_tables = MakeTables,
                                        .multiply = MultiplyProduct};

}  // namespace shadw::erasure::internal
