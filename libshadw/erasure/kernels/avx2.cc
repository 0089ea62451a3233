// SPDX-License-Identifier: Apache-2.0
//
// AVX2 alone: a product is the sum of two look-ups, one for each half of the byte, in
// tables of 16 entries (VPSHUFB). Eight outputs' sums stay in registers, beside the two
// halves of a source.
#include "libshadw/erasure/gf256.h"
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
#define SHADW_TARGET __attribute__((target("avx2")))
#define SHADW_INLINE __attribute__((always_inline)) inline

constexpr size_t kMostRows = 8;
constexpr size_t kVectorBytes = 32;
constexpr size_t kHalfTableBytes = 16;
constexpr size_t kTableBytes = 2 * kHalfTableBytes;  // products of the low half, of the high

// The rows of one group.
struct Pass {
  const uint8_t* tables;
  size_t columns;
  const uint8_t* const* sources;
  uint8_t* const* outputs;
};

SHADW_TARGET inline __m256i HalfTable(const uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
}

template <size_t kRows>
SHADW_TARGET SHADW_INLINE void Tile(const Pass& pass, size_t at) {
  const __m256i half = _mm256_set1_epi8(15);
  __m256i sums[kRows];
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) sums[r] = _mm256_setzero_si256();
  const uint8_t* tables = pass.tables;
  for (size_t c = 0; c < pass.columns; ++c) {
    const __m256i source =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(pass.sources[c] + at));
    const __m256i low = _mm256_and_si256(source, half);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi64(source, 4), half);
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) {
      const __m256i of_low = _mm256_shuffle_epi8(HalfTable(tables), low);
      const __m256i of_high = _mm256_shuffle_epi8(HalfTable(tables + kHalfTableBytes), high);
      sums[r] = _mm256_xor_si256(sums[r], _mm256_xor_si256(of_low, of_high));
      tables += kTableBytes;
    }
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(pass.outputs[r] + at), sums[r]);
  }
}

template <size_t kRows>
SHADW_TARGET void Columns(const Pass& pass, size_t at, size_t end) {
  for (; at + kVectorBytes <= end; at += kVectorBytes) Tile<kRows>(pass, at);
  if (at < end) Tile<kRows>(pass, end - kVectorBytes);
}

using ColumnsOfRows = void (*)(const Pass& pass, size_t at, size_t end);
template <size_t... kRowsLessOne>
constexpr std::array<ColumnsOfRows, kMostRows> MakeColumns(std::index_sequence<kRowsLessOne...>) {
  return {&Columns<kRowsLessOne + 1>...};
}
constexpr auto kColumnsByRowsLessOne = MakeColumns(std::make_index_sequence<kMostRows>());

const char* Missing() { return __builtin_cpu_supports("avx2") ? nullptr : "AVX2"; }

// Group by group, in a group source by source, then row by row.
base::Bytes MakeTables(const Matrix& coefficients) {
  base::Bytes tables(coefficients.cells().size() * kTableBytes);
  auto out = tables.begin();
  ForEachRowGroup(coefficients.rows(), kMostRows, [&](size_t first, size_t count) {
    for (size_t c = 0; c < coefficients.columns(); ++c) {
      for (size_t r = first; r < first + count; ++r) {
        const ProductRow& products = kProducts[coefficients.row(r)[c]];
        for (size_t i = 0; i < 16; ++i) *out++ = products[i];
        for (size_t i = 0; i < 16; ++i) *out++ = products[16 * i];
      }
    }
  });
  return tables;
}

// product.length >= kVectorBytes
void MultiplyLong(const Product& product) {
  const auto [rows, columns] = product.shape;
  ForEachRowGroup(rows, kMostRows, [&, columns = columns](size_t first, size_t count) {
    const Pass pass{.tables = product.tables.data() + first * columns * kTableBytes,
                    .columns = columns,
                    .sources = product.sources,
                    .outputs = product.outputs + first};
    kColumnsByRowsLessOne[count - 1](pass, product.at, product.at + product.length);
  });
}

void MultiplyProduct(const Product& product) {
  if (product.length < kVectorBytes) return MultiplyPadded<kVectorBytes>(product, MultiplyLong);
  MultiplyLong(product);
}
#else
const char* Missing() { return "x86-64"; }
constexpr decltype(Path::make_tables) MakeTables = nullptr;
constexpr decltype(Path::multiply) MultiplyProduct = nullptr;
#endif

}  // namespace

constinit const Path kAvx2Path = {.backend = Backend::kAvx2,
                                  .name = "avx2",
                                  .missing = Missing,
                                  .make_tables = MakeTables,
                                  .multiply = MultiplyProduct};

}  // namespace shadw::erasure::internal
