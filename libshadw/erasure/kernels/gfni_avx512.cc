// SPDX-License-Identifier: Apache-2.0
//
// GFNI on registers of 64 bytes. A step takes two sources: two products and one XOR of
// three operands an output. The sums of up to twelve outputs stay in registers, for two
// registers of columns at a time: 24 sums, four sources and the matrices fill all 32.
// Parity matrices go a shorter way, gfni_avx512_pairs.cc.
#include "libshadw/erasure/kernels/gfni_avx512.h"

#include <array>
#include <optional>
#include <utility>

#include "libshadw/erasure/kernels/affine.h"
#include "libshadw/erasure/kernels/path.h"
#include "libshadw/erasure/kernels/row_groups.h"

namespace shadw::erasure::internal {
namespace {

#if defined(__x86_64__)
constexpr size_t kMostRows = 12;

template <size_t kRows>
class RowsTile {
 public:
  static constexpr size_t kVectors = 2;

  SHADW_AVX512_INLINE static void Whole(const Pass& pass, size_t at) {
    Do<kVectors, false>(pass, at, 0);
  }
  SHADW_AVX512_INLINE static void Masked(const Pass& pass, size_t at, __mmask64 mask) {
    Do<1, true>(pass, at, mask);
  }

 private:
  template <size_t kWidth, bool kMasked>
  SHADW_AVX512_INLINE static void Do(const Pass& pass, size_t at, __mmask64 mask) {
    __m512i sums[kRows][kWidth];
#pragma GCC unroll 16
    for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) sums[r][v] = _mm512_setzero_si512();
    }
    const uint8_t* matrices = pass.matrices;
    const size_t odd = pass.columns % 2;
    if (odd) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        const __m512i source = Load<kMasked>(pass.sources[0] + at + v * kVectorBytes, mask);
#pragma GCC unroll 16
        for (size_t r = 0; r < kRows; ++r) {
          sums[r][v] = Times(source, AffineAt(matrices + r * kAffineBytes));
        }
      }
      matrices += kRows * kAffineBytes;
    }
    for (size_t c = odd; c < pass.columns; c += 2) {
      __m512i x[kWidth];
      __m512i y[kWidth];
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        const size_t from = at + v * kVectorBytes;
        x[v] = Load<kMasked>(pass.sources[c] + from, mask);
        y[v] = Load<kMasked>(pass.sources[c + 1] + from, mask);
        if (!kMasked) FetchAhead(pass.sources[c] + from);
        if (!kMasked) FetchAhead(pass.sources[c + 1] + from);
      }
#pragma GCC unroll 16
      for (size_t r = 0; r < kRows; ++r) {
        const __m512i by_x = AffineAt(matrices + 2 * r * kAffineBytes);
        const __m512i by_y = AffineAt(matrices + (2 * r + 1) * kAffineBytes);
#pragma GCC unroll 2
        for (size_t v = 0; v < kWidth; ++v) {
          sums[r][v] = Sum(sums[r][v], Times(x[v], by_x), Times(y[v], by_y));
        }
      }
      matrices += 2 * kRows * kAffineBytes;
    }
#pragma GCC unroll 16
    for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kWidth; ++v) {
        uint8_t* to = pass.outputs[r] + at + v * kVectorBytes;
        if (!kMasked && pass.fetch_outputs) FetchAhead(to);
        Store<kMasked>(to, mask, sums[r][v]);
      }
    }
  }
};

template <size_t... kRowsLessOne>
constexpr std::array<ColumnsOfTile, kMostRows> MakeColumns(std::index_sequence<kRowsLessOne...>) {
  return {&Columns<RowsTile<kRowsLessOne + 1>>...};
}
constexpr auto kColumnsByRowsLessOne = MakeColumns(std::make_index_sequence<kMostRows>());

const char* Missing() {
  if (!__builtin_cpu_supports("gfni")) return "GFNI";
  if (!__builtin_cpu_supports("avx512f")) return "AVX-512F";
  if (!__builtin_cpu_supports("avx512bw")) return "AVX-512BW";
  return nullptr;
}

// The last byte of the tables says how the rows pair up.
enum Pairing : uint8_t { kNone, kFromFirst, kFromSecond };

base::Bytes MakeTables(const Matrix& coefficients) {
  const std::optional<RowPairs> pairs = FindRowPairs(coefficients);
  base::Bytes tables =
      pairs ? MakePairTables(coefficients, *pairs, kMostPairs)
            : MakeAffineTables(coefficients, {.most_rows = kMostRows, .sources_a_step = 2});
  tables.push_back(!pairs ? kNone : pairs->single_first ? kFromSecond : kFromFirst);
  return tables;
}

void MultiplyProduct(const Product& product) {
  const auto [rows, columns] = product.shape;
  const uint8_t pairing = product.tables.back();
  if (pairing != kNone) {
    return MultiplyPairs(product, {.rows = rows, .single_first = pairing == kFromSecond});
  }
  ForEachRowGroup(rows, kMostRows, [&, columns = columns](size_t first, size_t count) {
    const Pass pass{.matrices = product.tables.data() + first * columns * kAffineBytes,
                    .columns = columns,
                    .sources = product.sources,
                    .outputs = product.outputs + first,
                    .fetch_outputs = product.from_memory};
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
