// SPDX-License-Identifier: Apache-2.0
//
// GFNI on registers of 32 bytes, for processors without AVX-512: one product and one XOR
// an output. Six outputs' sums for two registers of columns stay in registers, beside two
// sources, a matrix and a product: all 16.
#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/path.h"
#include "libshadw/erasure/kernels/row_groups.h"
#include "libshadw/erasure/kernels/short_columns.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <utility>
#endif

namespace shadw::erasure::internal {
namespace {

#if defined(__x86_64__)
#define SHADW_TARGET __attribute__((target("gfni,avx2")))
#define SHADW_INLINE __attribute__((always_inline)) inline

constexpr size_t kMostRows = 6;
constexpr size_t kVectorBytes = 32;
constexpr size_t kVectors = 2;
constexpr size_t kTileBytes = kVectors * kVectorBytes;

// The rows of one group.
struct Pass {
  const uint8_t* matrices;
  size_t columns;
  const uint8_t* const* sources;
  uint8_t* const* outputs;
};

template <size_t kRows>
SHADW_TARGET SHADW_INLINE void Tile(const Pass& pass, size_t at) {
  __m256i sums[kRows][kVectors];
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = _mm256_setzero_si256();
  }
  const uint8_t* matrices = pass.matrices;
  for (size_t c = 0; c < pass.columns; ++c) {
    const uint8_t* from = pass.sources[c] + at;
    __m256i source[kVectors];
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) {
      source[v] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + v * kVectorBytes));
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) {
      const __m256i matrix =
          _mm256_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(matrices)));
      matrices += kAffineBytes;
#pragma GCC unroll 2
      for (size_t v = 0; v < kVectors; ++v) {
        sums[r][v] =
            _mm256_xor_si256(sums[r][v], _mm256_gf2p8affine_epi64_epi8(source[v], matrix, 0));
      }
    }
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (size_t v = 0; v < kVectors; ++v) {
      uint8_t* to = pass.outputs[r] + at + v * kVectorBytes;
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums[r][v]);
    }
  }
}

template <size_t kRows>
SHADW_TARGET void Columns(const Pass& pass, size_t at, size_t end) {
  for (; at + kTileBytes <= end; at += kTileBytes) Tile<kRows>(pass, at);
  if (at < end) Tile<kRows>(pass, end - kTileBytes);
}

using ColumnsOfRows = void (*)(const Pass& pass, size_t at, size_t end);
template <size_t... kRowsLessOne>
constexpr std::array<ColumnsOfRows, kMostRows> MakeColumns(std::index_sequence<kRowsLessOne...>) {
  return {&Columns<kRowsLessOne + 1>...};
}
constexpr auto kColumnsByRowsLessOne = MakeColumns(std::make_index_sequence<kMostRows>());

const char* Missing() {
  if (!__builtin_cpu_supports("gfni")) return "GFNI";
  if (!__builtin_cpu_supports("avx2")) return "AVX2";
  return nullptr;
}

base::Bytes MakeTables(const Matrix& coefficients) {
  return MakeAffineTables(coefficients, {.most_rows = kMostRows, .sources_a_step = 1});
}

// product.length >= kTileBytes
void MultiplyLong(const Product& product) {
  const auto [rows, columns] = product.shape;
  ForEachRowGroup(rows, kMostRows, [&, columns = columns](size_t first, size_t count) {
    const Pass pass{.matrices = product.tables.data() + first * columns * kAffineBytes,
                    .columns = columns,
                    .sources = product.sources,
                    .outputs = product.outputs + first};
    kColumnsByRowsLessOne[count - 1](pass, product.at, product.at + product.length);
  });
}

void MultiplyProduct(const Product& product) {
  if (product.length < kTileBytes) return MultiplyPadded<kTileBytes>(product, MultiplyLong);
  MultiplyLong(product);
}
#else
const char* Missing() { return "x86-64"; }
constexpr decltype(Path::make_tables) MakeTables = nullptr;
constexpr decltype(Path::multiply) MultiplyProduct = nullptr;
#endif

}  // namespace

constinit const Path kGfniAvx2Path = {.backend = Backend::kGfniAvx2,
                                      .name = "gfni-avx2",
                                      .missing = Missing,
                                      .make_tables = MakeTables,
                                      .multiply = MultiplyProduct};

}  // namespace shadw::erasure::internal
